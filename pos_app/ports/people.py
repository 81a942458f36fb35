"""The people who may work a till, and how they show who they are."""

from collections.abc import Sequence
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

    def everybody(self) -> Sequence[Person]:
        """All who may sign on here, by name."""


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
