"""F9: the drawer. Opened without a sale, or for cash that is paid in or out, each with a reason of the store's list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ui.messages import Toast
from ui.sale.reason_list import show_reasons
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.cash_movements import CashMovements
    from ui.sale.checkout_window import CheckoutWindow


class DrawerDesk:
    """What is done with the drawer besides selling."""

    def __init__(self, window: CheckoutWindow, cash: CashMovements) -> None:
        self._window = window
        self._cash = cash

    def open(self) -> None:
        """What it is opened for."""
        rows = [
            ListRow("Open the drawer", "No sale; it is journaled", self._no_sale, "inbox", closes=False),
            ListRow("Paid in", "Cash into the till that is no sale", self._pay_in, "arrow-down-to-line", closes=False),
            ListRow("Paid out", "Cash out of the till", self._pay_out, "arrow-up-from-line", closes=False),
        ]
        self._window.side.show_list("Drawer", rows)

    def _no_sale(self) -> None:
        reasons = self._window.services.profile.reasons.no_sale
        self._ask_reason("Why without a sale?", reasons, self._cash.no_sale, "Drawer opened, no sale")

    def _pay_in(self) -> None:
        reasons = self._window.services.profile.reasons.paid_in
        self._ask_amount("Paid in", reasons, self._cash.pay_in)

    def _pay_out(self) -> None:
        reasons = self._window.services.profile.reasons.paid_out
        self._ask_amount("Paid out", reasons, self._cash.pay_out)

    def _ask_amount(self, title: str, reasons: Sequence[str], act: Callable[[int, str, Approval | None], None]) -> None:
        money = self._window.services.formatter.money

        def amount_of(digits: str) -> int:
            return int(digits) if digits else 0

        def judge(digits: str) -> tuple[str, bool]:
            return ("The reason is asked next", True) if amount_of(digits) else ("Enter the amount", False)

        def go_on(digits: str) -> bool:
            amount_minor = amount_of(digits)
            self._ask_reason(
                f"Why {money(amount_minor)}?",
                reasons,
                lambda reason, approval: act(amount_minor, reason, approval),
                f"{title}: {money(amount_minor)}",
            )
            return False

        entry = Entry(
            title=title,
            show=lambda digits: money(amount_of(digits)),
            judge=judge,
            actions=(EntryAction("Next: the reason", go_on, "accent"),),
        )
        self._window.side.ask(entry, back=self.open)

    def _ask_reason(
        self, title: str, reasons: Sequence[str], act: Callable[[str, Approval | None], None], done: str
    ) -> None:
        sale = self._window.sale

        def chosen(reason: str) -> None:
            def go(approval: Approval | None) -> None:
                act(reason, approval)
                sale.toast = Toast(done)

            sale.with_approval(go)

        show_reasons(self._window, title, reasons, chosen, self.open)
