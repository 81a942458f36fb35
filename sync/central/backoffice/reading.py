"""What the pages show, read in one moment from the service's tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal, select

from pos_app.domain.journal import EventKind
from sync import contract, fleet
from sync.central import tables
from sync.central.backoffice import tables as office_tables
from sync.central.fleet import tables as fleet_tables
from sync.central.forks import all_forks
from sync.central.moments import parse, stored

LATE_AFTER = timedelta(minutes=15)
SLOW_AFTER = timedelta(hours=1)
CLOSED_WITHIN = timedelta(days=31)
LEAST_FREE_BYTES = 2_000_000_000
FAILING = ("offline", "error")


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
    """A terminal and how it is doing. Times as stored; delay is how late its newest event came in.

    report is what the till said of itself last, at reported_at; last_closed the business day of its newest Z.
    """

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
    fork: str = ""
    """In words, when its data runs in two places."""
    reported_at: str = ""
    report: fleet.TerminalReport | None = None
    last_closed: str = ""

    @property
    def health(self) -> str:
        """revoked, forked (in two places), late (nothing heard), slow (its journal comes in late), ill (a device or the
        disk) or well.
        """
        if self.state != "active":
            return "revoked"
        if self.fork:
            return "forked"
        if self.late:
            return "late"
        if self.delay is not None and self.delay > SLOW_AFTER:
            return "slow"
        return "ill" if self.troubles or self.is_short_of_disk else "well"

    @property
    def version(self) -> str:
        """The program it runs, as it said last."""
        return self.report.software_version if self.report is not None else self.software_version

    @property
    def troubles(self) -> list[fleet.DeviceMessage]:
        """Devices that do not work."""
        return [one for one in self.report.devices if one.state in FAILING] if self.report is not None else []

    @property
    def is_short_of_disk(self) -> bool:
        """True when there is less room than a till should have."""
        return self.report is not None and 0 < self.report.disk_free_bytes < LEAST_FREE_BYTES


def terminals(connection: Connection, now: datetime, only: str = "") -> list[TerminalState]:
    """All terminals, or the one of an id: what needs somebody comes first."""
    terminal, chain, event = tables.terminal, tables.terminal_chain, tables.event
    report = fleet_tables.terminal_report
    newest: dict[str, tuple[int, str, str]] = {}
    rows = connection.execute(
        select(chain.c.terminal_id, chain.c.high_water, event.c.occurred_at, event.c.received_at)
        .outerjoin(
            event,
            (event.c.terminal_id == chain.c.terminal_id)
            & (event.c.incarnation == chain.c.incarnation)
            & (event.c.sequence == chain.c.high_water),
        )
        .where((chain.c.terminal_id == only) | (literal(only) == ""))
        .order_by(chain.c.first_seen_at)
    )
    for row in rows:
        newest[row.terminal_id] = (row.high_water, row.occurred_at or "", row.received_at or "")
    forked = {fork.terminal_id: fork.words for fork in all_forks(connection)}
    closed = _last_closed(connection, now, only)
    found = []
    query = (
        select(terminal, report.c.reported_at, report.c.document)
        .outerjoin(report, report.c.terminal_id == terminal.c.terminal_id)
        .where((terminal.c.terminal_id == only) | (literal(only) == ""))
        .order_by(terminal.c.store_id, terminal.c.workstation_id)
    )
    for row in connection.execute(query):
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
                fork=forked.get(row.terminal_id, ""),
                reported_at=row.reported_at or "",
                report=contract.decode(bytes(row.document), fleet.TerminalReport) if row.document else None,
                last_closed=closed.get(row.terminal_id, ""),
            )
        )
    order = {"forked": 0, "late": 1, "slow": 2, "ill": 3, "well": 4, "revoked": 5}
    return sorted(found, key=lambda one: order[one.health])


def _last_closed(connection: Connection, now: datetime, only: str) -> dict[str, str]:
    """The business day of each terminal's newest Z, as far as it is of the last month."""
    event = tables.event
    since = (now - CLOSED_WITHIN).date().isoformat()
    query = (
        select(event.c.terminal_id, func.max(event.c.business_day).label("day"))
        .where(event.c.kind == EventKind.Z_REPORT, event.c.business_day >= since, event.c.status != "quarantined")
        .where((event.c.terminal_id == only) | (literal(only) == ""))
        .group_by(event.c.terminal_id)
    )
    return {row.terminal_id: row.day for row in connection.execute(query)}


def _delay(occurred_at: str, received_at: str) -> timedelta | None:
    """None where the till's own time cannot be read, as in an event that is quarantined for it."""
    try:
        return max(parse(received_at) - parse(occurred_at), timedelta())
    except ValueError:
        return None
