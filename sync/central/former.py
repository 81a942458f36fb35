"""Memberships that are over: left, merged into another, or erased. What comes in late still finds its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select, update

from sync.central import revision, tables
from sync.central.database import within, write_rows
from sync.central.moments import stored

LEFT, MERGED, ERASED = "left", "merged", "erased"
TILLS_KNOW_FOR = timedelta(days=30)
"""How long a till keeps what it knew of a member at most, so how long it must be told whom to forget."""


def end(connection: Connection, now: datetime, member_id: str, ended_by: str, successor_id: str = "") -> None:
    """End a membership: the person, card, PIN, codes and links are gone; the ledger keeps an opaque id.

    After leaving, the keyed hash of the address stays: offers look back to who was a member before. After an
    erasure nothing stays. The caller holds the lock on the member's balance.
    """
    person, account, card, former = tables.person, tables.account, tables.member_card, tables.former_member
    email_key = connection.execute(select(person.c.email_key).where(person.c.member_id == member_id)).scalar()
    card_key = connection.execute(select(card.c.card_key).where(card.c.member_id == member_id)).scalar()
    joined_by = connection.execute(
        select(account.c.joined_event_id).where(account.c.member_id == member_id)
    ).scalar_one()
    row = {
        "member_id": member_id,
        "email_key": "" if ended_by == ERASED else email_key or "",
        "card_key": card_key or "" if ended_by == MERGED else "",
        "joined_event_id": joined_by,
        "ended_at": stored(now),
        "ended_by": ended_by,
        "successor_id": successor_id,
    }
    write_rows(
        connection,
        former,
        [row],
        "(member_id) DO UPDATE SET email_key = excluded.email_key, card_key = excluded.card_key, "
        "ended_at = excluded.ended_at, ended_by = excluded.ended_by, successor_id = excluded.successor_id",
    )
    # Whoever was merged into this member before goes the same way.
    merged_before = update(former).where(former.c.successor_id == member_id)
    if ended_by == MERGED:
        connection.execute(merged_before.values(successor_id=successor_id))
    else:
        changes = {"ended_by": ended_by, "ended_at": stored(now), "card_key": ""} | (
            {"email_key": ""} if ended_by == ERASED else {}
        )
        connection.execute(merged_before.values(**changes))
    for table in (
        tables.person,
        tables.member_card,
        tables.member_pin,
        tables.one_time_code,
        tables.account_link,
    ):
        connection.execute(delete(table).where(table.c.member_id == member_id))
    connection.execute(
        update(account).where(account.c.member_id == member_id, account.c.left_at.is_(None)).values(left_at=stored(now))
    )
    revision.change(connection)


def survivors(connection: Connection, member_ids: Iterable[str]) -> dict[str, str]:
    """Who goes on for these ids; those that were never merged are left out."""
    wanted = sorted(set(member_ids))
    if not wanted:
        return {}
    former = tables.former_member
    rows = connection.execute(
        select(former.c.member_id, former.c.successor_id).where(
            within(connection, former.c.member_id, wanted), former.c.successor_id != ""
        )
    )
    return {row.member_id: row.successor_id for row in rows}


_SURVIVOR = select(tables.former_member.c.successor_id).where(
    tables.former_member.c.member_id == bindparam("member_id"), tables.former_member.c.successor_id != ""
)


def survivor(connection: Connection, member_id: str) -> str:
    """Who goes on for this id: itself unless it was merged."""
    return connection.execute(_SURVIVOR, {"member_id": member_id}).scalar_one_or_none() or member_id


def is_over(connection: Connection, member_id: str) -> bool:
    """True for a member who left, was erased or was merged into another."""
    query = select(tables.former_member.c.member_id).where(tables.former_member.c.member_id == member_id)
    return connection.execute(query).first() is not None


def merged_addresses(connection: Connection, email_keys: Iterable[str]) -> dict[str, str]:
    """Members who are found by an address that they brought along from a merged account, by address key."""
    former = tables.former_member
    rows = connection.execute(
        select(former.c.email_key, former.c.successor_id).where(
            former.c.email_key.in_(sorted(email_keys)), former.c.ended_by == MERGED
        )
    )
    return {row.email_key: row.successor_id for row in rows}


def joined_before(connection: Connection, event_ids: Iterable[str]) -> dict[str, str]:
    """Former members by the event with which they had joined: the same event again must not make them anew."""
    former = tables.former_member
    rows = connection.execute(
        select(former.c.joined_event_id, former.c.member_id).where(former.c.joined_event_id.in_(sorted(event_ids)))
    )
    return {row.joined_event_id: row.member_id for row in rows}


@dataclass(frozen=True, slots=True)
class Former:
    """A membership that ended by leaving. ended_at as stored."""

    member_id: str
    ended_at: str


def last_left(connection: Connection, email_keys: Iterable[str]) -> dict[str, Former]:
    """The last membership that each address left; addresses that never left one are not in it."""
    former = tables.former_member
    rows = connection.execute(
        select(former.c.email_key, former.c.member_id, former.c.ended_at)
        .where(former.c.email_key.in_(sorted(email_keys)), former.c.ended_by == LEFT)
        .order_by(former.c.ended_at)
    )
    return {row.email_key: Former(row.member_id, row.ended_at) for row in rows}


def to_be_forgotten(connection: Connection, now: datetime) -> list[str]:
    """Members of whom the tills may still know something and must not."""
    former = tables.former_member
    query = select(former.c.member_id).where(former.c.ended_at > stored(now - TILLS_KNOW_FOR))
    return list(connection.execute(query.order_by(former.c.member_id)).scalars())
