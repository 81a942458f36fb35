"""The [returns] and [[return_policy]] parts of a store's file: what may come back, until when, and on which terms."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pos_app.domain.money import Currency
from pos_app.domain.return_policy import (
    DEFAULT_REASONS,
    Clause,
    HolidayExtension,
    Outcome,
    PromotionRule,
    ReturnPolicy,
    WithoutReceipt,
)

_CLAUSE_KEYS = {"id", "text", "categories", "days", "outcome", "opened_only", "restocking_fee"}
_EXTENSION_KEYS = {"text", "bought_from", "bought_until", "returnable_until"}
_WITHOUT_KEYS = {"text", "lowest_price_days", "limit_days", "most_returns", "most_amount"}
_RETURNS_KEYS = {"reasons", "promotions", "extension", "without_receipt", "labels"}


def read_return_policy(raw: Mapping[str, Any], money: Currency) -> ReturnPolicy:
    """The return policy of a store's file; without one everything comes back. Raises ValueError naming the key."""
    returns = raw.get("returns", {})
    _known(returns, _RETURNS_KEYS, "returns")
    without = returns.get("without_receipt")
    return ReturnPolicy(
        clauses=tuple(_clause(clause, number) for number, clause in enumerate(raw.get("return_policy", []), 1)),
        extensions=tuple(_extension(one, number) for number, one in enumerate(returns.get("extension", []), 1)),
        reasons=tuple(returns.get("reasons", DEFAULT_REASONS)),
        promotions=PromotionRule(returns.get("promotions", PromotionRule.AS_PAID.value)),
        labels=bool(returns.get("labels", False)),
        without_receipt=None if without is None else _without_receipt(without, money),
    )


def _clause(raw: Mapping[str, Any], number: int) -> Clause:
    place = f"return_policy {number}"
    _known(raw, _CLAUSE_KEYS, place)
    text = str(raw["text"]).strip()
    if not text:
        raise ValueError(f"{place}.text is empty: the clause is shown word for word")
    days = raw.get("days")
    if days is not None and (not isinstance(days, int) or days < 0):
        raise ValueError(f"{place}.days is a whole number of days, not {days!r}")
    return Clause(
        clause_id=str(raw["id"]),
        text=text,
        categories=tuple(raw.get("categories", ())),
        days=days,
        outcome=Outcome(raw.get("outcome", Outcome.REFUND.value)),
        opened_only=bool(raw.get("opened_only", False)),
        restocking_fee_micro=_share_micro(raw.get("restocking_fee", "0"), f"{place}.restocking_fee"),
    )


def _extension(raw: Mapping[str, Any], number: int) -> HolidayExtension:
    place = f"returns.extension {number}"
    _known(raw, _EXTENSION_KEYS, place)
    return HolidayExtension(
        str(raw["text"]),
        *(_day(raw[key], f"{place}.{key}") for key in ("bought_from", "bought_until", "returnable_until")),
    )


def _without_receipt(raw: Mapping[str, Any], money: Currency) -> WithoutReceipt:
    _known(raw, _WITHOUT_KEYS, "returns.without_receipt")
    return WithoutReceipt(
        text=str(raw["text"]),
        lowest_price_days=int(raw.get("lowest_price_days", 30)),
        limit_days=int(raw.get("limit_days", 90)),
        most_returns=int(raw.get("most_returns", 3)),
        most_minor=money.parse_minor(raw.get("most_amount", "0")),
    )


def _day(value: object, place: str) -> date:
    """TOML knows dates; a text in their form will do."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{place} is a day like 2026-12-25, not {value!r}") from error


def _share_micro(text: str, place: str) -> int:
    try:
        scaled = Decimal(text) * 1_000_000
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{place} is a share like 0.15, not {text!r}") from error
    if scaled != int(scaled) or not 0 <= scaled <= 1_000_000:
        raise ValueError(f"{place} is a share between 0 and 1, not {text!r}")
    return int(scaled)


def _known(raw: Mapping[str, Any], keys: set[str], place: str) -> None:
    for key in raw:
        if key not in keys:
            raise ValueError(f"{place} has a key {key!r} that nobody knows")
