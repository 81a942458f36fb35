"""A store over all its tills as the service offers it: each call is one transaction. All raise CentralError."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, func, select

from pos_app.domain.journal import canonical_json
from pos_app.domain.report_cells import Section
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.domain.store_close import StoreClose, StoreDay, close_from_plain, close_to_plain, day_to_plain
from pos_app.ports import Clock
from sync import store_days as wire
from sync.central import tables
from sync.central.database import Database, write_new_rows
from sync.central.errors import CentralError
from sync.central.moments import stored
from sync.central.store import days, figures
from sync.central.store.tables import cell, close, mark
from sync.central.terminals import Terminal

PIECES_AT_ONCE = 10
"""So many pieces are added while somebody waits; they ask again for the rest, and see how far it is."""


class StoreDesk:
    """Figures, days and closes of stores. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # --- figures ------------------------------------------------------------------------------------------------------

    def add_up(self, store_id: str, most_pieces: int = PIECES_AT_ONCE) -> int:
        """Add what came in since; how many records are left to be added."""
        left = 0
        for _ in range(most_pieces):
            left = self._database.run(lambda connection: figures.add_piece(connection, store_id))
            if not left:
                break
        return left

    def add_up_all(self) -> None:
        """The same for every store; nobody waits for it."""
        table = tables.terminal
        stores = self._database.read(lambda one: one.execute(select(table.c.store_id).distinct()).scalars().all())
        for store_id in stores:
            self.add_up(store_id)

    def state(self, store_id: str) -> wire.StoreState:
        """What there is of a store, and how fresh each till is."""
        left = self.add_up(store_id)

        def read(connection: Connection) -> wire.StoreState:
            tills = _terminals(connection, store_id)
            newest = select(func.coalesce(func.max(cell.c.business_day), "")).where(cell.c.terminal_id.in_(tills))
            people = (
                select(cell.c.operator_id)
                .where(cell.c.terminal_id.in_(tills), cell.c.operator_id != "")
                .distinct()
                .order_by(cell.c.operator_id)
            )
            return wire.StoreState(
                revision=figures.revision(connection, tills),
                left=left,
                last_day=connection.execute(newest).scalar_one(),
                operators=list(connection.execute(people).scalars()),
                tills=_freshness(connection, store_id),
                quarantined=_quarantined(connection, store_id),
            )

        return self._database.read(read)

    def figures(self, store_id: str, asked: wire.AskFigures) -> wire.StoreFigures:
        """The sums of a section."""
        period = Period(asked.first_day, asked.last_day, asked.operator_id)
        section = _section(asked.section)

        def read(connection: Connection) -> wire.StoreFigures:
            tills = _terminals(connection, store_id)
            found = figures.sums(connection, tills, section, period, Grouping[asked.by.upper()])
            rows = [(one.group, *one.cell[1:]) for one in found]
            return wire.StoreFigures(revision=figures.revision(connection, tills), rows=rows)

        return self._database.read(read)

    def source(self, store_id: str) -> "StoreSource":
        """The figures of a store as a report reads them."""
        return StoreSource(self._database, store_id)

    def store_ids(self) -> list[str]:
        """Every store that has tills."""
        table = tables.terminal
        query = select(table.c.store_id).distinct().order_by(table.c.store_id)
        return list(self._database.read(lambda connection: connection.execute(query).scalars().all()))

    def record_count(self, store_id: str) -> int:
        """How many records of the store's tills are here."""
        event, terminal = tables.event, tables.terminal
        query = (
            select(func.count())
            .select_from(event)
            .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
            .where(terminal.c.store_id == store_id)
        )
        return int(self._database.read(lambda connection: connection.execute(query).scalar_one()))

    def currency_code(self, store_id: str) -> str:
        """What the store's tills count in, by the last Z."""
        return self._database.read(lambda connection: days.currency_of(connection, store_id))

    def categories(self, store_id: str, asked: wire.AskCategories) -> wire.ItemCategories:
        """The category of items that the store sold."""
        found = self._database.read(
            lambda connection: figures.categories(connection, _terminals(connection, store_id), asked.item_ids)
        )
        return wire.ItemCategories(categories=found)

    # --- days ---------------------------------------------------------------------------------------------------------

    def days(self, store_id: str, since: str) -> list[tuple[StoreDay, StoreClose | None]]:
        """The store's days from one on, newest first, each with its last close."""

        def read(connection: Connection) -> list[tuple[StoreDay, StoreClose | None]]:
            found = days.days_since(connection, store_id, _date(since))
            return [(days.day_of(connection, store_id, day), _last_close(connection, store_id, day)) for day in found]

        return self._database.read(read)

    def day_documents(self, store_id: str, since: str) -> wire.StoreDays:
        """The same for a till."""
        return wire.StoreDays(days=[_document(day, found) for day, found in self.days(store_id, since)])

    def closes(self, store_id: str, business_day: str) -> list[StoreClose]:
        """All closes of a day, the first one first."""
        return self._database.read(lambda connection: _closes(connection, store_id, business_day))

    def close(self, terminal: Terminal, asked: wire.CloseStore) -> wire.StoreDayDocument:
        """Close a day with the tills that have closed it, or amend its close with those that came since."""
        business_day, now = _date(asked.business_day).isoformat(), self._clock.now()

        def work(connection: Connection) -> wire.StoreDayDocument:
            _one_at_a_time(connection, terminal.store_id)
            day = days.day_of(connection, terminal.store_id, business_day)
            if not day.closed_tills:
                raise CentralError(409, "no_till_closed", "No till has closed this day yet.")
            before = _last_close(connection, terminal.store_id, business_day)
            if before is not None and before.day.content == day.content:
                return _document(day, before)
            number = before.number if before else _next_number(connection, terminal.store_id)
            made = StoreClose(
                number=number,
                amendment=before.amendment + 1 if before else 0,
                closed_at=stored(now),
                operator_id=asked.operator_id,
                approver_id=asked.approver_id,
                day=day,
            )
            document = canonical_json(close_to_plain(made))
            made = replace(made, digest=hashlib.sha256(document).hexdigest())
            row = {
                "store_id": terminal.store_id,
                "number": number,
                "amendment": made.amendment,
                "business_day": business_day,
                "digest": made.digest,
                "document": document,
                "terminal_id": terminal.terminal_id,
            }
            write_new_rows(connection, close, [row])
            return _document(day, made)

        return self._database.run(work)


class StoreSource:
    """Implements domain.report_figures.FigureSource over all tills of a store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def figures(self, section: Section, period: Period, by: Grouping = Grouping.KEY) -> list[GroupedCell]:
        """The sums of a section in a period, by group and key."""
        return self._database.read(
            lambda connection: figures.sums(connection, _terminals(connection, self._store_id), section, period, by)
        )

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in."""
        return self._database.read(
            lambda connection: figures.categories(connection, _terminals(connection, self._store_id), item_ids)
        )


def _document(day: StoreDay, found: StoreClose | None) -> wire.StoreDayDocument:
    return wire.StoreDayDocument(
        business_day=day.business_day,
        day=json.dumps(day_to_plain(day)),
        close=json.dumps(close_to_plain(found)) if found else "",
        digest=found.digest if found else "",
    )


def _terminals(connection: Connection, store_id: str) -> list[str]:
    """All tills that the store ever had."""
    table = tables.terminal
    query = select(table.c.terminal_id).where(table.c.store_id == store_id).order_by(table.c.terminal_id)
    return list(connection.execute(query).scalars())


def _freshness(connection: Connection, store_id: str) -> list[wire.TillFreshness]:
    terminal, chain = tables.terminal, tables.terminal_chain
    rows = connection.execute(
        select(
            terminal.c.terminal_id,
            terminal.c.last_seen_at,
            func.coalesce(func.max(mark.c.newest_at), ""),
            func.coalesce(
                func.sum(chain.c.journal_end - chain.c.high_water).filter(chain.c.journal_end > chain.c.high_water), 0
            ),
        )
        .outerjoin(chain, chain.c.terminal_id == terminal.c.terminal_id)
        .outerjoin(mark, (mark.c.terminal_id == chain.c.terminal_id) & (mark.c.incarnation == chain.c.incarnation))
        .where(terminal.c.store_id == store_id, terminal.c.state == "active")
        .group_by(terminal.c.terminal_id, terminal.c.last_seen_at)
        .order_by(terminal.c.terminal_id)
    )
    return [
        wire.TillFreshness(terminal_id=terminal_id, last_heard_at=heard_at, newest_at=newest_at, unsent=int(unsent))
        for terminal_id, heard_at, newest_at, unsent in rows
    ]


def _quarantined(connection: Connection, store_id: str) -> int:
    event, terminal = tables.event, tables.terminal
    query = (
        select(func.count())
        .select_from(event)
        .join(terminal, terminal.c.terminal_id == event.c.terminal_id)
        .where(event.c.status == "quarantined", terminal.c.store_id == store_id)
    )
    return int(connection.execute(query).scalar_one())


def _closes(connection: Connection, store_id: str, business_day: str) -> list[StoreClose]:
    rows = connection.execute(
        select(close.c.document, close.c.digest)
        .where(close.c.store_id == store_id, close.c.business_day == business_day)
        .order_by(close.c.number, close.c.amendment)
    )
    return [close_from_plain(json.loads(document), digest) for document, digest in rows]


def _last_close(connection: Connection, store_id: str, business_day: str) -> StoreClose | None:
    found = _closes(connection, store_id, business_day)
    return found[-1] if found else None


def _next_number(connection: Connection, store_id: str) -> int:
    query = select(func.coalesce(func.max(close.c.number), 0)).where(close.c.store_id == store_id)
    return int(connection.execute(query).scalar_one()) + 1


def _one_at_a_time(connection: Connection, store_id: str) -> None:
    """Two tills that close the store at once are one after the other; SQLite has one writer anyway."""
    table = tables.terminal
    connection.execute(
        select(table.c.terminal_id).where(table.c.store_id == store_id).order_by(table.c.terminal_id).with_for_update()
    )


def _section(name: str) -> Section:
    try:
        return Section(name)
    except ValueError as error:
        raise CentralError(422, "unknown_section", "This service knows no such figures.") from error


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CentralError(422, "bad_day", "That is no day.") from error
