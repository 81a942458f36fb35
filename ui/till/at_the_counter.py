"""The till's day at the window: a page covers it while nothing can be sold. Pages are imported when they are shown."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pos_app.domain.till_slip import PREFIX
from ui.messages import Banner
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.services.tills import Tills
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import TillParts
    from ui.till.closing_desk import ClosingDesk
    from ui.till.day_page import DayPage
    from ui.till.opening_desk import OpeningDesk
    from ui.till.reports_desk import ReportsDesk
    from ui.till.tills_desk import TillsDesk
    from ui.widgets.list_panel import ListRow


class TillAtTheCounter:
    """Opens and closes the day, and shows its reports."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    @cached_property
    def parts(self) -> TillParts:
        """Made when they are needed for the first time."""
        make = self._window.services.till
        assert make is not None
        return make()

    @cached_property
    def page(self) -> DayPage:
        """The page over the window."""
        from ui.till.day_page import DayPage

        page = DayPage(self._window)
        page.setGeometry(0, 0, self._window.width(), self._window.height())
        return page

    @cached_property
    def opening(self) -> OpeningDesk:
        """Opens the day."""
        from ui.till.opening_desk import OpeningDesk

        day = self._window.services.day
        assert day is not None
        return OpeningDesk(self._window, self, day)

    @cached_property
    def closing(self) -> ClosingDesk:
        """Closes the day."""
        from ui.till.closing_desk import ClosingDesk

        return ClosingDesk(self._window, self)

    @cached_property
    def reports(self) -> ReportsDesk:
        """X and Z."""
        from ui.till.reports_desk import ReportsDesk

        return ReportsDesk(self._window, self)

    @cached_property
    def tills(self) -> TillsDesk:
        """Tills and drawers."""
        from ui.till.tills_desk import TillsDesk

        return TillsDesk(self._window, self)

    @property
    def covering(self) -> bool:
        """True while a page covers the window."""
        return "page" in vars(self) and not self.page.isHidden()

    def look(self) -> None:
        """Somebody works the till now: where no day is open, it is opened; where one is being closed, it goes on."""
        day, tills = self._window.services.day, self._window.services.tills
        if day is None:
            return
        if tills is not None:
            self._take_till(tills)
        if self.starts_again():
            return
        if self.covering and not self._asks_to_open:
            self.page.take_focus()
        elif day.is_open:
            if self.covering:
                self.leave()
            if fault := self._window.services.settings_fault():
                words = f"{fault} See F10, Manager, Store set-up."
                self._window.sale.warn(Banner("New settings were not taken", words, "warn"))
            if day.is_overdue():
                words = "Close it first: F10, Manager, Close the day."
                self._window.sale.warn(Banner("An earlier day is still open", words, "warn"))
        elif day.is_closing:
            self.closing.go_on()
        elif day.opens_by_itself():
            self._window.sale.attempt(day.open_by_itself)
        else:
            self.opening.open()

    def starts_again(self) -> bool:
        """True when the store's settings change with the day that is about to open: the till opens once more, by them.

        Nothing is lost by that: no day is open, and a sale that waits is on disk.
        """
        services = self._window.services
        if (
            services.day is None
            or services.day.any_till_is_open
            or services.day.is_closing
            or not services.settings_due()
        ):
            return False
        services.start_again = True
        self._window.close()
        return True

    @property
    def _asks_to_open(self) -> bool:
        """True while the page asks for the float of a till, perhaps of somebody who is gone by now."""
        return "opening" in vars(self) and self.page.body is self.opening.pad

    def _take_till(self, tills: Tills) -> None:
        """Whoever works here sells from their till; where there are several they hear which."""
        before = tills.current
        till = tills.take()
        if tills.several:
            self._window.top_bar.show_till(tills.name_of(till))
        if till.till_id != before.till_id and till.is_open:
            tray = "Put your own tray in." if till.owner_id else ""
            self._window.sale.say(f"Till {tills.name_of(till)}, drawer {till.drawer}. {tray}".strip())

    def look_into_the_drawer(self) -> None:
        """After a sale: when more cash lies in the drawer than the store wants there, say so."""
        services = self._window.services
        if services.tills is not None and services.tills.several:
            self._take_till(services.tills)
        cash = services.cash
        if cash is not None and self._window.sale.banner is None and cash.pickup_due():
            limit = self._window.services.formatter.money(self._window.services.profile.till.cash_limit_minor)
            words = f"Over {limit} lies in the drawer. To the safe with it: F9, Pickup."
            self._window.sale.warn(Banner("A pickup is due", words, "warn"))

    def close_the_day(self) -> None:
        """Begin to close the till."""
        self.closing.begin()

    def show_reports(self) -> None:
        """X now, and the Zs so far."""
        self.reports.open()

    def leave(self) -> None:
        """Back to the sale."""
        self._window.setFocus()
        self.page.hide()
        self._window.focus_scan_field()

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.till is None:
            return []
        from ui.widgets.list_panel import ListRow

        return [
            ListRow("Close the day", "Count the till and print the Z report", self.close_the_day, "moon"),
            ListRow("X and Z reports", "The day so far, and days that were closed", self.show_reports, "receipt-text"),
            ListRow("Tills and drawers", "Who sells from which, and tills that move", self.tills.open, "inbox"),
        ]

    def take_scan(self, code: str) -> bool:
        """True when a page covers the window: the step takes the code, or it makes itself heard."""
        if not self.covering:
            return self.take_slip(code)
        page = self.page
        if page.body is None or not page.body.take_scan(code):
            self._window.sounds.play(Sound.MISS)
            page.say("Nothing is sold now: the scan was not used.", bad=True)
        return True

    def take_slip(self, code: str) -> bool:
        """The slip of a till that comes from another workstation is no goods."""
        if self._window.services.till is None or not code.startswith(PREFIX) or not self.parts.moving.is_slip(code):
            return False
        self.tills.take_up(code)
        return True

    def raise_(self) -> None:
        """In front of the sale."""
        if self.covering:
            self.page.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if "page" in vars(self):
            self.page.setGeometry(0, 0, wide, high)
