"""Importing a catalogue: products and barcodes from CSV or JSON, refusals reported, repeatable and resumable.

What is in the file is added or changed; nothing is removed. Every chunk is durable by itself and a row that is in
already changes nothing, so an interrupted import is continued by making it again.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from pos_app.errors import WorldError
from pos_app.storage.catalogue_csv import (
    LONGEST,
    ImportOptions,
    ProductReader,
    ProductRow,
    barcode,
    clean,
    columns_of,
)
from pos_app.storage.catalogue_table import Refusal, Table, open_table
from pos_app.storage.catalogue_writer import CatalogueChange, CatalogueItem, CatalogueWriter
from pos_app.storage.item_codes import SKU_PREFIX


@dataclass(slots=True)
class ImportResult:
    """What an import did."""

    products_read: int = 0
    products_added: int = 0
    products_changed: int = 0
    products_unchanged: int = 0
    barcodes_read: int = 0
    barcodes_added: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_barcodes: list[Refusal] = field(default_factory=list)

    @property
    def rows_refused(self) -> int:
        """Rows of the product file that did not go in at all."""
        return sum(refusal.whole_row for refusal in self.refused)

    @property
    def changes_nothing(self) -> bool:
        """True when the catalogue was like this before."""
        return not (self.products_added or self.products_changed or self.barcodes_added)


@dataclass(slots=True)
class _Seen:
    """A product of this file, to notice a second one with the same SKU and to name its line."""

    line: int
    entry: CatalogueItem
    code_lines: dict[str, int] = field(default_factory=dict)


def import_catalogue(
    writer: CatalogueWriter,
    products: Path,
    options: ImportOptions,
    *,
    barcodes: Path | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> ImportResult:
    """Import a file of products and, beside it, one of barcodes (columns sku and barcode).

    on_progress gets the line of the product file that was reached. Raises WorldError when a file cannot be read or
    the database not be written.
    """
    result = ImportResult()
    extra = _read_barcodes(barcodes, options, result) if barcodes else {}
    table = open_table(products, options.encoding)
    try:
        reader = ProductReader(table.columns, options)
        seen: dict[str, _Seen] = {}
        with writer.rehearsal() if dry_run else nullcontext():
            change = writer.add_items(_products(table, reader, extra, seen, result, on_progress))
            result.products_added = change.added
            result.products_changed = change.changed
            result.products_unchanged = change.unchanged
            result.barcodes_added = change.codes_added
            _report_conflicts(change, seen, extra, result, reader.code_column)
            _add_remaining_barcodes(writer, extra, seen, result)
    finally:
        table.close()
    return result


def write_refused(path: Path, refused: list[Refusal]) -> Path | None:
    """Write the refusals of a file beside it; with none, an older report goes. Raises WorldError."""
    report = path.with_name(f"{path.stem}.refused.csv")
    try:
        if not refused:
            report.unlink(missing_ok=True)
            return None
        with report.open("w", encoding="utf-8", newline="", errors="replace") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "refused", "column", "reason", "value"))
            for refusal in sorted(refused, key=lambda r: r.line):
                what = "row" if refusal.whole_row else "barcode only"
                writer.writerow((refusal.line, what, refusal.column, refusal.reason, harmless(refusal.value)))
    except OSError as error:
        raise WorldError(f"The report of refused rows {report} cannot be written: {error}") from error
    return report


def _products(
    table: Table,
    reader: ProductReader,
    extra: dict[str, dict[str, int]],
    seen: dict[str, _Seen],
    result: ImportResult,
    on_progress: Callable[[int], None] | None,
) -> Iterator[CatalogueItem]:
    """Every product of the file once, with its barcodes of both files."""
    for line, values in table.rows():
        result.products_read += 1
        if on_progress and result.products_read % 500 == 0:
            on_progress(line)
        found = values if isinstance(values, Refusal) else reader.product(line, values)
        if isinstance(found, Refusal):
            result.refused.append(found)
            continue
        result.refused += found.refused
        item_id = found.entry.item.item_id
        first = seen.get(item_id)
        if first is not None and not _same_product(first.entry, found):
            reason = f"SKU {item_id} is on line {first.line} already, with other data"
            result.refused.append(Refusal(line, "sku", reason, item_id))
            continue
        codes = (*found.entry.codes, *(extra.get(item_id, ()) if first is None else ()))
        known = seen.setdefault(item_id, _Seen(line, found.entry))
        known.code_lines.update(dict.fromkeys(found.entry.codes, line))
        if first is None or codes:
            yield replace(found.entry, codes=codes)


def _same_product(first: CatalogueItem, found: ProductRow) -> bool:
    return replace(first, codes=()) == replace(found.entry, codes=())


def _read_barcodes(path: Path, options: ImportOptions, result: ImportResult) -> dict[str, dict[str, int]]:
    """SKU -> its barcodes and their lines."""
    table = open_table(path, options.encoding)
    try:
        mapping = {column: name for column, name in options.mapping.items() if column in table.columns}
        columns = columns_of(table.columns, mapping)
        code_column = columns.get("barcodes") or columns.get("gtin")
        if "sku" not in columns or code_column is None:
            raise WorldError(f"{path} must have the columns sku and barcode; it has {', '.join(table.columns)}.")
        sku_index, code_index = table.columns.index(columns["sku"]), table.columns.index(code_column)
        found: dict[str, dict[str, int]] = {}
        for line, values in table.rows():
            result.barcodes_read += 1
            if isinstance(values, Refusal):
                result.refused_barcodes.append(values)
                continue
            text = values[code_index].strip()
            try:
                code = barcode(text)
                sku = clean(values[sku_index], LONGEST["sku"])
            except ValueError as error:
                result.refused_barcodes.append(Refusal(line, code_column, str(error), text))
                continue
            found.setdefault(sku, {}).setdefault(code, line)
        return found
    finally:
        table.close()


def _add_remaining_barcodes(
    writer: CatalogueWriter, extra: dict[str, dict[str, int]], seen: dict[str, _Seen], result: ImportResult
) -> None:
    """Barcodes of products that are not in this file: known ones take them, the others are refused."""
    remaining = extra.keys() - seen.keys()
    known = writer.known(remaining)
    for sku, codes in extra.items():
        if sku in remaining and sku not in known:
            reason = f"there is no product with SKU {sku}" if sku else "the SKU is empty"
            result.refused_barcodes += [Refusal(line, "sku", reason, sku) for line in codes.values()]
    change = writer.add_codes({sku: list(extra[sku]) for sku in known})
    result.barcodes_added += change.codes_added
    _report_conflicts(change, seen, extra, result, "")


def _report_conflicts(
    change: CatalogueChange,
    seen: dict[str, _Seen],
    extra: dict[str, dict[str, int]],
    result: ImportResult,
    code_column: str,
) -> None:
    for conflict in change.conflicts:
        code = conflict.code.removeprefix(SKU_PREFIX)
        reason = f"the barcode belongs to product {conflict.owner_item_id} already"
        first = seen.get(conflict.item_id)
        if conflict.code.startswith(SKU_PREFIX):
            reason = f"the SKU differs from {conflict.owner_item_id} by case only"
            result.refused.append(Refusal(first.line if first else 0, "sku", reason, code, whole_row=False))
        elif first is not None and conflict.code in first.code_lines:
            result.refused.append(Refusal(first.code_lines[conflict.code], code_column, reason, code, whole_row=False))
        else:
            line = extra.get(conflict.item_id, {}).get(conflict.code, 0)
            result.refused_barcodes.append(Refusal(line, "barcode", reason, code))


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    shortened = value[:200]
    return f"'{shortened}" if shortened.startswith(("=", "+", "-", "@", "\t", "\r")) else shortened
