"""What a change does to amounts, shown on a plain example, computed as the till will compute it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.operator import Role
from pos_app.domain.rights import Action, Decision, decide
from pos_app.domain.rounding import divide, round_to_step
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import RATE_SCALE, TaxRate, compute_tax
from pos_app.domain.tax_table import TaxRelief, TaxTable
from pos_app.domain.tender_definitions import TenderDefinition, configured_tender
from pos_app.domain.tenders import TenderError
from pos_app.ports import Formatter

_ITEM_UNITS = 100
_DUE_UNITS, _HANDED_UNITS = 50, 60
_ARROW = "→"
_SIZES = {
    Action.DISCOUNT: "discount",
    Action.PRICE_OVERRIDE: "lower price",
    Action.RETURN_WITHOUT_RECEIPT: "return without a receipt",
}


@dataclass(frozen=True, slots=True)
class Examples:
    """Compares two profiles of one store on the day a change begins."""

    before: StoreProfile
    after: StoreProfile
    day: date
    formatter: Formatter

    def lines(self) -> list[str]:
        """One sentence for each kind of amount that becomes another."""
        return [*self._taxes(), *self._cash(), *self._foreign(), *self._tenders(), *self._limits(), *self._parts()]

    def _money(self, amount_minor: int) -> str:
        return self.formatter.money(amount_minor)

    def _units(self, units: int) -> int:
        return units * self.after.currency.minor_per_unit

    # --- taxes --------------------------------------------------------------------------------------------------------

    def _taxes(self) -> Iterator[str]:
        price_minor = self._units(_ITEM_UNITS)
        names = dict.fromkeys(name for rate in self.after.tax_rates for name in (rate.tax_id, *rate.categories))
        for name in names:
            for day in self._days():
                old, new = (_tax_minor(profile, name, price_minor, day) for profile in (self.before, self.after))
                if old != new:
                    when = "" if day == self.day else f" from {day.isoformat()}"
                    owes = f" ({name})" if len(names) > 1 else ""
                    was, becomes = ("none" if one is None else self._money(one) for one in (old, new))
                    yield f"A {self._money(price_minor)} item{owes}: tax {was} {_ARROW} {becomes}{when}"
                    break

    def _days(self) -> list[date]:
        """The first day, and those on which a rate or relief begins or has ended."""
        timed: list[TaxRate | TaxRelief] = [
            *self.after.tax_rates,
            *self.after.tax_reliefs,
            *self.before.tax_rates,
            *self.before.tax_reliefs,
        ]
        begins = {one.starts_on for one in timed if one.starts_on is not None}
        ended = {one.ends_on + timedelta(days=1) for one in timed if one.ends_on is not None and one.ends_on < date.max}
        return [self.day, *sorted(day for day in begins | ended if day > self.day)]

    # --- tenders ------------------------------------------------------------------------------------------------------

    def _cash(self) -> Iterator[str]:
        if self.before.cash_step_minor == self.after.cash_step_minor:
            return
        due_minor = self._units(10) + 2
        old, new = (
            round_to_step(due_minor, profile.cash_step_minor, profile.rounding) for profile in (self.before, self.after)
        )
        yield f"{self._money(due_minor)} in cash: {self._money(old)} {_ARROW} {self._money(new)}"

    def _foreign(self) -> Iterator[str]:
        before = {one.currency.code: one for one in self.before.foreign_cash}
        for one in self.after.foreign_cash:
            old = before.get(one.currency.code)
            if old is None or old.rate_text == one.rate_text:
                continue
            notes_minor = _DUE_UNITS * one.currency.minor_per_unit
            was, becomes = (each.home_minor(notes_minor, self.after.cash_step_minor) for each in (old, one))
            handed = f"{one.currency.decimal_text(notes_minor)} {one.currency.code}"
            yield f"{handed} in cash: worth {self._money(was)} {_ARROW} {self._money(becomes)}"

    def _tenders(self) -> Iterator[str]:
        before = {one.definition_id: one for one in self.before.tenders}
        for one in self.after.tenders:
            old = before.get(one.definition_id)
            if old is None:
                continue
            was, becomes = self._outcome(old), self._outcome(one)
            if was != becomes:
                handed, due = self._money(self._units(_HANDED_UNITS)), self._money(self._units(_DUE_UNITS))
                yield f"{one.name} of {handed} for {due}: {was} {_ARROW} {becomes}"
            if old.approval_above_minor != one.approval_above_minor:
                limits = [each for each in (old.approval_above_minor, one.approval_above_minor) if each is not None]
                sample = max(limits)
                asks = ("alone" if not _asks(each, sample) else "with approval" for each in (old, one))
                was, becomes = asks
                if was != becomes:
                    yield f"{one.name} of {self._money(sample)}: {was} {_ARROW} {becomes}"

    def _outcome(self, definition: TenderDefinition) -> str:
        profile, handed_minor, due_minor = self.after, self._units(_HANDED_UNITS), self._units(_DUE_UNITS)
        anything = TenderDefinition(
            definition.definition_id,
            definition.name,
            definition.tender_type,
            over_tender=definition.over_tender,
            maximum_minor=definition.maximum_minor,
        )
        try:
            tender = configured_tender(
                "example", anything, handed_minor, "", due_minor, profile.cash_step_minor, profile.rounding
            )
        except TenderError:
            return "refused"
        change = f", {self._money(tender.change_minor)} back" if tender.change_minor else ""
        lost = ", the rest is lost" if tender.tendered_minor == tender.amount_minor == due_minor else ""
        return f"pays {self._money(tender.amount_minor)}{change or lost}"

    # --- limits and parts ---------------------------------------------------------------------------------------------

    def _limits(self) -> Iterator[str]:
        for action, what in _SIZES.items():
            for role in (Role.ASSOCIATE, Role.SUPERVISOR):
                old, new = self.before.rights[action].get(role), self.after.rights[action].get(role)
                if old is None or new is None or old == new:
                    continue
                sample = max(one.amount_minor or 0 for one in (old, new))
                if old.amount_minor != new.amount_minor and sample > 0:
                    was, becomes = (
                        "alone" if decide(table, role, action, sample) is Decision.ALLOWED else "with approval"
                        for table in (self.before.rights, self.after.rights)
                    )
                    yield f"{_article(role)} {role.value}, a {what} of {self._money(sample)}: {was} {_ARROW} {becomes}"

    def _parts(self) -> Iterator[str]:
        price_minor = self._units(_ITEM_UNITS)

        def part(micro: int) -> int:
            return divide(price_minor * micro, RATE_SCALE, self.after.rounding)

        old, new = (
            max(p.orders.minimum_deposit_minor, part(p.orders.deposit_micro)) for p in (self.before, self.after)
        )
        if old != new:
            words = f"A special order of {self._money(price_minor)}: deposit"
            yield f"{words} {self._money(old)} {_ARROW} {self._money(new)}"
        before = {one.clause_id: one.restocking_fee_micro for one in self.before.return_policy.clauses}
        for clause in self.after.return_policy.clauses:
            fee_micro = before.get(clause.clause_id)
            if fee_micro is not None and fee_micro != clause.restocking_fee_micro:
                was, becomes = self._money(part(fee_micro)), self._money(part(clause.restocking_fee_micro))
                yield f"{self._money(price_minor)} of opened goods come back: fee {was} {_ARROW} {becomes}"


def _tax_minor(profile: StoreProfile, name: str, price_minor: int, day: date) -> int | None:
    """All taxes on a plain item; None when the store does not know what it names."""
    table = TaxTable(profile.tax_rates, profile.tax_reliefs)
    if table.unknown((name,)):
        return None
    taxes = table.on(day)
    taxables, _ = taxes.taxables(0, price_minor, (name,), "", 1000, "")
    result = compute_tax(taxables, 1, taxes.rates, profile.tax_rounding, profile.rounding)
    return sum(tax.tax_minor for tax in result.taxes)


def _asks(definition: TenderDefinition, amount_minor: int) -> bool:
    above = definition.approval_above_minor
    return above is not None and amount_minor > above


def _article(role: Role) -> str:
    return "An" if role.value[0] in "aeiou" else "A"
