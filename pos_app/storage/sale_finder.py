"""This till's journal searched by what customers know; and returns that are not made yet."""

from pos_app.domain.journal import JournalEntry
from pos_app.domain.returns import PendingReturn
from pos_app.ports import SaleQuestion
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json, to_json
from pos_app.storage.journal import SELECT_ENTRY, entry_of

_TEXT = "CAST(j.payload AS TEXT)"
_LOWEST = """
    SELECT min(json_extract(line.value, '$.net_minor') * 1000 / json_extract(line.value, '$.quantity_milli'))
    FROM journal j, json_each(CAST(j.payload AS TEXT), '$.lines') line
    WHERE j.kind = 'sale' AND j.business_day >= ? AND instr(j.payload, ?) > 0
      AND json_extract(line.value, '$.item_id') = ? AND NOT json_extract(line.value, '$.voided')
"""


class SqliteSaleFinder:
    """See pos_app.ports.SaleFinder: reads the journal from its end, so that the last days cost little."""

    def __init__(self, database: Database, terminal_id: str) -> None:
        self._database = database
        self._terminal_id = terminal_id

    def find(self, question: SaleQuestion, limit: int = 8) -> list[JournalEntry]:
        """Sales that fit, newest first."""
        conditions, values = ["j.kind = 'sale'"], list[object]()
        if question.member_id:
            conditions.append(f"json_extract({_TEXT}, '$.member.member_id') = ?")
            values.append(question.member_id)
        if question.serial_number:
            conditions.append(_any_of("lines", "serial_number", "= ?"))
            values.append(question.serial_number)
        if question.card_last_four:
            conditions.append(
                _any_of("tenders", "description", "LIKE ?", "json_extract(part.value, '$.tender_type') = 'card'")
            )
            values.append(f"%{question.card_last_four}")
        if question.business_day:
            conditions.append("j.business_day = ?")
            values.append(question.business_day)
        if question.amount_minor is not None:
            conditions.append(f"json_extract({_TEXT}, '$.total_minor') = ?")
            values.append(question.amount_minor)
        if not values:
            return []
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE {' AND '.join(conditions)} ORDER BY j.position DESC LIMIT ?", (*values, limit)
        )
        return [entry_of(self._terminal_id, row) for row in rows]

    def lowest_price_minor(self, item_id: str, since_day: str) -> int | None:
        """The least that was paid here for one piece since that business day; None when none was sold."""
        row = self._database.one(_LOWEST, (since_day, item_id.encode(), item_id))
        return None if row is None or row[0] is None else int(row[0])

    def returns_without_receipt(self, since_day: str) -> list[JournalEntry]:
        """Those that this till took since that business day."""
        rows = self._database.all(
            f"{SELECT_ENTRY} WHERE j.kind = 'return_without_receipt' AND j.business_day >= ? ORDER BY j.position",
            (since_day,),
        )
        return [entry_of(self._terminal_id, row) for row in rows]


class SqlitePendingReturns:
    """See pos_app.ports.PendingReturns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, pending: PendingReturn) -> None:
        """Put it on disk before the first part of the money moves."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pending_return (return_id, document) VALUES (?, ?)",
                (pending.return_id, to_json(pending)),
            )
            self._database.commit()

    def drop(self, return_id: str) -> None:
        """Forget it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM pending_return WHERE return_id = ?", (return_id,))
            self._database.commit()

    def all(self) -> list[PendingReturn]:
        """What was interrupted, oldest first."""
        rows = self._database.all("SELECT document FROM pending_return ORDER BY rowid")
        return [from_json(PendingReturn, document) for (document,) in rows]


def _any_of(part: str, key: str, test: str, further: str = "TRUE") -> str:
    each = f"json_each({_TEXT}, '$.{part}') part"
    return f"EXISTS (SELECT 1 FROM {each} WHERE json_extract(part.value, '$.{key}') {test} AND {further})"  # noqa: S608
