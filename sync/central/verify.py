"""Proof that what the service shows is what was posted: each figure is added up again from its source."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select, text, union_all

from pos_app.domain.journal import GENESIS_HASH, chain_hash
from sync.central import digests, tables, verify_care, verify_sales
from sync.central.backoffice import tables as office_tables
from sync.central.ledger import DEBT_POOL
from sync.central.promotions.proof import promo_codes

MAXIMUM_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Report:
    """findings names what is off, one sentence each; quarantined events are known and counted, not off."""

    members: int
    entries: int
    events: int
    quarantined: int
    terminals: int
    findings: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """True when nothing is off."""
        return not self.findings


def verify(connection: Connection) -> Report:
    """Check everything. At most MAXIMUM_FINDINGS findings are named."""
    findings: list[str] = []
    more = (
        verify_care.adjustments,
        verify_care.partner_earnings,
        verify_care.former_members,
        digests.check,
        promo_codes,
        *verify_sales.CHECKS,
    )
    for check in (_balances, _lots, _holds, _gift_cards, _events, _chains, *more):
        for finding in check(connection):
            if len(findings) < MAXIMUM_FINDINGS:
                findings.append(finding)

    def count(table: str) -> int:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - own names

    return Report(
        members=count("account"),
        entries=count("ledger"),
        events=count("event"),
        quarantined=count("quarantine"),
        terminals=count("terminal"),
        findings=tuple(findings),
    )


def _balances(connection: Connection) -> Iterator[str]:
    ledger, balance = tables.ledger, tables.balance
    sums = select(ledger.c.member_id, func.sum(ledger.c.points).label("points")).group_by(ledger.c.member_id).subquery()
    rows = connection.execute(
        select(balance.c.member_id, balance.c.points, func.coalesce(sums.c.points, 0).label("proven"))
        .outerjoin(sums, sums.c.member_id == balance.c.member_id)
        .where(balance.c.points != func.coalesce(sums.c.points, 0))
    )
    for row in rows:
        yield f"member {row.member_id}: balance {row.points}, ledger {row.proven}"
    rows = connection.execute(select(sums.c.member_id).where(sums.c.member_id.not_in(select(balance.c.member_id))))
    for row in rows:
        yield f"member {row.member_id}: entries in the ledger and no balance"


def _lots(connection: Connection) -> Iterator[str]:
    ledger, lot = tables.ledger, tables.lot
    sums = select(ledger.c.lot_id, func.sum(ledger.c.points).label("points")).group_by(ledger.c.lot_id).subquery()
    rows = connection.execute(
        select(lot.c.lot_id, lot.c.member_id, lot.c.remaining, func.coalesce(sums.c.points, 0).label("proven"))
        .outerjoin(sums, sums.c.lot_id == lot.c.lot_id)
        .where(lot.c.remaining != func.coalesce(sums.c.points, 0))
    )
    for row in rows:
        yield f"member {row.member_id}: lot {row.lot_id[:12]} has {row.remaining} left, ledger {row.proven}"
    orphans = select(sums.c.lot_id).where(sums.c.lot_id.not_in(select(lot.c.lot_id)))
    for lot_id in connection.execute(orphans).scalars():
        yield f"lot {lot_id[:12]}: entries in the ledger and no lot"
    below_zero = select(lot.c.lot_id).where(lot.c.remaining < 0, lot.c.pool != DEBT_POOL)
    for lot_id in connection.execute(below_zero).scalars():
        yield f"lot {lot_id[:12]} is below zero and is no debt"


def _holds(connection: Connection) -> Iterator[str]:
    hold, balance = tables.hold, tables.balance
    held = case((hold.c.state == "held", hold.c.points), else_=0)
    sums = select(hold.c.member_id, func.sum(held).label("held")).group_by(hold.c.member_id).subquery()
    rows = connection.execute(
        select(balance.c.member_id, balance.c.held, func.coalesce(sums.c.held, 0).label("proven"))
        .outerjoin(sums, sums.c.member_id == balance.c.member_id)
        .where(balance.c.held != func.coalesce(sums.c.held, 0))
    )
    for row in rows:
        yield f"member {row.member_id}: {row.held} points held, open holds {row.proven}"


def _gift_cards(connection: Connection) -> Iterator[str]:
    card, entry, hold = tables.gift_card, tables.gift_card_entry, tables.gift_card_hold
    sums = select(entry.c.reference, func.sum(entry.c.amount_minor).label("amount")).group_by(entry.c.reference)
    posted = sums.subquery()
    held = func.sum(case((hold.c.state == "held", hold.c.amount_minor), else_=0)).label("held")
    open_holds = select(hold.c.reference, held).group_by(hold.c.reference).subquery()
    rows = connection.execute(
        select(
            card.c.reference,
            card.c.balance_minor,
            card.c.held_minor,
            func.coalesce(posted.c.amount, 0).label("proven_minor"),
            func.coalesce(open_holds.c.held, 0).label("proven_held_minor"),
        )
        .outerjoin(posted, posted.c.reference == card.c.reference)
        .outerjoin(open_holds, open_holds.c.reference == card.c.reference)
    )
    for row in rows:
        if row.balance_minor != row.proven_minor:
            yield f"gift card {row.reference[:12]}: balance {row.balance_minor}, entries {row.proven_minor}"
        if row.held_minor != row.proven_held_minor:
            yield f"gift card {row.reference[:12]}: {row.held_minor} held, open holds {row.proven_held_minor}"


def _events(connection: Connection) -> Iterator[str]:
    """Every event was applied once: one key each, one sale each, and no entry without its event."""
    event, key, sale, ledger = tables.event, tables.event_key, tables.sale, tables.ledger
    decision = office_tables.decision
    applied = union_all(
        select(event.c.event_id).where(event.c.status == "applied"),
        select(decision.c.event_id).where(decision.c.event_id != ""),  # out of quarantine, by somebody's decision
    ).subquery()
    counts = select(applied.c.event_id, func.count().label("times")).group_by(applied.c.event_id).subquery()
    for row in connection.execute(select(counts).where(counts.c.times != 1)):
        yield f"event {row.event_id} was applied {row.times} times"
    for row in connection.execute(select(counts.c.event_id).where(counts.c.event_id.not_in(select(key.c.event_id)))):
        yield f"event {row.event_id} was applied and has no key"
    for row in connection.execute(select(key.c.event_id).where(key.c.event_id.not_in(select(counts.c.event_id)))):
        yield f"event {row.event_id} has a key and was never applied"
    for row in connection.execute(select(sale.c.event_id).where(sale.c.event_id.not_in(select(counts.c.event_id)))):
        yield f"sale of event {row.event_id} has no event"
    orphans = (
        select(ledger.c.event_id)
        .distinct()
        .where(ledger.c.transaction_id != "", ledger.c.event_id.not_in(select(counts.c.event_id)))
    )
    for row in connection.execute(orphans):
        yield f"entries of event {row.event_id} have no event"


def _chains(connection: Connection) -> Iterator[str]:
    """Each terminal's journal has no gap, and what was applied follows what was before it, byte for byte."""
    chain, event = tables.terminal_chain, tables.event
    heads = connection.execute(select(chain).order_by(chain.c.terminal_id, chain.c.incarnation)).all()
    for head in heads:
        name = f"terminal {head.terminal_id} ({head.incarnation[:12]})"
        sequence, previous_hash = 0, GENESIS_HASH
        events = connection.execute(
            select(event)
            .where(event.c.terminal_id == head.terminal_id, event.c.incarnation == head.incarnation)
            .order_by(event.c.sequence)
            .execution_options(yield_per=1000)
        )
        for row in events:
            if row.sequence != sequence + 1:
                yield f"{name}: entry {sequence + 1} is missing"
            if row.status != "quarantined":
                computed = chain_hash(
                    row.previous_hash,
                    row.terminal_id,
                    row.incarnation,
                    row.sequence,
                    row.event_id,
                    row.kind,
                    row.version,
                    row.occurred_at,
                    row.business_day,
                    bytes(row.payload),
                )
                if row.previous_hash != previous_hash:
                    yield f"{name}: entry {row.sequence} does not follow the one before it"
                if computed != row.entry_hash:
                    yield f"{name}: entry {row.sequence} was changed after it was written"
            sequence, previous_hash = row.sequence, row.entry_hash
        if (sequence, previous_hash) != (head.high_water, head.head_hash):
            yield f"{name}: acknowledged up to {head.high_water}, stored up to {sequence}"
