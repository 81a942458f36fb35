"""Every screen of the checkout in the demo store, with how to come to it by hand.

Run as a program it takes a picture of each, light and dark, in both common sizes, to be looked at one by one:
python tests/fakes/ui_screens.py FOLDER [WORDS IN NAMES...]
"""

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fakes.backup_screens import BACKUP_SCREENS
from fakes.console_screens import CONSOLE_SCREENS
from fakes.employee_screens import EMPLOYEE_SCREENS
from fakes.goods_screens import GOODS_SCREENS
from fakes.order_till import person
from fakes.real_central import RealCentral
from fakes.report_screens import REPORT_SCREENS
from fakes.set_up_screens import SET_UP_SCREENS
from fakes.till_screens import TILL_SCREENS
from fakes.update_screens import UPDATE_SCREENS
from fakes.whole_counter import (
    BADGE,
    CABLE,
    CAMERA,
    GIFT_CARD,
    HEADPHONES,
    PHONE,
    SPEAKER,
    TELEVISION,
    WholeCounter,
    open_central,
)
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hardware.payment_terminal.simulator import Behaviour
from pos_app.domain.basket import Discount
from pos_app.domain.receipt_document import QrCode
from ui.sale.sale_view_model import Stage
from ui.services_bundle import UiSettings
from ui.widgets.control import Control

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _basket(counter: WholeCounter) -> None:
    counter.scan(HEADPHONES, CABLE, SPEAKER, CABLE, TELEVISION)


def _member(counter: WholeCounter) -> None:
    _basket(counter)
    counter.window.sale.discount(Discount("Damaged box", percent_micro=100_000), 1)
    counter.attach_member()


def _list(counter: WholeCounter, *names: str) -> None:
    """Through lists: the row of each name in turn."""
    for name in names:
        rows = counter.rows()
        found = next((row for key, row in rows.items() if key.startswith(name)), None)
        assert found is not None, f"{name} is none of {sorted(rows)}"
        found.click()
        QApplication.processEvents()


def _more(counter: WholeCounter, *names: str) -> None:
    counter.press(Key.Key_F10)
    _list(counter, *names)


def _complete(counter: WholeCounter) -> None:
    _member(counter)
    counter.window.tender.pay_cash(100_000)
    counter.printed()


def _unknown_card(counter: WholeCounter) -> None:
    _basket(counter)
    counter.card_terminal.set_switches(behaviour=Behaviour.LOST, delay_ms=300)
    counter.press(Key.Key_F12)
    counter.until(lambda: counter.window.sale.stage is Stage.CARD_PENDING)
    counter.card_terminal.set_switches(behaviour=Behaviour.OFFLINE)
    counter.until(lambda: counter.window.sale.question is not None)


def _card_pending(counter: WholeCounter) -> None:
    _basket(counter)
    counter.card_terminal.set_switches(delay_ms=2_000)
    counter.press(Key.Key_F12)


def _declined(counter: WholeCounter) -> None:
    _basket(counter)
    counter.card_terminal.set_switches(behaviour=Behaviour.DECLINE)
    counter.press(Key.Key_F12)
    counter.until(lambda: counter.window.sale.banner is not None)


def _split(counter: WholeCounter) -> None:
    _member(counter)
    counter.window.tender.pay_cash(2_000)
    counter.window.tender.pay_card(10_000)
    counter.until(lambda: len(counter.view.tenders) == 2)


def _parts(counter: WholeCounter) -> None:
    _split(counter)
    counter.touch(counter.side.pay.split)


def _gift_card(counter: WholeCounter) -> None:
    _basket(counter)
    counter.touch(counter.side.pay.gift_card)
    counter.type(GIFT_CARD)


def _other(counter: WholeCounter) -> None:
    _basket(counter)
    counter.touch(counter.side.pay.other)


def _foreign(counter: WholeCounter) -> None:
    _other(counter)
    _list(counter, "Euro" if "Euro" in counter.rows() else next(n for n in counter.rows() if "EUR" in n or "uro" in n))
    counter.type("50")


def _reference(counter: WholeCounter) -> None:
    _other(counter)
    _list(counter, "Financing")
    counter.press(Key.Key_Return)
    counter.type("AB123")


def _points(counter: WholeCounter) -> None:
    _member(counter)
    counter.touch(counter.side.member.points)
    counter.type("700")


def _typing_member(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F3)
    counter.type("jo@exa")


def _nobody(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F3)
    counter.type("casey@gmial.com")
    counter.press(Key.Key_Return)
    counter.until(lambda: counter.window.member.can_enrol)


def _enrol(counter: WholeCounter) -> None:
    _nobody(counter)
    counter.press(Key.Key_F3)


def _everything_of_a_member(counter: WholeCounter) -> None:
    _member(counter)
    counter.press(Key.Key_F3)


def _statement(counter: WholeCounter) -> None:
    _everything_of_a_member(counter)
    _list_of_panel(counter, "Statement")
    counter.until(lambda: counter.window.basket.sheet_open)


def _list_of_panel(counter: WholeCounter, name: str) -> None:
    """A row or button of a panel that is no plain list."""
    shown = (control for control in counter.window.findChildren(Control) if control.isVisible())
    next(control for control in shown if control.text().startswith(name)).click()
    QApplication.processEvents()


def _offline(counter: WholeCounter) -> None:
    _member(counter)
    counter.go_offline()


def _explain(counter: WholeCounter) -> None:
    _member(counter)
    counter.press(Key.Key_F1)


def _long_basket(counter: WholeCounter) -> None:
    counter.scan(*(f"95200000010{number}" for number in ("18", "25", "32", "49", "56", "63", "70", "87", "94")))
    counter.window.sale.set_quantity(3, 150_000)
    counter.scan("9520000001131", "9520000001179")


def _find(counter: WholeCounter) -> None:
    counter.type("cam")
    counter.until(lambda: counter.window.hits.isVisible())


def _quantity(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F5)
    counter.type("12")


def _quantity_question(counter: WholeCounter) -> None:
    counter.type("1500*")
    counter.until(lambda: counter.window.sale.question is not None)


def _discount(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F4)
    counter.type("15")


def _discount_reasons(counter: WholeCounter) -> None:
    _discount(counter)
    counter.press(Key.Key_Return)


def _approval(counter: WholeCounter) -> None:
    _basket(counter)
    counter.window.sale.discount(Discount("Damaged box", percent_micro=250_000), 1)
    counter.type("201")


def _approval_by_phone(counter: WholeCounter) -> None:
    _approval(counter)
    overlay = counter.window.people.approvals.overlay
    if overlay.lacks_reason:
        overlay.reasons[0].click()
    overlay.phone.click()


def _serial(counter: WholeCounter) -> None:
    counter.scan(HEADPHONES, PHONE)
    counter.type("35693")


def _price_check(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_I, modifiers=CTRL)
    counter.scan(CAMERA)


def _tiles(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_T, modifiers=CTRL)


def _departments(counter: WholeCounter) -> None:
    _miss(counter)
    counter.window.functions.shelf.departments.open("4999999999993")


def _miss(counter: WholeCounter) -> None:
    _basket(counter)
    counter.scan("4999999999993")


def _parked(counter: WholeCounter) -> None:
    for codes in ((HEADPHONES,), (CABLE, SPEAKER)):
        counter.scan(*codes)
        counter.press(Key.Key_F6)
    counter.press(Key.Key_F6)
    counter.until(lambda: counter.side.list_panel.isVisible() and len(counter.rows()) >= 1)


def _park_note(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F6, modifiers=SHIFT)
    counter.type("Blue bag")


def _return(counter: WholeCounter) -> None:
    number = counter.sell(HEADPHONES, CABLE, CAMERA)
    counter.scan(number)
    counter.until(lambda: counter.window.functions.returning)
    counter.scan(HEADPHONES)


def _return_finder(counter: WholeCounter) -> None:
    counter.press(Key.Key_F7)


def _return_reason(counter: WholeCounter) -> None:
    _return(counter)
    counter.press(Key.Key_Return)


def _exchange(counter: WholeCounter) -> None:
    _return(counter)
    _list_of_panel(counter, "Exchange for")
    QApplication.processEvents()
    if counter.side.list_panel.isVisible():
        counter.press(Key.Key_Return)
    counter.until(lambda: counter.view.exchange is not None)
    counter.scan(SPEAKER)


def _void_list(counter: WholeCounter) -> None:
    for codes in ((HEADPHONES,), (CABLE, SPEAKER)):
        counter.sell(*codes)
    counter.press(Key.Key_F7)
    _list_of_panel(counter, "Void a sale")
    counter.until(lambda: counter.side.list_panel.isVisible())


def _receipts(counter: WholeCounter) -> None:
    for codes in ((HEADPHONES,), (CABLE, SPEAKER), (CAMERA,)):
        counter.sell(*codes)
    counter.press(Key.Key_F8)
    counter.until(lambda: bool(counter.window.functions.receipts.room.paper.accessibleDescription()))


def _checked(counter: WholeCounter) -> None:
    counter.scan(HEADPHONES)
    counter.window.tender.pay_exact_cash()
    blocks = counter.window.sale.completed.document.blocks
    counter.scan(next(block.data for block in blocks if isinstance(block, QrCode)))
    counter.until(lambda: counter.window.functions.receipts.checking.panel.verdict is not None)


def _drawer(counter: WholeCounter) -> None:
    counter.press(Key.Key_F9)


def _paid_in(counter: WholeCounter) -> None:
    counter.press(Key.Key_F9)
    counter.press(Key.Key_Down, Key.Key_Return)
    counter.type("2500")


def _orders(counter: WholeCounter) -> None:
    _basket(counter)
    _more(counter, "Leaves later")


def _address(counter: WholeCounter) -> None:
    _orders(counter)
    _list(counter, "Send")
    counter.type("Recipient Example")


def _order_list(counter: WholeCounter) -> None:
    counter.scan(CAMERA)
    counter.register.orders.pick_up_later([line.line_number for line in counter.view.priced.lines], person())
    counter.window.tender.pay_exact_cash()
    counter.until(lambda: counter.window.sale.completed is not None)
    counter.press(Key.Key_O, modifiers=CTRL)


def _exempt(counter: WholeCounter) -> None:
    _basket(counter)
    _more(counter, "Tax exempt")


def _services(counter: WholeCounter) -> None:
    counter.scan(TELEVISION)
    _more(counter, "Services")


def _promo_code(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F4, modifiers=SHIFT)


def _gift_cards(counter: WholeCounter) -> None:
    _more(counter, "Gift cards")


def _sell_gift_card(counter: WholeCounter) -> None:
    _more(counter, "Gift cards", "Sell")
    counter.scan("6006491234567890999")
    counter.until(lambda: counter.side.entry.accessibleName() == "New gift card")


def _cancel(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_Delete, modifiers=CTRL)


def _more_list(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F10)


def _more_list_end(counter: WholeCounter) -> None:
    _more_list(counter)
    counter.press(Key.Key_PageDown)


def _lock(counter: WholeCounter) -> None:
    _member(counter)
    counter.press(Key.Key_L, modifiers=CTRL)
    counter.type("101")


def _time_clock(counter: WholeCounter) -> None:
    _more(counter, "People", "Time clock")


def _paper_out(counter: WholeCounter) -> None:
    counter.printer.set_faults(paper_out=True)
    counter.scan(HEADPHONES)
    counter.window.tender.pay_exact_cash()
    counter.until(lambda: not counter.printer_is_ready())


def _part_paid_scan(counter: WholeCounter) -> None:
    _split(counter)
    counter.scan(CABLE)


def _cash(counter: WholeCounter) -> None:
    _basket(counter)
    counter.press(Key.Key_F11)
    counter.type("20000")


SCREENS: dict[str, Callable[[WholeCounter], object]] = {
    "idle": lambda counter: None,
    "basket": _basket,
    "basket-long": _long_basket,
    "member": _member,
    "member-typing": _typing_member,
    "member-nobody": _nobody,
    "member-enrol": _enrol,
    "member-everything": _everything_of_a_member,
    "member-statement": _statement,
    "member-explain": _explain,
    "member-points": _points,
    "member-offline": _offline,
    "find": _find,
    "miss": _miss,
    "departments": _departments,
    "quantity": _quantity,
    "quantity-question": _quantity_question,
    "serial": _serial,
    "price-check": _price_check,
    "tiles": _tiles,
    "discount": _discount,
    "discount-reasons": _discount_reasons,
    "approval": _approval,
    "approval-phone": _approval_by_phone,
    "promo-code": _promo_code,
    "cash": _cash,
    "card-pending": _card_pending,
    "card-declined": _declined,
    "card-unknown": _unknown_card,
    "split": _split,
    "split-parts": _parts,
    "split-scan": _part_paid_scan,
    "gift-card": _gift_card,
    "gift-cards": _gift_cards,
    "gift-card-sell": _sell_gift_card,
    "other": _other,
    "other-foreign": _foreign,
    "other-reference": _reference,
    "complete": _complete,
    "paper-out": _paper_out,
    "parked": _parked,
    "park-note": _park_note,
    "return": _return,
    "return-finder": _return_finder,
    "return-reason": _return_reason,
    "return-exchange": _exchange,
    "void-list": _void_list,
    "receipts": _receipts,
    "receipt-checked": _checked,
    "drawer": _drawer,
    "drawer-paid-in": _paid_in,
    "orders": _orders,
    "orders-address": _address,
    "orders-list": _order_list,
    "tax-exempt": _exempt,
    "services": _services,
    "cancel": _cancel,
    "more": _more_list,
    "more-end": _more_list_end,
    "locked": _lock,
    "time-clock": _time_clock,
    **SET_UP_SCREENS,
    **BACKUP_SCREENS,
    **GOODS_SCREENS,
    **EMPLOYEE_SCREENS,
    **REPORT_SCREENS,
    **TILL_SCREENS,
    **CONSOLE_SCREENS,
    **UPDATE_SCREENS,
}


class Screens:
    """Comes to one screen after the other, each time at a till that was just started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shops = 0
        self._central: RealCentral | None = None
        self._counter: WholeCounter | None = None

    def show(self, name: str, theme: str, size: tuple[int, int]) -> WholeCounter:
        """The till at this screen, nothing of the screen before left."""
        self.leave()
        counter = self._counter = self._start(theme, size)
        SCREENS[name](counter)
        counter.window.basket.canvas._end_merge_sign()
        QApplication.processEvents()
        return counter

    def leave(self) -> None:
        """Put the till away; one that is paid in part, parked at or offline is not used again, nor is its shop."""
        counter = self._counter
        if counter is None:
            return
        self._counter = None
        counter.card_terminal.set_switches(behaviour=Behaviour.APPROVE, delay_ms=0)
        counter.printer.repair()
        counter.until(lambda: counter.printer_state() in ("ready", "busy"), "the printer is repaired")
        counter.until(lambda: counter.window.sale.stage is not Stage.CARD_PENDING or counter.window.tender.card.unknown)
        sale = counter.register.selling.current
        used = counter.window.tender.card.unknown or counter.view.tenders or counter.view.exchange is not None
        if sale is not None and not used:
            counter.register.selling.cancel("next picture")
        closing = counter.register.data.storage.till_is_closing()
        online = counter.counter.sync_status().online
        counter.close()
        QApplication.processEvents()
        if used or closing or not online:
            self._close_shop()

    def close(self) -> None:
        self.leave()
        self._close_shop()

    def _close_shop(self) -> None:
        if self._central is not None:
            self._central.close()
            self._central = None
            self._shops += 1

    def _start(self, theme: str, size: tuple[int, int]) -> WholeCounter:
        shop = self._folder / f"shop-{self._shops}"
        if self._central is None:
            self._central = open_central(shop / "central")
        settings = UiSettings(theme=theme, sounds=False, complete_clears_after_ms=600_000)
        counter = WholeCounter(shop / "till", self._central, settings=settings, size=size, sign_on=True)
        counter.scan(BADGE["associate"])
        counter.until(lambda: not counter.window.people.covering, "somebody is signed on")
        return counter


def _save_all(folder: Path, words: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data:
        screens = Screens(Path(data))
        for name in SCREENS:
            if words and not any(word in name for word in words):
                continue
            for theme in ("light", "dark"):
                for size in ((1024, 768), (1280, 800)):
                    counter = screens.show(name, theme, size)
                    counter.window.grab().save(str(folder / f"{name}-{theme}-{size[0]}.png"))
        screens.close()


if __name__ == "__main__":
    from ui.application import build_application

    application = build_application()
    application.setCursorFlashTime(0)
    _save_all(Path(sys.argv[1]), sys.argv[2:])
