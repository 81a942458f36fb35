"""The numbers the checkout asks for: cash, a part of the payment, a gift card, points and a quantity."""

from collections.abc import Callable

from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.ports import Formatter
from ui.sale.rows import quantity_text
from ui.sale.sale_view_model import SaleViewModel
from ui.tender.entry_panel import Entry, EntryAction
from ui.tender.tender_view_model import TenderViewModel

_GIFT_CARD_DIGITS = 24


def _number(digits: str) -> int:
    return int(digits) if digits else 0


def cash_entry(tender: TenderViewModel, formatter: Formatter) -> Entry:
    """Cash handed over, preset to exactly what is due."""

    def judge(digits: str) -> tuple[str, bool]:
        given, due = _number(digits), tender.cash_due_minor
        if not given:
            return "Enter the cash that was handed over", False
        if given < due:
            return f"{formatter.money(due - given)} will be left to pay", True
        return f"Change {formatter.money(given - due)}", True

    def act(digits: str) -> bool:
        tender.pay_cash(_number(digits))
        return True

    return Entry(
        title="Cash",
        show=lambda digits: formatter.money(_number(digits)),
        judge=judge,
        actions=(EntryAction("Take cash", act, "go"),),
        facts=lambda: (("Due in cash", formatter.money(tender.cash_due_minor)),),
        preset=str(tender.cash_due_minor),
        picks=tuple((formatter.money(amount), str(amount)) for amount in tender.quick_cash()),
    )


def part_entry(tender: TenderViewModel, formatter: Formatter, ask_gift_card: Callable[[int], None]) -> Entry:
    """A part of the payment, then which tender pays it."""

    def judge(digits: str) -> tuple[str, bool]:
        part, due = _number(digits), tender.due_minor
        if not part:
            return "Enter the part, then touch how it is paid", False
        if part > due:
            return f"That is more than is due, {formatter.money(due)}", False
        return f"{formatter.money(due - part)} will be left to pay", True

    def by_card(digits: str) -> bool:
        tender.pay_card(_number(digits))
        return True

    def by_cash(digits: str) -> bool:
        tender.pay_cash(_number(digits))
        return True

    def by_gift_card(digits: str) -> bool:
        ask_gift_card(_number(digits))
        return False

    due = tender.due_minor
    halves = [(f"1/{n}", str(-(-due // n))) for n in (2, 3, 4)]
    return Entry(
        title="Split payment",
        show=lambda digits: formatter.money(_number(digits)),
        judge=judge,
        actions=(
            EntryAction("Card", by_card, "go"),
            EntryAction("Cash", by_cash),
            EntryAction("Gift card", by_gift_card),
        ),
        facts=lambda: (("Left to pay", formatter.money(tender.due_minor)),),
        picks=tuple(halves),
    )


def gift_card_entry(tender: TenderViewModel, formatter: Formatter, amount_minor: int = 0) -> Entry:
    """The number of a gift card; up to what is due is taken from it."""

    def judge(digits: str) -> tuple[str, bool]:
        if len(digits) < 6:
            return "Type the card's number, or scan it", False
        return "Up to what is due is taken from the card", True

    def act(digits: str) -> bool:
        tender.use_gift_card(digits, amount_minor)
        return True

    pays = amount_minor or tender.due_minor
    return Entry(
        title="Gift card",
        show=lambda digits: " ".join(digits[i : i + 4] for i in range(0, len(digits), 4)),
        judge=judge,
        actions=(EntryAction("Use gift card", act, "go"),),
        facts=lambda: (("To pay", formatter.money(pays)),),
        most_digits=_GIFT_CARD_DIGITS,
        is_code=True,
    )


def points_entry(
    sale: SaleViewModel, tender: TenderViewModel, formatter: Formatter, use: Callable[[int], bool]
) -> Entry:
    """How many points to use, in steps, with their value and the balance after."""
    view = sale.view
    terms = sale.services.terms.current_terms()
    most, step = tender.most_points, terms.redeem_step_points
    available = view.account.available_points if view.account else 0

    def judge(digits: str) -> tuple[str, bool]:
        points = _number(digits)
        problem = tender.points_problem(points)
        if problem:
            return problem, False
        value = formatter.money(tender.points_value_minor(points))
        left = formatter.points(available - view.points_used - points)
        return f"Pays {value}; {left} points are left", True

    def act(digits: str) -> bool:
        return use(_number(digits))

    picks = sorted({most, most // 2 // step * step, 10 * step, 5 * step})
    return Entry(
        title="Use points",
        show=lambda digits: f"{formatter.points(_number(digits))} pts",
        judge=judge,
        actions=(EntryAction("Use points", act, "go"),),
        facts=lambda: (
            ("Available", f"{formatter.points(available)} pts"),
            ("Left to pay", formatter.money(tender.due_minor)),
        ),
        preset=str(most),
        picks=tuple((formatter.points(points), str(points)) for points in picks if 0 < points <= most),
        most_digits=7,
    )


def quantity_entry(sale: SaleViewModel) -> Entry | None:
    """Another quantity on the selected line, or None when there is no line to change."""
    line = next((p.line for p in sale.view.priced.lines if p.line.line_number == sale.selected), None)
    if line is None or not sale.editable:
        return None
    weighed = line.item.sold_by is SoldBy.WEIGHT

    def judge(digits: str) -> tuple[str, bool]:
        return (line.item.name, True) if _number(digits) else ("Enter the quantity", False)

    def act(digits: str) -> bool:
        sale.set_quantity(line.line_number, _number(digits) * (1 if weighed else QUANTITY_SCALE))
        return True

    return Entry(
        title="Quantity",
        show=lambda digits: quantity_text(_number(digits)) if weighed else f"{_number(digits):,}",
        judge=judge,
        actions=(EntryAction("Set quantity", act, "accent"),),
        preset=str(line.quantity_milli if weighed else line.quantity_milli // QUANTITY_SCALE),
        picks=() if weighed else tuple((str(n), str(n)) for n in (2, 3, 5, 10)),
        most_digits=8 if weighed else 5,
    )
