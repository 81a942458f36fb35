"""What stands on a receipt. Every amount printed adds up to the total printed below it."""

from datetime import datetime

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.member import MemberAccount
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.pricing import TAX_EXEMPTION
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.returns import ReturnTransaction
from pos_app.domain.rewards import PointsTaxTreatment, ProgrammeTerms
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxLine, TaxRate
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import Formatter

_TENDER_NAMES = {
    TenderType.POINTS: "Points",
    TenderType.CASH: "Cash",
    TenderType.CARD: "Card",
    TenderType.GIFT_CARD: "Gift card",
}


def compose_sale_receipt(
    sale: RetailTransaction,
    profile: StoreProfile,
    formatter: Formatter,
    terms: ProgrammeTerms,
    account: MemberAccount | None,
) -> ReceiptDocument:
    """The customer's receipt of a sale."""
    blocks: list[Block] = [*_head(sale, profile, formatter)]
    for line in sale.lines:
        if not line.voided:
            blocks += _line(line, formatter)
    blocks.append(Rule())
    blocks += _totals(sale, profile, formatter)
    blocks += _payment(sale, formatter)
    if sale.member is not None:
        blocks += _rewards(sale, formatter, terms, account)
    blocks.append(Feed())
    blocks += [Text(text, Align.CENTRE) for text in profile.receipt_footer]
    blocks += [Feed(), Barcode(sale.header.receipt_number), Cut()]
    return ReceiptDocument(f"Sale {sale.header.receipt_number}", tuple(blocks))


def compose_return_receipt(
    returned: ReturnTransaction, profile: StoreProfile, formatter: Formatter, *, provisional: bool = False
) -> ReceiptDocument:
    """The customer's receipt for goods taken back or a sale reversed; provisional: its points are not known yet."""
    title = "SALE VOIDED" if returned.post_void else "RETURN"
    blocks: list[Block] = [*_head(returned, profile, formatter), Text(title, Align.CENTRE, bold=True)]
    blocks += [Text(f"Of receipt {returned.original_receipt_number}"), Text(f"Reason: {returned.reason}"), Rule()]
    for line in returned.lines:
        quantity = "" if line.quantity_milli == QUANTITY_SCALE else f"{_quantity(line.quantity_milli)} x "
        blocks.append(Pair(f"{quantity}{line.name}", formatter.amount(-line.net_minor)))
    blocks.append(Rule())
    for name, amount in (
        ("Fees", sum(line.fees_minor for line in returned.lines)),
        ("Tax", sum(line.tax_minor for line in returned.lines)),
    ):
        if amount:
            blocks.append(Pair(name, formatter.amount(-amount)))
    blocks.append(Pair("REFUND", formatter.money(-returned.total_minor), bold=True, size=Size.DOUBLE))
    for refund in returned.refunds:
        name = _TENDER_NAMES[refund.tender_type]
        if refund.points:
            name = f"{name} ({formatter.points(refund.points)} given back)"
        blocks.append(Pair(name, formatter.amount(-refund.amount_minor)))
    if returned.member_id or returned.contact_id:
        blocks += [
            Rule(),
            Text("REWARDS", bold=True),
            Pair("Points taken back", formatter.points(-returned.points_reversed)),
        ]
        if returned.points_restored:
            blocks.append(Pair("Points given back", formatter.points(returned.points_restored)))
    if provisional:
        blocks += [
            Rule(),
            Text("The rewards service takes back the points that these goods had earned."),
        ]
    blocks += [Feed(), Text("Customer's signature", Align.LEFT), Feed(2), Rule()]
    blocks += [Barcode(returned.header.receipt_number), Cut()]
    return ReceiptDocument(f"{title.capitalize()} {returned.header.receipt_number}", tuple(blocks))


def _head(sale: RetailTransaction | ReturnTransaction, profile: StoreProfile, formatter: Formatter) -> list[Block]:
    blocks: list[Block] = [Logo(profile.store_name)]
    blocks += [Text(line, Align.CENTRE) for line in profile.address_lines]
    blocks += [
        Feed(),
        Pair(formatter.date_time(datetime.fromisoformat(sale.ended_at)), f"No. {sale.header.receipt_number}"),
        Pair(f"Till {sale.header.workstation_id}", f"Served by {sale.header.operator_id}"),
        Rule(),
    ]
    return blocks


def _line(line: SaleLine, formatter: Formatter) -> list[Block]:
    blocks: list[Block] = [Pair(line.name, formatter.amount(line.gross_minor))]
    if line.quantity_milli != QUANTITY_SCALE:
        blocks.append(Text(f"  {_quantity(line.quantity_milli)} x {formatter.amount(line.unit_price_minor)}"))
    for promotion in line.promotions:
        blocks.append(Pair(promotion.name, formatter.amount(-promotion.reduction_minor), indent=2))
    by_hand_minor = line.discount_minor - sum(promotion.reduction_minor for promotion in line.promotions)
    if by_hand_minor:
        blocks.append(Pair("Discount", formatter.amount(-by_hand_minor), indent=2))
    return blocks


def _quantity(quantity_milli: int) -> str:
    whole, part = divmod(quantity_milli, QUANTITY_SCALE)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".") if part else str(whole)


def _totals(sale: RetailTransaction, profile: StoreProfile, formatter: Formatter) -> list[Block]:
    rates = {rate.tax_id: rate for rate in profile.tax_rates}
    blocks: list[Block] = []
    if sale.fees_minor or sale.taxes:
        blocks.append(Pair("Goods and services", formatter.amount(sale.subtotal_minor - sale.discount_minor)))
    if sale.fees_minor:
        blocks.append(Pair("Fees", formatter.amount(sale.fees_minor)))
    for tax in sale.taxes if not sale.tax_certificate else ():
        name = _tax_name(tax, rates.get(tax.tax_id))
        if tax.included:
            blocks.append(Text(f"{name} included: {formatter.amount(tax.tax_minor)}"))
        else:
            blocks.append(Pair(name, formatter.amount(tax.tax_minor)))
    if sale.tax_certificate:
        blocks.append(Text(f"Tax exempt, certificate {sale.tax_certificate}"))
    blocks.append(Pair("TOTAL", formatter.money(sale.total_minor), bold=True, size=Size.DOUBLE))
    return blocks


def _tax_name(tax: TaxLine, rate: TaxRate | None) -> str:
    percent = f"{tax.rate_micro // 10_000}.{tax.rate_micro % 10_000:04d}".rstrip("0").rstrip(".")
    return f"{(rate.name if rate else '') or tax.tax_id} {percent}%"


def _payment(sale: RetailTransaction, formatter: Formatter) -> list[Block]:
    blocks: list[Block] = [_tender(tender, formatter) for tender in sale.tenders if tender.tendered_minor]
    if sale.cash_rounding_minor:
        blocks.append(Pair("Cash rounding", formatter.amount(sale.cash_rounding_minor)))
    if sale.change_minor:
        blocks.append(Pair("Change", formatter.amount(sale.change_minor), bold=True))
    if saved_minor := sale.discount_minor - _included_tax_relief_minor(sale):
        blocks.append(Text(f"You saved {formatter.money(saved_minor)}", Align.RIGHT))
    if sale.promo_codes:
        blocks.append(Text(f"Promo codes: {', '.join(sale.promo_codes)}", Align.RIGHT))
    return blocks


def _included_tax_relief_minor(sale: RetailTransaction) -> int:
    """What an exempt customer does not pay of prices that include tax: no saving, the authority's waiver."""
    return sum(
        promotion.reduction_minor
        for line in sale.lines
        for promotion in line.promotions
        if promotion.promotion_id == TAX_EXEMPTION
    )


def _tender(tender: Tender, formatter: Formatter) -> Pair:
    name = _TENDER_NAMES[tender.tender_type]
    if tender.tender_type is TenderType.POINTS:
        name = f"{name} ({formatter.points(tender.points)})"
    elif tender.description:
        name = tender.description
    return Pair(name, formatter.amount(tender.tendered_minor))


def _rewards(
    sale: RetailTransaction, formatter: Formatter, terms: ProgrammeTerms, account: MemberAccount | None
) -> list[Block]:
    """The member block: what was earned and why, what was used, and the balance with its age."""
    assert sale.member is not None
    earned, used = sale.earned, sale.points_used
    blocks: list[Block] = [Rule(), Text("REWARDS", bold=True), Text(f"Member {sale.member.masked_email}".strip())]
    if used:
        how = "discount" if terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT else "payment"
        blocks.append(Pair(f"Points used ({how})", formatter.points(-used)))
    blocks.append(Pair("Points earned", formatter.points(earned.points), bold=True))
    if earned.bonus_points:
        blocks.append(Pair("Base points", formatter.points(earned.base_points), indent=2))
        names = {offer.offer_id: offer.name or offer.offer_id for offer in terms.offers}
        for offer in earned.offers:
            name = names.get(offer.offer_id, offer.offer_id)
            times = f" ({offer.multiplier}x)" if offer.multiplier > 1 else ""
            blocks.append(Pair(name + times, f"+{formatter.points(offer.points)}", indent=2))
    if any(tender.reference.startswith(OFFLINE_REFERENCE) for tender in sale.tenders):
        blocks.append(Text("Points used offline. The balance follows when this sale reaches the rewards service."))
    elif account is not None and not account.remembered:
        blocks.append(Pair("Balance after this sale", formatter.points(account.balance_points - used + earned.points)))
    else:
        if account is not None:
            as_of = formatter.date_time(datetime.fromisoformat(account.as_of))
            blocks.append(Pair(f"Balance on {as_of}", formatter.points(account.balance_points)))
        blocks.append(Text("Points are pending until this sale reaches the rewards service."))
    return blocks
