"""What a paid sale does to orders, in the sale's own commit: one is placed, or a special order is completed."""

from dataclasses import replace

from pos_app.domain.orders import Order, OrderKind, OrderLine, OrderState, is_deposit
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.ports import OpenTransaction, UnitOfWork


def placed_order(sale: OpenTransaction, transaction: RetailTransaction) -> Order | None:
    """The order that this sale or deposit makes, or None: what was planned may have been taken back since."""
    draft = sale.order
    if draft is None:
        return None
    if draft.kind is OrderKind.SPECIAL:
        if not is_deposit(sale.basket) or draft.goods is None:
            return None
        lines = [(line.line_number, line.item.name, line.quantity_milli) for line in draft.goods.lines]
    else:
        lines = [(line.line_number, line.name, line.quantity_milli) for line in transaction.lines if line.to_ship]
    if not lines:
        return None
    member = sale.basket.member
    return Order(
        number=transaction.header.receipt_number,
        kind=draft.kind,
        state=OrderState.OPEN,
        placed_at=transaction.ended_at,
        lines=tuple(OrderLine(*line) for line in lines),
        member_id=member.member_id if member else "",
        transaction_id=transaction.header.transaction_id,
        goods=draft.goods if draft.kind is OrderKind.SPECIAL else None,
        expected_total_minor=draft.expected_total_minor,
        deposit=transaction.tenders if draft.kind is OrderKind.SPECIAL else (),
    )


def record_orders(work: UnitOfWork, sale: OpenTransaction, placed: Order | None) -> None:
    """Put into the sale's commit what it does to orders. Whom an order is for goes beside the journal, not into it."""
    if placed is not None and sale.order is not None:
        if placed.kind is not OrderKind.SPECIAL:
            work.append("order_placed", _payload(placed, sale) | {"kind": placed.kind.value})
        work.save_order(placed, sale.order.contact)
    if sale.completes is not None:
        work.append("order_completed", _payload(sale.completes, sale) | {"transaction_id": sale.header.transaction_id})
        work.save_order(replace(sale.completes, state=OrderState.DONE))


def _payload(order: Order, sale: OpenTransaction) -> dict[str, object]:
    return {
        "order_number": order.number,
        "operator_id": sale.header.operator_id,
        "line_numbers": [line.line_number for line in order.lines],
    }
