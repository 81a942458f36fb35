"""Points by customer service: one person asks and says why, another approves; then it is posted like all else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from sync import contract
from sync.central import former, tables
from sync.central.errors import CentralError
from sync.central.leaving import without_address
from sync.central.ledger import Cause, Posting
from sync.central.moments import last_day_of_use, local_day, stored

LARGEST_POINTS = 1_000_000
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A request. state: open, approved or refused; times as stored."""

    adjustment_id: str
    member_id: str
    points: int
    pool: str
    reason: str
    state: str
    requested_by: str
    requested_at: str
    decided_by: str
    decided_at: str


def request(
    connection: Connection,
    now: datetime,
    adjustment_id: str,
    member_id: str,
    points: int,
    pool: str,
    reason: str,
    by: str,
) -> None:
    """Ask for an adjustment; points below zero take some away. Raises CentralError."""
    reason, by = reason.strip(), by.strip()
    if not points or abs(points) > LARGEST_POINTS:
        raise CentralError(422, "bad_points", f"An adjustment is of 1 to {LARGEST_POINTS:,} points, up or down.")
    if not reason or len(reason) > LONGEST_REASON:
        raise CentralError(422, "reason_needed", "Say why, in a sentence.")
    without_address(reason)
    if not by:
        raise CentralError(422, "person_needed", "An adjustment is asked for by somebody.")
    member_id = _present(connection, member_id)
    connection.execute(
        tables.adjustment.insert().values(
            adjustment_id=adjustment_id,
            member_id=member_id,
            points=points,
            pool=pool,
            reason=reason,
            state="open",
            requested_by=by,
            requested_at=stored(now),
            decided_by="",
            decided_at="",
        )
    )


def approve(
    connection: Connection, now: datetime, terms: contract.Terms, adjustment_id: str, approved_by: str
) -> Adjustment:
    """Post what somebody else asked for; done by the same person before, it changes nothing. Raises CentralError."""
    found = _decide(connection, now, adjustment_id, approved_by, "approved")
    if found is not None:
        member_id = _present(connection, found.member_id)
        posting = Posting(connection, stored(now))
        posting.load([member_id])
        cause = Cause(adjustment_id, stored(now), reason=found.reason)
        if found.points > 0:
            earned_on = local_day(now, terms.time_zone)
            posting.credit(
                cause,
                member_id,
                "adjust",
                found.points,
                pool=found.pool,
                earned_on=earned_on.isoformat(),
                expires_on=last_day_of_use(earned_on, terms.expiry_month_day).isoformat(),
            )
            posting.recover_debt(cause, member_id)
        else:
            posting.debit(cause, member_id, "adjust", -found.points, part="adjust")
        posting.flush()
    return _get(connection, adjustment_id)


def refuse(connection: Connection, now: datetime, adjustment_id: str, refused_by: str) -> Adjustment:
    """Say no to a request; whoever asked may take it back so. Raises CentralError when it was decided otherwise."""
    _decide(connection, now, adjustment_id, refused_by, "refused")
    return _get(connection, adjustment_id)


def waiting(connection: Connection) -> list[Adjustment]:
    """Requests that nobody has decided, oldest first."""
    table = tables.adjustment
    rows = connection.execute(
        select(table).where(table.c.state == "open").order_by(table.c.requested_at, table.c.adjustment_id)
    )
    return [Adjustment(*row) for row in rows]


def _decide(connection: Connection, now: datetime, adjustment_id: str, by: str, state: str) -> Adjustment | None:
    """Decide an open request; None when the same person had decided the same. Raises CentralError."""
    table = tables.adjustment
    row = connection.execute(
        select(table).where(table.c.adjustment_id == adjustment_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_adjustment", "There is no such request.")
    if not by.strip():
        raise CentralError(422, "person_needed", "An adjustment is decided by somebody.")
    if state == "approved" and _same_person(row.requested_by, by):
        raise CentralError(403, "same_person", "Whoever asked for an adjustment cannot approve it. Ask somebody else.")
    if row.state != "open":
        if row.state == state and _same_person(row.decided_by, by):
            return None
        raise CentralError(409, "decided_before", f"This request was {row.state} by {row.decided_by} before.")
    connection.execute(
        update(table)
        .where(table.c.adjustment_id == adjustment_id)
        .values(state=state, decided_by=by.strip(), decided_at=stored(now))
    )
    return Adjustment(*row)


def _get(connection: Connection, adjustment_id: str) -> Adjustment:
    table = tables.adjustment
    return Adjustment(*connection.execute(select(table).where(table.c.adjustment_id == adjustment_id)).one())


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _present(connection: Connection, member_id: str) -> str:
    """Whose account it is, after merges. Raises CentralError when there is no such member (any more)."""
    member_id = former.survivor(connection, member_id)
    account = tables.account
    present = select(account.c.member_id).where(account.c.member_id == member_id, account.c.left_at.is_(None))
    if connection.execute(present).first() is None:
        raise CentralError(404, "unknown_member", "There is no such member (any more).")
    return member_id
