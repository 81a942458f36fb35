"""A store's return policy as data: clauses in the store's own words, and what they say to goods that come back.

The first clause that fits a line counts, so a store lists its special clauses before the general one. Without
clauses everything comes back without limit. A manager may go against a clause; the clause is then on record.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Condition(StrEnum):
    """How goods come back, as the associate sees them."""

    SEALED = "sealed"
    OPENED = "opened"
    DAMAGED = "damaged"

    @property
    def restocked(self) -> bool:
        """True when they go back on the shelf."""
        return self is not Condition.DAMAGED


class Outcome(StrEnum):
    """What a clause gives for goods that fit it."""

    REFUND = "refund"
    EXCHANGE = "exchange"
    NONE = "none"


class PromotionRule(StrEnum):
    """What a part of a promotion is worth: what was paid for it, or what the goods kept leave of the price."""

    AS_PAID = "as_paid"
    RECOMPUTED = "recomputed"


DEFAULT_REASONS = (
    "Changed mind",
    "Does not work",
    "Wrong item",
    "Damaged",
    "Gift not wanted",
    "Better price elsewhere",
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule, shown word for word. No categories: all goods. days: None is no limit; opened_only: not for sealed
    goods. restocking_fee_micro is taken of goods that were opened and are not faulty (100 % = 1,000,000)."""

    clause_id: str
    text: str
    categories: tuple[str, ...] = ()
    days: int | None = None
    outcome: Outcome = Outcome.REFUND
    opened_only: bool = False
    restocking_fee_micro: int = 0

    def fits(self, category: str, condition: Condition) -> bool:
        """True when the clause is about such goods."""
        wanted = {name.casefold() for name in self.categories}
        if wanted and category.casefold() not in wanted:
            return False
        return not self.opened_only or condition is not Condition.SEALED


@dataclass(frozen=True, slots=True)
class HolidayExtension:
    """What was bought in these days may come back until a later one; dates with both ends included."""

    text: str
    bought_from: date
    bought_until: date
    returnable_until: date


@dataclass(frozen=True, slots=True)
class WithoutReceipt:
    """Rules for goods without a receipt. Amounts are in minor units; limits count over limit_days per person."""

    text: str
    lowest_price_days: int = 30
    limit_days: int = 90
    most_returns: int = 3
    most_minor: int = 0
    """The most that is given back to one person in the period; 0 is no limit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says to one line. problem is empty when it may come back as asked."""

    clause: Clause | None = None
    last_day: date | None = None
    problem: str = ""
    extended_by: str = ""
    restocking_fee_micro: int = 0

    @property
    def words(self) -> str:
        """The clause word for word, with the extension where one helps."""
        text = self.clause.text if self.clause else ""
        return f"{text} {self.extended_by}".strip()


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """Everything a store says about returns. labels: a label is printed for each article that comes back."""

    clauses: tuple[Clause, ...] = ()
    extensions: tuple[HolidayExtension, ...] = ()
    reasons: tuple[str, ...] = DEFAULT_REASONS
    promotions: PromotionRule = PromotionRule.AS_PAID
    without_receipt: WithoutReceipt | None = None
    labels: bool = False

    def judge(
        self, category: str, condition: Condition, bought_on: date, today: date, *, exchange: bool = False
    ) -> Verdict:
        """What the policy says to goods of a category that come back today."""
        clause = next((one for one in self.clauses if one.fits(category, condition)), None)
        if clause is None:
            return Verdict()
        fee = clause.restocking_fee_micro if condition is Condition.OPENED and not exchange else 0
        if clause.outcome is Outcome.NONE:
            return Verdict(clause, problem="Final sale: it cannot come back.")
        last_day, extended_by = self._last_day(clause, bought_on)
        if last_day is not None and today > last_day:
            return Verdict(clause, last_day, f"Too late: the last day was {last_day.isoformat()}.")
        if clause.outcome is Outcome.EXCHANGE and not exchange:
            return Verdict(clause, last_day, "Exchange only: no refund.", extended_by)
        return Verdict(clause, last_day, "", extended_by, fee)

    def _last_day(self, clause: Clause, bought_on: date) -> tuple[date | None, str]:
        if clause.days is None:
            return None, ""
        last_day = bought_on + timedelta(days=clause.days)
        for extension in self.extensions:
            in_window = extension.bought_from <= bought_on <= extension.bought_until
            if in_window and extension.returnable_until > last_day:
                return extension.returnable_until, extension.text
        return last_day, ""


NO_POLICY = ReturnPolicy()
