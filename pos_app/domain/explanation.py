"""Why a sale earned these points: from price to points, each step with the clause of the rules it follows."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.item import ItemKind
from pos_app.domain.retail_transaction import SaleLine
from pos_app.domain.rewards import EarnedPoints, ProgrammeTerms

MINOR = "minor"
POINTS = "points"

PRODUCT_PRICE = "Points are earned on product price after discounts, without tax, shipping and fees."
GIFT_CARDS = "Gift cards sold or topped up earn nothing."
POINTS_PAID = "The part paid with points earns nothing; it is taken off the product price."
WHOLE_UNITS = "Whole units are counted once on the transaction, not on each line."
BEST_OFFER = "A line takes its best offer; bonus points come on top of base points."
SHIPPED = "Points of goods shipped to the customer are pending until they are shipped."
PROMOTION = "Of all promotions that could be combined, those that save most are taken."
VOIDED = "Lines taken back earn nothing."
SPLIT = "Points are divided over lines in proportion to their price, so that a return takes back exactly its own."


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, its value in minor units or points, and the rule."""

    what: str
    value: int
    unit: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """How one line came to its points."""

    line_number: int
    name: str
    steps: tuple[Step, ...]
    points: int


@dataclass(frozen=True, slots=True)
class PointsExplanation:
    """How a sale came to its points: its lines, then the whole."""

    lines: tuple[LineExplanation, ...]
    steps: tuple[Step, ...]
    points: int


def explain_points(
    lines: Sequence[SaleLine], earned: EarnedPoints, terms: ProgrammeTerms, points_used: int, minor_per_unit: int
) -> PointsExplanation:
    """The points of a sale, under way or years old; terms are those it was rung up with."""
    eligible = {line.line_number: line.eligible_minor for line in earned.lines}
    eligible_sum = sum(eligible.values())
    units = eligible_sum // minor_per_unit
    names = {offer.offer_id: offer.name or offer.offer_id for offer in terms.offers}
    steps = [
        Step("Product price that earns", eligible_sum, MINOR, PRODUCT_PRICE),
        Step(f"Whole units x {terms.earn_points_per_unit}", units * terms.earn_points_per_unit, POINTS, WHOLE_UNITS),
    ]
    for offer in earned.offers:
        label = f"{names.get(offer.offer_id, offer.offer_id)} (version {offer.version})"
        times = f", {offer.multiplier} times the points" if offer.multiplier > 1 else ", fixed bonus"
        steps.append(Step(label + times, offer.points, POINTS, BEST_OFFER))
    pending = sum(line.points for line in lines if line.to_ship)
    if pending:
        steps.append(Step("Of these pending until shipped", pending, POINTS, SHIPPED))
    steps.append(Step("Points of this sale", earned.points, POINTS, SPLIT))
    return PointsExplanation(
        tuple(_line(line, eligible, names, points_used) for line in lines), tuple(steps), earned.points
    )


def _line(line: SaleLine, eligible: dict[int, int], names: dict[str, str], points_used: int) -> LineExplanation:
    if line.voided:
        return LineExplanation(line.line_number, line.name, (Step("Taken back", 0, POINTS, VOIDED),), 0)
    steps = [Step("Price", line.gross_minor, MINOR)]
    for part in line.promotions:
        steps.append(
            Step(part.name, -part.reduction_minor, MINOR, f"{PROMOTION} {part.why[:1].upper()}{part.why[1:]}.")
        )
    by_hand_minor = line.discount_minor - sum(part.reduction_minor for part in line.promotions)
    if by_hand_minor:
        steps.append(Step("Discounts", -by_hand_minor, MINOR, PRODUCT_PRICE))
    if line.included_tax_minor:
        steps.append(Step("Tax inside the price", -line.included_tax_minor, MINOR, PRODUCT_PRICE))
    price_minor = line.net_minor - line.included_tax_minor
    eligible_minor = eligible.get(line.line_number, 0)
    if line.kind == ItemKind.GIFT_CARD.value:
        steps.append(Step("Gift card", -price_minor, MINOR, GIFT_CARDS))
    elif points_used and eligible_minor < price_minor:
        steps.append(Step("Paid with points", eligible_minor - price_minor, MINOR, POINTS_PAID))
    steps.append(Step("Product price that earns", eligible_minor, MINOR, PRODUCT_PRICE))
    steps.append(Step("Base points of this line", line.points_base, POINTS, SPLIT))
    if line.points_bonus:
        steps.append(Step(names.get(line.offer_id, line.offer_id), line.points_bonus, POINTS, BEST_OFFER))
    if line.to_ship:
        steps.append(Step("Pending until shipped", line.points, POINTS, SHIPPED))
    return LineExplanation(line.line_number, line.name, tuple(steps), line.points)
