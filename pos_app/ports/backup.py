"""Copies of a till's data, as the rest of the program speaks of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pos_app.ports.people import Person

RECOVERY_MARK = "RK1."
"""What the recovery key begins with as a QR code, so that a scan is known for what it is."""


class CopyState(StrEnum):
    """What is known of a copy without reading all of it."""

    GOOD = "good"
    """Proved after it was written."""
    DOUBTFUL = "doubtful"
    """Whole, but its journal was not as it was written when it was copied."""
    DAMAGED = "damaged"
    """Its files are missing, cut short or unreadable."""


@dataclass(frozen=True, slots=True)
class BackupCopy:
    """One copy. entries and sequence tell how far its journal goes; reason is why it was made."""

    path: Path
    terminal_id: str
    made_at: datetime
    state: CopyState
    reason: str = ""
    size_bytes: int = 0
    incarnation: str = ""
    sequence: int = 0
    transaction_sequence: int = 0
    z_number: int = 0
    recovery_id: str = ""
    """Which recovery key opens it; empty: only the machine that made it can."""
    schema: int = 0
    words: str = ""
    """What is wrong with it, in a sentence."""


@dataclass(frozen=True, slots=True)
class BackupPlace:
    """A stick, a share, or the folder beside the data (path None), where copies could go."""

    path: Path | None
    name: str
    free_bytes: int


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What restoring a copy will do, said before. lost_* is what this machine has and the copy has not."""

    copy: BackupCopy
    lost_entries: int
    lost_sales: int
    numbers_from: int
    """The transaction number after which the till goes on."""
    same_machine: bool
    points: tuple[tuple[str, str], ...] = ()
    """What somebody has to know before: a few words, and a sentence that explains them."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """What the central service has of this till and a restored journal lacks. transaction_sequence and z_number are
    the highest numbers in it."""

    entries: int
    sales: int
    sales_minor: int
    first_receipt: str
    last_receipt: str
    last_at: str
    transaction_sequence: int
    z_number: int


@dataclass(frozen=True, slots=True)
class BackupHealth:
    """How the backup stands: overdue for the top bar, words for whoever asks."""

    newest: datetime | None
    overdue: bool
    words: str


Progress = Callable[[int, int], None]
"""Gets how much is done of how much. It may raise to stop what is under way (ports.reports.Cancelled)."""


class Backups(Protocol):
    """The copies of this till. Every call touches disks: none of them belongs on the GUI thread."""

    def folder(self) -> Path:
        """Where copies go."""

    def places(self) -> list[BackupPlace]:
        """Where copies could go: the folder beside the data first, then what is plugged in."""

    def use_place(self, place: BackupPlace, by: str) -> None:
        """Copies go there from now on. Raises WorldError when it cannot be written to."""

    def is_on_the_same_disk(self) -> bool:
        """True when a broken disk would take the copies with it."""

    def copies(self) -> list[BackupCopy]:
        """Newest first. Raises WorldError when the folder is not there."""

    def health(self) -> BackupHealth:
        """How the backup stands. Never raises."""

    def make(self, reason: str, progress: Progress | None = None) -> BackupCopy:
        """Make a copy, prove it, and drop what the policy does not keep. Raises WorldError."""

    def check(self, copy: BackupCopy, progress: Progress | None = None, recovery_key: str = "") -> list[str]:
        """What is wrong with a copy, reading all of it; nothing when it is as it was made. Raises WorldError."""

    def recovery_id(self) -> str:
        """Eight digits to tell recovery keys apart by; empty while there is none."""

    def new_recovery_key(self, by: str) -> str:
        """Make a new recovery key; from now on copies are sealed for it, and it is never shown again."""

    def opens_here(self, copy: BackupCopy) -> bool:
        """True when this machine made it; else it takes the recovery key. Raises WorldError."""

    def plan(self, copy: BackupCopy, recovery_key: str = "") -> RestorePlan:
        """What restoring this copy would do. Raises CashierError for a mistyped key, WorldError."""

    def stage(self, copy: BackupCopy, by: str, progress: Progress | None = None, recovery_key: str = "") -> None:
        """Prepare the restored data; it takes the place of the present at the next start, whole or not at all."""


class TakingOver(Protocol):
    """A machine without data becomes the till that a copy is of. Every call touches disks."""

    def copies(self, place: Path | None) -> list[BackupCopy]:
        """Those on sticks and shares, newest first; or those in a folder, at whatever depth somebody points to.

        Raises WorldError when a folder was named and there are none.
        """

    def plan(self, copy: BackupCopy, recovery_key: str) -> RestorePlan:
        """What restoring will do, and that the key opens the copy. Raises CashierError and WorldError."""

    def restore(self, copy: BackupCopy, recovery_key: str, progress: Progress) -> None:
        """The copy becomes this machine's data, whole or not at all. Raises CashierError and WorldError."""

    def people(self) -> list[Person]:
        """Who is known in the restored data; PINs made on the machine before do not count here."""

    def set_pin(self, number: str, pin: str) -> None:
        """Somebody of them can sign on here. Raises CashierError."""
