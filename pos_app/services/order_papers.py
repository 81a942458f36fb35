"""Papers of orders that leave later: the deposit's receipt, the slip the customer comes back with, the packing slip."""

from collections.abc import Sequence
from datetime import datetime

from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.orders import Order, OrderContact, order_code
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
from pos_app.domain.receipt_texts import ReceiptTexts, receipt_texts
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader
from pos_app.domain.returns import Refund
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter


def compose_deposit_receipt(
    order: Order, deposit: RetailTransaction, profile: StoreProfile, formatter: Formatter
) -> ReceiptDocument:
    """The receipt of a deposit: what was ordered, what was paid now and what is left. It is no receipt of a sale."""
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [*_head(deposit.header, deposit.ended_at, profile, formatter)]
    blocks += [Text(texts("order_special"), Align.CENTRE, Size.DOUBLE, bold=True), *_goods(order, texts), Rule()]
    blocks += [
        Pair(texts("order_total"), formatter.amount(order.expected_total_minor)),
        Pair(texts("deposit_paid"), formatter.money(order.deposit_minor), bold=True, size=Size.DOUBLE),
        Pair(texts("order_left"), formatter.amount(order.expected_total_minor - order.deposit_minor)),
    ]
    for tender in deposit.tenders:
        name = tender.description or texts(f"tender_{tender.tender_type.value}")
        blocks.append(Pair(name, formatter.amount(tender.tendered_minor)))
    if deposit.change_minor:
        blocks.append(Pair(texts("change"), formatter.amount(deposit.change_minor), bold=True))
    kept_minor = profile.orders.kept_minor(order.deposit_minor, profile.rounding)
    if kept_minor:
        blocks.append(Text(texts("deposit_kept_if", amount=formatter.money(kept_minor))))
    blocks += [Feed(), Text(texts("deposit_points"), Align.CENTRE)]
    blocks += [Feed(), Barcode(order_code(order.number)), Cut()]
    return ReceiptDocument(f"Deposit {order.number}", tuple(blocks))


def compose_order_slip(order: Order, profile: StoreProfile, formatter: Formatter) -> ReceiptDocument:
    """What the customer comes back with, or keeps until the goods arrive; beside the receipt."""
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [
        Logo(profile.store_name),
        Text(texts(f"order_{order.kind.value}"), Align.CENTRE, Size.DOUBLE, bold=True),
        Pair(
            texts("order_number", number=order.number),
            formatter.date_time(datetime.fromisoformat(order.placed_at)),
        ),
        *_goods(order, texts),
        Rule(),
        Text(texts(f"order_next_{order.kind.value}"), Align.CENTRE),
        Feed(),
        Barcode(order_code(order.number)),
        Cut(),
    ]
    return ReceiptDocument(f"Order {order.number}", tuple(blocks))


def compose_packing_slip(
    order: Order, contact: OrderContact, profile: StoreProfile, formatter: Formatter
) -> ReceiptDocument:
    """What goes with the goods: whom they are for and what is in the parcel, without prices."""
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [Logo(profile.store_name), Text(texts("packing_slip"), Align.CENTRE, bold=True), Feed()]
    blocks += [Text(line, bold=True) for line in contact.on_paper]
    if contact.phone:
        blocks.append(Text(contact.phone))
    blocks += [
        Feed(),
        Pair(
            texts("order_number", number=order.number),
            formatter.date_time(datetime.fromisoformat(order.placed_at)),
        ),
        *_goods(order, texts),
        Feed(),
        Barcode(order_code(order.number)),
        Cut(),
    ]
    return ReceiptDocument(f"Packing slip {order.number}", tuple(blocks))


def compose_deposit_back(
    header: TransactionHeader,
    order_number: str,
    refunds: Sequence[Refund],
    kept_minor: int,
    profile: StoreProfile,
    formatter: Formatter,
) -> ReceiptDocument:
    """The receipt of a deposit that was given back."""
    texts = receipt_texts(profile.receipt.language)
    blocks: list[Block] = [*_head(header, header.began_at, profile, formatter)]
    blocks += [Text(texts("order_cancelled"), Align.CENTRE, bold=True)]
    blocks += [Text(texts("order_number", number=order_number)), Rule()]
    if kept_minor:
        blocks.append(Pair(texts("deposit_kept"), formatter.amount(kept_minor)))
    total_minor = sum(refund.amount_minor for refund in refunds)
    blocks.append(Pair(texts("deposit_back"), formatter.money(-total_minor), bold=True, size=Size.DOUBLE))
    for refund in refunds:
        blocks.append(Pair(texts(f"tender_{refund.tender_type.value}"), formatter.amount(-refund.amount_minor)))
    blocks += [Feed(), Text(texts("signature")), Feed(2), Rule(), Barcode(header.receipt_number), Cut()]
    return ReceiptDocument(f"Deposit back {header.receipt_number}", tuple(blocks))


def _head(header: TransactionHeader, at: str, profile: StoreProfile, formatter: Formatter) -> list[Block]:
    texts = receipt_texts(profile.receipt.language)
    return [
        Logo(profile.store_name),
        *(Text(line, Align.CENTRE) for line in profile.head_lines),
        Feed(),
        Pair(formatter.date_time(datetime.fromisoformat(at)), texts("number", number=header.receipt_number)),
        Pair(texts("till", till=header.workstation_id), texts("served_by", operator=header.operator_id)),
        Rule(),
    ]


def _goods(order: Order, texts: ReceiptTexts) -> list[Block]:
    found: list[Block] = []
    for line in order.lines:
        whole, part = divmod(line.quantity_milli, QUANTITY_SCALE)
        quantity = f"{whole}{texts('decimal_sign')}{part:03d}".rstrip("0") if part else str(whole)
        found.append(Text(f"{quantity} x {line.name}"))
    return found
