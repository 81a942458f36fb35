"""Metric 8: amounts, tax and points of a 100-line basket: all of it, and what one more scan costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.floors.integer_basket import total_minor
from bench.generated_catalogue import gtin, items
from bench.measuring import Effort, Goal, Measured, interleaved
from bench.tills import MEMBER, TEN_THOUSAND, register_over
from pos_app.domain.basket import Basket, Discount, MemberReference
from pos_app.domain.pricing import PricedBasket, price
from pos_app.domain.rewards import BonusOffer, EarnedPoints, OfferScope, ProgrammeTerms, earn
from pos_app.domain.rounding import Rounding
from pos_app.sample_store import sample_store

_LINES = 100
_OFFERS = 200
_MICROSECONDS = 1e6
_AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def measure(effort: Effort) -> list[Measured]:
    """Full recompute with discounts and a member; then the cost of a scan beyond the first ninety-nine."""
    rounds = effort.samples(20, 5)
    rules = replace(sample_store().profile.pricing_rules(), rounding=Rounding.HALF_EVEN)
    basket, plain = _basket(), [(1000, entry.item.price_minor, 50_000) for entry in items(_LINES)]
    rows = []
    for name, terms in (("no offers", ProgrammeTerms()), (f"{_OFFERS} offers loaded", _many_offers())):

        def recompute(terms: ProgrammeTerms = terms) -> tuple[PricedBasket, EarnedPoints]:
            priced = price(basket, rules)
            return priced, earn(
                priced.earning_lines(), terms, points_used=0, at=_AT, store_id="001", minor_per_unit=100
            )

        floor, ours = interleaved(
            lambda: total_minor(plain, 82_500), recompute, rounds=rounds, each=30, units_per_s=_MICROSECONDS
        )
        rows.append(
            Measured(
                f"8 basket of {_LINES}, full, {name}", "us", "integer loop, all lines", floor, ours, Goal(15, "p50")
            )
        )
    return [*rows, _one_more_line(rounds)]


def _one_more_line(rounds: int) -> Measured:
    """Taking the hundredth line back and adding it again, halved: as a till does it, look-up and view included."""
    plain = [(1000, entry.item.price_minor, 0) for entry in items(_LINES)]
    with register_over(TEN_THOUSAND, schedule_save=lambda save: None) as register:
        selling = register.selling
        for number in range(_LINES - 1):
            selling.add_item(gtin(number))
        selling.attach_member(MEMBER)

        def scan_and_undo() -> None:
            selling.add_item(gtin(_LINES - 1))
            selling.undo()

        floor, both = interleaved(
            lambda: (total_minor(plain, 82_500), total_minor(plain, 82_500)),
            scan_and_undo,
            rounds=rounds,
            each=20,
            units_per_s=_MICROSECONDS / 2,
        )
    return Measured(
        f"8 scan into a basket of {_LINES}",
        "us",
        "integer loop, all lines",
        floor,
        both,
        Goal(2, "p50"),
        remark="mean of a scan and its undo: look-up, amounts, points and view, without disk and window",
    )


def _basket() -> Basket:
    basket = Basket(member=MemberReference(member_id="m-bench"))
    for entry in items(_LINES):
        basket = basket.add(entry.item, entry.codes[0])
    for line in basket.lines:
        basket = basket.discount_line(line.line_number, Discount("Member's day", percent_micro=50_000))
    return basket


def _many_offers() -> ProgrammeTerms:
    """As a large retailer runs them: most are for products that are not in this basket."""
    window = {"starts_at": _AT - timedelta(days=1), "ends_at": _AT + timedelta(days=1)}
    offers = [
        BonusOffer(f"offer-{n}", 1, multiplier=2 + n % 3, scope=OfferScope(codes=(f"S{n * 17:07d}",)), **window)
        for n in range(_OFFERS - 2)
    ]
    offers.append(BonusOffer("category", 1, multiplier=2, scope=OfferScope(categories=("audio",)), **window))
    offers.append(BonusOffer("threshold", 1, fixed_points=50, minimum_minor=10_000, **window))
    return ProgrammeTerms(offers=tuple(offers))
