"""Catalogue files from the window: an import that is remembered and can be taken back, and an export that undoes it."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.money import Currency
from pos_app.errors import CashierError, WorldError
from pos_app.ports import Clock
from pos_app.ports.goods import ImportOutcome, PastImport, RefusedRow
from pos_app.storage.catalogue_cells import COLUMN_OF, cells_of, harmless
from pos_app.storage.catalogue_csv import ImportOptions
from pos_app.storage.catalogue_import import ImportResult, import_catalogue
from pos_app.storage.catalogue_ownership import Ownership, ownership_of, save
from pos_app.storage.catalogue_writer import NAMES, CatalogueChange, CatalogueWriter, rows_of_values
from pos_app.storage.database import Connection, Database
from pos_app.storage.item_codes import SKU_PREFIX, shown_code
from pos_app.storage.unit_of_work import SqliteStorage

_BEGUN, _MADE, _UNDONE = "begun", "made", "undone"
_EXPORT = f"""
    SELECT sales_rank, {", ".join(NAMES)} FROM item WHERE sales_rank > ? ORDER BY sales_rank LIMIT ?
"""  # noqa: S608
_EXPORT_CODES = "SELECT sales_rank, code FROM item_code WHERE sales_rank BETWEEN ? AND ?"
_EXPORTED = 2_000
_READ = 1 << 20
_CHUNK = 500
"""So few are written at a time that a sale at this till hardly has to wait."""


def rehearse(
    database: Database,
    path: Path,
    options: ImportOptions,
    on_progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> ImportOutcome:
    """What an import would do; nothing is changed. Raises WorldError and InterruptedError."""
    writer = CatalogueWriter(database, chunk_items=_CHUNK, commits=False)
    result = import_catalogue(writer, path, options, on_progress=_watched(on_progress, stopped))
    return _outcome(0, path, result)


def import_file(
    database: Database,
    storage: SqliteStorage,
    path: Path,
    options: ImportOptions,
    clock: Clock,
    by: str,
    on_progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> ImportOutcome:
    """Import, remembering what was before. What could be read stays when it is stopped, and can be taken back."""
    digest = _digest(path)
    with database.write() as connection:
        for table in ("catalogue_undo", "catalogue_undo_code"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        (number,) = connection.execute(
            "INSERT INTO catalogue_import (file_name, made_at, made_by, words, state) VALUES (?, ?, ?, ?, ?)"
            " RETURNING number",
            (path.name, clock.now().isoformat(timespec="seconds"), by, "Stopped before its end", _BEGUN),
        ).fetchone()
        database.commit()
    writer = CatalogueWriter(database, lambda: int(clock.now().timestamp()), number, chunk_items=_CHUNK)
    outcome = _outcome(
        number, path, import_catalogue(writer, path, options, on_progress=_watched(on_progress, stopped))
    )
    with storage.unit_of_work() as work:
        work.run("UPDATE catalogue_import SET words = ?, state = ? WHERE number = ?", (_words(outcome), _MADE, number))
        work.append(
            EventKind.CATALOGUE_IMPORTED,
            {
                "number": number,
                "file_name": path.name,
                "sha256": digest,
                "by": by,
                "added": outcome.added,
                "changed": outcome.changed,
                "codes_added": outcome.codes_added,
                "refused": outcome.rows_refused,
            },
        )
        work.commit()
    return outcome


def imports(database: Database) -> list[PastImport]:
    """Newest first."""
    rows = database.all(
        "SELECT number, file_name, made_at, made_by, words, state FROM catalogue_import ORDER BY number DESC LIMIT 50"
    )
    kept = {number for (number,) in database.all("SELECT DISTINCT number FROM catalogue_undo")}
    kept |= {number for (number,) in database.all("SELECT DISTINCT number FROM catalogue_undo_code")}
    return [
        PastImport(number, file_name, made_at, by, words, state == _UNDONE, number in kept)
        for number, file_name, made_at, by, words, state in rows
    ]


def undo_import(database: Database, storage: SqliteStorage, number: int, by: str, now_s: Callable[[], int]) -> int:
    """Take the last import back. It may be interrupted anywhere, and is continued by doing it again.

    Raises CashierError when there is nothing of it to take back.
    """
    writer, products = CatalogueWriter(database, now_s), 0
    codes = [code for (code,) in database.all("SELECT code FROM catalogue_undo_code WHERE number = ?", (number,))]
    rows = _kept(database, number)
    if not rows and not codes:
        raise CashierError("nothing_to_undo", "There is nothing of this import left to take back.")
    with database.write() as connection:
        _take_codes_back(connection, number)
        database.commit()
    while rows:
        with database.write() as connection:
            _deliver_again(connection, writer, rows)
            connection.execute(
                "DELETE FROM catalogue_undo WHERE number = ? AND item_id IN (SELECT value FROM json_each(?))",
                (number, json.dumps([item_id for item_id, _ in rows])),
            )
            database.commit()
        products += len(rows)
        rows = _kept(database, number)
    with storage.unit_of_work() as work:
        work.run("UPDATE catalogue_import SET state = ? WHERE number = ?", (_UNDONE, number))
        payload = {"number": number, "by": by, "undone": True, "products": products, "codes": len(codes)}
        work.append(EventKind.CATALOGUE_IMPORTED, payload)
        work.commit()
    return products


def export(database: Database, currency: Currency) -> Iterator[bytes]:
    """All products as CSV in the order in which they sell; read apart, so that the till goes on meanwhile."""
    apart = Database(database.path, database.key, read_only=True)
    try:
        yield _csv([(*COLUMN_OF, "barcodes")])
        last = 0
        while rows := apart.all(_EXPORT, (last, _EXPORTED)):
            first, last = rows[0][0], rows[-1][0]
            codes: dict[int, list[str]] = {}
            for rank, code in apart.all(_EXPORT_CODES, (first, last)):
                if not code.startswith(SKU_PREFIX):
                    codes.setdefault(rank, []).append(shown_code(code))
            yield _csv([_line(row, codes.get(row[0], []), currency) for row in rows])
    finally:
        apart.close()


def _line(row: tuple[Any, ...], codes: list[str], currency: Currency) -> tuple[str, ...]:
    cells = cells_of(dict(zip(NAMES, row[1:], strict=True)), currency)
    return (*(harmless(text) for text in cells.values()), " ".join(sorted(codes)))


def _csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _kept(database: Database, number: int) -> list[tuple[str, str]]:
    return database.all(
        "SELECT item_id, before FROM catalogue_undo WHERE number = ? ORDER BY item_id LIMIT ?", (number, _CHUNK)
    )


def _deliver_again(connection: Connection, writer: CatalogueWriter, rows: list[tuple[str, str]]) -> None:
    """What was delivered before; what the file added is ended, unless the store had put it on file itself."""
    before = {item_id: json.loads(text) for item_id, text in rows}
    now = connection.execute(
        f"SELECT {', '.join(NAMES)} FROM item WHERE item_id IN (SELECT value FROM json_each(?))",  # noqa: S608
        (json.dumps(list(before)),),
    ).fetchall()
    columns = {row[0]: dict(zip(NAMES, row, strict=True)) for row in now}
    owned = ownership_of(connection, before)
    wanted = {}
    for item_id, (delivered, own) in before.items():
        if delivered is not None:
            wanted[item_id] = delivered
        elif own:
            override = {**own, **(owned[item_id].override if item_id in owned else {})}
            save(connection, item_id, Ownership(None, override))
        else:
            wanted[item_id] = {**columns[item_id], "ended": 1}
    writer.deliver(connection, rows_of_values(wanted), CatalogueChange())


def _take_codes_back(connection: Connection, number: int) -> None:
    """Barcodes that the file brought belong to nobody again."""
    codes = "(SELECT code FROM catalogue_undo_code WHERE number = ?)"
    connection.execute(f"UPDATE item SET code = item_id WHERE code IN {codes}", (number,))  # noqa: S608
    connection.execute(f"DELETE FROM item_code WHERE code IN {codes}", (number,))  # noqa: S608
    connection.execute("DELETE FROM catalogue_undo_code WHERE number = ?", (number,))


def _outcome(number: int, path: Path, result: ImportResult) -> ImportOutcome:
    refused = sorted(result.refused, key=lambda one: one.line)
    return ImportOutcome(
        number=number,
        file_name=path.name,
        rows=result.products_read,
        added=result.products_added,
        changed=result.products_changed,
        unchanged=result.products_unchanged,
        codes_added=result.barcodes_added,
        refused=[RefusedRow(one.line, one.column, one.reason, one.value, one.whole_row) for one in refused],
    )


def _words(outcome: ImportOutcome) -> str:
    return f"{outcome.added:,} added, {outcome.changed:,} changed, {outcome.rows_refused:,} refused"


def _watched(on_progress: Callable[[int], None], stopped: Callable[[], bool]) -> Callable[[int], None]:
    def reached(line: int) -> None:
        if stopped():
            raise InterruptedError("The import was stopped.")
        on_progress(line)

    return reached


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_READ):
                digest.update(block)
    except OSError as error:
        raise WorldError(f"{path} cannot be read: {error}") from error
    return digest.hexdigest()
