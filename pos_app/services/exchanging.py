"""Exchanges: goods that come back and goods that go out on one ticket, settled together and made in one commit.

The return waits with the open sale, on disk, and can be taken off until the ticket is paid. What is more than the new
goods come to goes back when the ticket is completed; a card gets it from its terminal first, once.
"""

from pos_app.domain.exchange import exchange_refunds, paid_out
from pos_app.domain.poslog import return_to_plain
from pos_app.domain.receipt_document import ReceiptDocument, Rule
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader
from pos_app.domain.returns import PendingReturn, Refund, ReturnTransaction
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.ports import Formatter, UnitOfWork
from pos_app.services.refunding import Refunding
from pos_app.services.return_parts import kind_of
from pos_app.services.return_receipts import exchange_blocks
from pos_app.services.returning import Returning
from pos_app.services.selling import Selling


class Exchanging:
    """The exchange on the ticket under way."""

    def __init__(self, selling: Selling, returning: Returning, refunding: Refunding) -> None:
        self._selling = selling
        self._returning = returning
        self._refunding = refunding

    def attach(self, pending: PendingReturn) -> None:
        """The refund pays in the sale under way, which begins if there is none. Raises CashierError."""
        self._selling.set_exchange(pending)

    def remove(self) -> PendingReturn | None:
        """Nothing comes back on this ticket after all; what was taken off, to be given up. Raises CashierError."""
        current = self._selling.current
        if current is None or current.exchange is None:
            return None
        self._selling.set_exchange(None)
        return current.exchange

    def to_give_back(self) -> tuple[Refund, ...]:
        """What goes back to the customer when the ticket under way is completed as it is."""
        return self._selling.view.given_back

    def to_cards(self) -> tuple[Refund, ...]:
        """The part of it that card terminals have to give back."""
        return tuple(refund for refund in self.to_give_back() if refund.tender_type is TenderType.CARD)

    def begin_paying_out(self) -> None:
        """From here on the ticket stays as it is: its money is on the way."""
        current = self._selling.current
        if current is not None:
            self._selling.set_exchange(current.exchange, paying_out=True)

    def pay_out(self, pending: PendingReturn, refunds: tuple[Refund, ...]) -> None:
        """Give cards their part. Blocks: not on the GUI thread. Raises as Refunding.pay_back does."""
        self._refunding.refund_cards(pending, refunds)

    def record(self, work: UnitOfWork, pending: PendingReturn, sale: RetailTransaction) -> ReturnTransaction:
        """Journal the return in the write that completes its ticket; the caller commits. Raises CashierError."""
        self._returning.check_still_open(pending)
        rules, header = self._selling.rules, sale.header
        given_back = paid_out(pending, sale.total_minor, rules.cash_step_minor, rules.rounding)
        returned = pending.completed(
            TransactionHeader(
                transaction_id=pending.return_id,
                sequence_number=work.begin_transaction(),
                store_id=header.store_id,
                workstation_id=header.workstation_id,
                operator_id=header.operator_id,
                business_day=header.business_day,
                began_at=header.began_at,
                currency_code=header.currency_code,
                training=header.training,
            ),
            sale.ended_at,
            exchange_refunds(pending, sale.total_minor, given_back),
            header.transaction_id,
        )
        work.append(kind_of(pending), return_to_plain(returned), event_id=pending.return_id)
        self._returning.add_papers(work, returned)
        return returned


def with_exchange(
    document: ReceiptDocument, returned: ReturnTransaction, profile: StoreProfile, formatter: Formatter
) -> ReceiptDocument:
    """A sale's receipt with the goods that came back on the same ticket, after its head."""
    blocks = list(document.blocks)
    head = next(number for number, block in enumerate(blocks) if isinstance(block, Rule)) + 1
    blocks[head:head] = exchange_blocks(returned, profile, formatter)
    number = returned.header.receipt_number
    return ReceiptDocument(f"{document.title}, exchange {number}", tuple(blocks), document.copy, document.copy_mark)
