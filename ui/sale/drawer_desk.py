"""F9: the drawer. Opened without a sale, for cash paid in or out with a reason, or moved from and to the safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError
from pos_app.services.till_control import check_bag
from ui.messages import Toast
from ui.sale.reason_list import show_reasons
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.cash_movements import CashMovements
    from ui.sale.checkout_window import CheckoutWindow
    from ui.tender.reference_panel import ReferencePanel


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
            ListRow("Pickup", "Cash to the safe, in a bag with a number", self._pick_up, "vault", closes=False),
            ListRow("Loan", "Change from the safe into the till", self._lend, "coins", closes=False),
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

    def _pick_up(self) -> None:
        def ask_bag(amount_minor: int) -> None:
            self._window.side.show_panel(self.bag, stays=True, back=self._pick_up)
            title = f"Pickup: {self._money(amount_minor)}"
            self.bag.ask(title, "Number of the bag", "Pickup", self._bag_problem, partial(bagged, amount_minor))

        def bagged(amount_minor: int, bag_number: str) -> None:
            self._window.side.close_panel()
            self._do(
                lambda approval: self._cash.pick_up(amount_minor, bag_number, approval),
                f"Pickup: {self._money(amount_minor)}, bag {bag_number}",
            )

        self._ask_number("Pickup", "The number of the bag is asked next", "Next: the bag", ask_bag)

    def _lend(self) -> None:
        def lend(amount_minor: int) -> None:
            self._window.side.close_panel()
            self._do(lambda approval: self._cash.lend(amount_minor, approval), f"Loan: {self._money(amount_minor)}")

        self._ask_number("Loan", "Put it into the drawer when it opens", "Put in", lend)

    @cached_property
    def bag(self) -> ReferencePanel:
        """Asks for the number of a bag, which may be scanned."""
        from ui.tender.reference_panel import ReferencePanel

        panel = ReferencePanel()
        self._window.side.add_panel(panel, panel.closed, take_scan=panel.take)
        return panel

    def _bag_problem(self, text: str) -> str:
        """What is wrong with the number of a bag so far."""
        try:
            check_bag(text, self._window.services.catalogue)
        except CashierError as error:
            return str(error)
        return ""

    def _money(self, amount_minor: int) -> str:
        return self._window.services.formatter.money(amount_minor)

    def _ask_number(self, title: str, next_words: str, button: str, go_on: Callable[[int], None]) -> None:
        def amount_of(digits: str) -> int:
            return int(digits) if digits else 0

        def go(digits: str) -> bool:
            go_on(amount_of(digits))
            return False

        entry = Entry(
            title=title,
            show=lambda digits: self._money(amount_of(digits)),
            judge=lambda digits: (next_words, True) if amount_of(digits) else ("Enter the amount", False),
            actions=(EntryAction(button, go, "accent"),),
        )
        self._window.side.ask(entry, back=self.open)

    def _do(self, act: Callable[[Approval | None], None], done: str) -> None:
        sale = self._window.sale

        def go(approval: Approval | None) -> None:
            act(approval)
            sale.toast = Toast(done)

        sale.with_approval(go)

    def _ask_amount(self, title: str, reasons: Sequence[str], act: Callable[[int, str, Approval | None], None]) -> None:
        def go_on(amount_minor: int) -> None:
            self._ask_reason(
                f"Why {self._money(amount_minor)}?",
                reasons,
                lambda reason, approval: act(amount_minor, reason, approval),
                f"{title}: {self._money(amount_minor)}",
            )

        self._ask_number(title, "The reason is asked next", "Next: the reason", go_on)

    def _ask_reason(
        self, title: str, reasons: Sequence[str], act: Callable[[str, Approval | None], None], done: str
    ) -> None:
        def chosen(reason: str) -> None:
            self._do(lambda approval: act(reason, approval), done)

        show_reasons(self._window, title, reasons, chosen, self.open)
