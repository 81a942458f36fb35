"""More of the technician's console over a real till: a logo kept in the printer, raw bytes, a scanner's own timing,
which port to try, addresses by touch alone, and a display that follows the sale from the moment it is set up."""

from collections.abc import Callable, Iterator

import pytest
from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from hardware.line_display.simulator import SimulatedLineDisplay
from hardware.line_server import PtyLineServer, TcpLineServer
from hardware.receipt_printer.paper import PaperRaster
from pos_app.domain.operator import Operator, Role
from pos_app.ports.maintenance import FoundDevice
from pos_app.settings import load_settings
from ui.technician.console import TechnicianConsole
from ui.wedge_scanner import type_keys

TECHNICIAN = Operator("technician-1", "Technician", Role.TECHNICIAN)
GS1_LABEL = b"]C1010952000000102510AB12\x1d21SN0042"


@pytest.fixture
def console(till: WholeCounter) -> TechnicianConsole:
    till.register.operator.change_to(TECHNICIAN)
    till.window.technician.open()
    return till.window.technician.console


@pytest.fixture
def serial() -> Iterator[PtyLineServer]:
    """The far end of a serial scanner's cable."""
    line = PtyLineServer(lambda _: b"")
    line.start()
    yield line
    line.stop()


def set_up_scanner(till: WholeCounter, address: str) -> None:
    desk = till.window.technician.desk
    desk.set_up("barcode_scanner", "serial", address)
    till.until(lambda: "ready" in [row.state.value for row in desk.rows() if row.entry], "the scanner is ready")


def to_scanner_page(till: WholeCounter, console: TechnicianConsole):  # type: ignore[no-untyped-def]
    till.touch(console.rail["Scanner"])
    return console.scanner


def scan_slowly(pause_ms: int, code: str = "4006381333931") -> None:
    """A keyboard scanner that takes its time, and Enter."""
    for number, character in enumerate(f"{code}\r"):
        key = Qt.Key.Key_Return.value if character == "\r" else ord(character)
        type_keys(QApplication.focusWindow(), [(key, character)], began_ms=1_000 + number * pause_ms)


def test_the_logo_is_put_into_the_printer_by_a_touch_and_seen_on_paper(
    till: WholeCounter, console: TechnicianConsole
) -> None:
    page = console.devices
    till.touch(next(row for row in page.list.rows if row.item.name == "Receipt printer"))
    till.touch(page.logo)
    till.until(lambda: page.report.report is not None, "the logo was stored")
    assert page.report.report.good, page.report.report
    assert "The printer keeps the logo" in page.report.report.headline
    assert page.report.report.question
    (slip,) = till.printer.receipts()
    assert any(isinstance(item, PaperRaster) for item in slip.items)
    till.touch(next(row for row in page.list.rows if row.item.name == "Cash drawer"))
    assert not page.logo.isVisible()


def test_a_serial_scanners_bytes_are_shown_with_the_names_of_what_cannot_be_seen(
    till: WholeCounter, console: TechnicianConsole, serial: PtyLineServer, expect_log: Callable[[str], None]
) -> None:
    expect_log("scan refused from barcode scanner: .*garbage")
    set_up_scanner(till, serial.address)
    page = to_scanner_page(till, console)
    serial.send(GS1_LABEL + b"\r\n")
    till.until(lambda: page.result is not None, "it was read")
    facts = dict(page.facts.facts)
    assert facts["Bytes"].startswith("5d 43 31 30 31")
    assert facts["Control characters"] == "GS, CR, LF"
    assert facts["Ends with"] == "CR LF"
    assert (facts["Symbology"], facts["Batch"], facts["Serial number"]) == ("GS1-128", "AB12", "SN0042")
    assert "piece" in facts["Came in"]
    serial.send(b"\x9a\xf0\x81\x83\xff\r")
    till.until(lambda: page._card.refusal, "garbage is told")
    facts = dict(page.facts.facts)
    assert facts["Bytes"] == "9a f0 81 83 ff 0d"
    assert "Find its speed below" in page.advice.report.headline
    serial.send(b"4006381333931\r")
    till.until(lambda: page.result.code == "4006381333931", "the next one is good again")
    assert dict(page.facts.facts)["Bytes"] == b"4006381333931\r".hex(" ")
    assert till.names() == []
    till.touch(console.close_button)
    serial.send(f"{CABLE}\r".encode())
    till.until(lambda: len(till.names()) == 1, "at the till it sells")


def test_the_timing_of_a_slow_scanner_is_learned_from_three_scans_and_kept(
    till: WholeCounter, console: TechnicianConsole
) -> None:
    page = to_scanner_page(till, console)
    assert not page.keep.isEnabled()
    for _ in range(3):
        scan_slowly(70)
    till.until(page.keep.isEnabled, "three scans were heard")
    assert dict(page.facts.facts)["Time between keys"] == "70 ms, longest 70 ms"
    assert "set its key delay to 0" in page.advice.report.headline
    till.touch(page.keep)
    till.until(lambda: page.advice.report is not None, "it is kept")
    assert page.advice.report.good
    settings = load_settings(till.folder)
    assert (settings.scanner_gap_ms, settings.scanner_minimum_length) == (110, 4)
    assert till.window.wedge.timing.gap_ms == 110
    till.touch(console.close_button)
    scan_slowly(70, HEADPHONES)
    till.until(lambda: len(till.names()) == 1, "the slow scanner sells")


def test_keys_as_slow_as_a_persons_are_not_learned(till: WholeCounter, console: TechnicianConsole) -> None:
    page = to_scanner_page(till, console)
    before = till.window.wedge.timing
    for _ in range(3):
        scan_slowly(190)
    till.until(page.keep.isEnabled, "three scans were heard")
    till.touch(page.keep)
    assert "as long as people do" in page.advice.report.headline
    assert till.window.wedge.timing == before


def test_with_several_ports_somebody_picks_the_one_to_try(
    till: WholeCounter, console: TechnicianConsole, serial: PtyLineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = ["/dev/no-such-port", serial.address]
    found = [FoundDevice("serial_port", "serial", port, "Serial port", port) for port in ports]
    monkeypatch.setattr(type(till.window.technician.desk.bench), "attached", lambda _: found)
    page = to_scanner_page(till, console)
    till.touch(page.find_speed)
    till.until(lambda: page.ports.isVisible(), "the ports are listed")
    assert not page.facts.isVisible()
    till.touch(page.ports.rows[1])
    till.until(lambda: "trying 9600 baud" in page.advice.busy, "it listens")
    assert page.facts.isVisible()
    serial.send(b"4006381333931\r")
    till.until(lambda: page.advice.report is not None, "it is found")
    assert page.advice.report.good
    assert page.advice.report.headline.endswith(f"set it up as {serial.address}@9600.")


def test_a_pole_display_follows_the_sale_from_the_moment_it_is_set_up(
    till: WholeCounter, console: TechnicianConsole
) -> None:
    """By touch alone, its address too; nothing is restarted."""
    machine = SimulatedLineDisplay()
    line = TcpLineServer(machine.feed)
    line.start()
    try:
        till.touch(console.devices.add)
        till.touch(console.form.kinds["line_display"])
        for letter in line.address:
            touch_key(till, console, letter)
        assert console.form.address.line.text() == line.address
        till.touch(console.form.go)
        till.until(lambda: console.form.report.report is not None, "it is set up")
        assert console.form.report.report.good, console.form.report.report
        till.touch(console.close_button)
        till.scan(CABLE)
        till.until(lambda: "12.99" in machine.lines[0] or "TOTAL" in machine.lines[1].upper(), "the sale is shown")
    finally:
        till.counter.peripherals.others.remove("pole display")
        line.stop()


def test_where_to_look_is_typed_by_touch_and_the_keys_go_away_again(
    till: WholeCounter, console: TechnicianConsole
) -> None:
    till.touch(console.rail["Find"])
    page = console.find
    till.until(page.network.isEnabled, "the ports were looked at")
    assert page.keys.keys is None
    till.touch(page.hosts.line)
    for value in "127.0.0.1":
        till.touch(next(key for key in page.keys.keys.keys if key.value == value))
    assert page.hosts.line.text() == "127.0.0.1"
    till.touch(next(key for key in page.keys.keys.keys if key.value == "Next"))
    assert page.keys.keys.isHidden()
    till.until(lambda: "Addresses tried: 1" in page._card.words, "it was looked at")


def touch_key(till: WholeCounter, console: TechnicianConsole, letter: str) -> None:
    """Turn to the page that has the key, and touch it."""
    pages = console.form.keys.keys
    name = next(name for name, keys in pages.items() if letter in [key.value for key in keys])
    while not pages[name][0].isVisible():
        turns = {key.value: key for keys in pages.values() for key in keys if key.isVisible() and key.value in pages}
        till.touch(turns.get(name) or turns["123"])
    till.touch(next(key for key in pages[name] if key.value == letter))


def test_a_serial_drawer_is_added_in_the_form_and_takes_the_place_of_the_printers(
    till: WholeCounter, console: TechnicianConsole
) -> None:
    kicks: list[bytes] = []
    box = PtyLineServer(lambda sent: kicks.append(sent) or b"")
    box.start()
    try:
        till.touch(console.devices.add)
        form = console.form
        till.touch(form.kinds["cash_drawer"])
        form.address.line.setText(box.address)
        till.touch(form.go)
        till.until(lambda: form.report.report is not None, "it is set up")
        assert form.report.report.good, form.report.report
        (row,) = [row for row in till.window.technician.desk.rows() if row.kind == "cash_drawer"]
        assert (row.name, row.driver, row.address) == ("cash drawer", "serial", box.address)
        assert till.window.technician.desk.bench.test_device("cash drawer").good
        till.until(lambda: kicks, "the trigger box got its byte")
        assert kicks[0] == b"\x07"
    finally:
        box.stop()
