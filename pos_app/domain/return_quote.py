"""What goods that come back give: amounts and points of each line, and the refund over the sale's tenders.

Everything is counted cumulatively over all returns of a sale, so that parts never drift: after the last piece has come
back, exactly what was paid and earned has come back. Rules: rewards programme, Returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.pricing import PricingRules
from pos_app.domain.retail_transaction import LineTax, RetailTransaction, SaleLine
from pos_app.domain.returns import (
    REFUND_ORDER,
    Refund,
    ReturnedLine,
    ReturnError,
    ReturnHistory,
    ReturnQuote,
    ReturnRequest,
    refundable_milli,
)
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.rounding import Rounding, allocate, divide, round_to_step
from pos_app.domain.tenders import Tender, TenderType


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
