"""The demo store that ships with the program: its profile and its products."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import resources
from pos_app.domain.item import Fee, Item, ItemChecks, ItemKind
from pos_app.domain.money import Currency
from pos_app.domain.operator import Operator, Role
from pos_app.storage.operator_register import OperatorRegister
from pos_app.storage.terminal_database import TerminalDatabase
from pos_app.store_people import SignOnRules
from pos_app.store_profile import StoreFile, load_store_file

if TYPE_CHECKING:
    from pos_app.storage.catalogue_writer import CatalogueItem

DEMO_PEOPLE = (
    (Operator("associate-1", "Associate", Role.ASSOCIATE), "101", "111111", "OPB-ASSOCIATE"),
    (Operator("supervisor-1", "Supervisor", Role.SUPERVISOR), "201", "222222", "OPB-SUPERVISOR"),
    (Operator("manager-1", "Manager", Role.MANAGER), "301", "333333", "OPB-MANAGER"),
    (Operator("technician-1", "Technician", Role.TECHNICIAN), "401", "444444", "OPB-TECHNICIAN"),
)
"""Who works the demo store, with number, PIN and badge: for everybody to see, so never in another store."""

FOLDER = Path(resources.__path__[0]) / "sample_store"
STORE_FILE, DEMO_MARK = "store.toml", "demo-store"
"""A data folder with both is still the demo store, with settings that somebody changed."""


def sample_store(*, people_sign_on: bool = True) -> StoreFile:
    """The demo store's profile; without people to sign on, the first of its operators works every till."""
    store = load_store_file(FOLDER / STORE_FILE)
    return store if people_sign_on else replace(store, sign_on=SignOnRules(required=False))


def sample_items(currency: Currency) -> Iterator["CatalogueItem"]:
    """The demo store's products with their barcodes, best sellers first."""
    import csv

    from pos_app.storage.catalogue_writer import CatalogueItem

    with open(FOLDER / "items.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield CatalogueItem(_item(row, currency), (row["gtin"],))


def store_of(folder: Path) -> StoreFile:
    """The store of a data folder: its own store.toml, or the demo store."""
    own = folder / STORE_FILE
    return load_store_file(own) if own.exists() else sample_store()


def is_demo(folder: Path) -> bool:
    """True where the till shows the demo store, and is no real store's."""
    return not (folder / STORE_FILE).exists() or (folder / DEMO_MARK).exists()


def stock_shelves(data: TerminalDatabase, currency: Currency) -> None:
    """Put the demo store's products into an empty catalogue; one that has items stays as it is."""
    if not data.catalogue.best_sellers(1):
        from pos_app.storage.catalogue_writer import CatalogueWriter

        CatalogueWriter(data.database).add_items(sample_items(currency))


def staff(folder: Path, data: TerminalDatabase) -> tuple[tuple[str, str], ...]:
    """In the demo store: its people, added to a till that has nobody yet, and what to sign on with; else nothing."""
    if not is_demo(folder):
        return ()
    register = OperatorRegister(data.database, data.storage)
    if register.is_empty():
        for operator, number, pin, badge in DEMO_PEOPLE:
            register.add(operator, number, pin, badge, any_pin=True)
    return tuple((f"{number}  {operator.display_name}", pin) for operator, number, pin, _ in DEMO_PEOPLE)


def _item(row: dict[str, str], currency: Currency) -> Item:
    tax_ids = (row["tax"],) if row["tax"] else ()
    fees = ()
    if row["fee_id"]:
        fees = (Fee(row["fee_id"], row["fee_name"], currency.parse_minor(row["fee_amount"])),)
    return Item(
        item_id=row["sku"],
        name=row["name"],
        price_minor=currency.parse_minor(row["price"].replace(",", "")),
        tax_ids=tax_ids,
        kind=ItemKind(row["kind"]),
        category=row["category"],
        brand=row["brand"],
        fees=fees,
        checks=_checks(row["serial_rule"], int(row["minimum_age"] or 0), int(row["quantity_limit"] or 0)),
    )


def _checks(serial_rule: str, minimum_age: int, quantity_limit: int) -> ItemChecks | None:
    asks = serial_rule or minimum_age or quantity_limit
    return ItemChecks(serial_rule, minimum_age, quantity_limit) if asks else None
