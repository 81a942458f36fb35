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
    """The central service let this terminal in."""
    BUSINESS_DAY_OPENED = "business_day_opened"
    """A business day began, with the store's settings that it is run by."""
    BUSINESS_DAY_CLOSED = "business_day_closed"
    """A business day ended with its last Z."""
    TILL_OPENED = "till_opened"
    """A till got its float, as counted or as the store sets it."""
    TILL_CLOSED = "till_closed"
    """A till was closed while others of the workstation are still open."""
    TILL_ASSIGNED = "till_assigned"
    """A till was given to an operator."""
    TILL_MOVED_OUT = "till_moved_out"
    """A till was closed here to go on at another workstation, with its slip."""
    TILL_MOVED_IN = "till_moved_in"
    """A till from another workstation was taken up here by its slip."""
    SALES_STOPPED = "sales_stopped"
    """The closing of a till began: nothing more is sold from it."""
    SALES_RESUMED = "sales_resumed"
    """The closing was given up; it sells again."""
    TILL_COUNTED = "till_counted"
    """Cash or slips were counted, before the till showed what should be there."""
    TILL_SETTLED = "till_settled"
    """Expected and counted were compared, over and short explained, the deposit put aside."""
    Z_REPORT = "z_report"
    """The sealed sums of everything since the Z before."""
    STORE_CLOSED = "store_closed"
    """The store's day was closed over all its tills, or amended when a till came late."""
    REPORT_REPRINTED = "report_reprinted"
    """An X or Z was printed again, as a copy."""
    RECORDS_READ = "records_read"
    """Somebody looked at reports or the journal: what was asked for, never what it said."""
    SIGNED_ON = "signed_on"
    """An operator signed on."""
    SIGNED_OFF = "signed_off"
    """An operator signed off, or the till locked."""
    SIGN_ON_FAILED = "sign_on_failed"
    """A number, PIN or badge was not accepted."""
    SALE_HANDED_OVER = "sale_handed_over"
    """A sale under way went on with another operator."""
    APPROVAL = "approval"
    """A second person said yes or no to one act."""
    OPERATOR_CHANGED = "operator_changed"
    """An operator was added, changed, unlocked, ended, or got another role, PIN or badge; by whom and why."""
    SETTINGS_CHANGED = "settings_changed"
    """The till's own settings changed, by whom and what."""
    STORE_SETTINGS_CHANGED = "store_settings_changed"
    """A change of the store's settings was saved, withdrawn or taken over."""
    GOODS_CHANGED = "goods_changed"
    """Somebody changed a product at this till."""
    GOODS_TAKEN = "goods_taken"
    """A change of a product, price or promotion from another till of the store was taken over, or could not be."""
    CATALOGUE_IMPORTED = "catalogue_imported"
    """A catalogue file was taken in, or taken back."""
    PRICES_CHANGED = "prices_changed"
    """A price list of the store changed."""
    PROMOTIONS_CHANGED = "promotions_changed"
    """A promotion of the store's own changed."""
    DATA_RESTORED = "data_restored"
    """The data is that of a copy from here on: the first entry of a new incarnation."""
    RECOVERY_KEY_MADE = "recovery_key_made"
    """A recovery key for copies was made or shared; never the key itself."""
    CLOCKED_IN = "clocked_in"
    """Somebody began to work, by the time clock."""
    CLOCKED_OUT = "clocked_out"
    """Somebody ended work, by the time clock."""
    SALE = "sale"
    """A sale that is complete and paid."""
    TRANSACTION_CANCELLED = "transaction_cancelled"
    """A sale that was begun and given up; its number is used."""
    TRANSACTION_SUSPENDED = "transaction_suspended"
    """A sale was parked."""
    TRANSACTION_RETRIEVED = "transaction_retrieved"
    """A parked sale was recalled."""
    TRANSACTION_TAKEN_ELSEWHERE = "transaction_taken_elsewhere"
    """A sale parked here goes on at another till under a new number."""
    RETURN = "return"
    """Goods came back against their receipt."""
    POST_VOID = "post_void"
    """A complete sale was made undone as a whole."""
    RETURN_WITHOUT_RECEIPT = "return_without_receipt"
    """Goods came back without a receipt, for store credit."""
    SHIPPED = "shipped"
    """Goods that were paid earlier left; their points count from now."""
    SHIPMENT_CANCELLED = "shipment_cancelled"
    """Goods that were to be sent are not sent any more."""
    MEMBER_ENROLLED = "member_enrolled"
    """A customer joined the programme."""
    MEMBER_LEFT = "member_left"
    """A member left the programme."""
    ACCOUNT_LINKED = "account_linked"
    """A partner's account was linked to a member."""
    ACCOUNT_UNLINKED = "account_unlinked"
    """A partner's account was taken off a member."""
    TENDER_LOAN = "tender_loan"
    """Cash was brought to the till."""
    TENDER_PICKUP = "tender_pickup"
    """Cash was taken from the till to the safe."""
    PAID_OUT = "paid_out"
    """Cash was taken out for a reason that is no sale."""
    PAID_IN = "paid_in"
    """Cash was put in for a reason that is no sale."""
    NO_SALE = "no_sale"
    """The drawer was opened without a sale."""
    PRINT_OUTCOME = "print_outcome"
    """What somebody said of a paper that the printer had not confirmed."""
    STORED_VALUE_LOADED = "stored_value_loaded"
    """A gift card was sold or topped up, or store credit was issued."""
    CARD_PAYMENT_REVERSED = "card_payment_reversed"
    """A card payment was given back before its sale was complete."""
    RECEIPT_REPRINTED = "receipt_reprinted"
    """A copy or a gift receipt was printed."""
    DEVICE_EVENT = "device_event"
    """A device failed, warned or came back."""
    ORDER_PLACED = "order_placed"
    """Goods were ordered, to be sent, picked up or got for the customer."""
    ORDER_READY = "order_ready"
    """An order is ready to be picked up."""
    ORDER_COMPLETED = "order_completed"
    """An order was handed over or sent."""
    ORDER_CANCELLED = "order_cancelled"
    """An order was cancelled."""
    DEPOSIT = "deposit"
    """A deposit on a special order was paid: money, and no sale."""
    DEPOSIT_REFUNDED = "deposit_refunded"
    """A deposit was given back."""


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
