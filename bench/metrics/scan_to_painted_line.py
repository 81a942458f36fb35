"""Metric 1: Enter of a wedge scan -> new line and new total painted, at a million products, baskets of 1 to 100."""

from bench.child_process import Child
from bench.displays import Display, displays
from bench.generated_catalogue import gtin
from bench.measuring import Effort, Goal, Measured, Spread
from bench.tills import MILLION, folder_with

_LINES = 100
_STEP = 15_485_863
"""A prime: codes lie all over the catalogue, so that look-ups meet cold pages."""


def measure(effort: Effort) -> list[Measured]:
    """The window against the canvas, off-screen and under an X server; then its first hundred scans."""
    rows = []
    with folder_with(MILLION) as folder, displays() as found:
        for display in found:
            rows += _measure_on(display, str(folder), effort.samples(8, 3))
    return rows


def scan_codes(basket: int, count: int = _LINES, item_count: int = MILLION) -> str:
    """The codes of one basket: each another product, all over the catalogue."""
    return " ".join(gtin((basket * count + line) * _STEP % item_count) for line in range(count))


def _measure_on(display: Display, folder: str, baskets: int) -> list[Measured]:
    where = {"platform": display.platform, "display": display.display}
    floor: list[float] = []
    ours: list[float] = []
    with (
        Child("bench.floors.canvas_window", folder, **where) as canvas,
        Child("bench.children.scanning", folder, **where) as window,
    ):
        canvas.ask(scan_codes(0))
        first = window.ask(scan_codes(0))
        for basket in range(1, baskets + 1):
            floor += canvas.ask(scan_codes(basket))
            ours += window.ask(scan_codes(basket))
    warm = Spread.of(ours)
    return [
        Measured(
            f"1 scan to painted line, {display.name}",
            "ms",
            "look-up + blitting canvas",
            Spread.of(floor),
            warm,
            Goal(2),
        ),
        Measured(
            f"1 first {_LINES} scans after start, {display.name}",
            "ms",
            "own warm scans",
            warm,
            Spread.of(first),
            Goal(1.5),
        ),
    ]
