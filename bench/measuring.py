"""Times, their spread, and the comparison of ours with a floor measured in the same minutes."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure: `samples(n)` is n, or a fraction of it for a quick look."""

    quick: bool = False

    def samples(self, full: int, quick: int) -> int:
        """How many times to do it."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 99th percentile of what was measured, in the metric's unit."""

    p50: float
    p99: float
    count: int

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """The spread of values; of a few values the 99th percentile is the largest."""
        ordered = sorted(values)
        return cls(_percentile(ordered, 0.50), _percentile(ordered, 0.99), len(ordered))


@dataclass(frozen=True, slots=True)
class Goal:
    """What the scoreboard asks: ours at most `times` the floor at a percentile ("p50" or "p99")."""

    times: float
    percentile: str = "p99"

    def __str__(self) -> str:
        return f"<= {self.times:g}x {self.percentile}"


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the scoreboard. `remark` says what a reader has to know to trust the figure."""

    metric: str
    unit: str
    floor_name: str
    floor: Spread
    ours: Spread
    goal: Goal | None = None
    remark: str = ""

    @property
    def ratio_p50(self) -> float:
        """Ours over the floor, at the median."""
        return self.ours.p50 / self.floor.p50 if self.floor.p50 else float("inf")

    @property
    def ratio_p99(self) -> float:
        """Ours over the floor, at the 99th percentile."""
        return self.ours.p99 / self.floor.p99 if self.floor.p99 else float("inf")

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return (self.ratio_p99 if self.goal.percentile == "p99" else self.ratio_p50) <= self.goal.times


def interleaved(
    floor: Callable[[], object], ours: Callable[[], object], *, rounds: int, each: int, units_per_s: float
) -> tuple[Spread, Spread]:
    """Both measured in turns, so that whatever else the machine does falls on both.

    Each round does `each` of the one, then as many of the other; who comes first alternates.
    """
    times: tuple[list[float], list[float]] = ([], [])
    floor()
    ours()
    for number in range(rounds):
        order = ((0, floor), (1, ours)) if number % 2 == 0 else ((1, ours), (0, floor))
        for which, work in order:
            with collected():
                times[which].extend(timed(work, units_per_s) for _ in range(each))
    return Spread.of(times[0]), Spread.of(times[1])


def timed(work: Callable[[], object], units_per_s: float) -> float:
    """How long one piece of work took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * units_per_s


@contextmanager
def collected() -> Iterator[None]:
    """Begin without the garbage of what ran before; collection itself stays on, as at a till."""
    gc.collect()
    yield


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process in RAM, in MB (10^6 bytes)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    raise LookupError("the system does not tell resident memory")


def _percentile(ordered: list[float], part: float) -> float:
    index = min(len(ordered) - 1, int(part * len(ordered)))
    return ordered[index]
