"""All devices of one workstation behind one door. bootstrap builds it, the screen and the services use it."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.payment_terminal.settings import ADYEN_LOCAL, MANUAL, SIMULATOR, CardTerminalSettings
from hardware.receipt_printer.settings import PrinterSettings
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.errors import WorldError
from pos_app.manual_card import ManualCardPrompt
from pos_app.ports import DeviceState, DeviceStatus, PaymentTerminal, PrintQueue, ScanEvent

if TYPE_CHECKING:
    from hardware.barcode_scanner.assembler import RefusedScan
    from hardware.barcode_scanner.serial_scanner import SerialScanner
    from hardware.barcode_scanner.simulator import SimulatedScanner
    from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
    from hardware.payment_terminal.driver import PaymentDriver
    from hardware.payment_terminal.simulator import SimulatedPaymentTerminal
    from hardware.receipt_printer.escpos_renderer import EscposRenderer
    from hardware.receipt_printer.printer import ReceiptPrinter
    from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner that is not a keyboard wedge. driver is simulator or serial; address is port or port@baud."""

    name: str = "scanner"
    driver: str = "simulator"
    address: str = ""


@dataclass(frozen=True, slots=True)
class PeripheralsSettings:
    """The devices of one workstation.

    data_folder keeps what simulated devices remember, parsed printer profiles and the card terminal's payments.
    """

    printer: PrinterSettings = field(default_factory=PrinterSettings)
    scanners: tuple[ScannerSettings, ...] = (ScannerSettings(),)
    data_folder: Path | None = None
    card_terminal: CardTerminalSettings = field(default_factory=CardTerminalSettings)


class Peripherals:
    """Printer, drawer, scanners and card terminal.

    on_status, on_scan and on_scan_refused are called on device threads and must not block; set them before start().
    card_prompt asks the associate about a card terminal that is not connected; such a terminal needs it at start().
    """

    def __init__(self, settings: PeripheralsSettings, print_queue: PrintQueue) -> None:
        self._settings = settings
        self._queue = print_queue
        self.on_status: Callable[[DeviceStatus], None] = lambda _: None
        self.on_scan: Callable[[ScanEvent], None] = lambda _: None
        self.on_scan_refused: Callable[[RefusedScan], None] = lambda _: None
        self.card_prompt: ManualCardPrompt | None = None
        self.printer: ReceiptPrinter | None = None
        self.scanners: list[SerialScanner | SimulatedScanner] = []
        self.simulated_printer: SimulatedPrinter | None = None
        self.simulated_terminal: SimulatedPaymentTerminal | None = None
        self._card_terminal: PaymentDriver | None = None
        self._network_terminal: AdyenLocalTerminal | None = None
        self._printer_server: PrinterServer | None = None
        self._failed: list[DeviceStatus] = []

    def start(self) -> None:
        """Start every device's thread. A device that cannot start is a row with its reason, the others run."""
        self._attempt(self._settings.printer.name, self._start_printer)
        self._attempt("card terminal", self._start_terminal)
        for scanner in self._settings.scanners:
            self._attempt(scanner.name, partial(self._start_scanner, scanner))

    def stop(self) -> None:
        """Stop every device; a job being printed ends as unconfirmed."""
        if self._network_terminal is not None:
            self._network_terminal.stop()
        for scanner in self.scanners:
            scanner.stop()
        if self.printer is not None:
            self.printer.stop()
        if self._printer_server is not None:
            self._printer_server.stop()

    def statuses(self) -> list[DeviceStatus]:
        """Every device's state, printer first."""
        statuses = [self.printer.status, self.printer.drawer.status] if self.printer is not None else []
        statuses += [scanner.status for scanner in self.scanners]
        if self._card_terminal is not None:
            statuses.append(self._card_terminal.status)
        return statuses + self._failed

    @property
    def payment_terminal(self) -> PaymentTerminal | None:
        """The card terminal, or None when there is none."""
        return self._card_terminal

    @property
    def simulated_scanner(self) -> "SimulatedScanner | None":
        """The scanner that codes can be injected into, or None on a real counter."""
        from hardware.barcode_scanner.simulator import SimulatedScanner

        return next((scanner for scanner in self.scanners if isinstance(scanner, SimulatedScanner)), None)

    def receipt_bytes(self, document: ReceiptDocument) -> bytes:
        """The bytes that this workstation's printer gets for a document."""
        return self._renderer().render(document).data

    def print_nudge(self) -> None:
        """A print job has been committed: print it now. Never blocks."""
        if self.printer is not None:
            self.printer.nudge()

    def kick_drawer(self, reason: str) -> "Future[None]":
        """Open the drawer now or not at all; the future fails with a WorldError that says why. Never blocks."""
        if self.printer is not None:
            return self.printer.kick_drawer(reason)
        from hardware.receipt_printer.printer import DrawerError

        failed: Future[None] = Future()
        failed.set_exception(DrawerError("The drawer was not opened: there is no printer. Open it with its key."))
        return failed

    def _attempt(self, name: str, begin: Callable[[], None]) -> None:
        try:
            begin()
        except (OSError, ValueError, WorldError) as error:
            logger.exception("device %s cannot be started", name)
            status = DeviceStatus(name, name, DeviceState.ERROR, str(error))
            self._failed.append(status)
            self.on_status(status)

    def _start_printer(self) -> None:
        from hardware.receipt_printer.printer import ReceiptPrinter
        from hardware.receipt_printer.transports import transport_for

        settings = self._settings.printer
        if settings.driver == "simulator":
            settings = replace(settings, address=self._simulate_printer(settings.columns))
        self.printer = ReceiptPrinter(
            settings, self._queue, transport_for(settings), self._renderer(), self._tell_status
        )
        self.printer.start()

    def _renderer(self) -> "EscposRenderer":
        from hardware.receipt_printer.escpos_renderer import EscposRenderer

        folder = self._settings.data_folder
        return EscposRenderer(self._settings.printer, folder / "printer-profiles" if folder else None)

    def _simulate_printer(self, columns: int) -> str:
        from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter

        self.simulated_printer = SimulatedPrinter(columns)
        self._printer_server = PrinterServer(self.simulated_printer)
        self._printer_server.start()
        return self._printer_server.address

    def _start_terminal(self) -> None:
        starts = {SIMULATOR: self._simulate_terminal, ADYEN_LOCAL: self._start_adyen, MANUAL: self._start_manual}
        driver = self._settings.card_terminal.driver
        if driver not in starts:
            raise ValueError(f"unknown card terminal driver {driver!r}: {', '.join(starts)}")
        starts[driver]()

    def _simulate_terminal(self) -> None:
        from hardware.payment_terminal.simulator import SimulatedPaymentTerminal

        memory = self._data_file("simulated-card-terminal.jsonl")
        self.simulated_terminal = SimulatedPaymentTerminal(memory=memory, on_status=self._tell_status)
        self._card_terminal = self.simulated_terminal

    def _start_adyen(self) -> None:
        from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
        from hardware.payment_terminal.nexo_cipher import NexoKey
        from hardware.payment_terminal.nexo_line import NexoLine
        from hardware.payment_terminal.payment_log import PaymentLog

        card = self._settings.card_terminal
        if card.ca_file is None:
            raise ValueError("a card terminal on the network needs the certificate authority that it is trusted by")
        key = NexoKey(card.key_name, card.key_version, card.passphrase())
        line = NexoLine(card.address, card.ca_file, card.certificate_name, card.sale_id, card.poi_id, key)
        log = PaymentLog(self._data_file("card-payments.jsonl"))
        self._network_terminal = AdyenLocalTerminal(line, log, on_status=self._tell_status)
        self._card_terminal = self._network_terminal
        self._network_terminal.start()

    def _start_manual(self) -> None:
        from hardware.payment_terminal.manual import ManualTerminal
        from hardware.payment_terminal.payment_log import PaymentLog

        if self.card_prompt is None:
            raise ValueError("a card terminal that is not connected needs a screen that asks about it")
        log = PaymentLog(self._data_file("card-payments.jsonl"))
        self._card_terminal = ManualTerminal(self.card_prompt, log, on_status=self._tell_status)

    def _data_file(self, name: str) -> Path | None:
        folder = self._settings.data_folder
        return folder / name if folder else None

    def _start_scanner(self, settings: ScannerSettings) -> None:
        scanner = self._make_scanner(settings)
        self.scanners.append(scanner)
        scanner.start()

    def _make_scanner(self, settings: ScannerSettings) -> "SerialScanner | SimulatedScanner":
        if settings.driver == "serial":
            from hardware.barcode_scanner.serial_scanner import SerialScanner

            return SerialScanner(
                settings.name, settings.address, self._tell_scan, self._tell_refusal, self._tell_status
            )
        if settings.driver == "simulator":
            from hardware.barcode_scanner.simulator import SimulatedScanner

            return SimulatedScanner(settings.name, self._tell_scan, self._tell_refusal, self._tell_status)
        raise ValueError(f"unknown scanner driver {settings.driver!r}: simulator or serial")

    def _tell_status(self, status: DeviceStatus) -> None:
        self.on_status(status)

    def _tell_scan(self, event: ScanEvent) -> None:
        self.on_scan(event)

    def _tell_refusal(self, refused: "RefusedScan") -> None:
        self.on_scan_refused(refused)
