"""The figures of a store's tills, added up from their events as they come in (ADR 0027).

Each journal has a mark that moves in the same commit as its figures: nothing counts twice, whoever adds and whenever
it is killed. Only events that were applied count; a journal that began anew from a copy repeats none.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, update

from pos_app.domain.report_cells import RULES_VERSION, Cell, DayFigures, OperatorCell, Section, cells_of
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from sync.central import tables
from sync.central.database import within, write_rows
from sync.central.store.tables import cell, mark

PIECE_EVENTS = 500
"""So many events are added in one transaction."""
_LARGEST = 10**15
_GROUPS = {Grouping.KEY: "''", Grouping.DAY: "business_day", Grouping.OPERATOR: "operator_id"}
_ADD = (
    "(terminal_id, section, business_day, operator_id, key) DO UPDATE SET "
    "label = CASE excluded.label WHEN '' THEN store_cell.label ELSE excluded.label END, "
    "detail = CASE excluded.detail WHEN '' THEN store_cell.detail ELSE excluded.detail END, "
    "times = store_cell.times + excluded.times, "
    "quantity_milli = store_cell.quantity_milli + excluded.quantity_milli, "
    "amount_minor = store_cell.amount_minor + excluded.amount_minor, "
    "other_minor = store_cell.other_minor + excluded.other_minor, "
    "points = store_cell.points + excluded.points"
)


def add_piece(connection: Connection, store_id: str) -> int:
    """Add up to PIECE_EVENTS events of a store's tills; how many are left then."""
    chains = _chains(connection, store_id)
    old = sorted({row.terminal_id for row in chains if row.rules_version not in (None, RULES_VERSION)})
    if old:
        _forget(connection, old)
        chains = _chains(connection, store_id)
    left: int = sum(row.high_water - (row.sequence or 0) for row in chains)
    behind = next((row for row in chains if row.high_water > (row.sequence or 0)), None)
    if behind is None:
        return 0
    return left - _add(connection, behind)


def forget_all(connection: Connection) -> None:
    """Throw all figures away: whoever asks next adds them up from the events."""
    connection.execute(delete(cell))
    connection.execute(delete(mark))


def sums(
    connection: Connection, terminal_ids: Sequence[str], section: str, period: Period, by: Grouping
) -> list[GroupedCell]:
    """The sums of a section in a period over these tills, by group and key."""
    condition = "AND operator_id = :operator_id " if period.operator_id else ""
    query = text(
        f"SELECT {_GROUPS[by]} AS grouped, key, max(label), max(detail), sum(times), sum(quantity_milli), "  # noqa: S608
        "sum(amount_minor), sum(other_minor), sum(points) FROM store_cell "
        "WHERE section = :section AND business_day BETWEEN :first AND :last AND terminal_id IN :tills "
        f"{condition}GROUP BY 1, 2 ORDER BY 1, 2"
    ).bindparams(bindparam("tills", list(terminal_ids), expanding=True))
    values = {"section": section, "first": period.first_day, "last": period.last_day}
    if period.operator_id:
        values["operator_id"] = period.operator_id
    kind = Section(section)
    return [
        GroupedCell(group, Cell(kind, key, label, detail, *(int(one) for one in numbers)))
        for group, key, label, detail, *numbers in connection.execute(query, values)
    ]


def categories(connection: Connection, terminal_ids: Sequence[str], item_ids: Sequence[str]) -> dict[str, str]:
    """The category these items were ever sold in, at these tills."""
    rows = connection.execute(
        select(cell.c.key, func.max(cell.c.detail))
        .where(
            cell.c.section == str(Section.ITEM),
            within(connection, cell.c.terminal_id, set(terminal_ids)),
            within(connection, cell.c.key, set(item_ids)),
            cell.c.detail != "",
        )
        .group_by(cell.c.key)
    )
    return {str(row[0]): str(row[1]) for row in rows}


def revision(connection: Connection, terminal_ids: Sequence[str]) -> str:
    """Another one whenever the figures of these tills changed."""
    query = select(func.coalesce(func.sum(mark.c.sequence), 0)).where(
        within(connection, mark.c.terminal_id, set(terminal_ids))
    )
    return str(connection.execute(query).scalar_one())


# --- inside ----------------------------------------------------------------------------------------------------------


def _chains(connection: Connection, store_id: str) -> Sequence[Any]:
    chain, terminal = tables.terminal_chain, tables.terminal
    return connection.execute(
        select(chain.c.terminal_id, chain.c.incarnation, chain.c.high_water, mark.c.sequence, mark.c.rules_version)
        .join(terminal, terminal.c.terminal_id == chain.c.terminal_id)
        .outerjoin(mark, (mark.c.terminal_id == chain.c.terminal_id) & (mark.c.incarnation == chain.c.incarnation))
        .where(terminal.c.store_id == store_id)
        .order_by(chain.c.terminal_id, chain.c.first_seen_at, chain.c.incarnation)
    ).all()


def _forget(connection: Connection, terminal_ids: Sequence[str]) -> None:
    """Figures of another version of the rules are made anew."""
    connection.execute(delete(cell).where(within(connection, cell.c.terminal_id, set(terminal_ids))))
    connection.execute(delete(mark).where(within(connection, mark.c.terminal_id, set(terminal_ids))))


def _add(connection: Connection, chain: Row[Any]) -> int:
    event, reached = tables.event, chain.sequence or 0
    place = {"terminal_id": chain.terminal_id, "incarnation": chain.incarnation}
    rows = connection.execute(
        select(
            event.c.sequence, event.c.kind, event.c.occurred_at, event.c.business_day, event.c.payload, event.c.status
        )
        .where(event.c.terminal_id == chain.terminal_id, event.c.incarnation == chain.incarnation)
        .where(event.c.sequence > reached)
        .order_by(event.c.sequence)
        .limit(PIECE_EVENTS)
    ).all()
    if not rows:
        return 0
    if chain.sequence is None:
        write_rows(connection, mark, [place | {"sequence": 0, "rules_version": RULES_VERSION, "newest_at": ""}])
    moved = connection.execute(
        update(mark)
        .where(mark.c.terminal_id == chain.terminal_id, mark.c.incarnation == chain.incarnation)
        .where(mark.c.sequence == reached)
        .values(sequence=rows[-1].sequence, newest_at=rows[-1].occurred_at)
    )
    if moved.rowcount != 1:
        return 0  # somebody else adds them at this moment
    figures = DayFigures()
    for row in rows:
        if row.status == "applied":
            figures.add(row.business_day, _read(row.kind, row.occurred_at, row.payload))
    write_rows(connection, cell, _cell_rows(chain.terminal_id, figures), _ADD)
    return len(rows)


def _read(kind: str, occurred_at: str, payload: bytes) -> list[OperatorCell]:
    """The figures of an event, as a database can hold them; one that has others is counted as unreadable."""
    try:
        found = [_storable(one) for one in cells_of(kind, occurred_at, json.loads(payload))]
    except (ValueError, AttributeError, TypeError):
        return [OperatorCell("", Cell(Section.UNREADABLE, kind, times=1))]
    return found


def _storable(found: OperatorCell) -> OperatorCell:
    """Text without what PostgreSQL refuses. Raises ValueError for numbers that are none, or beyond all sense."""
    one = found.cell
    if not all(type(number) is int and abs(number) <= _LARGEST for number in one[4:]):
        raise ValueError("no amounts")
    clean = one._replace(key=_text(one.key), label=_text(one.label), detail=_text(one.detail))
    return OperatorCell(_text(found.operator_id), clean)


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "?")


def _cell_rows(terminal_id: str, figures: DayFigures) -> list[dict[str, object]]:
    return [
        {
            "terminal_id": terminal_id,
            "section": str(section),
            "business_day": day,
            "operator_id": operator_id,
            "key": key,
        }
        | dict(zip(Cell._fields[2:], one[2:], strict=True))
        for (day, operator_id, section, key), one in sorted(figures.cells.items())
    ]
