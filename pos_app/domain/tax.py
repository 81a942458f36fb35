"""Sales tax: several rates, added to or included in the price, rounded per transaction or per item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.rounding import Rounding, allocate, divide

RATE_SCALE = 1_000_000
"""Rates are counted in millionths: 7.25 % is 72,500."""


class TaxRounding(StrEnum):
    """Where tax is rounded: once on the transaction, or on each item sold."""

    TRANSACTION = "transaction"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax of one authority."""

    tax_id: str
    rate_micro: int
    included: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Taxable:
    """An amount that taxes apply to: a line's net price, or one of its fees."""

    line_index: int
    amount_minor: int
    tax_ids: tuple[str, ...]
    quantity_milli: int = QUANTITY_SCALE


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What one tax came to on the transaction; base_minor is without the tax itself."""

    tax_id: str
    rate_micro: int
    included: bool
    base_minor: int
    tax_minor: int


@dataclass(slots=True)
class TaxResult:
    """Taxes of the transaction, and each line's exact share of the added and the included ones."""

    taxes: list[TaxLine] = field(default_factory=list)
    added_by_line: list[int] = field(default_factory=list)
    included_by_line: list[int] = field(default_factory=list)


def compute_tax(
    taxables: Iterable[Taxable],
    line_count: int,
    rates: Mapping[str, TaxRate],
    where: TaxRounding,
    rounding: Rounding,
) -> TaxResult:
    """Each tax in the order of the store's list, with shares per line that add up to it exactly.

    Raises KeyError when a taxable names a tax that the store does not have.
    """
    by_tax: dict[str, list[Taxable]] = {}
    included_rate: dict[int, int] = {}
    for index, taxable in enumerate(items := list(taxables)):
        if not taxable.amount_minor:
            continue
        for tax_id in taxable.tax_ids:
            rate = rates[tax_id]
            by_tax.setdefault(tax_id, []).append(taxable)
            if rate.included:
                included_rate[index] = included_rate.get(index, 0) + rate.rate_micro
    rate_sum_of = {id(items[index]): total for index, total in included_rate.items()}
    result = TaxResult([], [0] * line_count, [0] * line_count)
    for tax_id, rate in rates.items():
        group = by_tax.get(tax_id)
        if group:
            _apply(rate, group, rate_sum_of, where, rounding, result)
    return result


def _apply(
    rate: TaxRate,
    group: list[Taxable],
    rate_sum_of: Mapping[int, int],
    where: TaxRounding,
    rounding: Rounding,
    result: TaxResult,
) -> None:
    """Add one tax to the result."""
    shares = result.included_by_line if rate.included else result.added_by_line
    divisors = [RATE_SCALE + rate_sum_of[id(t)] if rate.included else RATE_SCALE for t in group]
    if where is TaxRounding.ITEM:
        parts = [
            _tax_of_items(taxable, rate.rate_micro, divisor, rounding)
            for taxable, divisor in zip(group, divisors, strict=True)
        ]
        tax_minor = sum(parts)
    else:
        tax_minor = _tax_of_sum(group, divisors, rate.rate_micro, rounding)
        parts = allocate(tax_minor, [abs(t.amount_minor) for t in group])
    for taxable, part in zip(group, parts, strict=True):
        shares[taxable.line_index] += part
    gross = sum(t.amount_minor for t in group)
    base = gross - tax_minor if rate.included else gross
    result.taxes.append(TaxLine(rate.tax_id, rate.rate_micro, rate.included, base, tax_minor))


def _tax_of_sum(group: list[Taxable], divisors: list[int], rate_micro: int, rounding: Rounding) -> int:
    """One rounding for the whole transaction, exact also where lines differ in their included rates."""
    by_divisor: dict[int, int] = {}
    for taxable, divisor in zip(group, divisors, strict=True):
        by_divisor[divisor] = by_divisor.get(divisor, 0) + taxable.amount_minor
    numerator, denominator = 0, 1
    for divisor, amount in by_divisor.items():
        numerator = numerator * divisor + amount * rate_micro * denominator
        denominator *= divisor
    return divide(numerator, denominator, rounding)


def _tax_of_items(taxable: Taxable, rate_micro: int, divisor: int, rounding: Rounding) -> int:
    """Tax rounded on each piece; a weighed line counts as one piece."""
    pieces, part = divmod(taxable.quantity_milli, QUANTITY_SCALE)
    if part or pieces <= 1:
        return divide(taxable.amount_minor * rate_micro, divisor, rounding)
    lower, dearer = divmod(taxable.amount_minor, pieces)
    return (pieces - dearer) * divide(lower * rate_micro, divisor, rounding) + dearer * divide(
        (lower + 1) * rate_micro, divisor, rounding
    )
