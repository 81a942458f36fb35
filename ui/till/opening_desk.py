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
        self.pad.changed.connect(lambda: till.page.say(""))

    def open(self) -> None:
        """Ask for the count."""
        self._rows = self._day.rows()
        services, page = self._window.services, self._till.page
        money, now = services.formatter.money, services.clock.now()
        place = f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}"
        self.pad.show_rows(
            cash_rows(self._rows, money),
            [0] * len(self._rows),
            "In the drawer",
            lambda numbers: money(counted_minor(self._counted(numbers))),
        )
        words = PageWords(
            title="Open the day",
            subtitle=f"{place}  ·  {now:%a %d %b, %H:%M}",
            icon="sunrise",
            heading="Count the opening float",
            hint="How many of each are in the drawer? Type a number, Enter goes on.",
        )
        drawer = Way("Open the drawer", lambda: doing.open_drawer(self._window, page))
        page.show_step(words, self.pad, Way("Open the day", self._open_the_day, "go"), extra=drawer)

    def _counted(self, numbers: Sequence[int]) -> tuple[CountedPieces, ...]:
        return tuple(one._replace(number=number) for one, number in zip(self._rows, numbers, strict=True))

    def _to_the_button(self) -> None:
        self._till.page.main.setFocus()

    def _open_the_day(self) -> None:
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
