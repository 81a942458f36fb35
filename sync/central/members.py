"""Members: found by exactly one address, joined once, shown masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pos_app.domain.member import EmailError, mask_email, normalise_email
from pos_app.ports import IdSource
from sync import contract
from sync.central import tables
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.vault import Vault


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody who joins. email is normalised, joined_at as stored."""

    event_id: str
    email: str
    marketing_consent: bool
    joined_at: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Who an address belongs to, and since when (as stored)."""

    member_id: str
    joined_at: str


def normalised(email: str) -> str:
    """The address in the form that is compared. Raises CentralError for what is none."""
    try:
        return normalise_email(email)
    except EmailError as error:
        raise CentralError(422, "bad_email", str(error)) from error


def join(connection: Connection, vault: Vault, ids: IdSource, joining: Iterable[Joining]) -> dict[str, str]:
    """Accounts for people who join: member id per address key.

    Somebody who is a member already stays the same member, however many tills and processes ask at once, and
    has joined at the earliest time that any of them says, so that the order of the news does not matter.
    """
    by_key: dict[str, Joining] = {}
    for one in joining:
        key = vault.email_key(one.email)
        if key not in by_key or one.joined_at < by_key[key].joined_at:
            by_key[key] = one
    fresh = {key: ids.new_id() for key in sorted(by_key)}
    write_rows(
        connection,
        tables.person,
        [
            {
                "member_id": member_id,
                "email_key": key,
                "sealed": vault.seal({"email": by_key[key].email, "display_name": ""}, member_id),
                "marketing_consent": by_key[key].marketing_consent,
                "consent_at": by_key[key].joined_at,
            }
            for key, member_id in fresh.items()
        ],
    )
    people = tables.person
    rows = connection.execute(
        select(people.c.email_key, people.c.member_id).where(people.c.email_key.in_(sorted(by_key)))
    )
    member_ids = {row.email_key: row.member_id for row in rows}
    write_rows(
        connection,
        tables.account,
        [
            {"member_id": member_id, "joined_at": by_key[key].joined_at, "joined_event_id": by_key[key].event_id}
            for key, member_id in sorted(member_ids.items(), key=lambda pair: pair[1])
        ],
        "(member_id) DO UPDATE SET joined_at = CASE WHEN excluded.joined_at < account.joined_at "
        "THEN excluded.joined_at ELSE account.joined_at END",
    )
    write_rows(
        connection,
        tables.balance,
        [
            {"member_id": member_id, "points": 0, "held": 0, "pending": 0, "version": 0}
            for key, member_id in fresh.items()
            if member_ids[key] == member_id
        ],
    )
    return member_ids


def memberships(connection: Connection, email_keys: Iterable[str]) -> dict[str, Membership]:
    """The members of these address keys; keys of nobody are left out."""
    wanted = list(email_keys)
    if not wanted:
        return {}
    people, accounts = tables.person, tables.account
    rows = connection.execute(
        select(people.c.email_key, people.c.member_id, accounts.c.joined_at)
        .join(accounts, accounts.c.member_id == people.c.member_id)
        .where(people.c.email_key.in_(wanted), accounts.c.left_at.is_(None))
    )
    return {row.email_key: Membership(row.member_id, row.joined_at) for row in rows}


def joined_by(connection: Connection, member_id: str) -> str:
    """The event that made the account."""
    accounts = tables.account
    query = select(accounts.c.joined_event_id).where(accounts.c.member_id == member_id)
    return str(connection.execute(query).scalar_one())


def find(connection: Connection, vault: Vault, now: datetime, email: str) -> contract.MemberAnswer:
    """The member of exactly this address. A miss does the same work as a hit, so time tells nothing."""
    found = memberships(connection, [vault.email_key(normalised(email))])
    member_id = next(iter(found.values())).member_id if found else ""
    return contract.MemberAnswer(member=view(connection, vault, now, member_id))


def view(connection: Connection, vault: Vault, now: datetime, member_id: str) -> contract.Member | None:
    """A member as a till may see one, or None."""
    balance, people, lot = tables.balance, tables.person, tables.lot
    row = connection.execute(
        select(balance.c.points, balance.c.held, balance.c.pending, people.c.sealed)
        .join(people, people.c.member_id == balance.c.member_id)
        .where(balance.c.member_id == member_id)
    ).one_or_none()
    lots = connection.execute(
        select(lot.c.pool, lot.c.remaining).where(lot.c.member_id == member_id, lot.c.remaining != 0)
    ).all()
    if row is None:
        return None
    plain = vault.unseal(bytes(row.sealed), member_id)
    pools: dict[str, int] = {}
    for one in lots:
        pools[one.pool] = pools.get(one.pool, 0) + one.remaining
    return contract.Member(
        member_id=member_id,
        display_name=plain["display_name"],
        masked_email=mask_email(plain["email"]),
        balance_points=row.points,
        available_points=max(row.points - row.held, 0),
        pending_points=row.pending,
        pools=[contract.Pool(pool=pool, points=points) for pool, points in sorted(pools.items())],
        as_of=stored(now),
    )
