"""Reads the taxes of a store from its TOML file: [[tax]] and [[tax_relief]]; each mistake is named with its key."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pos_app.domain.money import Currency
from pos_app.domain.tax import RATE_SCALE, TaxRate
from pos_app.domain.tax_table import SparedUpTo, TaxRelief

_LIMITS = {"up_to": SparedUpTo.UP_TO, "below": SparedUpTo.BELOW, "first": SparedUpTo.FIRST}
_TAX_KEYS = {"tax_id", "name", "rate", "included", "applies_to", "from", "to", "ship_to", "at_counter"}
_RELIEF_KEYS = {"relief_id", "name", "tax_ids", "applies_to", "categories", "from", "to", *_LIMITS}


def parse_rate_micro(text: str) -> int:
    """Millionths of a decimal rate: "0.0825" is 82,500. Raises ValueError for more than six digits."""
    try:
        scaled = Decimal(text) * RATE_SCALE
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a rate; write it like 0.0825") from error
    if scaled != int(scaled) or not 0 <= scaled <= RATE_SCALE:
        raise ValueError(f"{text!r} is not a rate between 0 and 1 with at most six digits")
    return int(scaled)


def read_tax_rates(raw: dict[str, Any]) -> tuple[TaxRate, ...]:
    """The store's taxes in the order of the file. Raises KeyError, TypeError or ValueError.

    A tax may be there more than once, with rates of times that do not overlap.
    """
    rates = tuple(_rate(entry) for entry in raw.get("tax", ()))
    for index, rate in enumerate(rates):
        for earlier in rates[:index]:
            if earlier.tax_id != rate.tax_id:
                continue
            if earlier.included != rate.included or earlier.categories != rate.categories:
                raise ValueError(f"the tax {rate.tax_id!r} differs in more than its rate and days from its other entry")
            if _overlap(earlier, rate):
                raise ValueError(f"the tax {rate.tax_id!r} has two rates for the same days")
    return rates


def tax_names(raw: dict[str, Any]) -> frozenset[str]:
    """Everything that an item or a fee may name: the taxes and their categories."""
    return frozenset(name for rate in read_tax_rates(raw) for name in (rate.tax_id, *rate.categories))


def read_tax_reliefs(raw: dict[str, Any], money: Currency) -> tuple[TaxRelief, ...]:
    """Tax holidays and thresholds. Raises KeyError, TypeError or ValueError."""
    known = {entry["tax_id"] for entry in raw.get("tax", ())}
    return tuple(_relief(entry, known, money) for entry in raw.get("tax_relief", ()))


def _rate(entry: dict[str, Any]) -> TaxRate:
    tax_id = entry["tax_id"]
    _refuse_unknown(entry, _TAX_KEYS, f"the tax {tax_id!r}")
    starts_on, ends_on = _days(entry, f"the tax {tax_id!r}")
    ship_to = _names(entry, "ship_to")
    return TaxRate(
        tax_id=tax_id,
        rate_micro=parse_rate_micro(entry["rate"]),
        included=bool(entry.get("included", False)),
        name=entry.get("name", tax_id),
        categories=_names(entry, "applies_to"),
        starts_on=starts_on,
        ends_on=ends_on,
        ship_to=tuple(region.upper() for region in ship_to),
        at_counter=bool(entry.get("at_counter", not ship_to)),
    )


def _relief(entry: dict[str, Any], known: set[str], money: Currency) -> TaxRelief:
    relief_id = entry["relief_id"]
    where = f"the tax relief {relief_id!r}"
    _refuse_unknown(entry, _RELIEF_KEYS, where)
    starts_on, ends_on = _days(entry, where)
    limits = [name for name in _LIMITS if name in entry]
    if len(limits) > 1:
        raise ValueError(f"{where} has one limit: {' or '.join(limits)}")
    tax_ids = _names(entry, "tax_ids")
    for tax_id in tax_ids:
        if tax_id not in known:
            raise ValueError(f"{where} names the tax {tax_id!r}, which this store does not have")
    return TaxRelief(
        relief_id=relief_id,
        name=entry.get("name", relief_id),
        spares=_LIMITS[limits[0]] if limits else SparedUpTo.ANY_PRICE,
        limit_minor=money.parse_minor(entry[limits[0]]) if limits else 0,
        tax_ids=tax_ids,
        tax_categories=_names(entry, "applies_to"),
        categories=_names(entry, "categories"),
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _refuse_unknown(entry: dict[str, Any], keys: set[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            raise ValueError(f"{where} has the unknown key {key!r}")


def _names(entry: dict[str, Any], key: str) -> tuple[str, ...]:
    names = entry.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{key} is a list of texts")
    return tuple(names)


def _days(entry: dict[str, Any], where: str) -> tuple[date | None, date | None]:
    days = [_day(entry[key], f"{key} of {where}") if key in entry else None for key in ("from", "to")]
    if days[0] is not None and days[1] is not None and days[1] < days[0]:
        raise ValueError(f"{where} ends before it begins")
    return days[0], days[1]


def _day(value: Any, where: str) -> date:
    """TOML has dates of its own; a text like 2026-08-01 will do as well."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} is no day; write it like 2026-08-01") from error


def _overlap(one: TaxRate, other: TaxRate) -> bool:
    def begins(rate: TaxRate) -> date:
        return rate.starts_on or date.min

    def ends(rate: TaxRate) -> date:
        return rate.ends_on or date.max

    return begins(one) <= ends(other) and begins(other) <= ends(one)
