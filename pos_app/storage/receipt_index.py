"""This till's receipts in its journal, as somebody looks for one of them."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.storage.database import Database, Reader
from pos_app.storage.journal import SELECT_ENTRY, JournalTail, entry_of

_PAYLOAD = "CAST(j.payload AS TEXT)"
_HAS_RECEIPT = "receipt_number IS NOT NULL"
_KINDS = (
    EventKind.SALE,
    EventKind.RETURN,
    EventKind.POST_VOID,
    EventKind.RETURN_WITHOUT_RECEIPT,
    EventKind.DEPOSIT,
    EventKind.DEPOSIT_REFUNDED,
)
_WITH_RECEIPT = f"({', '.join(repr(str(kind)) for kind in _KINDS)})"

_SEARCHED = 5_000
"""Amounts and times are looked for among so many receipts, the newest; numbers among all."""
_NEWEST = f"SELECT position FROM journal WHERE {_HAS_RECEIPT}"  # noqa: S608 - constants only
_SOME = f"(SELECT * FROM journal WHERE {_HAS_RECEIPT} ORDER BY position DESC LIMIT {_SEARCHED}) j"  # noqa: S608
# The index alone is read, not the entries: without the hint SQLite reads every one of them.
_BY_NUMBER = f"""
    SELECT position FROM journal INDEXED BY journal_receipt_number
    WHERE {_HAS_RECEIPT} AND instr(receipt_number, ?)
"""  # noqa: S608
_BY_AMOUNT = f"""
    SELECT position FROM {_SOME} WHERE abs(json_extract({_PAYLOAD}, '$.total_minor')) = CAST(? AS INTEGER)
"""  # noqa: S608
_BY_TIME = f"SELECT position FROM {_SOME} WHERE instr(j.occurred_at, ?)"  # noqa: S608


class SqliteReceiptIndex:
    """Sales, returns and post-voids of this till, on a connection of its own: a search keeps no scan waiting.

    Threads may share it.
    """

    def __init__(self, database: Database, tail: JournalTail) -> None:
        self._database = database
        self._tail = tail

    @cached_property
    def _reader(self) -> Reader:
        return self._database.new_reader()

    def find(
        self, limit: int, number: str = "", amount_minor: int | None = None, times_of_day: Collection[str] = ()
    ) -> list[JournalEntry]:
        """Newest first; those that have any of what was given, all when nothing was."""
        whole = self.entry(number) if number else None
        if whole is not None:
            return [whole]
        if not (number or amount_minor is not None or times_of_day):
            return self._entries(_NEWEST, (), limit)
        found, values = ([_BY_NUMBER], [number]) if number else ([], [])
        if amount_minor is not None:
            found.append(_BY_AMOUNT)
            values.append(str(abs(amount_minor)))
        for time_of_day in times_of_day:
            found.append(_BY_TIME)
            values.append(f"T{time_of_day}")
        return self._entries(" UNION ".join(found), tuple(values), limit)

    def _entries(self, positions: str, values: tuple[Any, ...], limit: int) -> list[JournalEntry]:
        rows = self._reader.all(
            f"{SELECT_ENTRY} WHERE j.position IN ({positions} ORDER BY position DESC LIMIT ?) ORDER BY j.position DESC",
            (*values, limit),
        )
        return [entry_of(self._tail.terminal_id, row) for row in rows]

    def entry(self, receipt_number: str) -> JournalEntry | None:
        """The sale, return, post-void or deposit of a receipt number, or None."""
        row = self._reader.one(
            f"{SELECT_ENTRY} WHERE j.receipt_number = ? AND j.kind IN {_WITH_RECEIPT}", (receipt_number,)
        )
        return entry_of(self._tail.terminal_id, row) if row else None

    def copies(self, receipt_number: str) -> int:
        """How many copies the journal says were printed."""
        row = self._reader.one(
            f"""
            SELECT count(*) FROM journal j WHERE j.kind = '{EventKind.RECEIPT_REPRINTED}'
            AND json_extract({_PAYLOAD}, '$.receipt_number') = ? AND json_extract({_PAYLOAD}, '$.document') = 'copy'
            """,  # noqa: S608 - constants only
            (receipt_number,),
        )
        return int(row[0]) if row else 0
