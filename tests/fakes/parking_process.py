"""A till in a process of its own that parks, recalls and sells without end, until it is killed.

Run as: python parking_process.py FOLDER. It writes a word after every step.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes.parking_till import ParkingTill  # noqa: E402


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main(folder: str) -> None:
    till = ParkingTill(Path(folder))
    till.selling.restore()
    while True:
        till.scan("10", "12")
        say("rung up")
        parked = till.suspending.park().sale
        say("parked")
        till.ring_up("11")
        say("sold")
        till.recall(parked.parking_id)
        say("recalled")
        till.tendering.add_cash(till.tendering.cash_due_minor)
        say("paid")


if __name__ == "__main__":
    main(sys.argv[1])
