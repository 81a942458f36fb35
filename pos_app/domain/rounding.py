"""The one place where amounts are rounded or split.

All arithmetic is on integers: minor units of a currency, points, or thousandths of a quantity.
"""

from collections.abc import Sequence
from enum import StrEnum


class Rounding(StrEnum):
    """How a half is rounded. Half-up means away from zero, so that a refund mirrors its sale."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The quotient rounded to a whole number, symmetrical around zero.

    Raises ZeroDivisionError when the denominator is 0.
    """
    negative = (numerator < 0) != (denominator < 0)
    divisor = abs(denominator)
    whole, rest = divmod(abs(numerator), divisor)
    twice = 2 * rest
    if twice > divisor or (twice == divisor and (rounding is Rounding.HALF_UP or whole % 2)):
        whole += 1
    return -whole if negative else whole


def round_to_step(amount_minor: int, step_minor: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The nearest multiple of the smallest coin, e.g. 5 where the smallest coin is five cents."""
    if step_minor <= 1:
        return amount_minor
    return divide(amount_minor, step_minor, rounding) * step_minor


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total over weights so that the parts add up to it exactly (largest remainder).

    Ties go to the earlier part. A zero weight gets nothing, unless all are zero: then all count alike.
    Raises ValueError for a negative weight, or for a total that nobody is there to carry.
    """
    if not weights:
        if total:
            raise ValueError("an amount cannot be split over nothing")
        return []
    if min(weights) < 0:
        raise ValueError("a weight cannot be negative")
    shares = weights if any(weights) else [1] * len(weights)
    share_sum = sum(shares)
    magnitude = abs(total)
    products = [magnitude * share for share in shares]
    parts = [product // share_sum for product in products]
    missing = magnitude - sum(parts)
    if missing:
        # Largest remainder first; the sort keeps the order of equals.
        owed = [-(product % share_sum) for product in products]
        for index in sorted(range(len(parts)), key=owed.__getitem__)[:missing]:
            parts[index] += 1
    return [-part for part in parts] if total < 0 else parts
