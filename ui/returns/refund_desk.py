"""Making a return: the reason, the approval, the money, and what is handed over in the end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, RefusedError, WorldError
from pos_app.services.refunding import CardNotRefundedError
from ui.messages import Banner, Choice, Question
from ui.returns.pages import done_page, void_page
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.domain.returns import PendingReturn, ReturnTransaction
    from pos_app.services.approvals import Approval
    from pos_app.services.return_parts import OriginalSale
    from pos_app.services.returning import CompletedReturn
    from ui.returns.return_model import ReturnModel
    from ui.returns.returns import Returns


class RefundDesk:
    """Takes a return from "yes" to "done". While it is busy nothing else can be done to it."""

    def __init__(self, returns: Returns) -> None:
        self._returns = returns
        self._sale = returns.window.sale
        self._refunding = returns.parts.refunding
        self.busy = False
        self._void: OriginalSale | None = None
        self._done: ReturnTransaction | None = None

    @property
    def active(self) -> bool:
        """True while a void is asked about, or a return was just made."""
        return self._void is not None or self._done is not None

    def leave(self) -> None:
        """Forget what was shown."""
        self._void = self._done = None

    def proceed(self) -> None:
        """The large button of a void or of the end."""
        if self._done is not None:
            self._returns.leave()
        elif self._void is not None and not self.busy:
            original = self._void
            self._returns.ask_reason("Why is it voided?", partial(self._decide_void, original))

    # --- deciding ---------------------------------------------------------------------------------------------------

    def refund(self, model: ReturnModel) -> None:
        """Ask why when a line does not say so, then take the goods back."""
        if self.busy:
            return
        if model.lacks_reason:
            self._returns.ask_reason("Why does it come back?", partial(self._decide, model))
        else:
            self._decide(model, model.requests()[0].reason)

    def void(self, original: OriginalSale) -> None:
        """Show what the reversal of a whole sale gives back."""
        returns = self._returns
        try:
            quote = returns.parts.returning.quote_void(original)
        except CashierError as error:
            self._refuse("Not voided", error)
            return
        self._void = original
        loaded = any(map(returns.parts.returning.stays_loaded, original.sale.lines))
        formatter = returns.window.services.formatter
        returns.panel.show_page(void_page(quote, original.sale.tenders, formatter, loaded=loaded))
        returns.side.show_panel(returns.panel, stays=True, back=returns.leave)
        returns.panel.setFocus()

    def _decide(self, model: ReturnModel, reason: str) -> None:
        returns = self._returns
        returns.show_panel()

        def act(approval: Approval | None) -> None:
            pending = returns.parts.returning.plan(
                model.original, model.requests(reason), reason, to=model.to, approval=approval
            )
            self.pay_back(pending, model.original)

        self._sale.with_approval(act)

    def _decide_void(self, original: OriginalSale, reason: str) -> None:
        returns = self._returns
        returns.side.show_panel(returns.panel, stays=True, back=returns.leave)

        def act(approval: Approval | None) -> None:
            self.pay_back(returns.parts.returning.plan_void(original, reason, approval=approval), original)

        self._sale.with_approval(act)

    # --- the money --------------------------------------------------------------------------------------------------

    def pay_back(self, pending: PendingReturn, original: OriginalSale | None) -> None:
        """Everybody is asked who has to be, off the GUI thread; then the return is made."""
        self.busy = True
        self._sale.say("Giving the money back…")
        self._returns.window.background.run(
            partial(self._refunding.pay_back, pending),
            lambda _: self._finish(pending, original),
            partial(self._not_paid, pending, original),
        )

    def _finish(self, pending: PendingReturn, original: OriginalSale | None) -> None:
        self.busy = False
        try:
            completed = self._refunding.finish(pending, original)
        except (CashierError, WorldError) as error:
            self._refuse("Not returned", error)
            return
        self._show_done(completed, pending)

    def _show_done(self, completed: CompletedReturn, pending: PendingReturn) -> None:
        returns = self._returns
        self._void, self._done = None, completed.transaction
        returns.put_away()
        formatter = returns.window.services.formatter
        page = done_page(completed.transaction, formatter, pending.cards)
        returns.panel.show_page(page)
        returns.side.show_panel(returns.panel, back=returns.leave)
        returns.panel.setFocus()
        self._sale.dismiss_banner()
        self._sale.dismiss_toast()
        self._sale.sounds.play(Sound.APPROVED)
        self._sale.announced.emit(f"{page.title}. {page.total_name} {page.total}", True)

    def _not_paid(self, pending: PendingReturn, original: OriginalSale | None, error: Exception) -> None:
        self.busy = False
        self._sale.dismiss_toast()
        if isinstance(error, CardNotRefundedError):
            self._ask_about_card(error, original)
            return
        if not isinstance(error, CashierError | WorldError):
            raise error
        if isinstance(error, RefusedError):
            self._give_up(pending)
        self._refuse("Not voided" if pending.post_void else "Not returned", error)

    def _ask_about_card(self, error: CardNotRefundedError, original: OriginalSale | None) -> None:
        amount = self._returns.window.services.formatter.money(error.refund.amount_minor)
        choices = [Choice("Try the card again", partial(self.pay_back, error.pending, original), "accent")]
        if self._returns.parts.returning.gives_store_credit:
            instead = self._refunding.with_store_credit(error.pending, error.refund)
            choices.append(Choice(f"{amount} as store credit instead", partial(self.pay_back, instead, original)))
        choices.append(Choice("Leave the return for now", self._returns.leave))
        with self._sale.one_change():
            self._sale.ask(
                Question(
                    "The card was not refunded",
                    f"{error.message} {amount} is still to be given back. The return waits on this till until then.",
                    tuple(choices),
                    "credit-card",
                )
            )

    def _give_up(self, pending: PendingReturn) -> None:
        self._returns.window.background.run(partial(self._refunding.give_up, pending), lambda _: None, _nothing)

    def _refuse(self, title: str, error: Exception) -> None:
        with self._sale.one_change():
            self._sale.refuse(Banner(title, str(error)))

    # --- what was interrupted ---------------------------------------------------------------------------------------

    def offer_interrupted(self, pending: PendingReturn) -> None:
        """A return whose money was on its way when the till stopped."""
        amount = self._returns.window.services.formatter.money(pending.quote.total_minor)
        with self._sale.one_change():
            self._sale.ask(
                Question(
                    "A return was interrupted",
                    f"The till stopped while {amount} of receipt {pending.receipt_number} was going back. Nothing is "
                    "lost. What was done already is asked first, so that nothing is paid twice.",
                    (
                        Choice("Finish it now", partial(self.pay_back, pending, None), "accent"),
                        Choice("Later", lambda: None),
                    ),
                    "undo-2",
                )
            )


def _nothing(error: Exception) -> None:
    """What was set aside for a return that is not made ends by itself."""
    if not isinstance(error, CashierError | WorldError):
        raise error
