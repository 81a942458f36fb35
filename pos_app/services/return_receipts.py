"""The papers of a return, an exchange and a voided sale, and the labels that go on the goods.

Every amount printed adds up to the refund printed below it.
"""

from datetime import datetime

from pos_app.domain.receipt_document import (
    Align,
    Barcode,
    Block,
    Cut,
    Feed,
    Pair,
    ReceiptDocument,
    Rule,
    Size,
    Text,
)
from pos_app.domain.receipt_texts import ReceiptTexts, receipt_texts
from pos_app.domain.return_policy import Condition
from pos_app.domain.returns import ReturnedLine, ReturnTransaction
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter
from pos_app.services.receipts import Seal, quantity_text, receipt_head, seal_blocks, tender_name

_LABELS = {
    Condition.SEALED.value: "label_restock",
    Condition.OPENED.value: "label_opened",
    Condition.DAMAGED.value: "label_damaged",
}


def compose_return_receipt(
    returned: ReturnTransaction,
    profile: StoreProfile,
    formatter: Formatter,
    *,
    provisional: bool = False,
    seal: Seal | None = None,
) -> ReceiptDocument:
    """The customer's receipt for goods taken back or a sale reversed; provisional: its points are not known yet.

    The seal is the code it can be checked by.
    """
    texts = receipt_texts(profile.receipt.language)
    title = "Sale voided" if returned.post_void else "Return"
    blocks: list[Block] = [*receipt_head(returned, profile, formatter)]
    blocks += [Text(texts("void" if returned.post_void else "return"), Align.CENTRE, bold=True)]
    blocks += [*_origin(returned, texts), Rule(), *_goods(returned, profile, formatter, texts)]
    blocks.append(Pair(texts("refund"), formatter.money(-returned.total_minor), bold=True, size=Size.DOUBLE))
    blocks += [*_refunds(returned, formatter, texts), *_points(returned, formatter, texts)]
    if provisional:
        blocks += [Rule(), Text(texts("points_follow"))]
    blocks += [Feed(), Text(texts("signature")), Feed(2), Rule()]
    blocks += [Barcode(returned.header.receipt_number), *seal_blocks(seal, profile), Cut()]
    return ReceiptDocument(f"{title} {returned.header.receipt_number}", tuple(blocks))


def compose_return_labels(returned: ReturnTransaction, profile: StoreProfile, formatter: Formatter) -> ReceiptDocument:
    """One label for each article: where it goes, and a barcode that sells it again."""
    texts = receipt_texts(profile.receipt.language)
    when = texts("returned_on", when=formatter.date_time(datetime.fromisoformat(returned.ended_at)))
    blocks: list[Block] = []
    for line in returned.lines:
        blocks += [
            Text(texts(_LABELS.get(line.condition, "label_damaged")), Align.CENTRE, bold=True),
            Text(f"{_quantity(line, texts)}{line.name}", Align.CENTRE),
        ]
        if line.serial_number:
            blocks.append(Text(line.serial_number, Align.CENTRE))
        blocks += [Text(f"{when} · {line.reason or returned.reason}", Align.CENTRE)]
        blocks += [Barcode(line.code), Cut()]
    return ReceiptDocument(f"Labels of return {returned.header.receipt_number}", tuple(blocks))


def exchange_blocks(returned: ReturnTransaction, profile: StoreProfile, formatter: Formatter) -> list[Block]:
    """The goods that came back, as a part of the receipt of the sale they were exchanged in."""
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [Text(texts("exchange_goods"), bold=True), *_origin(returned, texts)]
    blocks += _goods(returned, profile, formatter, texts)
    blocks.append(Pair(texts("credit"), formatter.amount(-returned.total_minor), bold=True))
    blocks += [*_refunds(returned, formatter, texts), *_points(returned, formatter, texts), Rule()]
    return blocks


def _origin(returned: ReturnTransaction, texts: ReceiptTexts) -> list[Block]:
    number, who = returned.original_receipt_number, returned.identification
    blocks: list[Block] = [Text(texts("of_receipt", number=number) if number else texts("without_receipt"))]
    if who is not None:
        blocks.append(Text(texts("identified", kind=who.kind, last_four=who.last_four)))
    blocks.append(Text(texts("reason", reason=returned.reason)))
    if returned.approver_id:
        blocks.append(Text(texts("approved_by", operator=returned.approver_id)))
    return blocks


def _goods(
    returned: ReturnTransaction, profile: StoreProfile, formatter: Formatter, texts: ReceiptTexts
) -> list[Block]:
    blocks: list[Block] = []
    for line in returned.lines:
        blocks.append(Pair(f"{_quantity(line, texts)}{line.name}", formatter.amount(-line.net_minor)))
        details = [line.serial_number] if line.serial_number else []
        if line.condition in (Condition.OPENED, Condition.DAMAGED):
            details.append(texts(f"condition_{line.condition}"))
        if details:
            blocks.append(Text("  " + ", ".join(details)))
    blocks.append(Rule())
    loss_minor = returned.promotion_loss_minor
    for name, amount in (
        (texts("fees"), -sum(line.fees_minor for line in returned.lines)),
        *_taxes(returned, profile, texts),
        (texts("restocking_fee"), returned.restocking_fee_minor),
        (texts("promotion_loss" if loss_minor > 0 else "promotion_gain"), loss_minor),
    ):
        if amount:
            blocks.append(Pair(name, formatter.amount(amount)))
    if kept_minor := sum(line.fees_kept_minor for line in returned.lines):
        blocks.append(Text(texts("fees_kept", amount=formatter.amount(kept_minor))))
    return blocks


def _taxes(returned: ReturnTransaction, profile: StoreProfile, texts: ReceiptTexts) -> list[tuple[str, int]]:
    """Each tax that was added and comes back, in the order of the store's; in one where a line does not say which."""
    whole_minor = -sum(line.tax_minor for line in returned.lines)
    added = {rate.tax_id: rate.name or rate.tax_id for rate in profile.tax_rates if not rate.included}
    amounts = [
        (name, -sum(tax.tax_minor for line in returned.lines for tax in line.taxes if tax.tax_id == tax_id))
        for tax_id, name in added.items()
    ]
    return amounts if sum(amount for _, amount in amounts) == whole_minor else [(texts("tax"), whole_minor)]


def _refunds(returned: ReturnTransaction, formatter: Formatter, texts: ReceiptTexts) -> list[Block]:
    blocks: list[Block] = []
    for refund in returned.refunds:
        name = tender_name(refund.tender_type, texts)
        if refund.points:
            name = f"{name} ({texts('points_given_back', points=formatter.points(refund.points))})"
        blocks.append(Pair(name, formatter.amount(-refund.amount_minor)))
    return blocks


def _points(returned: ReturnTransaction, formatter: Formatter, texts: ReceiptTexts) -> list[Block]:
    if not (returned.member_id or returned.contact_id):
        return []
    blocks: list[Block] = [
        Rule(),
        Text(texts("rewards"), bold=True),
        Pair(texts("points_taken_back"), formatter.points(-returned.points_reversed)),
    ]
    if returned.points_restored:
        blocks.append(Pair(texts("points_restored"), formatter.points(returned.points_restored)))
    return blocks


def _quantity(line: ReturnedLine, texts: ReceiptTexts) -> str:
    return "" if line.quantity_milli == 1000 else f"{quantity_text(line.quantity_milli, texts)} x "
