"""Metrics 10, 12 and 14: sales of 64 tills into the central service, uniform and on ten members; one till's backlog."""

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.central_crowd import TILLS, crowd, join_members, let_in, run, service_processes
from bench.central_database import postgresql, schema_of
from bench.central_members import load, sample_of
from bench.child_process import Child
from bench.floors.raw_ledger import PostgresqlLedger, SqliteLedger
from bench.measuring import Effort, Goal, Measured, Spread, timed

_MEMBERS = 10_000
_HOT = 10
_FLOOR_BATCH = 1_000
_AT_MOST_S = 90.0
_GOAL = Goal(2.86, "p50")
"""0.35 of the floor's sales per second."""


@dataclass(frozen=True, slots=True)
class _Engine:
    name: str
    folder: Path
    url: str
    members: Sequence[str]
    floor: PostgresqlLedger | SqliteLedger
    processes: tuple[int, ...]


def measure(effort: Effort) -> list[Measured]:
    """Durable, signed, over HTTP on loopback; tills, service and database share the machine."""
    rows: list[Measured] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pos-bench-central-")))
        for engine in (_postgresql(stack, folder / "postgresql"), _sqlite(stack, folder / "sqlite")):
            for wave, processes in enumerate(engine.processes):
                tills = let_in(engine.folder, engine.url, wave)  # a new crowd begins its journals anew
                with (
                    service_processes(engine.folder, engine.url, processes) as urls,
                    crowd(engine.folder, urls, tills, engine.members) as calling,
                ):
                    rows += _ingest(effort, engine, processes, calling)
                    if processes == 1:
                        rows.append(_drain(effort, engine, calling))
    return rows


def _ingest(effort: Effort, engine: _Engine, processes: int, calling: Child) -> list[Measured]:
    """One sale per upload, uniform and hot in turns; then batches of a hundred."""
    where = f"{engine.name}, {processes} process{'es' if processes > 1 else ''}"
    each = effort.samples(20, 5)
    floor: list[float] = []
    batch_ms: list[float] = []
    one: dict[str, list[float]] = {"uniform": [], "hot": [], "batches": []}
    times: dict[str, list[float]] = {"uniform": [], "hot": [], "batches": []}
    calling.ask("sales 2 1 1 0")
    run(calling, _AT_MOST_S)  # caches and connections are filled, as they are on any day but the first
    for _ in range(effort.samples(3, 2)):
        for _ in range(10):
            batch_ms.append(timed(lambda: engine.floor.write(_FLOOR_BATCH), 1e3))
            floor.append(batch_ms[-1] * 1e3 / _FLOOR_BATCH)
        for name, sales, hot in (("uniform", 1, 0), ("hot", 1, _HOT), ("batches", 100, 0)):
            calling.ask(f"sales {each if sales == 1 else 1} {sales} 1 {hot}")
            result = run(calling, _AT_MOST_S)
            one[name].append(result["seconds"] * 1e6 / result["events"])
            times[name] += result["times_ms"]
    least, round_trip = Spread.of(floor), Spread.of(batch_ms)
    per_second = {name: f"{1e6 / Spread.of(values).p50:,.0f} sales per second" for name, values in one.items()}
    raw = "one unnest of 1,000" if engine.name == "PostgreSQL" else "executemany of 1,000"
    return [
        Measured(
            f"12 a sale, {TILLS} tills, 1 each, {where}",
            "us",
            raw,
            least,
            Spread.of(one["uniform"]),
            _GOAL,
            remark=per_second["uniform"],
        ),
        Measured(f"12 its answer, {where}", "ms", f"{raw}, round trip", round_trip, Spread.of(times["uniform"])),
        Measured(
            f"12 a sale, {TILLS} tills, 100 each, {where}",
            "us",
            raw,
            least,
            Spread.of(one["batches"]),
            _GOAL,
            remark=per_second["batches"],
        ),
        Measured(
            f"12 its answer, 100 each, {where}", "ms", f"{raw}, round trip", round_trip, Spread.of(times["batches"])
        ),
        Measured(
            f"14 a sale on {_HOT} hot members, {where}",
            "us",
            "uniform",
            Spread.of(one["uniform"]),
            Spread.of(one["hot"]),
            Goal(1.0, "p50"),
            remark=per_second["hot"],
        ),
    ]


def _drain(effort: Effort, engine: _Engine, calling: Child) -> Measured:
    """One till's backlog in batches of a hundred, one after the other; the floor writes as many rows in as many."""
    sales = effort.samples(10_000, 2_000)
    floor = sum(timed(lambda: engine.floor.write(100), 1.0) for _ in range(sales // 100))
    calling.ask(f"sales {sales // 100} 100 1 0")
    result = run(calling, _AT_MOST_S, 1)
    return Measured(
        f"10 drain of {sales:,} sales by one till, {engine.name}",
        "s",
        "rows of 100 each, no HTTP",
        Spread.of([floor]),
        Spread.of([result["seconds"]]),
        Goal(2.5, "p50"),
        remark=f"{result['events'] / result['seconds']:,.0f} sales per second",
    )


def _postgresql(stack: ExitStack, folder: Path) -> _Engine:
    server = stack.enter_context(postgresql(folder))
    url = schema_of(server, "central")
    load(url, folder / "service", _MEMBERS, _HOT)
    floor = PostgresqlLedger(schema_of(server, "floor"), _MEMBERS)
    stack.callback(floor.close)
    return _Engine("PostgreSQL", folder / "service", url, sample_of(_MEMBERS, _MEMBERS).member_ids, floor, (1, 2, 4))


def _sqlite(stack: ExitStack, folder: Path) -> _Engine:
    folder.mkdir()
    members = join_members(folder, "", 1_000)
    floor = SqliteLedger(folder / "floor.db", _MEMBERS)
    stack.callback(floor.close)
    return _Engine("SQLite", folder, "", members, floor, (1,))
