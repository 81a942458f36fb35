"""Figures of days, kept beside the journal: derived from it alone, added as it grows, and proved by its audit."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from pos_app.domain.report_cells import (
    RULES_VERSION,
    Cell,
    DayFigures,
    EntryFacts,
    OperatorCell,
    Section,
    cells_of,
    facts_of,
)
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.ports.reports import Cancelled, Progress, Waiting
from pos_app.storage.database import Connection, Database, Reader

_PAGE_ENTRIES = 500
"""So many entries are added in one commit: a sale that is being paid never waits for longer than one takes."""

_NEXT = """
    SELECT position, incarnation_number, sequence, kind, occurred_at, business_day, payload FROM journal
    WHERE position > ? ORDER BY position LIMIT ?
"""
_ADD_CELL = """
    INSERT INTO report_cell VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        label = CASE excluded.label WHEN '' THEN label ELSE excluded.label END,
        detail = CASE excluded.detail WHEN '' THEN detail ELSE excluded.detail END,
        times = times + excluded.times, quantity_milli = quantity_milli + excluded.quantity_milli,
        amount_minor = amount_minor + excluded.amount_minor, other_minor = other_minor + excluded.other_minor,
        points = points + excluded.points
"""
_ADD_ENTRY = "INSERT INTO report_entry VALUES (?, ?, ?, ?, ?)"
_SUMS = """
    SELECT {group}, key, max(label), max(detail), sum(times), sum(quantity_milli), sum(amount_minor),
           sum(other_minor), sum(points)
    FROM report_cell WHERE section = ? AND business_day BETWEEN ? AND ? AND (? = '' OR operator_id = ?)
    GROUP BY 1, 2 ORDER BY 1, 2
"""


def read_entry(kind: str, occurred_at: str, payload: bytes) -> tuple[list[OperatorCell], EntryFacts]:
    """The figures of an entry and what it is looked for by. Bytes that are no JSON are counted as unreadable."""
    try:
        plain = json.loads(payload)
        return cells_of(kind, occurred_at, plain), facts_of(plain)
    except (ValueError, AttributeError):
        return [OperatorCell("", Cell(Section.UNREADABLE, kind, times=1))], EntryFacts("", None, "")


class SqliteReportFigures:
    """Implements ports.ReportFigures, reading on a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _reader(self) -> Reader:
        return self._database.new_reader()

    def catch_up(self, on_progress: Progress) -> None:
        """Add what was journaled since; see ports."""
        self._forget_old_rules()
        reached, total = self._mark(), self._end()
        begun, total = reached, max(total - reached, 0)
        while True:
            rows = self._reader.all(_NEXT, (reached, _PAGE_ENTRIES))
            if not rows:
                return
            self._add(reached, rows)
            reached = rows[-1][0]
            if not on_progress(min(reached - begun, total), total):
                raise Cancelled

    def figures(self, section: Section, period: Period, by: Grouping = Grouping.KEY) -> list[GroupedCell]:
        """The sums of a section in a period, by group and key."""
        rows = self._reader.all(
            _SUMS.format(group=by.value),
            (section, period.first_day, period.last_day, period.operator_id, period.operator_id),
        )
        return [GroupedCell(group, Cell(section, *values)) for group, *values in rows]

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in."""
        rows = self._reader.all(
            "SELECT key, max(detail) FROM report_cell WHERE section = 'item' "
            "AND key IN (SELECT value FROM json_each(?)) GROUP BY key",
            (json.dumps(list(item_ids)),),
        )
        return dict(rows)

    def last_day(self) -> str:
        """The last business day there are figures of; empty when there are none."""
        row = self._reader.one("SELECT coalesce(max(business_day), '') FROM report_cell")
        return str(row[0]) if row else ""

    def operators(self) -> list[str]:
        """Everybody who has figures, by id."""
        rows = self._reader.all("SELECT DISTINCT operator_id FROM report_cell WHERE operator_id <> '' ORDER BY 1")
        return [operator_id for (operator_id,) in rows]

    def waiting(self) -> Waiting:
        """Papers that are not printed and e-mails that are not sent yet."""
        row = self._reader.one(
            "SELECT (SELECT count(*) FROM print_job WHERE state IN ('queued', 'held', 'sending')), "
            "(SELECT count(*) FROM receipt_email WHERE state = 'queued')"
        )
        return Waiting(*row) if row else Waiting(0, 0)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _mark(self) -> int:
        row = self._reader.one("SELECT position FROM report_mark")
        return int(row[0]) if row else 0

    def _end(self) -> int:
        row = self._reader.one("SELECT coalesce(max(position), 0) FROM journal")
        return int(row[0]) if row else 0

    def _forget_old_rules(self) -> None:
        """Figures that another version of the rules made are made anew."""
        row = self._reader.one("SELECT rules_version FROM report_mark")
        if row is not None and row[0] != RULES_VERSION:
            with self._database.write() as connection:
                forget_figures(connection)
                self._database.commit()

    def _add(self, reached: int, rows: Sequence[tuple[Any, ...]]) -> None:
        figures = DayFigures()
        entries = []
        for _, incarnation_number, sequence, kind, occurred_at, business_day, payload in rows:
            found, facts = read_entry(kind, occurred_at, payload)
            figures.add(business_day, found)
            entries.append((incarnation_number, sequence, *facts))
        with self._database.write() as connection:
            before = connection.execute("SELECT position FROM report_mark").fetchone()
            if (before[0] if before else 0) != reached:
                return  # somebody else added them meanwhile
            connection.executemany(_ADD_CELL, _cell_rows(figures))
            connection.executemany(_ADD_ENTRY, entries)
            connection.execute("INSERT OR REPLACE INTO report_mark VALUES (1, ?, ?)", (rows[-1][0], RULES_VERSION))
            self._database.commit()


def forget_figures(connection: Connection) -> None:
    """Throw the figures away: the next report adds them up from the journal."""
    for table in ("report_cell", "report_entry", "report_mark"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - own names


def _cell_rows(figures: DayFigures) -> Iterable[tuple[Any, ...]]:
    for (day, operator_id, section, key), cell in figures.cells.items():
        yield (section, day, operator_id, key, *cell[2:])


class FiguresAudit:
    """Adds the figures up once more while an audit streams the journal, and compares them with those that are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = database.one(
            "SELECT j.incarnation_number, j.sequence FROM report_mark m JOIN journal j ON j.position <= m.position "
            "WHERE m.rules_version = ? ORDER BY j.position DESC LIMIT 1",
            (RULES_VERSION,),
        )
        self._end: tuple[int, int] = (row[0], row[1]) if row else (0, 0)
        self._figures = DayFigures()
        self._entries = hashlib.sha256()

    def take(
        self, incarnation_number: int, sequence: int, kind: str, occurred_at: str, day: str, payload: bytes
    ) -> None:
        """One more entry, in order."""
        if (incarnation_number, sequence) <= self._end:
            found, facts = read_entry(kind, occurred_at, payload)
            self._figures.add(day, found)
            self._entries.update(repr((incarnation_number, sequence, *facts)).encode())

    def faults(self) -> list[str]:
        """Each day whose figures are not those of its entries."""
        if self._end == (0, 0):
            return []
        wanted = {row[:4]: row[4:] for row in _cell_rows(self._figures)}
        kept = {tuple(row[:4]): tuple(row[4:]) for row in self._database.all("SELECT * FROM report_cell")}
        wrong: dict[str, int] = {}
        for place in wanted.keys() | kept.keys():
            if wanted.get(place) != kept.get(place):
                wrong[place[1]] = wrong.get(place[1], 0) + 1
        faults = [
            f"reports of {day or 'no day'}: {wrong[day]} figure(s) are not what the journal adds up to"
            for day in sorted(wrong)
        ]
        digest = hashlib.sha256()
        for row in self._database.all("SELECT * FROM report_entry ORDER BY incarnation_number, sequence"):
            digest.update(repr(tuple(row)).encode())
        if digest.digest() != self._entries.digest():
            faults.append("reports: what entries are looked for by is not what the journal says")
        return faults
