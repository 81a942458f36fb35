"""A drawer that stands open too long: said on the screen and aloud, until it is shut. The sale goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ui.announce import announce
from ui.messages import Banner

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow

STILL_OPEN = Banner("The drawer is open", "Push it shut. The sale can go on.", "warn")


class DrawerWatch(QObject):
    """Listens to drawers that tell how they stand."""

    def __init__(self, window: CheckoutWindow, alarm_ms: int) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self, singleShot=True, interval=alarm_ms)
        self._timer.timeout.connect(self._alarm)
        if alarm_ms:
            window.services.bridge.drawer_changed.connect(self._moved)

    def _moved(self, is_open: bool) -> None:
        if is_open and not self._timer.isActive():
            self._timer.start()
        elif not is_open:
            self._timer.stop()
            self._window.sale.withdraw(STILL_OPEN)

    def _alarm(self) -> None:
        self._window.sale.warn(STILL_OPEN)
        announce(self._window, f"{STILL_OPEN.title}. {STILL_OPEN.detail}", urgent=True)
