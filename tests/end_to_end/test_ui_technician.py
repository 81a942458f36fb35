"""The technician's console in the real window over a real till: printers on real sockets, scans typed by scanners."""

import json
import os
import re
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event

import pytest
from fakes.whole_counter import BADGE, CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from pos_app.domain.operator import Operator, Role
from pos_app.settings import load_settings
from pos_app.storage.journal_audit import audit
from ui.technician.console import TechnicianConsole
from ui.technician.page import Page
from ui.theme.tokens import Height
from ui.widgets.control import Control

Key = Qt.Key
Open = Callable[..., WholeCounter]
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
TECHNICIAN = Operator("technician-1", "Technician", Role.TECHNICIAN)


@pytest.fixture
def printer() -> Iterator[tuple[SimulatedPrinter, str]]:
    """A network printer, and its address."""
    machine = SimulatedPrinter()
    server = PrinterServer(machine)
    server.start()
    yield machine, server.address
    server.stop()


def console_of(till: WholeCounter) -> TechnicianConsole:
    return till.window.technician.console


def open_console(till: WholeCounter, who: Operator = MANAGER) -> TechnicianConsole:
    """By touch: More, This till, Technician's console."""
    till.register.operator.change_to(who)
    till.touch(till.window.actions_bar.tiles["more"])
    to_row(till, "This till")
    to_row(till, "Technician's console")
    return console_of(till) if till.window.technician.covering else None  # type: ignore[return-value]


def to_row(till: WholeCounter, name: str) -> None:
    till.until(lambda: name in till.rows(), f"{name} is in the list")
    row = till.rows()[name]
    if not row.isVisible():
        till.touch(till.side.list_panel.later)
    till.touch(row)


def page(till: WholeCounter, title: str) -> Page:
    console = console_of(till)
    till.touch(console.rail[title])
    return console.page


def journaled(till: WholeCounter, kind: str) -> list[dict]:
    rows = till.register.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
    return [json.loads(row[0]) for row in rows]


def test_a_network_printer_is_added_tested_and_green_by_six_touches(
    till: WholeCounter, printer: tuple[SimulatedPrinter, str]
) -> None:
    machine, address = printer
    till.touches = 0
    console = open_console(till)
    till.touch(console.devices.add)
    till.type(address)
    till.touch(console.form.go)
    till.until(lambda: console.form.report.report is not None, "the printer was tested")
    report = console.form.report.report
    assert report is not None
    assert report.good, report
    assert report.headline == "Set up. The test page is printed."
    assert till.touches <= 6
    assert machine.receipts_cut == 1
    assert "€ £ $ ¥" in machine.receipts()[0].text()
    settings = load_settings(till.folder)
    assert (settings.printer_driver, settings.printer_address) == ("tcp", address)
    assert journaled(till, "settings_changed") == [{"by": "manager-1", "words": f"Network printer {address}"}]
    till.press(Key.Key_Escape)
    till.until(lambda: console.devices.list.rows[0].item.detail == "Ready", "the list says that it is well")
    till.press(Key.Key_Escape)
    assert not till.window.covered
    till.scan(HEADPHONES)
    till.window.tender.pay_exact_cash()
    till.until(lambda: machine.receipts_cut == 2, "the next receipt comes out of the new printer")
    assert not audit(till.register.data.database).faults
    panel = till.counter.services.device_panel
    panel.set_paper_out(True)  # of a simulated printer that is gone
    panel.close_drawer()


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("no-such-printer.invalid", "The name no-such-printer.invalid is not known."),
        ("127.0.0.1:{port}", "127.0.0.1 is there and refuses port {port}: no printer, or busy"),
        ("printer:port", "Not a printer's network address"),
    ],
    ids=["name", "refused", "malformed"],
)
def test_a_wrong_address_is_told_within_three_seconds_and_the_old_printer_goes_on(
    till: WholeCounter, address: str, cause: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    console = open_console(till)
    till.touch(console.devices.add)
    till.type(address.format(port=port))
    started = time.monotonic()
    till.press(Key.Key_Return)
    till.until(lambda: console.form.report.report is not None, "it is told")
    assert time.monotonic() - started < 3
    report = console.form.report.report
    assert report is not None
    assert not report.good
    assert cause.format(port=port) in report.headline
    assert load_settings(till.folder).printer_driver == "simulator"
    assert console.form.anyway.isEnabled()
    assert till.printer is not None


def test_the_window_lives_while_a_printer_that_hangs_is_asked(
    till: WholeCounter, printer: tuple[SimulatedPrinter, str]
) -> None:
    machine, address = printer
    machine.set_faults(mute=True)
    console = open_console(till)
    till.touch(console.devices.add)
    till.type(address)
    till.touch(console.form.check)
    assert console.form.report.busy == "Looking for it ..."
    till.touch(console.rail["Log"])
    assert console.page is console.log
    till.touch(console.rail["Devices"])
    assert console.form.report.report is None, "an answer that nobody waits for comes to nothing"


def test_a_scan_in_the_console_is_neither_sold_nor_lost_nor_typed(till: WholeCounter) -> None:
    console = open_console(till)
    till.touch(console.devices.add)
    till.type("10.0.0.9")
    till.scan(HEADPHONES)
    assert console.form.address.line.text() == "10.0.0.9"
    assert console.words == "That scan was not used. Go back to the till to sell."
    assert till.names() == []
    for key in (Key.Key_F11, Key.Key_F12, Key.Key_F9, Key.Key_F3):
        till.press(key)
    assert not till.side.panel_open
    till.touch(console.close_button)
    till.scan(CABLE)
    assert len(till.names()) == 1


def test_the_scanner_test_shows_bytes_gaps_parts_and_what_to_set(
    till: WholeCounter, expect_log: Callable[[str], None]
) -> None:
    expect_log("scan refused from scanner: .* control bytes")
    open_console(till)
    scanner = page(till, "Scanner")
    till.scan("]C1010952000000102510AB12\x1d1727123121SN0042")
    facts = dict(scanner.facts.facts)
    assert facts["Symbology"] == "GS1-128"
    assert facts["Ends with"] == "Enter"
    assert facts["Time between keys"] == "1 ms, longest 1 ms"
    assert (facts["Product number"], facts["Batch"], facts["Serial number"]) == ("9520000001025", "AB12", "SN0042")
    assert facts["Bytes"].startswith("5d 43 31 30 31")
    assert scanner.advice.report.headline == "It works: nothing to set."
    till.scan(HEADPHONES)
    assert not scanner.result.is_duplicate
    till.scan(HEADPHONES)
    assert scanner.result.is_duplicate
    assert till.names() == []
    till.counter.peripherals.simulated_scanner.inject("4006381333931", "]E0")
    till.until(lambda: scanner.result.code == "]E04006381333931", "the other scanner is heard too")
    assert dict(scanner.facts.facts)["Symbology"] == "EAN-13 or UPC"
    till.counter.peripherals.simulated_scanner.inject_bytes(b"\x00\x01garbage\r")
    till.until(lambda: "control bytes" in scanner._card.refusal, "garbage is told")


def test_keys_without_an_end_mark_get_the_advice_to_set_one(till: WholeCounter) -> None:
    open_console(till)
    scanner = page(till, "Scanner")
    for character in "4006381333931":
        till.press(Qt.Key(ord(character)))
    till.until(lambda: scanner.result is not None, "the burst is over")
    assert dict(scanner.facts.facts)["Ends with"] == "nothing"
    assert scanner.advice.report.headline.startswith("Set the scanner's suffix to Enter")


def test_an_associate_needs_somebody_who_may_and_a_technician_does_not(open_till: Open) -> None:
    till = open_till(sign_on=True)
    till.scan(BADGE["associate"])
    till.until(lambda: not till.window.people.covering, "somebody is signed on")
    till.window.technician.open()
    till.until(lambda: till.window.people.approvals.asking, "an approval is asked for")
    assert not till.window.technician.covering
    till.approve()
    till.until(lambda: till.window.technician.covering, "the console opens")
    assert "approved by manager" in till.window.technician.desk.by
    till.press(Key.Key_Escape)
    till.register.operator.change_to(TECHNICIAN)
    till.window.technician.open()
    assert till.window.technician.covering
    assert till.window.technician.desk.by == "technician-1"


def test_a_scanner_comes_and_goes_without_a_restart_and_settings_go_back(till: WholeCounter) -> None:
    console = open_console(till)
    till.touch(console.devices.add)
    till.touch(console.form.kinds["barcode_scanner"])
    till.touch(console.form.drivers["simulator"])
    till.touch(console.form.go)
    till.until(lambda: console.form.report.report is not None, "it is set up")
    till.touch(console.form.cancel)
    names = [row.item.name for row in console.devices.list.rows]
    assert "Barcode scanner" in names
    till.touch(console.devices.list.rows[names.index("Barcode scanner")])
    till.touch(console.devices.remove)
    assert console.devices.remove.text() == "Remove it?"
    assert "Barcode scanner" in [row.item.name for row in console.devices.list.rows]
    till.touch(console.devices.remove)
    till.until(lambda: console.devices.report.report is not None, "it is removed")
    assert "Barcode scanner" not in [row.item.name for row in console.devices.list.rows]
    settings = page(till, "Settings")
    till.until(lambda: len(settings.list.rows) == 2, "two versions")
    till.touch(settings.list.rows[1])
    till.until(lambda: any("barcode_scanner" in text for _, text, _ in settings.lines.lines), "its change is shown")
    till.touch(settings.back)
    till.until(lambda: len(settings.list.rows) == 3, "a third version")
    assert [entry.name for entry in load_settings(till.folder).devices] == ["barcode scanner"]
    assert any(status.name == "barcode scanner" for status in till.counter.peripherals.statuses())
    assert [entry["by"] for entry in journaled(till, "settings_changed")] == ["manager-1"] * 3


def test_a_scanner_that_is_not_plugged_in_is_set_up_and_said_not_to_be_there(till: WholeCounter) -> None:
    console = open_console(till)
    till.touch(console.devices.add)
    till.touch(console.form.kinds["barcode_scanner"])
    till.type("usb:05e0:1200")
    till.touch(console.form.go)
    till.until(lambda: console.form.report.report is not None, "it is set up")
    assert not console.form.report.report.good
    assert "is not plugged in" in console.form.report.report.headline
    assert [entry.address for entry in load_settings(till.folder).devices] == ["usb:05e0:1200"]


def test_a_backup_printer_is_set_up_beside_the_first(till: WholeCounter, printer: tuple[SimulatedPrinter, str]) -> None:
    machine, address = printer
    console = open_console(till)
    till.touch(console.devices.add)
    till.touch(console.form.kinds["backup_printer"])
    till.type(address)
    till.touch(console.form.go)
    till.until(lambda: console.form.report.report is not None, "it is set up")
    assert console.form.report.report.good, console.form.report.report
    assert machine.receipts_cut == 1
    till.touch(console.form.cancel)
    assert "Backup printer" in [row.item.name for row in console.devices.list.rows]
    assert till.printer_is_ready()


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are Unix's")
def test_a_scanner_lets_go_of_its_port_while_its_speed_is_looked_for(till: WholeCounter) -> None:
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    try:
        desk = till.window.technician.desk
        till.register.operator.change_to(MANAGER)
        desk.begin()
        desk.set_up("barcode_scanner", "serial", name)
        till.until(lambda: "ready" in [row.state.value for row in desk.rows() if row.entry], "it is ready")
        speeds: list[int] = []

        def scan(speed: int) -> None:
            speeds.append(speed)
            os.write(ours, b"4006381333931\r")

        assert desk.bench.find_baud(name, scan, Event()) == speeds[0] == 9600
        till.until(lambda: "ready" in [row.state.value for row in desk.rows() if row.entry], "it is back")
        os.write(ours, f"{CABLE}\r".encode())
        till.until(lambda: len(till.names()) == 1, "it scans again")
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_drawer_the_card_terminal_and_the_line_are_tested(till: WholeCounter) -> None:
    console = open_console(till)
    rows = {row.item.name: row for row in console.devices.list.rows}
    till.touch(rows["Cash drawer"])
    before = till.printer.drawer_pulses
    till.touch(console.devices.test)
    till.until(lambda: console.devices.report.report is not None, "the drawer was kicked")
    assert till.printer.drawer_pulses == before + 1
    till.touch(rows["Card terminal"])
    till.touch(console.devices.check)
    till.until(lambda: console.devices.report.report is not None, "the terminal was asked")
    assert console.devices.report.report.good
    line = page(till, "Network")
    till.until(lambda: line.report.report is not None, "the service was asked")
    words = "\n".join(step.words for step in line.report.report.steps)
    assert line.report.report.good, words
    assert re.search(r"Answers in \d+ ms", words)
    assert "Clocks agree" in words
    assert re.search(r"\d+ events wait to be sent", words)
    till.go_offline()
    till.touch(line.again)
    till.until(lambda: line.report.report is not None, "it is told")
    assert "the service does not run" in line.report.report.headline


def test_another_code_page_is_tried_by_a_touch_and_kept(
    till: WholeCounter, printer: tuple[SimulatedPrinter, str]
) -> None:
    machine, address = printer
    console = open_console(till)
    till.touch(console.devices.add)
    till.type(address)
    till.touch(console.form.go)
    till.until(lambda: console.form.report.report is not None, "it is set up")
    assert re.search(r"^ *> CP858 +é è ü ß ñ £ €$", machine.receipts()[0].text(), re.MULTILINE)
    till.touch(console.form.cancel)
    till.touch(console.devices.pages["CP1252"])
    till.until(lambda: console.devices.report.report is not None, "the page is printed again")
    assert console.devices.report.report.good
    assert re.search(r"^ *> CP1252 +é è ü ß ñ £ €$", machine.receipts()[1].text(), re.MULTILINE)
    assert load_settings(till.folder).printer_code_page == "CP1252"


def test_the_log_is_filtered_by_words_and_by_how_bad_it_is(till: WholeCounter) -> None:
    (till.folder / "till.log").write_text(
        "2026-11-22 14:00:00,1 INFO pos_app.run started\n"
        "2026-11-22 14:01:00,1 WARNING hardware.printer out of paper\n"
        "2026-11-22 14:02:00,1 ERROR ui.window broke\nTraceback: here\n"
    )
    open_console(till)
    log = page(till, "Log")
    till.until(lambda: len(log.shown) == 3, "the log is read")
    assert log.shown[0].text == "broke\nTraceback: here"
    till.touch(log.levels["Warnings"])
    assert [line.level for line in log.shown] == ["ERROR", "WARNING"]
    log.filter.setFocus()
    till.type("paper")
    assert [line.text for line in log.shown] == ["out of paper"]


def test_the_support_bundle_is_listed_first_and_names_nobody(till: WholeCounter) -> None:
    till.attach_member()
    till.scan(HEADPHONES)
    till.window.tender.pay_exact_cash()
    till.until(lambda: till.window.sale.completed is not None, "it is sold")
    (till.folder / "till.log").write_text("2026-11-22 14:00:00,1 INFO x demo@example.com pin=482913 OPB-MANAGER\n")
    open_console(till)
    support = page(till, "Support")
    till.until(lambda: bool(support.list.rows), "the files are listed")
    assert not (till.folder / "support").exists()
    listed = [row.item.name for row in support.list.rows]
    till.touch(support.write)
    till.until(lambda: support.report.report is not None, "it is written")
    (path,) = (till.folder / "support").iterdir()
    with zipfile.ZipFile(path) as bundle:
        assert bundle.namelist() == listed
        everything = "".join(bundle.read(name).decode() for name in listed)
    for secret in ("@example.com", "482913", "OPB-", "demo@"):
        assert secret not in everything, secret
    key = (till.folder / "till.key").read_bytes().hex()
    assert key not in everything


def test_every_page_is_worked_by_touch_and_by_keyboard_alone(till: WholeCounter) -> None:
    console = open_console(till)
    for title in console.rail:
        shown = page(till, title)
        till.until(lambda shown=shown: shown._task is None or shown._task.finished, "it has looked")
        for control in console.findChildren(Control):
            if control.isVisible():
                assert control.width() >= Height.TOUCH, (title, control.text())
                assert control.height() >= Height.TOUCH, (title, control.text())
        unnamed = [part for part in shown.findChildren(QWidget) if part.isVisible() and not part.accessibleName()]
        assert unnamed == [], title
        visited = set()
        for _ in range(60):
            till.press(Key.Key_Tab)
            visited.add(QApplication.focusWidget())
        reachable = {
            control for control in console.findChildren(Control) if control.isVisible() and control.isEnabled()
        }
        assert reachable <= visited, [control.text() for control in reachable - visited]


def test_the_console_fits_the_smallest_screen(open_till: Open) -> None:
    till = open_till(size=(1024, 768))
    console = open_console(till)
    for title in console.rail:
        shown = page(till, title)
        for part in shown.findChildren(Control):
            if part.isVisible():
                place = part.mapTo(console, part.rect().bottomRight())
                assert place.x() <= 1024, (title, part.text())
                assert place.y() <= 768, (title, part.text())
