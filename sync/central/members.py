"""Members: found by exactly one address, joined once, shown masked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, bindparam, func, select

from pos_app.domain.member import EmailError, mask_email, normalise_email
from pos_app.ports import IdSource
from sync import contract
from sync.central import allowances, cards, expiry, former, tables
from sync.central.database import within, write_rows
from sync.central.errors import CentralError
from sync.central.ledger import DEBT_POOL
from sync.central.moments import stored
from sync.central.similar import simplified
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
    has joined at the earliest time that any of them says, so that the order of the news does not matter. News of a
    membership that is over by now do not begin another one.
    """
    by_key: dict[str, Joining] = {}
    for one in joining:
        key = vault.email_key(one.email)
        if key not in by_key or one.joined_at < by_key[key].joined_at:
            by_key[key] = one
    settled = _settled(connection, by_key)
    fresh = {key: ids.new_id() for key in sorted(by_key.keys() - settled.keys())}
    write_rows(
        connection,
        tables.person,
        [
            {
                "member_id": member_id,
                "email_key": key,
                "similar_key": vault.keyed("similar", simplified(by_key[key].email)),
                "sealed": vault.seal({"email": by_key[key].email, "display_name": ""}, member_id),
                "marketing_consent": by_key[key].marketing_consent,
                "consent_at": by_key[key].joined_at,
            }
            for key, member_id in fresh.items()
        ],
    )
    people = tables.person
    rows = connection.execute(select(people.c.email_key, people.c.member_id).where(people.c.email_key.in_(list(fresh))))
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
    made = [member_id for key, member_id in fresh.items() if member_ids[key] == member_id]
    write_rows(
        connection,
        tables.balance,
        [{"member_id": member_id, "points": 0, "held": 0, "pending": 0, "version": 0} for member_id in made],
    )
    cards.give(connection, vault, made)
    return settled | member_ids


def _settled(connection: Connection, by_key: dict[str, Joining]) -> dict[str, str]:
    """Addresses of which nobody new comes: they came along in a merge, or the news are older than the leaving."""
    ended = former.joined_before(connection, [one.event_id for one in by_key.values()])
    left = former.last_left(connection, by_key)
    people = tables.person
    members_now = set(
        connection.execute(select(people.c.email_key).where(people.c.email_key.in_(sorted(by_key)))).scalars()
    )
    settled = former.merged_addresses(connection, by_key)
    for key, one in by_key.items():
        if one.event_id in ended:
            settled[key] = ended[one.event_id]
        elif key in left and one.joined_at < left[key].ended_at and key not in members_now:
            settled[key] = left[key].member_id
    return settled


def after_leaving(connection: Connection, vault: Vault, now: datetime, joining: Joining) -> Joining:
    """Somebody who stands at a till and joins again does so now, whatever that till's clock says."""
    key = vault.email_key(joining.email)
    left = former.last_left(connection, [key]).get(key)
    if left is None or joining.joined_at >= left.ended_at:
        return joining
    return replace(joining, joined_at=stored(now))


def _members_by(person_is: ColumnElement[bool], merged_is: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Members by their own address, or by one that they brought along in a merge."""
    people, accounts, merged = tables.person, tables.account, tables.former_member
    return (
        select(people.c.email_key, people.c.member_id, accounts.c.joined_at)
        .join(accounts, accounts.c.member_id == people.c.member_id)
        .where(person_is, accounts.c.left_at.is_(None))
        .union_all(
            select(merged.c.email_key, merged.c.successor_id, accounts.c.joined_at)
            .join(accounts, accounts.c.member_id == merged.c.successor_id)
            .where(merged_is, merged.c.ended_by == former.MERGED)
        )
    )


# Made once: to build a statement takes longer than to run it.
_BY_ADDRESS = _members_by(
    tables.person.c.email_key == bindparam("email_key"), tables.former_member.c.email_key == bindparam("email_key")
)


def memberships(connection: Connection, email_keys: Iterable[str]) -> dict[str, Membership]:
    """The members of these address keys, also of those brought along in a merge; keys of nobody are left out."""
    wanted = list(email_keys)
    if not wanted:
        return {}
    if len(wanted) == 1:
        rows = connection.execute(_BY_ADDRESS, {"email_key": wanted[0]})
    else:
        people, merged = tables.person, tables.former_member
        rows = connection.execute(
            _members_by(within(connection, people.c.email_key, wanted), within(connection, merged.c.email_key, wanted))
        )
    return {row.email_key: Membership(row.member_id, row.joined_at) for row in rows}


def similar(connection: Connection, vault: Vault, email: str, member_id: str) -> int:
    """How many other members have an address that differs in a trifle only. email is normalised."""
    people = tables.person
    query = (
        select(func.count())
        .select_from(people)
        .where(people.c.similar_key == vault.keyed("similar", simplified(email)), people.c.member_id != member_id)
    )
    return int(connection.execute(query).scalar_one())


def joined_by(connection: Connection, member_id: str) -> str:
    """The event that made the account."""
    accounts = tables.account
    query = select(accounts.c.joined_event_id).where(accounts.c.member_id == member_id)
    return str(connection.execute(query).scalar_one())


def find(connection: Connection, vault: Vault, request: contract.FindMember) -> str:
    """Who has exactly this address or card; empty when nobody has. Raises CentralError for what is neither."""
    if bool(request.email.strip()) == bool(request.card_number.strip()):
        raise CentralError(422, "one_key", "A member is found by an e-mail address or by a card number.")
    if request.card_number.strip():
        return cards.holder(connection, vault, request.card_number)
    found = memberships(connection, [vault.email_key(normalised(request.email))])
    return next(iter(found.values())).member_id if found else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """For whom a member is shown: the terms in force, the store that may let points be spent offline, and whether
    one-time codes can be sent.
    """

    now: datetime
    terms: contract.Terms
    store_id: str = ""
    codes: bool = False


def _view_statement() -> Select[Any]:
    balance, people, card, pin = tables.balance, tables.person, tables.member_card, tables.member_pin
    lot, link = tables.lot, tables.account_link
    return (
        select(
            balance.c.points,
            balance.c.held,
            balance.c.pending,
            balance.c.version,
            people.c.sealed,
            people.c.segment,
            card.c.sealed.label("card"),
            pin.c.pin_hash,
            lot.c.lot_id,
            lot.c.pool,
            lot.c.remaining,
            lot.c.expires_on,
            link.c.kind.label("linked"),
        )
        .join(people, people.c.member_id == balance.c.member_id)
        .outerjoin(card, card.c.member_id == balance.c.member_id)
        .outerjoin(pin, pin.c.member_id == balance.c.member_id)
        .outerjoin(lot, and_(lot.c.member_id == balance.c.member_id, lot.c.remaining != 0))
        .outerjoin(link, link.c.member_id == balance.c.member_id)
        .where(balance.c.member_id == bindparam("member_id"))
    )


_VIEW = _view_statement()


def view(connection: Connection, vault: Vault, seen: Seen, member_id: str) -> contract.Member | None:
    """A member as a till may see one, or None. It is one question to the database, since somebody waits for it."""
    rows = connection.execute(_VIEW, {"member_id": member_id}).all()
    if not rows:
        return None
    row = rows[0]
    lots = {one.lot_id: one for one in rows if one.lot_id is not None}.values()
    points_of_pool: dict[str, int] = {}
    for lot in lots:
        points_of_pool[lot.pool] = points_of_pool.get(lot.pool, 0) + lot.remaining
    linked = sorted({one.linked for one in rows if one.linked is not None})
    next_expiry_on, next_expiry_points = expiry.next_of(
        [(lot.expires_on, lot.remaining) for lot in lots if lot.pool != DEBT_POOL], linked, seen.terms, seen.now
    )
    plain = vault.unseal(bytes(row.sealed), member_id)
    available_points = max(row.points - row.held, 0)
    return contract.Member(
        member_id=member_id,
        display_name=plain["display_name"],
        masked_email=mask_email(plain["email"]),
        balance_points=row.points,
        available_points=available_points,
        pending_points=row.pending,
        pools=[contract.Pool(pool=pool, points=points) for pool, points in sorted(points_of_pool.items())],
        as_of=stored(seen.now),
        card_number=cards.number_of(vault, row.card, member_id),
        segment=row.segment,
        linked=linked,
        proofs=[
            kind
            for kind in seen.terms.redeem_proofs
            if kind == "id_seen" or (seen.codes if kind == "code" else row.pin_hash is not None)
        ],
        signed_allowance=allowances.signed(
            vault, seen.now, seen.terms.offline, seen.store_id, member_id, available_points, row.version
        ),
        next_expiry_points=next_expiry_points,
        next_expiry_on=next_expiry_on,
    )


def pool_balances(connection: Connection, member_id: str) -> list[contract.Pool]:
    """A member's points by where they come from."""
    lot = tables.lot
    rows = connection.execute(
        select(lot.c.pool, func.sum(lot.c.remaining).label("points"))
        .where(lot.c.member_id == member_id, lot.c.remaining != 0)
        .group_by(lot.c.pool)
        .order_by(lot.c.pool)
    )
    return [contract.Pool(pool=row.pool, points=int(row.points)) for row in rows]


def address_of(connection: Connection, vault: Vault, member_id: str) -> str:
    """The member's address. Raises CentralError when there is no such member (any more)."""
    people = tables.person
    sealed = connection.execute(select(people.c.sealed).where(people.c.member_id == member_id)).scalar_one_or_none()
    if sealed is None:
        raise CentralError(404, "unknown_member", "There is no such member.")
    return vault.unseal(bytes(sealed), member_id)["email"]
