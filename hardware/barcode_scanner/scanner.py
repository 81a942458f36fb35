"""What every scanner does with its bytes: assemble, count, tell."""

import logging
from collections.abc import Callable

from hardware.barcode_scanner.assembler import RefusedScan, ScanAssembler
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.base import Device, StatusListener
from pos_app.ports import ScanEvent

logger = logging.getLogger(__name__)

ScanListener = Callable[[ScanEvent], None]
RefusalListener = Callable[[RefusedScan], None]
RawListener = Callable[[bytes], None]


class BarcodeScanner(Device):
    """A scanner's common half. Listeners are called on the scanner's thread and must not block.

    on_raw, while somebody sets it, hears every byte as it arrives: for the technician's test.
    """

    def __init__(
        self,
        settings: ScannerSettings,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        super().__init__(settings.name, "barcode_scanner", on_status)
        self._assembler = ScanAssembler(settings.name, settings.prefix, settings.suffix)
        self._on_scan = on_scan
        self._on_refused = on_refused
        self.on_raw: RawListener | None = None

    def _received(self, data: bytes) -> None:
        if self.on_raw is not None:
            self.on_raw(data)
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
