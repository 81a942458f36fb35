"""Card payments of the sale under way, and giving them back: asked once, resolved before anything else goes on.

What the terminal is asked for is kept with the open sale before the terminal hears of it, and its answer is stored in
the same write that ends the question (ADR 0011). So a till that is killed anywhere in between asks the terminal what
became of it, and neither charges nor refunds twice.
"""

from pos_app.domain.rights import Action
from pos_app.domain.tenders import CardAttempt, Tender, TenderType
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult, PaymentTerminal, UnitOfWork
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering, TenderOutcome

REVERSED = "card_payment_reversed"
"""The kind of journal entry for a card payment that was given back before its sale was completed."""


class CardPayments:
    """What a card terminal is asked for in the sale under way. ask() blocks; everything else is for the GUI thread."""

    def __init__(self, selling: Selling, tendering: Tendering, approvals: Approvals | None = None) -> None:
        self._selling = selling
        self._tendering = tendering
        self._approvals = approvals or tendering.approvals

    @property
    def attempt(self) -> CardAttempt | None:
        """What the terminal was asked for and has not answered; it may come from before a crash."""
        current = self._selling.current
        return current.card_attempt if current else None

    def begin(self, amount_minor: int) -> CardAttempt:
        """Write down that a card is to pay so much. Raises CashierError."""
        due_minor = self._tendering.due_minor
        if not 0 < amount_minor <= due_minor:
            raise CashierError("tender", "A card pays at most what is left to pay.")
        attempt = CardAttempt(self._next_id("card"), amount_minor)
        self._selling.ask_card(attempt)
        return attempt

    def begin_giving_back(self, tender_id: str) -> CardAttempt:
        """Write down that a card payment is to be given back whole. Raises CashierError."""
        tender = self._card_tender(tender_id)
        attempt = CardAttempt(
            self._next_id("refund"),
            tender.amount_minor,
            refund_of=tender.tender_id,
            original_payment_id=tender.payment_id,
            original_reference=tender.processor_reference,
        )
        self._selling.ask_card(attempt)
        return attempt

    def begin_reversal(self, attempt: CardAttempt, result: CardResult) -> CardAttempt:
        """The terminal charged what the sale cannot take: write down that it goes back. Raises CashierError."""
        if attempt != self.attempt:
            raise CashierError("card_settled", "That card payment is settled already.")
        reversal = CardAttempt(
            self._next_id("refund"), result.amount_minor, attempt.payment_id, attempt.payment_id, result.reference
        )
        self._selling.ask_card_instead(reversal)
        return reversal

    def ask(self, terminal: PaymentTerminal, attempt: CardAttempt, *, again: bool = False) -> CardResult:
        """The terminal's answer; again: only what became of it. Blocks: never on the GUI thread. Raises WorldError."""
        if again:
            return terminal.recover(attempt.payment_id)
        code = self._selling.profile.currency.code
        if attempt.refund_of:
            return terminal.refund(
                attempt.payment_id,
                attempt.original_payment_id,
                attempt.amount_minor,
                code,
                attempt.original_reference,
            )
        return terminal.authorise(attempt.payment_id, attempt.amount_minor, code)

    def settle(self, attempt: CardAttempt, result: CardResult) -> TenderOutcome | None:
        """Store what the terminal said. None when nothing was charged or given back, no tender in it after a refund.

        Raises CashierError for an unknown result, which settles nothing: the sale waits.
        """
        if attempt != self.attempt:
            raise CashierError("card_settled", "That card payment is settled already.")
        if result.outcome is CardOutcome.UNKNOWN:
            raise CashierError("card_unknown", "The card terminal has not said yet what became of the card payment.")
        if result.outcome is not CardOutcome.APPROVED:
            self._selling.card_not_charged()
            return None
        if not attempt.refund_of:
            return self._tendering.add_card(result, attempt)
        self._give_back(attempt, result)
        return TenderOutcome(None, self._tendering.due_minor, None)

    def by_hand(self, attempt: CardAttempt, approved: bool, approval: Approval | None = None) -> CardResult:
        """The result as somebody read it off the terminal, because the terminal itself cannot be asked.

        Raises ApprovalNeededError: it decides over money without a machine's word.
        """
        what = "refund" if attempt.refund_of else "payment"
        self._approvals.require(
            Action.CARD_RESULT_BY_HAND,
            amount_minor=attempt.amount_minor,
            detail=f"Card {what} {'approved' if approved else 'not approved'}, read off the terminal",
            approval=approval,
        )
        outcome = CardOutcome.APPROVED if approved else CardOutcome.DECLINED
        return CardResult(outcome, attempt.amount_minor, "by hand" if approved else "", "Card")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _next_id(self, what: str) -> str:
        current = self._selling.current
        if current is None or current.basket.is_empty:
            raise CashierError("nothing_to_pay", "There is nothing to pay yet. Scan an item first.")
        return f"{current.header.transaction_id}-{what}-{current.card_attempts + 1}"

    def _card_tender(self, tender_id: str) -> Tender:
        current = self._selling.current
        for tender in current.tenders if current else ():
            if tender.tender_id == tender_id and tender.tender_type is TenderType.CARD:
                return tender
        raise CashierError("no_such_tender", "That payment is no longer part of the sale.")

    def _give_back(self, attempt: CardAttempt, result: CardResult) -> None:
        current = self._selling.current
        assert current is not None
        payload = {
            "transaction_id": current.header.transaction_id,
            "receipt_number": current.header.receipt_number,
            "operator_id": self._selling.operator.operator_id,
            "payment_id": attempt.original_payment_id,
            "processor_reference": attempt.original_reference,
            "refund_payment_id": attempt.payment_id,
            "refund_reference": result.reference,
            "amount_minor": attempt.amount_minor,
            "authorisation": result.authorisation,
        }

        def record(work: UnitOfWork) -> None:
            work.append(REVERSED, payload, event_id=attempt.payment_id)

        rest = tuple(one for one in current.tenders if one.tender_id != attempt.refund_of)
        self._selling.set_tenders(rest, record)
