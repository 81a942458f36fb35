"""The rewards programme: what a sale earns, what points pay, and why.

The terminal and the central service run this same code on the same plain values, so that both come to the
same points. Rules: the programme's terms; a clause in an explanation names the rule.

What is made anew for each line with each scan is a named tuple: as unchangeable as a frozen dataclass, and made in a
third of the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pos_app.domain.rounding import allocate


class PointsTaxTreatment(StrEnum):
    """Points are a payment (tax on the full price) or a discount (tax after the reduction)."""

    PAYMENT = "payment"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class OfferScope:
    """What an offer covers. An empty tuple means "any"; all the given conditions must hold."""

    categories: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BonusOffer:
    """Extra points within a window (both ends included), on top of the base points.

    A multiplier multiplies the points of the lines in scope; of several, each line takes the best. Fixed
    points are given once per sale, beside any multiplier. With a minimum, the offer counts only when the lines
    in its scope come to at least that much product price.
    """

    offer_id: str
    version: int
    starts_at: datetime
    ends_at: datetime
    multiplier: int = 1
    scope: OfferScope = OfferScope()
    name: str = ""
    fixed_points: int = 0
    minimum_minor: int = 0

    def __post_init__(self) -> None:
        if self.multiplier < 1:
            raise ValueError("an offer multiplies points by 1 at least")
        if self.fixed_points < 0 or self.minimum_minor < 0:
            raise ValueError("an offer cannot give or ask less than nothing")
        if self.starts_at.utcoffset() is None or self.ends_at.utcoffset() is None:
            raise ValueError("an offer begins and ends at a time with an offset, the same everywhere")

    def covers(self, line: "EarningLine", at: datetime, store_id: str, segment: str) -> bool:
        """True when the line, sold there and then to that customer, is in the offer."""
        scope = self.scope
        return (
            self.in_force(at, store_id, segment)
            and (not scope.categories or line.category in scope.categories)
            and (not scope.codes or line.code in scope.codes or line.item_id in scope.codes)
        )

    def in_force(self, at: datetime, store_id: str, segment: str) -> bool:
        """True when the offer holds there and then for that customer, whatever is bought."""
        scope = self.scope
        return (
            (not scope.stores or store_id in scope.stores)
            and (not scope.segments or segment in scope.segments)
            and self.starts_at <= at <= self.ends_at
        )


@dataclass(frozen=True, slots=True)
class OfferIndex:
    """Offers, by position, under what they are for: hundreds for other products then cost a basket nothing."""

    by_code: Mapping[str, tuple[int, ...]]
    by_category: Mapping[str, tuple[int, ...]]
    for_all: tuple[int, ...]

    @classmethod
    def of(cls, offers: Sequence[BonusOffer]) -> "OfferIndex":
        """The index of these offers."""
        by_code: dict[str, tuple[int, ...]] = {}
        by_category: dict[str, tuple[int, ...]] = {}
        for_all: list[int] = []
        for position, offer in enumerate(offers):
            if offer.scope.codes:
                for code in set(offer.scope.codes):
                    by_code[code] = (*by_code.get(code, ()), position)
            elif offer.scope.categories:
                for category in set(offer.scope.categories):
                    by_category[category] = (*by_category.get(category, ()), position)
            else:
                for_all.append(position)
        return cls(by_code, by_category, tuple(for_all))

    def positions(self, line: "EarningLine") -> Iterable[int]:
        """Offers for the line's item or category; those for a code may have further conditions."""
        found = self.by_category.get(line.category, ()) + self.by_code.get(line.code, ())
        if line.item_id != line.code:
            found += self.by_code.get(line.item_id, ())
        return dict.fromkeys(found) if len(found) > 1 else found


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """One effective-dated version of the programme's terms; stamped by id and version on every sale."""

    terms_id: str = "standard"
    version: int = 1
    earn_points_per_unit: int = 1
    earn_on_points_paid_part: bool = False
    redeem_points: int = 100
    redeem_value_minor: int = 100
    redeem_step_points: int = 100
    points_tax_treatment: PointsTaxTreatment = PointsTaxTreatment.PAYMENT
    time_zone: str = "America/Los_Angeles"
    offers: tuple[BonusOffer, ...] = ()
    offer_index: OfferIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offer_index", OfferIndex.of(self.offers))
        if self.earn_points_per_unit < 0:
            raise ValueError("a sale cannot earn points below zero")
        if self.redeem_points < 1 or self.redeem_step_points < 1 or self.redeem_value_minor < 1:
            raise ValueError("points must be worth something, in steps of at least one")
        if self.redeem_step_points * self.redeem_value_minor % self.redeem_points:
            raise ValueError("a redemption step must be worth a whole number of minor units")

    def value_minor(self, points: int) -> int:
        """What so many points pay, in minor units; whole steps only, so it is exact."""
        return points * self.redeem_value_minor // self.redeem_points

    def redeemable_points(self, balance_points: int, due_minor: int) -> int:
        """The most points that may be used: whole steps within both the balance and the amount due."""
        if balance_points <= 0 or due_minor <= 0:
            return 0
        step_value_minor = self.value_minor(self.redeem_step_points)
        steps = min(balance_points // self.redeem_step_points, due_minor // step_value_minor)
        return steps * self.redeem_step_points


class EarningLine(NamedTuple):
    """A line as the programme sees it: product price after discounts, without tax, shipping and fees."""

    line_number: int
    code: str
    item_id: str
    category: str
    product_price_minor: int
    earns: bool = True


@dataclass(frozen=True, slots=True)
class OfferPoints:
    """What one offer added."""

    offer_id: str
    version: int
    multiplier: int
    points: int


class LinePoints(NamedTuple):
    """The points one line carries for ever; a return takes exactly these back."""

    line_number: int
    base_points: int
    bonus_points: int
    offer_id: str = ""
    eligible_minor: int = 0

    @property
    def points(self) -> int:
        """All points of the line."""
        return self.base_points + self.bonus_points


@dataclass(frozen=True, slots=True)
class EarnedPoints:
    """The points of a sale, per line and per offer, with the way they came about."""

    terms_id: str = ""
    terms_version: int = 0
    base_points: int = 0
    bonus_points: int = 0
    segment: str = "consumer"
    lines: tuple[LinePoints, ...] = ()
    offers: tuple[OfferPoints, ...] = ()

    @property
    def points(self) -> int:
        """All points of the sale."""
        return self.base_points + self.bonus_points


@dataclass(slots=True)
class _OfferGroup:
    offer: BonusOffer
    indexes: list[int] = field(default_factory=list)


def earn(
    lines: Sequence[EarningLine],
    terms: ProgrammeTerms,
    *,
    points_used: int,
    at: datetime,
    store_id: str,
    minor_per_unit: int = 100,
    segment: str = "consumer",
) -> EarnedPoints:
    """Points that the lines earn: whole units of the transaction's product price, then bonus offers.

    The value of points used is taken off the product price before, never below zero, unless the terms
    let the part paid with points earn. Where points are a discount, the prices given are already lower by it.
    Points are split over lines by largest remainder.
    """
    eligible = [line.product_price_minor if line.earns and line.product_price_minor > 0 else 0 for line in lines]
    if points_used and not terms.earn_on_points_paid_part and terms.points_tax_treatment is PointsTaxTreatment.PAYMENT:
        paid_minor = min(terms.value_minor(points_used), sum(eligible))
        eligible = [amount - paid for amount, paid in zip(eligible, allocate(paid_minor, eligible), strict=True)]
    per_unit = terms.earn_points_per_unit
    base_points = sum(eligible) // minor_per_unit * per_unit
    base_by_line = allocate(base_points, eligible) if base_points else [0] * len(lines)
    bonus_by_line = [0] * len(lines)
    offer_by_line = [""] * len(lines)
    earned_offers: list[OfferPoints] = []
    qualifying = _qualifying(lines, eligible, terms, at, store_id, segment)
    for group in _best_multipliers(qualifying):
        weights = [eligible[i] for i in group.indexes]
        units = sum(weights) // minor_per_unit
        points = units * per_unit * (group.offer.multiplier - 1)
        earned_offers.append(OfferPoints(group.offer.offer_id, group.offer.version, group.offer.multiplier, points))
        for i, part in zip(group.indexes, allocate(points, weights), strict=True):
            bonus_by_line[i] = part
            offer_by_line[i] = group.offer.offer_id
    for group in qualifying:
        offer = group.offer
        if offer.fixed_points:
            earned_offers.append(OfferPoints(offer.offer_id, offer.version, 1, offer.fixed_points))
            weights = [eligible[i] for i in group.indexes]
            for i, part in zip(group.indexes, allocate(offer.fixed_points, weights), strict=True):
                bonus_by_line[i] += part
                offer_by_line[i] = offer_by_line[i] or offer.offer_id
    return EarnedPoints(
        terms_id=terms.terms_id,
        terms_version=terms.version,
        base_points=base_points,
        bonus_points=sum(bonus_by_line),
        segment=segment,
        lines=tuple(
            [
                tuple.__new__(LinePoints, row)  # not by a call of Python per line: a scan counts all of them again
                for row in zip(
                    [line.line_number for line in lines],
                    base_by_line,
                    bonus_by_line,
                    offer_by_line,
                    eligible,
                    strict=True,
                )
            ]
        ),
        offers=tuple(earned_offers),
    )


def _qualifying(
    lines: Sequence[EarningLine],
    eligible: Sequence[int],
    terms: ProgrammeTerms,
    at: datetime,
    store_id: str,
    segment: str,
) -> list[_OfferGroup]:
    """Offers of this sale with the earning lines in their scope, where those reach the offer's minimum."""
    if not terms.offers:
        return []
    index = terms.offer_index
    earning = [i for i, amount in enumerate(eligible) if amount]
    in_scope: dict[int, list[int]] = dict.fromkeys(index.for_all, earning)
    for i in earning:
        for position in index.positions(lines[i]):
            in_scope.setdefault(position, []).append(i)
    groups: list[_OfferGroup] = []
    for position in sorted(in_scope):
        offer = terms.offers[position]
        if not offer.in_force(at, store_id, segment):
            continue
        indexes = in_scope[position]
        if offer.scope.codes and offer.scope.categories:
            indexes = [i for i in indexes if lines[i].category in offer.scope.categories]
        if indexes and sum(eligible[i] for i in indexes) >= offer.minimum_minor:
            groups.append(_OfferGroup(offer, indexes))
    return groups


def _best_multipliers(qualifying: Sequence[_OfferGroup]) -> list[_OfferGroup]:
    """Each line's best multiplier, grouped by offer in the order of the terms; ties go to the first."""
    best: dict[int, BonusOffer] = {}
    for group in qualifying:
        for index in group.indexes:
            if group.offer.multiplier > (best[index].multiplier if index in best else 1):
                best[index] = group.offer
    taken = [_OfferGroup(group.offer, [i for i in group.indexes if best.get(i) is group.offer]) for group in qualifying]
    return [group for group in taken if group.indexes]
