"""A scanner on a serial port, or on USB as one: port or port@baud as the address."""

import time

from hardware.barcode_scanner.scanner import BarcodeScanner, RefusalListener, ScanListener
from hardware.base import StatusListener
from hardware.device_thread import DeviceThread
from hardware.receipt_printer.transports import SerialTransport, TransportError
from pos_app.ports import DeviceState

_READ_S = 0.1
_SILENCE_S = 0.5
_RETRY_S = 2.0


class SerialScanner(BarcodeScanner):
    """Reads codes ended by CR or LF; finds its port again when it is unplugged and plugged in."""

    def __init__(
        self,
        name: str,
        address: str,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        super().__init__(name, on_scan, on_refused, on_status)
        self._port = SerialTransport(address)
        self._is_open = False
        self._last_byte_at = 0.0
        self._thread = DeviceThread(f"device: {name}", self._when_idle)

    def start(self) -> None:
        """Open the port and read, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop reading and let go of the port."""
        stopped = self._thread.stop(timeout_s)
        self._port.close()
        return stopped

    def _when_idle(self) -> float:
        try:
            if not self._is_open:
                self._port.open()
                self._is_open = True
                self.report(DeviceState.READY)
            data = self._port.read(_READ_S)
        except TransportError as error:
            self.count("CommunicationErrorCount")
            self.report(DeviceState.OFFLINE, str(error))
            self._port.close()
            self._is_open = False
            return _RETRY_S
        now = time.monotonic()
        if data:
            self._last_byte_at = now
            self._received(data)
        elif self._assembler.is_waiting and now - self._last_byte_at > _SILENCE_S:
            self._went_silent()
        return 0.0
