"""The till's records, read from the journal; see pos_app/ports/till.py."""

import json
from collections.abc import Iterator, Mapping, Sequence

from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.journal import JournalEntry
from pos_app.domain.till_closing import TillClosing
from pos_app.ports.till import Unsent
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json
from pos_app.storage.journal import ENTRY_COLUMNS, SELECT_ENTRY, entry_of

_PAGE_ENTRIES = 500
_PAGE = f"""
    SELECT j.position, {ENTRY_COLUMNS} FROM journal j JOIN incarnation i ON i.number = j.incarnation_number
    WHERE j.position > ? AND j.till_id = ? ORDER BY j.position LIMIT ?
"""  # noqa: S608 - constants only
_PAGE_OF_ALL = _PAGE.replace("AND j.till_id = ?", "")
_UNSENT = """
    SELECT count(*), coalesce(min(j.occurred_at), '')
    FROM journal j JOIN incarnation i ON i.number = j.incarnation_number WHERE j.sequence > i.acknowledged
"""


class SqliteTillRecords:
    """See TillRecords. Thread-safe."""

    def __init__(self, database: Database, terminal_id: str) -> None:
        self._database = database
        self._terminal_id = terminal_id

    def closing(self) -> TillClosing | None:
        """See TillRecords."""
        row = self._database.one("SELECT document FROM till_closing")
        return from_json(TillClosing, row[0]) if row else None

    def period(self) -> Iterator[JournalEntry]:
        """See TillRecords."""
        (till_id,) = self._database.one("SELECT till_id FROM terminal") or ("",)
        row = self._database.one(
            "SELECT max(position) FROM journal WHERE kind = 'z_report' AND till_id = ?", (till_id,)
        )
        after = row[0] or 0 if row else 0
        while rows := self._database.all(_PAGE, (after, till_id, _PAGE_ENTRIES)):
            for position, *values in rows:
                after = position
                yield entry_of(self._terminal_id, tuple(values))

    def day(self) -> Iterator[JournalEntry]:
        """See TillRecords."""
        row = self._database.one("SELECT max(position) FROM journal WHERE kind = 'business_day_opened'")
        after = row[0] or 0 if row else 0
        while rows := self._database.all(_PAGE_OF_ALL, (after, _PAGE_ENTRIES)):
            for position, *values in rows:
                after = position
                yield entry_of(self._terminal_id, tuple(values))

    def last_entry(self) -> JournalEntry:
        """See TillRecords."""
        row = self._database.one(f"{SELECT_ENTRY} ORDER BY j.position DESC LIMIT 1")
        if row is None:
            raise LookupError("the journal is empty")
        return entry_of(self._terminal_id, row)

    def z_reports(self, limit: int, till_id: str | None = None) -> Sequence[JournalEntry]:
        """See TillRecords."""
        of_till = "" if till_id is None else "AND j.till_id = ?"
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE j.kind = 'z_report' {of_till} ORDER BY j.position DESC LIMIT ?",
            (limit,) if till_id is None else (till_id, limit),
        )
        return [entry_of(self._terminal_id, row) for row in rows]

    def assignments(self) -> Mapping[str, str]:
        """See TillRecords."""
        return dict(self._database.all("SELECT operator_id, till_id FROM till_assignment"))

    def opening_count(self) -> Sequence[CountedPieces]:
        """See TillRecords."""
        row = self._database.one("SELECT document FROM till_opening JOIN terminal USING (till_id)")
        return tuple(CountedPieces(*one) for one in json.loads(row[0])) if row else ()

    def was_taken_up(self, transfer_id: str) -> bool:
        """See TillRecords."""
        return self._database.one("SELECT 1 FROM till_taken_up WHERE transfer_id = ?", (transfer_id,)) is not None

    def unsent(self) -> Unsent:
        """See TillRecords."""
        row = self._database.one(_UNSENT)
        return Unsent(*row) if row else Unsent()
