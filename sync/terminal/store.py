"""The store over all its tills, as a till asks the central service about it."""

import json
from collections.abc import Callable, Sequence
from typing import Literal

from pos_app.domain.report_cells import Cell, Section
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.domain.store_close import StoreClose, StoreDay, close_from_plain, day_from_plain
from pos_app.errors import OfflineError
from pos_app.ports.store import StoreState, TillFreshness
from sync import store_days as wire
from sync.terminal.client import CentralClient, UnavailableError


class CentralStore:
    """Implements pos_app.ports.StoreGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def state(self) -> StoreState:
        """How far the figures are, and how fresh each till's part is."""
        self._require_line()
        found = self._client.post(wire.PATH_STORE, None, wire.StoreState)
        tills = tuple(
            TillFreshness(one.terminal_id, one.newest_at, one.last_heard_at, one.unsent) for one in found.tills
        )
        return StoreState(found.revision, found.left, found.last_day, tuple(found.operators), tills, found.quarantined)

    def figures(self, section: Section, period: Period, by: Grouping) -> tuple[str, list[GroupedCell]]:
        """The sums of a section over all tills, and the revision they are of."""
        self._require_line()
        asked = wire.AskFigures(
            section=section,
            first_day=period.first_day,
            last_day=period.last_day,
            operator_id=period.operator_id,
            by=_BY[by],
        )
        found = self._client.post(wire.PATH_STORE_FIGURES, asked, wire.StoreFigures)
        return found.revision, [_cell(section, row) for row in found.rows]

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in, at any till."""
        self._require_line()
        asked = wire.AskCategories(item_ids=list(item_ids))
        return self._client.post(wire.PATH_STORE_CATEGORIES, asked, wire.ItemCategories).categories

    def days(self, since: str) -> list[tuple[StoreDay, StoreClose | None]]:
        """The store's days from one on, newest first, each with its last close."""
        self._require_line()
        found = self._client.post(wire.PATH_STORE_DAYS, wire.AskStoreDays(since=since), wire.StoreDays)
        return [_day(one) for one in found.days]

    def close(self, business_day: str, operator_id: str, approver_id: str) -> StoreClose:
        """Close a day with the tills that have closed it; with nothing new since, it is the close there is."""
        self._require_line()
        asked = wire.CloseStore(business_day=business_day, operator_id=operator_id, approver_id=approver_id)
        _, closed = _day(self._client.post(wire.PATH_CLOSE_STORE, asked, wire.StoreDayDocument))
        if closed is None:
            raise UnavailableError("The central service closed the day and did not say how.")
        return closed

    def _require_line(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")


_BY: dict[Grouping, Literal["key", "day", "operator"]] = {
    Grouping.KEY: "key",
    Grouping.DAY: "day",
    Grouping.OPERATOR: "operator",
}


def _cell(section: Section, row: wire.FigureRow) -> GroupedCell:
    group, key, label, detail, times, quantity_milli, amount_minor, other_minor, points = row
    return GroupedCell(
        group, Cell(section, key, label, detail, times, quantity_milli, amount_minor, other_minor, points)
    )


def _day(found: wire.StoreDayDocument) -> tuple[StoreDay, StoreClose | None]:
    try:
        closed = close_from_plain(json.loads(found.close), found.digest) if found.close else None
        return day_from_plain(json.loads(found.day)), closed
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError("The central service's answer cannot be read. It may be of a newer version.") from error
