"""The scoreboard as text and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench.measuring import Measured

_HEAD = ("metric", "unit", "floor", "p50", "p99", "ours p50", "p99", "x p50", "x p99", "goal", "met")


def as_text(rows: Sequence[Measured]) -> str:
    """One aligned table, remarks below it."""
    table = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEAD))]
    text_columns = {0, 1, 2, len(_HEAD) - 2, len(_HEAD) - 1}
    lines = [
        "  ".join(
            cell.ljust(width) if column in text_columns else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]
    remarks = [f"  {row.metric}: {row.remark}" for row in rows if row.remark]
    return "\n".join([machine(), "", *lines, *(["", *remarks] if remarks else [])])


def as_json(rows: Sequence[Measured]) -> str:
    """The same for programs."""
    document: dict[str, Any] = {"machine": machine(), "rows": []}
    for row in rows:
        document["rows"].append({**asdict(row), "ratio_p50": row.ratio_p50, "ratio_p99": row.ratio_p99, "met": row.met})
    return json.dumps(document, indent=2, ensure_ascii=False)


def machine() -> str:
    """Where and when, in one line."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    load = os.getloadavg()[0]
    cpu = f"{_cpu_name()}, {os.cpu_count()} cores, load {load:.1f}"
    return f"{at}; {cpu}; {platform.system()} {platform.release()}; Python {platform.python_version()}"


def _cells(row: Measured) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: "-"}[row.met]
    return (
        row.metric,
        row.unit,
        row.floor_name,
        _figure(row.floor.p50),
        _figure(row.floor.p99),
        _figure(row.ours.p50),
        _figure(row.ours.p99),
        f"{row.ratio_p50:.2f}",
        f"{row.ratio_p99:.2f}",
        str(row.goal) if row.goal else "-",
        met,
    )


def _figure(value: float) -> str:
    return f"{value:.3f}" if value < 10 else f"{value:.1f}" if value < 1000 else f"{value:,.0f}"


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
