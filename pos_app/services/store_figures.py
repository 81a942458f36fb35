"""Reports of the whole store: the same pages as a till's own, over the sums of all its tills at the service."""

from collections.abc import Sequence
from datetime import datetime

from pos_app.domain.report import Column, Table, Unit, Value
from pos_app.domain.report_cells import Section
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.ports import Formatter
from pos_app.ports.reports import Cancelled, Progress
from pos_app.ports.store import StoreGateway, StoreState


class FiguresMovedError(Exception):
    """Tills sent more while the figures were asked for: parts of them would not be of one moment."""


class StoreFigures:
    """The figures of one report, all of one revision. Implements ports.FigureSource; calls may block and raise
    OfflineError, RefusedError and FiguresMovedError.
    """

    def __init__(self, gateway: StoreGateway) -> None:
        self._gateway = gateway
        self._revision = ""

    def catch_up(self, on_progress: Progress) -> StoreState:
        """Wait until the service has added up what tills sent. Raises Cancelled."""
        state = self._gateway.state()
        whole = state.left
        while state.left:
            if not on_progress(max(whole - state.left, 0), whole):
                raise Cancelled
            state = self._gateway.state()
        self._revision = state.revision
        return state

    def figures(self, section: Section, period: Period, by: Grouping = Grouping.KEY) -> list[GroupedCell]:
        """The sums of a section in a period, by group and key."""
        revision, found = self._gateway.figures(section, period, by)
        if revision != self._revision:
            raise FiguresMovedError
        return found

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in."""
        return self._gateway.categories(item_ids)


def tills_table(state: StoreState, formatter: Formatter) -> Table:
    """Which tills are in a report of the store, and how fresh each one's part is."""
    columns = (Column("Till"), Column("Last record"), Column("Last heard"), Column("Still to come", Unit.COUNT))

    def moment(at: str) -> str:
        return formatter.date_time(datetime.fromisoformat(at)) if at else "Never"

    rows: list[tuple[Value, ...]] = [
        (one.terminal_id, moment(one.newest_at), moment(one.last_heard_at), one.unsent) for one in state.tills
    ]
    return Table("Tills in these figures", columns, tuple(rows))


def quarantine_notes(state: StoreState) -> tuple[str, ...]:
    """What is not in the figures since nobody has decided about it."""
    if not state.quarantined:
        return ()
    return (f"{state.quarantined} records wait in quarantine at the service and are not in here.",)
