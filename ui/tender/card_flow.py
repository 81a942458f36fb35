"""The card terminal and the sale on screen: asking it, waiting for it, and finding out what it did.

The till never guesses. An answer that was lost, or cut off by a crash, is asked for again; only when the terminal
itself cannot say, a person reads it off its screen or slip, and a second person approves.
"""

from collections.abc import Callable
from functools import partial

from pos_app.domain.tenders import CardAttempt, Tender
from pos_app.errors import CashierError, WorldError
from pos_app.ports import CardOutcome, CardResult
from pos_app.services.approvals import Approval
from pos_app.services.card_payments import CardPayments
from pos_app.services.tendering import TenderOutcome
from ui.messages import Banner, Choice, Question, Toast
from ui.sale.sale_view_model import SaleViewModel, Stage

Then = Callable[[bool], None]


def _nothing_more(done: bool) -> None:
    """Nothing follows."""


class CardFlow:
    """One card payment or refund at a time, from the question to its result on disk."""

    def __init__(self, sale: SaleViewModel, take: Callable[[Callable[[], TenderOutcome]], bool]) -> None:
        """take stores an approved payment and completes the sale when it was the last."""
        self._sale = sale
        self._take = take
        self._then: Then = _nothing_more
        self._attempt: CardAttempt | None = None
        self.amount_minor = 0
        self.cancelling = False
        self.unknown = False
        """True while nobody knows how the last one ended, and the terminal is not being asked."""

    @property
    def _cards(self) -> CardPayments:
        cards = self._sale.services.cards
        assert cards is not None
        return cards

    @property
    def giving_back(self) -> bool:
        """True while money goes back to a card."""
        return self._attempt is not None and bool(self._attempt.refund_of)

    @property
    def words(self) -> str:
        """What the large amount is, while the terminal has the word."""
        if self.unknown:
            return "Not known"
        return "Refunding card" if self.giving_back else "Present card"

    @property
    def way_out(self) -> str:
        """What can be done while the terminal has the word."""
        if self.cancelling:
            return "Cancelling…"
        return "Stop the refund" if self.giving_back else "Cancel card payment"

    # --- beginning --------------------------------------------------------------------------------------------------

    def pay(self, amount_minor: int) -> None:
        """Ask the card terminal for so much."""
        if self._sale.services.payment_terminal is not None:
            self._begin(lambda: self._cards.begin(amount_minor), _nothing_more)

    def give_back(self, tender: Tender, then: Then = _nothing_more) -> None:
        """Give a card payment back whole; then is told whether it was."""
        if self._sale.services.payment_terminal is None:
            with self._sale.one_change():
                self._sale.refuse(Banner("Not done", "There is no card terminal that could give the payment back."))
            return
        self._begin(lambda: self._cards.begin_giving_back(tender.tender_id), then)

    def resume(self) -> None:
        """After a restart: what the terminal was asked for is found out before anything else."""
        attempt = self._cards.attempt
        if attempt is None:
            return
        self._hold(attempt)
        if self._sale.services.payment_terminal is None:
            self.unknown = True
        else:
            self._run(attempt, again=True)

    def terminal_is_there(self) -> None:
        """The card terminal was started: a question that waited for it is asked."""
        waiting = self.unknown and self._sale.question is None and self._attempt is not None
        if waiting and self._sale.services.payment_terminal is not None:
            self.ask_again()

    def cancel(self) -> None:
        """Ask the card terminal to stop waiting; its answer ends the waiting. What is unknown is asked about."""
        terminal = self._sale.services.payment_terminal
        if self._sale.stage is not Stage.CARD_PENDING or self.cancelling:
            return
        if self.unknown:
            with self._sale.one_change():
                self.ask_about_it()
        elif terminal is not None:
            with self._sale.one_change():
                self.cancelling = True
            self._sale.background.run(terminal.cancel, lambda _: None, lambda _: None)

    def ask_again(self) -> None:
        """Ask the terminal what became of it."""
        attempt = self._attempt
        if attempt is None:
            return
        if self._sale.services.payment_terminal is None:
            with self._sale.one_change():
                self._sale.refuse(Banner("Not done", "The card terminal is not ready yet. Try again in a moment."))
            return
        self._run(attempt, again=True)

    def forget(self) -> None:
        """The sale is over."""
        self._attempt = None
        self.amount_minor = 0
        self.cancelling = self.unknown = False

    # --- waiting ----------------------------------------------------------------------------------------------------

    def _begin(self, make: Callable[[], CardAttempt], then: Then) -> None:
        made: list[CardAttempt] = []
        if not self._sale.attempt(lambda: made.append(make())):
            return
        self._then = then
        self._hold(made[0])
        self._run(made[0], again=False)

    def _hold(self, attempt: CardAttempt) -> None:
        with self._sale.one_change():
            self._attempt = attempt
            self.amount_minor = attempt.amount_minor
            self.cancelling = self.unknown = False
            self._sale.stage = Stage.CARD_PENDING

    def _run(self, attempt: CardAttempt, *, again: bool) -> None:
        terminal = self._sale.services.payment_terminal
        assert terminal is not None
        with self._sale.one_change():
            self.unknown = False
            self._sale.dismiss_banner()
            if again:
                words = "Asking the card terminal what became of the payment"
            elif attempt.refund_of:
                words = "Giving the payment back on the card terminal"
            else:
                words = "Waiting for the card terminal: ask the customer to present the card"
            self._sale.toast = Toast(words)
        self._sale.background.run(
            partial(self._cards.ask, terminal, attempt, again=again),
            lambda result: self._answered(attempt, result, again=again),
            lambda error: self._lost(attempt, error, again=again),
        )

    def _answered(self, attempt: CardAttempt, result: CardResult, *, again: bool) -> None:
        if result.outcome is not CardOutcome.UNKNOWN:
            self._settle(attempt, result)
        elif again:
            with self._sale.one_change():
                self.ask_about_it()
        else:
            self._run(attempt, again=True)

    def _lost(self, attempt: CardAttempt, error: Exception, *, again: bool) -> None:
        if again or not isinstance(error, WorldError):
            with self._sale.one_change():
                self.ask_about_it()
        else:
            self._run(attempt, again=True)
        if not isinstance(error, CashierError | WorldError):
            raise error

    # --- results ----------------------------------------------------------------------------------------------------

    def _settle(self, attempt: CardAttempt, result: CardResult) -> None:
        self._sale.card_answered.emit()
        with self._sale.one_change():
            self._sale.stage = Stage.SALE
            self.unknown = self.cancelling = False
            if attempt.refund_of:
                self._refund_settled(attempt, result)
            elif result.outcome is CardOutcome.APPROVED:
                self._approved(attempt, result)
            elif self._stored(attempt, result):
                self._not_charged(result)

    def _approved(self, attempt: CardAttempt, result: CardResult) -> None:
        def store() -> TenderOutcome:
            outcome = self._cards.settle(attempt, result)
            assert outcome is not None
            return outcome

        if not self._take(store):
            self._ask_for_refund(attempt, result)

    def _stored(self, attempt: CardAttempt, result: CardResult) -> bool:
        def store() -> None:
            self._cards.settle(attempt, result)

        return self._sale.attempt(store)

    def _not_charged(self, result: CardResult) -> None:
        self._attempt = None
        if result.outcome is CardOutcome.CANCELLED:
            self._sale.say("Card payment cancelled. Nothing was charged")
        else:
            words = result.message or "The card was declined."
            self._sale.refuse(Banner("Card not charged", f"{words} Ask for another card or payment."))

    def _refund_settled(self, attempt: CardAttempt, result: CardResult) -> None:
        if not self._stored(attempt, result):
            return
        self._attempt = None
        done = result.outcome is CardOutcome.APPROVED
        amount = self._sale.services.formatter.money(attempt.amount_minor)
        if done:
            self._sale.say(f"{amount} given back to the card")
        else:
            words = result.message or "The card terminal did not give it back."
            self._sale.refuse(Banner("Card not refunded", f"{words} The payment stays in the sale."))
        then, self._then = self._then, _nothing_more
        then(done)

    def _ask_for_refund(self, attempt: CardAttempt, result: CardResult) -> None:
        """The terminal charged what the sale cannot take: it goes back, and nothing else is done before."""
        amount = self._sale.services.formatter.money(result.amount_minor)

        def give_back() -> None:
            self._begin(lambda: self._cards.begin_reversal(attempt, result), _nothing_more)

        self._sale.stage = Stage.CARD_PENDING
        self._sale.ask(
            Question(
                "Refund this card",
                f"The terminal charged {amount}, but the sale cannot take it. The sale itself is safe. "
                f"{amount} has to go back to the card, then go on.",
                (Choice(f"Give {amount} back on the terminal", give_back, "accent"),),
            )
        )

    # --- nobody knows -----------------------------------------------------------------------------------------------

    def ask_about_it(self) -> None:
        """The terminal cannot say: block until somebody found out. Nothing is chosen by Enter or by a scan."""
        attempt = self._attempt
        if attempt is None:
            return
        self.unknown = True
        self._sale.toast = None
        amount = self._sale.services.formatter.money(attempt.amount_minor)
        was = "given back" if attempt.refund_of else "charged"
        again = "give it back again" if attempt.refund_of else "take the card again"
        shown = "refunded" if attempt.refund_of else "approved"
        self._sale.ask(
            Question(
                "Check the card terminal",
                f"It did not say whether {amount} was {was}. The sale is safe. Look at the terminal's own "
                f"screen or slip: do not {again} before you know. What you read off it needs a second person's yes.",
                (
                    Choice("Ask the terminal again", self.ask_again, "accent"),
                    Choice(f"It shows: not {was}", lambda: self._by_hand(approved=False)),
                    Choice(f"It shows: {shown}", lambda: self._by_hand(approved=True)),
                ),
            )
        )

    def _by_hand(self, *, approved: bool) -> None:
        """Somebody read it off the terminal; while nobody approves that, it stays unknown, and can be asked again."""
        attempt = self._attempt
        if attempt is None:
            return

        def act(approval: Approval | None) -> None:
            self._settle(attempt, self._cards.by_hand(attempt, approved, approval))

        self._sale.with_approval(act)
