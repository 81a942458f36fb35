"""What stands on a receipt. Every amount printed adds up to the total printed below it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.member import MemberAccount
from pos_app.domain.pricing import TAX_EXEMPTION
from pos_app.domain.receipt_code import ReceiptFacts, gift_code, printed_form, qr_text
from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Logo,
    Pair,
    QrCode,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)
from pos_app.domain.receipt_texts import ReceiptTexts, receipt_texts
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine
from pos_app.domain.returns import ReturnTransaction
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxLine, TaxRate
from pos_app.domain.tenders import Tender, TenderType
from pos_app.ports import Formatter
from pos_app.services.receipt_rewards import rewards_block

NARROW_COLUMNS = 40
"""On less, the date and the bare number share a line."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What makes a receipt checkable: the facts, the short code over them and the till's signature (may be empty)."""

    facts: ReceiptFacts
    code: str
    signature: bytes = b""


def compose_sale_receipt(
    sale: RetailTransaction,
    profile: StoreProfile,
    formatter: Formatter,
    terms: ProgrammeTerms,
    account: MemberAccount | None,
    seal: Seal | None = None,
) -> ReceiptDocument:
    """The customer's receipt of a sale; the seal is the code it can be checked by."""
    template = profile.receipt
    texts = receipt_texts(template.language)
    blocks: list[Block] = [*receipt_head(sale, profile, formatter)]
    for line in sale.lines:
        if not line.voided:
            blocks += _line(line, formatter, texts)
    blocks.append(Rule())
    blocks += _totals(sale, profile, formatter, texts)
    blocks += _payment(sale, formatter, texts, show_savings=template.show_savings)
    if sale.member is not None and template.show_rewards:
        blocks += rewards_block(sale, formatter, terms, account, texts)
    blocks.append(Feed())
    blocks += [Text(text, Align.CENTRE) for text in profile.receipt_footer]
    if template.show_barcode:
        blocks += [Feed(), Barcode(sale.header.receipt_number)]
    blocks += seal_blocks(seal, profile)
    return ReceiptDocument(f"Sale {sale.header.receipt_number}", (*blocks, Cut()))


def compose_gift_receipt(
    sale: RetailTransaction, profile: StoreProfile, formatter: Formatter, line_numbers: Collection[int] = ()
) -> ReceiptDocument:
    """What goes with a present: the goods without prices, all of them or those of some lines.

    Its barcode names the sale and says that it is a gift: who brings it back gets store credit, not the buyer's money.
    """
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [*receipt_head(sale, profile, formatter)]
    blocks += [Text(texts("gift_receipt"), Align.CENTRE, Size.DOUBLE, bold=True), Feed()]
    for line in sale.lines:
        if not line.voided and (not line_numbers or line.line_number in line_numbers):
            quantity = (
                "" if line.quantity_milli == QUANTITY_SCALE else f"{quantity_text(line.quantity_milli, texts)} x "
            )
            blocks.append(Text(f"{quantity}{line.name}"))
    blocks += [Rule(), Text(texts("gift_terms"), Align.CENTRE), Feed()]
    blocks += [Barcode(gift_code(sale.header.receipt_number)), Cut()]
    return ReceiptDocument(f"Gift receipt {sale.header.receipt_number}", tuple(blocks))


def tender_name(tender_type: TenderType, texts: ReceiptTexts) -> str:
    """What a kind of tender is called on paper."""
    return texts(f"tender_{tender_type.value}")


def receipt_head(
    sale: RetailTransaction | ReturnTransaction, profile: StoreProfile, formatter: Formatter
) -> list[Block]:
    """The store, the moment, the number and who served: the head of every receipt."""
    texts = receipt_texts(profile.receipt.language)
    receipt_number = sale.header.receipt_number
    narrow = profile.receipt_columns < NARROW_COLUMNS
    number = receipt_number if narrow else texts("number", number=receipt_number)
    blocks: list[Block] = [Logo(profile.store_name)]
    blocks += [Text(line, Align.CENTRE) for line in (*profile.head_lines, *profile.receipt.header)]
    blocks += [
        Feed(),
        Pair(formatter.date_time(datetime.fromisoformat(sale.ended_at)), number),
        Pair(
            texts("till", till=sale.header.workstation_id),
            texts("served_by", operator=sale.header.operator_id),
        ),
        Rule(),
    ]
    return blocks


def _line(line: SaleLine, formatter: Formatter, texts: ReceiptTexts) -> list[Block]:
    blocks: list[Block] = [Pair(line.name, formatter.amount(line.gross_minor))]
    if line.quantity_milli != QUANTITY_SCALE:
        quantity = quantity_text(line.quantity_milli, texts)
        blocks.append(Text(f"  {texts('each', quantity=quantity, price=formatter.amount(line.unit_price_minor))}"))
    if line.former_price_minor is not None and line.former_price_minor > line.unit_price_minor:
        blocks.append(Text(f"  {texts('price_before', price=formatter.amount(line.former_price_minor))}"))
    if line.serial_number:
        blocks.append(Text(f"  {texts('serial_number', number=line.serial_number)}"))
    for promotion in line.promotions:
        blocks.append(Pair(promotion.name, formatter.amount(-promotion.reduction_minor), indent=2))
    by_hand_minor = line.discount_minor - sum(promotion.reduction_minor for promotion in line.promotions)
    if by_hand_minor:
        blocks.append(Pair(texts("discount"), formatter.amount(-by_hand_minor), indent=2))
    blocks += [Pair(fee.name, formatter.amount(fee.amount_minor), indent=2) for fee in line.fees if fee.amount_minor]
    blocks += [Text(f"  {texts('tax_relief', relief=name)}") for name in line.tax_reliefs]
    return blocks


def quantity_text(quantity_milli: int, texts: ReceiptTexts) -> str:
    """A quantity in pieces or in weight."""
    whole, part = divmod(quantity_milli, QUANTITY_SCALE)
    return f"{whole}{texts('decimal_sign')}{part:03d}".rstrip("0") if part else str(whole)


def _totals(sale: RetailTransaction, profile: StoreProfile, formatter: Formatter, texts: ReceiptTexts) -> list[Block]:
    rates = {rate.tax_id: rate for rate in profile.tax_rates}
    blocks: list[Block] = []
    if sale.fees_minor or sale.taxes:
        blocks.append(Pair(texts("goods"), formatter.amount(sale.subtotal_minor - sale.discount_minor)))
    if sale.fees_minor:
        blocks.append(Pair(texts("fees"), formatter.amount(sale.fees_minor)))
    for tax in sale.taxes:
        name = _tax_name(tax, rates.get(tax.tax_id), texts)
        if not tax.tax_minor:
            continue  # nothing is said of a tax that costs nothing
        if tax.included:
            blocks.append(Text(texts("tax_included", tax=name, amount=formatter.amount(tax.tax_minor))))
        else:
            blocks.append(Pair(name, formatter.amount(tax.tax_minor)))
    if sale.tax_certificate:
        blocks.append(Text(texts("tax_exempt", certificate=sale.tax_certificate)))
        names = {tax.tax_id: tax.name or tax.tax_id for tax in sale.taxes}
        blocks += [Text(f"  {names[tax_id]}") for tax_id in sale.exempt_tax_ids if tax_id in names]
    blocks.append(Pair(texts("total"), formatter.money(sale.total_minor), bold=True, size=Size.DOUBLE))
    return blocks


def _tax_name(tax: TaxLine, rate: TaxRate | None, texts: ReceiptTexts) -> str:
    whole, part = divmod(tax.rate_micro, 10_000)
    percent = f"{whole}{texts('decimal_sign')}{part:04d}".rstrip("0") if part else str(whole)
    return f"{tax.name or (rate.name if rate else '') or tax.tax_id} {percent}%"


def _payment(sale: RetailTransaction, formatter: Formatter, texts: ReceiptTexts, *, show_savings: bool) -> list[Block]:
    blocks: list[Block] = []
    for tender in sale.tenders:
        if tender.tendered_minor:
            blocks.append(_tender(tender, formatter, texts))
            blocks += [Text(f"  {words}") for words in _details(tender)]
    if sale.cash_rounding_minor:
        blocks.append(Pair(texts("cash_rounding"), formatter.amount(sale.cash_rounding_minor)))
    if sale.change_minor:
        blocks.append(Pair(texts("change"), formatter.amount(sale.change_minor), bold=True))
    saved_minor = sale.discount_minor - _included_tax_relief_minor(sale)
    if saved_minor and show_savings:
        blocks.append(Text(texts("saved", amount=formatter.money(saved_minor)), Align.RIGHT))
    if sale.promo_codes:
        blocks.append(Text(texts("promo_codes", codes=", ".join(sale.promo_codes)), Align.RIGHT))
    return blocks


def _included_tax_relief_minor(sale: RetailTransaction) -> int:
    """What an exempt customer does not pay of prices that include tax: no saving, the authority's waiver."""
    return sum(
        promotion.reduction_minor
        for line in sale.lines
        for promotion in line.promotions
        if promotion.promotion_id == TAX_EXEMPTION
    )


def _tender(tender: Tender, formatter: Formatter, texts: ReceiptTexts) -> Pair:
    name = tender_name(tender.tender_type, texts)
    if tender.tender_type is TenderType.POINTS:
        name = f"{name} ({formatter.points(tender.points)})"
    elif tender.description:
        name = tender.description
    return Pair(name, formatter.amount(tender.tendered_minor))


def _details(tender: Tender) -> list[str]:
    """What a customer needs of a tender later: the rate of foreign cash, the reference of a store's own tender."""
    if tender.currency_code:
        return [tender.rate]
    return [tender.reference] if tender.definition_id and tender.reference else []


def seal_blocks(seal: Seal | None, profile: StoreProfile) -> list[Block]:
    """The QR code and the check code, where the store prints them."""
    if seal is None or not profile.receipt.show_check_code:
        return []
    code = receipt_texts(profile.receipt.language)("check", code=printed_form(seal.code))
    qr_code = qr_text(seal.facts, seal.code, seal.signature, profile.receipt.check_url)
    return [Feed(), QrCode(qr_code), Text(code, Align.CENTRE)]
