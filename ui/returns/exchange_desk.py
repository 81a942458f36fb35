"""Exchanges at the window: the refund goes into the sale under way, can be taken off, and is settled with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.services.refunding import CardNotRefundedError
from ui.messages import Banner, Choice, Question, Toast
from ui.returns.pages import exchange_page

if TYPE_CHECKING:
    from pos_app.domain.returns import PendingReturn
    from pos_app.services.approvals import Approval
    from ui.returns.return_model import ReturnModel
    from ui.returns.returns import Returns


class ExchangeDesk:
    """What is done with goods that come back on the ticket under way."""

    def __init__(self, returns: Returns) -> None:
        self._returns = returns
        self._window = returns.window
        self._sale = returns.window.sale
        self._refunding = returns.parts.refunding
        self.shown = False

    @property
    def possible(self) -> bool:
        """True while the ticket under way can take the credit of goods that come back."""
        return self._sale.editable and self.pending is None

    @property
    def pending(self) -> PendingReturn | None:
        """What comes back on the ticket under way."""
        return self._sale.services.selling.view.exchange

    # --- putting it on the ticket -----------------------------------------------------------------------------------

    def begin(self, model: ReturnModel) -> None:
        """Ask why, then whether the policy has it, then put the credit on the ticket."""
        model.set_exchange(True)
        if model.lacks_reason:
            self._returns.ask_reason("Why is it exchanged?", partial(self._decide, model))
        else:
            self._decide(model, model.requests()[0].reason)

    def _decide(self, model: ReturnModel, reason: str) -> None:
        self._returns.show_panel()
        plan = self._returns.parts.returning.plan

        def act(approval: Approval | None) -> None:
            pending = plan(
                model.original, model.requests(reason), reason, to=model.to, exchange=True, approval=approval
            )
            self._returns.desk.busy = True
            self._sale.say("Setting the goods aside…")
            work = partial(self._refunding.set_aside, pending)
            self._window.background.run(work, lambda _: self._attach(model, pending), self._refused)

        self._sale.with_approval(act)

    def _attach(self, model: ReturnModel, pending: PendingReturn) -> None:
        self._returns.desk.busy = False
        if not self._guarded(partial(self._returns.parts.exchanging.attach, pending)):
            return
        self._returns.leave()
        words, member = "Scan the new goods. What came back pays first", model.original.sale.member
        if member is not None and member.member_id and not model.gift and self._sale.view.basket.member is None:
            self._window.member.offer(member)
            words += "; F3 adds the member"
        self._sale.say(words)

    # --- looking at it, taking it off -------------------------------------------------------------------------------

    def show(self) -> None:
        """F7 while an exchange is on the ticket."""
        pending = self.pending
        if pending is None:
            return
        returns, formatter = self._returns, self._window.services.formatter
        self.shown = True
        returns.panel.show_page(exchange_page(pending, formatter))
        returns.side.show_panel(returns.panel, back=returns.leave)
        returns.panel.setFocus()

    def remove(self) -> None:
        """Nothing comes back on this ticket after all."""

        def act() -> None:
            removed = self._returns.parts.exchanging.remove()
            if removed is not None:
                self._window.background.run(partial(self._refunding.give_up, removed), lambda _: None, _nothing)
                self._sale.toast = Toast("The exchange was taken off. Nothing came back")

        self._guarded(act)
        self._returns.leave()

    # --- settling it ------------------------------------------------------------------------------------------------

    def pay_out(self, complete: Callable[[], None]) -> None:
        """Cards get back what the new goods did not take, then the ticket is completed."""
        exchanging, pending = self._returns.parts.exchanging, self.pending
        refunds = exchanging.to_cards()
        if pending is None or not refunds:
            complete()
            return
        if not self._guarded(exchanging.begin_paying_out):
            return
        self._sale.say("Giving the rest back to the card…")
        self._window.background.run(
            partial(exchanging.pay_out, pending, refunds),
            lambda _: complete(),
            partial(self._not_paid_out, complete),
        )

    def _not_paid_out(self, complete: Callable[[], None], error: Exception) -> None:
        self._sale.dismiss_toast()
        if not isinstance(error, CashierError | WorldError):
            raise error
        if not isinstance(error, CardNotRefundedError):
            self._refuse(error)
            return
        amount = self._window.services.formatter.money(error.refund.amount_minor)
        choices = [Choice("Try the card again", partial(self.pay_out, complete), "accent")]
        if self._returns.parts.returning.gives_store_credit:
            instead = self._refunding.with_store_credit(error.pending, error.refund)
            choices.append(Choice(f"{amount} as store credit instead", partial(self._instead, instead, complete)))
        choices.append(Choice("Back to the ticket", lambda: None))
        with self._sale.one_change():
            self._sale.ask(
                Question(
                    "The card was not refunded",
                    f"{error.message} {amount} is still to be given back; the ticket waits.",
                    tuple(choices),
                    "credit-card",
                )
            )

    def _instead(self, pending: PendingReturn, complete: Callable[[], None]) -> None:
        selling = self._sale.services.selling
        if self._guarded(partial(selling.set_exchange, pending, paying_out=True)):
            self.pay_out(complete)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _refused(self, error: Exception) -> None:
        self._returns.desk.busy = False
        if not isinstance(error, CashierError | WorldError):
            raise error
        self._sale.dismiss_toast()
        self._refuse(error)

    def _guarded(self, act: Callable[[], object]) -> bool:
        with self._sale.one_change():
            try:
                act()
            except (CashierError, WorldError) as error:
                self._sale.refuse(Banner("Not done", str(error)))
                return False
        return True

    def _refuse(self, error: Exception) -> None:
        with self._sale.one_change():
            self._sale.refuse(Banner("Not exchanged", str(error)))


def _nothing(error: Exception) -> None:
    """What was set aside for a return that is not made ends by itself."""
    if not isinstance(error, CashierError | WorldError):
        raise error
