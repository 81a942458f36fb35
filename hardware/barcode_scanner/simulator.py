"""A scanner without the machine: what is injected takes the way of real bytes."""

from concurrent.futures import Future

from hardware.barcode_scanner.scanner import BarcodeScanner, RefusalListener, ScanListener
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.base import StatusListener
from hardware.device_thread import DeviceThread
from pos_app.ports import DeviceState


class SimulatedScanner(BarcodeScanner):
    """Scans what it is told to."""

    def __init__(
        self,
        settings: ScannerSettings,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        super().__init__(settings, on_scan, on_refused, on_status)
        self._thread = DeviceThread(f"device: {settings.name}", lambda: None, capacity=10_000)

    def start(self) -> None:
        """Be ready to scan."""
        self._thread.start()
        self.report(DeviceState.READY)

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop."""
        return self._thread.stop(timeout_s)

    def inject(self, text: str, symbology: str = "") -> "Future[None]":
        """Scan a code; the future ends when it has been handed on. Thread-safe, in order."""
        return self.inject_bytes(f"{symbology}{text}\r".encode())

    def inject_bytes(self, data: bytes) -> "Future[None]":
        """Let these bytes arrive as they are: garbage, halves, bursts."""
        return self._thread.submit(lambda: self._received(data))
