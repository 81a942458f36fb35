"""Leaving the programme: what is left of the points is forfeited, a debt stays, the person is forgotten."""

from datetime import datetime

from sqlalchemy import Connection, select

from sync.central import former, holds, tables
from sync.central.errors import CentralError
from sync.central.ledger import Cause, Posting, derived_id
from sync.central.moments import stored


def leave(connection: Connection, now: datetime, event_id: str, member_id: str, reason: str) -> None:
    """The member leaves; harmless when they left before. Raises CentralError while points are set aside for a sale."""
    close(connection, now, event_id, member_id, reason, former.LEFT)


def close(connection: Connection, now: datetime, event_id: str, member_id: str, reason: str, ended_by: str) -> None:
    """Forfeit the points and end the membership. Raises CentralError when there is no such member, or points held."""
    without_address(reason)
    member_id = former.survivor(connection, member_id)
    holds.expire_of_member(connection, now, member_id)
    posting = Posting(connection, stored(now))
    posting.load([member_id])
    if not posting.knows(member_id):
        raise CentralError(404, "unknown_member", "There is no such member.")
    ended = select(tables.former_member.c.ended_by).where(tables.former_member.c.member_id == member_id)
    ended_before = connection.execute(ended).scalar_one_or_none()
    if ended_before in (former.ERASED, ended_by):
        return
    held = select(tables.balance.c.held).where(tables.balance.c.member_id == member_id)
    if connection.execute(held).scalar_one():
        raise CentralError(
            409, "points_held", "Points of this member are set aside for a sale. Complete or cancel that sale first."
        )
    _forfeit(posting, Cause(event_id, stored(now), reason=reason), member_id)
    posting.flush()
    former.end(connection, now, member_id, ended_by)


def forfeit_late(connection: Connection, now: datetime) -> int:
    """Forfeit what came in for members after they had left, so that the order of the news does not matter.

    Returns how many members that were.
    """
    balance, ended = tables.balance, tables.former_member
    rows = connection.execute(
        select(balance.c.member_id, balance.c.version)
        .join(ended, ended.c.member_id == balance.c.member_id)
        .where(ended.c.ended_by.in_((former.LEFT, former.ERASED)), balance.c.points > balance.c.held)
    ).all()
    posting = Posting(connection, stored(now))
    posting.load(row.member_id for row in rows)
    for row in rows:
        cause = Cause(derived_id("forfeited", row.member_id, str(row.version)), stored(now), reason="left before")
        _forfeit(posting, cause, row.member_id)
    posting.flush()
    return len(rows)


def without_address(reason: str) -> None:
    """Refuse a reason that holds an address: it goes into the ledger, which is never erased. Raises CentralError."""
    if "@" in reason:
        raise CentralError(422, "address_in_reason", "Write the reason without an e-mail address: it is kept for ever.")


def _forfeit(posting: Posting, cause: Cause, member_id: str) -> None:
    left = max(posting.balance_points(member_id), 0)
    posting.debit(cause, member_id, "forfeited", left, part="all")
