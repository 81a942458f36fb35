"""Tables of promotions and promo codes, beside those of the service. Times as stored (see sync.central.moments)."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from sync.central.tables import metadata


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


# Append-only (triggers): sales were rung up with what stands here.
edition = Table(
    "promotion_edition",
    metadata,
    _text("document_id", key=True),
    Column("version", Integer, primary_key=True, nullable=False, autoincrement=False),
    _text("effective_from"),
    Column("document", LargeBinary, nullable=False),
    _text("published_at"),
    Index("promotion_edition_by_time", "effective_from"),
)

# One row for each code that was ever held or used; how often it may be is what the editions say.
code = Table(
    "promo_code",
    metadata,
    _text("code", key=True),
    Column("used", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
)

hold = Table(
    "promo_code_hold",
    metadata,
    _text("hold_id", key=True),
    _text("code"),
    _text("state"),
    _text("transaction_id"),
    _text("store_id"),
    _text("terminal_id"),
    _text("placed_at"),
    _text("expires_at"),
    Index("promo_code_hold_by_state", "state", "expires_at"),
)

# Append-only (triggers): one row for each sale in which a code counted.
use = Table(
    "promo_code_use",
    metadata,
    _text("code", key=True),
    _text("transaction_id", key=True),
    _text("event_id"),
    _text("promotion_id"),
    _text("store_id"),
    Column("reduction_minor", BigInteger, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("over_used", Boolean, nullable=False),
    _text("occurred_at"),
    _text("received_at"),
    Index("promo_code_use_of_sale", "transaction_id"),
)

# Append-only (triggers): uses of sales that were voided whole, which may be used again.
given_back = Table(
    "promo_code_given_back",
    metadata,
    _text("code", key=True),
    _text("transaction_id", key=True),
    _text("event_id"),
    _text("received_at"),
)

APPEND_ONLY = (edition, use, given_back)
