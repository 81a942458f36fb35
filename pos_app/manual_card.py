"""The port of a card terminal that is not connected: what the associate is asked, and what its slip says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pos_app.ports import CardOutcome


class ManualCardPurpose(StrEnum):
    """What the associate is asked about a card terminal that is not connected."""

    PAYMENT = "payment"
    REFUND = "refund"
    SLIP = "slip"


@dataclass(frozen=True, slots=True)
class ManualCardQuestion:
    """Type this amount on the terminal, or, for SLIP, look up what its slip says of it, and tell how it ended.

    problem says what was wrong with the last entry, else it is empty.
    """

    purpose: ManualCardPurpose
    amount_minor: int
    currency_code: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SlipEntry:
    """What the associate read off the slip. Never more of a card than brand and last four digits."""

    outcome: CardOutcome
    reference: str = ""
    last_four: str = ""
    brand: str = ""


class ManualCardPrompt(Protocol):
    """Asks the associate about a card terminal that is not connected. Called on a worker thread."""

    def ask(self, question: ManualCardQuestion) -> SlipEntry | None:
        """The associate's entry; None when the question was closed without one. Blocks until then."""

    def dismiss(self) -> None:
        """Close the open question, if any. Thread-safe."""
