"""A workstation in a process of its own that sends its till to workstation 02, or takes one up, until it is killed.

Run as: python moving_process.py send FOLDER, or take FOLDER CODE. It writes a word after every step.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes.workstation import MANAGER, Workstation, count_slips  # noqa: E402


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def send(folder: Path) -> None:
    till = Workstation(folder)
    till.sign_on(MANAGER)
    till.open()
    till.sell(3)
    say("sold")
    till.closing.stop_sales(to_workstation="02")
    say("stopped")
    till.closing.seal_uncounted()
    say("sealed")
    count_slips(till.closing)
    say("compared")
    till.closing.set_deposit(0, "SEAL-1")
    say("to sign")
    till.closing.check_signature(None)
    till.closing.seal(None)
    say("sent")


def take(folder: Path, code: str) -> None:
    till = Workstation(folder, "02")
    till.sign_on(MANAGER)
    say("signed on")
    till.register.till_moving.take_up(code)
    say("taken up")


if __name__ == "__main__":
    send(Path(sys.argv[2])) if sys.argv[1] == "send" else take(Path(sys.argv[2]), sys.argv[3])
    sys.stdin.readline()
