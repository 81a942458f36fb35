"""The wire between terminals and the central service, continued: a store's figures and days over all its tills.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import Identifier, Message

PATH_STORE = "/v1/store"  # POST -> StoreState
PATH_STORE_FIGURES = "/v1/store/figures"  # POST AskFigures -> StoreFigures
PATH_STORE_CATEGORIES = "/v1/store/categories"  # POST AskCategories -> ItemCategories
PATH_STORE_DAYS = "/v1/store/days"  # POST AskStoreDays -> StoreDays
PATH_CLOSE_STORE = "/v1/store/close"  # POST CloseStore -> StoreDayDocument

Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
FigureRow = tuple[str, str, str, str, int, int, int, int, int]
"""Group, key, label, detail, times, quantity_milli, amount_minor, other_minor, points."""


class TillFreshness(Message):
    """How much of a till the figures hold: up to newest_at, with so many records known of that have not come."""

    terminal_id: Identifier
    last_heard_at: str
    newest_at: str = ""
    unsent: int = 0


class StoreState(Message):
    """What there is to ask for. revision changes with the figures; left: records that are still being added up."""

    revision: str
    left: int
    last_day: str
    operators: list[str]
    tills: list[TillFreshness]
    quarantined: int = 0


class AskFigures(Message):
    """A section of the reports (domain/report_cells.py) in a period, of one operator or of all (empty)."""

    section: Annotated[str, Meta(max_length=40)]
    first_day: Day
    last_day: Day
    operator_id: Annotated[str, Meta(max_length=64)] = ""
    by: Literal["key", "day", "operator"] = "key"


class StoreFigures(Message):
    """The sums, by group and key, as of a revision."""

    revision: str
    rows: list[FigureRow]


class AskCategories(Message):
    """Which category were these items ever sold in."""

    item_ids: Annotated[list[str], Meta(max_length=20_000)]


class ItemCategories(Message):
    """Items that have one, and which."""

    categories: dict[str, str]


class AskStoreDays(Message):
    """The store's days from one on."""

    since: Day


class StoreDayDocument(Message):
    """A day as it stands (domain/store_close.py), and its last close with its digest, both as JSON; empty: none yet."""

    business_day: Day
    day: str
    close: str = ""
    digest: str = ""


class StoreDays(Message):
    """Newest first."""

    days: list[StoreDayDocument]


class CloseStore(Message):
    """Close a store's day with the tills that have closed it. Again, with nothing new, it is the same close."""

    business_day: Day
    operator_id: Identifier
    approver_id: Annotated[str, Meta(max_length=64)] = ""
