"""What is kept of a till besides its totals: the closing under way, the period since the last Z, and the Zs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

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
        """All entries since the last Z, oldest first: what the next one covers."""

    def z_reports(self, limit: int) -> Sequence[JournalEntry]:
        """The last Z reports, newest first."""

    def unsent(self) -> Unsent:
        """What is still to be sent."""
