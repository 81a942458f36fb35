"""Metric 3: process start -> the find field has the focus, painted, a million products and 30 days of sales on file."""

import subprocess
import sys
import time

from bench.child_process import environment
from bench.displays import Display, displays
from bench.generated_catalogue import gtin
from bench.measuring import Effort, Goal, Measured, Spread
from bench.tills import MILLION, folder_with

OURS = ("-m", "pos_app", "run", "--exit-when-ready", "--data")
FLOOR = ("-m", "bench.floors.lean_window")


def measure(effort: Effort) -> list[Measured]:
    """The program itself as a shop starts it, against a window with one field; files are in the page cache."""
    rows = []
    with folder_with(MILLION) as folder, displays() as found:
        for display in found:
            floor: list[float] = []
            ours: list[float] = []
            start_ms([*OURS, str(folder)], display)  # so that all modules are compiled, as after the first start
            start_ms([*FLOOR, str(folder), gtin(1)], display)
            for _ in range(effort.samples(15, 5)):
                floor.append(start_ms([*FLOOR, str(folder), gtin(1)], display))
                ours.append(start_ms([*OURS, str(folder)], display))
            rows.append(
                Measured(
                    f"3 start to ready, {display.name}",
                    "ms",
                    "lean window, 1 look-up",
                    Spread.of(floor),
                    Spread.of(ours),
                    Goal(1.3, "p50"),
                )
            )
    return rows


def start_ms(arguments: list[str], display: Display) -> float:
    """From starting this Python program to its first line of output, which it prints when it is ready."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(display.platform, display.display),
    )
    assert process.stdout is not None
    assert process.stdin is not None
    line = process.stdout.readline()
    took_ms = (time.perf_counter() - began) * 1000
    process.stdin.close()
    process.stdout.close()
    if process.wait(60) or not line:
        raise ChildProcessError(f"{' '.join(arguments)} did not become ready")
    return took_ms
