"""A scale without the machine: answers as a real one does, and fails as they do."""

import threading
from dataclasses import dataclass, replace

from hardware.scale.settings import NCI


@dataclass(frozen=True, slots=True)
class ScaleFaults:
    """What is the matter with the simulated scale. All off: it weighs.

    mute answers nothing, garbage answers noise, half_answer stops in the middle.
    """

    motion: bool = False
    over_capacity: bool = False
    under_zero: bool = False
    faulty: bool = False
    mute: bool = False
    garbage: bool = False
    half_answer: bool = False


class SimulatedScale:
    """Bytes in, bytes out. Thread-safe."""

    def __init__(self, protocol: str = NCI, unit: str = "kg") -> None:
        self._lock = threading.Lock()
        self._protocol = protocol
        self._unit = unit
        self._pending = b""
        self._weight_milli = 0
        self._faults = ScaleFaults()
        self.requests = 0

    @property
    def faults(self) -> ScaleFaults:
        """The switches as they stand."""
        with self._lock:
            return self._faults

    def set_faults(self, **switches: bool) -> None:
        """Turn fault switches: set_faults(motion=True)."""
        with self._lock:
            self._faults = replace(self._faults, **switches)

    def put(self, weight_milli: int) -> None:
        """Put so many thousandths of the unit on the pan; 0 takes them off."""
        with self._lock:
            self._weight_milli = weight_milli

    def feed(self, data: bytes) -> bytes:
        """The scale's answer to what it was sent."""
        with self._lock:
            self._pending += bytes(byte & 0x7F for byte in data)
            asked = self._pending.count(b"W")
            self._pending = b""
            self.requests += asked
            if not asked or self._faults.mute:
                return b""
            answer = b"\xff\x00@@@\x03" if self._faults.garbage else self._answer()
            return answer[: len(answer) // 2] if self._faults.half_answer else answer

    def _answer(self) -> bytes:
        return self._nci() if self._protocol == NCI else self._toledo()

    def _shown(self) -> str:
        whole, part = divmod(self._weight_milli, 1000)
        return f"{whole:02d}.{part:03d}"

    def _nci(self) -> bytes:
        faults = self._faults
        first = 0x30 | faults.motion | (self._weight_milli == 0) << 1 | faults.faulty << 3
        second = 0x30 | faults.under_zero | faults.over_capacity << 1
        weight = f"\n{self._shown()}{self._unit.upper()}\r"
        if faults.over_capacity or faults.under_zero:
            weight = ""
        return weight.encode() + b"\n" + bytes((first, second)) + b"\r\x03"

    def _toledo(self) -> bytes:
        faults = self._faults
        status = 0x40 | faults.motion | faults.over_capacity << 1 | faults.under_zero << 2 | faults.faulty << 3
        if status & 0x0F:
            return b"\x02?" + bytes((status,)) + b"\r"
        return f"\x02{self._shown()}\r".encode()
