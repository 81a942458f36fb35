"""The journal as somebody looks through it: found by what the entries say, each one checked as it is read."""

from functools import cached_property
from typing import Any

from pos_app.domain.journal import JournalEntry
from pos_app.ports.reports import Cancelled, FoundEntry, JournalSearch, Progress, Proof
from pos_app.storage.database import Database, Reader
from pos_app.storage.journal import SELECT_ENTRY, entry_of
from pos_app.storage.journal_audit import audit
from pos_app.storage.journal_tampering import link_fault

_LOOKED_UP = """
    SELECT j.position FROM journal j
    LEFT JOIN report_entry e ON e.incarnation_number = j.incarnation_number AND e.sequence = j.sequence
    WHERE
"""
_POSITIONED = SELECT_ENTRY.replace("SELECT", "SELECT j.position, j.incarnation_number,", 1)


class SqliteJournalRecords:
    """Implements ports.JournalRecords, reading on a connection of its own. What is looked for by operator, amount or
    receipt is found among the entries that the reports have caught up with.
    """

    def __init__(self, database: Database, terminal_id: str) -> None:
        self._database = database
        self._terminal_id = terminal_id

    @cached_property
    def _reader(self) -> Reader:
        return self._database.new_reader()

    def search(self, wanted: JournalSearch, limit: int, before: int | None = None) -> list[FoundEntry]:
        """Newest first, each checked as it is read; before is the position of the last one shown."""
        tests, values = _tests(wanted, before)
        rows = self._reader.all(
            f"{_POSITIONED} WHERE j.position IN ({_LOOKED_UP} {' AND '.join(tests)} ORDER BY j.position DESC LIMIT ?) "
            "ORDER BY j.position DESC",
            (*values, limit),
        )
        return [self._checked(*row) for row in rows]

    def prove(self, on_progress: Progress) -> Proof:
        """Check all of it, on connections of its own: what the till reads meanwhile stays as new as ever."""
        row = self._reader.one("SELECT count(*) FROM journal")
        total = int(row[0]) if row else 0

        def go_on(done: int) -> None:
            if not on_progress(done, total):
                raise Cancelled

        apart = Database(self._database.path, self._database.key, read_only=True)
        try:
            report = audit(apart, go_on)
        finally:
            apart.close()
        return Proof(report.entries, report.transactions, report.last_hash, tuple(report.faults), tuple(report.notes))

    def _checked(self, position: int, incarnation_number: int, *row: Any) -> FoundEntry:
        entry = entry_of(self._terminal_id, row)
        return FoundEntry(position, entry, link_fault(entry, self._before(incarnation_number, entry)))

    def _before(self, incarnation_number: int, entry: JournalEntry) -> JournalEntry | None:
        row = self._reader.one(
            f"{SELECT_ENTRY} WHERE j.incarnation_number = ? AND j.sequence < ? ORDER BY j.sequence DESC LIMIT 1",
            (incarnation_number, entry.sequence),
        )
        return entry_of(self._terminal_id, row) if row else None


def _tests(wanted: JournalSearch, before: int | None) -> tuple[list[str], list[Any]]:
    """The conditions and what they are compared with."""
    asked: list[tuple[str, Any]] = []
    if before is not None:
        asked.append(("j.position < ?", before))
    if wanted.receipt:
        asked.append(("instr(coalesce(j.receipt_number, e.receipt_number), ?)", wanted.receipt))
    if wanted.operator_id:
        asked.append(("e.operator_id = ?", wanted.operator_id))
    if wanted.amount_minor is not None:
        asked.append(("abs(e.amount_minor) = ?", abs(wanted.amount_minor)))
    if wanted.time_of_day:
        asked.append(("instr(j.occurred_at, ?)", f"T{wanted.time_of_day}"))
    if wanted.first_day:
        asked.append(("j.business_day >= ?", wanted.first_day))
    if wanted.last_day:
        asked.append(("j.business_day <= ?", wanted.last_day))
    tests, values = [test for test, _ in asked], [value for _, value in asked]
    if wanted.kinds:
        tests.append(f"j.kind IN ({', '.join('?' * len(wanted.kinds))})")
        values += wanted.kinds
    return tests or ["TRUE"], values
