"""What the pages show, read in one moment from the service's tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from sync.central import tables
from sync.central.backoffice import tables as office_tables
from sync.central.moments import parse, stored

LATE_AFTER = timedelta(minutes=15)
SLOW_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """The programme at a glance. outstanding_points is what members could spend, owed_points what they owe."""

    members: int
    outstanding_points: int
    owed_points: int
    pending_points: int
    quarantined: int
    open_adjustments: int
    terminals: int
    late_terminals: int


def figures(connection: Connection, now: datetime) -> Figures:
    """The figures of this moment."""
    balance, account, terminal = tables.balance, tables.account, tables.terminal
    sums = connection.execute(
        select(
            func.coalesce(func.sum(balance.c.points).filter(balance.c.points > 0), 0),
            func.coalesce(func.sum(balance.c.points).filter(balance.c.points < 0), 0),
            func.coalesce(func.sum(balance.c.pending), 0),
        )
    ).one()
    members = connection.execute(select(func.count()).select_from(account).where(account.c.left_at.is_(None)))
    active = select(func.count()).select_from(terminal).where(terminal.c.state == "active")
    waiting = select(func.count()).select_from(tables.adjustment).where(tables.adjustment.c.state == "open")
    return Figures(
        members=members.scalar_one(),
        outstanding_points=int(sums[0]),
        owed_points=-int(sums[1]),
        pending_points=int(sums[2]),
        quarantined=open_quarantine(connection),
        open_adjustments=connection.execute(waiting).scalar_one(),
        terminals=connection.execute(active).scalar_one(),
        late_terminals=late_terminals(connection, now),
    )


def late_terminals(connection: Connection, now: datetime) -> int:
    """How many terminals should have been heard of lately and were not."""
    terminal = tables.terminal
    late = (terminal.c.state == "active") & (terminal.c.last_seen_at < stored(now - LATE_AFTER))
    return int(connection.execute(select(func.count()).select_from(terminal).where(late)).scalar_one())


def open_quarantine(connection: Connection) -> int:
    """How many events in quarantine nobody has decided about."""
    event, fork, decision = tables.event, tables.event_fork, office_tables.decision
    held = select(func.count()).select_from(event).where(event.c.status == "quarantined")
    forks, decided = select(func.count()).select_from(fork), select(func.count()).select_from(decision)
    came = connection.execute(held).scalar_one() + connection.execute(forks).scalar_one()
    return int(came - connection.execute(decided).scalar_one())


@dataclass(frozen=True, slots=True)
class TerminalState:
    """A terminal and how it is doing. Times as stored; delay is how late its newest event came in."""

    terminal_id: str
    store_id: str
    workstation_id: str
    state: str
    enrolled_at: str
    last_seen_at: str
    software_version: str
    acknowledged: int
    last_event_at: str
    delay: timedelta | None
    late: bool

    @property
    def health(self) -> str:
        """revoked, late (nothing heard), slow (its journal comes in late) or well."""
        if self.state != "active":
            return "revoked"
        if self.late:
            return "late"
        return "slow" if self.delay is not None and self.delay > SLOW_AFTER else "well"


def terminals(connection: Connection, now: datetime) -> list[TerminalState]:
    """All terminals: what needs somebody comes first."""
    terminal, chain, event = tables.terminal, tables.terminal_chain, tables.event
    newest: dict[str, tuple[int, str, str]] = {}
    rows = connection.execute(
        select(chain.c.terminal_id, chain.c.high_water, event.c.occurred_at, event.c.received_at)
        .outerjoin(
            event,
            (event.c.terminal_id == chain.c.terminal_id)
            & (event.c.incarnation == chain.c.incarnation)
            & (event.c.sequence == chain.c.high_water),
        )
        .order_by(chain.c.first_seen_at)
    )
    for row in rows:
        newest[row.terminal_id] = (row.high_water, row.occurred_at or "", row.received_at or "")
    found = []
    for row in connection.execute(select(terminal).order_by(terminal.c.store_id, terminal.c.workstation_id)):
        acknowledged, occurred_at, received_at = newest.get(row.terminal_id, (0, "", ""))
        found.append(
            TerminalState(
                terminal_id=row.terminal_id,
                store_id=row.store_id,
                workstation_id=row.workstation_id,
                state=row.state,
                enrolled_at=row.enrolled_at,
                last_seen_at=row.last_seen_at,
                software_version=row.software_version,
                acknowledged=acknowledged,
                last_event_at=received_at,
                delay=_delay(occurred_at, received_at),
                late=row.last_seen_at < stored(now - LATE_AFTER),
            )
        )
    order = {"late": 0, "slow": 1, "well": 2, "revoked": 3}
    return sorted(found, key=lambda one: order[one.health])


def _delay(occurred_at: str, received_at: str) -> timedelta | None:
    """None where the till's own time cannot be read, as in an event that is quarantined for it."""
    try:
        return max(parse(received_at) - parse(occurred_at), timedelta())
    except ValueError:
        return None
