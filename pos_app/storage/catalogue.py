"""Items and prices: look-up by code in one indexed read, search as you type in best-seller order."""

import json
import re
from functools import lru_cache
from typing import Any

from pos_app.domain.item import Fee, Item, ItemChecks, ItemKind, SoldBy
from pos_app.ports import ItemHit
from pos_app.storage.catalogue_spelling import corrections, folded, is_beginning, split_words
from pos_app.storage.database import Database, Reader
from pos_app.storage.item_codes import SKU_PREFIX, candidates, shown_code

ITEM_COLUMNS = """
    i.item_id, i.name, i.price_minor, i.tax_ids, i.kind, i.sold_by, i.category, i.brand, i.fees, i.department,
    i.screen_size_tenths, i.serial_rule, i.minimum_age, i.quantity_limit, i.ended
"""
_FIND = f"SELECT {ITEM_COLUMNS} FROM item_code c JOIN item i USING (sales_rank) WHERE c.code = ?"  # noqa: S608
# Never by relevance: row ids are sales ranks, so the first rows found are the best sellers (and it is 30 times faster).
_SEARCH = """
    SELECT i.item_id, i.name, i.brand, i.price_minor, i.code FROM item_search s JOIN item i ON i.sales_rank = s.rowid
    WHERE item_search MATCH ? AND i.ended <= ? ORDER BY s.rowid LIMIT ?
"""
_MAXIMUM_CODE_LENGTH = 128
_MAXIMUM_WORDS = 8
_MAXIMUM_WORD_LENGTH = 40
_WORD = re.compile(r"[^\W_]+")
_LIKE_A_BARCODE = re.compile(r"\d{6,14}")


class SqliteCatalogue:
    """The catalogue of this terminal. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._searching: Reader | None = None

    def find_by_code(self, code: str) -> Item | None:
        """The item of a barcode, SKU or PLU as scanned or typed, or None."""
        text = code.strip()
        if not text or len(text) > _MAXIMUM_CODE_LENGTH:
            return None
        for candidate in candidates(text):
            row = self._database.one(_FIND, (candidate,))
            if row is not None:
                return item_of(row)
        return None

    def search(self, text: str, limit: int = 20, *, ended: bool = False) -> list[ItemHit]:
        """Items whose name, brand, SKU or model begin with the words typed, best sellers first.

        The item of a barcode typed in full comes before them; behind them, those found by forgiving typing errors and
        missing or needless spaces. ended: also those that are not sold any more. May take some hundredths of a second:
        not on the GUI thread.
        """
        words = [word[:_MAXIMUM_WORD_LENGTH] for word in _WORD.findall(text)[:_MAXIMUM_WORDS]]
        if not words:
            return []
        hits = self._matching(" ".join(f'"{word}"*' for word in words), limit, ended=ended)
        if len(hits) < limit:
            known = {hit.item_id for hit in hits}
            forgiven = self._matching(self._forgiving(words, few=2 * len(hits) < limit), limit, ended=ended)
            hits += [hit for hit in forgiven if hit.item_id not in known][: limit - len(hits)]
        if _LIKE_A_BARCODE.fullmatch(text.strip()):
            item = self.find_by_code(text)
            if item is not None and (ended or item.checks is None or not item.checks.ended):
                first = ItemHit(item.item_id, item.name, item.brand, item.price_minor, text.strip())
                hits = [first, *(hit for hit in hits if hit.item_id != item.item_id)][:limit]
        return hits

    def _matching(self, query: str, limit: int, *, ended: bool) -> list[ItemHit]:
        return [_hit(row) for row in self._read(_SEARCH, (query, int(ended), limit))] if query else []

    def _read(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """A search has a connection of its own, so that no scan waits for it."""
        if self._searching is None:
            self._searching = self._database.new_reader()
        return self._searching.all(sql, parameters)

    def _forgiving(self, typed: list[str], few: bool) -> str:
        """The search with typing errors forgiven, or empty when there is nothing to forgive.

        A word that the catalogue has is only taken for an error when few items were found with it.
        """
        words = [folded(word) for word in typed]
        meant = [self._meanings(word, few) for word in words]
        queries = [" AND ".join(meant)] if any(" OR " in part for part in meant) else []
        for at in range(len(words) - 1):
            joined = words[at] + words[at + 1]
            if is_beginning(self._read, joined):
                queries.append(" AND ".join([*meant[:at], f'"{joined}"*', *meant[at + 2 :]]))
        return " OR ".join(f"({query})" for query in queries)

    def _meanings(self, word: str, few: bool) -> str:
        """What a word may stand for, itself first."""
        meant = [f'"{word}"*']
        if few or not is_beginning(self._read, word):
            meant += [f'"{other}"*' for other in corrections(self._read, word) if other != word]
            meant += [f'("{left}" AND "{right}"*)' for left, right in split_words(self._read, word)]
        return f"({' OR '.join(meant)})"

    def best_sellers(self, limit: int) -> list[ItemHit]:
        """The items that sell most."""
        rows = self._database.all(
            "SELECT item_id, name, brand, price_minor, code FROM item WHERE ended = 0 ORDER BY sales_rank LIMIT ?",
            (limit,),
        )
        return [_hit(row) for row in rows]

    def codes(self, item_id: str) -> list[str]:
        """The barcodes of an item as stored: 14 digits of a GTIN, others as they are."""
        rows = self._database.all(
            "SELECT c.code FROM item i JOIN item_code c USING (sales_rank) WHERE i.item_id = ? ORDER BY c.code",
            (item_id,),
        )
        return [code for (code,) in rows if not code.startswith(SKU_PREFIX)]

    def last_price_minor(self, item_id: str) -> int | None:
        """The price that the item had before the one it has, or None."""
        row = self._database.one("SELECT last_price_minor FROM item WHERE item_id = ?", (item_id,))
        return row[0] if row else None

    def next_change_s(self) -> int | None:
        """When the next change of a product that waits for its day is due, in Unix time; None: none waits."""
        row = self._database.one("SELECT min(effective_from_s) FROM item_change WHERE state = 'waiting'")
        return row[0] if row else None

    def count(self) -> int:
        """How many items there are."""
        row = self._database.one("SELECT count(*) FROM item")
        return int(row[0]) if row else 0


def _hit(row: tuple[Any, ...]) -> ItemHit:
    item_id, name, brand, price_minor, code = row
    return ItemHit(item_id, name, brand, price_minor, shown_code(code))


def item_of(row: tuple[Any, ...]) -> Item:
    """The item of a row of ITEM_COLUMNS."""
    (
        item_id,
        name,
        price_minor,
        tax_ids,
        kind,
        sold_by,
        category,
        brand,
        fees,
        department,
        screen_size_tenths,
        serial_rule,
        minimum_age,
        quantity_limit,
        ended,
    ) = row
    asks = serial_rule or minimum_age or quantity_limit or ended
    return Item(
        item_id,
        name,
        price_minor,
        _tax_ids(tax_ids),
        _KINDS[kind],
        _SOLD_BY[sold_by],
        category,
        brand,
        _fees(fees) if fees else (),
        department,
        ItemChecks(serial_rule, minimum_age, quantity_limit, bool(ended)) if asks else None,
        screen_size_tenths,
    )


_KINDS = {kind.value: kind for kind in ItemKind}
_SOLD_BY = {sold_by.value: sold_by for sold_by in SoldBy}


@lru_cache(maxsize=256)
def _tax_ids(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


@lru_cache(maxsize=256)
def _fees(text: str) -> tuple[Fee, ...]:
    return tuple(Fee(fee_id, name, amount, tuple(tax_ids)) for fee_id, name, amount, tax_ids in json.loads(text))
