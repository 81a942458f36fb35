"""Changes of a store's goods, prices and promotions, read from its tills' journals for the others. Nothing is kept."""

import hashlib

from sqlalchemy import Connection, Index, select

from pos_app.domain.journal import EventKind
from sync import store_goods as wire
from sync.central import tables
from sync.central.database import Database

MOST_CHANGES = 500
LONGEST_ANSWER = 2_000_000
"""The newest of them, and so many bytes at most; a till that was away for longer gets its goods as a file."""
KINDS = tuple(map(str, (EventKind.GOODS_CHANGED, EventKind.PRICES_CHANGED, EventKind.PROMOTIONS_CHANGED)))
"""What a till took over is of another kind: nothing goes round in circles."""
LONGEST_DOCUMENT = 65_536
_MOST_READ = 4 * MOST_CHANGES

_OF_GOODS = tables.event.c.kind.in_(KINDS)
EVENT_OF_GOODS = Index("event_of_goods", tables.event.c.terminal_id, sqlite_where=_OF_GOODS, postgresql_where=_OF_GOODS)


def goods_changes(database: Database, store_id: str, have: str) -> wire.StoreGoods:
    """All changes of a store, or nothing new when the terminal names their digest."""

    def read(connection: Connection) -> list[wire.GoodsMessage]:
        event, terminal = tables.event, tables.terminal
        tills = select(terminal.c.terminal_id).where(terminal.c.store_id == store_id)
        query = (
            select(event.c.event_id, event.c.terminal_id, event.c.kind, event.c.occurred_at, event.c.payload)
            .where(_OF_GOODS, event.c.terminal_id.in_(tills), event.c.status == "applied")
            .order_by(event.c.received_at.desc(), event.c.terminal_id, event.c.sequence.desc())
            .limit(_MOST_READ)
        )
        found: list[wire.GoodsMessage] = []
        left = LONGEST_ANSWER
        for event_id, terminal_id, kind, occurred_at, payload in connection.execute(query):
            document = bytes(payload).decode()
            left -= len(payload)
            if left < 0 or len(found) == MOST_CHANGES:
                break
            if len(document) <= LONGEST_DOCUMENT and _is_said_to_others(kind, document):
                found.append(wire.GoodsMessage(event_id, terminal_id, kind, occurred_at, document))
        return found[::-1]

    changes = database.read(read)
    digest = hashlib.sha256(" ".join(one.event_id for one in changes).encode()).hexdigest()
    if digest == have:
        return wire.StoreGoods(digest=digest, unchanged=True)
    return wire.StoreGoods(digest=digest, changes=changes)


def _is_said_to_others(kind: str, document: str) -> bool:
    """Not that the day of a change came at a till: each makes it by itself."""
    return kind != EventKind.GOODS_CHANGED or '"fields":' in document or '"state":"withdrawn"' in document
