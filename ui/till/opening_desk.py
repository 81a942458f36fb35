"""The store is closed: whoever opens it counts the drawer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pos_app.domain.cash_count import CountedPieces, counted_minor
from ui.messages import Banner
from ui.till import doing
from ui.till.count_pad import CountPad
from ui.till.day_page import PageWords, Way
from ui.till.words import cash_rows

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.business_day import BusinessDay
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter


class OpeningDesk:
    """Counts the float by denomination and opens the business day with it."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter, day: BusinessDay) -> None:
        self._window = window
        self._till = till
        self._day = day
        self._rows: tuple[CountedPieces, ...] = ()
        self.pad = CountPad(till.page, "Opening float by denomination")
        self.pad.finished.connect(self._to_the_button)
        self.pad.changed.connect(self._keep)
        self.pad.on_scan = till.take_slip

    def open(self) -> None:
        """Ask for the count."""
        self._rows = self._day.rows()
        services, page = self._window.services, self._till.page
        money, now = services.formatter.money, services.clock.now()
        place = f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}"
        self.pad.show_rows(
            cash_rows(self._rows, money),
            [one.number for one in self._rows],
            "In the drawer",
            lambda numbers: money(counted_minor(self._counted(numbers))),
        )
        tills = services.tills
        several = tills is not None and tills.several
        if tills is not None and several:
            place = f"{services.profile.store_name}  ·  Till {tills.name_of(tills.current)}"
        others = tills is not None and bool(tills.open_tills())
        words = PageWords(
            title="Open a till" if others else "Open the day",
            subtitle=f"{place}  ·  {now:%a %d %b, %H:%M}",
            icon="sunrise",
            heading="Count the opening float",
            hint="How many of each are in the drawer? Type a number, Enter goes on.",
        )
        drawer = Way("Open the drawer", lambda: doing.open_drawer(self._window, page))
        main = Way("Open this till" if others else "Open the day", self._open_the_day, "go")
        back = Way("Tills and drawers", self._till.tills.open) if several else None
        if not several and services.newer_version():
            back = Way("Newer version", self._window.technician.open_updates)
        page.show_step(words, self.pad, main, back=back, extra=drawer)

    def _keep(self) -> None:
        """A power cut loses nothing of what was counted."""
        self._till.page.say("")
        doing.attempt(self._window, self._till.page, lambda: self._day.keep_count(self._counted(self.pad.values)))

    def _counted(self, numbers: Sequence[int]) -> tuple[CountedPieces, ...]:
        return tuple(one._replace(number=number) for one, number in zip(self._rows, numbers, strict=True))

    def _to_the_button(self) -> None:
        self._till.page.main.setFocus()

    def _open_the_day(self) -> None:
        if not self._till.starts_again():
            doing.with_approval(self._window, self._till.page, self._open)

    def _open(self, approval: Approval | None) -> None:
        opened = self._day.open(self._counted(self.pad.values), approval)
        self._till.leave()
        money, sale = self._window.services.formatter.money, self._window.sale
        if opened.difference_minor:
            word = "more" if opened.difference_minor > 0 else "less"
            words = f"{money(abs(opened.difference_minor))} {word} than was left at the last closing. It is on record."
            sale.warn(Banner("The float differs", words, "warn"))
        else:
            sale.say(f"The day is open with {money(opened.float_minor)}")
