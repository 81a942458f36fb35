"""A counter's devices behind one door, with their simulators."""

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.memory_print_queue import MemoryPrintQueue
from fakes.receipts import sale_receipt

from hardware.payment_terminal.settings import CardTerminalSettings
from hardware.peripherals import Peripherals, PeripheralsSettings, ScannerSettings
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, DeviceState, PaymentPhase, PrintState, ScanEvent

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def jobs() -> MemoryPrintQueue:
    return MemoryPrintQueue()


@pytest.fixture
def peripherals(tmp_path: Path, jobs: MemoryPrintQueue) -> Iterator[Peripherals]:
    made = Peripherals(PeripheralsSettings(data_folder=tmp_path), jobs)
    yield made
    made.stop()


def test_a_demo_counter_scans_pays_prints_and_opens_its_drawer(
    peripherals: Peripherals, jobs: MemoryPrintQueue
) -> None:
    scans: queue.Queue[ScanEvent] = queue.Queue()
    peripherals.on_scan = scans.put
    peripherals.start()
    assert peripherals.simulated_scanner is not None
    peripherals.simulated_scanner.inject("4006381333931", "]E0")
    assert scans.get(timeout=10).text == "4006381333931"

    assert peripherals.payment_terminal is not None
    assert peripherals.payment_terminal.authorise("p-1", 500, "USD").outcome is CardOutcome.APPROVED

    jobs.add("job-1", open_drawer=True)
    peripherals.print_nudge()
    jobs.wait_for("job-1", PrintState.PRINTED)
    assert peripherals.simulated_printer is not None
    assert len(peripherals.simulated_printer.receipts()) == peripherals.simulated_printer.receipts_cut == 1
    assert peripherals.receipt_bytes(sale_receipt()).startswith(b"\x1b@\x1bt\x13")
    assert peripherals.simulated_printer.drawer_pulses == 1
    peripherals.kick_drawer("no sale").result(10)
    assert peripherals.simulated_printer.drawer_pulses == 2
    jobs.add("job-2", open_drawer=True, drawer="B")
    peripherals.print_nudge()
    jobs.wait_for("job-2", PrintState.PRINTED)
    assert peripherals.simulated_printer.pulses_on_pin == {2: 2, 5: 1}, "the second drawer, and not the first"
    assert [status.name for status in peripherals.statuses()] == [
        "receipt printer",
        "cash drawer",
        "scanner",
        "card terminal",
    ]
    assert {status.state for status in peripherals.statuses()} == {DeviceState.READY}


def test_a_device_that_cannot_start_is_a_row_and_the_others_run(
    tmp_path: Path, jobs: MemoryPrintQueue, expect_log: Callable[[str], None]
) -> None:
    expect_log("device receipt printer cannot be started")
    expect_log("device gun cannot be started")
    settings = PeripheralsSettings(
        PrinterSettings(driver="tcp", address="printer:abc"),
        (ScannerSettings("gun", "telepathy"), ScannerSettings("second")),
        tmp_path,
    )
    peripherals = Peripherals(settings, jobs)
    peripherals.start()
    states = {status.name: status for status in peripherals.statuses()}
    assert states["receipt printer"].state is DeviceState.ERROR
    assert "write host:port" in states["receipt printer"].reason
    assert "unknown scanner driver 'telepathy'" in states["gun"].reason
    assert states["second"].state is DeviceState.READY
    peripherals.print_nudge()
    with pytest.raises(WorldError, match="there is no printer"):
        peripherals.kick_drawer("no sale").result(0)
    peripherals.stop()


def test_importing_and_starting_the_devices_loads_no_printing_library(tmp_path: Path) -> None:
    """They are slow to import, and the first item is to be scanned before anything is printed."""
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from hardware.peripherals import Peripherals, PeripheralsSettings\n"
        "class Queue:\n"
        "    def next_job(self): return None\n"
        "    def unfinished(self): return []\n"
        f"devices = Peripherals(PeripheralsSettings(data_folder=Path({str(tmp_path)!r})), Queue())\n"
        "devices.start()\n"
        "devices.stop()\n"
        "print([name for name in ('escpos', 'PIL', 'serial', 'usb', 'segno', 'barcode') if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


def test_only_what_other_settings_change_is_started_again(
    peripherals: Peripherals, jobs: MemoryPrintQueue, tmp_path: Path
) -> None:
    peripherals.start()
    printer, terminal, scanner = peripherals.printer, peripherals.payment_terminal, peripherals.simulated_scanner
    machine = SimulatedPrinter()
    server = PrinterServer(machine)
    server.start()
    try:
        real = PrinterSettings(driver="tcp", address=server.address)
        peripherals.change(PeripheralsSettings(real, data_folder=tmp_path))
        assert peripherals.printer is not printer
        assert (peripherals.payment_terminal, peripherals.simulated_scanner) == (terminal, scanner)
        jobs.add("job-1")
        peripherals.print_nudge()
        jobs.wait_for("job-1", PrintState.PRINTED)
        assert machine.receipts_cut == 1
        second = ScannerSettings("second", "simulator")
        kept = peripherals.printer
        peripherals.change(PeripheralsSettings(real, (ScannerSettings(), second), data_folder=tmp_path))
        assert (peripherals.printer, peripherals.simulated_scanner) == (kept, scanner)
        assert [status.name for status in peripherals.statuses() if status.kind == "barcode_scanner"] == [
            "scanner",
            "second",
        ]
        peripherals.change(PeripheralsSettings(real, (second,), data_folder=tmp_path))
        assert [status.name for status in peripherals.statuses() if status.kind == "barcode_scanner"] == ["second"]
    finally:
        peripherals.stop()
        server.stop()


def test_a_device_that_could_not_start_is_forgotten_once_it_is_mended(
    peripherals: Peripherals, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("device receipt printer cannot be started")
    peripherals.start()
    peripherals.change(PeripheralsSettings(PrinterSettings(driver="telepathy"), data_folder=tmp_path))
    assert [status.state for status in peripherals.statuses() if status.name == "receipt printer"] == [
        DeviceState.ERROR
    ]
    peripherals.change(PeripheralsSettings(data_folder=tmp_path))
    assert len([status for status in peripherals.statuses() if status.name == "receipt printer"]) == 1
    assert peripherals.simulated_printer is not None


def test_a_card_terminal_is_not_taken_away_from_a_payment(peripherals: Peripherals, tmp_path: Path) -> None:
    peripherals.start()
    terminal = peripherals.simulated_terminal
    assert terminal is not None
    terminal.set_switches(delay_ms=60_000)
    paying = threading.Thread(target=terminal.authorise, args=("p-1", 500, "USD"), daemon=True)
    paying.start()
    while terminal.phase is PaymentPhase.IDLE:
        paying.join(0.01)
    settings = PeripheralsSettings(data_folder=tmp_path, card_terminal=CardTerminalSettings(driver="manual"))
    with pytest.raises(WorldError, match="payment is under way"):
        peripherals.change(settings)
    assert peripherals.payment_terminal is terminal
    terminal.cancel()
    paying.join(10)


def test_receipts_come_out_of_the_backup_printer_while_the_first_has_no_paper(
    tmp_path: Path, jobs: MemoryPrintQueue, expect_log: Callable[[str], None]
) -> None:
    expect_log("job-1 goes to the backup printer: The printer is out of paper")
    machines = [SimulatedPrinter(42), SimulatedPrinter(42)]
    servers = [PrinterServer(machine) for machine in machines]
    for server in servers:
        server.start()
    first, backup = (
        PrinterSettings(name=name, driver="tcp", address=server.address)
        for name, server in zip(("receipt printer", "backup printer"), servers, strict=True)
    )
    settings = PeripheralsSettings(first, (), tmp_path, backup_printer=backup, backup_after_s=0)
    peripherals = Peripherals(settings, jobs)
    moved: list[str] = []
    peripherals.on_backup_printer = lambda job: moved.append(job.job_id)
    machines[0].set_faults(paper_out=True)
    jobs.add("job-1", open_drawer=True)
    peripherals.start()
    jobs.wait_for("job-1", PrintState.PRINTED)
    assert {"receipt printer", "backup printer"} <= {status.name for status in peripherals.statuses()}
    peripherals.stop()
    for server in servers:
        server.stop()
    assert moved == ["job-1"]
    assert [machine.receipts_cut for machine in machines] == [0, 1]
    assert [machine.drawer_pulses for machine in machines] == [0, 0]
