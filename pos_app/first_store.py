"""A new store's file from what was said of it, every mistake at its field."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pos_app.domain.money import CURRENCIES
from pos_app.domain.orders import COUNTRIES
from pos_app.ports.first_run import CountryPreset, TaxExample
from pos_app.ports.goods import FieldRefusedError

_MOST_TAXES = 2


def store_text(values: Mapping[str, str], countries: Sequence[CountryPreset]) -> str:
    """The store.toml of what was said."""
    import tomlkit

    preset = next((one for one in countries if one.code == values.get("country")), countries[0])
    document = tomlkit.document()
    document.add(tomlkit.comment("Written when the store was set up. Manager, Store settings changes it."))
    home = CURRENCIES[values["currency"].upper()]
    plain: dict[str, Any] = {
        "store_id": values["store_id"],
        "store_name": values["store_name"],
        "workstation_id": values["workstation_id"],
        "currency": home.code,
        "time_zone": values["time_zone"],
        "locale": preset.locale,
        "address_lines": [values[key] for key in ("address", "city", "phone") if values.get(key)],
        "receipt_footer": ["Thank you for shopping with us."],
        "cash_step": preset.cash_step if preset.cash_step and preset.currency == home.code else home.decimal_text(1),
        "opening_float": home.decimal_text(0),
    }
    if preset.code in COUNTRIES:
        plain["country"] = preset.code
    for key, value in plain.items():
        document.add(key, value)
    operators = tomlkit.array()
    operators.append({"operator_id": "manager-1", "display_name": "Manager", "role": "manager"})
    document.add("operators", operators)
    taxes = tomlkit.aot()
    for number in range(1, _MOST_TAXES + 1):
        if values.get(f"tax_{number}_name"):
            taxes.append(tomlkit.item(_tax(number, values, preset)))
    if taxes:
        document.add("tax", taxes)
    return document.as_string()


def _tax(number: int, values: Mapping[str, str], preset: CountryPreset) -> dict[str, Any]:
    example = preset.taxes[number - 1].tax_id if number <= len(preset.taxes) else f"tax-{number}"
    return {
        "tax_id": example,
        "name": values[f"tax_{number}_name"],
        "rate": _rate(values, number),
        "included": values.get("included") == "1",
    }


def _rate(values: Mapping[str, str], number: int) -> str:
    """A rate as the store's file has it, of percent as people write it. Raises FieldRefusedError."""
    from decimal import Decimal, InvalidOperation

    text = values.get(f"tax_{number}_rate", "").replace("%", "").replace(",", ".").strip()
    try:
        rate = Decimal(text) / 100
    except InvalidOperation:
        raise FieldRefusedError(f"tax_{number}_rate", "Write the rate in percent, such as 8.25.") from None
    if not 0 <= rate <= 1 or rate != round(rate, 6):
        raise FieldRefusedError(f"tax_{number}_rate", "A rate is between 0 and 100 percent.")
    return format(rate.normalize(), "f")


def check_store(values: Mapping[str, str]) -> None:
    """What is wrong is said at its field. Raises FieldRefusedError."""
    if not values.get("store_name"):
        raise FieldRefusedError("store_name", "What is the store called? It stands on every receipt.")
    for key, words in (("store_id", "A store"), ("workstation_id", "A till")):
        digits = values.get(key, "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
            raise FieldRefusedError(key, f"{words} number has up to six digits, such as 001.")
    code = values.get("currency", "").upper()
    if code and code not in CURRENCIES:
        raise FieldRefusedError("currency", f"{code} is no currency known here. Use a code such as USD.")
    if zone := values.get("time_zone"):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise FieldRefusedError("time_zone", f"{zone} is no time zone known here.") from None
    for number in range(1, _MOST_TAXES + 1):
        if values.get(f"tax_{number}_name"):
            _rate(values, number)
        elif values.get(f"tax_{number}_rate"):
            raise FieldRefusedError(f"tax_{number}_name", "What is this tax called on the receipt?")


def country(entry: Mapping[str, Any]) -> CountryPreset:
    """A country of countries.toml."""
    return CountryPreset(
        code=entry["code"],
        name=entry["name"],
        currency=entry["currency"],
        locale=entry["locale"],
        time_zones=tuple(entry["time_zones"]),
        taxes=tuple(TaxExample(tax["id"], tax["name"], tax["rate"]) for tax in entry["taxes"]),
        included=entry.get("included", False),
        cash_step=entry.get("cash_step", ""),
    )
