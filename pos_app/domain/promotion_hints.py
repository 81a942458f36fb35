"""What is almost there: one piece or a little money more, and a promotion counts (again).

At most one hint, the one that saves most. It is only given when it is true: a set is tried with one piece more of
what is in the basket, so a promotion that would lose against a better one is never advertised.
"""

from typing import NamedTuple

from pos_app.domain.basket import Basket, BasketError
from pos_app.domain.item import PRODUCTS, QUANTITY_SCALE, SoldBy
from pos_app.domain.pricing import PricedBasket, PricingRules, price
from pos_app.domain.promotions import Occasion, Promotion, PromotionKind

NEAR_PERCENT = 80
"""A minimum is worth a hint from so much of it on: a customer who is far away from it would be nagged."""
_MOST_TRIED = 3


class Hint(NamedTuple):
    """What is missing, as pieces or as money, and what the promotion would then take off (more)."""

    promotion: Promotion
    missing_pieces: int
    missing_minor: int
    saves_minor: int


class _InScope(NamedTuple):
    """Lines of a promotion's scope: which, their pieces and what they cost before promotions."""

    line_numbers: list[int]
    pieces: int
    amount_minor: int


def almost_there(basket: Basket, priced: PricedBasket, rules: PricingRules, occasion: Occasion) -> Hint | None:
    """The hint of this basket, or None."""
    hints: list[Hint] = []
    tried = 0
    for promotion, found in _in_scope(basket, priced, rules, occasion):
        minimum_minor = promotion.minimum_minor
        if found.amount_minor < minimum_minor:
            if found.amount_minor * 100 >= minimum_minor * NEAR_PERCENT and promotion.kind in _ON_MONEY:
                missing_minor = minimum_minor - found.amount_minor
                hints.append(Hint(promotion, 0, missing_minor, _saving_at(promotion, minimum_minor)))
        elif _lacks_one(promotion, found.pieces) and tried < _MOST_TRIED:
            tried += 1
            if saves_minor := _saving_with_one_more(promotion, found.line_numbers, basket, priced, rules, occasion):
                hints.append(Hint(promotion, 1, 0, saves_minor))
    return max(hints, key=lambda hint: hint.saves_minor, default=None)


_ON_MONEY = (PromotionKind.PERCENT, PromotionKind.AMOUNT)


def _in_scope(
    basket: Basket, priced: PricedBasket, rules: PricingRules, occasion: Occasion
) -> list[tuple[Promotion, _InScope]]:
    """The promotions in force whose goods are in the basket, by priority."""
    book = rules.promotions
    switched_on = book.switched_on(basket.promo_codes)
    found: dict[str, tuple[Promotion, _InScope]] = {}
    for line in priced.lines:
        item = line.line.item
        if item.kind not in PRODUCTS or not line.gross_minor:
            continue
        for promotion in (*book.for_all, *book.covering(item, line.line.code)):
            on = promotion.promotion_id in switched_on if promotion.needs_code else promotion.paid_with is None
            if on and promotion.in_force(occasion):
                _, before = found.get(promotion.promotion_id, (promotion, _InScope([], 0, 0)))
                pieces = line.line.quantity_milli // QUANTITY_SCALE if item.sold_by is SoldBy.EACH else 0
                numbers = [*before.line_numbers, line.line_number] if pieces else before.line_numbers
                after = _InScope(numbers, before.pieces + pieces, before.amount_minor + line.gross_minor)
                found[promotion.promotion_id] = (promotion, after)
    return sorted(found.values(), key=lambda one: (one[0].priority, one[0].promotion_id))


def _lacks_one(promotion: Promotion, pieces: int) -> bool:
    size = promotion.set_size
    within_limit = not promotion.limit or pieces < promotion.limit * size
    return size > 1 and pieces % size == size - 1 and within_limit


def _saving_at(promotion: Promotion, amount_minor: int) -> int:
    return promotion.amount_minor or amount_minor * promotion.percent_micro // 1_000_000


def _saving_with_one_more(
    promotion: Promotion,
    line_numbers: list[int],
    basket: Basket,
    priced: PricedBasket,
    rules: PricingRules,
    occasion: Occasion,
) -> int:
    """What the promotion takes off more with one piece more of the cheapest goods in its scope."""
    lines = [basket.line(number) for number in line_numbers]
    cheapest = min(lines, key=lambda line: (line.unit_price_minor, line.line_number))
    try:
        more = basket.set_quantity(cheapest.line_number, cheapest.quantity_milli + QUANTITY_SCALE)
    except BasketError:
        return 0
    with_more = price(more, rules, occasion=occasion)
    return with_more.taken_off(promotion.promotion_id) - priced.taken_off(promotion.promotion_id)
