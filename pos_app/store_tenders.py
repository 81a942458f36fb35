"""Reads the tenders of a store from its TOML file: [[tender]], [[foreign_cash]] and [gift_cards]."""

from typing import Any

from pos_app.domain.foreign_cash import ForeignCurrency, foreign_currency
from pos_app.domain.money import Currency, currency
from pos_app.domain.rounding import Rounding
from pos_app.domain.stored_value import GiftCardRules
from pos_app.domain.tender_definitions import OverTender, TenderDefinition
from pos_app.domain.tenders import TenderType


def read_tenders(raw: dict[str, Any], home: Currency) -> tuple[TenderDefinition, ...]:
    """The configured tenders, in the order of the file. Raises KeyError, TypeError or ValueError."""
    found = tuple(_tender(entry, home) for entry in raw.get("tender", ()))
    ids = [one.definition_id for one in found]
    for name in ids:
        if ids.count(name) > 1:
            raise ValueError(f"two tenders have the id {name!r}")
    for one in found:
        if one.definition_id in set(TenderType) and one.definition_id != one.tender_type:
            raise ValueError(f"{one.definition_id!r} is another kind of tender: give the store's own another id")
    return found


def read_foreign_cash(raw: dict[str, Any], home: Currency) -> tuple[ForeignCurrency, ...]:
    """Currencies taken in cash. Raises KeyError, TypeError or ValueError."""
    found = tuple(_foreign(entry, home) for entry in raw.get("foreign_cash", ()))
    if len({one.currency.code for one in found}) != len(found):
        raise ValueError("a currency has two rates under foreign_cash")
    return found


def read_gift_cards(raw: dict[str, Any], home: Currency) -> GiftCardRules:
    """What may be sold as a gift card. Raises TypeError or ValueError."""
    section = raw.get("gift_cards", {})
    rules = GiftCardRules()
    return GiftCardRules(
        name=section.get("name", rules.name),
        item_id=section.get("item_id", rules.item_id),
        amounts_minor=tuple(home.parse_minor(text) for text in section.get("amounts", ())),
        least_minor=home.parse_minor(section["least"]) if "least" in section else rules.least_minor,
        most_minor=home.parse_minor(section["most"]) if "most" in section else rules.most_minor,
        sell_offline=bool(section.get("sell_offline", rules.sell_offline)),
    )


def _tender(entry: dict[str, Any], home: Currency) -> TenderDefinition:
    def limit(name: str) -> int | None:
        return home.parse_minor(entry[name]) if name in entry else None

    return TenderDefinition(
        definition_id=entry["tender_id"],
        name=entry["name"],
        tender_type=TenderType(entry["type"]),
        reference_name=entry.get("reference", ""),
        reference_pattern=entry.get("reference_pattern", ""),
        reference_hint=entry.get("reference_hint", ""),
        over_tender=OverTender(entry.get("over_tender", "refused")),
        maximum_minor=limit("maximum"),
        approval_above_minor=limit("approval_above"),
        opens_drawer=bool(entry.get("opens_drawer", False)),
        refundable=bool(entry.get("refundable", True)),
        works_offline=bool(entry.get("works_offline", True)),
        offered=bool(entry.get("offered", True)),
    )


def _foreign(entry: dict[str, Any], home: Currency) -> ForeignCurrency:
    money = currency(entry["currency"])
    return foreign_currency(
        money,
        home,
        entry["rate"],
        step_minor=money.parse_minor(entry.get("step", money.decimal_text(1))),
        notes_minor=tuple(money.parse_minor(text) for text in entry.get("notes", ())),
        rounding=Rounding(entry.get("rounding", "half_up")),
    )
