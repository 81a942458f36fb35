"""The numbers that the store's own tenders and foreign cash ask for."""

from collections.abc import Callable

from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.tender_definitions import OverTender, TenderDefinition
from pos_app.ports import Formatter
from ui.tender.entry_panel import Entry, EntryAction
from ui.tender.tender_view_model import TenderViewModel


def _number(digits: str) -> int:
    return int(digits) if digits else 0


def configured_entry(
    tender: TenderViewModel, formatter: Formatter, definition: TenderDefinition, act: Callable[[int], bool]
) -> Entry:
    """How much is paid with one of the store's own tenders, preset to what is left."""

    def judge(digits: str) -> tuple[str, bool]:
        amount, due = _number(digits), tender.due_minor
        if not amount:
            return "Enter how much it pays", False
        if definition.maximum_minor is not None and amount > definition.maximum_minor:
            return f"At most {formatter.money(definition.maximum_minor)} with {definition.name}", False
        if amount > due:
            return _over(definition, formatter, amount - due)
        return f"{formatter.money(due - amount)} will be left to pay", True

    most = tender.due_minor if definition.maximum_minor is None else min(tender.due_minor, definition.maximum_minor)
    return Entry(
        title=definition.name,
        show=lambda digits: formatter.money(_number(digits)),
        judge=judge,
        actions=(
            EntryAction(
                f"Next: {definition.reference_name.lower()}" if definition.reference_name else "Take it",
                lambda digits: act(_number(digits)),
                "go",
            ),
        ),
        facts=lambda: (("Left to pay", formatter.money(tender.due_minor)),),
        preset=str(most),
    )


def _over(definition: TenderDefinition, formatter: Formatter, over_minor: int) -> tuple[str, bool]:
    if definition.over_tender is OverTender.CHANGE:
        return f"Change {formatter.money(over_minor)} in cash", True
    if definition.over_tender is OverTender.KEPT:
        return f"{formatter.money(over_minor)} of it is lost: there is no change", True
    return "That is more than is due, and it gives no change", False


def foreign_entry(
    tender: TenderViewModel, formatter: Formatter, currency: ForeignCurrency, act: Callable[[int], bool]
) -> Entry:
    """Cash handed over in another currency, preset to the least that covers what is due; the change is our own."""
    code, step = currency.currency.code, tender.cash_step_minor

    def shown(foreign_minor: int) -> str:
        return f"{code} {currency.currency.decimal_text(foreign_minor)}"

    def judge(digits: str) -> tuple[str, bool]:
        foreign, due = _number(digits), tender.cash_due_minor
        if not foreign:
            return "Enter the cash that was handed over", False
        if foreign % currency.step_minor:
            return f"The smallest amount taken is {shown(currency.step_minor)}", False
        value = currency.home_minor(foreign, step)
        if value < due:
            return f"Worth {formatter.money(value)}; {formatter.money(due - value)} will be left", True
        return f"Worth {formatter.money(value)}; change {formatter.money(value - due)}", True

    suggested = currency.suggestions(tender.cash_due_minor, step)
    return Entry(
        title=f"Cash in {code}",
        show=lambda digits: shown(_number(digits)),
        judge=judge,
        actions=(EntryAction("Take cash", lambda digits: act(_number(digits)), "go"),),
        facts=lambda: (("Due in cash", formatter.money(tender.cash_due_minor)), ("Rate", currency.rate_text)),
        preset=str(suggested[0]) if suggested else "",
        picks=tuple((currency.currency.decimal_text(amount), str(amount)) for amount in suggested),
    )
