"""What a manager finds under More; its pages are imported when they are opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.manager.journal_desk import JournalDesk
    from ui.manager.reports_desk import ReportsDesk
    from ui.manager.store_day_desk import StoreDayDesk
    from ui.sale.checkout_window import CheckoutWindow
    from ui.widgets.list_panel import ListRow


class ManagerFunctions:
    """Reports, the journal and the store's day."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    @cached_property
    def reports(self) -> ReportsDesk:
        """Reports."""
        from ui.manager.reports_desk import ReportsDesk

        return ReportsDesk(self._window)

    @cached_property
    def journal(self) -> JournalDesk:
        """The journal."""
        from ui.manager.journal_desk import JournalDesk

        return JournalDesk(self._window)

    @cached_property
    def store_day(self) -> StoreDayDesk:
        """The store's day over all tills."""
        from ui.manager.store_day_desk import StoreDayDesk

        return StoreDayDesk(self._window)

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.reports is None:
            return []
        from ui.widgets.list_panel import ListRow

        return [
            ListRow("Reports", "Sales, payments, people, points", lambda: self.reports.open(), "chart-column"),
            ListRow(
                "Store day", "All tills, the bank's bags, closing the store", lambda: self.store_day.open(), "store"
            ),
            ListRow("Journal", "Every entry, and its proof", lambda: self.journal.open(), "scroll-text"),
        ]
