"""A scanner on a serial line: a port, a USB scanner that looks like one, or a serial server."""

import time

from hardware.barcode_scanner.scanner import BarcodeScanner, RefusalListener, ScanListener
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.base import StatusListener
from hardware.device_thread import DeviceThread
from hardware.receipt_printer.transports import Fault, TransportError
from hardware.serial_line import SerialLine
from pos_app.ports import DeviceState

_READ_S = 0.1
_SILENCE_S = 0.5
_RETRY_S = 1.0
"""A scanner that is plugged in again, on whatever port, is there within three seconds."""


class SerialScanner(BarcodeScanner):
    """Reads codes; finds its scanner again when it is unplugged and plugged in, by who it is where it says so."""

    def __init__(
        self,
        settings: ScannerSettings,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        """Raises ValueError for a malformed address."""
        super().__init__(settings, on_scan, on_refused, on_status)
        self._line = SerialLine(settings.address)
        self._was_there = False
        self._last_byte_at = 0.0
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)

    def start(self) -> None:
        """Open the line and read, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop reading and let go of the line."""
        stopped = self._thread.stop(timeout_s)
        self._line.close()
        return stopped

    def _when_idle(self) -> float:
        try:
            if not self._line.is_open:
                self._open()
            data = self._line.read(_READ_S)
        except TransportError as error:
            self._lost(error)
            return _RETRY_S
        now = time.monotonic()
        if data:
            self._last_byte_at = now
            self._received(data)
        elif self._assembler.is_waiting and now - self._last_byte_at > _SILENCE_S:
            self._went_silent()
        return 0.0

    def _open(self) -> None:
        self._line.open()
        if self._was_there:
            self.count("ReconnectCount")
        self._was_there = True
        self.report(DeviceState.READY, f"on {self._line.port}")

    def _lost(self, error: TransportError) -> None:
        """Half a code that has arrived will not be ended by the next one."""
        if self._line.is_open:
            self.count("CommunicationErrorCount")
        self._line.close()
        self._went_silent()
        self.report(DeviceState.BUSY if error.fault is Fault.BUSY else DeviceState.OFFLINE, str(error))
