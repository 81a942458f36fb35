"""Floor of basket arithmetic: line discount, tax and points of a basket in one plain loop over whole numbers."""

Lines = list[tuple[int, int, int]]
"""Quantity in thousandths, unit price in minor units, discount in millionths."""

_SCALE = 1_000_000


def total_minor(lines: Lines, tax_micro: int) -> tuple[int, int]:
    """What the basket comes to and the points it earns; halves are rounded to even, tax on each line."""
    total = eligible = 0
    for quantity_milli, unit_minor, discount_micro in lines:
        gross = _half_even(quantity_milli * unit_minor, 1000)
        net = gross - _half_even(gross * discount_micro, _SCALE)
        total += net + _half_even(net * tax_micro, _SCALE)
        eligible += net
    return total, eligible // 100


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole & 1))
