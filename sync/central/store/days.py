"""A store's day out of its tills' own records: who closed it with what, who has not, and the bags for the bank."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from pos_app.domain.journal import EventKind
from pos_app.domain.money import currency
from pos_app.domain.period_figures import PeriodFigures, figures_from_plain
from pos_app.domain.store_close import (
    LedgerPoints,
    StoreDay,
    StoreTill,
    TillState,
    bags_of,
    summed_figures,
    summed_results,
)
from pos_app.domain.till_closing import TenderResult
from sync.central import tables
from sync.central.database import one_of, within
from sync.central.store.tables import MOVES

_UNDER_WAY = (TillState.OPEN, TillState.COUNTING)
OPENED_AND_CLOSED = (str(EventKind.BUSINESS_DAY_OPENED), str(EventKind.Z_REPORT))


@dataclass(frozen=True, slots=True)
class _Z:
    """What a till's Z says. first and last are the incarnation and number of the entries it covers."""

    figures: PeriodFigures
    results: tuple[TenderResult, ...]
    number: int
    closed_at: str
    deposit_minor: int
    bag_number: str
    points_worth: tuple[int, int]
    currency_code: str
    first: tuple[str, int]
    last: tuple[str, int]


@dataclass(slots=True)
class _Part:
    """One of a workstation's tills, from its opening to its Z."""

    till_id: str
    state: str
    z: _Z | None = None


@dataclass(slots=True)
class _Till:
    terminal_id: str
    last_heard_at: str
    unsent: int
    parts: list[_Part] = field(default_factory=list)
    pickups: list[tuple[str, str, int]] = field(default_factory=list)


def day_of(connection: Connection, store_id: str, business_day: str) -> StoreDay:
    """The day as it stands: every till of the store is in it, and every one that was shut out but traded."""
    tills = _tills(connection, store_id)
    for row in _events(connection, store_id, business_day):
        _take(tills.setdefault(row.terminal_id, _Till(row.terminal_id, row.received_at, 0)), row)
    unopened = [_Part("", TillState.NOT_OPENED)]
    parts = [(till, part) for _, till in sorted(tills.items()) for part in till.parts or unopened]
    closed = [(till.terminal_id, part.till_id, part.z) for till, part in parts if part.z is not None]
    zs = [z for _, _, z in closed]
    return StoreDay(
        store_id=store_id,
        business_day=business_day,
        currency_code=next((z.currency_code for z in zs), "USD"),
        tills=tuple(_store_till(till, part) for till, part in parts),
        figures=summed_figures([z.figures for z in zs]),
        results=summed_results([z.results for z in zs]),
        bags=bags_of(
            [(terminal_id, z.bag_number, z.deposit_minor) for terminal_id, _, z in closed],
            [one for till in tills.values() if any(part.z for part in till.parts) for one in till.pickups],
        ),
        ledger=_ledger(connection, closed),
        points_worth=next((z.points_worth for z in zs), (1, 1)),
        quarantined=_quarantined(connection, store_id, business_day),
    )


def days_since(connection: Connection, store_id: str, since: date, most: int = 14) -> list[str]:
    """The business days that any till of the store opened, newest first."""
    event, terminal = tables.event, tables.terminal
    query = (
        select(event.c.business_day)
        .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
        .where(one_of(event.c.kind, OPENED_AND_CLOSED), terminal.c.store_id == store_id)
        .where(event.c.business_day >= since.isoformat(), event.c.status == "applied")
        .distinct()
        .order_by(event.c.business_day.desc())
        .limit(most)
    )
    return [day for (day,) in connection.execute(query)]


def currency_of(connection: Connection, store_id: str) -> str:
    """What the store's last Z counts in; US dollars before there is one."""
    event, terminal = tables.event, tables.terminal
    query = (
        select(event.c.payload)
        .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
        .where(one_of(event.c.kind, OPENED_AND_CLOSED), event.c.kind == str(EventKind.Z_REPORT))
        .where(terminal.c.store_id == store_id, event.c.status == "applied", event.c.business_day > "")
        .order_by(event.c.business_day.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar()
    z = _z_of(json.loads(found)) if found else None
    return z.currency_code if z else "USD"


# --- inside ----------------------------------------------------------------------------------------------------------


def _tills(connection: Connection, store_id: str) -> dict[str, _Till]:
    terminal, chain = tables.terminal, tables.terminal_chain
    behind = chain.c.journal_end - chain.c.high_water
    unsent = func.coalesce(func.sum(case((behind > 0, behind), else_=0)), 0)
    rows = connection.execute(
        select(terminal.c.terminal_id, terminal.c.last_seen_at, unsent)
        .outerjoin(chain, chain.c.terminal_id == terminal.c.terminal_id)
        .where(terminal.c.store_id == store_id, terminal.c.state == "active")
        .group_by(terminal.c.terminal_id, terminal.c.last_seen_at)
        .order_by(terminal.c.terminal_id)
    )
    return {terminal_id: _Till(terminal_id, seen_at, int(unsent)) for terminal_id, seen_at, unsent in rows}


def _events(connection: Connection, store_id: str, business_day: str) -> Sequence[Row[tuple[Any, ...]]]:
    event, terminal, chain = tables.event, tables.terminal, tables.terminal_chain
    mine = and_(terminal.c.terminal_id == event.c.terminal_id, terminal.c.store_id == store_id)
    same = and_(chain.c.terminal_id == event.c.terminal_id, chain.c.incarnation == event.c.incarnation)
    found: list[Row[tuple[Any, ...]]] = []
    for kinds in (OPENED_AND_CLOSED, MOVES):  # each has an index of its own
        query = (
            select(event, chain.c.first_seen_at)
            .join(terminal, mine)
            .join(chain, same)
            .where(one_of(event.c.kind, kinds), event.c.business_day == business_day, event.c.status == "applied")
        )
        found += connection.execute(query).all()
    return sorted(found, key=lambda row: (row.terminal_id, row.first_seen_at, row.incarnation, row.sequence))


def _take(till: _Till, row: Row[tuple[Any, ...]]) -> None:
    """One more of a till's records; a Z answers the opening before it, and a date may be opened and closed twice."""
    said: dict[str, Any] = json.loads(row.payload)
    till_id = str(said.get("till_id", ""))
    part = next((one for one in reversed(till.parts) if one.till_id == till_id and one.state in _UNDER_WAY), None)
    match row.kind:
        case EventKind.BUSINESS_DAY_OPENED | EventKind.TILL_OPENED if part is None:
            till.parts.append(_Part(till_id, TillState.OPEN))
        case EventKind.SALES_STOPPED | EventKind.SALES_RESUMED if part is not None:
            part.state = TillState.COUNTING if row.kind == EventKind.SALES_STOPPED else TillState.OPEN
        case EventKind.Z_REPORT:
            if part is None:
                till.parts.append(part := _Part(till_id, TillState.OPEN))
            part.z = _z_of(said)
            part.state = TillState.CLOSED if part.z else TillState.UNREADABLE
        case EventKind.TENDER_PICKUP:
            till.pickups.append((till.terminal_id, str(said.get("bag_number", "")), int(said["amount_minor"])))


def _z_of(said: dict[str, Any]) -> _Z | None:
    try:
        points, value_minor = said["points_worth"]
        first, last = said["period"]["from"], said["period"]["to"]
        return _Z(
            figures=figures_from_plain(said["figures"]),
            results=tuple(TenderResult(*one) for one in said["results"]),
            number=int(said["z_number"]),
            closed_at=str(said["closed_at"]),
            deposit_minor=int(said["deposit_minor"]),
            bag_number=str(said["bag_number"]),
            points_worth=(int(points), int(value_minor)),
            currency_code=currency(said["currency_code"]).code,
            first=(str(first["incarnation"]), int(first["sequence"])),
            last=(str(last["incarnation"]), int(last["sequence"])),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _store_till(till: _Till, part: _Part) -> StoreTill:
    found = StoreTill(till.terminal_id, part.state, till.last_heard_at, till.unsent, till_id=part.till_id)
    if part.z is None:
        return found
    return replace(
        found,
        z_number=part.z.number,
        closed_at=part.z.closed_at,
        net_sales_minor=part.z.figures.net_sales_minor,
        over_short_minor=sum(one.over_short_minor for one in part.z.results if not one.currency_code),
        deposit_minor=part.z.deposit_minor,
        pickups_minor=part.z.figures.pickups_minor,
    )


def _ledger(connection: Connection, closed: Sequence[tuple[str, str, _Z]]) -> LedgerPoints:
    sums: dict[str, int] = {}
    shared = {one for one, till_id, _ in closed if till_id}
    for terminal_id, till_id, z in closed:
        of_z = _entries_of(terminal_id, z)
        if terminal_id in shared:  # its tills' entries lie between one another
            of_z &= within(connection, tables.event.c.event_id, _of_till(connection, of_z, till_id))
        for table, prefix in ((tables.ledger, ""), (tables.pending_entry, "pending_")):
            for kind, points in connection.execute(_points_of(table, of_z)):
                sums[prefix + kind] = sums.get(prefix + kind, 0) + int(points)
    pending = sum(points for kind, points in sums.items() if kind.startswith("pending_"))
    return LedgerPoints(
        issued=sums.get("earn_base", 0) + sums.get("earn_bonus", 0) + sums.get("pending_sale", 0),
        corrected=sums.get("correction", 0),
        redeemed=-sums.get("redeem", 0),
        reversed=-sums.get("return", 0) - (pending - sums.get("pending_sale", 0)),
        restored=sums.get("restore", 0),
        pending=pending,
    )


def _entries_of(terminal_id: str, z: _Z) -> ColumnElement[bool]:
    """Those that a Z covers and that concern a member."""
    event = tables.event
    mine = (event.c.terminal_id == terminal_id) & (event.c.member_id != "") & (event.c.status == "applied")
    if z.first[0] == z.last[0]:
        return mine & (event.c.incarnation == z.first[0]) & event.c.sequence.between(z.first[1], z.last[1])
    # The journal began anew from a copy in the course of the day.
    before = (event.c.incarnation == z.first[0]) & (event.c.sequence >= z.first[1])
    return mine & (before | ((event.c.incarnation == z.last[0]) & (event.c.sequence <= z.last[1])))


def _of_till(connection: Connection, entries: ColumnElement[bool], till_id: str) -> set[str]:
    rows = connection.execute(select(tables.event.c.event_id, tables.event.c.payload).where(entries))
    return {event_id for event_id, payload in rows if json.loads(payload).get("till_id", "") == till_id}


def _points_of(table: Any, of_z: ColumnElement[bool]) -> Any:
    """Movements of points that these entries made, by kind; found by whose they are, since that has an index."""
    event = tables.event
    return (
        select(table.c.kind, func.sum(table.c.points))
        .join(event, and_(event.c.member_id == table.c.member_id, event.c.event_id == table.c.event_id))
        .where(of_z)
        .group_by(table.c.kind)
    )


def _quarantined(connection: Connection, store_id: str, business_day: str) -> int:
    event, terminal = tables.event, tables.terminal
    query = (
        select(func.count())
        .select_from(event)
        .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
        .where(event.c.status == "quarantined", event.c.business_day == business_day, terminal.c.store_id == store_id)
    )
    return int(connection.execute(query).scalar_one())
