"""Price lists as a manager sees and changes them: by list and time, checked as rows of a file are, and on record."""

from collections.abc import Mapping

from pos_app.domain.journal import EventKind
from pos_app.domain.price_list import PriceEntry
from pos_app.errors import CashierError
from pos_app.ports import Clock
from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.prices import ListedPrice, PriceGroup
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.database import Database
from pos_app.storage.price_list_import import PriceListOptions, RowError, read_entry
from pos_app.storage.price_lists import put_price
from pos_app.storage.unit_of_work import SqliteStorage

_GROUPS = """
    SELECT list_id, segment, starts_at_s, ends_at_s, count(*) FROM list_price
    GROUP BY list_id, segment, starts_at_s, ends_at_s ORDER BY starts_at_s DESC, list_id, segment LIMIT 300
"""
_OF_GROUP = """
    SELECT p.item_id, coalesce(i.name, p.item_id), p.price_minor, coalesce(i.price_minor, 0)
    FROM list_price p LEFT JOIN item i USING (item_id)
    WHERE p.list_id = ? AND p.segment = ? AND p.starts_at_s = ? AND p.ends_at_s IS ? ORDER BY 2 LIMIT 500
"""
_END = """
    UPDATE list_price SET ends_at_s = ? WHERE list_id = ? AND segment = ? AND starts_at_s = ? AND ends_at_s IS ?
"""


class SqlitePriceBook:
    """See ports.prices.PriceBook."""

    def __init__(self, database: Database, storage: SqliteStorage, options: PriceListOptions, clock: Clock) -> None:
        self._database = database
        self._storage = storage
        self._options = options
        self._clock = clock
        self._catalogue = SqliteCatalogue(database)

    def groups(self) -> list[PriceGroup]:
        """See PriceBook."""
        return [PriceGroup(*row) for row in self._database.all(_GROUPS)]

    def prices_of(self, group: PriceGroup) -> list[ListedPrice]:
        """See PriceBook."""
        key = (group.list_id, group.segment, group.starts_at_s, group.ends_at_s)
        return [ListedPrice(*row) for row in self._database.all(_OF_GROUP, key)]

    def entries(self, item_id: str) -> list[PriceEntry]:
        """See PriceBook."""
        rows = self._database.all(
            "SELECT list_id, segment, item_id, price_minor, starts_at_s, ends_at_s FROM list_price"
            " WHERE item_id = ? ORDER BY starts_at_s, segment, list_id",
            (item_id,),
        )
        return [PriceEntry(*row) for row in rows]

    def put(self, cells: Mapping[str, str], by: str, reason: str) -> PriceEntry:
        """See PriceBook."""
        try:
            entry = read_entry(dict(cells), self._catalogue, self._options)
        except RowError as error:
            words = str(error)
            raise FieldRefusedError(error.column, f"{words[:1].upper()}{words[1:]}.") from error
        with self._storage.unit_of_work() as work:
            put_price(work.connection, entry)
            work.append(EventKind.PRICES_CHANGED, {**_plain(entry), "by": by, "reason": reason})
            work.commit()
        return entry

    def end(self, group: PriceGroup, by: str, reason: str) -> int:
        """See PriceBook."""
        now_s = int(self._clock.now().timestamp())
        if group.ends_at_s is not None and group.ends_at_s <= max(now_s, group.starts_at_s):
            raise CashierError("ended", "These prices hold no more already.")
        ends_at_s = max(now_s, group.starts_at_s)
        with self._storage.unit_of_work() as work:
            changed = work.connection.execute(
                _END, (ends_at_s, group.list_id, group.segment, group.starts_at_s, group.ends_at_s)
            ).rowcount
            payload = {
                "list_id": group.list_id,
                "segment": group.segment,
                "starts_at_s": group.starts_at_s,
                "ends_at_s": ends_at_s,
                "prices": changed,
                "by": by,
                "reason": reason,
            }
            work.append(EventKind.PRICES_CHANGED, payload)
            work.commit()
        return int(changed)


def _plain(entry: PriceEntry) -> dict[str, object]:
    return {
        "list_id": entry.list_id,
        "segment": entry.segment,
        "item_id": entry.item_id,
        "price_minor": entry.price_minor,
        "starts_at_s": entry.starts_at_s,
        "ends_at_s": entry.ends_at_s,
    }
