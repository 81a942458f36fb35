"""Metric 2: scans back to back, faster than anybody scans, while the window is held up by 50 ms four times a second."""

from bench.child_process import Child
from bench.displays import displays
from bench.measuring import Effort, Goal, Measured, Spread
from bench.metrics.scan_to_painted_line import scan_codes
from bench.tills import MILLION, folder_with

_LINES = 100


def measure(effort: Effort) -> list[Measured]:
    """Time per line; each basket is checked: no scan lost, merged or moved."""
    baskets = effort.samples(100, 10)
    rows = []
    with folder_with(MILLION) as folder, displays() as found:
        for display in found:
            where = {"platform": display.platform, "display": display.display}
            floor: list[float] = []
            ours: list[float] = []
            with (
                Child("bench.floors.canvas_window", str(folder), **where) as canvas,
                Child("bench.children.scanning", str(folder), **where) as window,
            ):
                for basket in range(baskets + 1):
                    command = f"burst {scan_codes(basket, _LINES)}"
                    per_line = [child.ask(command) * 1000 / _LINES for child in (canvas, window)]
                    if basket:
                        floor.append(per_line[0])
                        ours.append(per_line[1])
            spread = Spread.of(ours)
            rows.append(
                Measured(
                    f"2 burst of {baskets * _LINES:,} scans, {display.name}",
                    "ms/line",
                    "look-up + blitting canvas",
                    Spread.of(floor),
                    spread,
                    Goal(2, "p50"),
                    remark=f"{1000 / spread.p50:,.0f} lines per second; none lost, merged or moved",
                )
            )
    return rows
