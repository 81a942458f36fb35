"""Goods taken back by what the receipt's paper says, while nobody can be asked who knows the sale.

The money is priced as a sale of the same goods at the price paid would be. Points that the goods had earned are
nobody's to compute here: the central service takes them from its own record of the sale.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pos_app.domain.basket import Basket, BasketError, EntryMethod
from pos_app.domain.item import Item
from pos_app.domain.pricing import PricingRules, price
from pos_app.domain.retail_transaction import LineTax, RetailTransaction, SaleLine, sale_lines
from pos_app.domain.return_policy import Condition
from pos_app.domain.returns import (
    REFUND_ORDER,
    Refund,
    ReturnedLine,
    ReturnError,
    ReturnHistory,
    ReturnQuote,
    ReturnTransaction,
)
from pos_app.domain.rewards import EarnedPoints, ProgrammeTerms
from pos_app.domain.rounding import round_to_step
from pos_app.domain.tenders import TenderType


@dataclass(frozen=True, slots=True)
class PaperLine:
    """Goods in hand and the price paid for one, after discounts, as printed; line_number is 0 when it is not known."""

    code: str
    quantity_milli: int
    unit_price_minor: int
    line_number: int = 0
    condition: Condition = Condition.SEALED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """A receipt of another till, as the associate reads it: its number, what comes back, and the points that paid.

    The points are asked for each time: the service gives their share back by its own record, so it must not go out in
    cash as well. goods_minor is the printed sum of goods, services and fees, needed only where points had paid.
    """

    receipt_number: str
    lines: tuple[PaperLine, ...]
    points_paid: int
    goods_minor: int = 0


def quote_paper(
    receipt: PaperReceipt,
    items: Sequence[Item],
    rules: PricingRules,
    terms: ProgrammeTerms,
    day: date | None = None,
) -> ReturnQuote:
    """What these goods give back: their share of the points that had paid, the rest in cash.

    items are those of the lines, in the same order. Raises ReturnError for what no receipt can say.
    """
    if not receipt.lines:
        raise ReturnError("Scan what comes back.")
    basket = Basket()
    try:
        for number, (line, item) in enumerate(zip(receipt.lines, items, strict=True), 1):
            basket = basket.add(item, line.code, line.quantity_milli, EntryMethod.SCANNED, False)
            basket = basket.set_price(number, line.unit_price_minor, "as on the receipt")
    except BasketError as error:
        raise ReturnError(str(error)) from error
    sold = sale_lines(basket, price(basket, rules, day=day), EarnedPoints())
    returned = tuple(
        returned_whole(goods, line.line_number, line.condition.value, line.reason)
        for line, goods in zip(receipt.lines, sold, strict=True)
    )
    refund_minor = sum(line.refund_minor for line in returned)
    points = _points_share(receipt, sum(line.net_minor + line.fees_minor for line in returned))
    value_minor = min(terms.value_minor(points), refund_minor)
    refunds = [Refund(TenderType.POINTS, value_minor, points)] if points else []
    cash_minor = round_to_step(refund_minor - value_minor, rules.cash_step_minor, rules.rounding)
    if cash_minor:
        refunds.append(Refund(TenderType.CASH, cash_minor))
    return ReturnQuote(returned, tuple(refunds))


def returned_whole(goods: SaleLine, line_number: int, condition: str, reason: str) -> ReturnedLine:
    """A line priced for its return, coming back whole; it earned nothing that is known here."""
    return ReturnedLine(
        line_number=line_number,
        item_id=goods.item_id,
        code=goods.code,
        name=goods.name,
        quantity_milli=goods.quantity_milli,
        net_minor=goods.net_minor,
        fees_minor=goods.fees_minor,
        tax_minor=goods.tax_minor,
        included_tax_minor=goods.included_tax_minor,
        points=0,
        unit_price_minor=goods.unit_price_minor,
        gross_minor=goods.gross_minor,
        taxes=goods.taxes,
        condition=condition,
        reason=reason,
    )


def _points_share(receipt: PaperReceipt, goods_minor: int) -> int:
    """Points that had paid for these goods, in proportion to their price."""
    if receipt.points_paid < 0:
        raise ReturnError("Points cannot be below zero.")
    if not receipt.points_paid:
        return 0
    if goods_minor > receipt.goods_minor:
        raise ReturnError("The goods come to more than the receipt says. Check the prices and the sum.")
    return receipt.points_paid * goods_minor // max(1, receipt.goods_minor)


def settled(
    sale: RetailTransaction, history: ReturnHistory, returned: ReturnTransaction
) -> tuple[list[ReturnedLine], list[Refund]]:
    """A return, taken by paper or not, in terms of the sale's own lines and tenders, after what came back before.

    Goods without a line number go to the lines of their code, money without a tender to what is open of the tenders,
    cash first. More than the sale had is left out: the central service keeps it apart.
    """
    lines = [line for line in returned.lines if line.line_number]
    refunds = [refund for refund in returned.refunds if refund.original_tender_id]
    so_far = ReturnHistory(dict(history.lines), dict(history.refunds))
    so_far.add(lines, refunds)
    for line in returned.lines:
        if not line.line_number:
            lines += _lines_of_code(sale, so_far, line)
    for refund in returned.refunds:
        if not refund.original_tender_id:
            refunds += _refunds_of_tenders(sale, so_far, refund)
    return lines, refunds


def _lines_of_code(sale: RetailTransaction, so_far: ReturnHistory, wanted: ReturnedLine) -> list[ReturnedLine]:
    left_milli = wanted.quantity_milli
    found: list[ReturnedLine] = []
    for line in sale.lines:
        if line.voided or (wanted.code not in (line.code, line.item_id) and wanted.item_id != line.item_id):
            continue
        before_milli = so_far.returned_milli(line.line_number)
        quantity_milli = min(left_milli, line.quantity_milli - before_milli)
        if quantity_milli <= 0:
            continue

        def part(amount: int, done_milli: int = wanted.quantity_milli - left_milli, now: int = quantity_milli) -> int:
            whole_milli = wanted.quantity_milli
            return amount * (done_milli + now) // whole_milli - amount * done_milli // whole_milli

        found.append(
            replace(
                wanted,
                line_number=line.line_number,
                quantity_milli=quantity_milli,
                net_minor=part(wanted.net_minor),
                gross_minor=part(wanted.gross_minor),
                taxes=tuple(LineTax(tax.tax_id, part(tax.base_minor), part(tax.tax_minor)) for tax in wanted.taxes),
                fees_minor=part(wanted.fees_minor),
                tax_minor=part(wanted.tax_minor),
                included_tax_minor=part(wanted.included_tax_minor),
            )
        )
        so_far.add(found[-1:], ())
        left_milli -= quantity_milli
    return found


def _refunds_of_tenders(sale: RetailTransaction, so_far: ReturnHistory, wanted: Refund) -> list[Refund]:
    """Money given back leaves less to give back of the tenders: of its own kind first, then cash to points."""
    left_minor, left_points = wanted.amount_minor, wanted.points
    found: list[Refund] = []
    for tender in sorted(
        sale.tenders,
        key=lambda one: (one.tender_type is not wanted.tender_type, -REFUND_ORDER.index(one.tender_type)),
    ):
        open_minor = tender.amount_minor - so_far.refunded_to(tender)
        open_points = tender.points - so_far.points_restored_to(tender)
        amount_minor = min(left_minor, open_minor)
        if wanted.points:
            points = min(left_points, open_points)
        else:  # points that were paid out in money are not given back once more
            points = tender.points * amount_minor // max(1, tender.amount_minor)
        if amount_minor <= 0 and points <= 0:
            continue
        found.append(Refund(tender.tender_type, amount_minor, points, tender.tender_id, tender.reference))
        so_far.add((), found[-1:])
        left_minor -= amount_minor
        left_points -= points
    return found
