"""Taking goods back: what comes back, what it gives, and what has come back already. What it gives is counted in
return_quote.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.retail_transaction import LineTax, RetailTransaction, TransactionHeader
from pos_app.domain.return_policy import Condition
from pos_app.domain.tenders import Tender, TenderType

REFUND_ORDER = (
    TenderType.POINTS,
    TenderType.GIFT_CARD,
    TenderType.STORE_CREDIT,
    TenderType.CARD,
    TenderType.FINANCING,
    TenderType.CUSTOMER_ACCOUNT,
    TenderType.BANK_TRANSFER,
    TenderType.VOUCHER,
    TenderType.CHECK,
    TenderType.DEPOSIT,
    TenderType.EXCHANGE,
    TenderType.CASH,
)
"""Points first, cash last (rewards programme, Returns)."""


class ReturnError(ValueError):
    """A return that cannot be taken; the text is meant for the associate."""


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """How much of one line comes back, in which condition and why."""

    line_number: int
    quantity_milli: int
    condition: Condition = Condition.SEALED
    reason: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """What one line gives back; amounts and points are positive.

    fees_minor are those that come back; fees_kept_minor, with their added tax, stay paid by their own rule.
    restocking_fee_minor stays with the store. promotion_loss_minor is what the goods kept cost more without the
    promotion that goes with these; below zero where more came back and the loss is none any more.
    """

    line_number: int
    item_id: str
    code: str
    name: str
    quantity_milli: int
    net_minor: int
    fees_minor: int
    tax_minor: int
    included_tax_minor: int
    points: int
    unit_price_minor: int = 0
    gross_minor: int = 0
    taxes: tuple[LineTax, ...] = ()
    restocking_fee_minor: int = 0
    promotion_loss_minor: int = 0
    condition: str = Condition.SEALED.value
    reason: str = ""
    serial_number: str = ""
    fees_kept_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """What was paid for it: price, fees and added tax."""
        return self.net_minor + self.fees_minor + self.tax_minor

    @property
    def refund_minor(self) -> int:
        """What the customer gets for it."""
        return self.paid_minor - self.restocking_fee_minor - self.promotion_loss_minor


@dataclass(frozen=True, slots=True)
class Refund:
    """A part of the refund, back to the tender it was paid with."""

    tender_type: TenderType
    amount_minor: int
    points: int = 0
    original_tender_id: str = ""
    reference: str = ""
    definition_id: str = ""

    @property
    def counted_as(self) -> str:
        """The row of the till's totals that this leaves."""
        return self.definition_id or self.tender_type.value


@dataclass(frozen=True, slots=True)
class ReturnQuote:
    """What a return would do, to be shown before it is confirmed."""

    lines: tuple[ReturnedLine, ...]
    refunds: tuple[Refund, ...]

    @property
    def total_minor(self) -> int:
        """The whole refund."""
        return sum(line.refund_minor for line in self.lines)

    @property
    def restocking_fee_minor(self) -> int:
        """What stays with the store for opened goods."""
        return sum(line.restocking_fee_minor for line in self.lines)

    @property
    def promotion_loss_minor(self) -> int:
        """What the goods kept cost more without the promotion."""
        return sum(line.promotion_loss_minor for line in self.lines)

    @property
    def points_reversed(self) -> int:
        """Points that the returned lines had earned."""
        return sum(line.points for line in self.lines)

    @property
    def points_restored(self) -> int:
        """Points that had paid and go back to their lots."""
        return sum(refund.points for refund in self.refunds)


@dataclass(frozen=True, slots=True)
class CustomerIdentification:
    """Who brought goods without a receipt. The document is seen, never copied: its kind, at most its last four
    characters, and a keyed hash that limits can be counted by."""

    kind: str
    last_four: str
    id_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTransaction(ReturnQuote):
    """Goods taken back, complete: points_reversed are the lines' own, points_restored those that had paid.

    against_policy are the ids of clauses that a manager set aside; exchanged_for is the sale of the same ticket.
    """

    header: TransactionHeader
    ended_at: str
    original_transaction_id: str
    original_receipt_number: str
    member_id: str
    contact_id: str
    reason: str
    post_void: bool = False
    approval_id: str = ""
    approver_id: str = ""
    against_policy: tuple[str, ...] = ()
    exchanged_for: str = ""
    identification: CustomerIdentification | None = None


@dataclass(frozen=True, slots=True)
class PendingReturn:
    """A return that was decided and is not made yet: its money is on the way back, or it is on an exchange's ticket.

    return_id becomes the id of its event and transaction. It has no receipt number when the goods came without one,
    and is provisional where only the paper of another till's receipt was known.
    """

    return_id: str
    quote: ReturnQuote
    receipt_number: str = ""
    transaction_id: str = ""
    member_id: str = ""
    contact_id: str = ""
    reason: str = ""
    post_void: bool = False
    provisional: bool = False
    approval_id: str = ""
    approver_id: str = ""
    against_policy: tuple[str, ...] = ()
    identification: CustomerIdentification | None = None
    cards: tuple[Tender, ...] = ()
    """The card tenders that get money back, with what their terminal needs to know them by."""
    loaded_lines: tuple[int, ...] = ()
    """The lines of gift cards that the voided sale put money onto: it has to be there still."""

    def completed(
        self, header: TransactionHeader, ended_at: str, refunds: tuple[Refund, ...] | None = None, sale_id: str = ""
    ) -> ReturnTransaction:
        """The return as it is made; refunds when they differ from the quote's, sale_id when it is part of a ticket."""
        return ReturnTransaction(
            header=header,
            ended_at=ended_at,
            original_transaction_id=self.transaction_id,
            original_receipt_number=self.receipt_number,
            lines=self.quote.lines,
            refunds=self.quote.refunds if refunds is None else refunds,
            member_id=self.member_id,
            contact_id=self.contact_id,
            reason=self.reason,
            post_void=self.post_void,
            approval_id=self.approval_id,
            approver_id=self.approver_id,
            against_policy=self.against_policy,
            exchanged_for=sale_id,
            identification=self.identification,
        )


@dataclass(slots=True)
class ReturnHistory:
    """What has come back of a sale already."""

    lines: dict[int, ReturnedLine] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)

    def add(self, lines: Sequence[ReturnedLine], refunds: Sequence[Refund]) -> None:
        """Count one more return."""
        for line in lines:
            known = self.lines.get(line.line_number)
            self.lines[line.line_number] = line if known is None else _sum_of_lines(known, line)
        for refund in refunds:
            before = self.refunds.get(refund.original_tender_id)
            self.refunds[refund.original_tender_id] = (
                refund
                if before is None
                else replace(
                    before, amount_minor=before.amount_minor + refund.amount_minor, points=before.points + refund.points
                )
            )

    def returned_milli(self, line_number: int) -> int:
        """How much of a line has come back."""
        line = self.lines.get(line_number)
        return line.quantity_milli if line else 0

    def refunded_to(self, tender: Tender) -> int:
        """What has gone back to a tender, in minor units."""
        refund = self.refunds.get(tender.tender_id)
        return refund.amount_minor if refund else 0

    def points_restored_to(self, tender: Tender) -> int:
        """Points that have gone back to a points tender."""
        refund = self.refunds.get(tender.tender_id)
        return refund.points if refund else 0

    @property
    def goods_minor(self) -> int:
        """Price and fees, without tax, of all that came back."""
        return sum(line.net_minor + line.fees_minor for line in self.lines.values())

    @property
    def kept_back_minor(self) -> int:
        """What of the price of goods that came back stayed with the store."""
        return sum(line.paid_minor - line.refund_minor for line in self.lines.values())

    @property
    def fees_kept_minor(self) -> int:
        """Fees, with their added tax, that are not given back with the goods that came back."""
        return sum(line.fees_kept_minor for line in self.lines.values())

    @property
    def promotion_loss_minor(self) -> int:
        """What goods kept had cost more so far, as promotions went."""
        return sum(line.promotion_loss_minor for line in self.lines.values())

    @property
    def refunded_minor(self) -> int:
        """All that was refunded."""
        return sum(line.refund_minor for line in self.lines.values())


def refundable_milli(sale: RetailTransaction, history: ReturnHistory) -> dict[int, int]:
    """How much of each line can still come back: nothing where more did than was sold, at tills that could not know."""
    return {
        line.line_number: max(0, line.quantity_milli - history.returned_milli(line.line_number))
        for line in sale.lines
        if not line.voided
    }


def _sum_of_lines(first: ReturnedLine, second: ReturnedLine) -> ReturnedLine:
    return replace(
        first,
        quantity_milli=first.quantity_milli + second.quantity_milli,
        net_minor=first.net_minor + second.net_minor,
        fees_minor=first.fees_minor + second.fees_minor,
        tax_minor=first.tax_minor + second.tax_minor,
        included_tax_minor=first.included_tax_minor + second.included_tax_minor,
        points=first.points + second.points,
        gross_minor=first.gross_minor + second.gross_minor,
        fees_kept_minor=first.fees_kept_minor + second.fees_kept_minor,
        restocking_fee_minor=first.restocking_fee_minor + second.restocking_fee_minor,
        promotion_loss_minor=first.promotion_loss_minor + second.promotion_loss_minor,
    )
