"""Import a catalogue from CSV, or look into it."""

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pos_app.clock import SystemClock
from pos_app.domain.money import MoneyError, currency
from pos_app.domain.price_list import SEGMENTS
from pos_app.errors import WorldError
from pos_app.sample_store import store_of
from pos_app.settings import default_data_folder
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_csv import FIELDS, ImportOptions
from pos_app.storage.catalogue_import import ImportResult, harmless, import_catalogue, write_refused
from pos_app.storage.catalogue_writer import CatalogueWriter
from pos_app.storage.database import FILE_NAME, Database
from pos_app.storage.folder_lock import FolderLock
from pos_app.storage.keys import KeyFile, SystemKeyStore
from pos_app.storage.price_list_import import COLUMNS, PriceListOptions, import_price_lists
from pos_app.storage.price_lists import SqlitePriceLists
from pos_app.storage.terminal_database import KEY_FILE_NAME, open_database, open_for_inspection

INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True)
    importing = actions.add_parser(
        "import",
        help="add and change items from a CSV file",
        description="Add and change items from a CSV file. Nothing is removed. Rows that cannot go in are listed, "
        "with the reason, in FILE.refused.csv beside the file. Making the same import again changes nothing, and an "
        f"interrupted one is continued by it. Fields: {', '.join(FIELDS)}.",
    )
    importing.add_argument("file", type=Path, help="products: columns for sku or gtin, name and price at least")
    importing.add_argument("--barcodes", type=Path, metavar="FILE", help="more barcodes: columns sku and barcode")
    importing.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="which column is which field; may be repeated",
    )
    importing.add_argument("--currency", default="USD", help="ISO 4217 code of the prices (default: USD)")
    importing.add_argument("--decimal-comma", action="store_true", help="prices are written like 1.234,50")
    importing.add_argument("--tax", action="append", default=[], metavar="ID", help="tax of items whose row names none")
    importing.add_argument("--encoding", default="utf-8-sig", help="encoding of the files (default: UTF-8)")
    importing.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
    pricing = actions.add_parser(
        "import-prices",
        help="add and change prices of price lists from a CSV file",
        description="Add and change prices of price lists from a CSV file with the columns "
        f"{', '.join(COLUMNS)}; segment (one of {', '.join(SEGMENTS)}), from, until and store may be left out. "
        "Days and times are those of the store's clock. Rows that cannot go in are listed, with the reason, in "
        "FILE.refused.csv beside the file; the rest is kept. Making the same import again changes nothing.",
    )
    pricing.add_argument("file", type=Path)
    pricing.add_argument("--decimal-comma", action="store_true", help="prices are written like 1.234,50")
    pricing.add_argument("--encoding", default="utf-8-sig", help="encoding of the file (default: UTF-8)")
    pricing.add_argument("--dry-run", action="store_true", help="check everything, change nothing")
    searching = actions.add_parser("search", help="items whose name, brand, SKU or model begin with these words")
    searching.add_argument("text", nargs="+")
    searching.add_argument("--limit", type=int, default=20)
    showing = actions.add_parser("show", help="the item of a barcode or SKU")
    showing.add_argument("code")
    missing = actions.add_parser("missing", help="codes sold by department because no item had them")
    missing.add_argument("--since", default="", metavar="DAY", help="from this business day on (YYYY-MM-DD)")
    for action in (importing, pricing, searching, showing, missing):
        action.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: the user's)")


def main(args: argparse.Namespace) -> int:
    """Run one sub-command; 0 when it did what was asked, 1 when something is wrong, which is said."""
    folder = args.data or default_data_folder()
    try:
        if args.action == "import":
            return _import(args, folder)
        if args.action == "import-prices":
            return _import_prices(args, folder)
        database = open_for_inspection(folder, SystemKeyStore(folder / KEY_FILE_NAME))
        try:
            if args.action == "missing":
                return _missing(database, args.since)
            catalogue = SqliteCatalogue(database)
            if args.action == "search":
                return _search(catalogue, args)
            zone = ZoneInfo(store_of(folder).profile.time_zone)
            return _show(catalogue, SqlitePriceLists(database), args.code, zone)
        finally:
            database.close()
    except (WorldError, MoneyError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What was read so far is in; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED


def _import(args: argparse.Namespace, folder: Path) -> int:
    options = ImportOptions(
        currency=currency(args.currency.upper()),
        mapping=_mapping(args.map),
        decimal_comma=args.decimal_comma,
        tax_ids=tuple(args.tax),
        encoding=args.encoding,
    )
    began = time.monotonic()
    with ExitStack() as closing:
        database = _database(folder, args.dry_run, closing)
        advance = _progress(args.file, closing)
        writer = CatalogueWriter(database)
        result = import_catalogue(
            writer, args.file, options, barcodes=args.barcodes, dry_run=args.dry_run, on_progress=advance
        )
        item_count = SqliteCatalogue(database).count()
    reports = [write_refused(args.file, result.refused)]
    if args.barcodes:
        reports.append(write_refused(args.barcodes, result.refused_barcodes))
    _print_result(result, args, item_count, time.monotonic() - began)
    for report in filter(None, reports):
        print(f"Refused rows and their reasons: {report}")
    return 0


def _import_prices(args: argparse.Namespace, folder: Path) -> int:
    profile = store_of(folder).profile
    options = PriceListOptions(
        currency=profile.currency,
        store_id=profile.store_id,
        zone=ZoneInfo(profile.time_zone),
        decimal_comma=args.decimal_comma,
        encoding=args.encoding,
    )
    with ExitStack() as closing:
        database = _database(folder, args.dry_run, closing)
        result = import_price_lists(database, args.file, options, dry_run=args.dry_run)
    report = write_refused(args.file, result.refused)
    change = result.change
    print(
        f"Rows read: {result.rows_read:,}; of other stores: {result.other_stores:,}; refused: {len(result.refused):,}."
    )
    print(f"Prices added: {change.added:,}; changed: {change.changed:,}; as they were: {change.unchanged:,}.")
    if report:
        print(f"Refused rows and their reasons: {report}")
    if args.dry_run:
        print("Dry run: nothing was changed.")
    return 0


def _mapping(texts: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for text in texts:
        column, equals, name = text.rpartition("=")
        if not equals:
            raise WorldError(f"--map {text}: write it as COLUMN=FIELD.")
        mapping[column.strip()] = name.strip()
    return mapping


def _database(folder: Path, dry_run: bool, closing: ExitStack) -> Database:
    """The till's database, to be written by nobody else; a dry run on a new machine leaves nothing behind."""
    keys: KeyFile | SystemKeyStore = SystemKeyStore(folder / KEY_FILE_NAME)
    if dry_run and not (folder / FILE_NAME).exists():
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        keys = KeyFile(folder / KEY_FILE_NAME)
    lock = FolderLock(folder)
    closing.callback(lock.release)
    database = open_database(folder, keys, SystemClock())
    closing.callback(database.close)
    return database


def _progress(path: Path, closing: ExitStack) -> Callable[[int], None] | None:
    """What moves the bar to a line of the file; there is a bar on a terminal only."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = closing.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    task = progress.add_task(path.name, total=lines)
    return lambda line: progress.update(task, completed=line)


def _print_result(result: ImportResult, args: argparse.Namespace, item_count: int, seconds: float) -> None:
    barcodes_refused = len(result.refused) - result.rows_refused + len(result.refused_barcodes)
    print(f"Rows read: {result.products_read:,}; refused: {result.rows_refused:,}.")
    print(
        f"Products added: {result.products_added:,}; changed: {result.products_changed:,}; "
        f"as they were: {result.products_unchanged:,}."
    )
    if args.barcodes:
        print(f"Barcode rows read: {result.barcodes_read:,}.")
    print(f"Barcodes added: {result.barcodes_added:,}; refused: {barcodes_refused:,}.")
    print(f"Items in the catalogue: {item_count:,}. Time: {seconds:.1f} s.")
    if args.dry_run:
        print("Dry run: nothing was changed.")
    elif result.changes_nothing:
        print("The catalogue was like this already: nothing changed.")


def _search(catalogue: SqliteCatalogue, args: argparse.Namespace) -> int:
    hits = catalogue.search(" ".join(args.text), args.limit)
    if hits:
        print(f"{'SKU':<16} {'price (minor)':>13} {'brand':<16} name")
    for hit in hits:
        print(f"{hit.item_id:<16} {hit.price_minor:>13} {hit.brand:<16.16} {hit.name}")
    if not hits:
        print("Nothing found.")
    return 0


def _show(catalogue: SqliteCatalogue, price_lists: SqlitePriceLists, code: str, zone: ZoneInfo) -> int:
    item = catalogue.find_by_code(code)
    if item is None:
        print(f"There is no item with the code {code}.", file=sys.stderr)
        return 1
    rows = {
        "SKU": item.item_id,
        "Name": item.name,
        "Brand": item.brand,
        "Category": item.category,
        "Kind": item.kind.value,
        "Sold by": item.sold_by.value,
        "Price (minor units)": str(item.price_minor),
        "Taxes": " ".join(item.tax_ids),
        "Fees": ", ".join(f"{fee.name} {fee.amount_minor}" for fee in item.fees),
        "Barcodes": " ".join(catalogue.codes(item.item_id)),
    }
    for label, value in rows.items():
        print(f"{label + ':':<21}{value}")
    for entry in price_lists.entries(item.item_id):
        window = f"{_moment(entry.starts_at_s or None, zone)} to {_moment(entry.ends_at_s, zone)}"
        print(f"{'Price list:':<21}{entry.list_id}, {entry.segment}: {entry.price_minor}, {window}")
    return 0


def _moment(at_s: int | None, zone: ZoneInfo) -> str:
    """A time by the store's clock; the end of a price is the first second without it."""
    return "always" if at_s is None else datetime.fromtimestamp(at_s, zone).isoformat(" ", "minutes")[:16]


def _missing(database: Database, since_day: str) -> int:
    from pos_app.storage.unlisted_sales import unlisted_sales

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("code", "department", "pieces", "lowest_price_minor", "highest_price_minor", "last_sold"))
    for sale in unlisted_sales(database, since_day):
        pieces = f"{sale.quantity_milli / 1000:g}"
        prices = (sale.lowest_price_minor, sale.highest_price_minor)
        writer.writerow((harmless(sale.code), sale.department, pieces, *prices, sale.last_business_day))
    return 0
