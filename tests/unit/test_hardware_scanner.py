"""Scanners: every code kept and in order, garbage refused with a reason."""

import os
import pty
import queue
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.barcode_scanner.aim import symbology_name
from hardware.barcode_scanner.assembler import LONGEST_SCAN, RefusedScan, ScanAssembler
from hardware.barcode_scanner.serial_scanner import SerialScanner
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.barcode_scanner.simulator import SimulatedScanner
from pos_app.domain.scan_code import split_symbology
from pos_app.ports import DeviceState, DeviceStatus, ScanEvent

EAN = "4006381333931"


def test_symbology_identifiers_are_taken_off() -> None:
    assert split_symbology(f"]E0{EAN}") == (EAN, "]E0")
    assert split_symbology("]C1010400638133393117261231") == ("010400638133393117261231", "]C1")
    assert split_symbology(EAN) == (EAN, "")
    assert split_symbology("]E0") == ("]E0", "")
    assert symbology_name("]Q3") == "GS1 QR code"
    assert symbology_name("]z0") == "]z0"
    assert symbology_name("") == "unknown"


def test_codes_end_with_cr_or_lf_and_empty_ones_are_nothing() -> None:
    assembler = ScanAssembler("counter")
    assert assembler.feed(b"]E04006") == []
    assert assembler.is_waiting
    assert assembler.feed(b"381333931\r\n\r\n12345\n") == [
        ScanEvent(EAN, "]E0", "counter"),
        ScanEvent("12345", "", "counter"),
    ]


def test_a_gs1_separator_and_other_alphabets_are_data() -> None:
    (event,) = ScanAssembler().feed("]C110LOT\x1d21é\r".encode())
    assert event == ScanEvent("10LOT\x1d21é", "]C1")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x" * (LONGEST_SCAN + 1), "longer than 512"),
        (b"40\x1b063", "control bytes"),
        (b"\xff\xfe\x80", "garbage"),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason_and_the_next_code_is_good(data: bytes, reason: str) -> None:
    refused, good = ScanAssembler("counter").feed(data + b"\r" + EAN.encode() + b"\r")
    assert isinstance(refused, RefusedScan)
    assert reason in refused.reason
    assert refused.raw.startswith(data[:1].hex())
    assert good == ScanEvent(EAN, "", "counter")


def test_a_code_that_never_ends_is_given_up() -> None:
    assembler = ScanAssembler()
    assembler.feed(b"40063")
    refused = assembler.give_up()
    assert refused is not None
    assert "no end mark" in refused.reason
    assert assembler.give_up() is None


@given(
    st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=40)), st.integers(1, 9)
)
def test_a_burst_of_codes_in_pieces_of_any_size_loses_and_reorders_nothing(codes: list[str], piece: int) -> None:
    data = "".join(f"{code}\r\n" for code in codes).encode()
    assembler = ScanAssembler()
    found = [scan for start in range(0, len(data), piece) for scan in assembler.feed(data[start : start + piece])]
    assert found == [ScanEvent(*split_symbology(code)) for code in codes]


def test_a_serial_scanner_reads_refuses_and_comes_back_after_being_unplugged(expect_log: Callable[[str], None]) -> None:
    expect_log("control bytes")
    expect_log("no end mark")
    ours, theirs = pty.openpty()
    scans: queue.Queue[ScanEvent] = queue.Queue()
    refusals: queue.Queue[RefusedScan] = queue.Queue()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    scanner = SerialScanner(
        ScannerSettings("counter", "serial", os.ttyname(theirs)), scans.put, refusals.put, statuses.put
    )
    scanner.start()
    assert statuses.get(timeout=10).state is DeviceState.READY
    os.write(ours, f"]E0{EAN}\r]E0{EAN}\r".encode())
    assert [scans.get(timeout=10) for _ in range(2)] == [ScanEvent(EAN, "]E0", "counter")] * 2
    os.write(ours, b"40\x0163\r")
    assert "control bytes" in refusals.get(timeout=10).reason
    os.write(ours, b"4006")
    assert "no end mark" in refusals.get(timeout=10).reason
    os.close(ours)
    os.close(theirs)
    lost = statuses.get(timeout=10)
    assert lost.state is DeviceState.OFFLINE
    assert "went away" in lost.reason
    assert scanner.statistics() == {"GoodScanCount": 2, "FailedScanCount": 2, "CommunicationErrorCount": 1}
    assert scanner.stop()


def test_a_simulated_scanner_delivers_a_thousand_scans_in_order() -> None:
    scans: list[ScanEvent] = []
    scanner = SimulatedScanner(ScannerSettings("counter"), scans.append, lambda _: None)
    scanner.start()
    deliveries = [scanner.inject(f"{number:08d}", "]E4") for number in range(1000)]
    deliveries[-1].result(10)
    assert scans == [ScanEvent(f"{number:08d}", "]E4", "counter") for number in range(1000)]
    assert scanner.stop()
