"""Taking goods back: what a customer gets, in money and points, and what the lines' points were.

Everything is counted cumulatively over all returns of a sale, so that parts never drift: after the last
piece has come back, exactly what was paid and earned has come back. Rules: rewards programme, Returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.pricing import PricingRules
from pos_app.domain.retail_transaction import LineTax, RetailTransaction, SaleLine, TransactionHeader
from pos_app.domain.return_policy import Condition
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.rounding import Rounding, allocate, divide, round_to_step
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


def quote_return(
    sale: RetailTransaction,
    requests: Sequence[ReturnRequest],
    history: ReturnHistory,
    terms: ProgrammeTerms,
    rules: PricingRules | None = None,
    *,
    fees_micro: Mapping[int, int] | None = None,
    promotion_loss_minor: int = 0,
    keep_fees: bool = True,
) -> ReturnQuote:
    """What these lines give back. terms are those the sale was rung up with, rules those of the store that refunds:
    they round what goes back in cash to its smallest coin. fees_micro are restocking fees by line number, of the
    price without tax; promotion_loss_minor is what the goods kept cost more now. Neither is taken from points.
    keep_fees leaves fees that are not refundable with the store.

    Raises ReturnError for a line that is not on the sale, was removed, or has come back already.
    """
    if not requests:
        raise ReturnError("Choose what comes back.")
    open_milli = refundable_milli(sale, history)
    by_number = {line.line_number: line for line in sale.lines}
    included = {tax.tax_id for tax in sale.taxes if tax.included}
    returned: list[ReturnedLine] = []
    seen: set[int] = set()
    for request in requests:
        if request.line_number not in open_milli:
            raise ReturnError(f"Line {request.line_number} is not on this receipt.")
        if request.line_number in seen:
            raise ReturnError(f"Line {request.line_number} is named twice.")
        seen.add(request.line_number)
        line = by_number[request.line_number]
        if request.quantity_milli <= 0:
            raise ReturnError("A quantity must be above zero.")
        if request.quantity_milli > open_milli[request.line_number]:
            raise ReturnError(f"{line.name}: that many are no longer open for return.")
        if line.sold_by == SoldBy.EACH and request.quantity_milli % QUANTITY_SCALE:
            raise ReturnError(f"{line.name} was sold by the piece and comes back in whole numbers.")
        returned.append(_returned_line(line, request, history, included, keep_fees=keep_fees))
    refunds = _refunds(sale, returned, history, terms, rules)
    if fees_micro or promotion_loss_minor:
        in_money_minor = sum(refund.amount_minor for refund in refunds if not refund.points)
        rounding = rules.rounding if rules is not None else Rounding.HALF_UP
        returned = _with_fees(returned, fees_micro or {}, in_money_minor, rounding)
        left_minor = in_money_minor - sum(line.restocking_fee_minor for line in returned)
        returned = _with_loss(returned, min(promotion_loss_minor, left_minor))
        refunds = _refunds(sale, returned, history, terms, rules)
    return ReturnQuote(tuple(returned), tuple(refunds))


def quote_all(
    sale: RetailTransaction, history: ReturnHistory, terms: ProgrammeTerms, rules: PricingRules | None = None
) -> ReturnQuote:
    """What everything that is still open gives back, fees of all kinds included."""
    open_milli = refundable_milli(sale, history)
    requests = [ReturnRequest(number, quantity) for number, quantity in open_milli.items() if quantity]
    return quote_return(sale, requests, history, terms, rules, keep_fees=False)


def points_to_reverse(line_points: int, sold_milli: int, returned_before_milli: int, returned_milli: int) -> int:
    """Points that a part of a line takes back; the last part takes what is left."""
    return _part(line_points, sold_milli, returned_before_milli, returned_milli)


def _part(total: int, whole_milli: int, before_milli: int, now_milli: int) -> int:
    """This return's share of a line's amount, counted from all returns so far."""
    return total * (before_milli + now_milli) // whole_milli - total * before_milli // whole_milli


def _with_fees(
    lines: Sequence[ReturnedLine], fees_micro: Mapping[int, int], most_minor: int, rounding: Rounding
) -> list[ReturnedLine]:
    """Restocking fees are of the price without added tax, and never more than comes back in money."""
    fees = [divide(line.net_minor * fees_micro.get(line.line_number, 0), 1_000_000, rounding) for line in lines]
    if sum(fees) > most_minor:
        fees = allocate(most_minor, fees)
    return [replace(line, restocking_fee_minor=fee) for line, fee in zip(lines, fees, strict=True)]


def _with_loss(lines: Sequence[ReturnedLine], loss_minor: int) -> list[ReturnedLine]:
    """The loss of a promotion, or its end, over the lines that caused it, by what was paid for them."""
    parts = allocate(loss_minor, [line.paid_minor for line in lines])
    return [replace(line, promotion_loss_minor=part) for line, part in zip(lines, parts, strict=True)]


def _returned_line(
    line: SaleLine, request: ReturnRequest, history: ReturnHistory, included: set[str], *, keep_fees: bool
) -> ReturnedLine:
    before, quantity_milli = history.returned_milli(line.line_number), request.quantity_milli

    def part(total: int) -> int:
        return _part(total, line.quantity_milli, before, quantity_milli)

    kept = [fee for fee in line.fees if keep_fees and not fee.refundable]
    kept_minor = sum(fee.amount_minor for fee in kept)
    kept_added_minor = sum(tax.tax_minor for fee in kept for tax in fee.taxes if tax.tax_id not in included)
    whole = _without([tax for fee in kept for tax in fee.taxes], line.taxes)
    taxes = tuple(LineTax(tax.tax_id, part(tax.base_minor), part(tax.tax_minor)) for tax in whole)
    return ReturnedLine(
        line_number=line.line_number,
        item_id=line.item_id,
        code=line.code,
        name=line.name,
        quantity_milli=quantity_milli,
        net_minor=part(line.net_minor),
        fees_minor=part(line.fees_minor - kept_minor),
        tax_minor=sum(tax.tax_minor for tax in taxes if tax.tax_id not in included),
        included_tax_minor=part(line.included_tax_minor),
        points=part(line.points),
        unit_price_minor=line.unit_price_minor,
        gross_minor=part(line.gross_minor),
        taxes=taxes,
        condition=request.condition.value,
        reason=request.reason,
        serial_number=request.serial_number,
        fees_kept_minor=part(kept_minor + kept_added_minor),
    )


def _without(kept: Sequence[LineTax], taxes: Sequence[LineTax]) -> list[LineTax]:
    """A line's taxes less those of fees that are kept."""
    return [
        LineTax(
            tax.tax_id,
            tax.base_minor - sum(one.base_minor for one in kept if one.tax_id == tax.tax_id),
            tax.tax_minor - sum(one.tax_minor for one in kept if one.tax_id == tax.tax_id),
        )
        for tax in taxes
    ]


def _refunds(
    sale: RetailTransaction,
    returned: Sequence[ReturnedLine],
    history: ReturnHistory,
    terms: ProgrammeTerms,
    rules: PricingRules | None,
) -> list[Refund]:
    """The refund over the sale's tenders: points in proportion to the goods that came back so far, the rest over
    what is still open of the others. When everything is back, so is every tender, cash rounding included.
    """
    refund_minor = sum(line.refund_minor for line in returned)
    back_milli = {line.line_number: line.quantity_milli for line in returned}
    everything = all(left == back_milli.get(number, 0) for number, left in refundable_milli(sale, history).items())
    whole_minor = sum(line.net_minor + line.fees_minor for line in sale.lines)
    back_minor = history.goods_minor + sum(line.net_minor + line.fees_minor for line in returned)
    ordered = sorted(sale.tenders, key=lambda tender: REFUND_ORDER.index(tender.tender_type))
    points = {tender.tender_id: 0 for tender in ordered}
    amounts = {tender.tender_id: 0 for tender in ordered}
    open_minor = {tender.tender_id: max(0, tender.amount_minor - history.refunded_to(tender)) for tender in ordered}
    for tender in ordered:
        if tender.points:
            target = (
                tender.points if everything else tender.points * min(back_minor, whole_minor) // max(1, whole_minor)
            )
            points[tender.tender_id] = max(0, target - history.points_restored_to(tender))
            amounts[tender.tender_id] = min(terms.value_minor(points[tender.tender_id]), open_minor[tender.tender_id])
    left_minor = max(0, refund_minor - sum(amounts.values()))
    others = [tender.tender_id for tender in ordered if not tender.points] or [t.tender_id for t in ordered]
    if everything:
        kept_minor = history.kept_back_minor + sum(line.paid_minor - line.refund_minor for line in returned)
        kept_minor += history.fees_kept_minor + sum(line.fees_kept_minor for line in returned)
        amounts = _less(open_minor, [tender.tender_id for tender in reversed(ordered)], kept_minor)
    else:
        # A cent that a point cannot pay falls to the points when nothing else had paid.
        room = [open_minor[name] - amounts[name] for name in others]
        for name, part in zip(others, allocate(min(left_minor, sum(room)), room), strict=True):
            amounts[name] += part
        if rules is not None:
            for tender in ordered:
                if _goes_back_as(tender) is TenderType.CASH:
                    name = tender.tender_id
                    coins = round_to_step(amounts[name], rules.cash_step_minor, rules.rounding)
                    amounts[name] = min(coins, open_minor[name])
    return [
        Refund(_goes_back_as(tender), amounts[name], points[name], name, tender.reference, _refunded_as(tender))
        for tender in ordered
        if amounts[name := tender.tender_id] or points[name]
    ]


def _less(amounts: Mapping[str, int], names: Sequence[str], kept_minor: int) -> dict[str, int]:
    """Amounts without what the store keeps, taken from the first names first."""
    left, kept = dict(amounts), kept_minor
    for name in names:
        taken = min(kept, left[name])
        left[name] -= taken
        kept -= taken
    return left


def _goes_back_as(tender: Tender) -> TenderType:
    """A deposit that paid a part of the sale goes back in cash, credit of an exchange as what it had been."""
    if tender.tender_type is TenderType.EXCHANGE:
        return TenderType(tender.reference)
    return TenderType.CASH if tender.tender_type is TenderType.DEPOSIT else tender.tender_type


def _refunded_as(tender: Tender) -> str:
    """Foreign cash goes back in the store's own currency."""
    return "" if tender.currency_code else tender.definition_id


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
