"""F4: less for a line or the whole sale, in percent or as an amount, or another price for a line; then the reason.

F4 again asks for the next of these, a promo code at the end. Who may give how much alone is the services' business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.domain.basket import Discount
from ui.sale.reason_list import show_reasons
from ui.tender.entry_panel import Entry, EntryAction

if TYPE_CHECKING:
    from pos_app.domain.pricing import PricedLine
    from ui.sale.checkout_window import CheckoutWindow

_PERCENT_MICRO = 10_000
_AMOUNTS_MINOR = (500, 1_000, 2_000, 5_000)


def _number(digits: str) -> int:
    return int(digits) if digits else 0


class ReductionDesk:
    """Asks for the reduction, then for its reason, and has it given."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._asked: Entry | None = None
        self._next: Callable[[], None] = self._ask_percent

    def open(self) -> None:
        """Percent first; while one of the three is asked for, the next one."""
        entry = self._window.side.entry
        if self._asked is None or not entry.asking or entry.accessibleName() != self._asked.title:
            self._next = self._ask_percent
        self._next()

    # --- what is asked -----------------------------------------------------------------------------------------------

    def _ask_percent(self) -> None:
        def judge(digits: str) -> tuple[str, bool]:
            percent = _number(digits)
            if not percent:
                return "Enter the discount in percent", False
            if percent > 100:
                return "A discount cannot be more than 100 %", False
            return f"{percent} % off: {self._what()}", True

        def give(line_number: int, digits: str) -> bool:
            percent = _number(digits)
            return self._ask_reason(
                f"{percent} % off",
                lambda reason: Discount(reason, percent_micro=percent * _PERCENT_MICRO),
                line_number,
            )

        self._ask(
            "Discount in percent",
            lambda digits: f"{_number(digits)} %",
            judge,
            give,
            ("Amount", self._ask_amount),
            tuple((f"{n} %", str(n)) for n in (5, 10, 15, 20)),
            3,
        )

    def _ask_amount(self) -> None:
        money = self._window.services.formatter.money

        def judge(digits: str) -> tuple[str, bool]:
            amount_minor = _number(digits)
            if not amount_minor:
                return "Enter the amount to take off", False
            if amount_minor > self._window.sale.view.priced.subtotal_minor:
                return "That is more than the whole sale costs", False
            return f"{money(amount_minor)} off: {self._what()}", True

        def give(line_number: int, digits: str) -> bool:
            amount_minor = _number(digits)
            return self._ask_reason(
                f"{money(amount_minor)} off", lambda reason: Discount(reason, amount_minor=amount_minor), line_number
            )

        following = ("New price", self._ask_price) if self._line() else self._last
        picks = tuple((money(amount_minor), str(amount_minor)) for amount_minor in _AMOUNTS_MINOR)
        self._ask("Discount as an amount", lambda digits: money(_number(digits)), judge, give, following, picks, 8)

    def _ask_price(self) -> None:
        priced = self._line()
        if priced is None:
            self._ask_percent()
            return
        money = self._window.services.formatter.money
        line = priced.line

        def judge(digits: str) -> tuple[str, bool]:
            if not digits:
                return "Enter the price of one", False
            off_minor = line.unit_price_minor - _number(digits)
            if off_minor == 0:
                return "That is its price already", False
            return f"{money(abs(off_minor))} {'less' if off_minor > 0 else 'more'} each: {line.item.name}", True

        def give(digits: str) -> bool:
            price_minor = _number(digits)
            sale, reasons = self._window.sale, self._window.services.profile.reasons.price_override
            show_reasons(
                self._window,
                f"Why {money(price_minor)}?",
                reasons,
                lambda reason: sale.set_price(line.line_number, price_minor, reason),
                self._ask_price,
            )
            return False

        entry = Entry(
            title="New price",
            show=lambda digits: money(_number(digits)),
            judge=judge,
            actions=(
                EntryAction("Set price", give, "accent"),
                EntryAction(self._last[0], self._switch(self._last[1]), always=True),
            ),
            facts=lambda: (("Price now", money(line.unit_price_minor)),),
        )
        self._show(entry, self._last[1])

    def _ask(
        self,
        title: str,
        show: Callable[[str], str],
        judge: Callable[[str], tuple[str, bool]],
        give: Callable[[int, str], bool],
        following: tuple[str, Callable[[], None]],
        picks: tuple[tuple[str, str], ...],
        most_digits: int,
    ) -> None:
        priced, view = self._line(), self._window.sale.view
        money = self._window.services.formatter.money
        actions = [EntryAction("This sale", lambda digits: give(0, digits), "plain" if priced else "accent")]
        if priced is not None:
            number = priced.line.line_number
            actions.insert(0, EntryAction("This line", lambda digits: give(number, digits), "accent"))
        name, act = following
        actions.append(EntryAction(name, self._switch(act), always=True))
        entry = Entry(
            title=title,
            show=show,
            judge=judge,
            actions=tuple(actions),
            facts=lambda: (("Sale before discount", money(view.priced.subtotal_minor)),),
            picks=picks,
            most_digits=most_digits,
        )
        self._show(entry, act)

    def _ask_reason(self, title: str, discount: Callable[[str], Discount], line_number: int) -> bool:
        """Keeps the panel open: the reasons are in it now."""
        sale, reasons = self._window.sale, self._window.services.profile.reasons.discount
        show_reasons(
            self._window,
            f"Why {title}?",
            reasons,
            lambda reason: sale.discount(discount(reason), line_number),
            self._ask_percent,
        )
        return False

    # --- inside ------------------------------------------------------------------------------------------------------

    def _show(self, entry: Entry, following: Callable[[], None]) -> None:
        self._asked, self._next = entry, following
        self._window.side.ask(entry)

    @property
    def _last(self) -> tuple[str, Callable[[], None]]:
        """What comes after the last of the reductions by hand: a promo code where the store has some."""
        if self._window.services.promo_codes is None or not self._window.services.selling.promotions.codes:
            return "Percent", self._ask_percent
        return "Promo code", self._window.functions.promo_codes.open

    @staticmethod
    def _switch(act: Callable[[], None]) -> Callable[[str], bool]:
        def switch(_: str) -> bool:
            act()
            return False

        return switch

    def _line(self) -> PricedLine | None:
        sale = self._window.sale
        return next((p for p in sale.view.priced.lines if p.line.line_number == sale.selected), None)

    def _what(self) -> str:
        priced = self._line()
        return priced.line.item.name if priced else "Whole sale"
