"""A till in a process of its own that sells and closes day after day, until it is killed.

Run as: python closing_process.py FOLDER. It writes a word after every step, with what the step left behind.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from fakes.closing_till import ClosingTill, cash  # noqa: E402

from pos_app.domain.till_closing import ClosingStep, CountedTender  # noqa: E402


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main(folder: str) -> None:
    till = ClosingTill(Path(folder))
    closing = till.closing
    while True:
        till.ring_up("10", "11")
        till.cash.pick_up(1_000, "BAG-7")
        say("sold")
        counted_minor = till.expected_minor - 500
        closing.stop_sales()
        say("count_cash 0")
        closing.save_cash(cash(counted_minor))
        say(f"count_cash {counted_minor}")
        closing.go_to(ClosingStep.COUNT_TENDERS)
        say(f"count_tenders {counted_minor}")
        closing.save_tenders([CountedTender("card", 100)])
        say(f"count_tenders {counted_minor}")
        closing.confirm_count()
        say(f"reveal {counted_minor}")
        for tender in closing.open_reasons():
            closing.give_reason(tender, "Wrong change given")
        closing.go_to(ClosingStep.DEPOSIT)
        say(f"deposit {counted_minor}")
        closing.keep_deposit(20_000, "BAG-")
        say(f"deposit {counted_minor}")
        closing.set_deposit(20_000, "BAG-8")
        say(f"sign {counted_minor}")
        closing.check_signature(None)
        closing.seal(None)
        say("closed")
        till.day.keep_count(cash(20_000))
        say("opening 20000")
        till.day.open(cash(20_000))
        say("opened")


if __name__ == "__main__":
    main(sys.argv[1])
