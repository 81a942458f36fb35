"""The journal's events and their hash chain.

The journal is append-only and gap-free; it is also the outbox: what lies beyond the acknowledged mark is
still to be sent. A payload is canonical JSON whose exact bytes are hashed, stored, sent and checked, so no
end ever writes it again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

GENESIS_HASH = "0" * 64
"""The previous hash of an incarnation's first entry."""

PAYLOAD_VERSION = 1


class EventKind(StrEnum):
    """What a journal entry records (ARTS transaction kinds)."""

    TERMINAL_ENROLLED = "terminal_enrolled"
    BUSINESS_DAY_OPENED = "business_day_opened"
    BUSINESS_DAY_CLOSED = "business_day_closed"
    TILL_OPENED = "till_opened"
    TILL_CLOSED = "till_closed"
    TILL_ASSIGNED = "till_assigned"
    TILL_MOVED_OUT = "till_moved_out"
    TILL_MOVED_IN = "till_moved_in"
    SALES_STOPPED = "sales_stopped"
    SALES_RESUMED = "sales_resumed"
    TILL_COUNTED = "till_counted"
    TILL_SETTLED = "till_settled"
    Z_REPORT = "z_report"
    STORE_CLOSED = "store_closed"
    REPORT_REPRINTED = "report_reprinted"
    RECORDS_READ = "records_read"
    SIGNED_ON = "signed_on"
    SIGNED_OFF = "signed_off"
    SIGN_ON_FAILED = "sign_on_failed"
    SALE_HANDED_OVER = "sale_handed_over"
    APPROVAL = "approval"
    OPERATOR_CHANGED = "operator_changed"
    SETTINGS_CHANGED = "settings_changed"
    STORE_SETTINGS_CHANGED = "store_settings_changed"
    GOODS_CHANGED = "goods_changed"
    CATALOGUE_IMPORTED = "catalogue_imported"
    PRICES_CHANGED = "prices_changed"
    PROMOTIONS_CHANGED = "promotions_changed"
    DATA_RESTORED = "data_restored"
    RECOVERY_KEY_MADE = "recovery_key_made"
    CLOCKED_IN = "clocked_in"
    CLOCKED_OUT = "clocked_out"
    SALE = "sale"
    TRANSACTION_CANCELLED = "transaction_cancelled"
    TRANSACTION_SUSPENDED = "transaction_suspended"
    TRANSACTION_RETRIEVED = "transaction_retrieved"
    TRANSACTION_TAKEN_ELSEWHERE = "transaction_taken_elsewhere"
    RETURN = "return"
    POST_VOID = "post_void"
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    SHIPPED = "shipped"
    SHIPMENT_CANCELLED = "shipment_cancelled"
    MEMBER_ENROLLED = "member_enrolled"
    MEMBER_LEFT = "member_left"
    ACCOUNT_LINKED = "account_linked"
    ACCOUNT_UNLINKED = "account_unlinked"
    TENDER_LOAN = "tender_loan"
    TENDER_PICKUP = "tender_pickup"
    PAID_OUT = "paid_out"
    PAID_IN = "paid_in"
    NO_SALE = "no_sale"
    PRINT_OUTCOME = "print_outcome"
    STORED_VALUE_LOADED = "stored_value_loaded"
    CARD_PAYMENT_REVERSED = "card_payment_reversed"
    RECEIPT_REPRINTED = "receipt_reprinted"
    DEVICE_EVENT = "device_event"
    ORDER_PLACED = "order_placed"
    ORDER_READY = "order_ready"
    ORDER_COMPLETED = "order_completed"
    ORDER_CANCELLED = "order_cancelled"
    DEPOSIT = "deposit"
    DEPOSIT_REFUNDED = "deposit_refunded"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event as written. occurred_at is the terminal's wall time (ISO 8601 with offset): a hint, not an order."""

    terminal_id: str
    incarnation: str
    sequence: int
    event_id: str
    kind: str
    version: int
    occurred_at: str
    business_day: str
    payload: bytes
    previous_hash: str
    entry_hash: str


class ChainError(ValueError):
    """The journal is not what was written; the text says where it breaks, sequence is that place."""

    def __init__(self, text: str, sequence: int = 0) -> None:
        super().__init__(text)
        self.sequence = sequence


def canonical_json(value: Mapping[str, object]) -> bytes:
    """The one byte form of a payload: sorted keys, no spaces, UTF-8, whole numbers only.

    Raises ValueError for a float, since none may come near money or points.
    """
    _refuse_floats(value)
    return _ENCODER.encode(value).encode()


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_HARMLESS = frozenset((str, int, bool, type(None)))


def _refuse_floats(value: object) -> None:
    parts = [value]
    for part in parts:  # grows while it is gone through
        if type(part) in _HARMLESS:
            continue
        if isinstance(part, float):
            raise ValueError("a journal payload holds whole numbers and text only")
        if isinstance(part, (dict, Mapping)):
            parts.extend(part.values())
        elif isinstance(part, list | tuple):
            parts.extend(part)


def chain_hash(
    previous_hash: str,
    terminal_id: str,
    incarnation: str,
    sequence: int,
    event_id: str,
    kind: str,
    version: int,
    occurred_at: str,
    business_day: str,
    payload: bytes,
) -> str:
    """SHA-256 over the previous hash, each field on a line of its own, and the payload's exact bytes."""
    header = "\n".join(
        (
            previous_hash,
            terminal_id,
            incarnation,
            str(sequence),
            event_id,
            kind,
            str(version),
            occurred_at,
            business_day,
        )
    )
    return hashlib.sha256(header.encode() + b"\n" + payload).hexdigest()


def next_entry(
    previous: JournalEntry | None,
    *,
    terminal_id: str,
    incarnation: str,
    event_id: str,
    kind: str,
    occurred_at: str,
    business_day: str,
    payload: bytes,
    version: int = PAYLOAD_VERSION,
) -> JournalEntry:
    """The entry that follows another one in the chain of an incarnation."""
    sequence = previous.sequence + 1 if previous else 1
    previous_hash = previous.entry_hash if previous else GENESIS_HASH
    entry_hash = chain_hash(
        previous_hash, terminal_id, incarnation, sequence, event_id, kind, version, occurred_at, business_day, payload
    )
    return JournalEntry(
        terminal_id,
        incarnation,
        sequence,
        event_id,
        kind,
        version,
        occurred_at,
        business_day,
        payload,
        previous_hash,
        entry_hash,
    )


def hash_of(entry: JournalEntry) -> str:
    """The hash the entry should carry."""
    return chain_hash(
        entry.previous_hash,
        entry.terminal_id,
        entry.incarnation,
        entry.sequence,
        entry.event_id,
        entry.kind,
        entry.version,
        entry.occurred_at,
        entry.business_day,
        entry.payload,
    )


def verify_chain(entries: Iterable[JournalEntry], previous: JournalEntry | None = None) -> JournalEntry | None:
    """Check numbers, links and hashes of one incarnation in order; the last entry comes back.

    Raises ChainError at the first entry that was changed, removed or moved.
    """
    for entry in entries:
        expected_sequence = previous.sequence + 1 if previous else 1
        if entry.sequence != expected_sequence:
            words = f"entry {expected_sequence} is missing (found {entry.sequence} in its place)"
            raise ChainError(words, expected_sequence)
        if entry.previous_hash != (previous.entry_hash if previous else GENESIS_HASH):
            raise ChainError(f"entry {entry.sequence} does not follow the entry before it", entry.sequence)
        if entry.entry_hash != hash_of(entry):
            raise ChainError(f"entry {entry.sequence} was changed after it was written", entry.sequence)
        previous = entry
    return previous
