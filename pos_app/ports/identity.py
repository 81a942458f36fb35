"""Who this terminal is."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The terminal's standing at the central service; private_key is the raw Ed25519 device key."""

    terminal_id: str
    store_id: str
    workstation_id: str
    central_url: str
    private_key: bytes = field(repr=False)


class IdentityStore(Protocol):
    """Who this terminal is. The terminal id is store-workstation; the incarnation is made with the database."""

    def terminal_id(self) -> str:
        """Store-workstation."""

    def incarnation(self) -> str:
        """A random id, new with each database, reinstall or restore, so that a fork shows."""

    def enrolment(self) -> Enrolment | None:
        """The enrolment, or None while the terminal has not been let in."""

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Keep the enrolment and its key, encrypted with the database."""
