"""Metric 9: resident memory after a day of a thousand sales at a million products, and how it grows."""

from bench.child_process import Child
from bench.displays import displays
from bench.generated_catalogue import gtin
from bench.measuring import Effort, Goal, Measured, Spread, resident_mb
from bench.tills import MILLION, folder_with

_WARM_SALES = 100


def measure(effort: Effort) -> list[Measured]:
    """Against a window with one field and the same file open."""
    sales = effort.samples(1000, 300)
    rows = []
    with displays() as found:
        for display in found:
            where = {"platform": display.platform, "display": display.display}
            with folder_with(MILLION) as folder:
                with Child("bench.floors.lean_window", str(folder), gtin(0), **where) as lean:
                    floor_mb = resident_mb(lean.pid)
                with Child("bench.children.selling", str(folder), **where) as till:
                    warm_mb = till.ask(str(_WARM_SALES))
                    end_mb = till.ask(str(sales - _WARM_SALES))
            growth = (end_mb - warm_mb) / (sales - _WARM_SALES) * 1000
            rows.append(
                Measured(
                    f"9 memory after {sales} sales, {display.name}",
                    "MB",
                    "lean window, file open",
                    Spread(floor_mb, floor_mb, 1),
                    Spread(end_mb, end_mb, 1),
                    Goal(1.4, "p50"),
                    remark=f"{growth:+.2f} MB per 1,000 sales after the first {_WARM_SALES} (goal: at most 0.5)",
                )
            )
    return rows
