"""What the services ask of the world. Storage, hardware and sync implement these; tests have small fakes."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pos_app.domain.basket import Basket
from pos_app.domain.item import Item
from pos_app.domain.journal import JournalEntry
from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.domain.offline_redemption import OfflinePolicy, OfflineSpending
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.retail_transaction import TransactionHeader
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.tenders import Tender
from pos_app.domain.till import TillTotals


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Aware wall time in the store's zone."""

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back."""


class IdSource(Protocol):
    """Identifiers."""

    def new_id(self) -> str:
        """A UUIDv7."""


# --- catalogue -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemHit:
    """One row of a search, enough to show and pick it."""

    item_id: str
    name: str
    brand: str
    price_minor: int
    code: str


class Catalogue(Protocol):
    """Items and prices. An unknown code is a value, not an exception."""

    def find_by_code(self, code: str) -> Item | None:
        """The item of a barcode, SKU or PLU as scanned or typed, or None."""

    def search(self, text: str, limit: int = 20) -> list[ItemHit]:
        """Items whose name, brand, SKU or model begin with the words typed, best sellers first."""


# --- journal, transactions and one commit ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A sale under way, kept on disk so that a crash loses nothing."""

    header: TransactionHeader
    basket: Basket
    tenders: tuple[Tender, ...] = ()
    account: MemberAccount | None = None
    contact_email: str = ""


class PrintState(StrEnum):
    """States of a print job."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT_UNCONFIRMED = "sent_unconfirmed"
    PRINTED = "printed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A document to print; job_id makes handing it over twice harmless."""

    job_id: str
    transaction_id: str
    document: ReceiptDocument
    open_drawer: bool = False
    state: PrintState = PrintState.QUEUED
    reason: str = ""


class UnitOfWork(Protocol):
    """One atomic write. Leaving it without commit() undoes everything in it."""

    def append(self, kind: str, payload: dict[str, Any], *, event_id: str | None = None) -> JournalEntry:
        """One more journal entry; the event id is made here unless the caller already used one elsewhere."""

    def begin_transaction(self) -> int:
        """The next transaction sequence number of this workstation, without gaps."""

    def save_open_transaction(self, transaction: OpenTransaction) -> None:
        """Keep the sale under way."""

    def clear_open_transaction(self) -> None:
        """Forget the sale under way."""

    def add_print_job(self, job: PrintJob) -> None:
        """Queue a document; the same job id again changes nothing."""

    def open_business_day(self, day: str) -> None:
        """Entries from here on, the ones of this unit included, belong to this business day; its till starts at 0."""

    def save_till_totals(self, totals: TillTotals) -> None:
        """The running totals of this till and business day."""

    def add_contact(self, contact_id: str, email: str) -> None:
        """An address that the central service has to resolve; kept beside the journal until it did."""

    def add_offline_redemption(self, reference: str, member_id: str, points: int) -> None:
        """Points that a sale of this unit spends without the central service; counted until it has the sale."""

    def commit(self) -> None:
        """Make it durable. Raises CommitUnknownError when the outcome cannot be known."""


class Storage(Protocol):
    """The terminal's own database, as services see it."""

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """A new atomic write (BEGIN IMMEDIATE)."""

    def open_transaction(self) -> OpenTransaction | None:
        """The sale under way, if any."""

    def till_totals(self) -> TillTotals:
        """The running totals of this till and business day."""

    def business_day(self) -> str:
        """The open business day (YYYY-MM-DD), or empty when the store is closed."""

    def has_event(self, event_id: str) -> bool:
        """True when the journal holds the event: the answer to an unknown commit."""

    def sale(self, receipt_number: str) -> JournalEntry | None:
        """The journal entry of a sale by its receipt number, or None."""

    def offline_spending(self, member_id: str, issued_at: datetime) -> OfflineSpending:
        """What this terminal let be spent offline: by the member since then or unsent, by all unsent."""

    def returns_of(self, receipt_number: str) -> list[JournalEntry]:
        """Returns and post-voids of a sale that this terminal took, oldest first."""


class PrintQueue(Protocol):
    """The persisted queue of documents, as the printer's thread sees it. Thread-safe."""

    def next_job(self) -> PrintJob | None:
        """The oldest queued job, or None."""

    def job(self, job_id: str) -> PrintJob | None:
        """One job."""

    def set_state(self, job_id: str, state: PrintState, reason: str = "") -> None:
        """Record where a job is."""

    def unfinished(self) -> list[PrintJob]:
        """Jobs that may need somebody: sending, sent unconfirmed or failed, oldest first."""


@dataclass(frozen=True, slots=True)
class RedeemProofs:
    """Kinds of proof that the terms accept (none: nothing is asked), needed above so many points."""

    kinds: tuple[str, ...] = ()
    above_points: int = 0

    def needed(self, points: int) -> bool:
        """True when so many points need a proof."""
        return bool(self.kinds) and points > self.above_points


class TermsSource(Protocol):
    """The programme's terms on this terminal."""

    def current_terms(self) -> ProgrammeTerms:
        """The version in force now."""

    def offline_policy(self) -> OfflinePolicy:
        """The limits of redeeming without the central service, this terminal's budget among them."""

    def redeem_proofs(self) -> RedeemProofs:
        """What a member has to show before points are used."""

    def terms_of(self, terms_id: str, version: int) -> ProgrammeTerms:
        """The version that a sale was rung up with; the current one when that is not known here any more."""


# --- the journal as outbox ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What the central service did with one event: applied, duplicate or quarantined, and why."""

    sequence: int
    event_id: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the status strip shows."""

    online: bool
    queued: int
    quarantined: int = 0
    last_success_at: str = ""
    offline_since: str = ""
    reason: str = ""


class Outbox(Protocol):
    """The journal beyond the acknowledged mark. Thread-safe."""

    def terminal_identity(self) -> tuple[str, str]:
        """Terminal id and incarnation."""

    def acknowledged(self) -> int:
        """The highest sequence the central service has."""

    def pending(self, limit: int) -> list[JournalEntry]:
        """Entries beyond the mark, oldest first."""

    def pending_count(self) -> int:
        """How many entries are still to be sent."""

    def quarantined(self) -> list[EventOutcome]:
        """Events that the central service keeps but could not apply, oldest first."""

    def contacts(self, entries: Sequence[JournalEntry]) -> dict[str, str]:
        """Addresses that these entries' members are known by: contact id -> e-mail."""

    def acknowledge(self, acknowledged_sequence: int, outcomes: Sequence[EventOutcome], at: str) -> None:
        """Move the mark (back too, when the central service lost its tail) and keep what was quarantined."""

    def save_terms(self, document: bytes) -> None:
        """Terms as delivered; the newest version by its own window becomes current."""


# --- central rewards service -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PointsHold:
    """Points set aside for one sale at the central service; proof_kind is how the member showed they are theirs."""

    hold_id: str
    member_id: str
    points: int
    expires_at: str
    state: str = "held"
    proof_kind: str = ""


@dataclass(frozen=True, slots=True)
class GiftCardHold:
    """Part of a gift card set aside for one sale."""

    hold_id: str
    card_reference: str
    amount_minor: int
    balance_minor: int
    state: str = "held"
    last_four: str = ""


class MemberCache(Protocol):
    """Members seen at this terminal lately, for when the central service is out of reach. Thread-safe."""

    def remember(self, email: str, account: MemberAccount) -> None:
        """Keep what the central service just said; the address itself is kept as a keyed hash only, empty leaves it."""

    def find(self, email: str) -> MemberAccount | None:
        """What was known of this address last, or None."""

    def find_by_card(self, card_number: str) -> MemberAccount | None:
        """What was known of the member with this card last, or None."""

    def forget(self, member_id: str) -> None:
        """Remove a member who was erased or left."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How a member showed that the points are theirs: pin, code or id_seen; secret is empty for the last."""

    kind: str = ""
    secret: str = field(default="", repr=False)


NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """A new member, or the one who has the address already; offer_* tell what joining brought, and why not."""

    account: MemberAccount
    already_member: bool = False
    similar: int = 0
    offer_status: str = "none"
    offer_points: int = 0
    offer_reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementMovement:
    """One movement of points as a customer reads it."""

    occurred_at: str
    kind: str
    points: int
    pool: str
    store_id: str = ""
    receipt_number: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class MemberStatement:
    """A member's points: by pool, pending, expiring (points, last day), and the last movements, newest first."""

    masked_email: str
    balance_points: int
    available_points: int
    pending_points: int
    pools: tuple[PoolBalance, ...]
    expiring: tuple[tuple[int, str], ...]
    expiring_days: int
    movements: tuple[StatementMovement, ...]
    as_of: str


@dataclass(frozen=True, slots=True)
class OfflineExposure:
    """What a store's tills let be spent without the central service lately, what of it became a debt, and the limit."""

    offline_points: int
    overdrawn_points: int
    budget_points: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A sale as the central service knows it: its payload and those of its returns, from whatever store."""

    sale: dict[str, Any]
    returns: tuple[dict[str, Any], ...] = ()


class RewardsGateway(Protocol):
    """The central service as the till asks it. Every call may block up to its time-out: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def find_member(self, email: str) -> MemberAccount | None:
        """The member of exactly this address, or None."""

    def enrol_member(self, event_id: str, email: str, marketing_consent: bool) -> MemberAccount:
        """A new member; the same event id again gives the same member."""

    def hold_points(
        self, hold_id: str, member_id: str, points: int, transaction_id: str, proof: Proof = NO_PROOF
    ) -> PointsHold:
        """Set points aside; the same hold id again gives the same hold."""

    def release_hold(self, hold_id: str) -> None:
        """Give back what a hold set aside; harmless when it is gone."""

    def hold_gift_card(self, hold_id: str, number: str, amount_minor: int, transaction_id: str) -> GiftCardHold:
        """Set aside up to so much of a gift card; the answer says how much there was."""

    def gift_card_balance(self, number: str) -> int:
        """What is left on a gift card, in minor units."""

    def find_sale(self, receipt_number: str) -> SaleRecord | None:
        """The sale of a receipt number and all its returns, or None."""

    def find_member_by_card(self, card_number: str) -> MemberAccount | None:
        """The member with this card or QR code, or None."""

    def join(self, event_id: str, email: str, marketing_consent: bool, joined_at: str, pin: str) -> EnrolmentAnswer:
        """A new member; the same event id again gives the same member and the same outcome of the offer."""

    def statement(self, member_id: str) -> MemberStatement:
        """The member's statement."""

    def exposure(self) -> OfflineExposure:
        """Points that this store's tills let be spent offline."""

    def link_account(self, event_id: str, member_id: str, kind: str, reference: str) -> MemberAccount:
        """Link a shopping account or the credit card; once."""

    def unlink_account(self, event_id: str, member_id: str, kind: str) -> MemberAccount:
        """Undo a link."""

    def leave(self, event_id: str, member_id: str, reason: str) -> None:
        """The member leaves the programme."""

    def send_code(self, member_id: str) -> str:
        """Send a one-time code; the masked destination comes back."""

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        """A new PIN; a proof is needed when there is one already."""


# --- devices --------------------------------------------------------------------------------------------------------


class DeviceState(StrEnum):
    """How a device is, in words a badge can show."""

    READY = "ready"
    BUSY = "busy"
    WARNING = "warning"
    OFFLINE = "offline"
    ERROR = "error"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A device's state and the reason in words."""

    name: str
    kind: str
    state: DeviceState
    reason: str = ""


class CardOutcome(StrEnum):
    """How a card payment ended. Unknown means: ask the terminal before anything else."""

    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CardResult:
    """The terminal's answer. Of the card there is never more than brand and last four digits.

    reference is the processor's own name of the payment: with it any till can refund it. It holds no card data.
    """

    outcome: CardOutcome
    amount_minor: int
    authorisation: str = ""
    brand: str = ""
    last_four: str = ""
    message: str = ""
    reference: str = ""


class PaymentPhase(StrEnum):
    """Where the card terminal is with the payment it was last asked for."""

    IDLE = "idle"
    WAITING_CARD = "waiting_card"
    AUTHORISING = "authorising"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PaymentTerminal(Protocol):
    """A card terminal. authorise and refund block until the customer is done: never on the GUI thread."""

    @property
    def phase(self) -> PaymentPhase:
        """Where it is with the last payment."""

    def authorise(self, payment_id: str, amount_minor: int, currency_code: str) -> CardResult:
        """Take a payment; the same payment id again asks for the result of the first."""

    def refund(
        self,
        payment_id: str,
        original_payment_id: str,
        amount_minor: int,
        currency_code: str,
        original_reference: str = "",
    ) -> CardResult:
        """Give back all or part of a payment, once for its own payment id.

        original_reference is the result's reference of a payment that another till took. A payment that neither this
        terminal nor a reference names is given back to a card that the customer presents.
        """

    def recover(self, payment_id: str) -> CardResult:
        """The result of a payment or refund whose answer was lost."""

    def cancel(self) -> None:
        """Ask the terminal to stop waiting for a card. Thread-safe."""

    def check(self) -> DeviceStatus:
        """Ask the terminal how it is. May block up to its time-out."""


@dataclass(frozen=True, slots=True)
class ScanEvent:
    """What a scanner read. symbology is its AIM identifier where the scanner sends one, else empty."""

    text: str
    symbology: str = ""
    source: str = ""


class Formatter(Protocol):
    """Amounts, points and times as the store's customers read them; the same everywhere."""

    def money(self, amount_minor: int) -> str:
        """An amount with its currency sign: $1,234.50, −$5.00."""

    def amount(self, amount_minor: int) -> str:
        """An amount without the sign: 1,234.50."""

    def points(self, points: int) -> str:
        """A number of points with grouping: 1,240."""

    def date_time(self, at: datetime) -> str:
        """A date and time of day, short."""


# --- identity of this terminal ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The terminal's standing at the central service; private_key is the raw Ed25519 device key."""

    terminal_id: str
    store_id: str
    workstation_id: str
    central_url: str
    private_key: bytes = field(repr=False)


class IdentityStore(Protocol):
    """Who this terminal is. The terminal id is store-workstation; the incarnation is made with the database."""

    def terminal_id(self) -> str:
        """Store-workstation."""

    def incarnation(self) -> str:
        """A random id, new with each database, reinstall or restore, so that a fork shows."""

    def enrolment(self) -> Enrolment | None:
        """The enrolment, or None while the terminal has not been let in."""

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Keep the enrolment and its key, encrypted with the database."""
