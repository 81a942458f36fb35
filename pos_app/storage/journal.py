"""The journal on disk: append-only, gap-free, each entry carrying the hash of the one before."""

from collections.abc import Iterator
from typing import Any

from pos_app.domain.journal import EventKind, JournalEntry, canonical_json, next_entry
from pos_app.storage.database import Connection, Database

ENTRY_COLUMNS = """
    i.incarnation, j.sequence, j.event_id, j.kind, j.version, j.occurred_at, j.business_day, j.payload,
    j.previous_hash, j.entry_hash
"""
_FROM = "FROM journal j JOIN incarnation i ON i.number = j.incarnation_number"
SELECT_ENTRY = f"SELECT {ENTRY_COLUMNS} {_FROM}"

_INSERT = """
    INSERT INTO journal (incarnation_number, sequence, event_id, kind, version, occurred_at, business_day, payload,
                         previous_hash, entry_hash, receipt_number, contact_id, returned_receipt_number,
                         till_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_PAGE_ENTRIES = 500
_WITH_RECEIPT = (
    EventKind.SALE,
    EventKind.RETURN,
    EventKind.POST_VOID,
    EventKind.RETURN_WITHOUT_RECEIPT,
    EventKind.DEPOSIT,
    EventKind.DEPOSIT_REFUNDED,
)


class JournalTail:
    """Where the journal of the current incarnation ends. Used under the writer's lock only."""

    def __init__(self, database: Database, terminal_id: str) -> None:
        self._database = database
        self.terminal_id = terminal_id
        self.incarnation_number = 0
        self.incarnation = ""
        self._last: JournalEntry | None = None
        self._generation = -1

    def last(self) -> JournalEntry | None:
        """The newest entry, or None; read again when the connection was replaced."""
        if self._generation != self._database.generation:
            self.reload()
        return self._last

    def reload(self) -> None:
        """Read the end of the journal from the file."""
        database = self._database
        row = database.one("SELECT number, incarnation FROM incarnation ORDER BY number DESC LIMIT 1")
        if row is None:
            raise LookupError("the database has no incarnation")
        self.incarnation_number, self.incarnation = row
        last = database.one(
            f"{SELECT_ENTRY} WHERE j.incarnation_number = ? ORDER BY j.sequence DESC LIMIT 1",
            (self.incarnation_number,),
        )
        self._last = entry_of(self.terminal_id, last) if last else None
        self._generation = database.generation

    def moved_to(self, entry: JournalEntry) -> None:
        """An entry was committed."""
        self._last = entry


def write_entry(
    connection: Connection,
    tail: JournalTail,
    previous: JournalEntry | None,
    *,
    event_id: str,
    kind: str,
    occurred_at: str,
    business_day: str,
    payload: dict[str, Any],
) -> JournalEntry:
    """Write the entry that follows another one. Raises ValueError for a payload that is not canonical."""
    entry = next_entry(
        previous,
        terminal_id=tail.terminal_id,
        incarnation=tail.incarnation,
        event_id=event_id,
        kind=kind,
        occurred_at=occurred_at,
        business_day=business_day,
        payload=canonical_json(payload),
    )
    connection.execute(
        _INSERT,
        (
            tail.incarnation_number,
            entry.sequence,
            entry.event_id,
            str(entry.kind),
            entry.version,
            entry.occurred_at,
            entry.business_day,
            entry.payload,
            entry.previous_hash,
            entry.entry_hash,
            *keys_of(kind, payload),
        ),
    )
    for product in payload.get("product_registered", ()):
        connection.execute(
            "INSERT INTO sold_serial (serial_number, item_id, line_number, position) "
            "VALUES (?, ?, ?, last_insert_rowid())",
            (product["serial_number"], product["item_id"], product["line_number"]),
        )
    return entry


def keys_of(kind: str, payload: dict[str, Any]) -> tuple[str | None, str | None, str | None, str]:
    """What an entry is found by besides its number: its receipt number, the contact it names, the sale it reverses, and
    the till it belongs to.
    """
    receipt_number = payload["header"]["receipt_number"] if kind in _WITH_RECEIPT else None
    member = payload.get("member")
    contact_id = member.get("contact_id") if isinstance(member, dict) else payload.get("contact_id")
    original = payload.get("original_receipt_number") or None
    return receipt_number, contact_id or None, original, payload.get("till_id", "")


def entry_of(terminal_id: str, row: tuple[Any, ...]) -> JournalEntry:
    """The entry of a row of SELECT_ENTRY."""
    return JournalEntry(terminal_id, *row)


def incarnations(database: Database) -> list[tuple[int, str]]:
    """Number and name of every incarnation, oldest first."""
    return [(number, name) for number, name in database.all("SELECT number, incarnation FROM incarnation ORDER BY 1")]


def stream_entries(database: Database, terminal_id: str, incarnation_number: int) -> Iterator[JournalEntry]:
    """All entries of an incarnation in order, read a page at a time."""
    after = 0
    while True:
        rows = database.all(
            f"{SELECT_ENTRY} WHERE j.incarnation_number = ? AND j.sequence > ? ORDER BY j.sequence LIMIT ?",
            (incarnation_number, after, _PAGE_ENTRIES),
        )
        if not rows:
            return
        for row in rows:
            yield entry_of(terminal_id, row)
        after = rows[-1][1]
