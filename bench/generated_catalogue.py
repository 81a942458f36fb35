"""A catalogue of any size that is the same on every machine: names as in a shop, prices, and valid GTINs."""

from collections.abc import Iterator

from pos_app.domain.item import Fee, Item, ItemKind, SoldBy
from pos_app.storage.catalogue_writer import CatalogueItem

_PREFIX = 952
"""GS1 keeps this prefix for demonstrations."""
_BRANDS = ("Altra", "Beacon", "Corvid", "Dunmore", "Elmet", "Fenwick", "Garnet", "Halden", "Ionis", "Juno", "Kestrel")
_KINDS = (
    ("Wireless Headphones", "audio"),
    ("Portable Speaker", "audio"),
    ("USB-C Cable", "cables"),
    ("HDMI Cable", "cables"),
    ("Gaming Keyboard", "computers"),
    ("Optical Mouse", "computers"),
    ("Laptop Sleeve", "accessories"),
    ("Phone Case", "accessories"),
    ("Smart Bulb", "home"),
    ("Security Camera", "home"),
    ("Memory Card", "storage"),
    ("External Drive", "storage"),
    ("LED Television", "tv"),
)
_WORDS = ("Classic", "Pro", "Mini", "Max", "Air", "Plus", "Lite", "Ultra", "Go", "Studio", "Café", "Travel", "Edge")
_COLOURS = ("black", "white", "silver", "blue", "red", "green", "graphite")
_RECYCLING = Fee("recycling", "Recycling fee", 500)


def gtin(number: int) -> str:
    """The GTIN-13 of item `number` (0 to 999,999,999), with its check digit."""
    body = f"{_PREFIX}{number:09d}"
    total = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return f"{body}{-total % 10}"


def items(count: int) -> Iterator[CatalogueItem]:
    """The first `count` items, best sellers first."""
    for number in range(count):
        kind, category = _KINDS[number % len(_KINDS)]
        brand = _BRANDS[number * 7 % len(_BRANDS)]
        word = _WORDS[number // 13 % len(_WORDS)]
        colour = _COLOURS[number // 169 % len(_COLOURS)]
        item = Item(
            item_id=f"S{number:07d}",
            name=f"{brand} {word} {kind} {number % 997}, {colour}",
            price_minor=199 + number * 7919 % 40_000,
            tax_ids=("sales",),
            kind=ItemKind.GOODS,
            sold_by=SoldBy.EACH,
            category=category,
            brand=brand,
            fees=(_RECYCLING,) if category == "tv" else (),
        )
        yield CatalogueItem(item, (gtin(number),), f"{brand[:2].upper()}-{number % 99991:05d}")
