"""What a return is made of before it is made: the sale it is of, what it would give, and where its money goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pos_app.domain.journal import EventKind
from pos_app.domain.kept_goods import KeptGoods
from pos_app.domain.paper_return import settled
from pos_app.domain.poslog import return_from_plain, sale_from_plain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.return_policy import Verdict
from pos_app.domain.returns import PendingReturn, Refund, ReturnHistory, ReturnQuote, ReturnRequest
from pos_app.domain.tender_definitions import TenderDefinition
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError
from pos_app.ports import SaleRecord
from pos_app.services.approvals import Approval


class RefundTo(StrEnum):
    """Where the money goes: back the way it came, or to store credit. Points always go back as points."""

    ORIGINAL = "original"
    STORE_CREDIT = "store_credit"


@dataclass(slots=True)
class OriginalSale:
    """A sale that goods come back of, with what came back already. complete_record is False when only this till's
    own journal could be asked, so that a return at another till may not be known yet."""

    sale: RetailTransaction
    history: ReturnHistory = field(default_factory=ReturnHistory)
    complete_record: bool = True


@dataclass(frozen=True, slots=True)
class ReturnPreview:
    """What a return would do: money and points, what the policy says by line, and what the goods kept cost now."""

    quote: ReturnQuote
    verdicts: Mapping[int, Verdict]
    kept: KeptGoods | None = None

    @property
    def against_policy(self) -> tuple[Verdict, ...]:
        """The verdicts that only a manager can set aside."""
        return tuple(verdict for verdict in self.verdicts.values() if verdict.problem)


def kind_of(pending: PendingReturn) -> EventKind:
    """The kind of the event that a return becomes."""
    if pending.post_void:
        return EventKind.POST_VOID
    return EventKind.RETURN if pending.receipt_number else EventKind.RETURN_WITHOUT_RECEIPT


def need(reason: str, words: str) -> None:
    """Raises CashierError with these words for an empty reason."""
    if not reason.strip():
        raise CashierError("reason_needed", words)


def check_serials(sale: RetailTransaction, requests: Sequence[ReturnRequest]) -> None:
    """A piece that was sold with its serial number comes back by that number. Raises CashierError."""
    sold = {line.line_number: line for line in sale.lines}
    for request in requests:
        line = sold.get(request.line_number)
        if line is not None and line.serial_number and line.serial_number != request.serial_number:
            raise CashierError(
                "serial_number", f"{line.name}: the serial number is not the one on the receipt. Check the piece."
            )


def as_card(tender: Tender) -> Tender | None:
    """The card that a tender was, also where it came by an exchange."""
    if tender.tender_type is TenderType.EXCHANGE and tender.reference == TenderType.CARD.value:
        return replace(tender, tender_type=TenderType.CARD)
    return tender if tender.tender_type is TenderType.CARD else None


def approved(pending: PendingReturn, approval: Approval | None) -> PendingReturn:
    """The return with the approval it was given, if any."""
    if approval is None:
        return pending
    return replace(pending, approval_id=approval.approval_id, approver_id=approval.approver_id)


def redirected(quote: ReturnQuote, to: RefundTo, definitions: Sequence[TenderDefinition] = ()) -> ReturnQuote:
    """The same refund as store credit; each part still names the tender whose money it is.

    A tender that the store does not refund to goes to store credit in any case.
    """
    never = {one.definition_id for one in definitions if not one.refundable}
    if to is RefundTo.ORIGINAL and not any(refund.definition_id in never for refund in quote.refunds):
        return quote
    redirected = [to is not RefundTo.ORIGINAL or refund.definition_id in never for refund in quote.refunds]
    refunds = (_as_store_credit(one) if away else one for one, away in zip(quote.refunds, redirected, strict=True))
    return replace(quote, refunds=tuple(refunds))


def _as_store_credit(refund: Refund) -> Refund:
    if refund.tender_type is TenderType.POINTS or (refund.tender_type is TenderType.STORE_CREDIT and refund.reference):
        return refund
    return Refund(TenderType.STORE_CREDIT, refund.amount_minor, 0, refund.original_tender_id)


def original_of(record: SaleRecord, *, complete_record: bool) -> OriginalSale:
    """A sale and its returns of their payloads."""
    original = OriginalSale(sale_from_plain(record.sale), complete_record=complete_record)
    for plain in record.returns:
        original.history.add(*settled(original.sale, original.history, return_from_plain(plain)))
    return original
