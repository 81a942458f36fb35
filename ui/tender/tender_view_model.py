"""Taking money for the sale on screen: cash at once, everything that asks somebody else off the GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from pos_app.domain.offline_redemption import OfflineDecision
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError, RefusedError, WorldError
from pos_app.ports import NO_PROOF, GiftCardHold, PointsHold, Proof
from pos_app.services.approvals import Approval, ApprovalNeededError
from pos_app.services.current_sale import HELD, NOT_HANDED_BACK
from pos_app.services.given_back import given_back_slip
from pos_app.services.tendering import TenderOutcome
from ui.member.member_view_model import MemberViewModel
from ui.messages import Banner, Choice, Question
from ui.sale.sale_view_model import SaleViewModel, Stage
from ui.tender.card_flow import CardFlow
from ui.tender.card_offer import brand_question


class TenderViewModel(QObject):
    """Intentions of the pay card and the entry panel."""

    def __init__(self, sale: SaleViewModel, member: MemberViewModel) -> None:
        super().__init__()
        self._sale = sale
        self._member = member
        self._tendering = sale.services.tendering
        self.card = CardFlow(sale, self._take)
        self.waiting_for = ""
        self.pay_out: Callable[[Callable[[], None]], None] = lambda complete: complete()
        """Gives back what an exchange leaves, then calls what completes the ticket."""
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

    @property
    def cash_step_minor(self) -> int:
        """The smallest coin."""
        return self._sale.services.profile.cash_step_minor

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
        if view.account is None and view.basket.member.member_id:
            return "To use points, scan the member card"
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
        self._pay(lambda: self._tendering.add_cash(tendered_minor))

    def pay_foreign_cash(self, code: str, foreign_minor: int) -> None:
        """Cash of another currency: the change is in the store's own."""
        self._pay(lambda: self._tendering.add_foreign_cash(code, foreign_minor))

    def pay_configured(self, definition: TenderDefinition, amount_minor: int, reference: str) -> None:
        """A tender of the store's own; above its limit, and offline where it needs the line, somebody approves."""

        def act(approval: Approval | None) -> None:
            online = self.online

            def add() -> TenderOutcome:
                return self._tendering.add_configured(
                    definition.definition_id, amount_minor, reference, online=online, approval=approval
                )

            self._take(add)

        self._once_agreed(lambda: self._sale.with_approval(act))

    # --- card -------------------------------------------------------------------------------------------------------

    @property
    def card_amount_minor(self) -> int:
        """What the card terminal was asked for."""
        return self.card.amount_minor

    @property
    def card_cancelling(self) -> bool:
        """True while the card terminal was asked to stop waiting."""
        return self.card.cancelling

    def pay_card(self, amount_minor: int = 0) -> None:
        """Ask the card terminal for the rest, or for a part of it."""
        if self._sale.services.payment_terminal is not None and self.can_pay:
            self._once_agreed(partial(self._pay_card, amount_minor))

    def _pay_card(self, amount_minor: int) -> None:
        self._member.settle_before_payment()
        if self.due_minor == 0:
            self._complete_free()
        else:
            self._ask_for_brand() if not amount_minor else self.card.pay(amount_minor)

    def _ask_for_brand(self) -> None:
        """The rest by card; a brand that would save something is asked about first, before any card is charged."""
        any_card = self._tendering.amount_taken(TenderType.CARD, self.due_minor)
        services = self._sale.services
        question = brand_question(services.selling.tender_offers, any_card, self.card.pay, services.formatter)
        if question is None:
            self.card.pay(any_card)
            return
        with self._sale.one_change():
            self._sale.ask(question)

    def cancel_card(self) -> None:
        """Ask the card terminal to stop waiting; its answer ends the waiting."""
        self.card.cancel()

    # --- points and gift cards --------------------------------------------------------------------------------------

    def use_points(
        self, points: int, proof: Proof = NO_PROOF, on_refused_proof: Callable[[str], None] | None = None
    ) -> None:
        """Set points aside at the central service, then let them pay; offline inside the member's allowance.

        on_refused_proof gets the sentence when the proof was not accepted.
        """
        self._once_agreed(partial(self._use_points, points, proof, on_refused_proof))

    def _use_points(self, points: int, proof: Proof, on_refused_proof: Callable[[str], None] | None) -> None:
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
        self._once_agreed(partial(self._use_gift_card, number, amount_minor))

    def _use_gift_card(self, number: str, amount_minor: int) -> None:
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
        """Take one part back before the last one: a card's by its terminal, after asking once."""
        if tender.tender_type is TenderType.CARD:
            amount = self._sale.services.formatter.money(tender.amount_minor)
            with self._sale.one_change():
                self._sale.ask(
                    Question(
                        "Give this card payment back?",
                        f"{amount} goes back to {tender.description or 'the card'} on the card terminal. "
                        "The sale stays open.",
                        (
                            Choice("Keep the payment", lambda: None),
                            Choice(f"Give {amount} back", lambda: self.card.give_back(tender), "danger"),
                        ),
                        "undo-2",
                    )
                )
            return

        def act() -> None:
            removed = self._tendering.remove_tender(tender.tender_id)
            self._sale.release((removed,))
            if removed.tender_type not in HELD:
                self._sale.warn(Banner("Give it back", f"Hand {self.handed_over(removed)} back.", "warn"))

        self._sale.attempt(act)

    def handed_over(self, tender: Tender) -> str:
        """What the customer handed over for a part, in words: it goes back as it came."""
        if tender.currency_code:
            return tender.description
        amount = self._sale.services.formatter.money(tender.tendered_minor)
        return f"{amount} in cash" if tender.tender_type is TenderType.CASH else f"{tender.description} {amount}"

    def ask_to_cancel(self) -> None:
        """Cancel the sale; what was paid of it goes back first, part by part."""
        paid = [tender for tender in self._sale.view.tenders if tender.tender_type not in NOT_HANDED_BACK]
        if not paid or self._sale.stage is not Stage.SALE:
            self._sale.ask_to_cancel()
            return
        money = self._sale.services.formatter.money
        parts = [
            f"{money(one.amount_minor)} to {one.description or 'the card'} on the card terminal"
            if one.tender_type is TenderType.CARD
            else self.handed_over(one)
            for one in paid
        ]
        with self._sale.one_change():
            self._sale.ask(
                Question(
                    "Cancel this part-paid sale?",
                    f"Goes back to the customer: {', then '.join(parts)}.",
                    (
                        Choice("Keep the sale", lambda: None),
                        Choice("Give everything back and cancel", self._give_back_and_cancel, "danger"),
                    ),
                    "undo-2",
                )
            )

    def _give_back_and_cancel(self) -> None:
        """Cards one after the other; the first that cannot be given back stops it, with the rest still in the sale."""
        tenders = self._sale.view.tenders
        card = next((one for one in tenders if one.tender_type is TenderType.CARD), None)
        if card is not None:
            self.card.give_back(card, lambda done: self._give_back_and_cancel() if done else None)
            return
        services = self._sale.services
        by_hand = [self.handed_over(one) for one in tenders if one.tender_type not in NOT_HANDED_BACK]
        self._sale.cancel(given_back_slip(services.selling, services.formatter))
        if by_hand and services.selling.current is None:
            self._sale.warn(Banner("Give it back", f"Hand back: {', '.join(by_hand)}.", "warn"))

    def pay_nothing(self) -> None:
        """Complete a sale on which nothing is due."""
        if self.can_pay and self.due_minor == 0:
            self._once_agreed(self._pay_nothing)

    def _pay_nothing(self) -> None:
        self._member.settle_before_payment()
        self._complete_free()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _complete_free(self) -> None:
        self.pay_out(self._complete_now)

    def _complete_now(self) -> None:
        def act() -> None:
            view = self._sale.view
            completed = self._tendering.complete_if_paid()
            if completed is not None:
                self._sale.complete(completed, view)

        self._guarded(act)

    def _once_agreed(self, pay: Callable[[], object]) -> None:
        """Pay, once it is known that no other till sold a piece of this sale; a discount on the whole sale that grew
        with goods rung up after it is agreed to first.
        """
        if self._sale.serials.waits(partial(self._once_agreed, pay)):
            return

        def agree(approval: Approval | None) -> None:
            self._sale.services.supervised.agree_before_payment(approval)
            pay()

        self._sale.with_approval(agree)

    def _pay(self, add: Callable[[], TenderOutcome]) -> None:
        self._once_agreed(lambda: self._take(add))

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
                shown = replace(
                    before,
                    priced=done.priced,
                    tenders=tenders,
                    settlement=settlement,
                    earned=done.transaction.earned,
                )
            self._sale.take(outcome, shown)

        return self._guarded(act)

    def _guarded(self, act: Callable[[], None]) -> bool:
        """Like attempt, but a sale that is paid and could not be stored blocks until it is."""
        with self._sale.one_change():
            try:
                act()
            except ApprovalNeededError:
                raise
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
        self.card.forget()
        self.waiting_for = ""
