"""Figures as reports ask for them: of a period, added up by key, by day or by operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from pos_app.domain.report_cells import Cell, Section


@dataclass(frozen=True, slots=True)
class Period:
    """Business days, both included, YYYY-MM-DD, of one operator or of all (empty)."""

    first_day: str
    last_day: str
    operator_id: str = ""


class Grouping(StrEnum):
    """What figures are added up by, beside their key."""

    KEY = "''"
    DAY = "business_day"
    OPERATOR = "operator_id"


class GroupedCell(NamedTuple):
    """The sum of a group; group is a day, an operator, or empty."""

    group: str
    cell: Cell


class FigureSource(Protocol):
    """Figures kept per business day: of one till, or of all tills of a store. Never on the GUI thread."""

    def figures(self, section: Section, period: Period, by: Grouping = Grouping.KEY) -> list[GroupedCell]:
        """The sums of a section in a period, by group and key."""

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in."""
