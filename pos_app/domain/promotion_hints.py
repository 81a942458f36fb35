"""What is almost there: one piece or a little money more, and a promotion counts (again).

At most one hint, the one that saves most. It is only given when it is true: it is tried with one piece or so much
money more of what is in the basket, so a promotion that would lose against a better one is never advertised.
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
    for promotion, found in _near(_in_scope(basket, priced, rules, occasion)):
        missing_minor = max(promotion.minimum_minor - found.amount_minor, 0)
        try:
            more = _dearer(basket, found, missing_minor) if missing_minor else _one_more(basket, found)
        except BasketError:
            continue
        with_more = price(more, rules, occasion=occasion)
        # What comes nearer for one promotion may cost another its goods: all of them together are the customer's gain.
        its_gain = with_more.taken_off(promotion.promotion_id) - priced.taken_off(promotion.promotion_id)
        saves_minor = min(its_gain, _by_promotions(with_more) - _by_promotions(priced))
        if saves_minor > 0:
            hints.append(Hint(promotion, 0 if missing_minor else 1, missing_minor, saves_minor))
    return max(hints, key=lambda hint: hint.saves_minor, default=None)


def _near(found: list[tuple[Promotion, _InScope]]) -> list[tuple[Promotion, _InScope]]:
    """The first few that lack one piece, or a little money."""
    near = [(promotion, one) for promotion, one in found if _lacks_little(promotion, one)]
    return near[:_MOST_TRIED]


def _lacks_little(promotion: Promotion, found: _InScope) -> bool:
    if found.amount_minor < promotion.minimum_minor:
        on_money = promotion.kind in _ON_MONEY and bool(found.line_numbers)
        return on_money and found.amount_minor * 100 >= promotion.minimum_minor * NEAR_PERCENT
    return _lacks_one(promotion, found.pieces)


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


def _one_more(basket: Basket, found: _InScope) -> Basket:
    """With one piece more of the cheapest goods in scope."""
    lines = [basket.line(number) for number in found.line_numbers]
    cheapest = min(lines, key=lambda line: (line.unit_price_minor, line.line_number))
    return basket.set_quantity(cheapest.line_number, cheapest.quantity_milli + QUANTITY_SCALE)


def _dearer(basket: Basket, found: _InScope, missing_minor: int) -> Basket:
    """With goods in scope that cost so much more: which ones the customer will take, nobody knows yet."""
    line = basket.line(found.line_numbers[0])
    each_minor = -(-missing_minor * QUANTITY_SCALE // line.quantity_milli)
    return basket.set_price(line.line_number, line.unit_price_minor + each_minor, "almost there")


def _by_promotions(priced: PricedBasket) -> int:
    return sum(part.reduction_minor for line in priced.lines for part in line.promotions)
