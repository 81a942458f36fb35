"""How a store runs its tills: the [till] section of its file, and its opening_float."""

from typing import Any

from pos_app.domain.cash_count import CoinRoll
from pos_app.domain.money import Currency
from pos_app.domain.till_rules import DEFAULT_TILL_RULES, TillRules
from pos_app.domain.tills import DRAWERS, TillSharing

_KEYS = {"opening", "cash_limit", "tolerance", "rolls", "tills", "drawers"}


def read_till(raw: dict[str, Any], home: Currency) -> TillRules:
    """The store's rules for its drawers. Raises KeyError, TypeError or ValueError for what cannot be meant."""
    section = raw.get("till", {})
    unknown = set(section) - _KEYS
    if unknown:
        raise ValueError(f"till has no key {', '.join(sorted(unknown))}")
    opening = section.get("opening", "counted")
    if opening not in ("counted", "automatic"):
        raise ValueError("till.opening is counted or automatic")
    limit_minor = home.parse_minor(section.get("cash_limit", "0"))
    default = DEFAULT_TILL_RULES.tolerance_minor
    tolerance_minor = home.parse_minor(section["tolerance"]) if "tolerance" in section else default
    float_minor = home.parse_minor(raw.get("opening_float", "0"))
    if min(limit_minor, tolerance_minor, float_minor) < 0:
        raise ValueError("opening_float, till.cash_limit and till.tolerance are not below zero")
    sharing, drawers = section.get("tills", TillSharing.SHARED.value), section.get("drawers", 1)
    if sharing not in list(TillSharing):
        raise ValueError("till.tills is shared or personal")
    if type(drawers) is not int or not 1 <= drawers <= len(DRAWERS):
        raise ValueError("till.drawers is 1 or 2")
    return TillRules(
        float_minor=float_minor,
        counts_opening=opening == "counted",
        cash_limit_minor=limit_minor,
        tolerance_minor=tolerance_minor,
        rolls=tuple(_roll(entry, home) for entry in section.get("rolls", ())),
        sharing=TillSharing(sharing),
        drawers=drawers,
    )


def _roll(entry: dict[str, Any], home: Currency) -> CoinRoll:
    pieces = entry["pieces"]
    if type(pieces) is not int or not 2 <= pieces <= 1000:
        raise ValueError("pieces of a roll are a whole number from 2 to 1000")
    value_minor = home.parse_minor(entry["of"])
    if value_minor <= 0:
        raise ValueError("a roll is of coins above zero")
    return CoinRoll(value_minor, pieces)
