"""A drawer on a trigger box at a serial line: a byte or two open it, CTS or DSR may tell how it stands."""

import time
from concurrent.futures import Future

from hardware.base import StatusListener
from hardware.cash_drawer.drawer import STUCK, CashDrawer, DrawerError
from hardware.cash_drawer.settings import SENSES, DrawerSettings
from hardware.device_thread import DeviceBusyError, DeviceThread
from hardware.receipt_printer.transports import Fault, TransportError
from hardware.serial_line import SerialLine
from pos_app.ports import DeviceState

_PATIENCE_S = 5.0
_SENSE_EVERY_S = 0.3
_RETRY_S = 2.0
_SPRINGS_OPEN_S = 1.0


class SerialDrawer(CashDrawer):
    """Opens at once or says why not; a kick that could not be given is never given later."""

    def __init__(self, settings: DrawerSettings, on_status: StatusListener | None = None) -> None:
        """Raises ValueError for settings that make no sense."""
        level = settings.open_level if settings.sense else ""
        super().__init__(on_status, settings.name, level)
        if settings.sense not in SENSES:
            raise ValueError(f"unknown drawer sense {settings.sense!r}: {', '.join(SENSES[1:])} or nothing")
        self._sense = settings.sense
        self._kick_bytes = bytes.fromhex(settings.kick_hex)
        self._line = SerialLine(settings.address)
        self._rest_until = 0.0
        self._off_s = (settings.on_ms + settings.off_ms) / 1000
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)

    def start(self) -> None:
        """Claim the line, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Let go of the line."""
        stopped = self._thread.stop(timeout_s)
        self._line.close()
        return stopped

    def kick_drawer(self, reason: str) -> "Future[None]":
        """See DrawerOpener."""
        asked_at = time.monotonic()
        try:
            return self._thread.submit(lambda: self._kick(reason, asked_at))
        except DeviceBusyError as error:
            refused: Future[None] = Future()
            refused.set_exception(DrawerError(self.failed(str(error))))
            return refused

    # --- on the drawer's thread --------------------------------------------------------------------------------------

    def _when_idle(self) -> float:
        try:
            self._look()
        except TransportError as error:
            self._lost(error)
            return _RETRY_S
        return _SENSE_EVERY_S if self.tells else _RETRY_S

    def _look(self) -> None:
        if not self._line.is_open:
            self._line.open()
            self.report(DeviceState.READY)
        if self.tells:
            cts, dsr = self._line.control_lines()
            self.sensed(cts if self._sense == "cts" else dsr)

    def _kick(self, reason: str, asked_at: float) -> None:
        self._thread.assert_current()
        if time.monotonic() - asked_at > _PATIENCE_S:
            raise DrawerError(self.failed("It was busy for too long."))
        try:
            self._look()
            resting_s = self._rest_until - time.monotonic()
            if resting_s > 0:  # a second pulse within the rest opens nothing, and wears the coil
                self._thread.stopping.wait(resting_s)
            self.expect()
            self._line.write(self._kick_bytes)
            self._rest_until = time.monotonic() + self._off_s
            if self.tells and not self._sprang_open():
                raise DrawerError(self.failed(STUCK))
        except TransportError as error:
            self._lost(error)
            raise DrawerError(self.failed(str(error))) from None
        self.opened(reason)

    def _sprang_open(self) -> bool:
        until = time.monotonic() + _SPRINGS_OPEN_S
        while not self.is_open and time.monotonic() < until and not self._thread.stopping.wait(0.05):
            self._look()
        return bool(self.is_open)

    def _lost(self, error: TransportError) -> None:
        self.count("CommunicationErrorCount")
        self._line.close()
        self.is_open = None
        self.report(DeviceState.BUSY if error.fault is Fault.BUSY else DeviceState.OFFLINE, str(error))
