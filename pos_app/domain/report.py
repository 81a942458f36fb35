"""A report as tables and a chart: what it says, not how a screen, paper or file shows it."""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.item import QUANTITY_SCALE

Value = str | int


class Unit(StrEnum):
    """What a column's values are. All but text are whole numbers: minor units, thousandths, basis points."""

    TEXT = "text"
    COUNT = "count"
    QUANTITY = "quantity"
    MONEY = "money"
    POINTS = "points"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    unit: Unit = Unit.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a title; total is a row of its own, empty when nothing can be added up.

    main is the column that matters most, which stands beside the name where there is room for one only; -1: the last
    amount of money, else the last column.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    empty: str = "Nothing in this period."
    main: int = -1


class ChartKind(StrEnum):
    """Bars stand side by side, shares are parts of a whole, a line goes through days."""

    BARS = "bars"
    SHARES = "shares"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of one figure; points are a name and its value."""

    kind: ChartKind
    title: str
    unit: Unit
    points: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report of one till for a period, complete; scope says which, notes what is to be known beside the figures."""

    report_id: str
    title: str
    scope: str
    tables: tuple[Table, ...]
    chart: Chart | None = None
    notes: tuple[str, ...] = ()


def share_of(part: int, whole: int) -> int:
    """A part in basis points, what is below one left off: whoever shows less of it rounds once. 0 of nothing."""
    return part * 10_000 // whole if whole > 0 else 0


def quantity_words(quantity_milli: int) -> str:
    """Thousandths as pieces or a weight, with a full stop."""
    whole, part = divmod(abs(quantity_milli), QUANTITY_SCALE)
    sign = "-" if quantity_milli < 0 else ""
    return f"{sign}{whole}.{part:03d}".rstrip("0") if part else f"{sign}{whole}"
