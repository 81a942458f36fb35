"""What every scanner does with its bytes: assemble, count, tell."""

import logging
from collections.abc import Callable

from hardware.barcode_scanner.assembler import RefusedScan, ScanAssembler
from hardware.base import Device, StatusListener
from pos_app.ports import ScanEvent

logger = logging.getLogger(__name__)

ScanListener = Callable[[ScanEvent], None]
RefusalListener = Callable[[RefusedScan], None]


class BarcodeScanner(Device):
    """A scanner's common half. Listeners are called on the scanner's thread and must not block."""

    def __init__(
        self,
        name: str,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        super().__init__(name, "barcode_scanner", on_status)
        self._assembler = ScanAssembler(name)
        self._on_scan = on_scan
        self._on_refused = on_refused

    def _received(self, data: bytes) -> None:
        for result in self._assembler.feed(data):
            if isinstance(result, ScanEvent):
                self.count("GoodScanCount")
                self._on_scan(result)
            else:
                self._refused(result)

    def _went_silent(self) -> None:
        refused = self._assembler.give_up()
        if refused is not None:
            self._refused(refused)

    def _refused(self, refused: RefusedScan) -> None:
        self.count("FailedScanCount")
        logger.warning("scan refused from %s: %s [%s]", refused.source, refused.reason, refused.raw)
        self._on_refused(refused)
