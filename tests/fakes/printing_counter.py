"""A printer with its queue, the simulated machine it talks to over a real line, and what was heard of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fakes.memory_print_queue import MemoryPrintQueue

from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.printer import ReceiptPrinter
from hardware.receipt_printer.session import Patience
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.receipt_printer.transports import TcpTransport, Transport
from pos_app.ports import DeviceState, DeviceStatus, PrinterRecords, PrintQueue, PrintState

SHORT = Patience(
    answer_s=0.4,
    completion_s=1.5,
    slowest_bytes_per_s=2000,
    attention_s=20,
    ask_every_s=0.2,
    retry_s=0.1,
    logo_after_s=0,
)
RESTING = (PrintState.PRINTED, PrintState.SENT_UNCONFIRMED, PrintState.FAILED)


@dataclass
class PrintingCounter:
    machine: SimulatedPrinter
    server: PrinterServer
    queue: MemoryPrintQueue
    cache: Path
    printers: list[ReceiptPrinter] = field(default_factory=list)
    heard: list[DeviceStatus] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def till(
        self,
        transport: Transport | None = None,
        queue: PrintQueue | None = None,
        *,
        settings: PrinterSettings | None = None,
        patience: Patience = SHORT,
        records: PrinterRecords | None = None,
    ) -> ReceiptPrinter:
        """A till that prints on the machine, or wherever its transport goes; started."""
        settings = settings or PrinterSettings(columns=42)
        printer = ReceiptPrinter(
            settings,
            queue or self.queue,
            transport or TcpTransport(self.server.address),
            EscposRenderer(settings, self.cache),
            self._hear,
            patience,
            records=records,
        )
        self.printers.append(printer)
        printer.start()
        return printer

    def ready_till(self, **options: object) -> ReceiptPrinter:
        """A till whose printer has been asked what it can do: it has printed a first receipt."""
        printer = self.till(**options)  # type: ignore[arg-type]
        self.queue.add("first")
        printer.nudge()
        self.queue.wait_for("first", *RESTING)
        self.machine.tear_off()
        return printer

    def once_printed(self, lines: int, act: Callable[[], None]) -> None:
        """Do something when so many more lines are on paper."""
        before = self.machine.lines_printed

        def look() -> None:
            if self.machine.lines_printed >= before + lines:
                self.machine.on_change = None
                act()

        self.machine.on_change = look

    def _hear(self, status: DeviceStatus) -> None:
        with self.changed:
            self.heard.append(status)
            self.changed.notify_all()

    def until(self, happened: Callable[[], bool], ask: Callable[[], None]) -> None:
        """Ask, and wait for what devices say, until it happened."""
        ask()
        with self.changed:
            assert self.changed.wait_for(happened, 20), self.heard

    def wait_for_status(self, state: DeviceState, says: str, kind: str = "receipt_printer") -> DeviceStatus:
        def found() -> DeviceStatus | None:
            matching = (s for s in self.heard if s.kind == kind and s.state is state and says in s.reason)
            return next(matching, None)

        with self.changed:
            assert self.changed.wait_for(lambda: found() is not None, 20), self.heard
            status = found()
            assert status is not None
            return status


@contextmanager
def printing_counter(cache: Path) -> Iterator[PrintingCounter]:
    machine = SimulatedPrinter(42)
    made = PrintingCounter(machine, PrinterServer(machine), MemoryPrintQueue(), cache)
    made.server.start()
    try:
        yield made
    finally:
        machine.on_change = None
        machine.repair()
        for printer in made.printers:
            assert printer.stop(10)
        made.server.stop()
