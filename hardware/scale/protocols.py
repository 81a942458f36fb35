"""What scales say: the NCI protocol (Weigh-Tronix SCP-01, also its ECR form) and that of Toledo 8217. Pure.

NCI: W CR asks; LF weight unit CR LF status CR ETX answers, or LF status CR ETX while there is no weight to tell. A
status byte has bits 4 and 5 set: byte 1 bit 0 motion, 1 at zero, 2 and 3 memory faults; byte 2 bit 0 under capacity,
1 over capacity, 2 and 3 faults. Frame 7E1. Toledo 8217: W asks; STX weight CR answers, or STX ? status CR with bit 0
motion, 1 over capacity, 2 under zero, 3 outside the zero capture range, 4 centre of zero.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from pos_app.ports import WeightState

_SCALE = 1000
_UNITS = {"KG": ("kg", 1), "LB": ("lb", 1), "G": ("kg", 1000)}


@dataclass(frozen=True, slots=True)
class Weighed:
    """One answer. weight_milli is in thousandths of the unit and stands only where state is STABLE or ZERO."""

    state: WeightState
    weight_milli: int = 0
    unit: str = ""


class ScaleProtocol(Protocol):
    """How to ask a scale, and what its answer means."""

    request: bytes
    end: bytes

    def read(self, answer: bytes) -> Weighed | None:
        """What a whole answer says, or None when it is none: noise, another speed, another protocol."""


class Nci:
    """Weigh-Tronix and NCI scales, and the many that speak like them."""

    request = b"W\r"
    end = b"\x03"
    _ANSWER = re.compile(
        rb"\n(?:(?P<weight>[- ]*\d*\.?\d+)\s*(?P<unit>KG|LB|G)\s*\r\n)?S?(?P<status>[\x30-\x7f]{2,3})\r\x03\Z",
        re.IGNORECASE,
    )

    def read(self, answer: bytes) -> Weighed | None:
        """See ScaleProtocol."""
        found = self._ANSWER.search(bytes(byte & 0x7F for byte in answer))
        if found is None:
            return None
        first, second = found["status"][0], found["status"][1]
        if not first & 0x30 == second & 0x30 == 0x30:
            return None
        weight_milli, unit = _weight(found["weight"], (found["unit"] or b"").decode().upper())
        if first & 0x0C or second & 0x0C:
            return Weighed(WeightState.FAULT)
        if second & 0x02:
            return Weighed(WeightState.OVER_CAPACITY)
        if second & 0x01 or weight_milli < 0:
            return Weighed(WeightState.UNDER_ZERO)
        if first & 0x01:
            return Weighed(WeightState.MOTION, weight_milli, unit)
        if first & 0x02:
            return Weighed(WeightState.ZERO, 0, unit)
        return Weighed(WeightState.STABLE, weight_milli, unit) if found["weight"] else None


class Toledo8217:
    """Mettler-Toledo checkout scales, and those set to speak like them. The unit is a setting of the scale."""

    request = b"W"
    end = b"\r"
    _WEIGHT = re.compile(rb"\x02\s*(?P<weight>\d*\.?\d+)N?\r\Z")
    _STATUS = re.compile(rb"\x02\?(?P<status>.)\r\Z", re.DOTALL)

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def read(self, answer: bytes) -> Weighed | None:
        """See ScaleProtocol."""
        plain = bytes(byte & 0x7F for byte in answer)
        if found := self._WEIGHT.search(plain):
            # Five digits without a point are hundredths of a pound or thousandths of a kilogram.
            text = found["weight"]
            places = 3 if self._unit == "kg" else 2
            weight_milli = _milli(text) if b"." in text else int(text) * _SCALE // 10**places
            state = WeightState.STABLE if weight_milli else WeightState.ZERO
            return Weighed(state, weight_milli, self._unit)
        found = self._STATUS.search(plain)
        if found is None:
            return None
        status = found["status"][0]
        for bit, state in _TOLEDO_STATES:
            if status & bit:
                return Weighed(state)
        return Weighed(WeightState.ZERO, 0, self._unit) if status & 0x10 else Weighed(WeightState.FAULT)


_TOLEDO_STATES = (
    (0x02, WeightState.OVER_CAPACITY),
    (0x04, WeightState.UNDER_ZERO),
    (0x08, WeightState.FAULT),
    (0x01, WeightState.MOTION),
)


def _weight(text: bytes | None, unit: str) -> tuple[int, str]:
    if not text:
        return 0, ""
    name, parts = _UNITS[unit]
    return _milli(text) // parts, name


def _milli(text: bytes) -> int:
    """Thousandths of a decimal number; scales show no more than three places."""
    sign = -1 if b"-" in text else 1
    whole, _, part = text.strip(b"- ").partition(b".")
    return sign * (int(whole or b"0") * _SCALE + int(part[:3].ljust(3, b"0") or b"0"))
