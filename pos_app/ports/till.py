"""What is kept of a till besides its totals: the closing under way, the period since the last Z, and the Zs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.cash_count import CountedPieces
from pos_app.domain.journal import JournalEntry
from pos_app.domain.till_closing import TillClosing


@dataclass(frozen=True, slots=True)
class Unsent:
    """Journal entries that the central service does not have yet; oldest_at is ISO 8601, empty for none."""

    count: int = 0
    oldest_at: str = ""


class TillRecords(Protocol):
    """The till's own records, by its journal. Thread-safe; period may take a part of a second."""

    def closing(self) -> TillClosing | None:
        """The closing under way, as it was left."""

    def period(self) -> Iterator[JournalEntry]:
        """All entries of the till that is sold from since its last Z, oldest first: what its next one covers."""

    def day(self) -> Iterator[JournalEntry]:
        """All entries since the business day was opened, whatever till they belong to, oldest first."""

    def last_entry(self) -> JournalEntry:
        """Where the journal ends, whatever till its last entry belongs to. Raises LookupError for an empty one."""

    def z_reports(self, limit: int, till_id: str | None = None) -> Sequence[JournalEntry]:
        """The last Z reports of all tills of this workstation, or of one, newest first."""

    def assignments(self) -> Mapping[str, str]:
        """Operator -> the till they work with until it is closed."""

    def opening_count(self) -> Sequence[CountedPieces]:
        """What was counted so far of the till that is sold from, before it is opened."""

    def was_taken_up(self, transfer_id: str) -> bool:
        """True when a till came here by this transfer already."""

    def unsent(self) -> Unsent:
        """What is still to be sent."""
