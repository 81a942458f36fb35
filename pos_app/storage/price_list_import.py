"""Price lists from CSV: every row becomes a price or a refusal with its reason, and the rest is kept."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path

from pos_app.domain.money import Currency
from pos_app.domain.price_list import EVERYBODY, SEGMENTS, PriceEntry
from pos_app.errors import WorldError
from pos_app.storage.catalogue import SqliteCatalogue
from pos_app.storage.catalogue_csv import MAXIMUM_PRICE_MINOR, ImportOptions, clean, parse_price
from pos_app.storage.catalogue_table import Refusal, Table, open_table
from pos_app.storage.database import Database
from pos_app.storage.price_lists import PriceChange, write_prices

COLUMNS = {
    "list": ("list", "list_id", "price_list"),
    "segment": ("segment", "customer_segment"),
    "item": ("item", "sku", "item_id", "gtin", "ean", "upc", "barcode"),
    "price": ("price", "list_price"),
    "from": ("from", "starts", "valid_from"),
    "until": ("until", "to", "valid_until"),
    "store": ("store", "store_id"),
}
_NEEDED = ("list", "item", "price")
_LONGEST_LIST = 40


@dataclass(frozen=True, slots=True)
class PriceListOptions:
    """How a file is to be read, and for which store; days without a time are those of the store's own clock."""

    currency: Currency
    store_id: str
    zone: tzinfo
    decimal_comma: bool = False
    encoding: str = "utf-8-sig"


@dataclass(slots=True)
class PriceListResult:
    """What an import did; rows of other stores are neither kept nor wrong."""

    rows_read: int = 0
    other_stores: int = 0
    change: PriceChange = field(default_factory=PriceChange)
    refused: list[Refusal] = field(default_factory=list)


class RowError(ValueError):
    """Why a row cannot go in, with the column."""

    def __init__(self, column: str, reason: str, value: str) -> None:
        super().__init__(reason)
        self.column, self.value = column, value


def import_price_lists(
    database: Database, path: Path, options: PriceListOptions, *, dry_run: bool = False
) -> PriceListResult:
    """Put the price lists of a file in. Making the same import again changes nothing. Raises WorldError."""
    result = PriceListResult()
    table = open_table(path, options.encoding)
    try:
        entries = _entries(table, SqliteCatalogue(database), options, result)
        result.change = write_prices(database, list(entries), dry_run=dry_run)
    finally:
        table.close()
    return result


def _entries(
    table: Table, catalogue: SqliteCatalogue, options: PriceListOptions, result: PriceListResult
) -> Iterator[PriceEntry]:
    index = _columns(table)
    seen: dict[tuple[str, str, str, int], int] = {}
    for line, values in table.rows():
        result.rows_read += 1
        if isinstance(values, Refusal):
            result.refused.append(values)
            continue
        cells = {name: values[position].strip() for name, position in index.items()}
        if cells.get("store", "") not in ("", options.store_id):
            result.other_stores += 1
            continue
        try:
            entry = read_entry(cells, catalogue, options)
            key = (entry.list_id, entry.segment, entry.item_id, entry.starts_at_s)
            if key in seen:
                raise RowError("item", f"line {seen[key]} has a price of this item, list and start already", "")
        except RowError as error:
            result.refused.append(Refusal(line, error.column, str(error), error.value))
            continue
        seen[key] = line
        yield entry


def _columns(table: Table) -> dict[str, int]:
    names = [column.casefold() for column in table.columns]
    found = {
        name: names.index(next(known for known in meanings if known in names))
        for name, meanings in COLUMNS.items()
        if any(known in names for known in meanings)
    }
    if missing := [name for name in _NEEDED if name not in found]:
        raise WorldError(
            f"{table.path} lacks the columns {', '.join(missing)}; it has {', '.join(table.columns)}. "
            f"A price list has {', '.join(COLUMNS)}; segment, from, until and store may be left out."
        )
    return found


def read_entry(cells: dict[str, str], catalogue: SqliteCatalogue, options: PriceListOptions) -> PriceEntry:
    """The price of a row, or of a form with the same cells. Raises RowError."""
    try:
        list_id = clean(cells["list"], _LONGEST_LIST)
    except ValueError as error:
        raise RowError("list", str(error), cells["list"]) from error
    if not list_id:
        raise RowError("list", "the list has no name", "")
    segment = cells.get("segment", "").casefold() or EVERYBODY
    if segment not in SEGMENTS:
        raise RowError("segment", f"a segment is one of {', '.join(SEGMENTS)}", segment)
    item = catalogue.find_by_code(cells["item"])
    if item is None:
        raise RowError("item", "there is no product with this SKU or barcode", cells["item"])
    starts_at_s = _second(cells.get("from", ""), "from", options.zone, after_a_day=False) or 0
    ends_at_s = _second(cells.get("until", ""), "until", options.zone, after_a_day=True)
    if ends_at_s is not None and ends_at_s <= starts_at_s:
        raise RowError("until", "the price ends before it begins", cells["until"])
    return PriceEntry(list_id, segment, item.item_id, _price(cells["price"], options), starts_at_s, ends_at_s)


def _price(text: str, options: PriceListOptions) -> int:
    try:
        price_minor = parse_price(text, ImportOptions(options.currency, decimal_comma=options.decimal_comma))
    except ValueError as error:
        raise RowError("price", str(error), text) from error
    if not 0 <= price_minor <= MAXIMUM_PRICE_MINOR:
        raise RowError("price", "the price is below zero or too large", text)
    return price_minor


def _second(text: str, column: str, zone: tzinfo, *, after_a_day: bool) -> int | None:
    """The second of a time; of a day its first, or the first one after it. None for no text."""
    if not text:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=1 if after_a_day else 0)
            return int(datetime.combine(day, time.min, zone).timestamp())
        at = datetime.fromisoformat(text)
        at = at if at.utcoffset() is not None else at.replace(tzinfo=zone)
        return int(at.timestamp()) + (1 if after_a_day else 0)
    except (ValueError, OverflowError) as error:
        raise RowError(column, "a day like 2026-11-27, or a time like 2026-11-27T10:00", text) from error
