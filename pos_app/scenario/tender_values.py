"""From the tenders of a scenario file to the store's."""

from typing import Any

from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.money import Currency
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.tender_document import ForeignCash, StoreTender
from pos_app.store_tenders import read_foreign_cash, read_tenders


def store_tenders(tenders: tuple[StoreTender, ...], money: Currency) -> tuple[TenderDefinition, ...]:
    """The store's own tenders. Raises ScenarioError."""
    entries: list[dict[str, Any]] = []
    for one in tenders:
        entry = {"tender_id": one.id, "name": one.name, "type": one.type, "reference": one.reference}
        limit = {} if one.maximum is None else {"maximum": one.maximum}
        entries.append({**entry, "over_tender": one.over_tender, **limit})
    try:
        return read_tenders({"tender": entries}, money)
    except ValueError as error:
        raise ScenarioError("store.tenders", str(error)) from error


def foreign_cash(currencies: tuple[ForeignCash, ...], money: Currency) -> tuple[ForeignCurrency, ...]:
    """Currencies that are taken in cash. Raises ScenarioError."""
    entries: list[dict[str, Any]] = []
    for one in currencies:
        step = {} if one.step is None else {"step": one.step}
        entries.append({"currency": one.currency, "rate": one.rate, **step})
    try:
        return read_foreign_cash({"foreign_cash": entries}, money)
    except ValueError as error:
        raise ScenarioError("store.foreign_cash", str(error)) from error
