"""Metric 15: reports: five thousand sales added up, a year's report, and the window while a year is added up."""

import json
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import generated_catalogue
from bench.displays import displays
from bench.measuring import Effort, Goal, Measured, Spread, interleaved, timed
from bench.till_data import open_till, pay_cash, ring_up
from pos_app.bootstrap import Register
from pos_app.domain.report_figures import Period
from pos_app.ports import SyncStatus
from pos_app.report_room import ReportParts
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.database import Database
from pos_app.storage.journal import JournalTail, write_entry
from pos_app.storage.reports import SqliteReportFigures, forget_figures

_MODELS = 60
_PAGE = 2_000
_TICK_MS = 5
_A_DAY, _A_YEAR = 5_000, 300_000
_DAYS = 360
_FREEZE_MS = 100
_READ = "SELECT position, kind, business_day, payload FROM journal WHERE position > ? ORDER BY position LIMIT ?"
_SUM = "SELECT {}, key, sum(times), sum(amount_minor) FROM report_cell WHERE section = '{}' GROUP BY 1, 2"
_SUMS = (_SUM.format("''", "takings"), _SUM.format("business_day", "hour"))


def measure(effort: Effort) -> list[Measured]:
    """A till whose journal was filled with copies of real sales; 15.3 needs a display for Qt's event loop."""
    year = effort.samples(_A_YEAR, 20_000)
    with tempfile.TemporaryDirectory() as folder:
        day = _till(Path(folder) / "day", _A_DAY, 1)
        rows = [_adding_up(day, effort)]
        day.close()
        till = _till(Path(folder) / "year", year, _DAYS)
        rows.append(_responsive(till, year))
        rows.append(_year(till, year, effort))
        till.close()
    return rows


def _adding_up(till: Register, effort: Effort) -> Measured:
    database = till.data.database
    floor, ours = interleaved(
        lambda: _read_all(database),
        lambda: _add_up(database),
        rounds=effort.samples(6, 3),
        each=1,
        units_per_s=1e3,
    )
    return Measured(
        f"15 adding up {_A_DAY:,} sales, once", "ms", "read them and parse their JSON", floor, ours, Goal(6, "p50")
    )


def _year(till: Register, sales: int, effort: Effort) -> Measured:
    reporting = ReportParts(till, lambda: SyncStatus(online=True, queued=0), Path()).reporting
    first = _first_day()
    period = Period(first.isoformat(), (first + timedelta(days=_DAYS)).isoformat())
    floor, ours = interleaved(
        lambda: [till.data.database.all(query) for query in _SUMS],
        lambda: reporting.make("overview", period, _go_on),
        rounds=effort.samples(20, 6),
        each=3,
        units_per_s=1e3,
    )
    remark = "at a glance, with goods by day: two sections of figures"
    return Measured(f"15 a year's report, {sales:,} sales", "ms", "its SQL sums", floor, ours, Goal(4, "p50"), remark)


def _responsive(till: Register, sales: int) -> Measured:
    """The gaps between ticks of the event loop while the year is added up behind it, and while it is only read."""
    database = till.data.database
    with displays():
        quiet, _ = _gaps(lambda: _read_all(database))
        busy, took_s = _gaps(lambda: _add_up(database))
    longest = f"longest gap {max(busy):.0f} ms (goal: {_FREEZE_MS}), while it is read {max(quiet):.0f} ms"
    remark = f"{longest}; {took_s:.1f} s for {sales:,} sales, once"
    name = "15 event loop while a year is added up"
    return Measured(name, "ms", "while it is read", Spread.of(quiet), Spread.of(busy), None, remark)


def _gaps(work: Callable[[], object]) -> tuple[list[float], float]:
    """Milliseconds between ticks of a Qt event loop in this thread while work runs in another."""
    from PySide6.QtCore import QCoreApplication, QTimer

    application = QCoreApplication.instance() or QCoreApplication([])
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append((now - last) * 1e3)
        last = now

    timer = QTimer()
    timer.timeout.connect(tick)
    took: list[float] = []
    thread = threading.Thread(target=lambda: took.append(timed(work, 1)))
    timer.start(_TICK_MS)
    thread.start()
    while thread.is_alive():
        application.processEvents()
        time.sleep(0.001)
    timer.stop()
    return gaps, took[0]


def _add_up(database: Database) -> None:
    with database.write() as connection:
        forget_figures(connection)
        database.commit()
    SqliteReportFigures(database).catch_up(_go_on)


def _read_all(database: Database) -> None:
    reader, reached = database.new_reader(), 0
    while rows := reader.all(_READ, (reached, 500)):
        reached = rows[-1][0]
        for row in rows:
            json.loads(row[-1])


def _go_on(done: int, whole: int) -> bool:
    return True


def _first_day() -> date:
    return datetime.now(UTC).date() - timedelta(days=_DAYS)


def _copy(sale: dict[str, Any], number: int) -> dict[str, Any]:
    return sale | {"header": sale["header"] | {"sequence_number": number, "receipt_number": f"B{number:08d}"}}


def _till(folder: Path, sales: int, days: int) -> Register:
    """A till with so many sales over so many days: copies of real ones under numbers of their own."""
    register = open_till(folder, lambda save: None)
    CatalogueWriter(register.data.database).add_items(generated_catalogue.items(10_000))
    for number in range(_MODELS):
        ring_up(register, number)
        pay_cash(register)
    rows = register.data.database.all("SELECT payload FROM journal WHERE kind = 'sale'")
    models = [json.loads(payload) for (payload,) in rows]
    tail, data = JournalTail(register.data.database, register.data.identity.terminal_id()), register.data.database
    first = _first_day()
    for begun in range(0, sales, _PAGE):
        last = tail.last()
        with data.write() as connection:
            for number in range(begun, min(begun + _PAGE, sales)):
                day = first + timedelta(days=number * days // sales)
                at = datetime(day.year, day.month, day.day, 9 + number % 10, number % 60, tzinfo=UTC)
                last = write_entry(
                    connection,
                    tail,
                    last,
                    event_id=f"bench-{number}",
                    kind="sale",
                    occurred_at=at.isoformat(),
                    business_day=day.isoformat(),
                    payload=_copy(models[number % _MODELS], number),
                )
            data.commit()
        tail.reload()
    return register
