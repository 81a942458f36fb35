"""A till with a fee table and orders, over real storage; opening it again is a restart."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fakes.memory_shop import profile

from pos_app.bootstrap import Register, open_register
from pos_app.domain.fee_table import FeeRule
from pos_app.domain.item import Fee, Item, ItemKind
from pos_app.domain.operator import Operator, Role
from pos_app.domain.orders import OrderContact, OrderRules
from pos_app.domain.tax import TaxRate
from pos_app.storage.catalogue_writer import CatalogueItem, CatalogueWriter
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile

TV, CABLE, GIFT_CARD = "TV-42", "CABLE", "GIFT"
ITEMS = (
    Item(TV, "Television 42", 50_000, ("general",), category="tv", screen_size_tenths=420),
    Item(CABLE, "Cable", 1_000, ("general",), category="cables"),
    Item(GIFT_CARD, "Gift card", 2_000, (), ItemKind.GIFT_CARD),
)
FEES = (
    FeeRule(Fee("recycling", "Recycling fee", 600), ("tv",), ("CA",), 350, 0),
    FeeRule(Fee("recycling", "Recycling fee", 400), ("tv",), ("CA",), 40, 349),
    FeeRule(Fee("installation", "Installation", 9_900, ("general",), refundable=False), ("tv",), chosen=True),
    FeeRule(Fee("delivery", "Delivery", 2_500, ("general",), refundable=False, once=True), delivery=True),
)
ADDRESS = OrderContact("Recipient Example", ("1 Example Street",), "Trenton", "NJ", "08601", "US")
STORE: dict[str, Any] = {
    "tax_rates": (
        TaxRate("general", 82_500, name="Sales tax"),
        TaxRate("nj", 66_250, name="New Jersey", categories=("general",), ship_to=("NJ",), at_counter=False),
    ),
    "fees": FEES,
    "region": "CA",
    "orders": OrderRules(200_000, 1_000, 250_000),
}


def open_till(folder: Path, **changes: Any) -> Register:
    """The till in a folder; its catalogue is filled when it is opened for the first time."""
    store = StoreFile(
        profile(**{**STORE, **changes}),
        (Operator("manager-1", "Manager", Role.MANAGER),),
        20_000,
        SignOnRules(required=False),
    )
    till = open_register(folder, store, KeyFile(folder / "key"))
    if not till.data.catalogue.count():
        CatalogueWriter(till.data.database).add_items(CatalogueItem(item) for item in ITEMS)
    till.selling.restore()
    return till


def faults(till: Register) -> list[str]:
    """What an audit of its journal finds."""
    return audit(till.data.database).faults


def kinds(till: Register) -> list[str]:
    """The kinds of its journal entries, oldest first."""
    return [kind for (kind,) in till.data.database.all("SELECT kind FROM journal ORDER BY position")]


def journal_text(till: Register) -> str:
    """All payloads, to look for what must not be in them."""
    return "".join(payload.decode() for (payload,) in till.data.database.all("SELECT payload FROM journal"))


def person(name: str = "Recipient Example") -> OrderContact:
    """Somebody to call when the goods are there."""
    return replace(OrderContact(name), phone="555 0100")
