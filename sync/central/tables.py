"""The tables of the service, the same on SQLite and PostgreSQL.

Keys are text made by terminals or derived by hashing: no sequence and no row that every sale must touch.
Times are UTC in ISO 8601 of one width, so that they sort as text. The ledger knows members by an opaque id and
has no foreign key to them: a person is erased by deleting one row of `person`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _count(name: str, default: str | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=default)


# --- members ---------------------------------------------------------------------------------------------------------

account = Table(
    "account",
    metadata,
    _text("member_id", key=True),
    _text("joined_at"),
    _text("joined_event_id"),
    Column("left_at", Text),
)

# email_key is an HMAC under a key that is not in the database; sealed holds address and name, encrypted.
person = Table(
    "person",
    metadata,
    _text("member_id", key=True),
    Column("email_key", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("marketing_consent", Boolean, nullable=False),
    _text("consent_at"),
)

# --- ledger ----------------------------------------------------------------------------------------------------------

# Append-only (triggers). entry_id is derived from the event, so posting an event twice makes the same keys.
ledger = Table(
    "ledger",
    metadata,
    _text("entry_id", key=True),
    _text("event_id"),
    _text("member_id"),
    _text("pool"),
    _text("lot_id"),
    _text("kind"),
    _count("points"),
    _text("transaction_id"),
    Column("line_number", Integer, nullable=False),
    _text("offer_id"),
    _text("store_id"),
    _text("occurred_at"),
    _text("received_at"),
    _text("reason"),
    Index("ledger_by_member", "member_id", "received_at"),
    Index("ledger_by_transaction", "transaction_id"),
)

# Points of one member, pool and last day of use. remaining is below zero only in the lot of a debt.
lot = Table(
    "lot",
    metadata,
    _text("lot_id", key=True),
    _text("member_id"),
    _text("pool"),
    _text("earned_on"),
    _text("expires_on"),
    _count("granted"),
    _count("remaining"),
    Index("lot_by_member", "member_id"),
    Index("lot_by_expiry", "expires_on"),
)

# What the ledger adds up to, kept in the transaction that posts. points may be below zero: a debt.
balance = Table(
    "balance",
    metadata,
    _text("member_id", key=True),
    _count("points"),
    _count("held"),
    _count("pending"),
    _count("version"),
    CheckConstraint("held >= 0", name="held_not_negative"),
)

hold = Table(
    "hold",
    metadata,
    _text("hold_id", key=True),
    _text("member_id"),
    _count("points"),
    _count("captured_points"),
    _text("state"),
    _text("transaction_id"),
    _text("store_id"),
    _text("terminal_id"),
    _text("placed_at"),
    _text("expires_at"),
    Index("hold_by_member", "member_id", "state"),
    Index("hold_by_expiry", "state", "expires_at"),
)

# --- gift cards ------------------------------------------------------------------------------------------------------

# reference is an HMAC of the number; the number itself is kept nowhere.
gift_card = Table(
    "gift_card",
    metadata,
    _text("reference", key=True),
    _text("currency_code"),
    _count("balance_minor"),
    _count("held_minor"),
    CheckConstraint("held_minor >= 0", name="held_minor_not_negative"),
)

# Append-only (triggers).
gift_card_entry = Table(
    "gift_card_entry",
    metadata,
    _text("entry_id", key=True),
    _text("reference"),
    _text("kind"),
    _count("amount_minor"),
    _text("event_id"),
    _text("transaction_id"),
    _text("received_at"),
    Index("gift_card_entry_by_reference", "reference"),
)

gift_card_hold = Table(
    "gift_card_hold",
    metadata,
    _text("hold_id", key=True),
    _text("reference"),
    _count("asked_minor"),
    _count("amount_minor"),
    _count("captured_minor"),
    _text("state"),
    _text("transaction_id"),
    _text("store_id"),
    _text("terminal_id"),
    _text("placed_at"),
    _text("expires_at"),
    Index("gift_card_hold_by_reference", "reference", "state"),
    Index("gift_card_hold_by_expiry", "state", "expires_at"),
)

# --- terminals -------------------------------------------------------------------------------------------------------

terminal = Table(
    "terminal",
    metadata,
    _text("terminal_id", key=True),
    _text("store_id"),
    _text("workstation_id"),
    Column("public_key", LargeBinary, nullable=False),
    _text("state"),
    _text("enrolled_at"),
    _text("last_seen_at"),
    _text("software_version"),
)

# How far a terminal's journal has come in: the acknowledged mark and the hash it must go on from.
terminal_chain = Table(
    "terminal_chain",
    metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    _count("high_water"),
    _text("head_hash"),
    _text("first_seen_at"),
)

enrolment_code = Table(
    "enrolment_code",
    metadata,
    _text("code_hash", key=True),
    _text("store_id"),
    _text("workstation_id"),
    _text("expires_at"),
    _text("used_at"),
    Column("used_by_key", LargeBinary),
)

# --- events ----------------------------------------------------------------------------------------------------------

# The terminals' journals as they came in, byte for byte. Append-only (triggers).
event = Table(
    "event",
    metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    _text("event_id"),
    _text("kind"),
    Column("version", Integer, nullable=False),
    _text("occurred_at"),
    _text("business_day"),
    Column("payload", LargeBinary, nullable=False),
    _text("previous_hash"),
    _text("entry_hash"),
    _text("received_at"),
    _text("status"),
    _text("reason"),
    _text("member_id"),
    _count("points"),
    _count("correction_points"),
    Index("event_by_status", "status"),
)

# Each event id is applied once for ever, also when `event` is partitioned or distributed by another key.
event_key = Table(
    "event_key",
    metadata,
    _text("event_id", key=True),
    _text("payload_hash"),
    _text("terminal_id"),
    _text("incarnation"),
    _count("sequence"),
)

# A number that came twice with different content: the first stays, the other is kept here. Append-only (triggers).
event_fork = Table(
    "event_fork",
    metadata,
    _text("terminal_id", key=True),
    _text("incarnation", key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    _text("entry_hash", key=True),
    _text("event_id"),
    _text("kind"),
    Column("payload", LargeBinary, nullable=False),
    _text("reason"),
    _text("received_at"),
)

# One row per sale: its natural key, and where a return finds it.
sale = Table(
    "sale",
    metadata,
    _text("transaction_id", key=True),
    _text("event_id"),
    _text("receipt_number"),
    _text("store_id"),
    _text("business_day"),
    _text("ended_at"),
    _text("member_id"),
    _count("total_minor"),
    _text("currency_code"),
    _text("terms_id"),
    Column("terms_version", Integer, nullable=False),
    Index("sale_by_receipt", "receipt_number"),
)

# Sales whose customer gave an address that belongs to no member (yet): the news of an enrolment may come later.
unclaimed = Table(
    "unclaimed",
    metadata,
    _text("event_id", key=True),
    _text("email_key"),
    Column("payload", LargeBinary, nullable=False),
    _text("ended_at"),
    _text("claimed_by"),
    Index("unclaimed_by_email", "email_key"),
)

# --- terms -----------------------------------------------------------------------------------------------------------

terms = Table(
    "terms",
    metadata,
    _text("terms_id", key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("effective_from"),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("terms_id", "effective_from", name="terms_one_at_a_time"),
)

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

APPEND_ONLY = (ledger, gift_card_entry, event, event_fork)
