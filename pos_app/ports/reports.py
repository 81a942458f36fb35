"""Figures for reports, and the journal as somebody looks through it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pos_app.domain.journal import JournalEntry
from pos_app.domain.report_figures import FigureSource

Progress = Callable[[int, int], bool]
"""Gets how much is done and how much there is; says whether to go on."""


class Cancelled(Exception):
    """Somebody did not want to wait for the end."""


class Waiting(NamedTuple):
    """What waits at the till now."""

    papers: int
    emails: int


class ReportFigures(FigureSource, Protocol):
    """Figures kept per business day, made from the journal and nothing else. Thread-safe; never on the GUI thread."""

    def catch_up(self, on_progress: Progress) -> None:
        """Add what was journaled since. What is done stays done when it is cancelled. Raises Cancelled."""

    def last_day(self) -> str:
        """The last business day there are figures of; empty when there are none."""

    def operators(self) -> list[str]:
        """Everybody who has figures, by id."""

    def waiting(self) -> Waiting:
        """Papers that are not printed and e-mails that are not sent yet."""


@dataclass(frozen=True, slots=True)
class JournalSearch:
    """What is looked for; empty asks nothing. time_of_day is the beginning of it, as 14 or 14:2."""

    receipt: str = ""
    operator_id: str = ""
    kinds: tuple[str, ...] = ()
    amount_minor: int | None = None
    time_of_day: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry, where it stands, and what is wrong with it or its link to the one before (empty: nothing)."""

    position: int
    entry: JournalEntry
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a whole check came to; faults say their places, notes where the data began anew from a copy."""

    entries: int
    transactions: int
    last_hash: str
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class JournalRecords(Protocol):
    """The journal as a reader sees it. Thread-safe; never on the GUI thread."""

    def search(self, wanted: JournalSearch, limit: int, before: int | None = None) -> list[FoundEntry]:
        """Newest first, each checked as it is read; before is the position of the last one shown."""

    def prove(self, on_progress: Progress) -> Proof:
        """Check all of it. Raises Cancelled."""
