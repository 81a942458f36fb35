"""Closing a till, step by step: what was counted, what there should be, and what became of the money."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pos_app.domain.card_batch import BatchPayment
from pos_app.domain.cash_count import CountedPieces, counted_minor
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.domain.till import TillTotals

CASH = TenderType.CASH.value
MOST_COUNTS = 2
"""A till is counted, and once more when somebody doubts it."""


class ClosingStep(StrEnum):
    """Where a closing is; each step is on disk before the next one begins."""

    COUNT_CASH = "count_cash"
    COUNT_TENDERS = "count_tenders"
    REVEAL = "reveal"
    DEPOSIT = "deposit"
    SIGN = "sign"


class TenderToCount(NamedTuple):
    """A tender whose slips, or foreign notes, are counted; currency_code is empty for the store's own."""

    tender: str
    name: str
    currency_code: str = ""


class CountedTender(NamedTuple):
    """What the slips of a tender come to, in minor units of its currency."""

    tender: str
    amount_minor: int


class TenderResult(NamedTuple):
    """What there should be of a tender, what was counted, and why they differ."""

    tender: str
    name: str
    expected_minor: int
    counted_minor: int
    currency_code: str = ""
    reason: str = ""

    @property
    def over_short_minor(self) -> int:
        """More than expected is above zero, less is below."""
        return self.counted_minor - self.expected_minor


@dataclass(frozen=True, slots=True)
class TillClosing:
    """A closing under way. results is empty until the count was confirmed: nobody can look before.

    to_workstation: the till goes on at another workstation; sealed: its cash goes there in a bag, not counted here.
    """

    closing_id: str
    business_day: str
    operator_id: str
    began_at: str
    step: ClosingStep = ClosingStep.COUNT_CASH
    counts: int = 0
    cash: tuple[CountedPieces, ...] = ()
    tenders: tuple[CountedTender, ...] = ()
    results: tuple[TenderResult, ...] = ()
    float_minor: int = 0
    bag_number: str = ""
    to_workstation: str = ""
    sealed: bool = False
    card_payments: tuple[BatchPayment, ...] | None = None
    """What the card terminal says it took, where it gives a list."""

    @property
    def cash_minor(self) -> int:
        """The cash that was counted."""
        return counted_minor(self.cash)

    @property
    def deposit_minor(self) -> int:
        """What goes to the bank; of a till that goes on elsewhere nothing does."""
        return 0 if self.to_workstation else self.cash_minor - self.float_minor


def tenders_to_count(profile: StoreProfile) -> tuple[TenderToCount, ...]:
    """All tenders that leave a slip or notes, whether any was taken or not: the list says nothing of the day.

    Points, gift cards and store credit leave nothing in the drawer; the central service knows them.
    """
    own = (TenderToCount(one.definition_id, one.name) for one in profile.tenders)
    foreign = (
        TenderToCount(f"{CASH}:{one.currency.code}", f"Cash in {one.currency.code}", one.currency.code)
        for one in profile.foreign_cash
    )
    return (TenderToCount(TenderType.CARD.value, "Card, batch total"), *own, *foreign)


def expected_of(tender: TenderToCount, totals: TillTotals) -> int:
    """What there should be of a tender, in minor units of its currency."""
    if tender.currency_code:
        return dict(totals.foreign_cash).get(tender.currency_code, 0)
    return dict(totals.by_tender).get(tender.tender, 0)


def results_of(closing: TillClosing, totals: TillTotals, tenders: Sequence[TenderToCount]) -> tuple[TenderResult, ...]:
    """Cash first, unless it was sealed, then the others that were taken or counted."""
    counted = {one.tender: one.amount_minor for one in closing.tenders}
    cash = TenderResult(CASH, "Cash", totals.expected_cash_minor, closing.cash_minor)
    others = (
        TenderResult(one.tender, one.name, expected_of(one, totals), counted.get(one.tender, 0), one.currency_code)
        for one in tenders
    )
    first = () if closing.sealed else (cash,)
    return (*first, *(one for one in others if one.expected_minor or one.counted_minor))


def needs_reason(result: TenderResult, tolerance_minor: int) -> bool:
    """True when the difference is beyond what a store shrugs off."""
    return abs(result.over_short_minor) > tolerance_minor
