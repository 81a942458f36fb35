"""Every page of the technician's console, and its states, with how to come to them by hand."""

from collections.abc import Callable
from datetime import UTC, datetime

from fakes.whole_counter import HEADPHONES, WholeCounter

from pos_app.domain.operator import Operator, Role
from pos_app.ports import DeviceState, ScanEvent
from pos_app.ports.maintenance import DeviceRow, FoundDevice, TrialReport, TrialStep
from ui.technician.console import TechnicianConsole

_TECHNICIAN = Operator("technician-1", "Technician", Role.TECHNICIAN)
_WRONG = "Nothing answers at 192.168.1.77, port 9100. Is it switched on, and on the same network as this till?"


def _console(counter: WholeCounter) -> TechnicianConsole:
    counter.register.operator.change_to(_TECHNICIAN)
    counter.window.technician.open()
    counter.until(lambda: counter.window.technician.covering, "the console opens")
    return counter.window.technician.console


def _page(title: str) -> Callable[[WholeCounter], None]:
    def come(counter: WholeCounter) -> None:
        console = _console(counter)
        counter.touch(console.rail[title])

    return come


def _printer(counter: WholeCounter) -> None:
    _console(counter)


def _printer_tested(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.devices.test)
    counter.until(lambda: console.devices.report.report is not None, "the page is printed")


def _logo_stored(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.devices.logo)
    counter.until(lambda: console.devices.report.report is not None, "the logo is stored")


def _every_state(counter: WholeCounter) -> None:
    """Devices in each state that there is, as a room of a hard life would show them."""
    console, at = _console(counter), datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    usb, hand = "04b8:0202:X7Y123", "usb:05e0:1701:SN12345"
    paper = "The printer is out of paper: load a new roll."
    by_hand = "Opened by hand at 09:12:40, not by the till."
    states = (
        ("receipt printer", "receipt_printer", "tcp", "192.168.1.50", DeviceState.ERROR, paper),
        ("backup printer", "backup_printer", "usb", usb, DeviceState.READY, ""),
        ("cash drawer", "cash_drawer", "on the printer", "", DeviceState.WARNING, by_hand),
        ("hand scanner", "barcode_scanner", "serial", hand, DeviceState.OFFLINE, f"{hand} is not plugged in."),
        ("counter scanner", "barcode_scanner", "evdev", "event5", DeviceState.BUSY, "Another program holds it."),
        ("scale", "scale", "nci", "/dev/ttyUSB0", DeviceState.READY, ""),
        ("pole", "line_display", "cd5220", "/dev/ttyS1@9600", DeviceState.ABSENT, "It was not started yet."),
        ("card terminal", "payment_terminal", "adyen_local", "192.168.1.60:8443", DeviceState.READY, ""),
    )
    rows = [DeviceRow(*one, last_contact=at, entry=one[0]) for one in states]
    console.devices.desk.rows = lambda: rows  # type: ignore[method-assign]
    console.devices.refresh()


def _form(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.devices.add)
    counter.type("192.168.1.50")


def _form_refused(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.devices.add)
    counter.type("192.168.1.77")
    console.form.show_result(TrialReport(False, _WRONG))


def _form_letters(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.devices.add)
    counter.touch(console.form.kinds["barcode_scanner"])
    counter.touch(next(key for key in console.form.keys.keys["123"] if key.value == "abc"))


def _found(counter: WholeCounter) -> None:
    console = _console(counter)
    counter.touch(console.rail["Find"])
    counter.until(console.find.attached.isEnabled, "the ports were looked at")
    for device in (
        FoundDevice("serial_port", "serial", "usb:05e0:1701:SN12345", "Hand scanner CDC", "/dev/ttyACM0"),
        FoundDevice("receipt_printer", "usb", "04b8:0202:X7Y123", "EPSON TM-T88V", "serial number X7Y123"),
        FoundDevice("receipt_printer", "tcp", "192.168.1.50", "EPSON TM-m30III", "announces itself (mDNS)"),
        FoundDevice("receipt_printer", "tcp", "192.168.1.53", "Takes print jobs", "does not say what it is"),
    ):
        console.find._show([*console.find.found, device])
    console.find._searched(254)


def _found_keys(counter: WholeCounter) -> None:
    _found(counter)
    counter.touch(counter.window.technician.console.find.hosts.line)


def _scanner_read(counter: WholeCounter) -> None:
    _page("Scanner")(counter)
    counter.scan("]C1010952000000102510AB12\x1d1727123121SN0042")
    counter.scan(HEADPHONES)


def _scanner_refused(counter: WholeCounter) -> None:
    page = _serial_bytes(counter, b"\x9a\xf0\x81\x83\xff\x10\r")
    page._refused("The scanner sent garbage: check its baud rate and settings.")


def _scanner_serial(counter: WholeCounter) -> None:
    page = _serial_bytes(counter, b"]d2010952000000102510AB12\x1d21SN0042\r\n")
    page._scanned(ScanEvent("010952000000102510AB12\x1d21SN0042", "]d2", "hand scanner"))


def _serial_bytes(counter: WholeCounter, data: bytes):  # type: ignore[no-untyped-def]
    _page("Scanner")(counter)
    page = counter.window.technician.console.scanner
    page._raw.heard("hand scanner", data)
    return page


def _scanner_ports(counter: WholeCounter) -> None:
    _page("Scanner")(counter)
    page = counter.window.technician.console.scanner
    page._which_port(
        [
            FoundDevice("serial_port", "serial", "/dev/ttyS0", "Serial port", "/dev/ttyS0"),
            FoundDevice("serial_port", "serial", "usb:05e0:1701:SN12345", "Hand scanner CDC", "/dev/ttyACM0"),
        ]
    )


def _line(counter: WholeCounter) -> None:
    _page("Network")(counter)
    page = counter.window.technician.console.line
    counter.until(lambda: page.report.report is not None, "the service was asked")
    steps = (
        TrialStep("Answers in 4 ms", True),
        TrialStep("Clocks agree within 0.1 s", True),
        TrialStep("0 events wait to be sent", True),
        TrialStep("0 events were set aside by the service", True),
    )
    page.report.show_report(TrialReport(True, "The central service answers.", steps))


def _settings(counter: WholeCounter) -> None:
    console = _console(counter)
    for words, name in (("One", "First scanner"), ("Two", "Second scanner")):
        values = {"kind": "barcode_scanner", "name": name, "driver": "simulator"}
        console.devices.desk.book.put_device(name, values, "technician-1", f"Scanner {words}")
    counter.touch(console.rail["Settings"])
    counter.until(lambda: console.settings.lines.lines, "the newest version's change is shown")


def _log(counter: WholeCounter) -> None:
    _page("Log")(counter)


def _support(counter: WholeCounter) -> None:
    _page("Support")(counter)


CONSOLE_SCREENS: dict[str, Callable[[WholeCounter], None]] = {
    "console-devices": _printer,
    "console-tested": _printer_tested,
    "console-logo": _logo_stored,
    "console-states": _every_state,
    "console-form": _form,
    "console-form-refused": _form_refused,
    "console-form-letters": _form_letters,
    "console-find": _found,
    "console-find-keys": _found_keys,
    "console-scanner": _page("Scanner"),
    "console-scanner-read": _scanner_read,
    "console-scanner-serial": _scanner_serial,
    "console-scanner-refused": _scanner_refused,
    "console-scanner-ports": _scanner_ports,
    "console-line": _line,
    "console-settings": _settings,
    "console-log": _log,
    "console-support": _support,
}
