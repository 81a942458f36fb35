"""Putting items into the catalogue: each chunk is one transaction that keeps search and codes in step.

What is delivered goes in around the store's own word (catalogue_ownership.py): that wins until somebody gives it back.
"""

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple

from pos_app.domain.item import Item, ItemChecks
from pos_app.storage.catalogue_ownership import Ownership, forget, ownership_of, save
from pos_app.storage.catalogue_spelling import add_words, words_of
from pos_app.storage.database import Connection, Database
from pos_app.storage.item_codes import SKU_PREFIX, stored_code, stored_sku

CHUNK_ITEMS = 20_000

NAMES = (
    "item_id", "name", "brand", "model", "category", "kind", "sold_by", "price_minor", "tax_ids", "fees", "department",
    "screen_size_tenths", "serial_rule", "minimum_age", "quantity_limit", "content", "ended",
)  # fmt: skip
"""The columns of an item that say something about it, as they are written and kept."""
_COLUMNS = ", ".join(NAMES)
_EXISTING = f"SELECT sales_rank, code, {_COLUMNS} FROM item WHERE item_id IN (SELECT value FROM json_each(?))"  # noqa: S608
_INSERT = f"""
    INSERT INTO item (price_changed_at_s, sales_rank, code, {_COLUMNS}) VALUES (?, ?, ?{", ?" * len(NAMES)})
"""  # noqa: S608
_UPDATE = f"""
    UPDATE item SET last_price_minor = CASE WHEN price_minor = ?1 THEN last_price_minor ELSE price_minor END,
                    price_changed_at_s = CASE WHEN price_minor = ?1 THEN price_changed_at_s ELSE ?2 END,
                    code = ?3, {", ".join(f"{name} = ?{number}" for number, name in enumerate(NAMES[1:], 4))}
    WHERE sales_rank = ?{len(NAMES) + 3}
"""  # noqa: S608
_PRICE, _NAME, _BRAND = (NAMES.index(name) + 2 for name in ("price_minor", "name", "brand"))
_INDEX = "INSERT INTO item_search (rowid, name, brand, item_id, model) VALUES (?, ?, ?, ?, ?)"
_UNINDEX = "INSERT INTO item_search (item_search, rowid, name, brand, item_id, model) VALUES ('delete', ?, ?, ?, ?, ?)"
_CODE_OWNERS = """
    SELECT c.code, c.sales_rank, i.item_id FROM item_code c JOIN item i USING (sales_rank)
    WHERE c.code IN (SELECT value FROM json_each(?))
"""
_KEEP_BEFORE = "INSERT OR IGNORE INTO catalogue_undo (number, item_id, before) VALUES (?, ?, ?)"
_KEEP_CODE = "INSERT OR IGNORE INTO catalogue_undo_code (number, code) VALUES (?, ?)"
_NEXT_CODE = """
    UPDATE item SET code = coalesce(
        (SELECT min(c.code) FROM item_code c WHERE c.sales_rank = item.sales_rank AND instr(c.code, ?3) <> 1), item_id
    ) WHERE item_id = ?2 AND code = ?1
"""
"""What stands for an item whose barcode is taken off: another barcode, else its SKU."""

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """An item with the barcodes it is found by, in any notation, its maker's model number and what is in it (750 g)."""

    item: Item
    codes: tuple[str, ...] = ()
    model: str = ""
    content: str = ""


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


class Before(NamedTuple):
    """What a file replaced: what was delivered before, or the store's own word of what it had put on file itself."""

    delivered: dict[str, Any] | None
    own: dict[str, Any]


@dataclass(slots=True)
class _Row:
    """What an item is to be, and the stored forms of the barcodes it is to be found by."""

    values: Values
    codes: list[str]


class CatalogueWriter:
    """The one way items get into the catalogue.

    now_s is the second it is, import_number what is written belongs to. Without commits each chunk is tried and undone.
    """

    def __init__(
        self,
        database: Database,
        now_s: Callable[[], int] = lambda: int(time.time()),
        import_number: int = 0,
        *,
        chunk_items: int = CHUNK_ITEMS,
        commits: bool = True,
    ) -> None:
        self._database = database
        self._now_s = now_s
        self._import_number = import_number
        self._chunk_items = chunk_items
        self._commits = commits
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

        An item keeps its rank, a code its first owner, and what the store says itself stays. Chunks are durable one by
        one, so an interrupted call is simply made again. on_progress gets the number of items done. Raises WorldError.
        """
        change = CatalogueChange()
        source = iter(items)
        while chunk := list(islice(source, self._chunk_items)):
            with self._transaction() as connection:
                self.deliver(connection, _rows_of(chunk), change)
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
            self._keep_codes(connection, _add_codes(connection, wanted, change))
        return change

    def known(self, item_ids: Iterable[str]) -> set[str]:
        """Those of the item ids that are in the catalogue."""
        rows = self._database.all(
            "SELECT item_id FROM item WHERE item_id IN (SELECT value FROM json_each(?))", (json.dumps(list(item_ids)),)
        )
        return {item_id for (item_id,) in rows}

    def deliver(self, connection: Connection, rows: dict[str, _Row], change: CatalogueChange) -> None:
        """What is delivered about some items, within a write of the caller's."""
        owned = ownership_of(connection, rows)
        existing = _existing(connection, rows)
        if self._import_number:
            self._keep_before(connection, rows, existing, owned)
        for item_id, ownership in owned.items():
            delivered = dict(zip(NAMES, rows[item_id].values, strict=True))
            ownership = ownership.now_delivered(delivered)
            save(connection, item_id, ownership) if ownership.override else forget(connection, item_id)
            rows[item_id].values = tuple(ownership.in_force[name] for name in NAMES)
        new_codes = _write(connection, rows, existing, change, self._now_s())
        self._keep_codes(connection, new_codes)

    def put(self, connection: Connection, entry: CatalogueItem, own: Collection[str]) -> CatalogueChange:
        """The store's own word about some columns of an item, within a write of the caller's.

        A column that is as it was delivered is given back. Of an item that is not there yet all are the store's.
        """
        item_id = entry.item.item_id
        existing = _existing(connection, [item_id])
        ownership = ownership_of(connection, [item_id]).get(item_id)
        if ownership is None:
            delivered = dict(zip(NAMES, existing[item_id][2:], strict=True)) if item_id in existing else None
            ownership = Ownership(delivered, {})
        wanted = self.columns(entry)
        ownership = ownership.with_own({name: wanted[name] for name in NAMES if name in own or item_id not in existing})
        save(connection, item_id, ownership) if ownership.override else forget(connection, item_id)
        change = CatalogueChange()
        row = _Row(tuple(ownership.in_force[name] for name in NAMES), [stored_code(code) for code in entry.codes])
        _write(connection, {item_id: row}, existing, change, self._now_s())
        return change

    @staticmethod
    def take_off(connection: Connection, item_id: str, code: str) -> None:
        """An item is not found by this barcode any more; another one's stays. Within a write of the caller's."""
        stored = stored_code(code)
        whose = "code = ?1 AND sales_rank = (SELECT sales_rank FROM item WHERE item_id = ?2)"
        connection.execute(f"DELETE FROM item_code WHERE {whose}", (stored, item_id))  # noqa: S608
        connection.execute(_NEXT_CODE, (stored, item_id, SKU_PREFIX))

    @staticmethod
    def columns(entry: CatalogueItem) -> dict[str, Any]:
        """The columns that an item would have."""
        return dict(zip(NAMES, _values(entry), strict=True))

    def _keep_before(
        self,
        connection: Connection,
        rows: dict[str, _Row],
        existing: dict[str, Values],
        owned: dict[str, Ownership],
    ) -> None:
        """What the file replaces, so that the import can be taken back; empty for what it adds."""
        before: list[tuple[int, str, str]] = []
        for item_id, row in rows.items():
            ownership = owned.get(item_id)
            if ownership is not None:
                was = Before(ownership.delivered, {} if ownership.delivered else ownership.override)
            else:
                was = Before(dict(zip(NAMES, existing[item_id][2:], strict=True)) if item_id in existing else None, {})
            if was.delivered is None or tuple(was.delivered[name] for name in NAMES) != row.values:
                before.append((self._import_number, item_id, json.dumps(was, ensure_ascii=False)))
        connection.executemany(_KEEP_BEFORE, before)

    def _keep_codes(self, connection: Connection, codes: list[str]) -> None:
        if self._import_number:
            connection.executemany(_KEEP_CODE, [(self._import_number, code) for code in codes])

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._rehearsal is not None:
            yield self._rehearsal
            return
        with self._database.write() as connection:
            yield connection
            if self._commits:
                self._database.commit()


def rows_of_values(values_of: dict[str, dict[str, Any]]) -> dict[str, _Row]:
    """What items were, by the names of their columns, to be delivered again."""
    return {item_id: _Row(tuple(values[name] for name in NAMES), []) for item_id, values in values_of.items()}


def _rows_of(chunk: list[CatalogueItem]) -> dict[str, _Row]:
    by_id: dict[str, CatalogueItem] = {}
    for entry in chunk:
        same = by_id.get(entry.item.item_id)
        by_id[entry.item.item_id] = replace(entry, codes=same.codes + entry.codes) if same else entry
    return {
        item_id: _Row(_values(entry), [stored_code(code) for code in entry.codes]) for item_id, entry in by_id.items()
    }


def _existing(connection: Connection, item_ids: Iterable[str]) -> dict[str, Values]:
    """Rank, code and columns of those that are there."""
    return {row[2]: row for row in connection.execute(_EXISTING, (json.dumps(list(item_ids)),)).fetchall()}


def _write(
    connection: Connection, rows: dict[str, _Row], existing: dict[str, Values], change: CatalogueChange, at_s: int
) -> list[str]:
    """Make items what they are to be; the barcodes that are new come back."""
    (last_rank,) = connection.execute("SELECT coalesce(max(sales_rank), 0) FROM item").fetchone()
    inserts: list[Values] = []
    updates: list[tuple[Values, Values]] = []
    wanted: list[tuple[str, int, str]] = []
    for item_id, row in rows.items():
        old, codes = existing.get(item_id), row.codes
        if old is None:
            last_rank += 1
            rank = last_rank
            inserts.append((rank, codes[0] if codes else item_id, *row.values))
        else:
            rank = old[0]
            code = codes[0] if codes and old[1] == item_id else old[1]
            if old[1:] != (code, *row.values):
                updates.append((old, (rank, code, *row.values)))
        wanted.append((stored_sku(item_id), rank, item_id))
        wanted += [(code, rank, item_id) for code in codes]
    connection.executemany(_INSERT, [(at_s, *new) for new in inserts])
    connection.executemany(_UNINDEX, [_indexed(old) for old, _ in updates])
    connection.executemany(_UPDATE, [(new[_PRICE], at_s, new[1], *new[3:], new[0]) for _, new in updates])
    written = inserts + [new for _, new in updates]
    connection.executemany(_INDEX, [_indexed(new) for new in written])
    add_words(connection, {word for new in written for word in words_of(f"{new[_NAME]} {new[_BRAND]}")})
    change.added += len(inserts)
    change.changed += len(updates)
    change.unchanged += len(rows) - len(inserts) - len(updates)
    return _add_codes(connection, wanted, change)


def _values(entry: CatalogueItem) -> Values:
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
        entry.content,
        int(checks.ended),
    )


def _indexed(row: Values) -> Values:
    """Rank, name, brand, item id and model of an item row that begins with rank and code."""
    rank, _, item_id, name, brand, model, *_ = row
    return rank, name, brand, item_id, model


def _add_codes(connection: Connection, wanted: list[tuple[str, int, str]], change: CatalogueChange) -> list[str]:
    """Add (code, rank, item id); a code that another item has is a conflict. The barcodes among the new ones."""
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
    barcodes = [code for code, _ in new if not code.startswith(SKU_PREFIX)]
    change.codes_added += len(barcodes)
    return barcodes
