"""What sample baskets earn and what points pay, with the terms as they are and as they would be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pos_app.domain.rewards import EarningLine, ProgrammeTerms, earn
from sync import contract
from sync.central import terms
from sync.central.moments import parse


@dataclass(frozen=True, slots=True)
class Basket:
    """A sample purchase, in words and in lines. lines are (code, category, product price)."""

    words: str
    at: datetime
    lines: tuple[tuple[str, str, int], ...]
    points_used: int = 0
    store_id: str = ""
    segment: str = "consumer"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Points before and after, of one basket."""

    words: str
    at: datetime
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Payment:
    """The most that a balance of 1,234 points pays of a bill, before and after; amounts in minor units."""

    bill_minor: int
    balance_points: int
    before_points: int
    before_minor: int
    after_points: int
    after_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """All comparisons."""

    baskets: tuple[Comparison, ...]
    payment: Payment


BILL_MINOR, BALANCE_POINTS = 5_000, 1_234


def preview(current: contract.Terms, next_one: contract.Terms) -> Preview:
    """Compare two versions. Raises CentralError when one of them cannot be used."""
    before, after = terms.checked(current), terms.checked(next_one)
    begins = parse(next_one.effective_from)
    return Preview(
        baskets=tuple(
            Comparison(basket.words, basket.at, _points(basket, before), _points(basket, after))
            for basket in (
                *_everyday(begins),
                *_of_offers(next_one.offers, begins),
                *_of_ended(current, next_one, begins),
            )
        ),
        payment=_payment(before, after),
    )


def _everyday(at: datetime) -> tuple[Basket, ...]:
    return (
        Basket("One item of 49.99", at, (("sample", "sample", 4_999),)),
        Basket("Three items of 0.50", at, (("sample", "sample", 50),) * 3),
        Basket("One item of 265.00", at, (("sample", "sample", 26_500),)),
        Basket("One item of 265.00, 1,000 points used", at, (("sample", "sample", 26_500),), 1_000),
    )


def _of_offers(offers: Sequence[contract.OfferMessage], begins: datetime) -> list[Basket]:
    """One basket for each offer that still holds, of what it covers, where and for whom it is."""
    baskets = []
    for offer in offers:
        at = max(parse(offer.starts_at), begins)
        if at > parse(offer.ends_at):
            continue
        scope = offer.scope
        price_minor = max(10_000, offer.minimum_minor)
        where = f" in store {scope.stores[0]}" if scope.stores else ""
        whom = f" by a customer of the segment {scope.segments[0]}" if scope.segments else ""
        what = scope.codes[0] if scope.codes else scope.categories[0] if scope.categories else "anything"
        baskets.append(
            Basket(
                f"{offer.name or offer.offer_id}: {price_minor / 100:,.2f} of {what}{where}{whom}",
                at,
                (((scope.codes or ["sample"])[0], (scope.categories or ["sample"])[0], price_minor),),
                store_id=(scope.stores or [""])[0],
                segment=(scope.segments or ["consumer"])[0],
            )
        )
    return baskets


def _of_ended(current: contract.Terms, next_one: contract.Terms, begins: datetime) -> list[Basket]:
    """Offers that would be there no more: what is lost shows as well."""
    kept = {offer.offer_id for offer in next_one.offers}
    return _of_offers([offer for offer in current.offers if offer.offer_id not in kept], begins)


def _points(basket: Basket, programme: ProgrammeTerms) -> int:
    lines = [
        EarningLine(number, code, code, category, price_minor)
        for number, (code, category, price_minor) in enumerate(basket.lines, 1)
    ]
    earned = earn(
        lines,
        programme,
        points_used=basket.points_used,
        at=basket.at,
        store_id=basket.store_id,
        segment=basket.segment,
    )
    return earned.points


def _payment(before: ProgrammeTerms, after: ProgrammeTerms) -> Payment:
    before_points = before.redeemable_points(BALANCE_POINTS, BILL_MINOR)
    after_points = after.redeemable_points(BALANCE_POINTS, BILL_MINOR)
    return Payment(
        BILL_MINOR,
        BALANCE_POINTS,
        before_points,
        before.value_minor(before_points),
        after_points,
        after.value_minor(after_points),
    )
