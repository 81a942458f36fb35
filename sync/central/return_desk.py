"""What tills ask before goods come back: which sale, whether another till has the goods, who came without receipts."""

import json
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, Table, Text, delete, func, select, tuple_

from pos_app.domain.journal import EventKind
from pos_app.ports import Clock
from sync import contract, returning, stored_value
from sync.central import loads, tables
from sync.central.database import Database, write_new_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
from sync.central.sale_facts import pieces_of
from sync.central.sales import PoisonError, SalePlan
from sync.central.sold_lines import RETURN_KINDS, Fact, SoldLine, standing
from sync.central.tables import metadata
from sync.central.terminals import Terminal

RESERVED_FOR = timedelta(minutes=30)
"""Longer than a card terminal takes; a till that goes offline meanwhile makes its return all the same."""
_MOST_GOODS = 3
_LAST_FOUR = re.compile(r"(\d{4})\s*$")


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, tables.sale.c.total_minor.type, nullable=False)


# What sales are found by besides their receipt: kind is card (the last four digits) or serial.
sale_trace = Table(
    "sale_trace",
    metadata,
    _text("transaction_id", key=True),
    _text("kind", key=True),
    _text("value", key=True),
    Index("sale_trace_by_value", "kind", "value"),
)

return_reservation = Table(
    "return_reservation",
    metadata,
    _text("return_id", key=True),
    Column("line_number", Integer, primary_key=True, autoincrement=False),
    _text("transaction_id"),
    _count("quantity_milli"),
    _text("terminal_id"),
    _text("expires_at"),
    Index("return_reservation_by_sale", "transaction_id"),
)

# Returns without a receipt, for their limits. Append-only (triggers).
return_without_receipt = Table(
    "return_without_receipt",
    metadata,
    _text("event_id", key=True),
    _text("id_hash"),
    _text("store_id"),
    _text("occurred_at"),
    _count("amount_minor"),
    Index("return_without_receipt_by_person", "id_hash", "occurred_at"),
)

SALE_BY_MEMBER = Index("sale_by_member", tables.sale.c.member_id, tables.sale.c.ended_at)
APPEND_ONLY = (return_without_receipt,)


class ReturnDesk:
    """Answers tills about goods that come back."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def find_sales(self, question: returning.FindSales) -> returning.FoundSales:
        """Sales that fit, newest first; none for a question that says nothing."""
        return self._database.read(lambda connection: _find_sales(connection, question))

    def reserve(self, terminal: Terminal, request: returning.ReserveReturn) -> None:
        """Set goods aside for one return of this till. Raises CentralError when they are not there any more."""
        now = self._clock.now()
        self._database.run(lambda connection: _reserve(connection, terminal.terminal_id, request, now))

    def release(self, terminal: Terminal, return_id: str) -> None:
        """Nothing is set aside for this return any more: neither goods nor the money of cards."""
        table = return_reservation
        which = (table.c.return_id == return_id) & (table.c.terminal_id == terminal.terminal_id)

        def release(connection: Connection) -> None:
            connection.execute(delete(table).where(which))
            loads.release(connection, terminal, return_id)

        self._database.run(release)

    def hold_loads(self, terminal: Terminal, request: stored_value.HoldLoads) -> stored_value.LoadsHeld:
        """Set the money of cards aside that a sale, which is about to be voided, put onto them."""
        now = self._clock.now()
        return self._database.run(lambda connection: loads.hold_for_void(connection, now, terminal, request))

    def without_receipt(self, request: returning.AskWithoutReceipt) -> returning.WithoutReceipt:
        """What one person brought without receipts since a day."""
        table = return_without_receipt
        query = select(func.count(), func.coalesce(func.sum(table.c.amount_minor), 0)).where(
            table.c.id_hash == request.id_hash, table.c.occurred_at >= request.since_day
        )
        count, total = self._database.read(lambda connection: connection.execute(query).one())
        return returning.WithoutReceipt(returns=int(count), total_minor=int(total))


def trace_rows(plan: SalePlan) -> list[dict[str, Any]]:
    """What a sale can be found by."""
    payload = plan.payload
    cards = (_LAST_FOUR.search(one.description) for one in payload.tenders if one.tender_type == "card")
    found = {("card", match[1]) for match in cards if match}
    found |= {("serial", number) for line in payload.lines for number in line.serials if not line.voided}
    return [
        {"transaction_id": payload.header.transaction_id, "kind": kind, "value": value} for kind, value in sorted(found)
    ]


def note_without_receipt(connection: Connection, events: Iterable[tuple[str, str, bytes]]) -> None:
    """Count returns without a receipt: event id, store and payload of each."""
    rows = []
    for event_id, store_id, body in events:
        payload = contract.decode(body, returning.WithoutReceiptPayload)
        rows.append(
            {
                "event_id": event_id,
                "id_hash": payload.identification.id_hash,
                "store_id": store_id,
                "occurred_at": stored(parse(payload.ended_at)),
                "amount_minor": payload.total_minor,
            }
        )
    write_new_rows(connection, return_without_receipt, rows)


def check_without_receipt(body: bytes) -> None:
    """Raises PoisonError for a return without a receipt that cannot be read."""
    try:
        payload = contract.decode(body, returning.WithoutReceiptPayload)
        parse(payload.ended_at)
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error


# --- inside -----------------------------------------------------------------------------------------------------------


def _find_sales(connection: Connection, question: returning.FindSales) -> returning.FoundSales:
    sale, trace, key, event = tables.sale, sale_trace, tables.event_key, tables.event
    query = (
        select(sale.c.receipt_number, sale.c.ended_at, sale.c.store_id, sale.c.total_minor, event.c.payload)
        .join(key, key.c.event_id == sale.c.event_id)
        .join(
            event,
            tuple_(event.c.terminal_id, event.c.incarnation, event.c.sequence)
            == tuple_(key.c.terminal_id, key.c.incarnation, key.c.sequence),
        )
    )
    if question.member_id:
        query = query.where(sale.c.member_id == question.member_id)
    elif question.serial_number or question.card_last_four:
        kind, value = (
            ("serial", question.serial_number) if question.serial_number else ("card", question.card_last_four)
        )
        query = query.join(trace, trace.c.transaction_id == sale.c.transaction_id)
        query = query.where(trace.c.kind == kind, trace.c.value == value)
    else:
        return returning.FoundSales(sales=[])
    if question.business_day:
        query = query.where(sale.c.business_day == question.business_day)
    if question.amount_minor is not None:
        query = query.where(sale.c.total_minor == question.amount_minor)
    rows = connection.execute(query.order_by(sale.c.ended_at.desc(), sale.c.transaction_id).limit(question.limit))
    return returning.FoundSales(
        sales=[
            returning.SaleInList(
                receipt_number=row.receipt_number,
                ended_at=json.loads(bytes(row.payload))["ended_at"],
                store_id=row.store_id,
                total_minor=row.total_minor,
                goods=_goods(bytes(row.payload)),
            )
            for row in rows
        ]
    )


def _goods(payload: bytes) -> list[str]:
    lines = json.loads(payload)["lines"]
    return [str(line["name"]) for line in lines if not line.get("voided")][:_MOST_GOODS]


def _reserve(connection: Connection, terminal_id: str, request: returning.ReserveReturn, now: datetime) -> None:
    sale, table = tables.sale, return_reservation
    row = connection.execute(
        select(sale.c.transaction_id)
        .where(sale.c.receipt_number == request.receipt_number)
        .order_by(sale.c.ended_at.desc(), sale.c.transaction_id)
        .limit(1)
        .with_for_update()
    ).one_or_none()
    over = (table.c.expires_at < stored(now)) | (table.c.return_id == request.return_id)
    connection.execute(delete(table).where(over))
    if row is None:
        return  # the sale has not come in: nobody else can know it either
    still_open = _open_milli(connection, row.transaction_id, request.return_id)
    for piece in request.pieces:
        if piece.quantity_milli > still_open.get(piece.line_number, 0):
            raise CentralError(
                409, "returned_elsewhere", "These goods came back already, or another till is taking them back now."
            )
    write_new_rows(
        connection,
        table,
        [
            {
                "return_id": request.return_id,
                "line_number": piece.line_number,
                "transaction_id": row.transaction_id,
                "quantity_milli": piece.quantity_milli,
                "terminal_id": terminal_id,
                "expires_at": stored(now + RESERVED_FOR),
            }
            for piece in request.pieces
        ],
    )


def _open_milli(connection: Connection, transaction_id: str, return_id: str) -> dict[int, int]:
    """What may still come back of each line: less what did, and less what other tills are taking back now."""
    line, fact, table = tables.sale_line, tables.sale_fact, return_reservation
    lines = [
        SoldLine(*row[1:]) for row in connection.execute(select(line).where(line.c.transaction_id == transaction_id))
    ]
    rows = connection.execute(select(fact).where(fact.c.transaction_id == transaction_id)).all()
    made = {row.fact_id for row in rows}
    kinds = {str(kind) for kind in RETURN_KINDS}
    facts = [
        Fact(row.fact_id, EventKind(row.kind), pieces_of(row.kind, bytes(row.payload)))
        for row in rows
        if row.kind in kinds and row.fact_id != return_id
    ]
    after = standing(lines, facts)
    still_open = {one.line_number: one.quantity_milli - after.line(one.line_number).returned_milli for one in lines}
    reserved = connection.execute(
        select(table).where(table.c.transaction_id == transaction_id, table.c.return_id != return_id)
    )
    for row in reserved:
        if row.return_id not in made:
            still_open[row.line_number] = still_open.get(row.line_number, 0) - row.quantity_milli
    return still_open
