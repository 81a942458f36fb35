"""The technician's bench of a counter that runs: devices, line, log, and settings that take effect at once."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import fields
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Protocol, TypeVar

from pos_app import support_bundle
from pos_app.counter_settings import peripherals_settings
from pos_app.domain.scan_code import UnreadCode, gtin, is_gs1, shown_gtin, split_symbology
from pos_app.errors import WorldError
from pos_app.gs1_reader import read_gs1
from pos_app.log_tail import LOG_NAME, log_lines
from pos_app.ports import DeviceState, DeviceStatus, SyncStatus
from pos_app.ports.maintenance import BundleItem, DeviceRow, LogLine, TrialReport, TrialStep
from pos_app.services.maintenance import ON_THE_PRINTER
from pos_app.settings import TerminalSettings, load_settings
from pos_app.settings_book import SettingsFile
from pos_app.workbench import LocalWorkbench

if TYPE_CHECKING:
    from hardware.peripherals import Peripherals
    from hardware.receipt_printer.health import HealthLevel
    from hardware.receipt_printer.printer import ReceiptPrinter
    from pos_app.bootstrap import Register

T = TypeVar("T")

_PRINT_S = 60.0
_ANSWER_S = 15.0
_FIRST_WORD_S = 2.0
_AT_ONCE = ("printer_", "backup_printer_", "card_terminal_", "devices", "scanner_gap_ms", "scanner_minimum_length")


class Device(Protocol):
    """What every device has."""

    name: str

    @property
    def status(self) -> DeviceStatus:
        """How it is."""

    @property
    def last_contact(self) -> datetime | None:
        """When it was last heard of in good health."""

    def statistics(self) -> dict[str, int]:
        """Its counters."""


class TechnicianRoom(LocalWorkbench):
    """See ports.maintenance.CounterBench. changed is called after devices were restarted, on whatever thread did it."""

    def __init__(
        self,
        folder: Path,
        settings: TerminalSettings,
        register: "Register",
        peripherals: "Peripherals",
        *,
        central_url: Callable[[], str],
        sync_status: Callable[[], SyncStatus],
        changed: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._register = register
        self._peripherals = peripherals
        self._central_url = central_url
        self._sync_status = sync_status
        self._changed = changed
        self.book = SettingsFile(folder, register.clock.now)

    # --- devices ------------------------------------------------------------------------------------------------------

    def rows(self) -> list[DeviceRow]:
        """Every device as it is now."""
        devices = self._devices()
        rows = [self._row(device) for device in devices]
        known = {device.name for device in devices}
        rows += [self._failed_row(status) for status in self._peripherals.statuses() if status.name not in known]
        return rows

    def newest(self, kind: str) -> DeviceRow | None:
        """The device of a kind that was added last, once it has said how it is."""
        deadline, pause = time.monotonic() + _FIRST_WORD_S, Event()
        while True:
            row = next((row for row in reversed(self.rows()) if row.kind == kind), None)
            if row is None or row.state is not DeviceState.ABSENT or time.monotonic() > deadline:
                return row
            pause.wait(0.05)

    def hear_scanners(self, heard: Callable[[str, bytes], None] | None) -> None:
        """Each piece of bytes that a scanner with a driver sends; None: no more."""
        for scanner in self._peripherals.others.scanners:
            scanner.on_raw = partial(heard, scanner.name) if heard is not None else None

    def apply(self) -> str:
        """Take the settings as they are now. What has to wait, in words; empty when nothing has."""
        before, after = self._settings, load_settings(self._folder)
        self._peripherals.change(peripherals_settings(self._folder, self._register.profile, after))
        self._settings = after
        self._changed()
        later = [
            field.name.replace("_", " ")
            for field in fields(after)
            if getattr(after, field.name) != getattr(before, field.name) and not field.name.startswith(_AT_ONCE)
        ]
        return f"At the next start of the till: {', '.join(later)}." if later else ""

    def check_device(self, name: str) -> TrialReport:
        """How a device is, without a side effect."""
        from hardware.receipt_printer.health import HealthLevel

        printer = self._printer(name)
        if printer is not None:
            return self._printer_health(printer, HealthLevel.INTERNAL)
        device = self._device(name)
        if device.status.kind == "scale" and self._peripherals.others.scale is not None:
            reading = _waited_for(self._peripherals.others.scale.check_health(), _ANSWER_S)
            return self._of_status(device.status, f"It says: {reading.state.value.replace('_', ' ')}")
        if device.status.kind == "payment_terminal" and self._peripherals.payment_terminal is not None:
            return self._of_status(self._peripherals.payment_terminal.check(), "Asked how it is")
        return self._of_status(device.status, "")

    def test_device(self, name: str) -> TrialReport:
        """The test of a device: paper, a drawer that opens, words on a display, a card terminal asked."""
        from hardware.receipt_printer.health import HealthLevel

        printer = self._printer(name)
        if printer is not None:
            return self._printer_health(printer, HealthLevel.INTERACTIVE)
        device = self._device(name)
        if device.status.kind == "cash_drawer":
            return self._drawer_test()
        for display in self._peripherals.others.displays:
            if display is device:
                display.show_text("TEST 1234567890 $ % &", "The quick brown fox 0")
                return TrialReport(
                    device.status.state is DeviceState.READY,
                    device.status.reason or "Two lines of test stand on the display for a few seconds.",
                    question="Are both lines there, and every letter right?",
                )
        return self.check_device(name)

    def store_logo(self, name: str) -> TrialReport:
        """Put the store's logo into a printer's memory, and print it from there."""
        printer = self._printer(name)
        if printer is None:
            raise WorldError(f"The {name} keeps no logo: printers do.")
        report = _waited_for(printer.store_logo(), _PRINT_S)
        return TrialReport(report.healthy, report.words[0], question=report.question)

    def find_baud(self, port: str, tried: Callable[[int], None], cancelled: Event) -> int | None:
        """See Workbench. The serial scanners of this counter let go of their ports meanwhile."""
        settings = peripherals_settings(self._folder, self._register.profile, self._settings)
        others = self._peripherals.others
        resting = [scanner for scanner in settings.scanners if scanner.driver == "serial" and others.find(scanner.name)]
        for scanner in resting:
            others.remove(scanner.name)
        try:
            return super().find_baud(port, tried, cancelled)
        finally:
            for scanner in resting:
                others.add(scanner)

    def code_page(self) -> str:
        """The code page in use."""
        return self._settings.printer_code_page

    def code_parts(self, code: str) -> tuple[tuple[str, str], ...]:
        """What a GS1 code says, or why a code is none."""
        text, symbology = split_symbology(code)
        if not is_gs1(text, symbology):
            number = gtin(text)
            return (("Product number", shown_gtin(number)),) if number is not None else ()
        read = read_gs1(text, self._register.profile.currency)
        if isinstance(read, UnreadCode):
            return (("GS1", read.words),)
        named = (
            ("Product number", read.code),
            ("Serial number", read.serial_number),
            ("Batch", read.batch),
            ("Expires on", read.expires_on),
            ("Quantity", f"{read.quantity_milli / 1000:g}" if read.quantity_milli else ""),
            ("Price", self._register.formatter.money(read.price_minor) if read.price_minor else ""),
        )
        return tuple((name, value) for name, value in named if value)

    # --- line, log, bundle --------------------------------------------------------------------------------------------

    def check_central(self) -> TrialReport:
        """Address, latency, clock, certificate and queue."""
        from sync.terminal.link_check import check_link

        url, sync = self._central_url(), self._sync_status()
        queued = TrialStep(f"{sync.queued} events wait to be sent", sync.online or not sync.queued)
        refused = TrialStep(f"{sync.quarantined} events were set aside by the service", not sync.quarantined)
        if not url:
            return TrialReport(False, "The central service of this till does not run.", (queued, refused))
        identity, ca_file = self._register.data.identity, self._settings.central_ca_file
        report = check_link(url, identity.enrolment(), self._register.clock, ca_file)
        steps = (*report.steps, queued, refused)
        if report.good and not all(step.good for step in steps):
            return TrialReport(False, next(step.words for step in steps if not step.good) + ".", steps)
        return TrialReport(report.good, report.headline, steps)

    def log_lines(self, limit: int) -> list[LogLine]:
        """The newest entries of the log."""
        return log_lines(self._folder / LOG_NAME, limit)

    def bundle(self) -> list[BundleItem]:
        """Everything that a support bundle would contain."""
        return support_bundle.contents(
            self._folder, self.rows(), self.book.text(), self.book.versions(), self._sync_status()
        )

    def write_bundle(self, items: Sequence[BundleItem]) -> Path:
        """Write it; where it is."""
        return support_bundle.write(self._folder, items, self._register.clock.now())

    # --- inside -------------------------------------------------------------------------------------------------------

    def _devices(self) -> list[Device]:
        peripherals = self._peripherals
        printers = [printer for printer in (peripherals.printer, peripherals.backup_printer) if printer is not None]
        found: list[Device] = [*printers]
        if peripherals.printer is not None and peripherals.printer.drawer is not None:
            found.append(peripherals.printer.drawer)
        found += peripherals.others.all()
        if peripherals.card_terminal is not None:
            found.append(peripherals.card_terminal)
        return found

    def _device(self, name: str) -> Device:
        found = next((device for device in self._devices() if device.name == name), None)
        if found is None:
            reasons = [status.reason for status in self._peripherals.statuses() if status.name == name]
            raise WorldError(reasons[0] if reasons else f"There is no {name} any more.")
        return found

    def _printer(self, name: str) -> "ReceiptPrinter | None":
        printers = (self._peripherals.printer, self._peripherals.backup_printer)
        return next((one for one in printers if one is not None and one.name == name), None)

    def _row(self, device: Device) -> DeviceRow:
        status, printer = device.status, self._printer(device.name)
        driver, address, entry = self._wiring(status)
        identity = printer.capability.identity if printer is not None else None
        counted = printer.lifetime_statistics() if printer is not None else device.statistics()
        return DeviceRow(
            device.name,
            status.kind,
            driver,
            address,
            status.state,
            status.reason,
            device.last_contact,
            f"{identity.maker} {identity.model}".strip() if identity is not None else "",
            identity.firmware if identity is not None else "",
            tuple(sorted(counted.items())),
            entry,
        )

    def _failed_row(self, status: DeviceStatus) -> DeviceRow:
        kind = {"receipt printer": "receipt_printer", "card terminal": "payment_terminal"}.get(status.name, "")
        entry = next((one for one in self._settings.devices if one.name == status.name), None)
        status = DeviceStatus(status.name, kind or (entry.kind if entry else status.kind), status.state, status.reason)
        driver, address, entry_name = self._wiring(status)
        return DeviceRow(status.name, status.kind, driver, address, status.state, status.reason, entry=entry_name)

    def _wiring(self, status: DeviceStatus) -> tuple[str, str, str]:
        """Driver, address and [[device]] table."""
        settings = self._settings
        match status.kind:
            case "receipt_printer":
                return settings.printer_driver, settings.printer_address, ""
            case "backup_printer":
                return settings.backup_printer_driver, settings.backup_printer_address, ""
            case "payment_terminal":
                return settings.card_terminal_driver, settings.card_terminal_address, ""
        entry = next((one for one in settings.devices if one.name == status.name), None)
        if entry is not None:
            return entry.driver, entry.address, entry.name
        return (ON_THE_PRINTER if status.kind == "cash_drawer" else "simulator"), "", ""

    def _printer_health(self, printer: "ReceiptPrinter", level: "HealthLevel") -> TrialReport:
        prints = level.value != "internal"
        report = _waited_for(printer.check_health(level), _PRINT_S if prints else _ANSWER_S)
        good, words = report.healthy, report.words
        headline = "The test page is printed." if prints and good else words[0]
        return TrialReport(good, headline, tuple(TrialStep(one, good) for one in words), report.question)

    def _drawer_test(self) -> TrialReport:
        try:
            _waited_for(self._peripherals.kick_drawer("technician's test"), _ANSWER_S)
        except WorldError as error:
            return TrialReport(False, str(error))
        drawer = self._peripherals.drawer
        if drawer is None or not drawer.tells:
            said = TrialStep("This drawer does not tell whether it is open", True)
            return TrialReport(True, "The drawer got its pulse.", (said,), "Did it spring open?")
        words = {True: "It says that it is open", False: "It says that it is shut", None: "It says nothing yet"}
        return TrialReport(True, "The drawer got its pulse.", (TrialStep(words[drawer.is_open], True),), "Is that so?")

    @staticmethod
    def _of_status(status: DeviceStatus, step: str) -> TrialReport:
        good = status.state in (DeviceState.READY, DeviceState.BUSY)
        steps = (TrialStep(step, good),) if step else ()
        return TrialReport(good, status.reason or f"The {status.name} is {status.state.value}.", steps)


def _waited_for(future: "Future[T]", timeout_s: float) -> T:
    """The result. Raises WorldError when the device does not come to it."""
    try:
        return future.result(timeout_s)
    except FutureTimeoutError:
        future.cancel()
        raise WorldError("The device is busy with something else: look at it, and try again.") from None
