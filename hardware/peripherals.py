"""All devices of one workstation behind one door. bootstrap builds it, the screen and the services use it."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.settings import DrawerSettings
from hardware.counter_devices import CounterDevices, OtherSettings
from hardware.payment_terminal.settings import ADYEN_LOCAL, MANUAL, SIMULATOR, CardTerminalSettings
from hardware.receipt_printer.settings import PrinterSettings
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.tills import FIRST_DRAWER
from pos_app.errors import WorldError
from pos_app.manual_card import ManualCardPrompt
from pos_app.ports import (
    DeviceState,
    DeviceStatus,
    PaymentPhase,
    PaymentTerminal,
    PrinterRecords,
    PrintJob,
    PrintQueue,
    ScanEvent,
)

if TYPE_CHECKING:
    from hardware.barcode_scanner.assembler import RefusedScan
    from hardware.barcode_scanner.simulator import SimulatedScanner
    from hardware.cash_drawer.drawer import CashDrawer
    from hardware.payment_terminal.adyen_local import AdyenLocalTerminal
    from hardware.payment_terminal.driver import PaymentDriver
    from hardware.payment_terminal.simulator import SimulatedPaymentTerminal
    from hardware.receipt_printer.escpos_renderer import EscposRenderer
    from hardware.receipt_printer.printer import ReceiptPrinter
    from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter

logger = logging.getLogger(__name__)

_TAKING = (PaymentPhase.WAITING_CARD, PaymentPhase.AUTHORISING)


@dataclass(frozen=True, slots=True)
class PeripheralsSettings:
    """The devices of one workstation.

    data_folder keeps what simulated devices remember, parsed printer profiles and the card terminal's payments.
    backup_printer steps in once the printer could not print for backup_after_s seconds. others are line displays,
    scales and drawers that do not hang on the printer; display_language is what the first speak.
    """

    printer: PrinterSettings = field(default_factory=PrinterSettings)
    scanners: tuple[ScannerSettings, ...] = (ScannerSettings(),)
    data_folder: Path | None = None
    card_terminal: CardTerminalSettings = field(default_factory=CardTerminalSettings)
    backup_printer: PrinterSettings | None = None
    backup_after_s: float = 15.0
    others: tuple[OtherSettings, ...] = ()
    display_language: str = "en"


class Peripherals:
    """Printer, drawer, scanners, card terminal, and what else stands at the counter.

    on_status, on_scan, on_scan_refused, on_drawer (True: it opened), on_paper_in_doubt and on_backup_printer are
    called on device threads and must not block; set them before start().
    card_prompt asks the associate about a card terminal that is not connected; such a terminal needs it at start().
    """

    def __init__(
        self, settings: PeripheralsSettings, print_queue: PrintQueue, printer_records: PrinterRecords | None = None
    ) -> None:
        self._settings = settings
        self._queue = print_queue
        self._printer_records = printer_records
        self.on_status: Callable[[DeviceStatus], None] = lambda _: None
        self.on_scan: Callable[[ScanEvent], None] = lambda _: None
        self.on_scan_refused: Callable[[RefusedScan], None] = lambda _: None
        self.on_drawer: Callable[[bool], None] = lambda _: None
        self.on_paper_in_doubt: Callable[[PrintJob], None] = lambda _: None
        self.on_backup_printer: Callable[[PrintJob], None] = lambda _: None
        self.card_prompt: ManualCardPrompt | None = None
        self.printer: ReceiptPrinter | None = None
        self.backup_printer: ReceiptPrinter | None = None
        self.others = CounterDevices(self, settings.display_language)
        self.simulated_printer: SimulatedPrinter | None = None
        self.simulated_terminal: SimulatedPaymentTerminal | None = None
        self._card_terminal: PaymentDriver | None = None
        self._network_terminal: AdyenLocalTerminal | None = None
        self._printer_server: PrinterServer | None = None
        self._failed: list[DeviceStatus] = []

    def start(self) -> None:
        """Start every device's thread. A device that cannot start is a row with its reason, the others run."""
        self._start_printers()
        self._attempt("card terminal", self._start_terminal)
        for device in (*self._settings.scanners, *self._settings.others):
            self._attempt(device.name, partial(self.others.add, device))

    def stop(self) -> None:
        """Stop every device; a job being printed ends as unconfirmed."""
        self._stop_terminal()
        self.others.stop()
        self._stop_printers()

    def change(self, settings: PeripheralsSettings) -> None:
        """Restart the devices that these settings change, and no other. Takes up to seconds: not on the GUI thread.

        Raises WorldError, with everything as it was, while a card terminal that is to change takes a payment.
        """
        before = self._settings
        other_terminal = settings.card_terminal != before.card_terminal
        if other_terminal and self._card_terminal is not None and self._card_terminal.phase in _TAKING:
            raise WorldError("A card payment is under way: wait for its end, then change the card terminal.")
        self._settings = settings
        if _printing(settings) != _printing(before):
            self._stop_printers()
            self._start_printers()
        if other_terminal:
            self._stop_terminal()
            self._attempt("card terminal", self._start_terminal)
        kept, wanted = (*before.scanners, *before.others), (*settings.scanners, *settings.others)
        for device in kept:
            if device not in wanted:
                self.others.remove(device.name)
                self._forget_failure(device.name)
        for device in wanted:
            if device not in kept or self.others.find(device.name) is None:
                self._attempt(device.name, partial(self.others.add, device))

    def statuses(self) -> list[DeviceStatus]:
        """Every device's state, printer first."""
        statuses = [printer.status for printer in (self.printer, self.backup_printer) if printer is not None]
        if self.printer is not None and self.printer.drawer is not None:
            statuses.append(self.printer.drawer.status)
        statuses += self.others.statuses()
        if self._card_terminal is not None:
            statuses.append(self._card_terminal.status)
        return statuses + self._failed

    @property
    def payment_terminal(self) -> PaymentTerminal | None:
        """The card terminal, or None when there is none."""
        return self._card_terminal

    @property
    def card_terminal(self) -> "PaymentDriver | None":
        """The card terminal as a device, with its state and counters."""
        return self._card_terminal

    @property
    def simulated_scanner(self) -> "SimulatedScanner | None":
        """The scanner that codes can be injected into, or None on a real counter."""
        return self.others.simulated_scanner

    def receipt_bytes(self, document: ReceiptDocument) -> bytes:
        """The bytes that this workstation's printer gets for a document."""
        return self._renderer(self._settings.printer).render(document).data

    def print_nudge(self) -> None:
        """A print job has been committed: print it now. Never blocks."""
        for printer in (self.printer, self.backup_printer):
            if printer is not None:
                printer.nudge()

    @property
    def printer_is_jammed(self) -> bool:
        """True while a cutter waits for somebody to clear it and to say how to go on."""
        return self.printer is not None and self.printer.is_jammed

    def recover_printer(self, start_again: bool) -> None:
        """The cutter was cleared: go on from the line that failed, or print all of the receipt again. Never blocks."""
        from hardware.receipt_printer.session import Recovery

        if self.printer is not None:
            self.printer.recover(Recovery.START_AGAIN if start_again else Recovery.GO_ON)

    @property
    def drawer(self) -> "CashDrawer | None":
        """The drawer of this counter, wherever it hangs."""
        return self.others.drawer or (self.printer.drawer if self.printer is not None else None)

    def kick_drawer(self, reason: str) -> "Future[None]":
        """Open the drawer now or not at all; the future fails with a WorldError that says why. Never blocks."""
        opener = self.others.drawer or self.printer
        if opener is not None:
            return opener.kick_drawer(reason)
        from hardware.cash_drawer.drawer import DrawerError

        failed: Future[None] = Future()
        failed.set_exception(DrawerError("The drawer was not opened: there is no printer. Open it with its key."))
        return failed

    def drawer_wanted(self, drawer: str = FIRST_DRAWER) -> None:
        """A sale, or what else opens this drawer, has been committed. The printer's drawers open with its paper."""
        own = self.others.drawers.get(drawer)
        if own is not None:
            own.kick_drawer("journaled")

    def _attempt(self, name: str, begin: Callable[[], None]) -> None:
        self._forget_failure(name)
        try:
            begin()
        except (OSError, ValueError, WorldError) as error:
            logger.exception("device %s cannot be started", name)
            status = DeviceStatus(name, name, DeviceState.ERROR, str(error))
            self._failed.append(status)
            self.on_status(status)

    def _forget_failure(self, name: str) -> None:
        self._failed = [status for status in self._failed if status.name != name]

    def _start_printers(self) -> None:
        settings = self._settings
        self._attempt(settings.printer.name, self._start_printer)
        if settings.backup_printer is not None:
            self._attempt(settings.backup_printer.name, partial(self._start_backup, settings.backup_printer))

    def _stop_printers(self) -> None:
        printers, self.printer, self.backup_printer = (self.printer, self.backup_printer), None, None
        for printer in printers:
            if printer is not None:
                printer.stop()
        server, self._printer_server, self.simulated_printer = self._printer_server, None, None
        if server is not None:
            server.stop()

    def _stop_terminal(self) -> None:
        network, self._network_terminal, self._card_terminal = self._network_terminal, None, None
        self.simulated_terminal = None
        if network is not None:
            network.stop()

    def _start_printer(self) -> None:
        from hardware.receipt_printer.printer import ReceiptPrinter
        from hardware.receipt_printer.transports import transport_for

        settings = self._settings.printer
        if settings.driver == "simulator":
            address = self._simulate_printer(settings.columns)
            settings = replace(settings, address=address, drawer_open_level="high")
        has_own_drawer = any(isinstance(other, DrawerSettings) for other in self._settings.others)
        self.printer = ReceiptPrinter(
            settings,
            self._queue,
            transport_for(settings),
            self._renderer(settings),
            self._tell_status,
            records=self._printer_records,
            opens_drawer=settings.driver != "cups" and not has_own_drawer,
        )
        if self.printer.drawer is not None:
            self.printer.drawer.on_position = lambda is_open: self.on_drawer(is_open)
        self.printer.on_doubt = lambda job: self.on_paper_in_doubt(job)
        self.printer.start()

    def _start_backup(self, settings: PrinterSettings) -> None:
        from hardware.receipt_printer.backup import BackupQueue
        from hardware.receipt_printer.printer import ReceiptPrinter
        from hardware.receipt_printer.transports import transport_for

        def why_down() -> str:
            return self.printer.why_down if self.printer is not None else "There is no receipt printer."

        self.backup_printer = ReceiptPrinter(
            settings,
            BackupQueue(self._queue, why_down, self._settings.backup_after_s, lambda job: self.on_backup_printer(job)),
            transport_for(settings),
            self._renderer(settings),
            self._tell_status,
            records=self._printer_records,
            kind="backup_printer",
            opens_drawer=False,
        )
        self.backup_printer.on_doubt = lambda job: self.on_paper_in_doubt(job)
        self.backup_printer.start()

    def _renderer(self, settings: PrinterSettings) -> "EscposRenderer":
        from hardware.receipt_printer.escpos_renderer import EscposRenderer

        folder = self._settings.data_folder
        return EscposRenderer(settings, folder / "printer-profiles" if folder else None)

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

    def _tell_status(self, status: DeviceStatus) -> None:
        self.on_status(status)


def _printing(settings: PeripheralsSettings) -> tuple[object, ...]:
    """What the printers and the drawer on the first of them are made of."""
    drawers = tuple(other for other in settings.others if isinstance(other, DrawerSettings))
    return settings.printer, settings.backup_printer, settings.backup_after_s, drawers
