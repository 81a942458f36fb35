"""Taking money for the sale on screen: cash at once, everything that asks somebody else off the GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from pos_app.domain.offline_redemption import OfflineDecision
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError, RefusedError, WorldError
from pos_app.ports import NO_PROOF, CardOutcome, CardResult, GiftCardHold, PointsHold, Proof
from pos_app.services.tendering import TenderOutcome
from ui.member.member_view_model import MemberViewModel
from ui.messages import Banner, Choice, Question, Toast
from ui.sale.sale_view_model import SaleViewModel, Stage


class TenderViewModel(QObject):
    """Intentions of the pay card and the entry panel."""

    def __init__(self, sale: SaleViewModel, member: MemberViewModel) -> None:
        super().__init__()
        self._sale = sale
        self._member = member
        self._tendering = sale.services.tendering
        self.card_amount_minor = 0
        self.card_cancelling = False
        self._payment_id = ""
        self._card_attempts = 0
        self.waiting_for = ""
        self._offline: tuple[object, OfflineDecision] = (None, OfflineDecision(0))
        sale.sale_ended.connect(self._forget)

    # --- what the window reads --------------------------------------------------------------------------------------

    @property
    def can_pay(self) -> bool:
        """True while there is something to pay and nothing else is in the way."""
        free = not self.waiting_for and not self._member.holds_payment
        return self._sale.stage is Stage.SALE and not self._sale.view.basket.is_empty and free

    @property
    def due_minor(self) -> int:
        """What is left to pay."""
        return self._sale.view.settlement.due_minor

    @property
    def cash_due_minor(self) -> int:
        """What is left to pay when the rest is cash."""
        return self._tendering.cash_due_minor

    def quick_cash(self) -> list[int]:
        """Amounts a customer would hand over; none while nothing can be paid."""
        return self._tendering.quick_cash() if self.can_pay else []

    @property
    def points_refusal(self) -> str:
        """Why no points can be used now; empty when they can."""
        view = self._sale.view
        if view.basket.member is None:
            return "Add the member first"
        online = self.online
        if view.account is None:
            return "The balance is not known yet" if online else "Offline: points can't be used now"
        if not online and not self._offline_decision().limit_points:
            return self._offline_decision().reason
        if view.redeemable_points <= 0:
            step = self._sale.services.terms.current_terms().redeem_step_points
            free = view.account.available_points - view.points_used
            return f"Less than {step} points to use" if free < step else "The amount due is too small for points"
        return ""

    @property
    def online(self) -> bool:
        """True while the central service answers."""
        return self._sale.services.sync_status().online

    @property
    def most_points(self) -> int:
        """The most points that can be used now; offline no more than the limits allow."""
        most = self._sale.view.redeemable_points
        return most if not most or self.online else min(most, self._offline_decision().limit_points)

    def _offline_decision(self) -> OfflineDecision:
        """What the limits allow offline; asked anew only when something changed, since it reads the disk."""
        view, services = self._sale.view, self._sale.services
        if view.account is None:
            return OfflineDecision(0)
        key = (
            view.account,
            view.points_used,
            self._sale.sale_serial,
            services.clock.now().replace(second=0, microsecond=0),
        )
        if key != self._offline[0]:
            self._offline = (key, services.membership.offline_limit(view.account))
        return self._offline[1]

    def points_value_minor(self, points: int) -> int:
        """What so many points pay."""
        return self._sale.services.terms.current_terms().value_minor(points)

    def points_problem(self, points: int) -> str:
        """Why so many points cannot be used; empty when they can."""
        view, terms = self._sale.view, self._sale.services.terms.current_terms()
        show = self._sale.services.formatter.points
        if points <= 0 or points % terms.redeem_step_points:
            return f"Points are used in steps of {terms.redeem_step_points}"
        if view.account is not None and points > view.account.available_points - view.points_used:
            return f"Only {show(view.account.available_points - view.points_used)} points to use"
        if points > view.redeemable_points:
            return f"More than is due; at most {show(view.redeemable_points)} points"
        if points > self.most_points:
            return f"Offline at most {show(self.most_points)} points"
        membership = self._sale.services.membership
        if not self.online and membership.proof_needed(points) and not membership.offline_proofs(points):
            return "So many need a proof that can be checked only when the rewards service is back"
        return ""

    # --- cash -------------------------------------------------------------------------------------------------------

    def pay_exact_cash(self) -> None:
        """The customer hands over exactly what is due."""
        if self.can_pay:
            self.pay_cash(self.cash_due_minor)

    def pay_cash(self, tendered_minor: int) -> None:
        """Cash handed over: the change is shown, or what is left to pay."""
        self._take(lambda: self._tendering.add_cash(tendered_minor))

    # --- card -------------------------------------------------------------------------------------------------------

    def pay_card(self, amount_minor: int = 0) -> None:
        """Ask the card terminal for the rest, or for a part of it."""
        terminal = self._sale.services.payment_terminal
        if terminal is None or not self.can_pay:
            return
        self._member.settle_before_payment()
        if self.due_minor == 0:
            self._complete_free()
            return
        amount = amount_minor or self.due_minor
        if not 0 < amount <= self.due_minor:
            with self._sale.one_change():
                self._sale.refuse(Banner("Not done", "A card pays at most what is left to pay."))
            return
        header = self._sale.view.header
        assert header is not None
        self._card_attempts += 1
        self._payment_id = f"{header.transaction_id}-card-{self._card_attempts}"
        self.card_amount_minor = amount
        self.card_cancelling = False
        with self._sale.one_change():
            self._sale.stage = Stage.CARD_PENDING
            self._sale.dismiss_banner()
            self._sale.toast = Toast("Waiting for the card terminal: ask the customer to present the card")
        code = self._sale.services.profile.currency.code
        self._sale.background.run(
            partial(terminal.authorise, self._payment_id, amount, code), self._card_answered, self._card_lost
        )

    def cancel_card(self) -> None:
        """Ask the card terminal to stop waiting; its answer ends the waiting."""
        terminal = self._sale.services.payment_terminal
        if terminal is None or self._sale.stage is not Stage.CARD_PENDING or self.card_cancelling:
            return
        with self._sale.one_change():
            self.card_cancelling = True
        self._sale.background.run(terminal.cancel, lambda _: None, lambda _: None)

    def _card_answered(self, result: CardResult) -> None:
        if result.outcome is CardOutcome.UNKNOWN:
            self._recover()
            return
        known = {t.reference for t in self._sale.view.tenders if t.tender_type is TenderType.CARD}
        with self._sale.one_change():
            self._sale.stage = Stage.SALE
            if result.outcome is CardOutcome.APPROVED and result.authorisation in known:
                # After a restart the terminal answered with a payment that this sale already has: ask for a new one.
                self.pay_card(self.card_amount_minor)
            elif result.outcome is CardOutcome.APPROVED:
                if not self._take(lambda: self._tendering.add_card(result)):
                    self._ask_for_refund(result)
            elif result.outcome is CardOutcome.CANCELLED:
                self._sale.say("Card payment cancelled. Nothing was charged")
            else:
                words = result.message or "The card was declined."
                self._sale.refuse(Banner("Card not charged", f"{words} Ask for another card or payment."))

    def _card_lost(self, error: Exception) -> None:
        if not isinstance(error, WorldError):
            self._ask_about_card()
            raise error
        self._recover()

    def _recover(self) -> None:
        """The answer was lost: ask the terminal what became of the payment before asking anybody else."""
        terminal = self._sale.services.payment_terminal
        assert terminal is not None

        def recovered(result: CardResult) -> None:
            if result.outcome is CardOutcome.UNKNOWN:
                self._ask_about_card()
            else:
                self._card_answered(result)

        self._sale.background.run(
            partial(terminal.recover, self._payment_id), recovered, lambda _: self._ask_about_card()
        )

    def _ask_about_card(self) -> None:
        amount = self._sale.services.formatter.money(self.card_amount_minor)
        confirmed = CardResult(
            CardOutcome.APPROVED, self.card_amount_minor, f"confirmed-{self._payment_id}", "Card", "", ""
        )
        with self._sale.one_change():
            self._sale.ask(
                Question(
                    "Check the card terminal",
                    f"It did not say whether {amount} was charged. The sale is safe. Look at the terminal's own "
                    "screen or slip: do not take the card again before you know.",
                    (
                        Choice("Ask the terminal again", self._recover, "accent"),
                        Choice("It shows: not charged", lambda: self._not_charged(amount)),
                        Choice("It shows: approved", lambda: self._card_answered(confirmed)),
                    ),
                )
            )

    def _ask_for_refund(self, result: CardResult) -> None:
        amount = self._sale.services.formatter.money(result.amount_minor)
        self._sale.ask(
            Question(
                "Refund this card",
                f"The terminal charged {amount}, but the sale cannot take it. The sale itself is safe. Refund {amount} "
                "on the card terminal, then go on.",
                (Choice(f"{amount} is refunded on the terminal", lambda: None),),
            )
        )

    def _not_charged(self, amount: str) -> None:
        self._sale.stage = Stage.SALE
        self._sale.say(f"Not charged. {amount} is still to be paid")

    # --- points and gift cards --------------------------------------------------------------------------------------

    def use_points(
        self, points: int, proof: Proof = NO_PROOF, on_refused_proof: Callable[[str], None] | None = None
    ) -> None:
        """Set points aside at the central service, then let them pay; offline inside the member's allowance.

        on_refused_proof gets the sentence when the proof was not accepted.
        """
        view, services = self._sale.view, self._sale.services
        if view.header is None or view.account is None:
            return
        if not self.online:
            account = view.account
            self._take(lambda: self._tendering.add_points(services.membership.hold_offline(account, points, proof)))
            return
        member_id, references = view.account.member_id, self._references()
        work = partial(services.rewards.hold_points, view.header.transaction_id, member_id, points, references, proof)
        self._hold("points", work, self._tendering.add_points, on_refused_proof)

    def use_gift_card(self, number: str, amount_minor: int = 0) -> None:
        """Set aside what is on a gift card, up to the rest or a part of it, then let it pay."""
        header = self._sale.view.header
        if header is None:
            return
        amount = min(amount_minor or self.due_minor, self.due_minor)
        work = partial(
            self._sale.services.rewards.hold_gift_card, header.transaction_id, number, amount, self._references()
        )
        self._hold("the gift card", work, self._tendering.add_gift_card)

    def _hold(
        self,
        what: str,
        work: Callable[[], PointsHold | GiftCardHold],
        add: Callable[..., TenderOutcome],
        on_refused_proof: Callable[[str], None] | None = None,
    ) -> None:
        serial = self._sale.sale_serial
        with self._sale.one_change():
            self.waiting_for = what

        def held(hold: PointsHold | GiftCardHold) -> None:
            if serial != self._sale.sale_serial:
                self._release(hold.hold_id)
                return
            self.waiting_for = ""
            if not self._take(lambda: add(hold)):
                self._release(hold.hold_id)

        def failed(error: Exception) -> None:
            if serial == self._sale.sale_serial:
                self.waiting_for = ""
                if not isinstance(error, CashierError | WorldError):
                    raise error
                with self._sale.one_change():
                    if on_refused_proof and isinstance(error, RefusedError) and error.code.startswith("proof_"):
                        on_refused_proof(error.message)
                        return
                    self._sale.refuse(Banner(f"Could not use {what}", str(error)))

        self._sale.background.run(work, held, failed)

    def _references(self) -> frozenset[str]:
        return frozenset(tender.reference for tender in self._sale.view.tenders)

    def _release(self, hold_id: str) -> None:
        rewards = self._sale.services.rewards
        self._sale.background.run(lambda: rewards.release(hold_id), lambda _: None, lambda _: None)

    # --- parts of the payment ---------------------------------------------------------------------------------------

    def remove(self, tender: Tender) -> None:
        """Take one part back before the last one."""

        def act() -> None:
            removed = self._tendering.remove_tender(tender.tender_id)
            self._sale.release((removed,))
            if removed.tender_type is TenderType.CASH:
                back = self._sale.services.formatter.money(removed.tendered_minor)
                self._sale.warn(Banner("Give the cash back", f"Hand {back} back to the customer.", "warn"))

        self._sale.attempt(act)

    def pay_nothing(self) -> None:
        """Complete a sale on which nothing is due."""
        if self.can_pay and self.due_minor == 0:
            self._member.settle_before_payment()
            self._complete_free()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _complete_free(self) -> None:
        def act() -> None:
            view = self._sale.view
            completed = self._tendering.complete_if_paid()
            if completed is not None:
                self._sale.complete(completed, view)

        self._guarded(act)

    def _take(self, add: Callable[[], TenderOutcome]) -> bool:
        self._member.settle_before_payment()

        def act() -> None:
            before = self._sale.view
            outcome = add()
            done = outcome.completed
            shown = before
            if done is not None:
                tenders = done.transaction.tenders
                paid = sum(tender.amount_minor for tender in tenders)
                settlement = replace(
                    before.settlement,
                    paid_minor=paid,
                    cash_rounding_minor=done.transaction.cash_rounding_minor,
                    change_minor=done.change_minor,
                )
                shown = replace(before, tenders=tenders, settlement=settlement, earned=done.transaction.earned)
            self._sale.take(outcome, shown)

        return self._guarded(act)

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Like attempt, but a sale that is paid and could not be stored blocks until it is."""
        with self._sale.one_change():
            try:
                act()
            except CashierError as error:
                self._sale.refuse(Banner("Not done", error.message))
                return False
            except WorldError as error:
                self._sale.ask(
                    Question(
                        "The sale is not stored yet",
                        f"{error} The payment is kept with the open sale; nothing was printed. Try again, and call "
                        "for help when it fails twice.",
                        (Choice("Try again", self._complete_free, "accent"), Choice("Back to the sale", lambda: None)),
                    )
                )
                return True
            return True

    def _forget(self) -> None:
        self._card_attempts = 0
        self.card_amount_minor = 0
        self.card_cancelling = False
        self.waiting_for = ""
