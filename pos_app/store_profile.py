"""Reads a store's profile from its TOML file; each mistake is named with its key."""

import tomllib
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pos_app.domain.money import MoneyError, currency
from pos_app.domain.operator import Operator, Role
from pos_app.domain.rounding import Rounding
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxRounding
from pos_app.errors import WorldError
from pos_app.promotion_file import read_promotion_file
from pos_app.receipt_settings import parse_receipt
from pos_app.store_fees import read_fees
from pos_app.store_limits import read_limits
from pos_app.store_orders import read_country, read_order_rules
from pos_app.store_parking import read_parking
from pos_app.store_people import SignOnRules, read_reasons, read_sign_on
from pos_app.store_returns import read_return_policy
from pos_app.store_shelves import read_departments, read_labels, read_tiles
from pos_app.store_taxes import read_tax_rates, read_tax_reliefs, tax_names
from pos_app.store_tenders import read_foreign_cash, read_gift_cards, read_tenders
from pos_app.store_till import read_till

HISTORY_FOLDER = "store-history"
"""Beside the store's file: its versions, see pos_app/store_book.py."""


class StoreProfileError(WorldError):
    """The store's file cannot be used; the sentence names the key, problem says the same without the file."""

    def __init__(self, message: str, problem: str) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store's profile with what is only needed to open its day."""

    profile: StoreProfile
    operators: tuple[Operator, ...]
    opening_float_minor: int
    sign_on: SignOnRules = field(default_factory=SignOnRules)
    digest: str = ""
    """Of the text it was read from: the journal says with it by which settings a day was run."""


def load_store_file(path: Path) -> StoreFile:
    """The store of a TOML file. Raises StoreProfileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise StoreProfileError(f"The store's file {path} cannot be read: {cause}.", str(cause)) from error
    return read_store_text(text, path)


def read_store_text(text: str, path: Path) -> StoreFile:
    """The store of a text that stands, or is to stand, in this file. Raises StoreProfileError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StoreProfileError(f"The store's file {path} is no valid TOML: {error}.", str(error)) from error
    return read_store(raw, path, digest=sha256(text.encode()).hexdigest()[:16])


def read_store(raw: dict[str, Any], path: Path, digest: str = "") -> StoreFile:
    """The store of plain data that stands, or is to stand, in this file. Raises StoreProfileError."""
    try:
        return replace(_store(raw, path.parent), digest=digest)
    except KeyError as error:
        problem = f"the key {error} is missing"
        raise StoreProfileError(f"The store's file {path} lacks the key {error}.", problem) from error
    except (MoneyError, ValueError, TypeError, AttributeError) as error:
        message = f"The store's file {path} holds a value that cannot be used: {error}."
        raise StoreProfileError(message, str(error)) from error


def _store(raw: dict[str, Any], folder: Path) -> StoreFile:
    money = currency(raw["currency"])
    profile = StoreProfile(
        store_id=raw["store_id"],
        store_name=raw["store_name"],
        workstation_id=raw["workstation_id"],
        currency=money,
        time_zone=raw["time_zone"],
        locale=raw.get("locale", "en_US"),
        tax_rates=read_tax_rates(raw),
        tax_reliefs=read_tax_reliefs(raw, money),
        region=raw.get("region", "").upper(),
        reasons=read_reasons(raw),
        fees=read_fees(raw, money, tax_names(raw)),
        orders=read_order_rules(raw, money),
        country=read_country(raw),
        tax_rounding=TaxRounding(raw.get("tax_rounding", "transaction")),
        rounding=Rounding(raw.get("rounding", "half_up")),
        cash_step_minor=money.parse_minor(raw.get("cash_step", money.decimal_text(1))),
        address_lines=tuple(raw.get("address_lines", ())),
        receipt_footer=tuple(raw.get("receipt_footer", ())),
        receipt_columns=raw.get("receipt_columns", 42),
        receipt=parse_receipt(raw.get("receipt", {}), folder, money, raw.get("locale", "en_US")),
        merge_same_item=raw.get("merge_same_item", True),
        departments=read_departments(raw, money),
        labels=read_labels(raw, money),
        tile_pages=read_tiles(raw),
        weight_unit=raw.get("weight_unit", "kg"),
        promotions=read_promotion_file(folder, money, raw["time_zone"]),
        return_policy=read_return_policy(raw, money),
        parking=read_parking(raw),
        till=read_till(raw, money),
        tenders=read_tenders(raw, money),
        foreign_cash=read_foreign_cash(raw, money),
        gift_cards=read_gift_cards(raw, money),
        tax_number=str(raw.get("tax_number", "")),
        rights=read_limits(raw, money),
    )
    operators = tuple(
        Operator(entry["operator_id"], entry["display_name"], Role(entry["role"])) for entry in raw["operators"]
    )
    return StoreFile(profile, operators, money.parse_minor(raw.get("opening_float", "0")), read_sign_on(raw))
