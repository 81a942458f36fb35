"""From a basket to amounts: line prices, discounts, fees, tax and totals that add up exactly.

Plain integers inside; one call recomputes everything, so there is no state that could go stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from pos_app.domain.basket import Basket, BasketLine, Discount
from pos_app.domain.item import PRODUCTS, QUANTITY_SCALE, Fee, Item
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
from pos_app.domain.tax_table import TaxesOfADay, TaxRelief, TaxTable

_T = TypeVar("_T")
_row = tuple.__new__
"""Makes a named tuple of a row of values without a call of Python per row: a scan makes hundreds."""
TAX_EXEMPTION = "tax-exemption"
"""Stands where a promotion's id stands, for the included tax that an exempt customer does not pay."""


@dataclass(frozen=True, slots=True)
class PricingRules:
    """A store's settings that decide amounts. tax_rates are by tax, or all of the store's table in its order."""

    currency: Currency
    tax_rates: Mapping[str, TaxRate] | Sequence[TaxRate]
    tax_rounding: TaxRounding = TaxRounding.TRANSACTION
    rounding: Rounding = Rounding.HALF_UP
    cash_step_minor: int = 1
    promotions: PromotionBook = NO_PROMOTIONS
    tax_reliefs: tuple[TaxRelief, ...] = ()
    taxes: TaxTable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rates = self.tax_rates.values() if isinstance(self.tax_rates, Mapping) else self.tax_rates
        object.__setattr__(self, "taxes", TaxTable(tuple(rates), self.tax_reliefs))

    def unknown_tax(self, item: Item) -> str:
        """The first tax of an item or its fees that the store does not have, or empty: such an item has no price."""
        return self.taxes.unknown((*item.tax_ids, *(tax_id for fee in item.fees for tax_id in fee.tax_ids)))


class PricedFee(NamedTuple):
    """A fee of a line and what it comes to."""

    fee: Fee
    amount_minor: int


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
    fees: tuple[PricedFee, ...] = ()
    tax_reliefs: tuple[str, ...] = ()

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

    def taken_off(self, promotion_id: str) -> int:
        """What a promotion took off the sale."""
        return sum(
            part.reduction_minor for line in self.lines for part in line.promotions if part.promotion_id == promotion_id
        )

    def earning_lines(self) -> list[EarningLine]:
        """The lines as the rewards programme sees them."""
        return [
            _row(
                EarningLine,
                (
                    line.line_number,
                    line.code,
                    line.item.item_id,
                    line.item.category,
                    net_minor - included_tax_minor,
                    line.item.kind in PRODUCTS,
                ),
            )
            for line, _, _, net_minor, _, _, included_tax_minor, _, _, _, _ in self.lines
        ]


EMPTY = PricedBasket((), 0, 0, 0, 0, 0, 0, ())


def price(
    basket: Basket,
    rules: PricingRules,
    points_discount_minor: int = 0,
    occasion: Occasion | None = None,
    *,
    day: date | None = None,
) -> PricedBasket:
    """All amounts of the basket. Voided lines are left out.

    Promotions come first, then the discounts given by hand on lines, then promo codes, then discounts on the whole.
    Without an occasion no promotion counts, and taxes are those of the day. points_discount_minor reduces the taxed
    price where the programme treats points as a discount. Raises KeyError for an item with a tax that the store does
    not have.
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
        net, by_code = _promoted(lines, net, rules, occasion, rules.promotions.switched_on(basket.promo_codes))
        for promotion_id, limit_minor in _offline_limits(basket, rules):
            net, by_code = _capped(promotion_id, limit_minor, net, by_code)
        promoted = _together(promoted, by_code)
    for discount in basket.discounts:
        net = _spread(discount, net, lines, rounding)
    if occasion is not None and occasion.by_tender:
        net, by_tender = _promoted(lines, net, rules, occasion, frozenset((occasion.by_tender,)))
        promoted = _together(promoted, by_tender)
    if points_discount_minor:
        net = _less(points_discount_minor, net, net)
    fees = [_fee_amounts(line, rounding) if line.item.fees or line.added_fees else [] for line in lines]
    taxes_of_the_day = rules.taxes.on(occasion.at.date() if occasion else day)
    tax, reliefs = _tax(lines, net, fees, basket.ship_region, rules, taxes_of_the_day)
    if basket.tax_certificate:
        left = exempted(tax, basket.exempt_tax_ids)
        net, fees, promoted = _without_included(tax, left, net, fees, promoted)
        tax = left
    subtotal, after_discounts = sum(gross), sum(net)
    fee_sums = [sum(amounts) if amounts else 0 for amounts in fees]
    fee_sum = sum(fee_sums)
    added = sum(tax.added_by_line)
    columns = zip(
        lines,
        gross,
        [before - after for before, after in zip(gross, net, strict=True)],
        net,
        fee_sums,
        tax.added_by_line,
        tax.included_by_line,
        tax.included_in_fees_by_line,
        _by_line(promoted, len(lines)),
        [
            tuple(map(PricedFee, line.fees, amounts)) if amounts else ()
            for line, amounts in zip(lines, fees, strict=True)
        ],
        _by_line(reliefs, len(lines)),
        strict=True,
    )
    return PricedBasket(
        lines=tuple([_row(PricedLine, row) for row in columns]),
        subtotal_minor=subtotal,
        discount_minor=subtotal - after_discounts,
        fees_minor=fee_sum,
        tax_minor=sum(line.tax_minor for line in tax.taxes),
        included_tax_minor=sum(tax.included_by_line) + sum(tax.included_in_fees_by_line),
        total_minor=after_discounts + fee_sum + added,
        taxes=tuple(tax.taxes),
        tax_parts=tuple(tax.parts),
    )


def _by_line(found: Mapping[int, tuple[_T, ...]], count: int) -> list[tuple[_T, ...]]:
    """What lines have something of, for all of them."""
    return [found.get(index, ()) for index in range(count)] if found else [()] * count


def _promoted(
    lines: list[BasketLine],
    amounts: list[int],
    rules: PricingRules,
    occasion: Occasion | None,
    switched_on: frozenset[str] | None,
) -> tuple[list[int], Reductions]:
    if occasion is None or not rules.promotions.promotions:
        return amounts, {}
    return apply_promotions(rules.promotions, occasion, lines, amounts, rules.currency, rules.rounding, switched_on)


def _offline_limits(basket: Basket, rules: PricingRules) -> list[tuple[str, int]]:
    """What promotions may take off whose codes were taken without asking the central service."""
    found = [rules.promotions.find_code(use.code) for use in basket.code_uses if use.offline]
    codes = [code for code, _ in filter(None, found)]
    return [(code.promotion_id, code.offline_limit_minor) for code in codes if code.offline_limit_minor]


def _capped(
    promotion_id: str, limit_minor: int, amounts: list[int], reductions: Reductions
) -> tuple[list[int], Reductions]:
    """What one promotion took off, no more than the limit, shared by the same lines."""
    taken = {
        index: part.reduction_minor
        for index, parts in sorted(reductions.items())
        for part in parts
        if part.promotion_id == promotion_id
    }
    if sum(taken.values()) <= limit_minor:
        return amounts, reductions
    left, capped = list(amounts), dict(reductions)
    for (index, before), share in zip(taken.items(), allocate(limit_minor, list(taken.values())), strict=True):
        left[index] += before - share
        capped[index] = tuple(
            part._replace(reduction_minor=share) if part.promotion_id == promotion_id else part
            for part in reductions[index]
        )
    return left, capped


def _together(before: Reductions, more: Reductions) -> Reductions:
    return {index: before.get(index, ()) + more.get(index, ()) for index in (*before, *more)}


def _without_included(
    tax: TaxResult, left: TaxResult, net: list[int], fees: list[list[int]], promoted: Reductions
) -> tuple[list[int], list[list[int]], Reductions]:
    """Exempt prices and fees are those without the tax that they include; on a line it shows as a reduction."""
    included = {one.tax_id for one in tax.taxes if one.included}
    net, fees, relieved = list(net), [list(amounts) for amounts in fees], dict(promoted)
    relief_minor = dict.fromkeys(range(len(net)), 0)
    for part, part_left in zip(tax.parts, left.parts, strict=True):
        off_minor = part.tax_minor - part_left.tax_minor
        if part.tax_id not in included:
            continue
        if part.fee_number:
            fees[part.line_index][part.fee_number - 1] -= off_minor
        else:
            relief_minor[part.line_index] += off_minor
    for index, off_minor in relief_minor.items():
        if off_minor:
            net[index] -= off_minor
            relief = LinePromotion(TAX_EXEMPTION, "Tax exemption", off_minor, "tax included in the price")
            relieved[index] = (*promoted.get(index, ()), relief)
    return net, fees, relieved


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
    weights = [amount if line.item.kind in PRODUCTS else 0 for line, amount in zip(lines, net, strict=True)]
    return _less(_reduction_minor(discount, sum(weights), rounding), net, weights)


def _less(off_minor: int, net: list[int], weights: list[int]) -> list[int]:
    """Net prices less a reduction that they share by weight, never below zero."""
    off_minor = min(off_minor, sum(weights))
    if not off_minor:
        return net
    return [amount - part for amount, part in zip(net, allocate(off_minor, weights), strict=True)]


def _fee_amounts(line: BasketLine, rounding: Rounding) -> list[int]:
    return [
        fee.amount_minor if fee.once else _times(fee.amount_minor, line.quantity_milli, rounding) for fee in line.fees
    ]


def _tax(
    lines: list[BasketLine],
    net: list[int],
    fees: list[list[int]],
    ship_region: str,
    rules: PricingRules,
    taxes: TaxesOfADay,
) -> tuple[TaxResult, dict[int, tuple[str, ...]]]:
    """The taxes, and by the line's index the names of what spared it from some."""
    taxables: list[Taxable] = []
    reliefs: dict[int, tuple[str, ...]] = {}
    due, spares = taxes.due, taxes.spares
    for index, line in enumerate(lines):
        item, quantity_milli = line.item, line.quantity_milli
        region = ship_region if line.to_ship else ""
        if spares:
            parts, spared_by = taxes.taxables(index, net[index], item.tax_ids, item.category, quantity_milli, region)
            taxables += parts
            if spared_by:
                reliefs[index] = spared_by
        else:
            taxables.append(_row(Taxable, (index, net[index], due(item.tax_ids, region), quantity_milli, 0)))
        if not fees[index]:
            continue
        for number, (fee, amount_minor) in enumerate(zip(line.fees, fees[index], strict=True), 1):
            if fee.tax_ids:
                pieces_milli = QUANTITY_SCALE if fee.once else quantity_milli
                taxables.append(Taxable(index, amount_minor, due(fee.tax_ids, region), pieces_milli, number))
    result = compute_tax(taxables, len(lines), taxes.rates, rules.tax_rounding, rules.rounding)
    return result, reliefs
