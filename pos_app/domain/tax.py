"""Sales tax: several rates, added to or included in the price, rounded per transaction or per item."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import lcm
from typing import NamedTuple

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.rounding import Rounding, allocate, divide

RATE_SCALE = 1_000_000
"""Rates are counted in millionths: 7.25 % is 72,500."""


class TaxRounding(StrEnum):
    """Where tax is rounded: each tax once on the transaction, all taxes together once, or on each item sold."""

    TRANSACTION = "transaction"
    TOGETHER = "together"
    """The exact sum of the taxes is rounded, and shared among them so that they add up to it."""
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax of one authority.

    It is due on items that name it or one of its categories, from starts_on to ends_on (both included, by the
    store's calendar). ship_to names the regions to which goods are sent under this tax instead of the store's own;
    at_counter says whether it is due on goods handed over in the store.
    """

    tax_id: str
    rate_micro: int
    included: bool = False
    name: str = ""
    categories: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    ship_to: tuple[str, ...] = ()
    at_counter: bool = True


class Taxable(NamedTuple):
    """An amount that taxes apply to: a line's net price (or a part of it), or one of its fees, counted from 1."""

    line_index: int
    amount_minor: int
    tax_ids: tuple[str, ...]
    quantity_milli: int = QUANTITY_SCALE
    fee_number: int = 0


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What one tax came to on the transaction; base_minor is without any tax, its own or another included one."""

    tax_id: str
    rate_micro: int
    included: bool
    base_minor: int
    tax_minor: int
    name: str = ""


class TaxPart(NamedTuple):
    """What one tax came to on one line (fee_number 0) or fee of it; a return gives exactly this back."""

    line_index: int
    tax_id: str
    base_minor: int
    tax_minor: int
    fee_number: int = 0


@dataclass(slots=True)
class TaxResult:
    """Taxes of the transaction, and each line's exact share of the added and the included ones.

    What is included in a fee is kept apart from what is included in the line's price.
    """

    taxes: list[TaxLine] = field(default_factory=list)
    added_by_line: list[int] = field(default_factory=list)
    included_by_line: list[int] = field(default_factory=list)
    included_in_fees_by_line: list[int] = field(default_factory=list)
    parts: list[TaxPart] = field(default_factory=list)


def compute_tax(
    taxables: Iterable[Taxable],
    line_count: int,
    rates: Mapping[str, TaxRate],
    where: TaxRounding,
    rounding: Rounding,
) -> TaxResult:
    """Each tax in the order of the store's list, with shares per line that add up to it exactly.

    Every tax, added or included, is due on the price without the included taxes: no tax is charged on a tax.
    Raises KeyError when a taxable names a tax that the store does not have.
    """
    items = [taxable for taxable in taxables if taxable.amount_minor]
    group_of, divisors = _grouped(items, rates)
    # Shares of a tax are wanted before any base is known: a base is what no included tax has a share in.
    charged: list[tuple[TaxRate, list[int], list[int]]] = []
    untaxed = [taxable.amount_minor for taxable in items]
    result = TaxResult([], [0] * line_count, [0] * line_count, [0] * line_count)
    together: dict[str, int] = {}
    if where is TaxRounding.TOGETHER:
        for included in (False, True):
            due = [rate for tax_id, rate in rates.items() if group_of[tax_id] and rate.included is included]
            together |= _rounded_together(due, group_of, items, divisors, rounding)
    for tax_id, rate in rates.items():
        group = group_of[tax_id]
        if not group:
            continue
        taxed = [items[i] for i in group]
        if where is TaxRounding.TOGETHER:
            parts = allocate(together[tax_id], [abs(taxable.amount_minor) for taxable in taxed])
        else:
            parts = _parts(rate.rate_micro, taxed, [divisors[i] for i in group], where, rounding)
        charged.append((rate, group, parts))
        if not rate.included:
            for taxable, part in zip(taxed, parts, strict=True):
                result.added_by_line[taxable.line_index] += part
            continue
        for index, taxable, part in zip(group, taxed, parts, strict=True):
            untaxed[index] -= part
            shares = result.included_in_fees_by_line if taxable.fee_number else result.included_by_line
            shares[taxable.line_index] += part
    for rate, group, parts in charged:
        base_minor = sum([untaxed[index] for index in group])
        result.taxes.append(TaxLine(rate.tax_id, rate.rate_micro, rate.included, base_minor, sum(parts), rate.name))
        result.parts += [
            tuple.__new__(TaxPart, (items[i].line_index, rate.tax_id, untaxed[i], part, items[i].fee_number))
            for i, part in zip(group, parts, strict=True)
        ]
    return result


def _grouped(items: list[Taxable], rates: Mapping[str, TaxRate]) -> tuple[dict[str, list[int]], list[int]]:
    """The positions that owe each tax, in their order, and what each amount is divided by.

    Most goods of a store owe the same taxes, so they are put together by what they owe first.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for index, (_, _, tax_ids, _, _) in enumerate(items):
        if tax_ids in alike:
            alike[tax_ids].append(index)
        else:
            alike[tax_ids] = [index]
    group_of: dict[str, list[int]] = {tax_id: [] for tax_id in rates}
    divisors = [RATE_SCALE] * len(items)
    for tax_ids, indexes in alike.items():
        divisor = RATE_SCALE + sum(rates[tax_id].rate_micro for tax_id in tax_ids if rates[tax_id].included)
        for tax_id in tax_ids:
            group_of[tax_id] += indexes
        if divisor != RATE_SCALE:
            for index in indexes:
                divisors[index] = divisor
    if len(alike) > 1:
        for group in group_of.values():
            group.sort()
    return group_of, divisors


def exempted(result: TaxResult, tax_ids: Sequence[str] = ()) -> TaxResult:
    """The same bases with none of these taxes on them (all, when none is named): what an exempt sale reports."""
    taxes = [replace(tax, tax_minor=0) if _is_exempt(tax.tax_id, tax_ids) else tax for tax in result.taxes]
    included = {tax.tax_id for tax in taxes if tax.included}
    lines = len(result.added_by_line)
    left = TaxResult(taxes, [0] * lines, [0] * lines, [0] * lines)
    for part in result.parts:
        if _is_exempt(part.tax_id, tax_ids):
            left.parts.append(part._replace(tax_minor=0))
            continue
        left.parts.append(part)
        if part.tax_id not in included:
            left.added_by_line[part.line_index] += part.tax_minor
        elif part.fee_number:
            left.included_in_fees_by_line[part.line_index] += part.tax_minor
        else:
            left.included_by_line[part.line_index] += part.tax_minor
    return left


def _is_exempt(tax_id: str, tax_ids: Sequence[str]) -> bool:
    return not tax_ids or tax_id in tax_ids


def _parts(
    rate_micro: int, group: list[Taxable], divisors: list[int], where: TaxRounding, rounding: Rounding
) -> list[int]:
    """What one tax comes to on each of these amounts, rounded where the store rounds."""
    if where is TaxRounding.ITEM:
        return [
            _tax_of_pieces(taxable, rate_micro, divisor, rounding)
            for taxable, divisor in zip(group, divisors, strict=True)
        ]
    tax_minor = _tax_of_sum(group, divisors, rate_micro, rounding)
    return allocate(tax_minor, [abs(taxable.amount_minor) for taxable in group])


def _tax_of_sum(group: list[Taxable], divisors: list[int], rate_micro: int, rounding: Rounding) -> int:
    """One rounding for the whole transaction."""
    return divide(*_exact_tax(group, divisors, rate_micro), rounding)


def _rounded_together(
    rates: list[TaxRate],
    group_of: Mapping[str, list[int]],
    items: list[Taxable],
    divisors: list[int],
    rounding: Rounding,
) -> dict[str, int]:
    """What each tax comes to when their sum is rounded once, by largest remainder."""
    exact = []
    for rate in rates:
        group = group_of[rate.tax_id]
        exact.append(_exact_tax([items[i] for i in group], [divisors[i] for i in group], rate.rate_micro))
    common = lcm(*(denominator for _, denominator in exact))
    numerators = [numerator * (common // denominator) for numerator, denominator in exact]
    total_minor = divide(sum(numerators), common, rounding)
    parts = allocate(total_minor, [abs(numerator) for numerator in numerators])
    return {rate.tax_id: part for rate, part in zip(rates, parts, strict=True)}


def _exact_tax(group: list[Taxable], divisors: list[int], rate_micro: int) -> tuple[int, int]:
    """Numerator and denominator of the tax, exact also where lines differ in their included rates."""
    by_divisor = dict.fromkeys(divisors, 0)
    if len(by_divisor) == 1:  # as in most stores
        return sum([taxable.amount_minor for taxable in group]) * rate_micro, divisors[0]
    for taxable, divisor in zip(group, divisors, strict=True):
        by_divisor[divisor] += taxable.amount_minor
    numerator, denominator = 0, 1
    for divisor, amount in by_divisor.items():
        numerator = numerator * divisor + amount * rate_micro * denominator
        denominator *= divisor
    return numerator, denominator


def _tax_of_pieces(taxable: Taxable, rate_micro: int, divisor: int, rounding: Rounding) -> int:
    """Tax rounded on each piece; a weighed line counts as one piece.

    A discounted amount that its pieces cannot share evenly is shared to the cent: some cost one more.
    """
    pieces, part = divmod(taxable.quantity_milli, QUANTITY_SCALE)
    if part or pieces <= 1:
        return divide(taxable.amount_minor * rate_micro, divisor, rounding)
    lower, dearer = divmod(taxable.amount_minor, pieces)
    return (pieces - dearer) * divide(lower * rate_micro, divisor, rounding) + dearer * divide(
        (lower + 1) * rate_micro, divisor, rounding
    )
