"""A store over all its tills, as the central service knows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pos_app.domain.report_cells import Section
from pos_app.domain.report_figures import GroupedCell, Grouping, Period
from pos_app.domain.store_close import StoreClose, StoreDay


class TillFreshness(NamedTuple):
    """How new a till's last record at the service is, when it was last heard of, and how many are still to come.

    Times are ISO 8601, empty for never.
    """

    terminal_id: str
    newest_at: str
    last_heard_at: str
    unsent: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """What there is of the store. revision changes with its figures; left: records that are still being added up."""

    revision: str
    left: int
    last_day: str
    operators: tuple[str, ...]
    tills: tuple[TillFreshness, ...]
    quarantined: int = 0


class StoreGateway(Protocol):
    """The store at the central service. Every call may block: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def state(self) -> StoreState:
        """How far the figures are, and how fresh each till's part is."""

    def figures(self, section: Section, period: Period, by: Grouping) -> tuple[str, list[GroupedCell]]:
        """The sums of a section over all tills, and the revision they are of."""

    def categories(self, item_ids: Sequence[str]) -> dict[str, str]:
        """The category these items were ever sold in, at any till."""

    def days(self, since: str) -> list[tuple[StoreDay, StoreClose | None]]:
        """The store's days from one on, newest first, each with its last close."""

    def close(self, business_day: str, operator_id: str, approver_id: str) -> StoreClose:
        """Close a day with the tills that have closed it; with nothing new since, it is the close there is."""
