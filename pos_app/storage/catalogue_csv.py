"""Reading a catalogue as the world writes it: every row of a table becomes a product or a refusal with its reason."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from pos_app.domain.item import Item, ItemChecks, ItemKind, SoldBy
from pos_app.domain.money import Currency, MoneyError
from pos_app.domain.net_content import read_content
from pos_app.domain.scan_code import expand_upc_e, gtin
from pos_app.domain.serial_number import ANY, IMEI, check_rule
from pos_app.errors import WorldError
from pos_app.storage.catalogue_cells import harmed, read_fees
from pos_app.storage.catalogue_table import BadValueError, Refusal
from pos_app.storage.catalogue_writer import CatalogueItem

FIELDS = {
    "sku": ("sku", "item_id", "product_id", "article"),
    "name": ("name", "title", "product_name", "description"),
    "price": ("price", "price_usd", "unit_price", "retail_price"),
    "price_minor": ("price_minor", "price_cents"),
    "gtin": ("gtin", "ean", "upc", "barcode", "gtin_computed"),
    "barcodes": ("barcodes", "barcodes_raw", "barcode_raw"),
    "brand": ("brand", "manufacturer"),
    "model": ("model", "mpn", "model_number"),
    "category": ("category",),
    "kind": ("kind",),
    "by_weight": ("by_weight", "sold_by_weight"),
    "tax_ids": ("tax_ids",),
    "screen_size": ("screen_size", "screen_size_inches", "diagonal"),
    "department": ("department", "department_id"),
    "plu": ("plu", "plu_code"),
    "serial_rule": ("serial_rule",),
    "minimum_age": ("minimum_age", "age_restriction"),
    "quantity_limit": ("quantity_limit", "maximum_quantity"),
    "content": ("content", "net_content"),
    "fees": ("fees",),
    "ended": ("ended", "discontinued"),
}
"""What a product has, and the column names that mean it without being told so."""

MAXIMUM_PRICE_MINOR = 10**10
LONGEST = {"sku": 64, "name": 500, "brand": 300, "model": 300, "category": 300, "department": 64}
_LONGEST_BARCODE = 48
_SCREEN_SIZE = re.compile(r"(?:(\d{1,3})(?:[.,](\d)0*)?\s*(?:\"|in|inches)?)?", re.ASCII)
_GROUPED = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d+)?")
_GROUPED_DECIMAL_COMMA = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d*)(?:,\d+)?")
_DECIMAL_COMMA_TO_POINT = str.maketrans({".": None, ",": "."})
_SYMBOLS = re.compile(r"^(?:[A-Z]{3}|[$€£¥])?\s*|\s*(?:[A-Z]{3}|[$€£¥])?$")
_CONTROLS = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Co": "", "Cn": ""}
_PLU = re.compile(r"[0-9]{4,5}")
_YES, _NO = ("1", "true", "yes", "y"), ("", "0", "false", "no", "n")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product of one row. Its barcodes that were refused are beside it; the product goes in without them."""

    line: int
    entry: CatalogueItem
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read. mapping is column -> field and goes before the names in FIELDS."""

    currency: Currency
    mapping: Mapping[str, str] = field(default_factory=dict)
    decimal_comma: bool = False
    tax_ids: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"


class ProductReader:
    """Products of a table's rows."""

    def __init__(self, columns: list[str], options: ImportOptions) -> None:
        """Find the columns. Raises WorldError when one is mapped that is not there, or a needed one is missing."""
        self._options = options
        self._column_of = columns_of(columns, options.mapping)
        self._index = {name: columns.index(column) for name, column in self._column_of.items()}
        if "name" not in self._index or not {"price", "price_minor"} & self._index.keys():
            raise WorldError(_missing_columns(columns, "name and price"))
        if not {"sku", "gtin"} & self._index.keys():
            raise WorldError(_missing_columns(columns, "sku or gtin"))

    @property
    def code_column(self) -> str:
        """The column that barcodes come from, or empty."""
        return self._column_of.get("gtin") or self._column_of.get("barcodes", "")

    def product(self, line: int, values: list[str]) -> ProductRow | Refusal:
        """The product of a row, or why there is none."""
        cells = {name: values[index] for name, index in self._index.items()}
        column = ""
        try:
            refused: list[Refusal] = []
            texts = {}
            for name in LONGEST:
                column = name
                texts[name] = clean(harmed(cells.get(name, "")), LONGEST[name])
            column = "name"
            if not texts["name"]:
                raise BadValueError("the name is empty")
            column = "price" if "price" in cells else "price_minor"
            price_minor = self._price_minor(cells)
            codes = self._codes(line, cells, refused)
            column = "sku" if "sku" in cells else "gtin"
            item_id = texts["sku"] or (codes[0] if codes else "")
            if not item_id:
                raise BadValueError(refused[0].reason if refused else "the product has neither SKU nor barcode")
            column = "kind"
            kind = _one_of(ItemKind, cells.get("kind", "").strip().lower() or ItemKind.GOODS.value)
            column = "by_weight"
            by_weight = _yes_or_no(cells.get("by_weight", ""))
            column = "screen_size"
            screen_size_tenths = _screen_size_tenths(cells.get(column, ""))
            column = "serial_rule"
            serial_rule = _serial_rule(cells.get(column, ""))
            column = "minimum_age"
            minimum_age = _count(cells.get(column, ""), 99)
            column = "quantity_limit"
            quantity_limit = _count(cells.get(column, ""), 99_999)
            column = "content"
            content = _content(cells.get(column, ""))
            column = "fees"
            fees = read_fees(cells.get(column, ""), self._options.currency)
            column = "ended"
            ended = _yes_or_no(cells.get(column, ""))
        except BadValueError as error:
            return Refusal(line, self._column_of.get(column, column), str(error), cells.get(column, ""))
        item = Item(
            item_id=item_id,
            name=texts["name"],
            price_minor=price_minor,
            tax_ids=_tax_ids(cells["tax_ids"]) if "tax_ids" in cells else self._options.tax_ids,
            kind=kind,
            sold_by=SoldBy.WEIGHT if by_weight else SoldBy.EACH,
            # A file of one level of grouping calls it either way.
            category=texts["category"] or texts["department"],
            brand=texts["brand"],
            department=texts["department"],
            screen_size_tenths=screen_size_tenths,
            fees=fees,
            checks=ItemChecks(serial_rule, minimum_age, quantity_limit, ended)
            if serial_rule or minimum_age or quantity_limit or ended
            else None,
        )
        return ProductRow(line, CatalogueItem(item, tuple(codes), texts["model"], content), tuple(refused))

    def _price_minor(self, cells: Mapping[str, str]) -> int:
        if "price" in cells:
            minor = parse_price(cells["price"], self._options)
        else:
            text = cells["price_minor"].strip()
            if not re.fullmatch(r"-?[0-9]{1,15}", text):
                raise BadValueError("the price is not a whole number of minor units")
            minor = int(text)
        if minor < 0:
            raise BadValueError("the price is below zero")
        if minor > MAXIMUM_PRICE_MINOR:
            raise BadValueError("the price is too large")
        return minor

    def _codes(self, line: int, cells: Mapping[str, str], refused: list[Refusal]) -> list[str]:
        codes: list[str] = []
        for name in ("gtin", "barcodes"):
            for text in re.split(r"[\s;|]+", cells.get(name, "").strip()):
                try:
                    if text:
                        codes.append(barcode(text, gtin_only=name == "gtin"))
                except BadValueError as error:
                    refused.append(Refusal(line, self._column_of[name], str(error), text, whole_row=False))
        if plu := cells.get("plu", "").strip():
            if _PLU.fullmatch(plu):
                codes.append(plu)
            else:
                reason = "the PLU is no number of 4 or 5 digits"
                refused.append(Refusal(line, self._column_of["plu"], reason, plu, whole_row=False))
        return codes


def columns_of(columns: list[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> column: what is mapped, then what the names say. Raises WorldError for a mapping that fits nothing."""
    found: dict[str, str] = {}
    for column, name in mapping.items():
        if name not in FIELDS:
            raise WorldError(f"There is no field {name!r}; map a column to one of {', '.join(FIELDS)}.")
        if column not in columns:
            raise WorldError(f"There is no column {column!r}; the file has {', '.join(columns)}.")
        found[name] = column
    for name, known in FIELDS.items():
        free = [column for text in known for column in columns if column.casefold() == text and column not in mapping]
        if free:
            found.setdefault(name, free[0])
    return found


def clean(text: str, longest: int) -> str:
    """A text fit for screens and printers: NFC, no control or direction characters, single spaces.

    Raises a ValueError with the reason for one that is too long or in another encoding.
    """
    if any("\udc80" <= character <= "\udcff" for character in text):
        raise BadValueError("the text is not in the file's encoding")
    if not text.isprintable():
        text = "".join(_CONTROLS.get(unicodedata.category(character), character) for character in text)
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if len(cleaned) > longest:
        raise BadValueError(f"the text is longer than {longest} characters")
    return cleaned


def parse_price(text: str, options: ImportOptions) -> int:
    """Minor units of a price such as 1,234.50 or $5 (1.234,50 with a decimal comma).

    Raises a ValueError with the reason.
    """
    cleaned = _SYMBOLS.sub("", text.replace("\N{NO-BREAK SPACE}", " ").strip())
    if not cleaned:
        raise BadValueError("the price is empty")
    negative = cleaned.startswith("-")
    digits = cleaned.removeprefix("-").removeprefix("+")
    pattern = _GROUPED_DECIMAL_COMMA if options.decimal_comma else _GROUPED
    if not pattern.fullmatch(digits) or not digits.isascii() or not any(c.isdigit() for c in digits):
        raise BadValueError("the price is no amount" + ("" if options.decimal_comma else " written like 1,234.50"))
    if options.decimal_comma:
        digits = digits.translate(_DECIMAL_COMMA_TO_POINT)
    digits = digits.replace(",", "")
    whole, _, part = digits.partition(".")
    try:
        minor = options.currency.parse_minor(f"{whole or '0'}.{part}" if part else whole)
    except MoneyError as error:
        raise BadValueError(str(error)) from error
    return -minor if negative else minor


def barcode(text: str, *, gtin_only: bool = False) -> str:
    """A barcode as stored: 14 digits of a GTIN (UPC-E expanded), another code of the shop's own in upper case.

    Raises a ValueError with the reason for a wrong check digit.
    """
    code = gtin(text)
    if code is None and len(text) == 8 and (upc_a := expand_upc_e(text)):
        code = upc_a.zfill(14)
    if code is not None:
        return code
    if text.isascii() and text.isdigit() and 8 <= len(text) <= 14:
        raise BadValueError("the check digit of the barcode is wrong")
    if gtin_only or not text.isascii() or not text.isprintable():
        raise BadValueError("the barcode is no GTIN of 8 to 14 digits")
    if len(text) > _LONGEST_BARCODE:
        raise BadValueError(f"the barcode is longer than {_LONGEST_BARCODE} characters")
    return text.upper()


def _one_of(kind: type[ItemKind], value: str) -> ItemKind:
    try:
        return kind(value)
    except ValueError as error:
        raise BadValueError(f"the kind must be one of {', '.join(kind)}") from error


def _screen_size_tenths(text: str) -> int:
    """Tenths of an inch of a diagonal such as 42 or 42.5"."""
    match = _SCREEN_SIZE.fullmatch(text.strip())
    if match is None:
        raise BadValueError("the screen size must be inches, like 42.5")
    return int(match[1] or 0) * 10 + int(match[2] or 0)


def _yes_or_no(text: str) -> bool:
    value = text.strip().lower()
    if value not in _YES + _NO:
        raise BadValueError("whether it is sold by weight must be 1 or 0")
    return value in _YES


def _serial_rule(text: str) -> str:
    rule = text.strip()
    try:
        return check_rule(rule.lower() if rule.lower() in (IMEI, ANY) else rule)
    except ValueError as error:
        raise BadValueError(str(error)) from error


def _count(text: str, most: int) -> int:
    """A whole number; empty is 0."""
    digits = text.strip() or "0"
    if not re.fullmatch(r"[0-9]{1,6}", digits) or int(digits) > most:
        raise BadValueError(f"the value is no whole number up to {most}")
    return int(digits)


def _tax_ids(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s;,|]+", text.strip()) if part)


def _missing_columns(columns: list[str], needed: str) -> str:
    return (
        f"No columns for {needed} were found among {', '.join(columns)}. Say which they are: "
        "--map COLUMN=FIELD, for example --map Bezeichnung=name."
    )


def _content(text: str) -> str:
    try:
        return read_content(text)
    except ValueError as error:
        raise BadValueError(str(error)) from error
