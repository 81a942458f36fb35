"""A technician finds devices: an address that is right, one that is wrong and why, and everything on a network."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

import pytest

from hardware.address_check import check_printer
from hardware.baud_finder import find_baud, is_a_code
from hardware.discovery import addresses_of, epson_printers, on_network, own_network, who_is
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.registry import BARCODE_SCANNER, RECEIPT_PRINTER, driver, drivers_of
from pos_app.errors import WorldError
from pos_app.ports.maintenance import FoundDevice, TrialReport


@contextmanager
def printer(host: str = "127.0.0.1", **faults: bool) -> Iterator[tuple[SimulatedPrinter, str]]:
    machine = SimulatedPrinter()
    machine.set_faults(**faults)
    server = PrinterServer(machine, host)
    server.start()
    try:
        yield machine, server.address
    finally:
        server.stop()


def checked(address: str, driver: str = "tcp") -> TrialReport:
    """The check, which has to be over within three seconds on any machine that is not overwhelmed."""
    started = time.monotonic()
    report = check_printer(driver, address)
    assert time.monotonic() - started < 3
    return report


def test_a_printer_that_answers_says_who_it_is_and_prints_nothing() -> None:
    with printer() as (machine, address):
        report = checked(address)
        assert report.good
        assert report.headline == f"A receipt printer answers at {address}."
        assert [step.good for step in report.steps] == [True, True, True]
        assert machine.receipts_cut == 0


def test_a_printer_with_its_cover_open_is_found_and_not_ready() -> None:
    with printer(cover_open=True) as (_, address):
        report = checked(address)
        assert not report.good
        assert report.headline == f"The printer at {address} answers. The printer's cover is open: close it."


def test_something_that_takes_the_connection_and_says_nothing_is_busy() -> None:
    with printer(mute=True) as (_, address):
        report = checked(address)
        assert not report.good
        assert "busy with another till" in report.headline


def test_a_name_that_nobody_knows_is_told_so() -> None:
    report = checked("no-such-printer.invalid")
    assert not report.good
    assert report.headline.startswith("The name no-such-printer.invalid is not known.")


def test_a_port_that_nobody_listens_at_is_refused() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    report = checked(f"127.0.0.1:{port}")
    assert report.headline.startswith(f"127.0.0.1 is there and refuses port {port}")
    assert "mostly take jobs on 9100" in report.headline


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a full backlog is silent on Linux only")
def test_an_address_where_nothing_answers_is_given_up() -> None:
    with closing(socket.socket()) as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        place = deaf.getsockname()
        waiting = []
        for _ in range(3):  # more than it keeps: the next one gets no answer at all
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(place)
        report = checked(f"127.0.0.1:{place[1]}")
        for connection in waiting:
            connection.close()
    assert report.headline.startswith(f"Nothing answers at 127.0.0.1, port {place[1]}.")


@pytest.mark.parametrize(
    ("driver", "address", "says"),
    [
        ("tcp", "printer:port", "Not a printer's network address"),
        ("tcp", "", "Not a printer's network address"),
        ("usb", "epson", "Not a USB printer's address"),
        ("serial", "/dev/no-such-port", "/dev/no-such-port cannot be opened"),
        ("telepathy", "", "Unknown printer driver 'telepathy'"),
    ],
    ids=["port", "empty", "usb", "serial", "driver"],
)
def test_an_address_that_is_none_is_a_sentence(driver: str, address: str, says: str) -> None:
    report = checked(address, driver)
    assert not report.good
    assert says in report.headline


def test_printers_of_a_network_are_met_one_by_one_and_the_search_can_be_given_up() -> None:
    met: list[FoundDevice] = []
    with printer("127.0.0.3") as (_, address):
        port = int(address.rpartition(":")[2])
        assert on_network("127.0.0.0/29", met.append, Event(), port) == 6
        assert [(one.address, one.driver, one.kind) for one in met] == [(address, "tcp", RECEIPT_PRINTER)]
        given_up = Event()
        given_up.set()
        assert on_network("127.0.0.0/29", met.append, given_up, port) == 0
    assert len(met) == 1


def test_what_listens_and_is_silent_is_shown_without_a_name() -> None:
    with printer(mute=True) as (machine, address):
        port = int(address.rpartition(":")[2])
        found = who_is("127.0.0.1", port)
        assert (found.title, found.detail) == ("Takes print jobs", "does not say what it is")
        assert machine.refusals == []


@pytest.mark.parametrize(
    ("hosts", "says"),
    [
        ("10.0.0.0/8", "at most 1024"),
        ("8.8.8.0/24", "not a private network"),
        ("10.0.0.0/99", "is no network"),
    ],
    ids=["large", "public", "none"],
)
def test_a_network_that_is_not_the_stores_is_not_searched(hosts: str, says: str) -> None:
    with pytest.raises(WorldError, match=says):
        addresses_of(hosts)


def test_one_address_or_the_own_network() -> None:
    assert addresses_of("192.168.7.20:9101") == ["192.168.7.20"]
    assert own_network().prefixlen == 24


def test_an_epson_answers_the_broadcast_with_its_model() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as epson:
        epson.bind(("127.0.0.1", 0))
        port = epson.getsockname()[1]

        def answer() -> None:
            _, who = epson.recvfrom(100)
            epson.sendto(b"garbage", who)
            epson.sendto(b"EPSONq\x03\x00\x00\x00\x10\x00\x00\x1aTM-T88VI\x00\x00", who)

        threading.Thread(target=answer, daemon=True).start()
        search = epson_printers(Event(), port, "127.0.0.1")
        first = next(search)
        assert (first.address, first.title, first.driver) == ("127.0.0.1", "Epson TM-T88VI", "tcp")
        search.close()


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are Unix's")
def test_the_speed_of_a_scanner_is_found_by_scanning() -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    tried: list[int] = []

    def scan(speed: int) -> None:
        """A scanner set to 19200: at any other speed its bytes are noise."""
        tried.append(speed)
        right = termios.tcgetattr(theirs)[4] == termios.B19200
        os.write(ours, b"4006381333931\r" if right else b"\xf8\x80\x06\xfe\x18\r\x9c")

    try:
        assert find_baud(name, scan, Event(), wait_s=20) == 19200
        assert tried == [9600, 115200, 19200]
        given_up = Event()
        assert find_baud(name, lambda speed: given_up.set(), given_up, wait_s=20) is None
        assert find_baud(name, lambda speed: None, Event(), wait_s=0.01) is None
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    ("burst", "good"),
    [
        (b"4006381333931\r\n", True),
        (b"]C10104006381333931\r", True),
        (b"4006381333931", True),
        (b"\x00\x80\xff\xfe\r", False),
        (b"a\r", False),
        (b"40063\x0381333931\r", False),
    ],
    ids=["EAN", "GS1", "no end mark", "noise", "one letter", "control"],
)
def test_a_burst_is_a_code_or_noise(burst: bytes, good: bool) -> None:
    assert is_a_code(burst) is good


def test_drivers_are_chosen_from_one_table() -> None:
    assert [choice.driver for choice in drivers_of(RECEIPT_PRINTER)][:2] == ["tcp", "usb"]
    assert driver(BARCODE_SCANNER, "serial").title == "Serial scanner"
    with pytest.raises(ValueError, match="no driver 'telepathy' for scale"):
        driver("scale", "telepathy")
