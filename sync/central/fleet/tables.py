"""Tables of the fleet, beside those of the service. Times as stored (see sync.central.moments)."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from sync.central.tables import metadata


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# What a till said of itself last, as it came.
terminal_report = Table(
    "terminal_report",
    metadata,
    _text("terminal_id", key=True),
    _text("reported_at"),
    Column("document", LargeBinary, nullable=False),
)

# What somebody asked of a till, and what became of it. document is the order as the till gets it.
terminal_order = Table(
    "terminal_order",
    metadata,
    _text("order_id", key=True),
    _text("terminal_id"),
    _text("kind"),
    _text("asked_by"),
    _text("asked_at"),
    Column("document", LargeBinary, nullable=False),
    _text("state"),
    _text("answered_at"),
    _text("words"),
    Index("terminal_order_by_terminal", "terminal_id", "state"),
)

# A support bundle, for as long as it is kept.
terminal_bundle = Table(
    "terminal_bundle",
    metadata,
    _text("order_id", key=True),
    _text("received_at"),
    Column("content", LargeBinary, nullable=False),
)
