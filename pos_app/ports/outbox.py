"""The journal as outbox, as the line to the central service asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.journal import JournalEntry


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
    replaced: bool = False
    """The till goes on elsewhere since a copy of its data was restored there: this machine has to stop."""


class Outbox(Protocol):
    """The journal beyond the acknowledged mark. Thread-safe."""

    def terminal_identity(self) -> tuple[str, str]:
        """Terminal id and incarnation."""

    def acknowledged(self) -> int:
        """The highest sequence the central service has."""

    def journal_end(self) -> int:
        """The last sequence of the incarnation that is being sent; 0 when it has no entry."""

    def is_over(self) -> bool:
        """True when another incarnation follows the one that is being sent, as after a restoration."""

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

    def save_promotions(self, document: bytes) -> None:
        """Editions of promotions as delivered. Raises ValueError when they cannot be understood."""
