"""Proof of what is done for members beside sales: adjustments, partners' points, memberships that are over, digests."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, func, select

from sync.central import tables


def adjustments(connection: Connection) -> Iterator[str]:
    """Each approved request was posted, exactly, and nothing else was; two people stand behind it."""
    table = tables.adjustment
    approved = select(table.c.adjustment_id, table.c.points).where(table.c.state == "approved")
    yield from _posted(connection, approved, "adjust", "adjustment")
    alone = select(table.c.adjustment_id).where(
        table.c.state == "approved", func.lower(table.c.requested_by) == func.lower(table.c.decided_by)
    )
    for adjustment_id in connection.execute(alone).scalars():
        yield f"adjustment {adjustment_id} was asked for and approved by the same person"


def partner_earnings(connection: Connection) -> Iterator[str]:
    """Each row of a partner was posted once, exactly."""
    table = tables.partner_earning
    yield from _posted(connection, select(table.c.event_id, table.c.points), "partner", "partner's row")


def former_members(connection: Connection) -> Iterator[str]:
    """Of a membership that is over, no personal data is left, and what was merged has nothing left."""
    ended, balance = tables.former_member, tables.balance
    for table in (tables.person, tables.member_card, tables.member_pin, tables.one_time_code, tables.account_link):
        rows = select(table.c.member_id).where(table.c.member_id.in_(select(ended.c.member_id))).distinct()
        for member_id in connection.execute(rows).scalars():
            yield f"member {member_id}: the membership is over and something is left in {table.name}"
    merged = (
        select(balance.c.member_id, balance.c.points, balance.c.pending)
        .join(ended, ended.c.member_id == balance.c.member_id)
        .where(ended.c.successor_id != "", (balance.c.points != 0) | (balance.c.pending != 0))
    )
    for row in connection.execute(merged):
        yield f"member {row.member_id}: merged into another, and {row.points} points are left, {row.pending} pending"


def _posted(connection: Connection, wanted: Select[tuple[str, int]], kind: str, name: str) -> Iterator[str]:
    ledger = tables.ledger
    expected = wanted.subquery()
    event_id: ColumnElement[str] = expected.c[0]
    points: ColumnElement[int] = expected.c.points
    sums = (
        select(ledger.c.event_id, func.sum(ledger.c.points).label("posted"))
        .where(ledger.c.kind == kind)
        .group_by(ledger.c.event_id)
        .subquery()
    )
    differing = (
        select(event_id.label("event_id"), points.label("points"), func.coalesce(sums.c.posted, 0).label("posted"))
        .outerjoin(sums, sums.c.event_id == event_id)
        .where(points != func.coalesce(sums.c.posted, 0))
    )
    for row in connection.execute(differing):
        yield f"{name} {row.event_id}: {row.points} points, {row.posted} posted"
    for other in connection.execute(select(sums.c.event_id).where(sums.c.event_id.not_in(select(event_id)))).scalars():
        yield f"entries of {name} {other} without it"
