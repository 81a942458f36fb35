"""Price lists as a manager sees and changes them: by list and time, checked as rows of a file are, and on record."""

import json
from collections.abc import Mapping
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.price_list import PriceEntry
from pos_app.errors import CashierError
from pos_app.ports import Clock
from pos_app.ports.goods import DONE, FAILED, OVERTAKEN, FieldRefusedError
from pos_app.ports.prices import ListedPrice, PriceGroup
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_csv import MAXIMUM_PRICE_MINOR
from pos_app.storage.database import Database
from pos_app.storage.last_word import Word, after_all_others, say
from pos_app.storage.price_list_import import PriceListOptions, RowError, read_entry
from pos_app.storage.price_lists import put_price
from pos_app.storage.unit_of_work import SqliteStorage, SqliteUnitOfWork

_GROUPS = """
    SELECT list_id, segment, starts_at_s, ends_at_s, count(*) FROM list_price
    GROUP BY list_id, segment, starts_at_s, ends_at_s ORDER BY starts_at_s DESC, list_id, segment LIMIT 300
"""
_OF_GROUP = """
    SELECT p.item_id, coalesce(i.name, p.item_id), p.price_minor, coalesce(i.price_minor, 0)
    FROM list_price p LEFT JOIN item i USING (item_id)
    WHERE p.list_id = ? AND p.segment = ? AND p.starts_at_s = ? AND p.ends_at_s IS ? ORDER BY 2 LIMIT 500
"""
_ITEMS_OF_GROUP = """
    SELECT item_id FROM list_price WHERE list_id = ? AND segment = ? AND starts_at_s = ? AND ends_at_s IS ?
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
            subject = _subject(entry.list_id, entry.segment, entry.item_id, entry.starts_at_s)
            self._journal(work, {**_plain(entry), "by": by, "reason": reason}, [subject])
            work.commit()
        return entry

    def end(self, group: PriceGroup, by: str, reason: str) -> int:
        """See PriceBook."""
        now_s = int(self._clock.now().timestamp())
        if group.ends_at_s is not None and group.ends_at_s <= max(now_s, group.starts_at_s):
            raise CashierError("ended", "These prices hold no more already.")
        ends_at_s = max(now_s, group.starts_at_s)
        with self._storage.unit_of_work() as work:
            key = (group.list_id, group.segment, group.starts_at_s, group.ends_at_s)
            items = [row[0] for row in work.connection.execute(_ITEMS_OF_GROUP, key).fetchall()]
            changed = work.connection.execute(_END, (ends_at_s, *key)).rowcount
            payload = {
                "list_id": group.list_id,
                "segment": group.segment,
                "starts_at_s": group.starts_at_s,
                "ends_at_s": ends_at_s,
                "ended_before_s": group.ends_at_s,
                "prices": changed,
                "by": by,
                "reason": reason,
            }
            subjects = [_subject(group.list_id, group.segment, item_id, group.starts_at_s) for item_id in items]
            self._journal(work, payload, subjects)
            work.commit()
        return int(changed)

    def _journal(self, work: SqliteUnitOfWork, payload: Mapping[str, Any], subjects: list[str]) -> None:
        counts_ms = after_all_others(work.connection, subjects, self._clock.now())
        entry = work.append(EventKind.PRICES_CHANGED, {**payload, "counts_ms": counts_ms})
        for subject in subjects:
            say(work.connection, subject, Word(counts_ms, entry.event_id))

    def take(self, work: SqliteUnitOfWork, plain: Mapping[str, Any], word: Word) -> tuple[str, str]:
        """A change that was made at another till, within a write of the caller's: what became of it, and why not."""
        key = (str(plain["list_id"]), str(plain["segment"]), int(plain["starts_at_s"]))
        ends_at_s = None if plain["ends_at_s"] is None else int(plain["ends_at_s"])
        if "item_id" not in plain:
            return self._take_end(work, key, plain.get("ended_before_s"), ends_at_s, word)
        entry = PriceEntry(key[0], key[1], str(plain["item_id"]), int(plain["price_minor"]), key[2], ends_at_s)
        if not 0 <= entry.price_minor <= MAXIMUM_PRICE_MINOR:
            return FAILED, "The price is below zero or too large."
        if work.connection.execute("SELECT 1 FROM item WHERE item_id = ?", (entry.item_id,)).fetchone() is None:
            return FAILED, f"This till has no product {entry.item_id}: import the file that has it."
        if not say(work.connection, _subject(key[0], key[1], entry.item_id, key[2]), word):
            return OVERTAKEN, ""
        put_price(work.connection, entry)
        return DONE, ""

    @staticmethod
    def _take_end(
        work: SqliteUnitOfWork, key: tuple[str, str, int], before_s: int | None, ends_at_s: int | None, word: Word
    ) -> tuple[str, str]:
        ended = 0
        for (item_id,) in work.connection.execute(_ITEMS_OF_GROUP, (*key, before_s)).fetchall():
            if say(work.connection, _subject(key[0], key[1], item_id, key[2]), word):
                work.run(f"{_END} AND item_id = ?", (ends_at_s, *key, before_s, item_id))
                ended += 1
        return (DONE, "") if ended else (OVERTAKEN, "")


def _subject(list_id: str, segment: str, item_id: str, starts_at_s: int) -> str:
    return json.dumps(["price", list_id, segment, item_id, starts_at_s])


def _plain(entry: PriceEntry) -> dict[str, object]:
    return {
        "list_id": entry.list_id,
        "segment": entry.segment,
        "item_id": entry.item_id,
        "price_minor": entry.price_minor,
        "starts_at_s": entry.starts_at_s,
        "ends_at_s": entry.ends_at_s,
    }
