"""Reads the fees of a store from its TOML file: [[fee]]; each mistake is named with its key."""

from decimal import Decimal, InvalidOperation
from typing import Any

from pos_app.domain.fee_table import FeeRule
from pos_app.domain.item import Fee
from pos_app.domain.money import Currency

_KEYS = {
    "fee_id", "name", "amount", "tax", "refundable", "once", "categories", "regions", "screen_from", "screen_to",
    "when",
}  # fmt: skip
_WHEN = ("always", "chosen", "delivery")
LARGEST_SCREEN_TENTHS = 9_999


def read_fees(raw: dict[str, Any], money: Currency, tax_names: frozenset[str]) -> tuple[FeeRule, ...]:
    """The fee table in the order of the file. Raises KeyError, TypeError or ValueError."""
    return tuple(_rule(entry, money, tax_names) for entry in raw.get("fee", ()))


def parse_screen_tenths(text: str) -> int:
    """Tenths of an inch of a text such as "15" or "42.5". Raises ValueError."""
    try:
        scaled = Decimal(text.strip().removesuffix('"')) * 10
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no screen size; write inches like 42.5") from error
    if not scaled.is_finite() or scaled != int(scaled) or not 0 <= scaled <= LARGEST_SCREEN_TENTHS:
        raise ValueError(f"{text!r} is no screen size in inches with at most one decimal")
    return int(scaled)


def _rule(entry: dict[str, Any], money: Currency, tax_names: frozenset[str]) -> FeeRule:
    fee_id = entry["fee_id"]
    for key in entry:
        if key not in _KEYS:
            raise ValueError(f"the fee {fee_id!r} has the unknown key {key!r}")
    taxes = tuple(entry.get("tax", ()))
    for name in taxes:
        if name not in tax_names:
            raise ValueError(f"the fee {fee_id!r} names the tax {name!r}, which this store does not have")
    when = entry.get("when", "always")
    if when not in _WHEN:
        raise ValueError(f"the fee {fee_id!r} comes {', '.join(_WHEN)}, not {when!r}")
    amount_minor = money.parse_minor(entry["amount"])
    if amount_minor < 0:
        raise ValueError(f"the fee {fee_id!r} is below zero")
    return FeeRule(
        fee=Fee(
            fee_id,
            entry.get("name", fee_id),
            amount_minor,
            taxes,
            refundable=bool(entry.get("refundable", True)),
            once=bool(entry.get("once", when == "delivery")),
        ),
        categories=tuple(entry.get("categories", ())),
        regions=tuple(region.upper() for region in entry.get("regions", ())),
        screen_from_tenths=parse_screen_tenths(entry.get("screen_from", "0")),
        screen_to_tenths=parse_screen_tenths(entry.get("screen_to", "0")),
        chosen=when == "chosen",
        delivery=when == "delivery",
    )
