"""How each store's days came out at its tills: read from the journals' own entries, so that nothing is kept twice.

A till that opened a day and has sent no Z for it yet is late or still selling; it is listed as such.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Index, select

from pos_app.domain.journal import EventKind
from pos_app.domain.money import currency
from pos_app.domain.period_figures import figures_from_plain
from pos_app.domain.till_closing import TenderResult
from sync.central import tables
from sync.central.database import one_of

_KINDS = (str(EventKind.BUSINESS_DAY_OPENED), str(EventKind.Z_REPORT))
_OF_DAYS = tables.event.c.kind.in_(_KINDS)
EVENT_OF_DAYS = Index("event_of_days", tables.event.c.business_day, sqlite_where=_OF_DAYS, postgresql_where=_OF_DAYS)
CLOSED, OPEN, UNREADABLE = "closed", "open", "unreadable"


@dataclass(frozen=True, slots=True)
class TillDay:
    """A till's business day. Amounts in minor units; over_short_minor is that of the store's own currency."""

    terminal_id: str
    state: str
    z_number: int = 0
    closed_at: str = ""
    received_at: str = ""
    sale_count: int = 0
    net_sales_minor: int = 0
    over_short_minor: int = 0
    deposit_minor: int = 0
    bag_number: str = ""
    points_issued: int = 0
    points_redeemed: int = 0
    currency_code: str = ""


@dataclass(frozen=True, slots=True)
class StoreDay:
    """A store's business day over its tills."""

    store_id: str
    business_day: str
    tills: tuple[TillDay, ...]

    @property
    def open_tills(self) -> int:
        """How many tills have not closed it, or have not sent their Z yet."""
        return sum(1 for till in self.tills if till.state != CLOSED)

    @property
    def currency_code(self) -> str:
        """That of its tills."""
        return next((till.currency_code for till in self.tills if till.currency_code), "USD")

    def total(self, name: str) -> int:
        """The sum over its tills."""
        return sum(getattr(till, name) for till in self.tills)


def store_days(connection: Connection, since: str, most: int = 60) -> list[StoreDay]:
    """Days from since (YYYY-MM-DD) on, the newest first."""
    event, terminal = tables.event, tables.terminal
    rows = connection.execute(
        select(event, terminal.c.store_id)
        .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
        .where(one_of(event.c.kind, _KINDS), event.c.business_day >= since, event.c.status != "quarantined")
        # As they were written: in the order in which they came, whatever the till's clock said.
        .order_by(event.c.business_day.desc(), terminal.c.store_id, event.c.terminal_id)
        .order_by(event.c.received_at, event.c.incarnation, event.c.sequence)
    )
    days: dict[tuple[str, str], dict[str, list[TillDay]]] = {}
    for row in rows:
        tills = days.setdefault((row.business_day, row.store_id), {}).setdefault(row.terminal_id, [])
        if row.kind == EventKind.Z_REPORT:
            # The opening before it is answered; a date may be opened and closed twice.
            if tills and tills[-1].state == OPEN:
                tills.pop()
            tills.append(_closed(row.terminal_id, row.payload, row.received_at))
            if _others_are_open(row.payload):
                tills.append(TillDay(row.terminal_id, OPEN, received_at=row.received_at))
        else:
            tills.append(TillDay(row.terminal_id, OPEN, received_at=row.received_at))
    found = [
        StoreDay(store_id, business_day, tuple(till for of_till in tills.values() for till in of_till))
        for (business_day, store_id), tills in days.items()
    ]
    return found[:most]


def _others_are_open(payload: bytes) -> bool:
    """True when a workstation has more tills, which were open at the time of this Z."""
    try:
        return bool(json.loads(payload).get("tills_open"))
    except (ValueError, AttributeError):
        return False


def _closed(terminal_id: str, payload: bytes, received_at: str) -> TillDay:
    try:
        said: dict[str, Any] = json.loads(payload)
        figures = figures_from_plain(said["figures"])
        results: Sequence[TenderResult] = [TenderResult(*one) for one in said["results"]]
        return TillDay(
            terminal_id=terminal_id,
            state=CLOSED,
            z_number=int(said["z_number"]),
            closed_at=str(said["closed_at"]),
            received_at=received_at,
            sale_count=figures.sale_count,
            net_sales_minor=figures.net_sales_minor,
            over_short_minor=sum(one.over_short_minor for one in results if not one.currency_code),
            deposit_minor=int(said["deposit_minor"]),
            bag_number=str(said["bag_number"]),
            points_issued=figures.points_issued,
            points_redeemed=figures.points_redeemed,
            currency_code=currency(said["currency_code"]).code,
        )
    except (ValueError, KeyError, TypeError):
        return TillDay(terminal_id, UNREADABLE, received_at=received_at)
