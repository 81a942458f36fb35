"""The till's records, read from the journal; see pos_app/ports/till.py."""

from collections.abc import Iterator, Sequence

from pos_app.domain.journal import JournalEntry
from pos_app.domain.till_closing import TillClosing
from pos_app.ports.till import Unsent
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json
from pos_app.storage.journal import ENTRY_COLUMNS, SELECT_ENTRY, entry_of

_PAGE_ENTRIES = 500
_PAGE = f"""
    SELECT j.position, {ENTRY_COLUMNS} FROM journal j JOIN incarnation i ON i.number = j.incarnation_number
    WHERE j.position > ? ORDER BY j.position LIMIT ?
"""  # noqa: S608 - constants only
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
        row = self._database.one("SELECT max(position) FROM journal WHERE kind = 'z_report'")
        after = row[0] or 0 if row else 0
        while rows := self._database.all(_PAGE, (after, _PAGE_ENTRIES)):
            for position, *values in rows:
                after = position
                yield entry_of(self._terminal_id, tuple(values))

    def z_reports(self, limit: int) -> Sequence[JournalEntry]:
        """See TillRecords."""
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE j.kind = 'z_report' ORDER BY j.position DESC LIMIT ?", (limit,)
        )
        return [entry_of(self._terminal_id, row) for row in rows]

    def unsent(self) -> Unsent:
        """See TillRecords."""
        row = self._database.one(_UNSENT)
        return Unsent(*row) if row else Unsent()
