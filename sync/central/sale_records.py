"""Sales and what came back of them, found by the number on the receipt; and lists of what somebody should look at."""

from dataclasses import dataclass
from datetime import datetime

from msgspec import Raw
from sqlalchemy import Connection, func, select, tuple_

from sync import contract
from sync.central import tables
from sync.central.backoffice import tables as office_tables
from sync.central.moments import stored
from sync.central.sold_lines import RETURN_KINDS


@dataclass(frozen=True, slots=True)
class Surplus:
    """Goods that came back beyond what was sold. line_number is 0 when only their code was known."""

    receipt_number: str
    store_id: str
    line_number: int
    code: str
    quantity_milli: int
    received_at: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A return or shipment whose sale has not come in. sale is its transaction id, or the receipt's number."""

    kind: str
    sale: str
    store_id: str
    received_at: str


def find(connection: Connection, receipt_number: str) -> contract.SaleAnswer:
    """The sale of a receipt number, of whatever store, with all that came back of it at any till."""
    sale, key, event, fact = tables.sale, tables.event_key, tables.event, tables.sale_fact
    decision = office_tables.decision  # a sale that came out of quarantine counts as it was applied
    row = connection.execute(
        select(sale.c.transaction_id, func.coalesce(decision.c.payload, event.c.payload).label("payload"))
        .join(key, key.c.event_id == sale.c.event_id)
        .join(
            event,
            tuple_(event.c.terminal_id, event.c.incarnation, event.c.sequence)
            == tuple_(key.c.terminal_id, key.c.incarnation, key.c.sequence),
        )
        .outerjoin(decision, decision.c.event_id == sale.c.event_id)
        .where(sale.c.receipt_number == receipt_number.strip())
        .order_by(sale.c.ended_at.desc(), sale.c.transaction_id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return contract.SaleAnswer(found=None)
    returns = connection.execute(
        select(fact.c.payload)
        .where(fact.c.transaction_id == row.transaction_id, fact.c.kind.in_([str(kind) for kind in RETURN_KINDS]))
        .order_by(fact.c.occurred_at, fact.c.fact_id)
    ).scalars()
    found = contract.FoundSale(sale=Raw(bytes(row.payload)), returns=[Raw(bytes(payload)) for payload in returns])
    return contract.SaleAnswer(found=found)


def surplus_returns(connection: Connection, limit: int = 200) -> list[Surplus]:
    """What came back beyond what was sold, newest first."""
    surplus, sale = tables.surplus_return, tables.sale
    query = (
        select(
            sale.c.receipt_number,
            surplus.c.store_id,
            surplus.c.line_number,
            surplus.c.code,
            surplus.c.quantity_milli,
            surplus.c.received_at,
        )
        .join(sale, sale.c.transaction_id == surplus.c.transaction_id)
        .order_by(surplus.c.received_at.desc(), surplus.c.fact_id, surplus.c.line_number)
        .limit(limit)
    )
    return [Surplus(*row) for row in connection.execute(query)]


def waiting_facts(connection: Connection, before: datetime, limit: int = 200) -> list[Waiting]:
    """What came in before that moment and still waits for its sale, oldest first."""
    fact = tables.sale_fact
    query = (
        select(fact.c.kind, fact.c.sale_key, fact.c.store_id, fact.c.received_at)
        .where(fact.c.transaction_id == "", fact.c.received_at < stored(before))
        .order_by(fact.c.received_at, fact.c.fact_id)
        .limit(limit)
    )
    return [Waiting(*row) for row in connection.execute(query)]
