"""What a store's file says of codes and shelves: departments, labels of its own scales, pages of product tiles."""

from typing import Any

from pos_app.domain.department import Department
from pos_app.domain.label_rule import LabelRule, LabelValue
from pos_app.domain.money import Currency
from pos_app.domain.tile_page import TilePage


def read_departments(raw: dict[str, Any], money: Currency) -> tuple[Department, ...]:
    """The [[department]] sections. Raises ValueError for a tax that the file does not have."""
    taxes = {tax["tax_id"] for tax in raw.get("tax", ())}
    found = []
    for section in raw.get("department", ()):
        tax_ids = tuple(section.get("tax_ids", ()))
        for tax_id in tax_ids:
            if tax_id not in taxes:
                raise ValueError(f"department {section['department_id']} has tax {tax_id!r}, which the store has not")
        maximum_minor = money.parse_minor(section["maximum_price"])
        found.append(Department(section["department_id"], section["name"], tax_ids, maximum_minor))
    return tuple(found)


def read_labels(raw: dict[str, Any], money: Currency) -> tuple[LabelRule, ...]:
    """The [[label]] sections, one rule for each of their prefixes. Raises ValueError."""
    found = []
    for section in raw.get("label", ()):
        value = LabelValue(section["value"])
        decimals = section.get("decimals", 3)
        scale = money.exponent if value is LabelValue.PRICE else decimals if value is LabelValue.WEIGHT else 0
        value_digits = section["value_digits"]
        limits = {
            name: _scaled(section[name], scale) if name in section else default
            for name, default in (("minimum", 1), ("maximum", 10**value_digits - 1))
        }
        found += [
            LabelRule(
                prefix=prefix,
                item_digits=section["item_digits"],
                value_digits=value_digits,
                value=value,
                has_value_check=section.get("value_check", False),
                decimals=decimals,
                **limits,
            )
            for prefix in section["prefixes"]
        ]
    return tuple(found)


def read_tiles(raw: dict[str, Any]) -> tuple[TilePage, ...]:
    """The [[tile_page]] sections: a name and the codes or SKUs of its products, in order; "" leaves a place empty."""
    pages = raw.get("tile_page", ())
    return tuple(TilePage(page["name"], tuple(str(code) for code in page["items"])) for page in pages)


def _scaled(text: str, decimals: int) -> int:
    """A decimal number such as "12.5" in its smallest units."""
    whole, _, part = str(text).partition(".")
    digits = whole + part.ljust(decimals, "0")
    if len(part) > decimals or not digits.isdigit():
        raise ValueError(f"{text!r} is no number with at most {decimals} decimals")
    return int(digits)
