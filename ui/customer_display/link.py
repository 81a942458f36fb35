"""Keeps what faces the customer in step with the sale: the second window, and displays on the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication

from pos_app.domain.receipt_texts import receipt_texts
from pos_app.ports.customer_display import CustomerDisplay, CustomerView
from ui.customer_display.display_window import CustomerDisplayWindow
from ui.sale.sale_view_model import Stage

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow

_AFTER_MS = 15
"""The till's own window comes first, and a burst of scans is shown once."""
_BESIDE_WIDTH, _BESIDE_HEIGHT = 1024, 640


class CustomerDisplays:
    """All displays of one checkout; each gets every change of the sale once."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._texts = receipt_texts(window.services.profile.receipt.language)
        self.screen: CustomerDisplayWindow | None = None
        self._later = QTimer(window)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_MS)
        self._later.timeout.connect(self.refresh)
        window.sale.changed.connect(self._later.start)
        self.refresh()

    @property
    def _displays(self) -> list[CustomerDisplay]:
        """Those on the counter, which come and go while the till runs, and the second window."""
        screen = [self.screen] if self.screen is not None else []
        return [*self._window.services.customer_displays, *screen]

    @property
    def behind(self) -> bool:
        """True while a change of the sale is still to be shown."""
        return self._later.isActive()

    def toggle_screen(self) -> None:
        """Show the customer's window, or put it away."""
        if self.screen is not None and self.screen.isVisible():
            self.screen.hide()
            return
        if self.screen is None:
            profile = self._window.services.profile
            self.screen = CustomerDisplayWindow(profile.store_name, self._texts, profile.receipt.logo_file)
            self.screen.activated.connect(self._window.activateWindow, Qt.ConnectionType.QueuedConnection)
        self._place(self.screen)
        self.refresh()

    def refresh(self) -> None:
        """Show the sale as it is now."""
        shown = [display for display in self._displays if display is not self.screen or self.screen.isVisible()]
        if shown:
            view = self._view()
            for display in shown:
                display.show_view(view)

    def end(self) -> None:
        """The till's window closes."""
        for display in self._displays:
            display.end()

    def _view(self) -> CustomerView:
        from pos_app.services.customer_view import basket_view, summary_view

        sale, formatter = self._window.sale, self._window.services.formatter
        if sale.stage is Stage.COMPLETE and sale.completed is not None:
            return summary_view(sale.completed, sale.view, formatter, self._texts)
        pending = sale.stage is Stage.CARD_PENDING
        return basket_view(sale.view, formatter, self._texts, at_card_terminal=pending)

    def _place(self, screen: CustomerDisplayWindow) -> None:
        """On the second screen, all of it; where there is none, a window beside the till's."""
        own = self._window.screen()
        others = [each for each in QGuiApplication.screens() if each is not own]
        if others:
            screen.setGeometry(others[0].geometry())
            screen.setWindowState(Qt.WindowState.WindowFullScreen)
            screen.show()
            return
        room = own.availableGeometry()
        screen.resize(_BESIDE_WIDTH, _BESIDE_HEIGHT)
        below = min(self._window.frameGeometry().bottom() + 1, room.bottom() - _BESIDE_HEIGHT)
        screen.move(max(room.left(), self._window.frameGeometry().left()), max(room.top(), below))
        screen.show()
