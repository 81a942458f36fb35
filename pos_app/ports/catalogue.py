"""Items and prices, as the services ask for them."""

from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.item import Item


@dataclass(frozen=True, slots=True)
class ItemHit:
    """One row of a search, enough to show and pick it."""

    item_id: str
    name: str
    brand: str
    price_minor: int
    code: str


class Catalogue(Protocol):
    """Items and prices. An unknown code is a value, not an exception."""

    def find_by_code(self, code: str) -> Item | None:
        """The item of a barcode, SKU or PLU as scanned or typed, or None."""

    def search(self, text: str, limit: int = 20) -> list[ItemHit]:
        """Items whose name, brand, SKU or model begin with the words typed, best sellers first.

        May take some hundredths of a second: not on the GUI thread.
        """

    def codes(self, item_id: str) -> list[str]:
        """The barcodes of an item, as they stand on the goods."""

    def last_price_minor(self, item_id: str) -> int | None:
        """The price that the catalogue had for the item before the one it has, or None."""
