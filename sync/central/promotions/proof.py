"""Proof of promo codes: what is counted of each is the sum of its uses and of the holds that are open."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from sync.central.promotions import tables


def promo_codes(connection: Connection) -> Iterator[str]:
    """What is off: a count of uses or holds that is not the number of their rows."""
    code, hold, use = tables.code, tables.hold, tables.use
    back = tables.given_back
    taken = (
        select(use.c.code, func.count().label("number"), func.count(back.c.code).label("back"))
        .outerjoin(back, (back.c.code == use.c.code) & (back.c.transaction_id == use.c.transaction_id))
        .group_by(use.c.code)
    )
    used = taken.subquery()
    held = select(hold.c.code, func.count().label("number")).where(hold.c.state == "held").group_by(hold.c.code)
    open_holds = held.subquery()
    rows = connection.execute(
        select(
            code.c.code,
            code.c.used,
            code.c.held,
            func.coalesce(used.c.number - used.c.back, 0).label("proven_used"),
            func.coalesce(open_holds.c.number, 0).label("proven_held"),
        )
        .outerjoin(used, used.c.code == code.c.code)
        .outerjoin(open_holds, open_holds.c.code == code.c.code)
        .order_by(code.c.code)
    )
    for row in rows:
        if row.used != row.proven_used:
            yield f"promo code {row.code}: used {row.used} times, {row.proven_used} sales"
        if row.held != row.proven_held:
            yield f"promo code {row.code}: {row.held} uses held, {row.proven_held} holds open"
