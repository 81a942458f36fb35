"""Money back to a card for goods that came back, at whatever till: once for each refund, whatever fails.

The refund is written down before the terminal hears of it. While nobody knows how one ended, no other is begun.
"""

from collections.abc import Callable

from pos_app.domain.rights import Action
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardRefund, CardRefundBook, CardResult, Clock, PaymentTerminal
from pos_app.services.approvals import Approval, Approvals

UNRESOLVED = "An earlier card refund is not resolved. Check the card terminal before anything else goes back to a card."


class CardRefunds:
    """Refunds through the card terminal. refund() and resolve() block: never on the GUI thread."""

    def __init__(
        self,
        book: CardRefundBook,
        *,
        terminal: Callable[[], PaymentTerminal | None],
        clock: Clock,
        currency_code: str,
        approvals: Approvals,
    ) -> None:
        self._book = book
        self._terminal = terminal
        self._clock = clock
        self._currency_code = currency_code
        self._approvals = approvals

    def refund(self, refund_id: str, tender: Tender, amount_minor: int, receipt_number: str = "") -> CardResult:
        """Give back so much of a card tender, once for its refund id: asking again, after a crash too, finds the
        first. refund_id follows from the return (its transaction id and the tender), and is kept with it.

        UNKNOWN means: ask the terminal by resolve() before anything else. Raises CashierError, WorldError.
        """
        if tender.tender_type is not TenderType.CARD:
            raise CashierError("not_a_card", "That part was not paid by card.")
        if not 0 < amount_minor <= tender.amount_minor:
            raise CashierError("tender", "A card gets back at most what was paid with it.")
        tries = self._book.of(refund_id)
        for done in tries:
            if done.outcome is CardOutcome.APPROVED:
                assert done.result is not None
                return done.result
            if done.outcome is CardOutcome.UNKNOWN:
                return self.resolve(done.payment_id)
        if self._book.open():
            raise CashierError("refund_unknown", UNRESOLVED)
        terminal = self._connected()
        refund = CardRefund(
            payment_id=f"{refund_id}-{len(tries) + 1}",
            refund_id=refund_id,
            receipt_number=receipt_number,
            amount_minor=amount_minor,
            original_payment_id=tender.payment_id,
            original_reference=tender.processor_reference,
            asked_at=self._clock.now().isoformat(timespec="milliseconds"),
        )
        self._book.begin(refund)
        result = terminal.refund(
            refund.payment_id,
            refund.original_payment_id,
            amount_minor,
            self._currency_code,
            refund.original_reference,
        )
        return self._kept(refund.payment_id, result)

    def open(self) -> list[CardRefund]:
        """Refunds of which nobody knows how they ended, oldest first: shown until they are resolved."""
        return self._book.open()

    def resolve(self, payment_id: str) -> CardResult:
        """Ask the terminal what became of a refund. Raises CashierError, WorldError."""
        return self._kept(payment_id, self._connected().recover(payment_id))

    def resolve_by_hand(self, payment_id: str, approved: bool, approval: Approval | None = None) -> CardResult:
        """What somebody read off the terminal or its slip. Raises ApprovalNeededError, CashierError."""
        found = next((one for one in self._book.open() if one.payment_id == payment_id), None)
        if found is None:
            raise CashierError("refund_settled", "That refund is resolved already.")
        self._approvals.require(
            Action.CARD_RESULT_BY_HAND,
            amount_minor=found.amount_minor,
            detail=f"Card refund {'approved' if approved else 'not approved'}, read off the terminal",
            approval=approval,
        )
        outcome = CardOutcome.APPROVED if approved else CardOutcome.DECLINED
        return self._kept(payment_id, CardResult(outcome, found.amount_minor, "by hand" if approved else "", "Card"))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _connected(self) -> PaymentTerminal:
        terminal = self._terminal()
        if terminal is None:
            raise CashierError("no_terminal", "There is no card terminal at this till.")
        return terminal

    def _kept(self, payment_id: str, result: CardResult) -> CardResult:
        if result.outcome is not CardOutcome.UNKNOWN:
            self._book.settle(payment_id, result)
        return result
