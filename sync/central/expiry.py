"""Points that were not used in time: posted as expired, once per lot, from the instant at which their last day ended.

Rules (programme FAQ): points of a calendar year can be used to the end of 31 March of the next, in the programme's
time zone; with the linked credit card some years longer. Points that are set aside for a sale stay until it is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from sync import contract
from sync.central import tables, terms
from sync.central.ledger import DEBT_POOL, Cause, Lapsing, Posting, derived_id
from sync.central.moments import NEVER, local_day, stored
from sync.membership import ExpiringPoints

CHUNK_MEMBERS = 500
CREDIT_CARD = "credit_card"


@dataclass(frozen=True, slots=True)
class Expired:
    """What expired: of how many members and lots, how many points. last_member_id is where the next piece begins."""

    members: int = 0
    lots: int = 0
    points: int = 0
    last_member_id: str = ""

    def __add__(self, other: "Expired") -> "Expired":
        return Expired(
            self.members + other.members, self.lots + other.lots, self.points + other.points, other.last_member_id
        )


def extension_years(connection: Connection, member_ids: Iterable[str], programme: contract.Terms) -> dict[str, int]:
    """How many years longer each member's points can be used: those with the linked credit card, 0 for all others."""
    wanted = sorted(set(member_ids))
    link = tables.account_link
    linked = connection.execute(
        select(link.c.member_id).where(link.c.member_id.in_(wanted), link.c.kind == CREDIT_CARD)
    ).scalars()
    return dict.fromkeys(wanted, 0) | dict.fromkeys(linked, programme.linked_card_extension_years)


def last_day(expires_on: str, years: int) -> str:
    """The last day on which a lot can be used, so many years later than its own rule says."""
    if not years or expires_on == NEVER:
        return expires_on
    year, month_day = expires_on[:4], expires_on[5:]
    return f"{int(year) + years}-{'02-28' if month_day == '02-29' else month_day}"


def expiring(
    connection: Connection, member_id: str, now: datetime, days: int, programme: contract.Terms
) -> list[ExpiringPoints]:
    """What of a member's points can be used for the last time within so many days from now, the soonest first."""
    lot = tables.lot
    years = extension_years(connection, [member_id], programme)[member_id]
    today = local_day(now, programme.time_zone)
    rows = connection.execute(
        select(lot.c.expires_on, func.sum(lot.c.remaining).label("points"))
        .where(lot.c.member_id == member_id, lot.c.remaining > 0, lot.c.pool != DEBT_POOL)
        .group_by(lot.c.expires_on)
        .order_by(lot.c.expires_on)
    )
    within = [(last_day(row.expires_on, years), int(row.points)) for row in rows]
    latest = (today + timedelta(days=days)).isoformat()
    return [
        ExpiringPoints(points=points, expires_on=day) for day, points in within if today.isoformat() <= day <= latest
    ]


def next_of(
    lots: Iterable[tuple[str, int]], linked: Iterable[str], programme: contract.Terms, now: datetime
) -> tuple[str, int]:
    """The next last day of any of a member's lots (expires_on, points), and how many points go then; empty and 0."""
    years = programme.linked_card_extension_years if CREDIT_CARD in linked else 0
    today = local_day(now, programme.time_zone).isoformat()
    points_on: dict[str, int] = {}
    for expires_on, points in lots:
        day = last_day(expires_on, years)
        if points > 0 and today <= day != NEVER:
            points_on[day] = points_on.get(day, 0) + points
    return min(points_on.items(), default=("", 0))


def expire_piece(
    connection: Connection, now: datetime, at: datetime, programme: contract.Terms, after: str, *, dry_run: bool
) -> Expired | None:
    """Expire what is due at a moment, of the next members behind that id; None when there are none left."""
    lot = tables.lot
    today = local_day(at, programme.time_zone).isoformat()
    member_ids = (
        connection.execute(
            select(lot.c.member_id)
            .where(lot.c.expires_on < today, lot.c.remaining > 0, lot.c.pool != DEBT_POOL, lot.c.member_id > after)
            .distinct()
            .order_by(lot.c.member_id)
            .limit(CHUNK_MEMBERS)
        )
        .scalars()
        .all()
    )
    if not member_ids:
        return None
    expired = _expire(connection, now, at, programme, member_ids, dry_run=dry_run)
    return Expired(expired.members, expired.lots, expired.points, member_ids[-1])


def expire_of_member(connection: Connection, now: datetime, member_id: str) -> None:
    """Expire what is due of one member, before points are set aside."""
    lot = tables.lot
    # By the day that begins first anywhere, to spare most members the rest.
    due = select(lot.c.lot_id).where(
        lot.c.member_id == member_id,
        lot.c.expires_on <= (now.astimezone(UTC) + timedelta(days=1)).date().isoformat(),
        lot.c.remaining > 0,
        lot.c.pool != DEBT_POOL,
    )
    if connection.execute(due.limit(1)).first() is not None:
        _expire(connection, now, now, terms.in_force(connection, now), [member_id], dry_run=False)


def _expire(
    connection: Connection,
    now: datetime,
    at: datetime,
    programme: contract.Terms,
    member_ids: Iterable[str],
    *,
    dry_run: bool,
) -> Expired:
    posting = Posting(connection, stored(now))
    wanted = list(member_ids)
    posting.load(wanted)
    years = extension_years(connection, wanted, programme)
    today = local_day(at, programme.time_zone).isoformat()
    due = {
        member_id: [lot for lot in posting.lapsing(member_id) if last_day(lot.expires_on, years[member_id]) < today]
        for member_id in wanted
    }
    times = _times_expired(connection, wanted)
    members = lots = points = 0
    for member_id, of_member in due.items():
        gone = 0
        for lot in of_member:
            cause = _cause(lot, years[member_id], times.get(lot.lot_id, 0), at, programme.time_zone)
            taken = posting.expire(cause, member_id, lot, [one.lot_id for one in of_member])
            gone += taken
            lots += taken > 0
        points += gone
        members += gone > 0
    if not dry_run:
        posting.flush()
    return Expired(members, lots, points)


def _times_expired(connection: Connection, member_ids: Iterable[str]) -> Mapping[str, int]:
    """How often each lot has expired: points that came back to one since expire in another entry."""
    ledger = tables.ledger
    rows = connection.execute(
        select(ledger.c.lot_id, func.count().label("times"))
        .where(ledger.c.member_id.in_(sorted(member_ids)), ledger.c.kind == "expire")
        .group_by(ledger.c.lot_id)
    )
    return {row.lot_id: row.times for row in rows}


def _cause(lot: Lapsing, years: int, times: int, at: datetime, time_zone: str) -> Cause:
    """A lot expires at the midnight after its last day; what came back to it later expires when that is seen."""
    day = date.fromisoformat(last_day(lot.expires_on, years)) + timedelta(days=1)
    midnight = datetime.combine(day, time.min, ZoneInfo(time_zone))
    return Cause(derived_id("expire", lot.lot_id, str(times)), stored(at if times else midnight))
