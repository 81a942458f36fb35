"""The real checkout window over a real till, without devices and network: what the window metrics drive."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.bootstrap import Register
from pos_app.ports import SyncStatus
from ui.application import open_checkout
from ui.qt_bridge import QtBridge
from ui.sale.checkout_window import CheckoutWindow
from ui.services_bundle import ReturnParts, Services

_ONLINE = SyncStatus(online=True, queued=0)
"""As the sync thread keeps it for the window, which therefore never asks the database."""


def services_of(register: Register, *, returns: bool = False) -> Services:
    """The register as the window sees it; with returns it takes goods back."""
    return Services(
        selling=register.selling,
        tendering=register.tendering,
        rewards=register.rewards,
        membership=register.membership,
        explaining=register.explaining,
        catalogue=register.data.catalogue,
        terms=register.data.terms,
        formatter=register.formatter,
        clock=register.clock,
        ids=register.ids,
        profile=register.profile,
        operator=register.operator,
        bridge=QtBridge(),
        sync_status=lambda: _ONLINE,
        device_statuses=list,
        returns=(lambda: _return_parts(register)) if returns else None,
    )


def _return_parts(register: Register) -> ReturnParts:
    return ReturnParts(
        register.returning, register.finding_sales, register.refunding, register.exchanging, register.without_receipt
    )


class PaintWatch(QObject):
    """Tells when all of some widgets were painted since it was armed."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._widgets = widgets
        self._waiting: set[QObject] = set()
        for widget in widgets:
            widget.installEventFilter(self)

    def arm(self) -> None:
        """From now on."""
        self._waiting = set(self._widgets)

    @property
    def done(self) -> bool:
        """True once each was painted; the paint itself follows the event, so ask after the events are processed."""
        return not self._waiting

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._waiting.discard(watched)
        return False


class Checkout:
    """The window, and a scanner that types into it."""

    def __init__(self, register: Register, application: QApplication, *, returns: bool = False) -> None:
        self._application = application
        self.window: CheckoutWindow = open_checkout(services_of(register, returns=returns))
        QTest.qWaitForWindowExposed(self.window)
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        self._watch = PaintWatch(self.window.basket.canvas, self.window.side.pay)

    def type_code(self, code: str) -> None:
        """A wedge scanner's keys, without the Enter."""
        for digit in code:
            QTest.keyClick(self.window.windowHandle(), digit)
        self._application.processEvents()

    def press_enter(self) -> None:
        """The scanner's Enter; returns when the new line and the new total are painted."""
        self._watch.arm()
        QTest.keyPress(self.window.windowHandle(), Qt.Key.Key_Return)
        while not self._watch.done:
            self._application.processEvents()

    def settle(self, milliseconds: int) -> None:
        """Let go of Enter, and let the window do what it put off: the next scan comes later."""
        QTest.keyRelease(self.window.windowHandle(), Qt.Key.Key_Return)
        QTest.qWait(milliseconds)

    def scan(self, code: str, settle_ms: int) -> None:
        """One scan, painted and settled."""
        self.type_code(code)
        self.press_enter()
        self.settle(settle_ms)

    def cancel_sale(self) -> None:
        """Void the sale, as the associate would."""
        sale = self.window.sale
        sale.ask_to_cancel()
        assert sale.question is not None
        sale.answer(sale.question.choices[-1])
        self._application.processEvents()
