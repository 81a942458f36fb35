"""The store's day at the window: every till's state, the sums of those that closed, and the close of the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.store_close import StoreClose, StoreDay
from pos_app.errors import CashierError, OfflineError, WorldError
from ui.manager.store_day_body import StoreDayBody
from ui.till.day_page import PageWords, Way

if TYPE_CHECKING:
    from pos_app.domain.report import Report
    from pos_app.services.approvals import Approval
    from pos_app.services.store_closing import StoreClosing
    from ui.sale.checkout_window import CheckoutWindow

_NO_DAY = "No till of this store has opened a day in the last two weeks."


class StoreDayDesk:
    """Made when it is opened for the first time."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        assert window.services.reports is not None
        self._closing: StoreClosing = window.services.reports().store_closing
        self.body = StoreDayBody(window.till.page, window.services.formatter)
        self.body.stepped.connect(self._step)
        self.body.again.connect(self._look)
        self.days: list[tuple[StoreDay, StoreClose | None]] = []
        self.place = 0
        self.busy = False

    def open(self) -> None:
        """Look at the store's days; it needs the right to reports."""
        self._window.side.close_panel()
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self._closing.check_right(approval)
        self.place = 0
        self._look()

    @property
    def current(self) -> tuple[StoreDay, StoreClose | None] | None:
        """The day that is shown."""
        return self.days[self.place] if self.place < len(self.days) else None

    # --- looking ------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask the service; what is shown stays until the answer is there."""
        self._show()
        self._begin("Asking the service about all tills.")
        self._window.background.run(self._closing.days, self._looked, self._failed)

    def _looked(self, days: list[tuple[StoreDay, StoreClose | None]]) -> None:
        self.busy = False
        self.days = days
        self.place = min(self.place, max(len(days) - 1, 0))
        self._show()

    def _step(self, by: int) -> None:
        if 0 <= self.place + by < len(self.days):
            self.place += by
            self._show()

    def _show(self) -> None:
        found, page = self.current, self._window.till.page
        heading, hint, name = "Store day", " ", "Close the store"
        if found is None:
            self.body.show_words("" if self.busy or not self.days else _NO_DAY)
        else:
            day, close = found
            report = self._closing.report(day, close)
            more = self.place + 1 < len(self.days)
            self.body.show_day(day.business_day, report, has_earlier=more, has_later=self.place > 0)
            heading, hint = report.title, report.scope
            if close is not None:
                name = "Amend the close" if self._may_close() else "Store closed"
        way = Way(name, self._ask, "accent")
        again = Way("Print again", self._print_again) if found is not None and found[1] is not None else None
        back = Way("Back to the sale", self._window.till.leave)
        page.show_step(self._words(heading, hint), self.body, way, back=back, extra=again)
        page.main.setEnabled(self._may_close() and not self.busy)

    def _may_close(self) -> bool:
        """Something is there to be closed that is not in the close there is."""
        if self.current is None:
            return False
        day, close = self.current
        return bool(day.closed_tills) and (close is None or close.day.content != day.content)

    def _words(self, heading: str, hint: str) -> PageWords:
        services = self._window.services
        place = f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}"
        return PageWords("Store day", place, "store", heading=heading, hint=hint)

    # --- closing ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._window.sale.with_approval(self._close)

    def _close(self, approval: Approval | None) -> None:
        if self.current is None or self.busy:
            return
        business_day = self.current[0].business_day
        approver_id = self._closing.check_close(business_day, approval)
        self._begin("The store is being closed.")
        self._window.background.run(partial(self._closing.close, business_day, approver_id), self._closed, self._failed)

    def _closed(self, close: StoreClose) -> None:
        self.busy = False
        business_day = close.day.business_day
        self.days = [(day, close if day.business_day == business_day else known) for day, known in self.days]
        self._show()
        self._window.till.page.say(f"{close.title} and the deposit slip are printed.")

    def _print_again(self) -> None:
        if self.current is None or self.current[1] is None or self.busy:
            return
        close = self.current[1]
        self._window.background.run(
            partial(self._closing.print_copy, close),
            lambda _: self._window.till.page.say(f"{close.title} is printed again, marked as a copy."),
            self._failed,
        )

    def _show_own(self, report: Report) -> None:
        self.body.show_day("", report, has_earlier=False, has_later=False)
        self.body.begin()

    def _begin(self, words: str) -> None:
        self.busy = True
        page = self._window.till.page
        page.main.setEnabled(False)
        page.say(words)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError | OSError):
            raise error
        self.busy = False
        if isinstance(error, OfflineError) and not self.days:
            self._window.background.run(self._closing.own_report, self._show_own, self._failed)
        self._window.till.page.say(str(error), bad=True)
        self._window.till.page.main.setEnabled(self._may_close())
