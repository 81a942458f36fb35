"""Selling by department what no code finds: which department, then the price on the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_app.domain.department import Department
from pos_app.domain.item import QUANTITY_SCALE
from pos_app.services.approvals import Approval
from ui.messages import shown_code
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


class DepartmentDesk:
    """Asks the two questions in the side column."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    def open(self, code: str) -> None:
        """Ask for the department of the goods that have this code."""
        window, unlisted = self._window, self._window.services.unlisted
        if unlisted is None or not window.sale.editable:
            return
        money = window.services.formatter.money
        rows = [
            ListRow(
                department.name,
                f"Up to {money(department.maximum_price_minor)}",
                lambda department=department: self._ask_price(code, department),  # type: ignore[misc]
                "tag",
                closes=False,
            )
            for department in unlisted.departments
        ]
        window.side.show_list("Sell by department", rows, "This store has no departments to sell by.")

    def _ask_price(self, code: str, department: Department) -> None:
        window = self._window
        money = window.services.formatter.money
        most_minor = department.maximum_price_minor

        def judge(digits: str) -> tuple[str, bool]:
            price_minor = int(digits or 0)
            if not price_minor:
                return "Enter the price on the shelf or on the goods", False
            if price_minor > most_minor:
                return f"That is more than {money(most_minor)}, the most for {department.name}", False
            return "One piece at this price, with the taxes of the department", True

        def act(digits: str) -> bool:
            window.side.close_panel()
            window.functions.with_approval(lambda approval: self._sell(code, department, int(digits), approval))
            return False

        entry = Entry(
            title=department.name,
            show=lambda digits: money(int(digits or 0)),
            judge=judge,
            actions=(EntryAction("Sell at this price", act, "go"),),
            facts=lambda: (("Code", shown_code(code)),) if code else (),
        )
        window.side.ask(entry, back=lambda: self.open(code))

    def _sell(self, code: str, department: Department, price_minor: int, approval: Approval | None) -> None:
        window = self._window
        unlisted = window.services.unlisted
        assert unlisted is not None
        quantity_milli = window.sale.pending_quantity_milli or QUANTITY_SCALE
        result = unlisted.sell(code, department.department_id, price_minor, quantity_milli, approval)
        window.sale.dismiss_banner()
        window.sale.added(result)
