"""A store's settings with their versions: each begins on a business day, and can be gone back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from pos_app.domain.settings_edits import Edit, Plain
from pos_app.domain.store import StoreProfile


@dataclass(frozen=True, slots=True)
class StoreVersion:
    """One change of the store's settings.

    It begins with the business day effective_on; taken_at is when the till took it, empty while it waits. text is the
    whole file with it, as it was when it was saved or, later, taken. event_id is its entry in the journal.
    """

    number: int
    at: str
    by: str
    why: str
    effective_on: str
    words: tuple[str, ...]
    edits: tuple[Edit, ...]
    text: str
    event_id: str = ""
    taken_at: str = ""
    withdrawn_at: str = ""
    withdrawn_by: str = ""
    origin: str = ""
    """The till where it was saved, when that was another one; event_id is then in that till's journal."""

    @property
    def waits(self) -> bool:
        """True while its day has not come."""
        return not self.taken_at and not self.withdrawn_at


@dataclass(frozen=True, slots=True)
class DeliveredChange:
    """A change that was saved at another till of the store, or withdrawn there."""

    version: StoreVersion
    withdrawn: bool


class StoreBook(Protocol):
    """store.toml with its versions. Calls touch the disk. They raise WorldError, and CashierError for what a manager
    asked that cannot be: nothing is changed then.
    """

    def text(self) -> str:
        """The settings in force."""

    def plain(self) -> Plain:
        """The settings in force."""

    def planned(self, day: date | None = None) -> Plain:
        """The settings as they will be on that day, or with everything that waits."""

    def versions(self) -> list[StoreVersion]:
        """Newest first."""

    def profile_of(self, plain: Plain) -> StoreProfile:
        """The store that these settings describe. Raises CashierError with what is wrong."""

    def save(self, version: StoreVersion) -> StoreVersion:
        """Keep a change until its day; its number and text are filled in."""

    def withdraw(self, number: int, by: str) -> StoreVersion:
        """A change that waits will not come."""

    def export(self) -> Path:
        """Write the settings, with everything that waits, to a file of their own; where it is."""

    def importable(self) -> Sequence[Path]:
        """Files that settings can be taken from."""

    def read(self, path: Path) -> Plain:
        """The settings of such a file, for this till."""
