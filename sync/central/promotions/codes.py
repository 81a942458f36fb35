"""Promo codes that are used up: one use set aside while a sale is being paid, and taken for good with the sale.

What was sold stays sold: a code that counted more often than it may (offline, or after its hold was over) is taken
and flagged. Each sale counts once for a code, however often its event comes in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, cast, func, select, update

from pos_app.domain.promotions import normalise_promo_code
from pos_app.ports import STORE_EDITION
from sync import contract
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import parse, stored
from sync.central.promotions import tables
from sync.central.promotions.publishing import code_of
from sync.central.terminals import Terminal
from sync.promotions import PlacePromoCodeHold, PromoCodeHoldAnswer

HOLD_LIFE = timedelta(minutes=30)
"""A customer shops on after showing a coupon, so it lasts longer than a hold of money."""


class CodeCount(NamedTuple):
    """How often a code was used; over_used are the sales beyond its limit."""

    code: str
    used: int
    held: int
    offline: int
    over_used: int
    reduction_minor: int


def place(
    connection: Connection, now: datetime, terminal: Terminal, request: PlacePromoCodeHold
) -> PromoCodeHoldAnswer:
    """Set one use aside; the same hold id again answers with the same hold. Raises CentralError."""
    code = _counted_as(request.code, terminal.store_id, request.promotions_id)
    table, hold = tables.code, tables.hold
    limit = request.uses
    if request.promotions_id != STORE_EDITION:
        found = code_of(connection, request.promotions_id, code)
        if found is None:
            raise CentralError(404, "unknown_promo_code", "There is no such promo code.")
        limit = found.uses
    _expire(connection, now, hold.c.code == code)
    fresh = {
        "hold_id": request.hold_id,
        "code": code,
        "state": "held",
        "transaction_id": request.transaction_id,
        "store_id": terminal.store_id,
        "terminal_id": terminal.terminal_id,
        "placed_at": stored(now),
        "expires_at": stored(now + HOLD_LIFE),
    }
    write_rows(connection, table, [{"code": code, "used": 0, "held": 0}])
    if write_rows(connection, hold, [fresh]):
        taking = update(table).where(table.c.code == code).values(held=table.c.held + 1)
        if limit:
            taking = taking.where(table.c.used + table.c.held < limit)
        reserved = connection.execute(taking)
        if reserved.rowcount != 1:
            raise CentralError(409, "promo_code_used_up", "This promo code was used as often as it may be.")
    row = connection.execute(select(hold).where(hold.c.hold_id == request.hold_id)).one()
    if (row.code, row.transaction_id, row.store_id) != (code, request.transaction_id, terminal.store_id):
        raise CentralError(409, "hold_differs", "This hold was placed before, for something else.")
    count = connection.execute(select(table).where(table.c.code == code)).one()
    return PromoCodeHoldAnswer(
        hold_id=row.hold_id,
        code=normalise_promo_code(request.code),
        state=row.state,
        uses_left=max(limit - count.used - count.held, 0),
        expires_at=row.expires_at,
    )


def release(connection: Connection, terminal: Terminal, hold_id: str) -> None:
    """Give back what a hold set aside; harmless when it is gone or belongs to another store."""
    hold = tables.hold
    row = connection.execute(
        update(hold)
        .where(hold.c.hold_id == hold_id, hold.c.state == "held", hold.c.store_id == terminal.store_id)
        .values(state="released")
        .returning(hold.c.code)
    ).one_or_none()
    if row is not None:
        _give_back(connection, [row.code])


def expire_all(connection: Connection, now: datetime) -> int:
    """Give back all holds whose time is up; how many they were."""
    return _expire(connection, now)


def use(connection: Connection, received_at: str, event_id: str, sale: contract.SalePayload) -> str:
    """Take the codes of a sale that came in. Returns what is odd about it, empty when nothing is."""
    in_one_order = sorted(sale.code_uses, key=lambda one: one.code)
    over_used = [one.code for one in in_one_order if not _use_one(connection, received_at, event_id, sale, one)]
    return f"promo_code_overused: {', '.join(over_used)}" if over_used else ""


def give_back(connection: Connection, received_at: str, event_id: str, transaction_id: str) -> None:
    """The sale was voided whole: what it took of codes may be used again."""
    table, back = tables.code, tables.given_back
    uses = select(tables.use.c.code).where(tables.use.c.transaction_id == transaction_id).order_by(tables.use.c.code)
    for code in connection.execute(uses).scalars().all():
        row = {"code": code, "transaction_id": transaction_id, "event_id": event_id, "received_at": received_at}
        if write_rows(connection, back, [row]):
            connection.execute(update(table).where(table.c.code == code).values(used=table.c.used - 1))


def counts(connection: Connection) -> list[CodeCount]:
    """How often each code was used, by code."""
    table, used = tables.code, tables.use
    query = (
        select(
            table.c.code,
            table.c.used,
            table.c.held,
            func.coalesce(func.sum(cast(used.c.offline, Integer)), 0),
            func.coalesce(func.sum(cast(used.c.over_used, Integer)), 0),
            func.coalesce(func.sum(used.c.reduction_minor), 0),
        )
        .outerjoin(used, used.c.code == table.c.code)
        .group_by(table.c.code, table.c.used, table.c.held)
        .order_by(table.c.code)
    )
    return [CodeCount(row[0], *(int(value) for value in row[1:])) for row in connection.execute(query)]


def _use_one(
    connection: Connection, received_at: str, event_id: str, sale: contract.SalePayload, one: contract.CodeUseMessage
) -> bool:
    """Take one code, or give its hold back when it did not count. False when it was used beyond its limit."""
    table, hold = tables.code, tables.hold
    code = _counted_as(one.code, sale.header.store_id, sale.promotions_id)
    write_rows(connection, table, [{"code": code, "used": 0, "held": 0}])
    count = connection.execute(select(table).where(table.c.code == code).with_for_update()).one()
    counted = one.reduction_minor > 0
    was_held = 0
    if one.hold_id:
        was_held = connection.execute(
            update(hold)
            .where(hold.c.hold_id == one.hold_id, hold.c.code == code, hold.c.state == "held")
            .values(state="used" if counted else "released")
        ).rowcount
    if not counted:
        connection.execute(update(table).where(table.c.code == code).values(held=count.held - was_held))
        return True
    header, ended_at = sale.header, parse(sale.ended_at)
    over_used = 0 < one.uses <= count.used
    row = {
        "code": code,
        "transaction_id": header.transaction_id,
        "event_id": event_id,
        "promotion_id": one.promotion_id,
        "store_id": header.store_id,
        "reduction_minor": one.reduction_minor,
        "offline": one.offline,
        "over_used": over_used,
        "occurred_at": stored(ended_at),
        "received_at": received_at,
    }
    fresh = write_rows(connection, tables.use, [row])
    connection.execute(
        update(table)
        .where(table.c.code == code)
        .values(used=count.used + (1 if fresh else 0), held=count.held - was_held)
    )
    return not over_used


def _counted_as(code: str, store_id: str, promotions_id: str) -> str:
    """The name a code is counted under: those of a store's own file are that store's alone."""
    normalised = normalise_promo_code(code)
    return f"{store_id}/{normalised}" if promotions_id == STORE_EDITION else normalised


def _expire(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> int:
    hold = tables.hold
    rows = connection.execute(
        update(hold)
        .where(hold.c.state == "held", hold.c.expires_at <= stored(now), *which)
        .values(state="expired")
        .returning(hold.c.code)
    ).all()
    _give_back(connection, [row.code for row in rows])
    return len(rows)


def _give_back(connection: Connection, codes: Iterable[str]) -> None:
    table = tables.code
    for code in sorted(codes):
        connection.execute(update(table).where(table.c.code == code).values(held=table.c.held - 1))
