"""Lessons at a till for training: what a step asks for, how it is seen that it was done, and what a lesson scores.

A step is judged by what came of it (the sale under way and the journal), never by what was pressed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.journal import EventKind

FACTS = frozenset(
    {
        # of the sale under way
        "lines",
        "pieces",
        "most_pieces",
        "removed",
        "discounts",
        "member",
        "points_used",
        "cash_in_payment",
        # since the step began
        "sales",
        "sold_lines",
        "sold_most_pieces",
        "cash_sales",
        "card_sales",
        "points_sales",
        "split_sales",
        "member_sales",
        "discounted_sales",
        "offline_sales",
        "parked",
        "recalled",
        "cancelled",
        "returns",
        "approvals",
        "copies",
        "undone",
        "unknown_codes",
    }
)
Facts = Mapping[str, int]

_CONDITION = re.compile(r"([a-z_]+) (>=|=) (\d+)")


class LessonError(ValueError):
    """A lesson's file says something that cannot be meant."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact and what it has to be."""

    fact: str
    at_least: int
    exactly: bool = False

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """A condition as lessons write it: "lines >= 3" or "removed = 0". Raises LessonError."""
        found = _CONDITION.fullmatch(text.strip())
        if found is None or found[1] not in FACTS:
            raise LessonError(f"{text!r} is no condition; write a fact, >= or =, and a number")
        return cls(found[1], int(found[3]), found[2] == "=")

    def holds(self, facts: Facts) -> bool:
        """True when it is so."""
        value = facts.get(self.fact, 0)
        return value == self.at_least if self.exactly else value >= self.at_least


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, what helps when it does not go on, and when it is done."""

    do: str
    hint: str
    until: tuple[Condition, ...]

    def is_done(self, facts: Facts) -> bool:
        """True when everything that it asks for has come about."""
        return all(condition.holds(facts) for condition in self.until)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson. par_keys and par_seconds are what somebody needs who knows it; expected_misses belong to it.

    line_is_down: it is learnt without the central service.
    """

    lesson_id: str
    title: str
    goal: str
    steps: tuple[Step, ...]
    par_keys: int
    par_seconds: int
    expected_misses: int = 0
    line_is_down: bool = False


@dataclass(frozen=True, slots=True)
class LessonResult:
    """How somebody did in a lesson, once."""

    operator_id: str
    lesson_id: str
    finished_at: str
    score: int
    mistakes: int
    hints: int
    keys: int
    seconds: int


PERFECT = 100
_MISTAKE, _HINT, _KEY, _SECONDS_PER_POINT, _MOST_FOR_SPEED = 10, 5, 1, 5, 20


def score(lesson: Lesson, *, mistakes: int, hints: int, keys: int, seconds: int) -> int:
    """From 100 down to 0: mistakes cost most, then hints; more keys or time than needed cost a little."""
    slow = min(max(seconds - lesson.par_seconds, 0) // _SECONDS_PER_POINT, _MOST_FOR_SPEED)
    many = min(max(keys - lesson.par_keys, 0) * _KEY, _MOST_FOR_SPEED)
    return max(PERFECT - mistakes * _MISTAKE - hints * _HINT - slow - many, 0)


def journal_facts(events: Iterable[tuple[str, Mapping[str, Any], bool]]) -> dict[str, int]:
    """What journal entries (kind, payload, and whether the line was up) say, as facts."""
    facts: dict[str, int] = {}

    def count(name: str, by: int = 1) -> None:
        facts[name] = facts.get(name, 0) + by

    for kind, payload, online in events:
        match kind:
            case EventKind.SALE:
                for name in _of_sale(payload, online):
                    count(name)
                lines = [line for line in payload["lines"] if not line["voided"]]
                pieces = max((line["quantity_milli"] // QUANTITY_SCALE for line in lines), default=0)
                facts["sold_lines"] = max(facts.get("sold_lines", 0), len(lines))
                facts["sold_most_pieces"] = max(facts.get("sold_most_pieces", 0), pieces)
            case EventKind.TRANSACTION_SUSPENDED:
                count("parked")
            case EventKind.TRANSACTION_RETRIEVED:
                count("recalled")
            case EventKind.TRANSACTION_CANCELLED:
                count("cancelled")
            case EventKind.RETURN:
                count("returns")
            case EventKind.APPROVAL if payload.get("outcome") == "granted":
                count("approvals")
            case EventKind.RECEIPT_REPRINTED:
                count("copies")
    return facts


def _of_sale(sale: Mapping[str, Any], online: bool) -> Sequence[str]:
    kinds = {tender["tender_type"] for tender in sale["tenders"]}
    return [
        "sales",
        *(f"{kind}_sales" for kind in ("cash", "card", "points") if kind in kinds),
        *(["split_sales"] if len(sale["tenders"]) > 1 else []),
        *(["member_sales"] if sale["member"] else []),
        *(["discounted_sales"] if sale["discount_minor"] else []),
        *([] if online else ["offline_sales"]),
    ]
