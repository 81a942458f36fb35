"""This till's receipts in its journal, as somebody looks for one of them."""

from collections.abc import Collection
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.storage.database import Database
from pos_app.storage.journal import SELECT_ENTRY, JournalTail, entry_of

_PAYLOAD = "CAST(j.payload AS TEXT)"
_WITH_RECEIPT = f"('{EventKind.SALE}', '{EventKind.RETURN}', '{EventKind.POST_VOID}')"


class SqliteReceiptIndex:
    """Sales, returns and post-voids of this till. Threads may share it."""

    def __init__(self, database: Database, tail: JournalTail) -> None:
        self._database = database
        self._tail = tail

    def find(
        self, limit: int, number: str = "", amount_minor: int | None = None, times_of_day: Collection[str] = ()
    ) -> list[JournalEntry]:
        """Newest first; those that have any of what was given, all when nothing was."""
        wanted: list[str] = []
        values: list[Any] = []
        if number:
            wanted.append("instr(j.receipt_number, ?)")
            values.append(number)
        if amount_minor is not None:
            wanted.append(f"abs(json_extract({_PAYLOAD}, '$.total_minor')) = ?")
            values.append(abs(amount_minor))
        for time_of_day in times_of_day:
            wanted.append("instr(j.occurred_at, ?)")
            values.append(f"T{time_of_day}")
        found = f"AND ({' OR '.join(wanted)})" if wanted else ""
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE j.receipt_number IS NOT NULL AND j.kind IN {_WITH_RECEIPT} {found} "
            "ORDER BY j.position DESC LIMIT ?",
            (*values, limit),
        )
        return [entry_of(self._tail.terminal_id, row) for row in rows]

    def entry(self, receipt_number: str) -> JournalEntry | None:
        """The sale, return or post-void of a receipt number, or None."""
        row = self._database.one(
            f"{SELECT_ENTRY} WHERE j.receipt_number = ? AND j.kind IN {_WITH_RECEIPT}", (receipt_number,)
        )
        return entry_of(self._tail.terminal_id, row) if row else None

    def copies(self, receipt_number: str) -> int:
        """How many copies the journal says were printed."""
        row = self._database.one(
            f"""
            SELECT count(*) FROM journal j WHERE j.kind = '{EventKind.RECEIPT_REPRINTED}'
            AND json_extract({_PAYLOAD}, '$.receipt_number') = ? AND json_extract({_PAYLOAD}, '$.document') = 'copy'
            """,  # noqa: S608 - constants only
            (receipt_number,),
        )
        return int(row[0]) if row else 0
