"""Tables of a store's figures and closes, beside those of the service."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from pos_app.domain.journal import EventKind
from sync.central import tables
from sync.central.tables import metadata


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _sum(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


# Figures of a till's days, made from its events alone (domain/report_cells.py): they may be thrown away at any time.
cell = Table(
    "store_cell",
    metadata,
    _text("terminal_id", key=True),
    _text("section", key=True),
    _text("business_day", key=True),
    _text("operator_id", key=True),
    _text("key", key=True),
    _text("label"),
    _text("detail"),
    _sum("times"),
    _sum("quantity_milli"),
    _sum("amount_minor"),
    _sum("other_minor"),
    _sum("points"),
)

# How far each journal is in the figures.
mark = Table(
    "store_mark",
    metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    _sum("sequence"),
    Column("rules_version", Integer, nullable=False),
    _text("newest_at"),
)

# Append-only (triggers). number counts a store's days, amendment the closes of one.
close = Table(
    "store_close",
    metadata,
    _text("store_id", key=True),
    Column("number", Integer, primary_key=True, nullable=False, autoincrement=False),
    Column("amendment", Integer, primary_key=True, nullable=False, autoincrement=False),
    _text("business_day"),
    _text("digest"),
    Column("document", LargeBinary, nullable=False),
    _text("terminal_id"),
    Index("store_close_by_day", "store_id", "business_day"),
)

APPEND_ONLY = (close,)

MOVES = tuple(
    map(
        str,
        (EventKind.TILL_OPENED, EventKind.SALES_STOPPED, EventKind.SALES_RESUMED, EventKind.TENDER_PICKUP),
    )
)
_OF_CLOSING = tables.event.c.kind.in_(MOVES)
EVENT_OF_CLOSING = Index(
    "event_of_closing", tables.event.c.business_day, sqlite_where=_OF_CLOSING, postgresql_where=_OF_CLOSING
)
