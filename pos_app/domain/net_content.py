"""What is in a package, such as 750 g, and the price per unit that shelf labels show (98/6/EC, NIST HB 130)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from pos_app.domain.rounding import divide

_BASES = {
    "g": ("kg", 1000),
    "kg": ("kg", 1),
    "ml": ("l", 1000),
    "cl": ("l", 100),
    "l": ("l", 1),
    "oz": ("lb", 16),
    "lb": ("lb", 1),
    "fl oz": ("fl oz", 1),
    "m": ("m", 1),
    "pcs": ("pc", 1),
}
"""Unit of a package -> the unit its price is compared by, and how many of the first make one."""
_CONTENT = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?\s*([a-z ]{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Minor units for one unit."""

    price_minor: int
    unit: str


def read_content(text: str) -> str:
    """The content in one way of writing, or empty. Raises ValueError with the reason."""
    stripped = " ".join(text.lower().split())
    if not stripped:
        return ""
    match = _CONTENT.fullmatch(stripped)
    if match is None or match[3].strip() not in _BASES or not int(match[1] + (match[2] or "")):
        raise ValueError(f"the content is an amount and one of {', '.join(_BASES)}, like 750 g")
    amount = f"{int(match[1])}.{match[2].rstrip('0')}".rstrip(".") if match[2] else str(int(match[1]))
    return f"{amount} {match[3].strip()}"


def unit_price(price_minor: int, content: str) -> UnitPrice | None:
    """What a unit of a content (as read_content gives it) costs, half up; None where nothing is known of it."""
    if not content:
        return None
    amount, _, unit = content.partition(" ")
    base, per_base = _BASES[unit]
    amount_milli = int(Decimal(amount) * 1000)
    return UnitPrice(divide(price_minor * per_base * 1000, amount_milli), base)
