"""One hash a day over the ledger and the heads of all journals. Whoever can write to the database can go around its
triggers; with the hashes printed and kept elsewhere, they cannot do so unnoticed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from sqlalchemy import Connection, func, select

from sync.central import tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored

SETTLES_WITHIN = timedelta(minutes=10)
"""A day is over when no transaction that began on it can still be under way."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of one day (UTC, by the time the entries came in). points is the sum of its movements."""

    day: str
    entries: int
    points: int
    previous_digest: str
    digest: str


def make(connection: Connection, now: datetime, day: date) -> Digest:
    """The day's digest, kept; made before, it is the same one. Raises CentralError when the day is not over."""
    if not is_over(now, day):
        raise CentralError(409, "day_not_over", f"{day} is not over yet (in UTC): its digest can be made tomorrow.")
    found = _kept(connection, day.isoformat())
    if found is not None:
        return found
    table = tables.daily_digest
    later = connection.execute(select(func.min(table.c.day)).where(table.c.day > day.isoformat())).scalar()
    if later is not None:
        raise CentralError(409, "day_passed", f"The digest of {later} is there already: an earlier day comes too late.")
    digest = _computed(connection, day, _last_before(connection, day.isoformat()))
    row = {
        "day": digest.day,
        "entries": digest.entries,
        "points": digest.points,
        "previous_digest": digest.previous_digest,
        "digest": digest.digest,
        "made_at": stored(now),
    }
    write_rows(connection, table, [row])
    return digest


def is_over(now: datetime, day: date) -> bool:
    """True when the day's digest can be made."""
    return now >= _end(day) + SETTLES_WITHIN


def check(connection: Connection) -> Iterator[str]:
    """What differs from the digests that were kept, one sentence each."""
    table = tables.daily_digest
    previous = ""
    for row in connection.execute(select(table).order_by(table.c.day)).all():
        if row.previous_digest != previous:
            yield f"digest of {row.day}: it does not follow the one before it"
        computed = _computed(connection, date.fromisoformat(row.day), row.previous_digest)
        if (computed.entries, computed.points) != (row.entries, row.points):
            yield (
                f"digest of {row.day}: {row.entries} entries of {row.points} points were posted, "
                f"there are {computed.entries} of {computed.points}"
            )
        elif computed.digest != row.digest:
            yield f"digest of {row.day}: the ledger or a journal's head was changed afterwards"
        previous = row.digest


def _computed(connection: Connection, day: date, previous_digest: str) -> Digest:
    ledger = tables.ledger
    begin, end = stored(_begin(day)), stored(_end(day))
    hasher = hashlib.sha256(f"{day.isoformat()}\n{previous_digest}\n".encode())
    entries = points = 0
    rows = connection.execute(
        select(ledger)
        .where(ledger.c.received_at >= begin, ledger.c.received_at < end)
        .order_by(ledger.c.entry_id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        hasher.update(msgspec.json.encode(tuple(row)) + b"\n")
        entries += 1
        points += row.points
    for head in _heads(connection, begin, end):
        hasher.update(msgspec.json.encode(head) + b"\n")
    return Digest(day.isoformat(), entries, points, previous_digest, hasher.hexdigest())


def _heads(connection: Connection, begin: str, end: str) -> Iterator[tuple[str, str, int, str]]:
    """How far each journal of which something came in that day had come by then, and the hash it ended in."""
    event = tables.event
    reached = (
        select(event.c.terminal_id, event.c.incarnation, func.max(event.c.sequence).label("sequence"))
        .where(event.c.received_at >= begin, event.c.received_at < end)
        .group_by(event.c.terminal_id, event.c.incarnation)
        .subquery()
    )
    rows = connection.execute(
        select(event.c.terminal_id, event.c.incarnation, event.c.sequence, event.c.entry_hash)
        .join(
            reached,
            (reached.c.terminal_id == event.c.terminal_id)
            & (reached.c.incarnation == event.c.incarnation)
            & (reached.c.sequence == event.c.sequence),
        )
        .order_by(event.c.terminal_id, event.c.incarnation)
    )
    for row in rows:
        yield row.terminal_id, row.incarnation, row.sequence, row.entry_hash


def _kept(connection: Connection, day: str) -> Digest | None:
    table = tables.daily_digest
    row = connection.execute(select(table).where(table.c.day == day)).one_or_none()
    return None if row is None else Digest(row.day, row.entries, row.points, row.previous_digest, row.digest)


def _last_before(connection: Connection, day: str) -> str:
    table = tables.daily_digest
    query = select(table.c.digest).where(table.c.day < day).order_by(table.c.day.desc()).limit(1)
    return connection.execute(query).scalar() or ""


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end(day: date) -> datetime:
    return _begin(day + timedelta(days=1))
