"""Points earned elsewhere: the linked card's bank, other partners. Each row counts once, by the partner's own number.

A partner signs its requests as a terminal does (Ed25519, the same headers); its id stands where a terminal's would.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from pos_app.domain.member import EmailError, normalise_email
from sync import contract
from sync.central import cards, members, tables
from sync.central.database import write_new_rows, write_rows
from sync.central.errors import CentralError
from sync.central.ledger import Cause, Posting, derived_id
from sync.central.moments import last_day_of_use, local_day, stored
from sync.central.vault import Vault
from sync.membership import PartnerEarning, PartnerRowResult

PREFIX = "partner-"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_POOL = re.compile(r"[a-z][a-z0-9-]{0,39}")
# Points that the service itself moves have their own pools.
_OWN_POOLS = ("store", "debt")


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner as the service knows it."""

    partner_id: str
    name: str
    pool: str
    state: str
    public_key: bytes = field(repr=False)


def add(connection: Connection, now: datetime, name: str, pool: str, public_key: bytes) -> Partner:
    """Let a partner in, also one who was shut out, or give it a new key; its pool stays. Raises CentralError."""
    if not _NAME.fullmatch(name):
        raise CentralError(422, "bad_name", "A partner's name has small letters, digits and hyphens, at most 40.")
    if not _POOL.fullmatch(pool) or pool in _OWN_POOLS:
        raise CentralError(422, "bad_pool", f"{pool!r} is no pool for a partner: small letters, as in card or network.")
    row = {
        "partner_id": PREFIX + name,
        "name": name,
        "pool": pool,
        "public_key": public_key,
        "state": "active",
        "added_at": stored(now),
    }
    write_rows(
        connection,
        tables.partner,
        [row],
        "(partner_id) DO UPDATE SET public_key = excluded.public_key, state = excluded.state",
    )
    found = find(connection, PREFIX + name)
    if found.pool != pool:
        raise CentralError(409, "other_pool", f"The points of {name} go into the pool {found.pool}, for ever.")
    return found


def close(connection: Connection, partner_id: str) -> None:
    """Shut a partner out; what it posted stays. Raises CentralError when there is none."""
    table = tables.partner
    closed = connection.execute(update(table).where(table.c.partner_id == partner_id).values(state="closed"))
    if closed.rowcount != 1:
        raise CentralError(404, "unknown_partner", "There is no such partner.")


def find(connection: Connection, partner_id: str) -> Partner:
    """The partner of an id. Raises CentralError when there is none."""
    table = tables.partner
    row = connection.execute(select(table).where(table.c.partner_id == partner_id)).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_partner", "There is no such partner.")
    return Partner(row.partner_id, row.name, row.pool, row.state, bytes(row.public_key))


@dataclass(slots=True)
class _Row:
    earning: PartnerEarning
    result: PartnerRowResult
    member_id: str = ""
    event_id: str = ""


def post(
    connection: Connection,
    vault: Vault,
    now: datetime,
    terms: contract.Terms,
    partner: Partner,
    earnings: list[PartnerEarning],
) -> list[PartnerRowResult]:
    """Post rows one by one, each once; one that cannot be posted says why and spoils no other.

    A refused row is not remembered: it may come again, when its member has joined.
    """
    rows = [
        _Row(one, PartnerRowResult(reference=one.reference, status="applied"), event_id=_event_id(partner, one))
        for one in earnings
    ]
    _find_known(connection, partner, rows)
    fresh = [row for row in rows if row.result.status == "applied"]
    _find_members(connection, vault, now, terms, fresh)
    good = [row for row in fresh if row.result.status == "applied"]
    posting = Posting(connection, stored(now))
    posting.load(row.member_id for row in good)
    for row in good:
        earned_on = date.fromisoformat(row.earning.earned_on)
        text = f"{partner.name}: {row.earning.text}" if row.earning.text else partner.name
        cause = Cause(row.event_id, stored(now), reason=text)
        posting.credit(
            cause,
            row.member_id,
            "partner",
            row.earning.points,
            pool=partner.pool,
            earned_on=row.earning.earned_on,
            expires_on=last_day_of_use(earned_on, terms.expiry_month_day).isoformat(),
        )
        posting.recover_debt(cause, row.member_id)
    posting.flush()
    write_new_rows(
        connection,
        tables.partner_earning,
        [
            {
                "partner_id": partner.partner_id,
                "reference": row.earning.reference,
                "event_id": row.event_id,
                "member_id": row.member_id,
                "points": row.earning.points,
                "earned_on": row.earning.earned_on,
                "received_at": stored(now),
            }
            for row in good
        ],
    )
    return [row.result for row in rows]


def _event_id(partner: Partner, earning: PartnerEarning) -> str:
    return derived_id("partner", partner.partner_id, earning.reference)


def _find_known(connection: Connection, partner: Partner, rows: list[_Row]) -> None:
    """Mark what came before, here or earlier in the same request."""
    table = tables.partner_earning
    references = sorted({row.earning.reference for row in rows})
    known = {
        found.reference: (found.points, found.earned_on)
        for found in connection.execute(
            select(table).where(table.c.partner_id == partner.partner_id, table.c.reference.in_(references))
        )
    }
    for row in rows:
        content = (row.earning.points, row.earning.earned_on)
        before = known.setdefault(row.earning.reference, content)
        if before is content:
            continue
        if before == content:
            row.result.status = "duplicate"
        else:
            _refuse(row, "reference: it came before with other points or another day; the first one stays")


def _find_members(connection: Connection, vault: Vault, now: datetime, terms: contract.Terms, rows: list[_Row]) -> None:
    today = local_day(now, terms.time_zone)
    by_key: dict[str, list[_Row]] = {}
    for row in rows:
        wrong = _wrong(row.earning, today, terms)
        if wrong:
            _refuse(row, wrong)
        elif row.earning.card_number:
            try:
                row.member_id = cards.holder(connection, vault, row.earning.card_number)
            except CentralError as error:
                _refuse(row, f"card_number: {error.message}")
                continue
            if not row.member_id:
                _refuse(row, "card_number: no member has this card")
        else:
            try:
                by_key.setdefault(vault.email_key(normalise_email(row.earning.email)), []).append(row)
            except EmailError as error:
                _refuse(row, f"email: {error}")
    found = members.memberships(connection, by_key)
    for key, same in by_key.items():
        for row in same:
            if key in found:
                row.member_id = found[key].member_id
            else:
                _refuse(row, "email: nobody has this address")


def _wrong(earning: PartnerEarning, today: date, terms: contract.Terms) -> str:
    """What is wrong with a row by itself: the column and why; empty when nothing is."""
    if bool(earning.email) == bool(earning.card_number):
        return "email: a row names its member by e-mail or by card_number, one of the two"
    if "@" in earning.text:
        return "text: it is kept for ever, so it must not hold an address"
    try:
        earned_on = date.fromisoformat(earning.earned_on)
    except ValueError:
        return "earned_on: there is no such day"
    if earned_on > today:
        return "earned_on: that day is still to come"
    if earned_on.year < date.max.year and last_day_of_use(earned_on, terms.expiry_month_day) < today:
        return "earned_on: points of that day have expired"
    return ""


def _refuse(row: _Row, reason: str) -> None:
    row.result.status, row.result.reason = "refused", reason
