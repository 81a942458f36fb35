"""Putting items into the catalogue: each chunk is one transaction that keeps search and codes in step."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pos_app.domain.item import Item, ItemChecks
from pos_app.storage.catalogue_spelling import add_words, words_of
from pos_app.storage.database import Connection, Database
from pos_app.storage.item_codes import SKU_PREFIX, stored_code, stored_sku

CHUNK_ITEMS = 20_000

_NAMES = (
    "item_id", "name", "brand", "model", "category", "kind", "sold_by", "price_minor", "tax_ids", "fees", "department",
    "screen_size_tenths", "serial_rule", "minimum_age", "quantity_limit",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_EXISTING = f"SELECT sales_rank, code, {_COLUMNS} FROM item WHERE item_id IN (SELECT value FROM json_each(?))"  # noqa: S608
_INSERT = f"INSERT INTO item (sales_rank, code, {_COLUMNS}) VALUES (?, ?{', ?' * len(_NAMES)})"  # noqa: S608
_UPDATE = f"""
    UPDATE item SET last_price_minor = CASE WHEN price_minor = ?1 THEN last_price_minor ELSE price_minor END,
                    code = ?2, {", ".join(f"{name} = ?{number}" for number, name in enumerate(_NAMES[1:], 3))}
    WHERE sales_rank = ?{len(_NAMES) + 2}
"""  # noqa: S608
_PRICE, _NAME, _BRAND = (_NAMES.index(name) + 2 for name in ("price_minor", "name", "brand"))
_INDEX = "INSERT INTO item_search (rowid, name, brand, item_id, model) VALUES (?, ?, ?, ?, ?)"
_UNINDEX = "INSERT INTO item_search (item_search, rowid, name, brand, item_id, model) VALUES ('delete', ?, ?, ?, ?, ?)"
_CODE_OWNERS = """
    SELECT c.code, c.sales_rank, i.item_id FROM item_code c JOIN item i USING (sales_rank)
    WHERE c.code IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item with the barcodes it is found by, in any notation, and its maker's model number."""

    item: Item
    codes: tuple[str, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class CodeConflict:
    """A code that an item could not have, because another one has it already."""

    item_id: str
    code: str
    owner_item_id: str


@dataclass(slots=True)
class CatalogueChange:
    """What a write did. Codes are barcodes; the SKU that every item is found by is not counted."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    codes_added: int = 0
    conflicts: list[CodeConflict] = field(default_factory=list)


class CatalogueWriter:
    """The one way items get into the catalogue."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rehearsal: Connection | None = None

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is written inside is counted and checked, and undone at the end."""
        with self._database.write() as connection:
            self._rehearsal = connection
            try:
                yield
            finally:
                self._rehearsal = None

    def add_items(
        self, items: Iterable[CatalogueItem], on_progress: Callable[[int], None] | None = None
    ) -> CatalogueChange:
        """Add items and codes, and change those that differ; nothing is removed. New items rank behind all others.

        An item keeps its rank, and a code its first owner. Chunks are durable one by one, so an interrupted call is
        simply made again. on_progress gets the number of items done. Raises WorldError.
        """
        change = CatalogueChange()
        source = iter(items)
        while chunk := list(islice(source, CHUNK_ITEMS)):
            with self._transaction() as connection:
                _write_chunk(connection, chunk, change)
            if on_progress:
                on_progress(change.added + change.changed + change.unchanged)
        return change

    def add_codes(self, codes_of: dict[str, list[str]]) -> CatalogueChange:
        """Add codes to items that are there already; unknown item ids are skipped. Raises WorldError."""
        change = CatalogueChange()
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT item_id, sales_rank FROM item WHERE item_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(codes_of)),),
            ).fetchall()
            wanted = [(stored_code(code), rank, item_id) for item_id, rank in rows for code in codes_of[item_id]]
            _add_codes(connection, wanted, change)
        return change

    def known(self, item_ids: Iterable[str]) -> set[str]:
        """Those of the item ids that are in the catalogue."""
        rows = self._database.all(
            "SELECT item_id FROM item WHERE item_id IN (SELECT value FROM json_each(?))", (json.dumps(list(item_ids)),)
        )
        return {item_id for (item_id,) in rows}

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._rehearsal is not None:
            yield self._rehearsal
            return
        with self._database.write() as connection:
            yield connection
            self._database.commit()


def _write_chunk(connection: Connection, chunk: list[CatalogueItem], change: CatalogueChange) -> None:
    by_id: dict[str, CatalogueItem] = {}
    for entry in chunk:
        same = by_id.get(entry.item.item_id)
        by_id[entry.item.item_id] = replace(entry, codes=same.codes + entry.codes) if same else entry
    existing = {row[2]: row for row in connection.execute(_EXISTING, (json.dumps(list(by_id)),)).fetchall()}
    (last_rank,) = connection.execute("SELECT coalesce(max(sales_rank), 0) FROM item").fetchone()
    inserts: list[tuple[Any, ...]] = []
    updates: list[tuple[tuple[Any, ...], tuple[Any, ...]]] = []
    wanted: list[tuple[str, int, str]] = []
    for item_id, entry in by_id.items():
        codes = [stored_code(code) for code in entry.codes]
        values = _values(entry)
        old = existing.get(item_id)
        if old is None:
            last_rank += 1
            rank = last_rank
            inserts.append((rank, codes[0] if codes else item_id, *values))
        else:
            rank = old[0]
            code = codes[0] if codes and old[1] == item_id else old[1]
            if old[1:] != (code, *values):
                updates.append((old, (rank, code, *values)))
        wanted.append((stored_sku(item_id), rank, item_id))
        wanted += [(code, rank, item_id) for code in codes]
    connection.executemany(_INSERT, inserts)
    connection.executemany(_UNINDEX, [_indexed(old) for old, _ in updates])
    connection.executemany(_UPDATE, [(new[_PRICE], new[1], *new[3:], new[0]) for _, new in updates])
    written = inserts + [new for _, new in updates]
    connection.executemany(_INDEX, [_indexed(new) for new in written])
    add_words(connection, {word for new in written for word in words_of(f"{new[_NAME]} {new[_BRAND]}")})
    _add_codes(connection, wanted, change)
    change.added += len(inserts)
    change.changed += len(updates)
    change.unchanged += len(by_id) - len(inserts) - len(updates)


def _values(entry: CatalogueItem) -> tuple[Any, ...]:
    item = entry.item
    checks = item.checks or ItemChecks()
    fees = [[fee.fee_id, fee.name, fee.amount_minor, fee.tax_ids] for fee in item.fees]
    return (
        item.item_id,
        item.name,
        item.brand,
        entry.model,
        item.category,
        item.kind.value,
        item.sold_by.value,
        item.price_minor,
        "\n".join(item.tax_ids),
        json.dumps(fees, ensure_ascii=False) if fees else "",
        item.department,
        item.screen_size_tenths,
        checks.serial_rule,
        checks.minimum_age,
        checks.quantity_limit,
    )


def _indexed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rank, name, brand, item id and model of an item row that begins with rank and code."""
    rank, _, item_id, name, brand, model, *_ = row
    return rank, name, brand, item_id, model


def _add_codes(connection: Connection, wanted: list[tuple[str, int, str]], change: CatalogueChange) -> None:
    """Add (code, rank, item id); a code that another item has is a conflict."""
    codes = json.dumps([code for code, _, _ in wanted])
    owners = {code: (rank, item_id) for code, rank, item_id in connection.execute(_CODE_OWNERS, (codes,)).fetchall()}
    new: list[tuple[str, int]] = []
    for code, rank, item_id in wanted:
        owner = owners.get(code)
        if owner is None:
            owners[code] = (rank, item_id)
            new.append((code, rank))
        elif owner[0] != rank:
            change.conflicts.append(CodeConflict(item_id, code, owner[1]))
    new.sort()
    connection.executemany("INSERT INTO item_code (code, sales_rank) VALUES (?, ?)", new)
    change.codes_added += sum(not code.startswith(SKU_PREFIX) for code, _ in new)
