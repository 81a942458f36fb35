"""Metric 4: what a hundred times the products cost: start, memory and scan at a million against ten thousand."""

from bench.child_process import Child
from bench.displays import OFFSCREEN
from bench.measuring import Effort, Goal, Measured, Spread, resident_mb
from bench.metrics.cold_start import OURS, start_ms
from bench.metrics.scan_to_painted_line import scan_codes
from bench.tills import MILLION, TEN_THOUSAND, folder_with

_GOAL = 1.05


def measure(effort: Effort) -> list[Measured]:
    """The small catalogue is the floor of the large one."""
    sizes = (TEN_THOUSAND, MILLION)
    starts: dict[int, list[float]] = {size: [] for size in sizes}
    scans: dict[int, list[float]] = {size: [] for size in sizes}
    memory: dict[int, float] = {}
    with folder_with(TEN_THOUSAND) as small, folder_with(MILLION) as large:
        folders = dict(zip(sizes, (str(small), str(large)), strict=True))
        for _ in range(effort.samples(11, 4)):
            for size in sizes:
                starts[size].append(start_ms([*OURS, folders[size]], OFFSCREEN))
        with (
            Child("bench.children.scanning", folders[TEN_THOUSAND]) as few,
            Child("bench.children.scanning", folders[MILLION]) as many,
        ):
            children = {TEN_THOUSAND: few, MILLION: many}
            for basket in range(effort.samples(7, 3)):
                for size, child in children.items():
                    times = child.ask(scan_codes(basket, item_count=size))
                    scans[size] += times if basket else []
            memory = {size: resident_mb(child.pid) for size, child in children.items()}
    floor, ours = sizes
    return [
        Measured(
            "4 start, 1 M / 10 k items",
            "ms",
            "10,000 items",
            Spread.of(starts[floor]),
            Spread.of(starts[ours]),
            Goal(_GOAL, "p50"),
        ),
        Measured(
            "4 scan, 1 M / 10 k items",
            "ms",
            "10,000 items",
            Spread.of(scans[floor]),
            Spread.of(scans[ours]),
            Goal(_GOAL),
        ),
        Measured(
            "4 memory, 1 M / 10 k items",
            "MB",
            "10,000 items",
            Spread.of([memory[floor]]),
            Spread.of([memory[ours]]),
            Goal(_GOAL, "p50"),
        ),
    ]
