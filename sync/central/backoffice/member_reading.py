"""A member as customer service sees one: masked until revealed, with everything that happened to the points."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from pos_app.domain.member import mask_email
from sync import contract
from sync.central import expiry, tables
from sync.central.errors import CentralError
from sync.central.moments import local_day
from sync.central.vault import Vault

SOON = timedelta(days=30)
MOVEMENTS_PAGE = 50
# Movements between a member's own lots: the balance stays.
_INSIDE = ("debt_recovered",)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one pool that can be used to the end of a day; when it is over, the next daily run takes them."""

    pool: str
    points: int
    expires_on: str
    soon: bool
    over: bool


@dataclass(frozen=True, slots=True)
class MemberMovement:
    """The lines and lots of one event, added up by kind and pool. Times as stored."""

    occurred_at: str
    kind: str
    points: int
    pool: str
    store_id: str
    receipt_number: str
    offer_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another account of the member's."""

    kind: str
    linked_at: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All of one member. email, name and card number are masked or empty unless they were asked for."""

    member_id: str
    email: str
    display_name: str
    card_number: str
    segment: str
    joined_at: str
    ended_at: str
    ended_by: str
    successor_id: str
    consent: bool
    points: int
    held: int
    pending: int
    lots: tuple[Lot, ...]
    links: tuple[Link, ...]
    has_pin: bool
    similar: int
    open_adjustments: int

    @property
    def available(self) -> int:
        """What may be used now."""
        return max(self.points - self.held, 0)

    @property
    def soon_points(self) -> int:
        """What can be used for the next 30 days only."""
        return sum(lot.points for lot in self.lots if lot.soon and lot.points > 0)

    @property
    def pools(self) -> dict[str, int]:
        """Points by where they come from."""
        sums: dict[str, int] = {}
        for lot in self.lots:
            sums[lot.pool] = sums.get(lot.pool, 0) + lot.points
        return sums


def overview(
    connection: Connection,
    vault: Vault,
    now: datetime,
    programme: contract.Terms,
    member_id: str,
    *,
    revealed: bool = False,
) -> Overview:
    """One member under the terms in force. Raises CentralError when there never was one of that id."""
    account, balance, person = tables.account, tables.balance, tables.person
    card, pin, former = tables.member_card, tables.member_pin, tables.former_member
    row = connection.execute(
        select(
            account.c.joined_at,
            balance.c.points,
            balance.c.held,
            balance.c.pending,
            person.c.sealed,
            person.c.marketing_consent,
            person.c.segment,
            person.c.similar_key,
            card.c.sealed.label("card"),
            pin.c.pin_hash,
            former.c.ended_at,
            former.c.ended_by,
            former.c.successor_id,
        )
        .join(balance, balance.c.member_id == account.c.member_id)
        .outerjoin(person, person.c.member_id == account.c.member_id)
        .outerjoin(card, card.c.member_id == account.c.member_id)
        .outerjoin(pin, pin.c.member_id == account.c.member_id)
        .outerjoin(former, former.c.member_id == account.c.member_id)
        .where(account.c.member_id == member_id)
    ).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_member", "There is no such member.")
    plain = vault.unseal(bytes(row.sealed), member_id) if row.sealed is not None else {}
    number = vault.unseal(bytes(row.card), member_id)["card_number"] if row.card is not None else ""
    email = plain.get("email", "")
    return Overview(
        member_id=member_id,
        email=email if revealed or not email else mask_email(email),
        display_name=plain.get("display_name", ""),
        card_number=number if revealed or not number else f"•••• {number[-4:]}",
        segment=row.segment or "",
        joined_at=row.joined_at,
        ended_at=row.ended_at or "",
        ended_by=row.ended_by or "",
        successor_id=row.successor_id or "",
        consent=bool(row.marketing_consent),
        points=row.points,
        held=row.held,
        pending=row.pending,
        lots=_lots(connection, local_day(now, programme.time_zone), programme, member_id),
        links=_links(connection, member_id),
        has_pin=row.pin_hash is not None,
        similar=_similar(connection, row.similar_key or "", member_id),
        open_adjustments=_open_adjustments(connection, member_id),
    )


def _lots(connection: Connection, today: date, programme: contract.Terms, member_id: str) -> tuple[Lot, ...]:
    lot = tables.lot
    years = expiry.extension_years(connection, [member_id], programme)[member_id]
    rows = connection.execute(
        select(lot.c.pool, lot.c.remaining, lot.c.expires_on)
        .where(lot.c.member_id == member_id, lot.c.remaining != 0)
        .order_by(lot.c.expires_on, lot.c.pool)
    )
    found = []
    for row in rows:
        last = expiry.last_day(row.expires_on, years)
        soon = today.isoformat() <= last <= (today + SOON).isoformat()
        found.append(Lot(row.pool, row.remaining, last, soon, last < today.isoformat()))
    return tuple(found)


def _links(connection: Connection, member_id: str) -> tuple[Link, ...]:
    link = tables.account_link
    rows = connection.execute(
        select(link.c.kind, link.c.linked_at).where(link.c.member_id == member_id).order_by(link.c.kind)
    )
    return tuple(Link(row.kind, row.linked_at) for row in rows)


def _similar(connection: Connection, similar_key: str, member_id: str) -> int:
    """How many other members have an address that differs in a trifle only."""
    person = tables.person
    query = (
        select(func.count())
        .select_from(person)
        .where(person.c.similar_key == similar_key, person.c.member_id != member_id)
    )
    return int(connection.execute(query).scalar_one()) if similar_key else 0


def _open_adjustments(connection: Connection, member_id: str) -> int:
    adjustment = tables.adjustment
    query = (
        select(func.count())
        .select_from(adjustment)
        .where(adjustment.c.member_id == member_id, adjustment.c.state == "open")
    )
    return int(connection.execute(query).scalar_one())


def movements(connection: Connection, member_id: str, skip: int) -> list[MemberMovement]:
    """One more than a page of movements, newest first."""
    ledger, sale = tables.ledger, tables.sale
    at = func.max(ledger.c.occurred_at).label("at")
    rows = connection.execute(
        select(
            at,
            ledger.c.kind,
            func.sum(ledger.c.points).label("points"),
            ledger.c.pool,
            ledger.c.store_id,
            func.max(sale.c.receipt_number).label("receipt_number"),
            func.max(ledger.c.offer_id).label("offer_id"),
            func.max(ledger.c.reason).label("reason"),
        )
        .outerjoin(sale, sale.c.transaction_id == ledger.c.transaction_id)
        .where(ledger.c.member_id == member_id, ledger.c.kind.not_in(_INSIDE))
        .group_by(ledger.c.event_id, ledger.c.transaction_id, ledger.c.kind, ledger.c.pool, ledger.c.store_id)
        .having(func.sum(ledger.c.points) != 0)
        .order_by(at.desc(), ledger.c.event_id, ledger.c.kind, ledger.c.pool)
        .limit(MOVEMENTS_PAGE + 1)
        .offset(skip)
    )
    return [
        MemberMovement(
            row.at,
            row.kind,
            int(row.points),
            row.pool,
            row.store_id,
            row.receipt_number or "",
            row.offer_id or "",
            row.reason or "",
        )
        for row in rows
    ]
