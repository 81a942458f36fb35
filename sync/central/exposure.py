"""Points that tills took without asking: each reference once, what a store is exposed to by it, and large debts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from sync.central import tables, terms
from sync.central.moments import stored
from sync.membership import StoreExposure

PERIOD = timedelta(days=30)


def known_references(connection: Connection, references: Iterable[str]) -> set[str]:
    """Those of these references whose points were taken before."""
    wanted = sorted(references)
    if not wanted:
        return set()
    taken = tables.offline_redemption
    return set(connection.execute(select(taken.c.reference).where(taken.c.reference.in_(wanted))).scalars())


def of_store(connection: Connection, now: datetime, store_id: str) -> StoreExposure:
    """What a store's tills let be spent offline in the last thirty days, and what of it became a debt."""
    taken = tables.offline_redemption
    row = connection.execute(
        select(
            func.coalesce(func.sum(taken.c.points), 0).label("points"),
            func.coalesce(func.sum(taken.c.overdrawn_points), 0).label("overdrawn"),
        ).where(taken.c.store_id == store_id, taken.c.received_at > stored(now - PERIOD))
    ).one()
    in_force = terms.in_force(connection, now)
    return StoreExposure(
        store_id=store_id,
        offline_points=int(row.points),
        overdrawn_points=int(row.overdrawn),
        budget_points=in_force.offline.store_budget_points if in_force.offline.allowed else 0,
        value_minor=terms.checked(in_force).value_minor(int(row.overdrawn)),
    )


@dataclass(frozen=True, slots=True)
class LargeDebt:
    """A member who owes more than the terms let anybody owe: a report, since goods that are gone cannot be refused."""

    member_id: str
    owed_points: int


def large_debts(connection: Connection, now: datetime) -> list[LargeDebt]:
    """Members who owe more points than the terms in force name, the largest debt first."""
    balance = tables.balance
    limit = terms.in_force(connection, now).largest_debt_points
    query = (
        select(balance.c.member_id, -balance.c.points)
        .where(balance.c.points < -limit)
        .order_by(balance.c.points, balance.c.member_id)
    )
    return [LargeDebt(*row) for row in connection.execute(query)]


def stores(connection: Connection, now: datetime) -> list[StoreExposure]:
    """Every store whose tills took points offline in the last thirty days."""
    taken = tables.offline_redemption
    query = select(taken.c.store_id).where(taken.c.received_at > stored(now - PERIOD)).distinct()
    store_ids = connection.execute(query.order_by(taken.c.store_id)).scalars().all()
    return [of_store(connection, now, store_id) for store_id in store_ids]
