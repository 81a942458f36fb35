"""The way of one event: from the till's journal to what it did in the ledger, for whoever is asked where points are."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, select, tuple_

from sync.central import tables


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger that an event made."""

    member_id: str
    kind: str
    pool: str
    points: int


@dataclass(frozen=True, slots=True)
class Followed:
    """An event, where it stands in its till's journal, and what came of it. Times as stored."""

    event_id: str
    kind: str
    terminal_id: str
    incarnation: str
    sequence: int
    occurred_at: str
    received_at: str
    status: str
    reason: str
    entries: tuple[Entry, ...]


def follow(connection: Connection, name: str) -> list[Followed]:
    """Everything that came in under the id of an event or a transaction, or under a receipt number; oldest first."""
    event, key, sale, ledger = tables.event, tables.event_key, tables.sale, tables.ledger
    of_receipt = select(sale.c.event_id).where(or_(sale.c.receipt_number == name, sale.c.transaction_id == name))
    ids = sorted({name, *connection.execute(of_receipt).scalars()})
    places = select(key.c.terminal_id, key.c.incarnation, key.c.sequence).where(key.c.event_id.in_(ids))
    applied = tuple_(event.c.terminal_id, event.c.incarnation, event.c.sequence).in_(places)
    held = (event.c.status == "quarantined") & event.c.event_id.in_(ids)
    found = []
    rows = connection.execute(select(event).where(or_(applied, held)).order_by(event.c.received_at, event.c.sequence))
    for row in rows:
        made = connection.execute(
            select(ledger.c.member_id, ledger.c.kind, ledger.c.pool, ledger.c.points)
            .where(ledger.c.member_id == row.member_id, ledger.c.event_id == row.event_id)
            .order_by(ledger.c.entry_id)
        )
        found.append(
            Followed(
                row.event_id,
                row.kind,
                row.terminal_id,
                row.incarnation,
                row.sequence,
                row.occurred_at,
                row.received_at,
                row.status,
                row.reason,
                tuple(Entry(*entry) for entry in made),
            )
        )
    return found
