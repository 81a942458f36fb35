"""Scanners on ports that come and go: found again by who they are, two at once, and taken from the keyboard."""

import os
import pty
import queue
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import serial_line
from hardware.barcode_scanner.evdev_scanner import EvdevScanner, input_devices
from hardware.barcode_scanner.key_events import EVENT, KeyDecoder
from hardware.barcode_scanner.serial_scanner import SerialScanner
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.serial_line import LineMode, PortIdentity, split_address
from pos_app.ports import DeviceState, DeviceStatus, ScanEvent

EAN = "4006381333931"


class Plugs:
    """The USB ports of a machine: what is plugged in, each with an identity, on a port of a new name every time."""

    def __init__(self) -> None:
        self._ends: dict[str, tuple[int, int]] = {}

    def plug_in(self, serial_number: str) -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self._ends[serial_number] = (ours, theirs)

    def unplug(self, serial_number: str) -> None:
        for end in self._ends.pop(serial_number):
            os.close(end)

    def scan(self, serial_number: str, code: str) -> None:
        os.write(self._ends[serial_number][0], f"{code}\r".encode())

    def present(self) -> list[PortIdentity]:
        return [
            PortIdentity(os.ttyname(theirs), 0x05E0, 0x1701, serial_number)
            for serial_number, (_, theirs) in self._ends.items()
        ]

    def close(self) -> None:
        for serial_number in list(self._ends):
            self.unplug(serial_number)


@pytest.fixture
def plugs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugs]:
    made = Plugs()
    monkeypatch.setattr(serial_line, "ports_present", made.present)
    yield made
    made.close()


def reader(name: str, address: str) -> tuple[SerialScanner, "queue.Queue[ScanEvent]", "queue.Queue[DeviceStatus]"]:
    scans: queue.Queue[ScanEvent] = queue.Queue()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    scanner = SerialScanner(ScannerSettings(name, "serial", address), scans.put, lambda _: None, statuses.put)
    scanner.start()
    return scanner, scans, statuses


def test_a_scanner_is_found_again_by_who_it_is_on_whatever_port_it_comes_back(plugs: Plugs) -> None:
    """Fault 31: said and found again; it is looked for every second."""
    scanner, scans, statuses = reader("hand scanner", "usb:05e0:1701:SN-A")
    absent = statuses.get(timeout=10)
    assert absent.state is DeviceState.OFFLINE
    assert "is not plugged in" in absent.reason
    plugs.plug_in("SN-B")
    plugs.plug_in("SN-A")
    assert statuses.get(timeout=10).state is DeviceState.READY
    plugs.scan("SN-A", EAN)
    assert scans.get(timeout=10) == ScanEvent(EAN, "", "hand scanner")
    plugs.unplug("SN-A")
    assert "went away" in statuses.get(timeout=10).reason
    plugs.plug_in("SN-C")  # takes the port that was free
    plugs.plug_in("SN-A")
    while statuses.get(timeout=10).state is not DeviceState.READY:
        pass
    plugs.scan("SN-C", "11111111")
    plugs.scan("SN-A", "22222222")
    assert scans.get(timeout=10).text == "22222222"
    assert scanner.statistics()["ReconnectCount"] == 1
    assert scanner.stop()


def test_two_scanners_of_one_make_are_told_apart(plugs: Plugs) -> None:
    plugs.plug_in("SN-A")
    plugs.plug_in("SN-B")
    left, left_scans, left_statuses = reader("left", "usb:05e0:1701:SN-A")
    right, right_scans, right_statuses = reader("right", "usb:05e0:1701:SN-B")
    for statuses in (left_statuses, right_statuses):
        assert statuses.get(timeout=10).state is DeviceState.READY
    plugs.scan("SN-B", "22222222")
    plugs.scan("SN-A", "11111111")
    assert left_scans.get(timeout=10) == ScanEvent("11111111", "", "left")
    assert right_scans.get(timeout=10) == ScanEvent("22222222", "", "right")
    assert left.stop()
    assert right.stop()


def test_a_code_that_was_cut_by_unplugging_is_refused(plugs: Plugs, expect_log: Callable[[str], None]) -> None:
    expect_log("in the middle of a code")
    plugs.plug_in("SN-A")
    refusals: queue.Queue[object] = queue.Queue()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    settings = ScannerSettings("left", "serial", "usb:05e0:1701")
    scanner = SerialScanner(settings, lambda _: None, refusals.put, statuses.put)
    arrived: queue.Queue[bytes] = queue.Queue()
    scanner.on_raw = arrived.put
    scanner.start()
    assert statuses.get(timeout=10).state is DeviceState.READY
    os.write(plugs._ends["SN-A"][0], b"40063")
    assert arrived.get(timeout=10)
    plugs.unplug("SN-A")
    assert "in the middle" in str(refusals.get(timeout=10))
    assert scanner.stop()


@pytest.mark.parametrize(
    ("address", "place", "mode"),
    [
        ("/dev/ttyUSB0", "/dev/ttyUSB0", LineMode()),
        ("/dev/ttyUSB0@115200", "/dev/ttyUSB0", LineMode(115200)),
        ("COM3@9600-7E1", "COM3", LineMode(9600, 7, "E", 1)),
        ("usb:05e0:1701:A@7O2", "usb:05e0:1701:A", LineMode(9600, 7, "O", 2)),
        ("tcp://10.0.0.5:4001", "tcp://10.0.0.5:4001", LineMode()),
    ],
)
def test_addresses_of_lines(address: str, place: str, mode: LineMode) -> None:
    assert split_address(address) == (place, mode)


@pytest.mark.parametrize("address", ["", "@9600", "/dev/ttyUSB0@fast", "COM3@9600-9X1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not a serial line"):
        split_address(address)


def test_a_port_names_itself_so_that_it_is_found_again() -> None:
    assert PortIdentity("/dev/ttyUSB0", 0x05E0, 0x1701, "A").address == "usb:05e0:1701:A"
    assert PortIdentity("/dev/ttyS0").address == "/dev/ttyS0"


# --- keyboards taken away --------------------------------------------------------------------------------------------

CODES = {character: code for code, character in zip(range(2, 12), "1234567890", strict=True)}


def key(code: int, value: int = 1) -> bytes:
    return EVENT.pack(0, 0, 1, code, value)


def keys(*codes: int) -> bytes:
    return b"".join(key(code) + key(code, 0) for code in codes)


def test_keys_are_read_by_their_place_whatever_layout_or_caps_lock_the_till_has() -> None:
    decoder = KeyDecoder()
    sent = keys(*(CODES[digit] for digit in EAN)) + keys(28)
    assert decoder.feed(sent) == f"{EAN}\r".encode()
    assert decoder.feed(key(42) + keys(30, 2) + key(42, 0) + keys(30, 96)) == b"A!a\r"
    assert decoder.feed(key(29) + keys(27) + key(29, 0) + keys(15)) == b"\x1d\r"
    assert decoder.feed(key(2) + key(2, 2) + key(2, 0)) == b"1"


@given(st.lists(st.sampled_from(sorted(CODES)), max_size=30), st.integers(1, 40))
def test_events_in_pieces_of_any_size_are_the_same_characters(digits: list[str], piece: int) -> None:
    decoder, sent = KeyDecoder(), keys(*(CODES[digit] for digit in digits))
    pieces = (sent[start : start + piece] for start in range(0, len(sent), piece))
    assert b"".join(map(decoder.feed, pieces)) == "".join(digits).encode()


@given(st.binary(max_size=200))
def test_no_events_at_all_break_it(data: bytes) -> None:
    KeyDecoder().feed(data).decode("ascii")


def test_an_input_device_that_cannot_be_grabbed_is_said(tmp_path: Path) -> None:
    plain = tmp_path / "event0"
    plain.write_bytes(b"")
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    for address, words in ((str(plain), "cannot be had"), ("usb:ffff:ffff", "is not plugged in")):
        scanner = EvdevScanner(ScannerSettings("taken", "evdev", address), lambda _: None, lambda _: None, statuses.put)
        scanner.start()
        status = statuses.get(timeout=10)
        assert (status.state, words in status.reason) == (DeviceState.OFFLINE, True), status
        assert scanner.stop()


def test_input_devices_are_listed_with_who_they_are(tmp_path: Path) -> None:
    device = tmp_path / "event3" / "device"
    (device / "id").mkdir(parents=True)
    (device / "name").write_text("Honeywell Scanner\n")
    (device / "id" / "vendor").write_text("0c2e\n")
    (device / "id" / "product").write_text("0b61\n")
    (found,) = input_devices(tmp_path)
    assert (found.path, found.name, found.address) == ("/dev/input/event3", "Honeywell Scanner", "usb:0c2e:0b61")
