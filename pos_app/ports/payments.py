"""Card refunds of returns, as they are kept until their end is known."""

from dataclasses import dataclass
from typing import Protocol

from pos_app.ports.devices import CardOutcome, CardResult


@dataclass(frozen=True, slots=True)
class CardRefund:
    """Money that goes back to a card for a return.

    refund_id is the return's own name for it, payment_id the one the terminal knows: a new one for each time it was
    asked after a refusal. result is None while nobody knows how it ended.
    """

    payment_id: str
    refund_id: str
    receipt_number: str
    amount_minor: int
    original_payment_id: str
    original_reference: str
    asked_at: str
    result: CardResult | None = None

    @property
    def outcome(self) -> CardOutcome:
        """How it ended, or that nobody knows."""
        return CardOutcome.UNKNOWN if self.result is None else self.result.outcome


class CardRefundBook(Protocol):
    """Where card refunds are written down before the terminal hears of them. Thread-safe."""

    def begin(self, refund: CardRefund) -> None:
        """About to be asked for; on disk when this returns."""

    def settle(self, payment_id: str, result: CardResult) -> None:
        """How it ended; on disk when this returns."""

    def of(self, refund_id: str) -> list[CardRefund]:
        """All tries of one refund, oldest first."""

    def open(self) -> list[CardRefund]:
        """Refunds of which nobody knows how they ended, oldest first."""
