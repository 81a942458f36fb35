"""The screens of tills: the list of them, closing step by step, sending one elsewhere, one's own PIN."""

from collections.abc import Callable

from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter

from pos_app.domain.operator import Operator, Role
from pos_app.domain.receipt_document import Cut, ReceiptDocument, Text
from pos_app.domain.till_closing import ClosingStep
from ui.till.day_page import DayPage

MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def _manager(counter: WholeCounter) -> None:
    """A manager works here, and the first paper of the process, which takes long, is printed."""
    counter.register.operator.change_to(MANAGER)
    counter.window.services.print_actions.print_document(ReceiptDocument("First", (Text("First paper"), Cut())))
    counter.printed()


def _tills(counter: WholeCounter) -> DayPage:
    _manager(counter)
    counter.window.till.tills.open()
    return counter.window.till.page


def _where(counter: WholeCounter) -> DayPage:
    page = _tills(counter)
    counter.window.till.tills.body.acts[-1].click()
    counter.type("07")
    return page


def _begin(counter: WholeCounter) -> DayPage:
    _manager(counter)
    counter.sell(HEADPHONES, card=True)
    counter.sell(CABLE, card=True)
    counter.window.till.close_the_day()
    return counter.window.till.page


def _on(counter: WholeCounter, page: DayPage, step: ClosingStep) -> DayPage:
    """On to a step; every difference has its reason, and the card terminal was asked."""
    while counter.register.closing.current is None or counter.register.closing.current.step is not step:
        body = counter.window.till.closing.reveal
        while body.isVisible() and body.asks:
            body.reasons[0].click()
        page.main.click()
        current = counter.register.closing.current
        if current is not None and current.step is ClosingStep.COUNT_TENDERS and not current.sealed:
            page.extra.click()
            counter.until(lambda: page.note.startswith("The card total"), "the terminal answered")
    return page


def _closing(step: ClosingStep) -> Callable[[WholeCounter], object]:
    return lambda counter: _on(counter, _begin(counter), step)


def _why(counter: WholeCounter) -> None:
    counter.card_terminal.authorise("typed-on-the-terminal", 4_200, "USD")
    page = _on(counter, _begin(counter), ClosingStep.REVEAL)
    page.back.click()
    counter.until(lambda: "Why the card differs" in page.accessibleDescription(), "it says why")


def _goods_for_a_bag(counter: WholeCounter) -> None:
    _on(counter, _begin(counter), ClosingStep.DEPOSIT)
    counter.scan(CABLE)


def _seal(counter: WholeCounter) -> DayPage:
    page = _where(counter)
    page.main.click()
    page.main.click()
    page.extra.click()
    page.main.click()
    page.main.click()
    return page


def _sealed(counter: WholeCounter) -> None:
    page = _seal(counter)
    counter.type("SEAL-7")
    page.main.click()


def _own_pin(counter: WholeCounter) -> None:
    own_pin = counter.window.services.own_pin
    assert own_pin is not None
    from ui.sign_on.own_pin_desk import OwnPinDesk

    OwnPinDesk(counter.window, own_pin()).open()
    counter.type("1111")


TILL_SCREENS: dict[str, Callable[[WholeCounter], object]] = {
    "tills": _tills,
    "till-where": _where,
    "till-seal": _seal,
    "till-seal-sign": _sealed,
    "close-begin": _begin,
    "close-cash": _closing(ClosingStep.COUNT_CASH),
    "close-slips": _closing(ClosingStep.COUNT_TENDERS),
    "close-compare": _closing(ClosingStep.REVEAL),
    "close-card": _why,
    "close-deposit": _goods_for_a_bag,
    "close-sign": _closing(ClosingStep.SIGN),
    "own-pin": _own_pin,
}
