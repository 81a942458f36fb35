"""Newer versions of the program, as a till sees them."""

from dataclasses import dataclass
from typing import Protocol

TO_BE_REPLACED = 75
"""Exit status of a program that ended so that a newer version takes its place (pos-terminal.service restarts on it)."""


@dataclass(frozen=True, slots=True)
class UpdateState:
    """What is known of newer versions.

    version is what the store is offered, empty when nothing newer; ready says that it is here and proved to be the
    vendor's. asked_at is when the server last answered (ISO 8601, empty: never), trouble what stood in the way since.
    installed tells of the last installation on this machine, in words; installed_well is False when it was refused.
    """

    current: str
    ring: str
    version: str = ""
    notes: str = ""
    ready: bool = False
    asked_at: str = ""
    trouble: str = ""
    installed: str = ""
    installed_well: bool = True


class UpdateRoom(Protocol):
    """Fetching and installing newer versions. All calls touch disk, some take minutes: none on the GUI thread."""

    def state(self) -> UpdateState:
        """What is known now, without asking anybody."""

    def look(self) -> UpdateState:
        """Ask the server and fetch what is newer. Trouble is part of the answer."""

    def rehearse(self) -> None:
        """Let the newer program prove itself on a copy of this till's data. Raises WorldError: nothing was changed."""

    def hand_over(self) -> None:
        """Ask the machine to install it as soon as this program has ended. Raises WorldError when nobody answers."""
