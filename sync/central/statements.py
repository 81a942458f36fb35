"""A member's statement: points by pool, pending, what expires soon, and the last movements as a customer reads them."""

from sqlalchemy import Connection, func, select

from pos_app.domain.member import mask_email
from sync.central import expiry, members, tables
from sync.central.errors import CentralError
from sync.central.members import Seen
from sync.central.moments import stored
from sync.central.vault import Vault
from sync.membership import MemberMovement, Statement

EXPIRING_DAYS = 30
_TEXTS = {
    "earn_base": "Points for your purchase",
    "earn_bonus": "Bonus points",
    "correction": "Correction of printed points",
    "redeem": "Points used",
    "return": "Points of returned goods",
    "restore": "Points given back for returned goods",
    "enrolment": "Welcome points",
    "partner": "Points from a partner",
    "grant": "Points credited",
    "adjust": "Adjustment by customer service",
    "expire": "Expired",
    "forfeited": "Forfeited on leaving",
    "merge_in": "Points of your other account",
    "merge_out": "Points moved to your other account",
}
_INSIDE = ("debt_recovered",)
"""Movements between a member's own lots: no news for a customer."""


def statement(connection: Connection, vault: Vault, seen: Seen, member_id: str, movements: int) -> Statement:
    """The statement as of now. Raises CentralError when there is no such member (any more)."""
    email = members.address_of(connection, vault, member_id)
    balance = tables.balance
    row = connection.execute(
        select(balance.c.points, balance.c.held, balance.c.pending).where(balance.c.member_id == member_id)
    ).one_or_none()
    if row is None:
        raise CentralError(404, "unknown_member", "There is no such member.")
    return Statement(
        member_id=member_id,
        masked_email=mask_email(email),
        balance_points=row.points,
        available_points=max(row.points - row.held, 0),
        pending_points=row.pending,
        pools=members.pool_balances(connection, member_id),
        expiring=expiry.expiring(connection, member_id, seen.now, EXPIRING_DAYS, seen.terms),
        expiring_days=EXPIRING_DAYS,
        movements=_movements(connection, member_id, movements),
        as_of=stored(seen.now),
    )


def _movements(connection: Connection, member_id: str, count: int) -> list[MemberMovement]:
    """The newest first; the lines and lots of one sale are one movement of each kind and pool."""
    ledger, sale = tables.ledger, tables.sale
    at = func.max(ledger.c.occurred_at).label("at")
    rows = connection.execute(
        select(
            at,
            ledger.c.kind,
            func.sum(ledger.c.points).label("points"),
            ledger.c.pool,
            ledger.c.store_id,
            func.max(ledger.c.reason).label("reason"),
            func.max(sale.c.receipt_number).label("receipt_number"),
        )
        .outerjoin(sale, sale.c.transaction_id == ledger.c.transaction_id)
        .where(ledger.c.member_id == member_id, ledger.c.kind.not_in(_INSIDE))
        .group_by(ledger.c.event_id, ledger.c.transaction_id, ledger.c.kind, ledger.c.pool, ledger.c.store_id)
        .having(func.sum(ledger.c.points) != 0)
        .order_by(at.desc(), ledger.c.event_id, ledger.c.kind, ledger.c.pool)
        .limit(count)
    )
    return [
        MemberMovement(
            occurred_at=row.at,
            kind=row.kind,
            points=int(row.points),
            pool=row.pool,
            store_id=row.store_id,
            receipt_number=row.receipt_number or "",
            text=row.reason or _TEXTS.get(row.kind, ""),
        )
        for row in rows
    ]
