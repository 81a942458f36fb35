"""Reads what a store's file says of orders that leave later: [orders] and country."""

from typing import Any

from pos_app.domain.money import Currency
from pos_app.domain.orders import COUNTRIES, OrderRules
from pos_app.store_taxes import parse_rate_micro

_KEYS = {"deposit", "minimum_deposit", "kept_on_cancellation"}


def read_order_rules(raw: dict[str, Any], money: Currency) -> OrderRules:
    """The policy for special orders; rates are parts of 1. Raises ValueError."""
    section = raw.get("orders", {})
    for key in section:
        if key not in _KEYS:
            raise ValueError(f"orders has the unknown key {key!r}")
    rules = OrderRules()
    return OrderRules(
        deposit_micro=parse_rate_micro(section["deposit"]) if "deposit" in section else rules.deposit_micro,
        minimum_deposit_minor=money.parse_minor(section.get("minimum_deposit", "0")),
        kept_on_cancellation_micro=parse_rate_micro(section.get("kept_on_cancellation", "0")),
    )


def read_country(raw: dict[str, Any]) -> str:
    """The store's country. Raises ValueError."""
    country = str(raw.get("country", "US")).upper()
    if country not in COUNTRIES:
        raise ValueError(f"country is one of {', '.join(COUNTRIES)}, not {country!r}")
    return country
