"""A till in a process of its own that takes orders and carries them to their end, until it is killed.

Run as: python ordering_process.py FOLDER. It writes a word after every step.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes.order_till import ADDRESS, CABLE, TV, open_till, person  # noqa: E402

from pos_app.bootstrap import Register  # noqa: E402


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def pay(till: Register) -> str:
    completed = till.tendering.add_cash(till.tendering.due_minor).completed
    assert completed is not None
    return completed.transaction.header.receipt_number


def main(folder: str) -> None:
    till = open_till(Path(folder))
    say("open")
    while True:
        till.selling.add_item(TV)
        till.orders.ship([1], ADDRESS)
        say("planned")
        sent = pay(till)
        say("placed")
        till.orders.leave(sent)
        say("shipped")
        till.selling.add_item(CABLE)
        till.orders.order_specially(person(), 1_000)
        special = pay(till)
        say("deposit")
        till.orders.mark_ready(special)
        say("ready")
        till.orders.ring_up(special)
        say("rung up")
        pay(till)
        say("sold")
        till.selling.add_item(CABLE)
        till.orders.order_specially(person(), 1_000)
        unwanted = pay(till)
        say("deposit")
        till.orders.cancel_special(unwanted, "changed mind")
        say("cancelled")


if __name__ == "__main__":
    main(sys.argv[1])
