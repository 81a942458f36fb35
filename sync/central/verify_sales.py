"""Proof of what sales did to points: earned, pending, taken back, given back, granted for joining; each added up again
from the sale's own lines and from all that happened to it since.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from sync import contract
from sync.central import loads, tables
from sync.central.ledger import DEBT_POOL
from sync.central.sale_facts import pieces_of
from sync.central.sold_lines import Fact, SoldLine, restored_points, standing

EARNING_KINDS = ("earn_base", "earn_bonus", "correction", "return")


def pending(connection: Connection) -> Iterator[str]:
    """What is shown as pending is the sum of its entries, and never below zero."""
    entry, balance = tables.pending_entry, tables.balance
    sums = select(entry.c.member_id, func.sum(entry.c.points).label("points")).group_by(entry.c.member_id).subquery()
    rows = connection.execute(
        select(balance.c.member_id, balance.c.pending, func.coalesce(sums.c.points, 0).label("proven"))
        .outerjoin(sums, sums.c.member_id == balance.c.member_id)
        .where(or_(balance.c.pending != func.coalesce(sums.c.points, 0), balance.c.pending < 0))
    )
    for row in rows:
        yield f"member {row.member_id}: {row.pending} points pending, entries {row.proven}"


def lots(connection: Connection) -> Iterator[str]:
    """What a lot was granted was credited; nobody owes points and has some; a debt is never above zero."""
    ledger, lot = tables.ledger, tables.lot
    granted = case(
        (ledger.c.kind == "correction", ledger.c.points),
        (and_(ledger.c.points > 0, ledger.c.kind.not_in(("restore", "return", "debt_recovered"))), ledger.c.points),
        else_=0,
    )
    sums = select(ledger.c.lot_id, func.sum(granted).label("points")).group_by(ledger.c.lot_id).subquery()
    rows = connection.execute(
        select(lot.c.lot_id, lot.c.member_id, lot.c.granted, func.coalesce(sums.c.points, 0).label("proven"))
        .outerjoin(sums, sums.c.lot_id == lot.c.lot_id)
        .where(lot.c.granted != func.coalesce(sums.c.points, 0), lot.c.pool != DEBT_POOL)
    )
    for row in rows:
        yield f"member {row.member_id}: lot {row.lot_id[:12]} was granted {row.granted}, ledger {row.proven}"
    owing = select(lot.c.member_id).where(lot.c.pool == DEBT_POOL, lot.c.remaining < 0)
    having = select(lot.c.member_id).where(
        lot.c.pool != DEBT_POOL, lot.c.remaining > 0, lot.c.member_id.in_(owing.scalar_subquery())
    )
    for member_id in connection.execute(having.distinct()).scalars():
        yield f"member {member_id} owes points and has some"
    for member_id in connection.execute(
        select(lot.c.member_id).where(lot.c.pool == DEBT_POOL, lot.c.remaining > 0)
    ).scalars():
        yield f"member {member_id}: a debt above zero"


def enrolment_offers(connection: Connection) -> Iterator[str]:
    """Each offer was granted as often as its counter says, never beyond its cap, and posted each time."""
    offer, decision, ledger = tables.enrolment_offer, tables.enrolment_decision, tables.ledger
    decided = (
        select(decision.c.offer_id, func.count().label("times"), func.sum(decision.c.points).label("points"))
        .where(decision.c.status == "granted")
        .group_by(decision.c.offer_id)
    )
    posted = (
        select(ledger.c.offer_id, func.count().label("times"), func.sum(ledger.c.points).label("points"))
        .where(ledger.c.kind == "enrolment")
        .group_by(ledger.c.offer_id)
    )
    by_offer = {row.offer_id: (row.times, int(row.points)) for row in connection.execute(decided)}
    in_ledger = {row.offer_id: (row.times, int(row.points)) for row in connection.execute(posted)}
    counters = {row.offer_id: row.granted for row in connection.execute(select(offer))}
    caps: dict[str, int] = {}
    for document in connection.execute(select(tables.terms.c.document)).scalars():
        for one in contract.decode(bytes(document), contract.Terms).enrolment_offers:
            caps[one.offer_id] = max(one.cap, caps.get(one.offer_id, 0))
    for offer_id in sorted(counters.keys() | by_offer.keys() | in_ledger.keys()):
        counter = counters.get(offer_id, 0)
        times, points = by_offer.get(offer_id, (0, 0))
        if counter != times:
            yield f"offer {offer_id}: its counter says {counter}, {times} people have it"
        if in_ledger.get(offer_id, (0, 0)) != (times, points):
            yield f"offer {offer_id}: granted {times} times, {points} points; ledger {in_ledger.get(offer_id, (0, 0))}"
        if counter > caps.get(offer_id, counter):
            yield f"offer {offer_id}: granted {counter} times, its cap is {caps[offer_id]}"


def gift_card_refunds(connection: Connection) -> Iterator[str]:
    """No sale gave a gift card back more than was paid with it."""
    entry = tables.gift_card_entry
    paid = func.sum(case((entry.c.kind == "capture", -entry.c.amount_minor), else_=0))
    back = func.sum(case((entry.c.kind == "refund", entry.c.amount_minor), else_=0))
    rows = connection.execute(
        select(entry.c.transaction_id, paid.label("paid"), back.label("back"))
        .where(entry.c.transaction_id != "")
        .group_by(entry.c.transaction_id, entry.c.reference)
        .having(back > paid)
    )
    for row in rows:
        yield f"sale {row.transaction_id}: a gift card paid {row.paid} and got {row.back} back"


def untouched_sales(connection: Connection) -> Iterator[str]:
    """A sale to which nothing happened has earned what its lines say; goods to be shipped are pending."""
    sale, line, fact = tables.sale, tables.sale_line, tables.sale_fact
    points = line.c.points_base + line.c.points_bonus
    expected = (
        select(
            line.c.transaction_id,
            func.sum(case((line.c.to_ship, 0), else_=points)).label("earned"),
            func.sum(case((line.c.to_ship, points), else_=0)).label("pending"),
        )
        .group_by(line.c.transaction_id)
        .subquery()
    )
    earned, waiting = _earned().subquery(), _pending().subquery()
    rows = connection.execute(
        select(
            sale.c.transaction_id,
            sale.c.member_id,
            expected.c.earned.label("right"),
            expected.c.pending.label("right_pending"),
            func.coalesce(earned.c.points, 0).label("earned"),
            func.coalesce(waiting.c.points, 0).label("pending"),
        )
        .join(expected, expected.c.transaction_id == sale.c.transaction_id)
        .outerjoin(earned, earned.c.transaction_id == sale.c.transaction_id)
        .outerjoin(waiting, waiting.c.transaction_id == sale.c.transaction_id)
        .where(sale.c.transaction_id.not_in(select(fact.c.transaction_id).scalar_subquery()))
    )
    for row in rows:
        right = (row.right, row.right_pending) if row.member_id else (0, 0)
        if (row.earned, row.pending) != right:
            yield f"sale {row.transaction_id}: earned and pending {right}, posted {(row.earned, row.pending)}"


def changed_sales(connection: Connection) -> Iterator[str]:
    """After returns and shipments, a sale has earned, pending and given back exactly what its facts make of it."""
    sale, fact, line, tender = tables.sale, tables.sale_fact, tables.sale_line, tables.sale_tender
    ledger, surplus = tables.ledger, tables.surplus_return
    changed = connection.execute(
        select(sale.c.transaction_id, sale.c.member_id).where(
            sale.c.transaction_id.in_(select(fact.c.transaction_id).scalar_subquery())
        )
    ).all()
    for transaction_id, member_id in changed:
        lines = [
            SoldLine(*row[1:])
            for row in connection.execute(
                select(line).where(line.c.transaction_id == transaction_id).order_by(line.c.line_number)
            )
        ]
        facts = [
            Fact(row.fact_id, row.kind, pieces_of(row.kind, bytes(row.payload)))
            for row in connection.execute(select(fact).where(fact.c.transaction_id == transaction_id))
        ]
        at = standing(lines, facts)
        right = (
            sum(one.base + one.bonus - one.reversed for one in at.lines.values()),
            sum(one.pending for one in at.lines.values()),
        )
        posted = (
            _one(connection, _earned().where(ledger.c.transaction_id == transaction_id)),
            _one(connection, _pending().where(tables.pending_entry.c.transaction_id == transaction_id)),
        )
        if posted != (right if member_id else (0, 0)):
            yield f"sale {transaction_id}: earned and pending {right} after all that happened to it, posted {posted}"
        moved = {
            row.kind: int(row.points)
            for row in connection.execute(
                select(ledger.c.kind, func.sum(ledger.c.points).label("points"))
                .where(ledger.c.transaction_id == transaction_id, ledger.c.kind.in_(("redeem", "restore")))
                .group_by(ledger.c.kind)
            )
        }
        paid = connection.execute(
            select(tender.c.points).where(tender.c.transaction_id == transaction_id, tender.c.tender_type == "points")
        ).scalars()
        used, back = -moved.get("redeem", 0), moved.get("restore", 0)
        if back != min(used, sum(restored_points(lines, at, points) for points in paid)):
            yield f"sale {transaction_id}: {used} points had paid, {back} came back"
        reported = connection.execute(
            select(func.coalesce(func.sum(surplus.c.quantity_milli), 0)).where(
                surplus.c.transaction_id == transaction_id
            )
        ).scalar_one()
        if int(reported) != sum(at.surplus.values()):
            too_many = sum(at.surplus.values())
            yield f"sale {transaction_id}: {too_many} thousandths too many came back, {reported} reported"


def offline_points(connection: Connection) -> Iterator[str]:
    """Each reference of points that a till took without asking was counted for its store, once."""
    tender, taken, ledger = tables.sale_tender, tables.offline_redemption, tables.ledger
    missing = select(tender.c.reference).where(
        tender.c.reference.like("offline-%"), tender.c.reference.not_in(select(taken.c.reference).scalar_subquery())
    )
    for reference in connection.execute(missing).scalars():
        yield f"points taken offline as {reference} are counted for no store"
    used = (
        select(ledger.c.transaction_id, func.sum(-ledger.c.points).label("points"))
        .where(ledger.c.kind == "redeem")
        .group_by(ledger.c.transaction_id)
        .subquery()
    )
    rows = connection.execute(
        select(taken.c.reference)
        .outerjoin(used, used.c.transaction_id == taken.c.transaction_id)
        .where(
            or_(func.coalesce(used.c.points, 0) < taken.c.points, taken.c.overdrawn_points > taken.c.points),
        )
    )
    for reference in rows.scalars():
        yield f"points taken offline as {reference} were not posted in full"


CHECKS = (
    pending,
    lots,
    enrolment_offers,
    gift_card_refunds,
    loads.proven,
    untouched_sales,
    changed_sales,
    offline_points,
)


def _earned() -> Any:
    ledger = tables.ledger
    return (
        select(ledger.c.transaction_id, func.sum(ledger.c.points).label("points"))
        .where(ledger.c.kind.in_(EARNING_KINDS))
        .group_by(ledger.c.transaction_id)
    )


def _pending() -> Any:
    entry = tables.pending_entry
    return select(entry.c.transaction_id, func.sum(entry.c.points).label("points")).group_by(entry.c.transaction_id)


def _one(connection: Connection, query: Any) -> int:
    row = connection.execute(query).one_or_none()
    return int(row.points) if row is not None else 0
