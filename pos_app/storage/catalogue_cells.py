"""A product as the cells of a file: exported, shown in a form and read again by ProductReader."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pos_app.domain.item import Fee, ItemKind, SoldBy
from pos_app.domain.money import Currency, MoneyError
from pos_app.storage.catalogue_table import BadValueError

COLUMN_OF = {
    "sku": "item_id",
    "name": "name",
    "price": "price_minor",
    "brand": "brand",
    "model": "model",
    "category": "category",
    "department": "department",
    "kind": "kind",
    "by_weight": "sold_by",
    "tax_ids": "tax_ids",
    "fees": "fees",
    "content": "content",
    "screen_size": "screen_size_tenths",
    "serial_rule": "serial_rule",
    "minimum_age": "minimum_age",
    "quantity_limit": "quantity_limit",
    "ended": "ended",
}
"""Field of a file -> the column of an item that keeps it."""
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_FEE_ID = re.compile(r"[\w.-]{1,40}")
_LONGEST_FEE_NAME = 60


def cells_of(columns: Mapping[str, Any], currency: Currency) -> dict[str, str]:
    """The cells of an item's columns, all of them text."""
    return {field: _CELLS.get(field, _text)(columns[column], currency) for field, column in COLUMN_OF.items()}


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before it says that it is text (CWE-1236)."""
    return f"'{text}" if text.startswith((*_FORMULA_SIGNS, "'")) else text


def harmed(text: str) -> str:
    """The reverse of harmless."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA_SIGNS, "'")) else text


def read_fees(text: str, currency: Currency) -> tuple[Fee, ...]:
    """Fees written like recycling:Recycling fee:5.00:sales, several with | between. Raises ValueError."""
    return tuple(_fee(part, currency) for part in text.split("|") if part.strip())


def _fee(text: str, currency: Currency) -> Fee:
    fee_id, _, rest = text.strip().partition(":")
    name, _, rest = rest.partition(":")
    amount, _, taxes = rest.partition(":")
    name = " ".join(name.split())
    if not _FEE_ID.fullmatch(fee_id) or not name or len(name) > _LONGEST_FEE_NAME or not name.isprintable():
        raise BadValueError("a fee is written like recycling:Recycling fee:5.00")
    try:
        amount_minor = currency.parse_minor(amount.strip())
    except MoneyError as error:
        raise BadValueError(f"the fee {name}: {error}") from error
    if amount_minor < 0:
        raise BadValueError(f"the fee {name} is below zero")
    return Fee(fee_id, name, amount_minor, tuple(taxes.split()))


def _text(value: Any, currency: Currency) -> str:
    return str(value)


def _number(value: Any, currency: Currency) -> str:
    return str(value) if value else ""


def _price(value: Any, currency: Currency) -> str:
    return currency.decimal_text(value)


def _kind(value: Any, currency: Currency) -> str:
    return "" if value == ItemKind.GOODS else str(value)


def _by_weight(value: Any, currency: Currency) -> str:
    return "1" if value == SoldBy.WEIGHT else ""


def _taxes(value: Any, currency: Currency) -> str:
    return " ".join(value.split("\n"))


def _screen_size(value: Any, currency: Currency) -> str:
    whole, tenths = divmod(value, 10)
    return (f"{whole}.{tenths}" if tenths else str(whole)) if value else ""


def _fees(value: Any, currency: Currency) -> str:
    if not value:
        return ""
    fees = [
        ":".join((fee_id, re.sub("[:|]", " ", name), currency.decimal_text(amount), " ".join(taxes))).rstrip(":")
        for fee_id, name, amount, taxes in json.loads(value)
    ]
    return "|".join(fees)


_CELLS = {
    "price": _price,
    "kind": _kind,
    "by_weight": _by_weight,
    "tax_ids": _taxes,
    "fees": _fees,
    "screen_size": _screen_size,
    "minimum_age": _number,
    "quantity_limit": _number,
    "ended": _number,
}
