"""A store's table of taxes: which of them an item owes, where it goes, on what day, and what they spare.

An item names tax categories ("general", "clothing") or taxes themselves; the table says which taxes are due on them.
So the same catalogue serves stores of different states, and a new county is a change of one file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.tax import Taxable, TaxRate


class SparedUpTo(StrEnum):
    """How the price limit of a relief is meant, per piece."""

    ANY_PRICE = "any_price"
    UP_TO = "up_to"
    """Pieces that cost no more are free of the tax, dearer ones are taxed in full (a tax holiday's price cap)."""
    BELOW = "below"
    """The same, but a piece of exactly that price is taxed."""
    FIRST = "first"
    """Of each piece so much is free, and only what is above it is taxed."""


@dataclass(frozen=True, slots=True)
class TaxRelief:
    """Goods that taxes spare: for some days (a holiday), or always (a threshold).

    tax_ids names the taxes (none: all), tax_categories what the items name, categories what they are; where several
    are given, an item must have one of each. limit_minor is per piece, at the price that the customer pays.
    """

    relief_id: str
    name: str
    spares: SparedUpTo = SparedUpTo.ANY_PRICE
    limit_minor: int = 0
    tax_ids: tuple[str, ...] = ()
    tax_categories: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    def covers(self, item_tax_ids: Sequence[str], category: str) -> bool:
        """True when goods like these may be spared."""
        return (not self.tax_categories or any(name in self.tax_categories for name in item_tax_ids)) and (
            not self.categories or category in self.categories
        )

    def spared_minor(self, amount_minor: int, quantity_milli: int) -> int:
        """How much of an amount for so many pieces is free of the tax; a weighed line is one piece."""
        pieces, part = divmod(quantity_milli, QUANTITY_SCALE)
        if part:
            pieces = 1
        limit_minor = self.limit_minor * pieces
        match self.spares:
            case SparedUpTo.UP_TO:
                return amount_minor if amount_minor <= limit_minor else 0
            case SparedUpTo.BELOW:
                return amount_minor if amount_minor < limit_minor else 0
            case SparedUpTo.FIRST:
                return min(amount_minor, limit_minor)
        return amount_minor


class TaxesOfADay:
    """The taxes in force on one day, and what an item owes of them. Answers are kept, for a scan asks them again."""

    def __init__(self, rates: Mapping[str, TaxRate], reliefs: Sequence[TaxRelief], names: frozenset[str]) -> None:
        self.rates = rates
        self._reliefs = reliefs
        self._names = names
        self._regions = {region for rate in rates.values() for region in rate.ship_to}
        self._due: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}

    def due(self, names: tuple[str, ...], region: str = "") -> tuple[str, ...]:
        """The taxes of what names these categories or taxes, handed over here or sent to a region.

        Goods for a region that the table names owe the taxes of that region, all others those of the store.
        Raises KeyError for a name that no tax of this store has.
        """
        key = (names, region if region and region in self._regions else "")
        known = self._due.get(key)
        if known is None:
            known = self._due[key] = self._find(*key)
        return known

    def taxables(
        self, index: int, amount_minor: int, names: tuple[str, ...], category: str, quantity_milli: int, region: str
    ) -> tuple[list[Taxable], tuple[str, ...]]:
        """A line's price, cut where a relief spares a part of it from some taxes, and the names of those reliefs."""
        due = self.due(names, region)
        spared: dict[str, tuple[int, str]] = {}
        for relief in self._reliefs:
            if relief.covers(names, category):
                part_minor = relief.spared_minor(amount_minor, quantity_milli)
                for tax_id in due:
                    named = not relief.tax_ids or tax_id in relief.tax_ids
                    if named and part_minor > spared.get(tax_id, (0, ""))[0]:
                        spared[tax_id] = (part_minor, relief.name)
        if not spared:
            return [Taxable(index, amount_minor, due, quantity_milli)], ()
        cuts = sorted({part_minor for part_minor, _ in spared.values()} | {amount_minor})
        taxables, lower = [], 0
        for upper in cuts:
            taxed = tuple(tax_id for tax_id in due if spared.get(tax_id, (0, ""))[0] <= lower)
            taxables.append(Taxable(index, upper - lower, taxed, quantity_milli))
            lower = upper
        return taxables, tuple(dict.fromkeys(name for _, name in spared.values()))

    @property
    def spares(self) -> bool:
        """True when a relief is in force at all."""
        return bool(self._reliefs)

    def _find(self, names: tuple[str, ...], region: str) -> tuple[str, ...]:
        for name in names:
            if name not in self._names:
                raise KeyError(name)
        return tuple(
            tax_id
            for tax_id, rate in self.rates.items()
            if any(name == tax_id or name in rate.categories for name in names)
            and (region in rate.ship_to if region else rate.at_counter)
        )


class TaxTable:
    """All rates and reliefs of a store, past and to come. The same tax may stand in it more than once, with the
    rates of different times.
    """

    def __init__(self, rates: Sequence[TaxRate], reliefs: Sequence[TaxRelief] = ()) -> None:
        self._rates = rates
        self._reliefs = reliefs
        self._names = frozenset(name for rate in rates for name in (rate.tax_id, *rate.categories))
        self._days: dict[date | None, TaxesOfADay] = {}

    def on(self, day: date | None) -> TaxesOfADay:
        """What is in force on a day of the store's calendar; without one the latest rates, and no holiday."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) > 1:
                self._days.clear()  # yesterday's are not asked for again
            reliefs = [relief for relief in self._reliefs if _relieves(relief, day)]
            known = self._days[day] = TaxesOfADay(self._rates_on(day), reliefs, self._names)
        return known

    def unknown(self, names: Sequence[str]) -> str:
        """The first of these names that no tax of the store has, or empty."""
        return next((name for name in names if name not in self._names), "")

    def _rates_on(self, day: date | None) -> dict[str, TaxRate]:
        """By tax, in the order of the table; of two that are in force the one that began later."""
        found: dict[str, TaxRate] = {}
        for rate in self._rates:
            before = found.get(rate.tax_id)
            newer = before is None or (rate.starts_on or date.min) >= (before.starts_on or date.min)
            if newer and (day is None or _within(rate.starts_on, rate.ends_on, day)):
                found[rate.tax_id] = rate
        return found


def _within(starts_on: date | None, ends_on: date | None, day: date) -> bool:
    return (starts_on is None or starts_on <= day) and (ends_on is None or day <= ends_on)


def _relieves(relief: TaxRelief, day: date | None) -> bool:
    if day is None:
        return relief.starts_on is None and relief.ends_on is None
    return _within(relief.starts_on, relief.ends_on, day)
