"""Receipts after the sale: what signs them, the list of them, the e-mails on their way, and who checks one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pos_app.domain.journal import JournalEntry
from pos_app.domain.receipt_code import PaperKind, Verdict
from pos_app.domain.receipt_document import ReceiptDocument


class ReceiptSigner(Protocol):
    """Signs what the QR code of a receipt says."""

    def sign(self, message: bytes) -> bytes:
        """The till's Ed25519 signature; empty while the till was not let in anywhere and has no key."""


class ReceiptIndex(Protocol):
    """This till's sales, returns and post-voids, as somebody looks for them. Thread-safe."""

    def find(
        self, limit: int, number: str = "", amount_minor: int | None = None, times_of_day: Collection[str] = ()
    ) -> list[JournalEntry]:
        """Newest first; those that have any of what was given, all when nothing was. A time is like 14:2."""

    def entry(self, receipt_number: str) -> JournalEntry | None:
        """The sale, return or post-void of a receipt number, or None."""

    def copies(self, receipt_number: str) -> int:
        """How many copies the journal says were printed."""


class MailState(StrEnum):
    """Where an e-mail is."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReceiptEmail:
    """A receipt to be sent: to an address that was typed, or to a member, whose address only the service knows.

    shown is the address as it may be seen; the address itself goes when the e-mail was sent or refused for good.
    """

    email_id: str
    transaction_id: str
    receipt_number: str
    document: ReceiptDocument
    shown: str
    address: str = field(default="", repr=False)
    member_id: str = ""
    state: MailState = MailState.QUEUED
    attempts: int = 0
    reason: str = ""
    created_at: str = ""


class MailQueue(Protocol):
    """The e-mails on their way, kept in the till's encrypted database. Thread-safe."""

    def add(self, email: ReceiptEmail) -> None:
        """Queue an e-mail; the same id again changes nothing."""

    def next_due(self, now: datetime) -> ReceiptEmail | None:
        """The e-mail whose turn it is, or None."""

    def seconds_to_next(self, now: datetime) -> float | None:
        """How long until one is due; None when none waits."""

    def sent(self, email_id: str) -> None:
        """It is gone; its address and text are forgotten."""

    def refused(self, email_id: str, reason: str) -> None:
        """It never will; the reason stays, its address and text are forgotten."""

    def try_again(self, email_id: str, due_at: datetime, reason: str) -> None:
        """It could not be sent now."""

    def recent(self, limit: int) -> Sequence[ReceiptEmail]:
        """The last ones, newest first, without their addresses."""


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What a check found. sold_at and total_minor are the journal's, to be compared with the paper; those of a return
    or void are when the goods came back and what was given for them."""

    verdict: Verdict
    receipt_number: str
    sold_at: str = ""
    total_minor: int = 0
    currency_code: str = ""
    by: str = ""
    kind: PaperKind = PaperKind.SALE


class ReceiptGateway(Protocol):
    """The central service, asked about receipts. Raises OfflineError and RefusedError; never on the GUI thread."""

    def check_receipt(self, code: str) -> ReceiptCheck:
        """What the service says of a receipt, of whatever store."""

    def send_receipt(self, email: ReceiptEmail) -> None:
        """Have a receipt sent to a member; the same e-mail again sends nothing again."""
