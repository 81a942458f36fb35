"""The terminal's own database, as the services ask for it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from pos_app.domain.basket import Basket
from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.journal import JournalEntry
from pos_app.domain.member import MemberAccount
from pos_app.domain.offline_redemption import OfflinePolicy, OfflineSpending
from pos_app.domain.orders import Order, OrderContact, OrderDraft
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.retail_transaction import TransactionHeader
from pos_app.domain.returns import PendingReturn
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.stored_value import StoredValueLoad
from pos_app.domain.tenders import CardAttempt, Tender
from pos_app.domain.till import TillTotals
from pos_app.domain.tills import FIRST_DRAWER, Till

if TYPE_CHECKING:
    from pos_app.domain.till_closing import TillClosing
    from pos_app.ports.parking import ParkedSale


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """A sale under way, kept on disk so that a crash loses nothing.

    card_attempt is what a card terminal was asked for and has not answered, card_attempts how often it was asked in
    this sale; loads are the gift cards that the sale sells. promotions_id is the edition of the promotions that it was
    begun with. exchange is what comes back on the same ticket; once a part of it is on its way to a card, the ticket
    stays as it is. order is what the sale makes an order of, completes the special order that it sells.
    """

    header: TransactionHeader
    basket: Basket
    tenders: tuple[Tender, ...] = ()
    account: MemberAccount | None = None
    contact_email: str = ""
    card_attempt: CardAttempt | None = None
    card_attempts: int = 0
    loads: tuple[StoredValueLoad, ...] = ()
    promotions_id: str = ""
    order: OrderDraft | None = None
    completes: Order | None = None
    exchange: PendingReturn | None = None
    exchange_paying_out: bool = False


class PrintState(StrEnum):
    """States of a print job."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT_UNCONFIRMED = "sent_unconfirmed"
    PRINTED = "printed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A document to print; job_id makes handing it over twice harmless.

    bytes_sent of bytes_total were taken by the printer. in_doubt: somebody has to look at the paper and say what is on
    it; nothing prints such a job again by itself.
    """

    job_id: str
    transaction_id: str
    document: ReceiptDocument
    open_drawer: bool = False
    state: PrintState = PrintState.QUEUED
    reason: str = ""
    bytes_sent: int = 0
    bytes_total: int = 0
    in_doubt: bool = False
    drawer: str = FIRST_DRAWER
    """Which drawer opens: that of the till that was sold from when it was queued."""


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

    def park(self, sale: "ParkedSale") -> None:
        """Keep a sale that was set aside."""

    def unpark(self, parking_id: str) -> None:
        """Forget a sale that was set aside; whoever calls this has journaled what became of it."""

    def add_print_job(self, job: PrintJob) -> None:
        """Queue a document; the same job id again changes nothing."""

    def settle_print_job(self, job_id: str, state: PrintState, reason: str) -> bool:
        """Somebody answers for a job in doubt; False when it is not in doubt any more, and nothing was changed."""

    def open_business_day(self, day: str) -> None:
        """Entries from here on, the ones of this unit included, belong to this business day; its till starts at 0."""

    def open_till(self) -> None:
        """The till that is sold from is open, and starts at 0."""

    def close_till(self) -> None:
        """The till is closed and its closing is over; with the last till the business day ends. Entries of this unit
        still belong to both.
        """

    def use_till(self, till: Till, operator_id: str = "") -> None:
        """From here on cash goes to this till; operator_id is who works with it until it is closed."""

    def keep_opening_count(self, count: Sequence[CountedPieces]) -> None:
        """What was counted so far of a till that is about to be opened."""

    def add_taken_up(self, transfer_id: str) -> None:
        """A till came from another workstation by this transfer, which counts no second time."""

    def save_closing(self, closing: "TillClosing | None") -> None:
        """Keep the closing under way, or forget it. While there is one, nothing is sold."""

    def save_till_totals(self, totals: TillTotals) -> None:
        """The running totals of this till and business day."""

    def add_contact(self, contact_id: str, email: str) -> None:
        """An address that the central service has to resolve; kept beside the journal until it did."""

    def add_offline_redemption(self, reference: str, member_id: str, points: int) -> None:
        """Points that a sale of this unit spends without the central service; counted until it has the sale."""

    def save_order(self, order: Order, contact: OrderContact | None = None) -> None:
        """Keep an order, with whom it is for when it is new. A closed order's contact is forgotten."""

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
        """The open business day (YYYY-MM-DD), or empty while the till that is sold from is closed or being closed."""

    def current_till(self) -> Till:
        """The till that is sold from, open or not."""

    def open_tills(self) -> Sequence[Till]:
        """The tills of this workstation that are not closed, the one being closed among them."""

    def till_is_closing(self) -> bool:
        """True from the stop of sales until the till is closed or sells again."""

    def has_event(self, event_id: str) -> bool:
        """True when the journal holds the event: the answer to an unknown commit."""

    def sale(self, receipt_number: str) -> JournalEntry | None:
        """The journal entry of a sale by its receipt number, or None."""

    def with_own_number(self, receipt_number: str) -> JournalEntry | None:
        """The journal entry of a sale, a return or a post-void by the number on its own paper, or None."""

    def sale_of_serial(self, serial_number: str) -> JournalEntry | None:
        """The last sale here of the piece with this serial number, or None."""

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

    def claim(self, job_id: str, bytes_total: int) -> bool:
        """Take a queued job to send it; False when it is not queued any more: another printer or somebody had it."""

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        """Record where a job is."""

    def unfinished(self) -> list[PrintJob]:
        """Jobs that need somebody: being sent, or in doubt; oldest first."""

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        """The first document of a transaction: its receipt."""

    def held(self) -> list[PrintJob]:
        """Receipts that wait for the customer's choice, oldest first."""


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
