"""The speed of a serial scanner, found while somebody scans one label again and again."""

import time
from collections.abc import Callable
from threading import Event

from hardware.barcode_scanner.assembler import ScanAssembler
from hardware.serial_line import SerialLine
from pos_app.ports import ScanEvent

SPEEDS = (9600, 115200, 19200, 38400, 57600, 4800, 2400)
WAIT_S = 60.0
_QUIET_S = 0.15
_SHORTEST_CODE = 4


def find_baud(port: str, tried: Callable[[int], None], cancelled: Event, wait_s: float = WAIT_S) -> int | None:
    """The speed at which a scan is a code, each scan trying one; None when nothing fits or nobody scans.

    tried hears of each speed before it waits for a scan. Raises TransportError when the port cannot be had.
    """
    deadline = time.monotonic() + wait_s
    for speed in SPEEDS:
        line = SerialLine(f"{port.partition('@')[0]}@{speed}")
        line.open()
        try:
            tried(speed)
            burst = _burst(line, deadline, cancelled)
        finally:
            line.close()
        if cancelled.is_set() or not burst:
            return None
        if is_a_code(burst):
            return speed
    return None


def _burst(line: SerialLine, deadline: float, cancelled: Event) -> bytes:
    """Everything of one scan: until the line is quiet for a moment."""
    burst = b""
    while time.monotonic() < deadline and not cancelled.is_set():
        data = line.read(_QUIET_S)
        if not data and burst:
            break
        burst += data
    return burst


def is_a_code(burst: bytes) -> bool:
    """True when the bytes are codes that a till would take, each with its end mark, and nothing else."""
    results = ScanAssembler().feed(burst if burst.endswith((b"\r", b"\n", b"\t")) else burst + b"\r")
    codes = [result.text for result in results if isinstance(result, ScanEvent)]
    return bool(codes) and len(codes) == len(results) and all(_plausible(code) for code in codes)


def _plausible(code: str) -> bool:
    """At a wrong speed bytes come out that are letters by chance, but not all of them, and hardly four in a row."""
    return len(code) >= _SHORTEST_CODE and all(
        0x20 <= ord(character) < 0x7F or character == "\x1d" for character in code
    )
