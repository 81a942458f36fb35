"""From the file's taxes and fees to those of a store; what makes no sense is named with its place."""

from collections.abc import Collection
from datetime import date

from pos_app.domain.fee_table import FeeRule
from pos_app.domain.item import Fee
from pos_app.domain.money import Currency
from pos_app.domain.tax import RATE_SCALE, TaxRate
from pos_app.domain.tax_table import SparedUpTo, TaxRelief
from pos_app.scenario.decimals import amount, decimal
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.tax_document import ItemFee, TableFee, Tax
from pos_app.scenario.tax_document import TaxRelief as ReliefPart

_RATE, _INCHES = Currency("a rate", 6), Currency("a screen size", 1)


def tax_rates(taxes: tuple[Tax, ...]) -> tuple[TaxRate, ...]:
    """The store's table of taxes. Raises ScenarioError."""
    rates: list[TaxRate] = []
    for index, tax in enumerate(taxes):
        path = f"taxes[{index}]"
        rate_micro = decimal(tax.rate, f"{path}.rate", _RATE)
        if rate_micro > RATE_SCALE:
            raise ScenarioError(f"{path}.rate", "a rate is a part of 1: 7.25 % is 0.0725")
        rate = TaxRate(
            tax_id=tax.id,
            rate_micro=rate_micro,
            included=tax.included,
            name=tax.name,
            categories=tax.applies_to,
            starts_on=_day(tax.starts_on, f"{path}.from"),
            ends_on=_day(tax.ends_on, f"{path}.to"),
            ship_to=tax.ship_to,
            at_counter=not tax.ship_to if tax.at_counter is None else tax.at_counter,
        )
        if any(known.tax_id == tax.id and _overlap(known, rate) for known in rates):
            raise ScenarioError(f"{path}.id", f"there is a tax {tax.id!r} already")
        rates.append(rate)
    return tuple(rates)


def names_of(rates: Collection[TaxRate]) -> frozenset[str]:
    """Everything that an item or a fee may name."""
    return frozenset(name for rate in rates for name in (rate.tax_id, *rate.categories))


def check_names(tax_ids: tuple[str, ...], known: Collection[str], path: str) -> None:
    """Raises ScenarioError for a tax that is not there, or is named twice."""
    for index, tax_id in enumerate(tax_ids):
        if tax_id not in known:
            raise ScenarioError(f"{path}.tax[{index}]", f"there is no tax {tax_id!r} in taxes")
        if tax_id in tax_ids[:index]:
            raise ScenarioError(f"{path}.tax[{index}]", f"{tax_id!r} is named twice")


def tax_reliefs(reliefs: tuple[ReliefPart, ...], rates: Collection[TaxRate], money: Currency) -> tuple[TaxRelief, ...]:
    """Holidays and thresholds. Raises ScenarioError."""
    known = {rate.tax_id for rate in rates}
    found: list[TaxRelief] = []
    for index, relief in enumerate(reliefs):
        path = f"tax_reliefs[{index}]"
        for number, tax_id in enumerate(relief.taxes):
            if tax_id not in known:
                raise ScenarioError(f"{path}.taxes[{number}]", f"there is no tax {tax_id!r} in taxes")
        limits = {"up_to": relief.up_to, "below": relief.below, "first": relief.first}
        given = [(name, text) for name, text in limits.items() if text is not None]
        if len(given) > 1:
            raise ScenarioError(path, f"a relief has one limit: {' or '.join(name for name, _ in given)}")
        found.append(
            TaxRelief(
                relief_id=relief.id,
                name=relief.name or relief.id,
                spares=SparedUpTo(given[0][0]) if given else SparedUpTo.ANY_PRICE,
                limit_minor=amount(given[0][1], f"{path}.{given[0][0]}", money) if given else 0,
                tax_ids=relief.taxes,
                tax_categories=relief.applies_to,
                categories=relief.categories,
                starts_on=_day(relief.starts_on, f"{path}.from"),
                ends_on=_day(relief.ends_on, f"{path}.to"),
            )
        )
    return tuple(found)


def item_fee(fee: ItemFee, path: str, known: Collection[str], money: Currency, name: str = "") -> Fee:
    """A fee. Raises ScenarioError."""
    check_names(fee.tax, known, path)
    amount_minor = amount(fee.amount, f"{path}.amount", money)
    return Fee(fee.id, name or fee.id, amount_minor, fee.tax, fee.refundable, fee.once)


def fee_table(fees: tuple[TableFee, ...], known: Collection[str], money: Currency) -> tuple[FeeRule, ...]:
    """The store's table of fees. Raises ScenarioError."""
    return tuple(
        FeeRule(
            fee=item_fee(fee, f"fees[{index}]", known, money, fee.name),
            categories=fee.categories,
            regions=fee.regions,
            screen_from_tenths=screen_tenths(fee.screen_from, f"fees[{index}].screen_from"),
            screen_to_tenths=screen_tenths(fee.screen_to, f"fees[{index}].screen_to"),
            chosen=fee.when == "chosen",
            delivery=fee.when == "delivery",
        )
        for index, fee in enumerate(fees)
    )


def screen_tenths(text: str, path: str) -> int:
    """Tenths of an inch. Raises ScenarioError."""
    return decimal(text, path, _INCHES)


def _day(text: str | None, path: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(path, f"{text!r} is no day; write it like 2015-03-31") from error


def _overlap(one: TaxRate, other: TaxRate) -> bool:
    return (one.starts_on or date.min) <= (other.ends_on or date.max) and (other.starts_on or date.min) <= (
        one.ends_on or date.max
    )
