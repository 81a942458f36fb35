"""The taxes and fees of a scenario file: rates with their days and places, reliefs, and the table of fees."""

from typing import Annotated, Literal

from msgspec import Meta

from pos_app.scenario.parts import Day, Identifier, Part

Name = Annotated[str, Meta(max_length=120)]


class Tax(Part, rename={"starts_on": "from", "ends_on": "to"}):
    """One tax; rate is a part of 1. Items name it, or one of the categories that it applies to."""

    id: Identifier
    rate: str
    included: bool = False
    name: Name = ""
    applies_to: tuple[str, ...] = ()
    starts_on: Day | None = None
    ends_on: Day | None = None
    ship_to: tuple[str, ...] = ()
    at_counter: bool | None = None


class TaxRelief(Part, rename={"starts_on": "from", "ends_on": "to"}):
    """Goods that taxes spare, on some days or always, up to a price per piece."""

    id: Identifier
    name: Name = ""
    up_to: str | None = None
    below: str | None = None
    first: str | None = None
    taxes: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    starts_on: Day | None = None
    ends_on: Day | None = None


class ItemFee(Part):
    """A charge that comes with an item and earns nothing."""

    id: Identifier
    amount: str
    tax: tuple[str, ...] = ()
    refundable: bool = True
    once: bool = False


class TableFee(ItemFee):
    """A fee of the store's table: it comes by itself, is chosen, or is for delivery."""

    name: Name = ""
    when: Literal["always", "chosen", "delivery"] = "always"
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    screen_from: str = "0"
    screen_to: str = "0"
