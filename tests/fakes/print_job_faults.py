"""Jobs that could print twice or not at all, and what must never reach paper, by the number of the fault."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes.fault_bench import Bench, plays, totals_on_paper
from fakes.printing_process import __file__ as PRINTING_PROCESS
from fakes.terminal_data import terminal_data
from PIL import Image

from hardware.cash_drawer.drawer import DrawerError
from hardware.receipt_printer.escpos_renderer import EscposRenderer
from hardware.receipt_printer.glyphs import has_glyph
from hardware.receipt_printer.health import HealthLevel
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import SimulatedPrinter
from hardware.receipt_printer.text_cells import width
from pos_app.domain.receipt_document import Cut, Logo, Pair, ReceiptDocument, Text
from pos_app.ports import DeviceState, PrintState

# --- jobs -------------------------------------------------------------------------------------------------------------


def _printing_process(folder: Path, address: str, name: str) -> "subprocess.Popen[str]":
    folder.mkdir()
    command = [sys.executable, PRINTING_PROCESS, str(folder), address, name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


@plays(17)
def killed_while_it_prints(bench: Bench) -> None:
    """A till in a process of its own, over its real database, is killed with -9 after ten lines and starts again"""
    counter, folder = bench.counter, bench.folder / "till"
    printed_ten = threading.Event()
    counter.once_printed(10, printed_ten.set)
    counter.machine.set_faults(slow_bytes_per_s=2000)
    process = _printing_process(folder, counter.server.address, "long")
    assert printed_ten.wait(30)
    process.kill()
    process.communicate()
    counter.machine.repair()
    bench.expect_log("job-long: sent_unconfirmed: The register stopped while this was printing")
    with terminal_data(folder) as data:
        assert data.print_queue.job("job-long").state is PrintState.SENDING
        counter.queue.add("job-2")
        printer = counter.till(queue=data.print_queue, records=data.printer_records)
        (doubtful,) = data.print_queue.unfinished()
        assert (doubtful.state, doubtful.in_doubt) == (PrintState.SENT_UNCONFIRMED, True)
        assert doubtful.bytes_total > 1000
        report = printer.check_health(HealthLevel.EXTERNAL).result(20)
        assert report.healthy, report
        assert printer.stop(10)
    assert totals_on_paper(counter.machine) <= 1
    assert counter.machine.refusals == []


@plays(18)
def the_same_job_twice(bench: Bench) -> None:
    """Handed over again, and wanted by two printers at once: the queue gives it to one"""
    counter = bench.counter
    for number in range(20):
        counter.queue.add(f"job-{number}")
        counter.queue.add(f"job-{number}")
    tills = [counter.till(), counter.till()]
    for till in tills:
        till.nudge()
    for number in range(20):
        counter.queue.wait_for(f"job-{number}", PrintState.PRINTED, timeout_s=60)
    assert totals_on_paper(counter.machine) == 20


@plays(19)
def two_tills_on_one_printer(bench: Bench) -> None:
    """Two tills in processes of their own print five receipts each on one printer"""
    counter = bench.counter
    all_cut = threading.Event()
    counter.machine.on_change = lambda: counter.machine.receipts_cut == 10 and all_cut.set()
    tills = [_printing_process(bench.folder / name, counter.server.address, name) for name in ("A", "B")]
    assert all_cut.wait(60), counter.machine.paper().text()
    for till in tills:
        till.communicate("enough\n", timeout=20)
    receipts = counter.machine.receipts()
    assert len(receipts) == 10
    for receipt in receipts:
        sold = [line.rsplit(maxsplit=1)[0] for line in receipt.text().splitlines() if line.startswith("till")]
        assert len(sold) == 25
        assert len(set(sold)) == 1


# --- what is on the paper ---------------------------------------------------------------------------------------------


def _logo_receipt(bench: Bench, picture: Image.Image) -> tuple[SimulatedPrinter, bytes]:
    path = bench.folder / "logo.png"
    picture.save(path)
    settings = PrinterSettings(columns=42, logo_file=path)
    data = EscposRenderer(settings, bench.counter.cache).render(ReceiptDocument("x", (Logo("Shop"), Cut()))).data
    machine = SimulatedPrinter(42)
    machine.feed(data)
    assert machine.refusals == []
    assert machine.drawer_pulses == 0
    assert len(machine.receipts()) == 1
    return machine, data


@plays(20)
def a_logo_full_of_commands(bench: Bench) -> None:
    """Pictures whose dots are DLE EOT, ENQ and DC4; 384 by 96 dots; 3,000 dots high"""
    row = bytes(
        255 - byte for byte in b"\x10\x04\x01\x10\x05\x02\x10\x14\x01\x00\x01\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
    )
    _, data = _logo_receipt(bench, Image.frombytes("1", (len(row) * 8, 40), row * 40))
    assert not any(bytes((0x10, second)) in data for second in (4, 5, 0x14))
    for size in ((384, 96), (600, 3000)):
        _, data = _logo_receipt(bench, Image.new("1", size, 0))
        position = data.find(b"\x1dv0")
        assert int.from_bytes(data[position + 6 : position + 8], "little") <= 128


@plays(21)
def hostile_names(bench: Bench) -> None:
    """Names of all those kinds over a real connection: no command gets through, amounts end at the right edge"""
    counter = bench.counter
    if not has_glyph("🎧"):
        bench.expect_log("no font here draws 🎧")
    names = (
        "\x1bp\x00\x19\xfa",
        "\x1d V\x00 cut",
        "a\x00b",
        "🎧 Headphones",
        "שלום עולם",
        "e\u0301tude" * 3,
        "x" * 200,
    )
    counter.queue.add("job-1", ReceiptDocument("x", (*(Pair(name, "$1,234.50") for name in names), Cut())))
    printer = counter.till()
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.machine.refusals == []
    assert counter.machine.drawer_pulses == 0
    amounts = [line for line in counter.machine.receipts()[-1].text().splitlines() if line.endswith("$1,234.50")]
    assert len(amounts) >= 4
    assert {width(line) for line in amounts} == {42}


@plays(22)
def the_test_page(bench: Bench) -> None:
    """The test page is printed on request, its letters and ruler are read back, and the printer says who it is"""
    counter = bench.counter
    printer = counter.till()
    report = printer.check_health(HealthLevel.INTERACTIVE).result(20)
    assert report.healthy
    assert report.question
    assert "SIMULATED RECEIPT PRINTER, firmware 1.00 SIM, serial number SIM0001" in report.words
    page = counter.machine.receipts()[-1].text()
    assert "€ £ $ ¥" in page
    assert "Ä Ö Ü ß" in page
    assert "123456789012345678901234567890123456789012" in page
    west = EscposRenderer(PrinterSettings(code_page="CP1252"), counter.cache)
    assert west.render(ReceiptDocument("x", (Text("€"),))).data.endswith(b"\x80\n")


@plays(23)
def the_drawer_says_how_it_stands(bench: Bench) -> None:
    """A drawer whose contact is wired sticks at one pulse, opens at the next, and is pushed shut"""
    counter = bench.counter
    bench.expect_log("It got its pulse and stayed shut")
    printer = counter.ready_till(settings=PrinterSettings(columns=42, drawer_open_level="high"))
    counter.machine.set_faults(drawer_stuck=True)
    with pytest.raises(DrawerError, match="stayed shut"):
        printer.kick_drawer("no sale").result(10)
    counter.machine.repair()
    printer.kick_drawer("no sale").result(10)
    counter.wait_for_status(DeviceState.READY, "open", kind="cash_drawer")
    counter.machine.move_drawer(False)
    counter.wait_for_status(DeviceState.READY, "shut", kind="cash_drawer")


@plays(24)
def the_drawer_while_offline(bench: Bench) -> None:
    """A kick with the cover open fails with its reason; closing the cover and printing opens nothing"""
    counter = bench.counter
    bench.expect_log("drawer was not opened: The printer's cover is open")
    printer = counter.ready_till()
    counter.machine.set_faults(cover_open=True)
    with pytest.raises(DrawerError, match="cover is open"):
        printer.kick_drawer("no sale").result(10)
    counter.machine.repair()
    counter.queue.add("job-1")
    printer.nudge()
    counter.queue.wait_for("job-1", PrintState.PRINTED)
    assert counter.machine.drawer_pulses == 0
