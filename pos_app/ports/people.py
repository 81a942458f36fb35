"""The people who may work a till, and how they show who they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.operator import Operator

BADGE_PREFIX = "OPB"
"""Every badge's code begins like this: no goods have such a code, so a badge is known for one wherever it is read."""

PIN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Person:
    """An operator as this till knows them; the number is what they type, never a secret."""

    operator: Operator
    number: str
    has_pin: bool
    has_badge: bool


class People(Protocol):
    """Who works here. Thread-safe; by_pin takes a noticeable part of a second, so it is not for the GUI thread."""

    def by_pin(self, number: str, pin: str) -> Operator | None:
        """The operator with this number and PIN; None for anything else, without saying what was wrong."""

    def by_badge(self, code: str) -> Operator | None:
        """The operator with this badge, or None."""

    def pin_wait_ms(self) -> int:
        """How long no PIN is taken at this till after wrong ones; 0 when one would be tried now."""

    def approval_secret(self) -> bytes:
        """What approvals by telephone are checked with; see pos_app/domain/phone_approval.py."""

    def code_wait_ms(self) -> int:
        """How long no code by telephone is taken at this till after wrong ones; 0 when one would be tried now."""

    def code_tried(self, *, right: bool) -> None:
        """A code by telephone was tried; on disk when this returns."""

    def everybody(self) -> Sequence[Person]:
        """All who may sign on here, by name."""


@dataclass(frozen=True, slots=True)
class PinChange:
    """Another PIN, as proofs of pos_app/pin_proof.py; old_proof shows that the old one is known."""

    operator_id: str
    old_proof: bytes
    salt: bytes
    cost: str
    proof: bytes


class OwnPins(Protocol):
    """Changes PINs of this till's operators. Not for the GUI thread."""

    def check(self, pin: str) -> None:
        """Raises CashierError for a PIN that is too easy to guess, or none at all."""

    def change(self, operator_id: str, old_pin: str, new_pin: str, deliver: Callable[[PinChange], None]) -> None:
        """Keep another PIN. deliver is called first for operators of the central service; what it raises, is raised."""


class PeopleGateway(Protocol):
    """The central service's operators."""

    def change_pin(self, change: PinChange) -> None:
        """Give an operator another PIN. Raises OfflineError and RefusedError."""


@dataclass(frozen=True, slots=True)
class TimeClockEntry:
    """Somebody came or went; at is ISO 8601 with offset."""

    operator_id: str
    came: bool
    at: str


class TimeClockRecords(Protocol):
    """Who came and went at this till, as its journal says."""

    def latest(self, limit: int, operator_id: str = "") -> Sequence[TimeClockEntry]:
        """The last entries, newest first; of one operator, or of everybody."""
