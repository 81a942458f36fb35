"""Tables of operators, beside those of the service. Times as stored (see sync.central.moments)."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from sync.central.tables import metadata


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# stores: their numbers with spaces between them, empty for all. sealed: proofs of PIN and badge, under the vault's key.
# state: active or suspended.
operator = Table(
    "operator",
    metadata,
    _text("operator_id", key=True),
    _text("number"),
    _text("display_name"),
    _text("role"),
    _text("stores"),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default="active"),
    Index("operator_by_number", "number"),
)

# Append-only (triggers): who was changed, how, by whom.
operator_change = Table(
    "operator_change",
    metadata,
    _text("change_id", key=True),
    _text("operator_id"),
    _text("act"),
    _text("changed_by"),
    _text("at"),
)

approval_secret = Table(
    "approval_secret",
    metadata,
    _text("store_id", key=True),
    Column("sealed", LargeBinary, nullable=False),
)

APPEND_ONLY = (operator_change,)
