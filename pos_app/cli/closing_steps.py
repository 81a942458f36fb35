"""A till that is closed step by step in a process of its own, so that its power can be cut at any of them.

Run by the trading day as: python -m pos_app.cli.closing_steps FOLDER WORKSTATION CASH_MINOR CARD_MINOR. It says each
step when it is on disk. The same steps finish a closing that was cut.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from pos_app.bootstrap import Register
from pos_app.cli.trading_store import FLOAT_MINOR, open_till, pieces
from pos_app.domain.till_closing import ClosingStep, CountedTender
from pos_app.services.till_papers import ZReport

REASON = "Wrong change given"


def close_till(
    register: Register,
    cash_minor: int,
    card_minor: int,
    bag_number: str,
    say: Callable[[str], None] = lambda step: None,
) -> ZReport:
    """From wherever the closing is to its Z. What there should be is not known before the count is confirmed."""
    closing = register.closing
    if closing.current is None:
        closing.stop_sales()
    while True:
        current = closing.current
        if current is None:
            raise AssertionError("the closing ended before its Z")
        say(current.step.value)
        match current.step:
            case ClosingStep.COUNT_CASH:
                _see_nothing(register)
                closing.save_cash(pieces(cash_minor))
                closing.go_to(ClosingStep.COUNT_TENDERS)
            case ClosingStep.COUNT_TENDERS:
                _see_nothing(register)
                closing.save_tenders([CountedTender("card", card_minor)])
                closing.confirm_count()
            case ClosingStep.REVEAL:
                for tender in closing.open_reasons():
                    closing.give_reason(tender, REASON)
                closing.go_to(ClosingStep.DEPOSIT)
            case ClosingStep.DEPOSIT:
                left_minor = min(FLOAT_MINOR, current.cash_minor)
                closing.set_deposit(left_minor, bag_number if current.cash_minor > left_minor else "")
            case ClosingStep.SIGN:
                closing.check_signature(None)
                return closing.seal(None)


def _see_nothing(register: Register) -> None:
    """Whoever counts is told nothing of what there should be."""
    current = register.closing.current
    if current is None or current.results:
        raise AssertionError("the count is not blind")


def main() -> None:
    """The process whose power is cut."""
    folder, workstation_id, cash_minor, card_minor = sys.argv[1:]
    register = open_till(Path(folder), workstation_id)

    def say(step: str) -> None:
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()

    close_till(register, int(cash_minor), int(card_minor), f"BAG-{workstation_id}", say)
    say("closed")
    register.close()


if __name__ == "__main__":
    main()
