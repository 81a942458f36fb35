"""Points set aside while a sale is being paid: place, release, expire. Sales capture them (sync.central.ingest).

The server's clock alone decides when a hold is over.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from sync import contract
from sync.central import expiry, former, tables
from sync.central.database import LostRaceError, write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.terminals import Terminal

HOLD_LIFE = timedelta(minutes=5)


def place(connection: Connection, now: datetime, terminal: Terminal, request: contract.PlaceHold) -> contract.Hold:
    """Set points aside, all or none; the same hold id again answers with the same hold.

    Raises CentralError when the balance does not allow it: the transaction must then be undone.
    """
    member_id = former.survivor(connection, request.member_id)
    expire_of_member(connection, now, member_id)
    expiry.expire_of_member(connection, now, member_id)
    hold, balance = tables.hold, tables.balance
    fresh = {
        "hold_id": request.hold_id,
        "member_id": member_id,
        "points": request.points,
        "captured_points": 0,
        "state": "held",
        "transaction_id": request.transaction_id,
        "store_id": terminal.store_id,
        "terminal_id": terminal.terminal_id,
        "placed_at": stored(now),
        "expires_at": stored(now + HOLD_LIFE),
    }
    if write_rows(connection, hold, [fresh]):
        _refuse_former(connection, member_id)
        reserved = connection.execute(
            update(balance)
            .where(balance.c.member_id == member_id, balance.c.points - balance.c.held >= request.points)
            .values(held=balance.c.held + request.points, version=balance.c.version + 1)
        )
        if reserved.rowcount != 1:
            _refuse_former(connection, member_id)
            available = _available_points(connection, member_id)
            raise CentralError(409, "not_enough_points", f"Only {available} points are available.")
    row = connection.execute(select(hold).where(hold.c.hold_id == request.hold_id)).one()
    asked = (member_id, request.points, request.transaction_id, terminal.store_id)
    if (row.member_id, row.points, row.transaction_id, row.store_id) != asked:
        raise CentralError(409, "hold_differs", "This hold was placed before, for something else.")
    return contract.Hold(
        hold_id=row.hold_id,
        member_id=row.member_id,
        points=row.points,
        state=row.state,
        expires_at=row.expires_at,
        available_points=_available_points(connection, row.member_id),
    )


def _refuse_former(connection: Connection, member_id: str) -> None:
    """Who left has no points to spend, though those of a sale that came in late may be there until they are forfeited.

    Raises LostRaceError, which places the hold again, when the account was merged into another at this moment.
    """
    if former.survivor(connection, member_id) != member_id:
        raise LostRaceError("the account was merged into another at this moment")
    if former.is_over(connection, member_id):
        raise CentralError(409, "member_left", "This member has left the programme.")


def exists(connection: Connection, hold_id: str) -> bool:
    """True when a hold of this id was placed, whatever became of it."""
    return connection.execute(select(tables.hold.c.hold_id).where(tables.hold.c.hold_id == hold_id)).first() is not None


def release(connection: Connection, terminal: Terminal, hold_id: str) -> None:
    """Give back what a hold set aside; harmless when it is gone or belongs to another store."""
    hold = tables.hold
    row = connection.execute(
        update(hold)
        .where(hold.c.hold_id == hold_id, hold.c.state == "held", hold.c.store_id == terminal.store_id)
        .values(state="released")
        .returning(hold.c.member_id, hold.c.points)
    ).one_or_none()
    if row is not None:
        _give_back(connection, {row.member_id: row.points})


def expire_of_member(connection: Connection, now: datetime, member_id: str) -> None:
    """Give back this member's holds whose time is up."""
    _expire(connection, now, tables.hold.c.member_id == member_id)


def expire_all(connection: Connection, now: datetime) -> int:
    """Give back all holds whose time is up; how many they were."""
    return _expire(connection, now)


def _expire(connection: Connection, now: datetime, *which: ColumnElement[bool]) -> int:
    hold = tables.hold
    rows = connection.execute(
        update(hold)
        .where(hold.c.state == "held", hold.c.expires_at <= stored(now), *which)
        .values(state="expired")
        .returning(hold.c.member_id, hold.c.points)
    ).all()
    points: dict[str, int] = {}
    for row in rows:
        points[row.member_id] = points.get(row.member_id, 0) + row.points
    _give_back(connection, points)
    return len(rows)


def _give_back(connection: Connection, points_by_member: dict[str, int]) -> None:
    balance = tables.balance
    for member_id, points in sorted(points_by_member.items()):
        connection.execute(
            update(balance)
            .where(balance.c.member_id == member_id)
            .values(held=balance.c.held - points, version=balance.c.version + 1)
        )


def _available_points(connection: Connection, member_id: str) -> int:
    balance = tables.balance
    row = connection.execute(
        select(balance.c.points, balance.c.held).where(balance.c.member_id == member_id)
    ).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_member", "There is no such member.")
    return max(int(row.points - row.held), 0)
