"""What a store sells: items, their kinds and the fees that go with them."""

from dataclasses import dataclass
from enum import StrEnum

QUANTITY_SCALE = 1000
"""Quantities are counted in thousandths, so that one piece is 1000 and 1.234 kg is 1234."""


class ItemKind(StrEnum):
    """Goods and services are products and earn points; gift cards and deposits are money in another form, and do not
    (rewards programme, Earning).
    """

    GOODS = "goods"
    SERVICE = "service"
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"


PRODUCTS = frozenset({ItemKind.GOODS, ItemKind.SERVICE})
"""What can be reduced, promoted and earn points."""


class SoldBy(StrEnum):
    """Whether a quantity counts pieces or weighs."""

    EACH = "each"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge that is no product price: recycling, delivery, installation. It earns nothing.

    It is due per piece, or once for the line whatever its quantity; one that is not refundable stays paid when the
    goods come back.
    """

    fee_id: str
    name: str
    amount_minor: int
    tax_ids: tuple[str, ...] = ()
    refundable: bool = True
    once: bool = False


@dataclass(frozen=True, slots=True)
class ItemChecks:
    """What is asked before an item is sold.

    serial_rule is one of domain/serial_number.py, minimum_age in years, quantity_limit in pieces of one sale; empty
    or 0 asks nothing. ended: it is not sold any more, and still comes back.
    """

    serial_rule: str = ""
    minimum_age: int = 0
    quantity_limit: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One product as the till sells it. A price is per piece, or per unit of weight."""

    item_id: str
    name: str
    price_minor: int
    tax_ids: tuple[str, ...] = ()
    kind: ItemKind = ItemKind.GOODS
    sold_by: SoldBy = SoldBy.EACH
    category: str = ""
    brand: str = ""
    fees: tuple[Fee, ...] = ()
    department: str = ""
    checks: ItemChecks | None = None
    screen_size_tenths: int = 0
    """Diagonal in tenths of an inch, 0 for what has no screen: recycling fees go by it."""
