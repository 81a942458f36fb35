"""Gift cards and store credit: money that the central service keeps under a number.

The number is worth its money to whoever knows it, so it never stands in the journal: like an address it is kept beside
it until the central service has it (ADR 0012).
"""

from dataclasses import dataclass
from enum import StrEnum

STORE_CREDIT_PREFIX = "9920"
STORE_CREDIT_DIGITS = 18
SHORTEST_NUMBER, LONGEST_NUMBER = 6, 24


class LoadKind(StrEnum):
    """How money comes onto a number."""

    ACTIVATE = "activate"
    TOP_UP = "top_up"
    STORE_CREDIT = "store_credit"


class StoredValueError(ValueError):
    """A number or an amount that cannot be; the text is meant for the associate."""


@dataclass(frozen=True, slots=True)
class GiftCardRules:
    """A store's rules. item_id and name are what a gift card is on a receipt.

    sell_offline lets cards be sold without the central service: they are loaded when it is back, and the receipt says
    so. Amounts are in minor units, for one card at a time.
    """

    name: str = "Gift card"
    item_id: str = "gift-card"
    amounts_minor: tuple[int, ...] = ()
    least_minor: int = 1
    most_minor: int = 200_000
    sell_offline: bool = False


DEFAULT_GIFT_CARD_RULES = GiftCardRules()


@dataclass(frozen=True, slots=True)
class StoredValueLoad:
    """Money for one card, bought on a line of the sale under way. load_id names the number beside the journal."""

    load_id: str
    kind: LoadKind
    number: str
    line_number: int
    offline: bool = False

    @property
    def last_four(self) -> str:
        """All that is shown of the number."""
        return self.number[-4:]


def clean_number(text: str) -> str:
    """The number as typed or scanned, without spaces and hyphens. Raises StoredValueError."""
    number = "".join(text.split()).replace("-", "").upper()
    if not (number.isascii() and number.isalnum() and SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER):
        raise StoredValueError(f"A card's number has {SHORTEST_NUMBER} to {LONGEST_NUMBER} digits.")
    return number


def store_credit_number(random_digits: str) -> str:
    """The number of a new store credit: prefix, random digits, check digit. Raises ValueError."""
    wanted = STORE_CREDIT_DIGITS - len(STORE_CREDIT_PREFIX) - 1
    if len(random_digits) != wanted or not random_digits.isdigit():
        raise ValueError(f"a store credit is made of {wanted} random digits")
    body = STORE_CREDIT_PREFIX + random_digits
    return f"{body}{_luhn_digit(body)}"


def is_store_credit(number: str) -> bool:
    """True for a number that store credit has; gift cards have others."""
    known = len(number) == STORE_CREDIT_DIGITS and number.isdigit() and number.startswith(STORE_CREDIT_PREFIX)
    return known and _luhn_digit(number[:-1]) == int(number[-1])


def _luhn_digit(body: str) -> int:
    """The check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
