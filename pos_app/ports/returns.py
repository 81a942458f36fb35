"""Finding sales that goods come back of, as the services ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.journal import JournalEntry
from pos_app.domain.returns import PendingReturn


@dataclass(frozen=True, slots=True)
class SaleSummary:
    """One sale in a list to choose from; goods are the names of its first lines. Times are ISO 8601 with offset."""

    receipt_number: str
    ended_at: str
    store_id: str
    total_minor: int
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaleQuestion:
    """What a customer without the receipt number knows: one of member, serial number, or card digits with a day."""

    member_id: str = ""
    serial_number: str = ""
    card_last_four: str = ""
    business_day: str = ""
    amount_minor: int | None = None


class SaleFinder(Protocol):
    """This till's own journal, searched by what customers know. May take a moment: not on the GUI thread."""

    def find(self, question: SaleQuestion, limit: int = 8) -> list[JournalEntry]:
        """Sales that fit, newest first."""

    def lowest_price_minor(self, item_id: str, since_day: str) -> int | None:
        """The least that was paid here for one piece since that business day, without tax; None when none was sold."""

    def returns_without_receipt(self, since_day: str) -> list[JournalEntry]:
        """Those that this till took since that business day."""


class PendingReturns(Protocol):
    """Returns whose money is on its way back. Thread-safe."""

    def keep(self, pending: PendingReturn) -> None:
        """Put it on disk before the first part of the money moves; the same return again replaces it."""

    def drop(self, return_id: str) -> None:
        """Nothing of it was done, or it is made: forget it."""

    def all(self) -> Sequence[PendingReturn]:
        """What was interrupted, oldest first."""


@dataclass(frozen=True, slots=True)
class WithoutReceiptRecord:
    """What one person brought without receipts in a period, as far as is known."""

    returns: int = 0
    total_minor: int = 0


@dataclass(frozen=True, slots=True)
class LoadedCard:
    """A gift card that a sale put money onto: what the line put there, and what of it is left."""

    line_number: int
    loaded_minor: int
    left_minor: int


class ReturnsGateway(Protocol):
    """The central service as returns ask it. Every call may block up to its time-out: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def find_sales(self, question: SaleQuestion) -> tuple[SaleSummary, ...]:
        """Sales of all stores that fit, newest first."""

    def reserve_return(self, return_id: str, receipt_number: str, lines: Sequence[tuple[int, int]]) -> None:
        """Set goods (line number, thousandths) aside for one return, so that no other till takes them back as well.

        The same return id again changes nothing. RefusedError when they came back, or are being taken back, elsewhere.
        """

    def release_return(self, return_id: str) -> None:
        """The return is not made after all; harmless when nothing was set aside."""

    def hold_loads(
        self, return_id: str, transaction_id: str, line_numbers: Sequence[int]
    ) -> tuple[bool, tuple[LoadedCard, ...]]:
        """Set aside all that a sale put onto gift cards, for its void: whether it is, and what the cards hold.

        False sets nothing aside: a part was spent, or the sale has not come in (its lines are missing then). The
        return's release frees it; its event takes it, once.
        """

    def returned_without_receipt(self, id_hash: str, since_day: str) -> WithoutReceiptRecord:
        """What this person brought without receipts to all stores since that day."""
