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
    text,
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
    # An HMAC too, of the address without its trifles (dots, +tags): members with the same one are near-duplicates.
    Column("similar_key", Text, nullable=False, server_default=""),
    Column("segment", Text, nullable=False, server_default="consumer"),
    Index("person_by_similar", "similar_key"),
)

# The number on a member's card or QR code: found by an HMAC of it, kept sealed to be shown and printed again.
member_card = Table(
    "member_card",
    metadata,
    _text("card_key", key=True),
    Column("member_id", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
)

# A store (shopping) account or the credit card; of its number there is an HMAC only. Each belongs to one member.
account_link = Table(
    "account_link",
    metadata,
    _text("member_id", key=True),
    _text("kind", key=True),
    _text("reference_key"),
    _text("event_id"),
    _text("linked_at"),
    UniqueConstraint("kind", "reference_key", name="account_link_once"),
)

# Memberships that are over. ended_by is left, merged or erased; a merged one goes on as successor_id. email_key is
# empty after an erasure; else it says who was a member before, for offers that look back.
former_member = Table(
    "former_member",
    metadata,
    _text("member_id", key=True),
    _text("email_key"),
    _text("card_key"),
    _text("joined_event_id"),
    _text("ended_at"),
    _text("ended_by"),
    _text("successor_id"),
    Index("former_member_by_email", "email_key"),
    Index("former_member_by_card", "card_key"),
    Index("former_member_by_event", "joined_event_id"),
    Index("former_member_by_successor", "successor_id"),
    Index("former_member_by_end", "ended_at"),
)

# --- proof that somebody is the member --------------------------------------------------------------------------------

# Tries are counted before they are judged, so that many at once are no more tries.
member_pin = Table(
    "member_pin",
    metadata,
    _text("member_id", key=True),
    _text("pin_hash"),
    _count("failures"),
    _text("locked_until"),
    _text("set_at"),
)

# The last one-time code of a member, as an HMAC; empty once it was used. sends are counted from window_began_at.
one_time_code = Table(
    "one_time_code",
    metadata,
    _text("member_id", key=True),
    _text("code_hash"),
    _text("expires_at"),
    _count("failures"),
    _count("sends"),
    _text("window_began_at"),
    _text("sent_at"),
)

# How each redemption was proven, and at which till. Append-only (triggers).
redeem_proof = Table(
    "redeem_proof",
    metadata,
    _text("hold_id", key=True),
    _text("member_id"),
    _text("kind"),
    _text("terminal_id"),
    _text("operator_id"),
    _text("proven_at"),
    Index("redeem_proof_by_member", "member_id"),
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
    # What has been used up or has expired is never looked at again.
    Index(
        "lot_open_by_expiry",
        "expires_on",
        "member_id",
        sqlite_where=text("remaining > 0"),
        postgresql_where=text("remaining > 0"),
    ),
)

# Points of goods that are still to be shipped: no part of the balance. Append-only (triggers).
pending_entry = Table(
    "pending_entry",
    metadata,
    _text("entry_id", key=True),
    _text("event_id"),
    _text("member_id"),
    _text("kind"),
    _count("points"),
    _text("transaction_id"),
    Column("line_number", Integer, nullable=False),
    _text("store_id"),
    _text("occurred_at"),
    _text("received_at"),
    Index("pending_entry_by_member", "member_id"),
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

# --- adjustments and partners -----------------------------------------------------------------------------------------

# Points by customer service: one person asks, another approves. state: open, approved or refused.
adjustment = Table(
    "adjustment",
    metadata,
    _text("adjustment_id", key=True),
    _text("member_id"),
    _count("points"),
    _text("pool"),
    _text("reason"),
    _text("state"),
    _text("requested_by"),
    _text("requested_at"),
    _text("decided_by"),
    _text("decided_at"),
    Index("adjustment_by_state", "state", "requested_at"),
)

# Who may post points earned elsewhere, into which pool. public_key is raw Ed25519.
partner = Table(
    "partner",
    metadata,
    _text("partner_id", key=True),
    _text("name"),
    _text("pool"),
    Column("public_key", LargeBinary, nullable=False),
    _text("state"),
    _text("added_at"),
)

# Each partner's reference counts once. Append-only (triggers).
partner_earning = Table(
    "partner_earning",
    metadata,
    _text("partner_id", key=True),
    _text("reference", key=True),
    _text("event_id"),
    _text("member_id"),
    _count("points"),
    _text("earned_on"),
    _text("received_at"),
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
    _count("journal_end", "0"),  # as far as the terminal says that its journal goes
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
    # The lot that its points went to, and that they are taken back from.
    Column("earned_on", Text, nullable=False, server_default=""),
    Column("expires_on", Text, nullable=False, server_default=""),
    Index("sale_by_receipt", "receipt_number"),
)

# What was sold, with the points that the service computed: a return takes exactly these back.
sale_line = Table(
    "sale_line",
    metadata,
    _text("transaction_id", key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    _text("code"),
    _text("item_id"),
    _count("quantity_milli"),
    _count("net_minor"),
    _count("fees_minor"),
    _count("points_base"),
    _count("points_bonus"),
    _text("offer_id"),
    Column("to_ship", Boolean, nullable=False),
)

# The parts of a payment that can come back to the service: points and gift cards. reference is the hold's id.
sale_tender = Table(
    "sale_tender",
    metadata,
    _text("transaction_id", key=True),
    _text("tender_id", key=True),
    _text("tender_type"),
    _count("amount_minor"),
    _count("points"),
    _text("reference"),
)

# What happened to a sale after it was paid: returns, post-voids, shipments. sale_key is the transaction id of the
# sale or "receipt:" and its number; transaction_id is empty as long as the sale has not come in.
sale_fact = Table(
    "sale_fact",
    metadata,
    _text("fact_id", key=True),
    _text("event_id"),
    _text("kind"),
    _text("sale_key"),
    _text("transaction_id"),
    _text("store_id"),
    _text("occurred_at"),
    Column("payload", LargeBinary, nullable=False),
    _text("received_at"),
    Index("sale_fact_by_transaction", "transaction_id"),
    Index(
        "sale_fact_waiting",
        "sale_key",
        sqlite_where=text("transaction_id = ''"),
        postgresql_where=text("transaction_id = ''"),
    ),
)

# What came back beyond what was sold: no points move for it, and somebody should look. Append-only (triggers).
surplus_return = Table(
    "surplus_return",
    metadata,
    _text("fact_id", key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    _text("code", key=True),
    _text("transaction_id"),
    _text("store_id"),
    _count("quantity_milli"),
    _text("received_at"),
    Index("surplus_return_by_time", "received_at"),
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

# --- offers and redemptions that are counted --------------------------------------------------------------------------

# How many got an enrolment offer: raised by one conditional update, so never beyond the offer's cap.
enrolment_offer = Table("enrolment_offer", metadata, _text("offer_id", key=True), _count("granted"))

# What each new member got for joining. status is granted or declined; a decline can still become a grant, when a till
# that was cut off tells of an earlier joining.
enrolment_decision = Table(
    "enrolment_decision",
    metadata,
    _text("member_id", key=True),
    _text("offer_id"),
    _text("event_id"),
    _text("joined_at"),
    _text("status"),
    _count("points"),
    _text("reason"),
    _text("decided_at"),
    Index("enrolment_decision_by_offer", "offer_id", "status"),
)

# Points that a till took without asking; overdrawn_points became a debt. Append-only (triggers).
offline_redemption = Table(
    "offline_redemption",
    metadata,
    _text("reference", key=True),
    _text("store_id"),
    _text("member_id"),
    _text("transaction_id"),
    _count("points"),
    _count("overdrawn_points"),
    _text("occurred_at"),
    _text("received_at"),
    Index("offline_redemption_by_store", "store_id", "received_at"),
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

# --- digests ----------------------------------------------------------------------------------------------------------

# A day's ledger and the heads of all journals in one hash, which takes in the one before. Append-only (triggers).
daily_digest = Table(
    "daily_digest",
    metadata,
    _text("day", key=True),
    _count("entries"),
    _count("points"),
    _text("previous_digest"),
    _text("digest"),
    _text("made_at"),
)

# One number that changes with the terms, with the tills let in and with whom they must forget: a till asks again.
revision = Table(
    "revision",
    metadata,
    _text("name", key=True),
    _count("number"),
)

# oldest_program: the oldest program that may still write; empty when only programs of this version may.
schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("oldest_program", Integer),
)

APPEND_ONLY = (ledger, gift_card_entry, event, event_fork)
APPEND_ONLY_SINCE_2 = (redeem_proof, partner_earning, daily_digest)
APPEND_ONLY_SINCE_4 = (pending_entry, surplus_return, offline_redemption)

ERASED_PAYLOAD = b'{"erased":true}'
"""Stands where a quarantined event's bytes held somebody's address."""
