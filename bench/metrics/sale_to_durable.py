"""Metric 5: the last tender accepted -> sale, lines, tender, points, outbox, receipt and till totals on disk (FULL)."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.floors.data_sync import DataSync
from bench.floors.raw_sale import RawSales
from bench.measuring import Effort, Goal, Measured, Spread, collected, timed
from bench.till_data import pay_cash, ring_up
from bench.tills import MEMBER, TEN_THOUSAND, register_over

_LINES = 5
_EACH = 25
_MICROSECONDS = 1e6

_unsaved: list[Callable[[], None]] = []


def measure(effort: Effort) -> list[Measured]:
    """Against raw inserts, encrypted as ours are and not, and against the disk itself."""
    rounds = effort.samples(24, 6)
    with (
        tempfile.TemporaryDirectory(prefix="pos-bench-") as temporary,
        register_over(TEN_THOUSAND, _unsaved.append) as register,
    ):
        folder = Path(temporary)
        encrypted = RawSales(folder / "encrypted.db", encrypted=True)
        plain = RawSales(folder / "plain.db", encrypted=False)
        disk = DataSync(folder / "disk")
        times: dict[str, list[float]] = {"encrypted": [], "plain": [], "disk": [], "ours": []}
        number = 0
        for round_number in range(rounds):
            with collected():
                for _ in range(_EACH):
                    number += 1
                    ring_up(register, number, _LINES)
                    register.selling.attach_member(MEMBER)
                    _save_as_the_window_does()
                    sample = timed(lambda: pay_cash(register), _MICROSECONDS)
                    if round_number:
                        times["ours"].append(sample)
            for name, work in (("encrypted", encrypted.store), ("plain", plain.store), ("disk", disk.write)):
                samples = [timed(work, _MICROSECONDS) for _ in range(_EACH)]
                if round_number:
                    times[name] += samples
        for part in (encrypted, plain, disk):
            part.close()
    ours = Spread.of(times["ours"])
    rows = (
        ("8 raw inserts, encrypted", "encrypted", Goal(1.5)),
        ("8 raw inserts, not encrypted", "plain", None),
        ("4 KiB + fdatasync", "disk", None),
    )
    return [
        Measured(f"5 sale to durable, {_LINES} lines", "us", floor_name, Spread.of(times[name]), ours, goal)
        for floor_name, name, goal in rows
    ]


def _save_as_the_window_does() -> None:
    """The window stores the sale under way after it has painted, so it is on disk when the payment begins."""
    for save in _unsaved:
        save()
    _unsaved.clear()
