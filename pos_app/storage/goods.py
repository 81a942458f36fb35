"""Products as a manager changes them: the store's own word, its history, and changes that wait for their day."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.money import Currency
from pos_app.errors import CashierError
from pos_app.ports import Clock, IdSource, ItemHit
from pos_app.ports.goods import (
    DONE,
    FAILED,
    OVERTAKEN,
    WAITING,
    WITHDRAWN,
    FieldRefusedError,
    GoodsChange,
    ImportOutcome,
    LabelDue,
    PastImport,
    Product,
)
from pos_app.storage import goods_files
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_cells import COLUMN_OF, cells_of
from pos_app.storage.catalogue_csv import ImportOptions, ProductReader, ProductRow
from pos_app.storage.catalogue_ownership import read
from pos_app.storage.catalogue_writer import NAMES, CatalogueItem, CatalogueWriter
from pos_app.storage.database import Connection, Database
from pos_app.storage.item_codes import shown_code, stored_code
from pos_app.storage.unit_of_work import SqliteStorage, SqliteUnitOfWork

_logger = logging.getLogger(__name__)

_COLUMNS = ", ".join(NAMES)
_ITEM = f"SELECT {_COLUMNS} FROM item WHERE item_id = ?"  # noqa: S608
_CHANGE = """
    SELECT change_id, item_id, made_at, made_by, reason, fields, effective_from_s, state FROM item_change
"""
_INSERT_CHANGE = """
    INSERT INTO item_change (change_id, item_id, made_at, made_by, reason, fields, effective_from_s, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANGED_PRICES = """
    SELECT item_id, max(at_s) FROM (
        SELECT item_id, price_changed_at_s AS at_s FROM item WHERE price_changed_at_s > ?1 AND ended = 0
        UNION ALL
        SELECT item_id, starts_at_s FROM list_price WHERE segment = ?3 AND starts_at_s > ?1 AND starts_at_s <= ?2
        UNION ALL
        SELECT item_id, ends_at_s FROM list_price WHERE segment = ?3 AND ends_at_s > ?1 AND ends_at_s <= ?2
    ) GROUP BY item_id ORDER BY 2 DESC, 1
"""


class SqliteGoods:
    """See ports.goods.GoodsBook. Threads may share it."""

    def __init__(
        self,
        database: Database,
        storage: SqliteStorage,
        currency: Currency,
        *,
        clock: Clock,
        ids: IdSource,
        tax_ids: tuple[str, ...] = (),
    ) -> None:
        """tax_ids are those of products from a file that says nothing of taxes."""
        self._database = database
        self._storage = storage
        self._catalogue = SqliteCatalogue(database)
        self._currency = currency
        self._tax_ids = tax_ids
        self._clock = clock
        self._ids = ids
        self._writer = CatalogueWriter(database, self._now_s)

    # --- looking ------------------------------------------------------------------------------------------------------

    def count(self) -> int:
        """See GoodsBook."""
        return self._catalogue.count()

    def search(self, text: str, limit: int) -> list[ItemHit]:
        """See GoodsBook."""
        return self._catalogue.search(text, limit, ended=True) if text.strip() else self._catalogue.best_sellers(limit)

    def product(self, code: str) -> Product | None:
        """See GoodsBook."""
        item = self._catalogue.find_by_code(code)
        if item is None:
            return None
        columns = self._columns(self._database.one(_ITEM, (item.item_id,)))
        cells = cells_of(columns, self._currency)
        codes = tuple(shown_code(stored) for stored in self._catalogue.codes(item.item_id))
        local = self._database.one("SELECT delivered, override FROM item_local WHERE item_id = ?", (item.item_id,))
        if local is None:
            return Product(item, cells, codes)
        ownership = read(*local)
        if ownership.delivered is None:
            return Product(item, cells, codes, own=True)
        delivered = cells_of(ownership.delivered, self._currency)
        differing = {name: delivered[name] for name, column in COLUMN_OF.items() if column in ownership.override}
        return Product(item, cells, codes, differing)

    def check(self, cells: Mapping[str, str], codes: Sequence[str]) -> None:
        """See GoodsBook."""
        entry = self._read(cells, codes)
        for code in entry.codes:
            owner = self._catalogue.find_by_code(code)
            if owner is not None and owner.item_id != entry.item.item_id:
                words = f"The barcode {shown_code(code)} belongs to {owner.name} ({owner.item_id}) already."
                raise FieldRefusedError("barcodes", words)

    def history(self, item_id: str) -> list[GoodsChange]:
        """See GoodsBook."""
        rows = self._database.all(f"{_CHANGE} WHERE item_id = ? ORDER BY position DESC LIMIT 500", (item_id,))
        return [_change_of(row) for row in rows]

    def waiting(self) -> list[GoodsChange]:
        """See GoodsBook."""
        rows = self._database.all(f"{_CHANGE} WHERE state = ? ORDER BY effective_from_s, position", (WAITING,))
        return [_change_of(row) for row in rows]

    # --- changing -----------------------------------------------------------------------------------------------------

    def change(
        self,
        item_id: str,
        cells: Mapping[str, str],
        codes: Sequence[str],
        *,
        by: str,
        reason: str,
        effective_from_s: int = 0,
        removed: Sequence[str] = (),
    ) -> GoodsChange | None:
        """See GoodsBook."""
        known = self.product(item_id)
        if known is not None and known.item_id != item_id:
            raise FieldRefusedError("sku", f"{item_id} is a barcode of {known.item.name} ({known.item_id}).")
        before = known.cells if known is not None else dict.fromkeys(COLUMN_OF, "")
        wanted = {**before, **cells, "sku": item_id}
        had = self._stored(known) if known is not None else set()
        new_codes = tuple(code for code in codes if stored_code(code) not in had)
        taken_off = tuple(shown_code(stored) for code in removed if (stored := stored_code(code)) in had)
        self.check(wanted, new_codes)
        after = self._normal(wanted)
        fields = {name: (before[name], after[name]) for name in after if after[name] != before[name] and name != "sku"}
        if known is not None and not (fields or new_codes or taken_off):
            return None
        waits = effective_from_s > self._now_s()
        change = GoodsChange(
            change_id=self._ids.new_id(),
            item_id=item_id,
            made_at=self._after_all_others(item_id).isoformat(timespec="seconds"),
            made_by=by,
            reason=reason,
            fields=fields,
            codes=tuple(shown_code(stored_code(code)) for code in new_codes),
            effective_from_s=effective_from_s if waits else 0,
            state=WAITING if waits else DONE,
            removed=taken_off,
        )
        with self._storage.unit_of_work() as work:
            if not waits:
                self._put(work.connection, change, wanted)
            self._keep(work, change)
            name = after["name"]
            work.append(EventKind.GOODS_CHANGED, _payload(change, name, by, added=known is None))
            work.commit()
        return change

    def withdraw(self, change_id: str, by: str) -> None:
        """See GoodsBook."""
        with self._storage.unit_of_work() as work:
            change = self._waiting_change(work, change_id)
            if change is None:
                raise CashierError("change_gone", "This change is in force already, or was taken back.")
            self._settle(work, change, WITHDRAWN, by)
            work.commit()

    def apply_due(self) -> list[GoodsChange]:
        """See GoodsBook."""
        due = [change for change in self.waiting() if change.effective_from_s <= self._now_s()]
        return [done for change in due if (done := self._apply(change)) is not None]

    def _apply(self, due: GoodsChange) -> GoodsChange | None:
        """Make one change; what cannot be made any more is on record as such, and the others go on."""
        with self._storage.unit_of_work() as work:
            change = self._waiting_change(work, due.change_id)
            if change is None:
                return None
            state, _ = self._made(work, change)
            self._settle(work, change, state, change.made_by)
            work.commit()
        return replace(change, state=state)

    def _made(self, work: SqliteUnitOfWork, change: GoodsChange) -> tuple[str, str]:
        """Make a change as far as no later one says otherwise; what became of it, and why not."""
        fields = self._that_count(work.connection, change)
        if change.fields and not (fields or change.codes or change.removed):
            return OVERTAKEN, ""
        row = work.connection.execute(_ITEM, (change.item_id,)).fetchone()
        if row is None and "name" not in fields:
            return FAILED, f"This till has no product {change.item_id}: import the file that has it."
        cells = cells_of(self._columns(row), self._currency) if row else dict.fromkeys(COLUMN_OF, "")
        wanted = {**cells, **{name: after for name, (_, after) in fields.items()}, "sku": change.item_id}
        work.run("SAVEPOINT as_it_was")
        try:
            self._put(work.connection, replace(change, fields=fields), wanted)
        except FieldRefusedError as error:
            work.run("ROLLBACK TO as_it_was")
            _logger.error("a change of %s cannot be made: %s", change.item_id, error)
            return FAILED, error.message
        return DONE, ""

    def _after_all_others(self, item_id: str) -> datetime:
        """Now; or, where another till's clock is ahead, just after what was said there: the last one is right."""
        now = self._clock.now()
        rows = self._database.all(f"{_CHANGE} WHERE item_id = ? AND state = ?", (item_id, DONE))
        latest_s = max((_counts_from(_change_of(row))[0] for row in rows), default=0)
        return now if now.timestamp() > latest_s else datetime.fromtimestamp(latest_s + 1, now.tzinfo)

    @staticmethod
    def _that_count(connection: Connection, change: GoodsChange) -> dict[str, tuple[str, str]]:
        """The fields of a change that no change says otherwise which counts from later on: at every till the same."""
        rows = connection.execute(f"{_CHANGE} WHERE item_id = ? AND state = ?", (change.item_id, DONE)).fetchall()
        later = [other for other in map(_change_of, rows) if _counts_from(other) > _counts_from(change)]
        said = {name for other in later for name in other.fields}
        return {name: values for name, values in change.fields.items() if name not in said}

    # --- from other tills ---------------------------------------------------------------------------------------------

    def take(self, work: SqliteUnitOfWork, change: GoodsChange) -> tuple[str, str]:
        """A change that was made at another till, within a write of the caller's: what became of it, and why not."""
        if work.connection.execute("SELECT 1 FROM item_change WHERE change_id = ?", (change.change_id,)).fetchone():
            return OVERTAKEN, ""
        waits = change.effective_from_s > self._now_s()
        state, why = (WAITING, "") if waits else self._made(work, change)
        reason = f"{change.reason} (not taken here: {why})" if why else change.reason
        self._keep(work, replace(change, state=state, reason=reason))
        return state, why

    def take_withdrawal(self, work: SqliteUnitOfWork, change_id: str) -> tuple[str, str]:
        """One was taken back at another till. Where it is in force already, what was before it is put back."""
        row = work.connection.execute(f"{_CHANGE} WHERE change_id = ?", (change_id,)).fetchone()
        change = _change_of(row) if row else None
        if change is None or change.state not in (WAITING, DONE):
            return OVERTAKEN, ""
        if change.state == DONE:
            fields = {name: (after, before) for name, (before, after) in change.fields.items()}
            before = replace(change, fields=fields, codes=change.removed, removed=change.codes)
            state, why = self._made(work, before)
            if state == FAILED:
                return FAILED, why
        work.run("UPDATE item_change SET state = ? WHERE change_id = ?", (WITHDRAWN, change_id))
        return WITHDRAWN, ""

    def _put(self, connection: Connection, change: GoodsChange, cells: Mapping[str, str]) -> None:
        for code in change.removed:
            self._writer.take_off(connection, change.item_id, code)
        entry = self._read(cells, change.codes)
        own = {COLUMN_OF[name] for name in change.fields}
        written = self._writer.put(connection, entry, own)
        for conflict in written.conflicts:
            owner = conflict.owner_item_id
            if conflict.code.startswith("sku:"):
                raise FieldRefusedError("sku", f"The SKU differs from {owner} by upper and lower case only.")
            raise FieldRefusedError("barcodes", f"The barcode {shown_code(conflict.code)} belongs to {owner} already.")

    @staticmethod
    def _keep(work: SqliteUnitOfWork, change: GoodsChange) -> None:
        said = {"fields": change.fields, "codes": change.codes, "removed": change.removed}
        document = json.dumps(said, ensure_ascii=False)
        what = (change.change_id, change.item_id, change.made_at, change.made_by, change.reason, document)
        work.run(_INSERT_CHANGE, (*what, change.effective_from_s, change.state))

    def _settle(self, work: SqliteUnitOfWork, change: GoodsChange, state: str, by: str) -> None:
        work.run("UPDATE item_change SET state = ? WHERE change_id = ?", (state, change.change_id))
        work.append(
            EventKind.GOODS_CHANGED,
            {"change_id": change.change_id, "item_id": change.item_id, "by": by, "state": state},
        )

    @staticmethod
    def _waiting_change(work: SqliteUnitOfWork, change_id: str) -> GoodsChange | None:
        row = work.connection.execute(f"{_CHANGE} WHERE change_id = ? AND state = ?", (change_id, WAITING)).fetchone()
        return _change_of(row) if row else None

    def _read(self, cells: Mapping[str, str], codes: Sequence[str]) -> CatalogueItem:
        """The product of the cells, read as a line of a file is."""
        row = {**cells, "barcodes": " ".join(codes)}
        read_row = ProductReader(list(row), ImportOptions(self._currency)).product(0, list(row.values()))
        if not isinstance(read_row, ProductRow):
            raise FieldRefusedError(read_row.column, _sentence(read_row.reason))
        for refused in read_row.refused:
            raise FieldRefusedError("barcodes", f"{refused.value}: {refused.reason}.")
        return read_row.entry

    def _normal(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The cells as they would be shown once they are in."""
        return cells_of(self._writer.columns(self._read(cells, ())), self._currency)

    def _stored(self, product: Product) -> set[str]:
        return {stored_code(code) for code in product.codes}

    @staticmethod
    def _columns(row: Sequence[Any] | None) -> dict[str, Any]:
        assert row is not None, "the item was found a moment ago, and nothing is ever deleted"
        return dict(zip(NAMES, row, strict=True))

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    # --- files --------------------------------------------------------------------------------------------------------

    def import_file(
        self,
        path: Path,
        *,
        by: str,
        rehearse: bool,
        on_progress: Callable[[int], None],
        stopped: Callable[[], bool],
    ) -> ImportOutcome:
        """See GoodsBook."""
        options = ImportOptions(self._currency, tax_ids=self._tax_ids)
        if rehearse:
            return goods_files.rehearse(self._database, path, options, on_progress, stopped)
        return goods_files.import_file(
            self._database, self._storage, path, options, self._clock, by, on_progress, stopped
        )

    def imports(self) -> list[PastImport]:
        """See GoodsBook."""
        return goods_files.imports(self._database)

    def undo_import(self, number: int, by: str) -> int:
        """See GoodsBook."""
        return goods_files.undo_import(self._database, self._storage, number, by, self._now_s)

    def export(self) -> Iterator[bytes]:
        """See GoodsBook."""
        return goods_files.export(self._database, self._currency)

    # --- labels -------------------------------------------------------------------------------------------------------

    def labels_due(self, since_s: int) -> list[LabelDue]:
        """See GoodsBook."""
        rows = self._database.all(_CHANGED_PRICES, (since_s, self._now_s(), "consumer"))
        return [LabelDue(*row) for row in rows]

    def last_label_run_s(self) -> int:
        """See GoodsBook."""
        row = self._database.one("SELECT max(printed_at_s) FROM label_run")
        return int(row[0] or 0) if row else 0

    def note_label_run(self, by: str, labels: int) -> None:
        """See GoodsBook."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO label_run (printed_at_s, made_by, labels) VALUES (?, ?, ?)", (self._now_s(), by, labels)
            )
            self._database.commit()


def _change_of(row: Sequence[Any]) -> GoodsChange:
    change_id, item_id, made_at, made_by, reason, document, effective_from_s, state = row
    plain = json.loads(document)
    fields = {name: (before, after) for name, (before, after) in plain["fields"].items()}
    codes, removed = tuple(plain["codes"]), tuple(plain.get("removed", ()))
    return GoodsChange(change_id, item_id, made_at, made_by, reason, fields, codes, effective_from_s, state, removed)


def _counts_from(change: GoodsChange) -> tuple[int, str]:
    """Changes of one field count in this order, wherever they were made."""
    made_at_s = int(datetime.fromisoformat(change.made_at).timestamp())
    return max(change.effective_from_s, made_at_s), change.change_id


def _payload(change: GoodsChange, name: str, by: str, *, added: bool) -> dict[str, Any]:
    return {
        "change_id": change.change_id,
        "made_at": change.made_at,
        "item_id": change.item_id,
        "name": name,
        "by": by,
        "reason": change.reason,
        "added": added,
        "fields": {key: list(values) for key, values in change.fields.items()},
        "codes": list(change.codes),
        "removed": list(change.removed),
        "effective_from_s": change.effective_from_s,
        "state": change.state,
    }


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
