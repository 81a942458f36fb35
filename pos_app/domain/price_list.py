"""Price lists: what an item costs from a moment until another, for everybody or for a segment of customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

EVERYBODY = "consumer"
"""The segment whose prices hold for everybody."""
SEGMENTS = (EVERYBODY, "student", "business", "employee")


class ListPrice(NamedTuple):
    """A price in force, and where it stands."""

    price_minor: int
    list_id: str
    segment: str = EVERYBODY


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """One row of a price list. Times are whole seconds of Unix time; ends_at_s is the first one it no longer holds
    in, None is for ever.
    """

    list_id: str
    segment: str
    item_id: str
    price_minor: int
    starts_at_s: int = 0
    ends_at_s: int | None = None

    def in_force(self, at_s: int) -> bool:
        """True when the price holds at that second."""
        return self.starts_at_s <= at_s and (self.ends_at_s is None or at_s < self.ends_at_s)


def price_in_force(entries: Iterable[PriceEntry], segment: str, at_s: int) -> ListPrice | None:
    """The price of one item for a customer of this segment; None: the item's own.

    Of several rows of a segment the one that began last holds, of those the one of the list that sorts last. Nobody
    pays more for belonging to a segment: the price for everybody holds where it is lower.
    """
    latest: dict[str, PriceEntry] = {}
    for entry in entries:
        if entry.segment in (segment, EVERYBODY) and entry.in_force(at_s):
            known = latest.get(entry.segment)
            if known is None or (entry.starts_at_s, entry.list_id) > (known.starts_at_s, known.list_id):
                latest[entry.segment] = entry
    if not latest:
        return None
    best = min(latest.values(), key=lambda entry: (entry.price_minor, entry.segment != EVERYBODY))
    return ListPrice(best.price_minor, best.list_id, best.segment)
