"""Price lists on this terminal: one indexed look-up at a scan, and the way rows get in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pos_app.domain.price_list import EVERYBODY, ListPrice, PriceEntry, price_in_force
from pos_app.storage.database import Connection, Database

_PRICES = """
    SELECT list_id, segment, item_id, price_minor, starts_at_s, ends_at_s FROM list_price
    WHERE item_id = ? AND segment IN (?, ?) AND starts_at_s <= ?
"""
_CHANGED = """
    SELECT count(*) FROM list_price WHERE item_id = ? AND segment = ? AND starts_at_s = ? AND list_id = ?
    AND (price_minor, ends_at_s) IS (?, ?)
"""


class SqlitePriceLists:
    """The price lists of this store. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, item_id: str) -> list[PriceEntry]:
        """All prices of an item, also past ones and those to come, in the order in which they begin."""
        rows = self._database.all(
            "SELECT list_id, segment, item_id, price_minor, starts_at_s, ends_at_s FROM list_price"
            " WHERE item_id = ? ORDER BY starts_at_s, segment, list_id",
            (item_id,),
        )
        return [PriceEntry(*row) for row in rows]

    def price_in_force(self, item_id: str, segment: str, at: datetime) -> ListPrice | None:
        """What an item costs a customer of this segment at that moment; None: what the catalogue says."""
        at_s = int(at.timestamp())
        rows = self._database.all(_PRICES, (item_id, segment, EVERYBODY, at_s))
        return price_in_force((PriceEntry(*row) for row in rows), segment, at_s) if rows else None


@dataclass(slots=True)
class PriceChange:
    """What a write did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def write_prices(database: Database, entries: Iterable[PriceEntry], *, dry_run: bool = False) -> PriceChange:
    """Put rows of price lists in, all in one transaction; one of the same list, item, segment and start is replaced.

    A dry run only counts. Raises WorldError.
    """
    change = PriceChange()
    with database.write() as connection:
        for entry in entries:
            became = put_price(connection, entry)
            setattr(change, became, getattr(change, became) + 1)
        if not dry_run:
            database.commit()
    return change


def put_price(connection: Connection, entry: PriceEntry) -> str:
    """Put one row in, within a write of the caller's: unchanged, changed or added."""
    key = (entry.item_id, entry.segment, entry.starts_at_s, entry.list_id)
    values = (entry.price_minor, entry.ends_at_s)
    (same,) = connection.execute(_CHANGED, (*key, *values)).fetchone()
    if same:
        return "unchanged"
    updated = connection.execute(
        "UPDATE list_price SET price_minor = ?, ends_at_s = ?"
        " WHERE item_id = ? AND segment = ? AND starts_at_s = ? AND list_id = ?",
        (*values, *key),
    ).rowcount
    if updated:
        return "changed"
    connection.execute(
        "INSERT INTO list_price (item_id, segment, starts_at_s, list_id, price_minor, ends_at_s)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*key, *values),
    )
    return "added"
