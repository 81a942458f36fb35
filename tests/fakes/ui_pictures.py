"""Pictures of the window in named states, made the same way for the golden test and for the X server test.

Run as a program it saves them all: python tests/fakes/ui_pictures.py FOLDER
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]

from fakes.ui_shop import ACCOUNT, MEMBER, SHELF, STATEMENT, UiShop
from PIL import Image
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from pos_app.domain.basket import Discount
from pos_app.domain.receipt_document import QrCode
from pos_app.domain.return_policy import Condition
from ui.member.pages import statement_page
from ui.returns.return_model import ReturnModel
from ui.sale.checkout_window import CheckoutWindow
from ui.services_bundle import UiSettings

CODES = list(SHELF)


def _member_sale(window: CheckoutWindow) -> None:
    for code in (CODES[0], CODES[2], CODES[1], CODES[2], CODES[4]):
        window.on_scan(code)
    window.sale.discount(Discount("Damaged box", percent_micro=100_000), 3)
    window.services.selling.attach_member(ACCOUNT)
    window.on_scan(CODES[5])


def _complete(window: CheckoutWindow) -> None:
    _member_sale(window)
    window.tender.pay_cash(90_000)


def _miss(window: CheckoutWindow) -> None:
    _member_sale(window)
    window.on_scan("4999999999999")


def _cash(window: CheckoutWindow) -> None:
    _member_sale(window)
    window.functions.cash()


def _with_a_member(window: CheckoutWindow) -> None:
    for code in CODES[:3]:
        window.on_scan(code)
    window.services.selling.attach_member(MEMBER)


def _member(window: CheckoutWindow) -> None:
    _with_a_member(window)
    window.functions.member()


def _enrol(window: CheckoutWindow) -> None:
    window.on_scan(CODES[0])
    window.functions.desk.enrolment.begin("casey@gmial.com")
    window.functions.desk.show_enrolment()


def _pin(window: CheckoutWindow) -> None:
    _with_a_member(window)
    window.functions.desk.set_pin(replace(MEMBER, proofs=()))
    for digit in "1470":
        window.side.entry.keypad.pressed.emit(digit)


def _statement(window: CheckoutWindow) -> None:
    _with_a_member(window)
    page = statement_page(STATEMENT, window.services.formatter)
    window.functions.desk.show_page(lambda: page, ("Print", lambda: None))


def _explain(window: CheckoutWindow) -> None:
    _with_a_member(window)
    window.functions.explain()


def _approval(window: CheckoutWindow) -> None:
    _member_sale(window)
    window.sale.discount(Discount("Damaged box", percent_micro=250_000), 3)
    for digit in "201":
        window.people.approvals.overlay.pad.keypad.pressed.emit(digit)


def _locked(window: CheckoutWindow) -> None:
    _member_sale(window)
    window.people.lock()


def _until(happened: Callable[[], bool]) -> None:
    """Let what runs behind the window come to its end."""
    while not happened():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _receipts(window: CheckoutWindow) -> None:
    for codes in (CODES[:3], CODES[:1], CODES[2:5]):
        for code in codes:
            window.on_scan(code)
        window.tender.pay_cash(200_000)
    window.functions.trigger("receipts")
    _until(lambda: bool(window.functions.receipts.room.paper.accessibleDescription()))


def _checked(window: CheckoutWindow) -> None:
    window.on_scan(CODES[0])
    window.tender.pay_cash(90_000)
    assert window.sale.completed is not None
    blocks = window.sale.completed.document.blocks
    window.on_scan(next(block.data for block in blocks if isinstance(block, QrCode)))
    _until(lambda: window.functions.receipts.checking.panel.verdict is not None)


def _return(window: CheckoutWindow) -> None:
    """Two of three lines of a receipt come back, one of them opened."""
    for code in (CODES[0], CODES[0], CODES[1], CODES[2]):
        window.on_scan(code)
    window.services.selling.attach_member(ACCOUNT)
    window.tender.pay_cash(window.tender.cash_due_minor)
    assert window.sale.completed is not None
    number = window.sale.completed.transaction.header.receipt_number
    window.on_scan(number)
    returns = window.functions.returns
    assert returns is not None
    while returns.checking:
        QApplication.processEvents()
    assert isinstance(returns.model, ReturnModel)
    returns.model.step(1, 1)
    returns.model.describe(2, Condition.OPENED, "Does not work")
    returns.model.step(2, 1)


STATES: dict[str, tuple[Callable[[CheckoutWindow], None], str, tuple[int, int]]] = {
    "idle-light": (lambda window: None, "light", (1280, 800)),
    "sale-light": (_member_sale, "light", (1280, 800)),
    "sale-dark": (_member_sale, "dark", (1280, 800)),
    "miss-small": (_miss, "light", (1024, 768)),
    "cash-dark": (_cash, "dark", (1024, 768)),
    "complete-light": (_complete, "light", (1280, 800)),
    "member-dark": (_member, "dark", (1024, 768)),
    "enrol-light": (_enrol, "light", (1280, 800)),
    "enrol-dark": (_enrol, "dark", (1024, 768)),
    "pin-light": (_pin, "light", (1024, 768)),
    "statement-light": (_statement, "light", (1280, 800)),
    "return-light": (_return, "light", (1280, 800)),
    "return-dark": (_return, "dark", (1024, 768)),
    "explain-light": (_explain, "light", (1280, 800)),
    "explain-dark": (_explain, "dark", (1024, 768)),
    "receipts-light": (_receipts, "light", (1280, 800)),
    "receipts-dark": (_receipts, "dark", (1024, 768)),
    "receipt-checked-light": (_checked, "light", (1024, 768)),
    "approval-light": (_approval, "light", (1280, 800)),
    "approval-dark": (_approval, "dark", (1024, 768)),
    "locked-light": (_locked, "light", (1280, 800)),
    "locked-dark": (_locked, "dark", (1024, 768)),
}


def picture(state: str) -> QImage:
    """The window in that state."""
    prepare, theme, size = STATES[state]
    window = CheckoutWindow(UiShop().services(UiSettings(theme=theme, sounds=False)))
    window.resize(*size)
    window.show()
    QApplication.processEvents()
    prepare(window)
    window.basket.canvas._end_merge_sign()
    window.setFocus()  # no text cursor: it blinks
    QApplication.processEvents()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    window.close()
    window.deleteLater()
    return image


def save_all(folder: Path) -> None:
    """All states as small PNG files."""
    for state in STATES:
        image = picture(state)
        size, row = (image.width(), image.height()), image.bytesPerLine()
        pixels = Image.frombuffer("RGB", size, bytes(image.constBits()), "raw", "RGB", row)
        pixels.quantize(200, dither=Image.Dither.NONE).save(folder / f"{state}.png", optimize=True)


if __name__ == "__main__":
    from ui.application import build_application

    application = build_application()
    save_all(Path(sys.argv[1]))
