"""Giving the money of a return back, in an order in which nothing is paid twice and nothing is lost.

First the central service sets the goods aside, so that no other till takes them back at the same moment, and the money
of gift cards that a voided sale had loaded: without its yes such a sale stays. Then the return is on disk, then cards
get their money from the terminal, each once (card_refunds), then one commit makes the return; cash, points and store
credit go with it. What is interrupted in between is found again and finished.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.returns import PendingReturn, Refund
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import CardOutcome, LoadedCard, PendingReturns, ReturnsGateway, Storage
from pos_app.services.card_refunds import CardRefunds
from pos_app.services.return_parts import OriginalSale
from pos_app.services.returning import CompletedReturn, Returning


class CardNotRefundedError(CashierError):
    """The terminal gave nothing back to a card; the return waits, and may be finished with store credit."""

    def __init__(self, pending: PendingReturn, refund: Refund, message: str) -> None:
        super().__init__("card_not_refunded", message)
        self.pending = pending
        self.refund = refund


class Refunding:
    """Makes a planned return. pay_back blocks: never on the GUI thread; finish is one commit."""

    def __init__(
        self,
        returning: Returning,
        *,
        storage: Storage,
        gateway: ReturnsGateway,
        pending: PendingReturns,
        cards: CardRefunds | None,
    ) -> None:
        self._returning = returning
        self._storage = storage
        self._gateway = gateway
        self._pending = pending
        self._cards = cards
        self._set_aside: dict[str, set[str]] = {}
        """Receipt number -> the returns that goods of it were set aside for."""

    def pay_back(self, pending: PendingReturn) -> None:
        """Everything that needs somebody's answer before the commit.

        Raises RefusedError when another till has the goods already, CardNotRefundedError when a card was refused,
        CashierError while nobody knows what became of a card refund, and WorldError.
        """
        self.set_aside(pending)
        if pending.loaded_lines:
            self._hold_loads(pending)
        refunds = _to_cards(pending)
        if refunds:
            self._pending.keep(pending)
            self.refund_cards(pending, refunds)

    def set_aside(self, pending: PendingReturn) -> None:
        """Let no other till take these goods back. Raises RefusedError when one has them already."""
        lines = [(line.line_number, line.quantity_milli) for line in pending.quote.lines if line.line_number]
        if not pending.receipt_number or not lines:
            return
        self._refuse_beside_an_interrupted_one(pending)
        try:
            self._release_abandoned(pending)
            self._gateway.reserve_return(pending.return_id, pending.receipt_number, lines)
            self._set_aside.setdefault(pending.receipt_number, set()).add(pending.return_id)
        except OfflineError:
            return  # the associate was told; the service flags what came back twice

    def _hold_loads(self, pending: PendingReturn) -> None:
        """Gift cards that the sale loaded must be unspent, and be spent by nobody until the void's event is in."""
        # On disk first: a till that stops after the answer goes on with this return, not with another one.
        self._pending.keep(pending)
        try:
            held, cards = self._gateway.hold_loads(pending.return_id, pending.transaction_id, pending.loaded_lines)
        except OfflineError as error:
            self.give_up(pending)
            raise CashierError(
                "gift_card_void_offline",
                "Offline nobody knows whether the gift card was spent. The sale stays. Keep the card here, and void "
                "the sale when the line is back.",
            ) from error
        except RefusedError:
            self.give_up(pending)
            raise
        if not held:
            self.give_up(pending)
            raise CashierError("gift_card_spent", self._why_not_held(pending, cards))

    def _why_not_held(self, pending: PendingReturn, cards: Sequence[LoadedCard]) -> str:
        names = {line.line_number: line.name for line in pending.quote.lines}
        if {card.line_number for card in cards} != set(pending.loaded_lines):
            return "The rewards service has not got this sale yet. The sale stays. Void it again when all is sent."
        money = self._returning.formatter.money
        spent = [
            f"{names[card.line_number]}: {money(card.left_minor)} of {money(card.loaded_minor)} is left."
            for card in cards
            if card.left_minor < card.loaded_minor
        ]
        return f"{' '.join(spent)} A card that was used stays sold. Take other goods of the receipt back with F7."

    def _refuse_beside_an_interrupted_one(self, pending: PendingReturn) -> None:
        """Its card may have its money already: it is finished before the same receipt gives anything more."""
        others = [one for one in self.interrupted() if one.return_id != pending.return_id]
        if any(one.receipt_number == pending.receipt_number for one in others):
            raise CashierError(
                "return_interrupted", "An earlier return of this receipt was interrupted. Finish it first: press F7."
            )

    def _release_abandoned(self, pending: PendingReturn) -> None:
        """What was set aside here for a return that was never made, such as one of a cancelled ticket."""
        ids = self._set_aside.get(pending.receipt_number, set())
        for return_id in list(ids - {pending.return_id}):
            if not self._storage.has_event(return_id):
                self._gateway.release_return(return_id)
            ids.discard(return_id)

    def refund_cards(self, pending: PendingReturn, refunds: Sequence[Refund]) -> None:
        """Give cards their money, each once; the return is on disk already. Raises as pay_back does."""
        for refund in refunds:
            self._refund(pending, refund)

    def finish(self, pending: PendingReturn, original: OriginalSale | None = None) -> CompletedReturn:
        """Make the return durable. Raises CashierError and WorldError."""
        completed = self._returning.complete(pending, original)
        self._pending.drop(pending.return_id)
        return completed

    def with_store_credit(self, pending: PendingReturn, refund: Refund) -> PendingReturn:
        """The same return, with store credit in the place of a card that took nothing back."""
        credit = Refund(TenderType.STORE_CREDIT, refund.amount_minor, 0, refund.original_tender_id)
        refunds = tuple(credit if one == refund else one for one in pending.quote.refunds)
        return replace(pending, quote=replace(pending.quote, refunds=refunds))

    def give_up(self, pending: PendingReturn) -> None:
        """Nothing of it was paid: forget it, here and at the central service. May block."""
        self._pending.drop(pending.return_id)
        try:
            self._gateway.release_return(pending.return_id)
        except OfflineError:
            return  # what was set aside ends by itself

    def interrupted(self) -> Sequence[PendingReturn]:
        """Returns whose money was on its way when the till stopped, oldest first."""
        found = []
        for pending in self._pending.all():
            if self._storage.has_event(pending.return_id):
                self._pending.drop(pending.return_id)
            else:
                found.append(pending)
        return found

    # --- inside ------------------------------------------------------------------------------------------------------

    def _refund(self, pending: PendingReturn, refund: Refund) -> None:
        tender = _card_of(pending, refund)
        if self._cards is None or tender is None:
            raise CardNotRefundedError(pending, refund, "This till has no card terminal that can refund this card.")
        refund_id = f"{pending.return_id}-{refund.original_tender_id}"
        result = self._cards.refund(refund_id, tender, refund.amount_minor, pending.receipt_number)
        if result.outcome is CardOutcome.UNKNOWN:
            raise CashierError(
                "card_refund_unknown",
                "The terminal did not say whether the card was refunded. The return is kept: ask the terminal again "
                "before anything else.",
            )
        if result.outcome is not CardOutcome.APPROVED:
            raise CardNotRefundedError(pending, refund, result.message or "The card was not refunded.")


def _to_cards(pending: PendingReturn) -> list[Refund]:
    return [refund for refund in pending.quote.refunds if refund.tender_type is TenderType.CARD and refund.amount_minor]


def _card_of(pending: PendingReturn, refund: Refund) -> Tender | None:
    return next((card for card in pending.cards if card.tender_id == refund.original_tender_id), None)
