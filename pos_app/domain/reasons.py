"""The reasons an associate chooses from: a store's own words, so that they can be counted afterwards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reasons:
    """Reasons by what they are given for, in the order they are shown."""

    discount: tuple[str, ...] = ("Damaged box", "Display item", "Customer care", "Price match")
    price_override: tuple[str, ...] = ("Price match", "Shelf label differs", "Display item", "Damaged")
    no_sale: tuple[str, ...] = ("Change for a customer", "Check the drawer", "Receipt roll change", "Other")
    paid_in: tuple[str, ...] = ("Change from the safe", "Money found", "Refund from a supplier", "Other")
    paid_out: tuple[str, ...] = ("Window cleaner", "Delivery", "Office supplies", "Other")
    over_short: tuple[str, ...] = ("Wrong change given", "Opening count was wrong", "Slip missing", "Not explained")
    approval: tuple[str, ...] = ("Customer care", "Price match", "Damaged goods", "Mistake")


NEUTRAL_REASONS = Reasons()
