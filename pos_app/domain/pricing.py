"""From a basket to amounts: line prices, discounts, fees, tax and totals that add up exactly.

Plain integers inside; one call recomputes everything, so there is no state that could go stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pos_app.domain.basket import Basket, BasketLine, Discount
from pos_app.domain.item import QUANTITY_SCALE, Item, ItemKind
from pos_app.domain.money import Currency
from pos_app.domain.promotion_engine import Reductions, apply_promotions
from pos_app.domain.promotions import NO_PROMOTIONS, LinePromotion, Occasion, PromotionBook
from pos_app.domain.rewards import EarningLine
from pos_app.domain.rounding import Rounding, allocate, divide
from pos_app.domain.tax import (
    RATE_SCALE,
    Taxable,
    TaxLine,
    TaxPart,
    TaxRate,
    TaxResult,
    TaxRounding,
    compute_tax,
    exempted,
)

TAX_EXEMPTION = "tax-exemption"
"""Stands where a promotion's id stands, for the included tax that an exempt customer does not pay."""


@dataclass(frozen=True, slots=True)
class PricingRules:
    """A store's settings that decide amounts."""

    currency: Currency
    tax_rates: Mapping[str, TaxRate]
    tax_rounding: TaxRounding = TaxRounding.TRANSACTION
    rounding: Rounding = Rounding.HALF_UP
    cash_step_minor: int = 1
    promotions: PromotionBook = NO_PROMOTIONS

    def unknown_tax(self, item: Item) -> str:
        """The first tax of an item or its fees that the store does not have, or empty: such an item has no price."""
        for tax_id in item.tax_ids:
            if tax_id not in self.tax_rates:
                return tax_id
        for fee in item.fees:
            for tax_id in fee.tax_ids:
                if tax_id not in self.tax_rates:
                    return tax_id
        return ""


class PricedLine(NamedTuple):
    """One line with its amounts. gross - discount = net; net is the product price, fees are beside it.

    promotions say which part of the discount came from where; the rest was given by hand or paid with points.
    tax_minor is what is added to them; included_tax_minor is inside net, fees_included_tax_minor inside the fees.
    """

    line: BasketLine
    gross_minor: int
    discount_minor: int
    net_minor: int
    fees_minor: int
    tax_minor: int
    included_tax_minor: int
    fees_included_tax_minor: int = 0
    promotions: tuple[LinePromotion, ...] = ()

    @property
    def line_number(self) -> int:
        """The number of the basket line."""
        return self.line.line_number


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """All amounts of a sale: total = subtotal - discount + fees + added tax.

    tax_minor is all tax, included_tax_minor the part of it that was in the prices already.
    """

    lines: tuple[PricedLine, ...]
    subtotal_minor: int
    discount_minor: int
    fees_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int
    taxes: tuple[TaxLine, ...]
    tax_parts: tuple[TaxPart, ...] = ()

    def earning_lines(self) -> list[EarningLine]:
        """The lines as the rewards programme sees them."""
        return [
            EarningLine(
                line.line_number,
                line.code,
                line.item.item_id,
                line.item.category,
                net_minor - included_tax_minor,
                line.item.kind is not ItemKind.GIFT_CARD,
            )
            for line, _, _, net_minor, _, _, included_tax_minor, _, _ in self.lines
        ]


EMPTY = PricedBasket((), 0, 0, 0, 0, 0, 0, ())


def price(
    basket: Basket, rules: PricingRules, points_discount_minor: int = 0, occasion: Occasion | None = None
) -> PricedBasket:
    """All amounts of the basket. Voided lines are left out.

    Promotions come first, then the discounts given by hand on lines, then promo codes, then discounts on the whole.
    Without an occasion no promotion counts. points_discount_minor reduces the taxed price where the programme treats
    points as a discount. Raises KeyError for an item with a tax that the store does not have.
    """
    lines = [line for line in basket.lines if not line.voided]
    if not lines:
        return EMPTY
    rounding = rules.rounding
    gross = [_times(line.unit_price_minor, line.quantity_milli, rounding) for line in lines]
    net, promoted = _promoted(lines, gross, rules, occasion, None)
    net = [
        _discounted(line.discounts, amount, rounding) if line.discounts else amount
        for line, amount in zip(lines, net, strict=True)
    ]
    if basket.promo_codes:
        net, by_code = _promoted(lines, net, rules, occasion, basket.promo_codes)
        promoted = {index: promoted.get(index, ()) + by_code.get(index, ()) for index in (*promoted, *by_code)}
    for discount in basket.discounts:
        net = _spread(discount, net, lines, rounding)
    if points_discount_minor:
        net = _less(points_discount_minor, net, net)
    fees = [_fees_minor(line, rounding) if line.item.fees else 0 for line in lines]
    tax = _tax(lines, net, rules)
    if basket.tax_certificate:
        net, fees, promoted = _without_included(tax, net, fees, promoted)
        tax = exempted(tax)
    subtotal, after_discounts, fee_sum = sum(gross), sum(net), sum(fees)
    added = sum(tax.added_by_line)
    return PricedBasket(
        lines=tuple(
            PricedLine(
                line,
                gross[i],
                gross[i] - net[i],
                net[i],
                fees[i],
                tax.added_by_line[i],
                tax.included_by_line[i],
                tax.included_in_fees_by_line[i],
                promoted.get(i, ()),
            )
            for i, line in enumerate(lines)
        ),
        subtotal_minor=subtotal,
        discount_minor=subtotal - after_discounts,
        fees_minor=fee_sum,
        tax_minor=sum(line.tax_minor for line in tax.taxes),
        included_tax_minor=sum(tax.included_by_line) + sum(tax.included_in_fees_by_line),
        total_minor=after_discounts + fee_sum + added,
        taxes=tuple(tax.taxes),
        tax_parts=tuple(tax.parts),
    )


def _promoted(
    lines: list[BasketLine],
    amounts: list[int],
    rules: PricingRules,
    occasion: Occasion | None,
    promo_codes: tuple[str, ...] | None,
) -> tuple[list[int], Reductions]:
    if occasion is None or not rules.promotions.promotions:
        return amounts, {}
    return apply_promotions(rules.promotions, occasion, lines, amounts, rules.currency, rules.rounding, promo_codes)


def _without_included(
    tax: TaxResult, net: list[int], fees: list[int], promoted: Reductions
) -> tuple[list[int], list[int], Reductions]:
    """Exempt prices and fees are those without the tax that they include; on a line it shows as a reduction."""
    relieved = dict(promoted)
    for index, included_minor in enumerate(tax.included_by_line):
        if included_minor:
            relief = LinePromotion(TAX_EXEMPTION, "Tax exemption", included_minor, "tax included in the price")
            relieved[index] = (*promoted.get(index, ()), relief)
    return (
        [amount - part for amount, part in zip(net, tax.included_by_line, strict=True)],
        [amount - part for amount, part in zip(fees, tax.included_in_fees_by_line, strict=True)],
        relieved,
    )


def _times(unit_minor: int, quantity_milli: int, rounding: Rounding) -> int:
    """An amount per piece or unit of weight, times the quantity."""
    pieces, part = divmod(quantity_milli, QUANTITY_SCALE)
    return divide(unit_minor * quantity_milli, QUANTITY_SCALE, rounding) if part else unit_minor * pieces


def _reduction_minor(discount: Discount, amount_minor: int, rounding: Rounding) -> int:
    if discount.percent_micro:
        return divide(amount_minor * discount.percent_micro, RATE_SCALE, rounding)
    return min(discount.amount_minor, amount_minor)


def _discounted(discounts: tuple[Discount, ...], amount_minor: int, rounding: Rounding) -> int:
    for discount in discounts:
        amount_minor -= _reduction_minor(discount, amount_minor, rounding)
    return amount_minor


def _spread(discount: Discount, net: list[int], lines: list[BasketLine], rounding: Rounding) -> list[int]:
    """A transaction discount over the lines in proportion to their price; gift cards keep their value."""
    weights = [0 if line.item.kind is ItemKind.GIFT_CARD else amount for line, amount in zip(lines, net, strict=True)]
    return _less(_reduction_minor(discount, sum(weights), rounding), net, weights)


def _less(off_minor: int, net: list[int], weights: list[int]) -> list[int]:
    """Net prices less a reduction that they share by weight, never below zero."""
    off_minor = min(off_minor, sum(weights))
    if not off_minor:
        return net
    return [amount - part for amount, part in zip(net, allocate(off_minor, weights), strict=True)]


def _fees_minor(line: BasketLine, rounding: Rounding) -> int:
    return sum(_times(fee.amount_minor, line.quantity_milli, rounding) for fee in line.item.fees)


def _tax(lines: list[BasketLine], net: list[int], rules: PricingRules) -> TaxResult:
    taxables = [Taxable(index, net[index], line.item.tax_ids, line.quantity_milli) for index, line in enumerate(lines)]
    for index, line in enumerate(lines):
        for fee in line.item.fees:
            if fee.tax_ids:
                amount_minor = _times(fee.amount_minor, line.quantity_milli, rules.rounding)
                taxables.append(Taxable(index, amount_minor, fee.tax_ids, line.quantity_milli, is_fee=True))
    return compute_tax(taxables, len(lines), rules.tax_rates, rules.tax_rounding, rules.rounding)
