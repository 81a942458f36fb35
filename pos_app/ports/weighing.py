"""Scales, as the sale asks them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class WeightState(StrEnum):
    """What lies on a scale, or why it tells no weight."""

    STABLE = "stable"
    MOTION = "motion"
    ZERO = "zero"
    UNDER_ZERO = "under_zero"
    OVER_CAPACITY = "over_capacity"
    FAULT = "fault"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class WeightReading:
    """One reading. weight_milli is in thousandths of the unit; only a STABLE one may be sold by.

    words say what is the matter and what to do, empty where the weight stands.
    """

    state: WeightState
    weight_milli: int = 0
    unit: str = ""
    words: str = ""


class Scale(Protocol):
    """A scale beside the till."""

    def watch(self, on_reading: "ReadingListener | None") -> None:
        """Tell every reading from now on, on the scale's own thread; None stops it. Never blocks."""


class ReadingListener(Protocol):
    """Hears what a scale reads; must not block."""

    def __call__(self, reading: WeightReading) -> None:
        """One more reading."""
