"""Two accounts of one person become one. Nothing is edited: compensating entries move the lots, with pool and last day
of use; a debt and what is pending move too. The old id, address and card go on as the other account's.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from sync.central import former, holds, tables
from sync.central.errors import CentralError
from sync.central.ledger import Cause, Posting, derived_id
from sync.central.moments import stored


def merge(connection: Connection, now: datetime, survivor_id: str, merged_id: str, reason: str = "") -> str:
    """Merge one account into another; done before, it changes nothing. Returns the id that goes on.

    Points set aside for a sale stay set aside, now of the account that goes on. Raises CentralError.
    """
    survivor_id, merged_id = former.survivor(connection, survivor_id), former.survivor(connection, merged_id)
    if survivor_id == merged_id:
        return survivor_id
    posting = Posting(connection, stored(now))
    posting.load([survivor_id, merged_id])
    for member_id in (survivor_id, merged_id):
        if not posting.knows(member_id) or _is_over(connection, member_id):
            raise CentralError(404, "unknown_member", f"There is no member {member_id} (any more).")
        holds.expire_of_member(connection, now, member_id)
    cause = Cause(derived_id("merge", survivor_id, merged_id), stored(now), reason=reason)
    posting.move_all(cause, merged_id, survivor_id)
    posting.flush()
    _move_holds(connection, survivor_id, merged_id)
    _move_person(connection, survivor_id, merged_id)
    former.end(connection, now, merged_id, former.MERGED, successor_id=survivor_id)
    return survivor_id


def _is_over(connection: Connection, member_id: str) -> bool:
    account = tables.account
    query = select(account.c.left_at).where(account.c.member_id == member_id)
    return connection.execute(query).scalar_one() is not None


def _move_holds(connection: Connection, survivor_id: str, merged_id: str) -> None:
    hold, balance = tables.hold, tables.balance
    held = select(func.coalesce(func.sum(hold.c.points), 0)).where(
        hold.c.member_id == merged_id, hold.c.state == "held"
    )
    points = int(connection.execute(held).scalar_one())
    connection.execute(update(hold).where(hold.c.member_id == merged_id).values(member_id=survivor_id))
    for member_id, change in sorted(((survivor_id, points), (merged_id, -points))):
        connection.execute(update(balance).where(balance.c.member_id == member_id).values(held=balance.c.held + change))


def _move_person(connection: Connection, survivor_id: str, merged_id: str) -> None:
    """Links that the other account lacks, sales that wait for an enrolment, and the earlier of the two joinings."""
    link, person, account = tables.account_link, tables.person, tables.account
    kept = select(link.c.kind).where(link.c.member_id == survivor_id)
    connection.execute(
        update(link)
        .where(link.c.member_id == merged_id, link.c.kind.not_in(kept.scalar_subquery()))
        .values(member_id=survivor_id)
    )
    keys = {
        row.member_id: row.email_key
        for row in connection.execute(
            select(person.c.member_id, person.c.email_key).where(person.c.member_id.in_((survivor_id, merged_id)))
        )
    }
    connection.execute(
        update(tables.unclaimed)
        .where(tables.unclaimed.c.email_key == keys[merged_id])
        .values(email_key=keys[survivor_id])
    )
    joined_at = select(func.min(account.c.joined_at)).where(account.c.member_id.in_((survivor_id, merged_id)))
    earlier = connection.execute(joined_at).scalar_one()
    connection.execute(update(account).where(account.c.member_id == survivor_id).values(joined_at=earlier))
