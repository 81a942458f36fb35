"""How much somebody took off a sale by hand: what rights are asked for. Promotions and points do not count.

Exact fractions, because a limit of 10 % must let 10 % of any price pass, however it is rounded on the receipt.
"""

from dataclasses import dataclass
from fractions import Fraction

from pos_app.domain.basket import AgreedReduction, Basket, BasketLine, Discount
from pos_app.domain.item import QUANTITY_SCALE, ItemKind

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class GivenReduction:
    """What was taken off in all, and the largest part that was taken off anything, in millionths."""

    amount_minor: int
    percent_micro: int


def discounts_given(basket: Basket, line_number: int = 0) -> GivenReduction:
    """The discounts of the whole sale, and of one of its lines where it is named."""
    lines = [line for line in basket.lines if not line.voided]
    before = {line.line_number: _gross(line) for line in lines}
    left = {line.line_number: _discounted(before[line.line_number], line.discounts) for line in lines}
    # Gift cards keep their value: a discount on the whole sale is one on everything else.
    goods = [line.line_number for line in lines if line.item.kind is not ItemKind.GIFT_CARD]
    for discount in basket.discounts:
        base = sum((left[number] for number in goods), Fraction(0))
        kept = _discounted(base, (discount,)) / base if base else Fraction(1)
        left |= {number: left[number] * kept for number in goods}
    gross, net = sum(before.values(), Fraction(0)), sum(left.values(), Fraction(0))
    parts = [_percent(gross, net)]
    if line_number in before:
        parts.append(_percent(before[line_number], left[line_number]))
    return GivenReduction(round(gross - net), max(parts))


def reduction_to_agree(basket: Basket) -> AgreedReduction:
    """What is taken off the sale by hand now, and how many lines a discount on the whole of it reaches."""
    goods = [line for line in basket.lines if not line.voided and line.item.kind is not ItemKind.GIFT_CARD]
    return AgreedReduction(discounts_given(basket).amount_minor, len(goods))


def has_outgrown(basket: Basket) -> bool:
    """True when goods that came since carry a discount on the whole sale beyond what was agreed to."""
    if not basket.discounts:
        return False
    now, agreed = reduction_to_agree(basket), basket.agreed_reduction
    return agreed is None or now.amount_minor > agreed.amount_minor or now.line_count > agreed.line_count


def price_reduction(line: BasketLine, unit_price_minor: int) -> GivenReduction:
    """What another price takes off a line; nothing when it is higher. The regular price is the line's own, or, when
    it was changed by hand before, the item's.
    """
    regular_minor = line.item.price_minor if line.price_reason else line.unit_price_minor
    off = Fraction(max(0, regular_minor - unit_price_minor) * line.quantity_milli, QUANTITY_SCALE)
    gross = Fraction(regular_minor * line.quantity_milli, QUANTITY_SCALE)
    return GivenReduction(round(off), _percent(gross, gross - off))


def _gross(line: BasketLine) -> Fraction:
    return Fraction(line.unit_price_minor * line.quantity_milli, QUANTITY_SCALE)


def _discounted(amount: Fraction, discounts: tuple[Discount, ...]) -> Fraction:
    for discount in discounts:
        off = amount * discount.percent_micro / _MILLION if discount.percent_micro else discount.amount_minor
        amount -= min(amount, off)
    return amount


def _percent(before: Fraction, after: Fraction) -> int:
    return int((before - after) * _MILLION / before) if before else 0
