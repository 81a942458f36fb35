"""Card refunds of which nobody knows how they ended: shown until the terminal, or somebody who looked at it, says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.ports import CardOutcome, CardRefund, CardResult
from pos_app.services.approvals import Approval
from pos_app.services.card_refunds import CardRefunds
from ui.messages import Banner, Choice, Question
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


class RefundCheck:
    """The list of unresolved card refunds, and what can be done about each."""

    def __init__(self, window: CheckoutWindow, refunds: CardRefunds) -> None:
        self._window = window
        self._refunds = refunds

    def open(self) -> None:
        """All of them, oldest first."""
        money = self._window.services.formatter.money
        rows = [
            ListRow(
                f"Receipt {one.receipt_number}" if one.receipt_number else "Card refund",
                "Not known whether it was given back",
                partial(self.ask, one),
                "circle-question-mark",
                money(one.amount_minor),
            )
            for one in self._refunds.open()
        ]
        self._window.side.show_list("Card refunds to check", rows, "Every card refund is resolved.")

    def ask(self, refund: CardRefund) -> None:
        """Ask the terminal, or say what it shows. Nothing is chosen by Enter or by a scan."""
        amount = self._window.services.formatter.money(refund.amount_minor)
        sale = self._window.sale
        with sale.one_change():
            sale.ask(
                Question(
                    "Check the card terminal",
                    f"It did not say whether {amount} was given back. Look at the terminal's own screen or slip: do "
                    "not give it back again before you know. What you read off it needs a second person's yes.",
                    (
                        Choice("Ask the terminal again", lambda: self._ask_terminal(refund), "accent"),
                        Choice("It shows: not given back", lambda: self._by_hand(refund, approved=False)),
                        Choice("It shows: refunded", lambda: self._by_hand(refund, approved=True)),
                        Choice("Later", lambda: None),
                    ),
                )
            )

    def _ask_terminal(self, refund: CardRefund) -> None:
        self._window.sale.say("Asking the card terminal what became of the refund")
        work = partial(self._refunds.resolve, refund.payment_id)
        self._window.background.run(work, partial(self._answered, refund), self._failed)

    def _answered(self, refund: CardRefund, result: CardResult) -> None:
        if result.outcome is CardOutcome.UNKNOWN:
            self._window.sale.dismiss_toast()
            self.ask(refund)
        else:
            self._told(refund, given_back=result.outcome is CardOutcome.APPROVED)

    def _by_hand(self, refund: CardRefund, *, approved: bool) -> None:
        def act(approval: Approval | None) -> None:
            self._refunds.resolve_by_hand(refund.payment_id, approved, approval)
            self._told(refund, given_back=approved)

        self._window.sale.with_approval(act)

    def _told(self, refund: CardRefund, *, given_back: bool) -> None:
        amount = self._window.services.formatter.money(refund.amount_minor)
        was = "was given back to the card" if given_back else "was not given back: finish the return again"
        self._window.sale.say(f"{amount} {was}")

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not done", str(error)))
