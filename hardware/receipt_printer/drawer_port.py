"""The drawer on a receipt printer's connector: its pulse, with a receipt or by itself, and whether it sprang open."""

import time
from collections.abc import Callable
from threading import Event

from hardware.cash_drawer.drawer import STUCK, CashDrawer, DrawerError
from hardware.receipt_printer.session import PrinterSession
from hardware.receipt_printer.status import PrinterCondition
from pos_app.ports import DeviceState, DeviceStatus

DRAWER_PATIENCE_S = 5.0
"""A drawer opens for somebody who stands in front of it: within this time of being asked for, or not."""

_SPRINGS_OPEN_S = 1.0


class DrawerPort:
    """Used on the printer's thread, but for drawer and require_ready.

    drawer is None for a printer that no drawer hangs on. count counts for the printer; on_condition hears each answer
    that was asked for while the drawer was looked at.
    """

    def __init__(
        self,
        drawer: CashDrawer | None,
        count: Callable[[str], None],
        on_condition: Callable[[PrinterCondition], None],
        stopping: Event,
    ) -> None:
        self.drawer = drawer
        self._count = count
        self._on_condition = on_condition
        self._stopping = stopping

    @property
    def is_open(self) -> bool:
        """True while it says so."""
        return self.drawer is not None and bool(self.drawer.is_open)

    @property
    def tells(self) -> bool:
        """True when the drawer says whether it is open."""
        return self.drawer is not None and self.drawer.tells

    def require_ready(self, printer: DeviceStatus) -> None:
        """Raise DrawerError where it is known beforehand that nothing would open. Thread-safe."""
        if self.drawer is None:
            raise DrawerError(f"No drawer can be opened through {printer.name}. Open it with its key.")
        if printer.state in (DeviceState.OFFLINE, DeviceState.ERROR, DeviceState.ABSENT):
            raise DrawerError(self.failed(printer.reason or "The printer is not ready."))

    def expect(self) -> None:
        """Its pulse goes out now."""
        if self.drawer is not None:
            self.drawer.expect()

    def kick(self, session: PrinterSession, pulse: bytes, reason: str) -> None:
        """Give it its pulse now. Raises DrawerError when it stays shut, TransportError."""
        self.expect()
        session.send(pulse)
        session.complete()
        session.condition()  # an answer behind the pulse: it has been taken
        if (failure := self.judge(session, reason)) is not None:
            raise DrawerError(failure)

    def judge(self, session: PrinterSession, reason: str) -> str | None:
        """Behind its pulse: did it open? Counted and reported either way; the words when it did not."""
        if not self._sprang_open(session):
            return self.failed(STUCK)
        self._count("DrawerGoodOpenCount")
        if self.drawer is not None:
            self.drawer.opened(reason)
        return None

    def failed(self, cause: str) -> str:
        """It was not opened; the words to say so."""
        self._count("DrawerFailedOpenCount")
        return self.drawer.failed(cause) if self.drawer is not None else cause

    def _sprang_open(self, session: PrinterSession) -> bool:
        """One that cannot tell is believed to have opened."""
        drawer, until = self.drawer, time.monotonic() + _SPRINGS_OPEN_S
        if drawer is None or not drawer.tells:
            return True
        while (condition := session.condition()) is not None:
            self._on_condition(condition)
            if drawer.sprang_open or time.monotonic() >= until or self._stopping.wait(0.05):
                break
        return drawer.sprang_open
