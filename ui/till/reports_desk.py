"""X and Z reports: chosen on the left, read as they come out of the printer, printed when wanted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import day_words
from ui.receipts.paper_view import PaperView
from ui.till import doing
from ui.till.day_page import DayPage, PageBody, PageWords, Way
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from pos_app.domain.receipt_document import ReceiptDocument
    from pos_app.services.approvals import Approval
    from pos_app.services.till_papers import ZReport
    from ui.sale.checkout_window import CheckoutWindow
    from ui.till.at_the_counter import TillAtTheCounter

_LIST, _ROW = 300, 56


class ReportsBody(PageBody):
    """Buttons for the reports and the paper of the chosen one."""

    def __init__(self, page: DayPage) -> None:
        super().__init__(page, "Reports")
        self.paper = PaperView(self)
        self.paper.show()
        self.buttons: list[Button] = []

    def show_list(self, names: Sequence[str], choose: object) -> None:
        """A button for each report; choose gets its place."""
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [Button(name, self, size=15) for name in names]
        for place, button in enumerate(self.buttons):
            button.clicked.connect(partial(choose, place))
        self._arrange()

    def mark(self, place: int) -> None:
        """The report that is shown."""
        for number, button in enumerate(self.buttons):
            button.set_kind("soft" if number == place else "plain")

    def stops(self) -> Sequence[QWidget]:
        return tuple(button for button in self.buttons if button.isVisible())

    def begin(self) -> bool:
        if self.buttons:
            self.buttons[0].setFocus()
        return bool(self.buttons)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The page keys move the paper."""
        pages = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if pages is None:
            super().keyPressEvent(event)
        else:
            self.paper.scroll_by(pages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        fits = max(1, (self.height() + 8) // (_ROW + 8))
        for number, button in enumerate(self.buttons):
            button.setGeometry(0, number * (_ROW + 8), _LIST, _ROW)
            button.setVisible(number < fits)
        self.paper.setGeometry(_LIST + 20, 0, self.width() - _LIST - 20, self.height())


class ReportsDesk:
    """Looking needs the right: a report says what should be in the drawer."""

    def __init__(self, window: CheckoutWindow, till: TillAtTheCounter) -> None:
        self._window = window
        self._till = till
        self._papers = till.parts.papers
        self._reports: list[ZReport] = []
        self._shown: ReceiptDocument | None = None
        self._place = 0
        self.body = ReportsBody(till.page)

    def open(self) -> None:
        """The list, with the X of this moment."""
        self._window.side.close_panel()
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self._papers.may_look(approval)
        self._reports = self._papers.z_reports()
        names = ["X: the day so far", *(f"Z {one.number}: {day_words(one.business_day)}" for one in self._reports)]
        self.body.show_list(names, self._choose)
        services = self._window.services
        words = PageWords(
            title="X and Z reports",
            subtitle=f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}",
            icon="receipt-text",
            heading="Reports of this till",
            hint="An X closes nothing. A Z printed again says that it is a copy.",
        )
        page = self._till.page
        page.show_step(
            words, self.body, Way("Print", self._print, "accent"), back=Way("Back to the sale", self._till.leave)
        )
        self._choose(0)

    def _choose(self, place: int, *_: object) -> None:
        self._place, self._shown = place, None
        self.body.mark(place)
        self._till.page.main.setEnabled(False)
        self.body.paper.show_words(self.body.buttons[place].text(), "Adding up…")
        receipts = self._window.services.receipts

        def make() -> tuple[int, ReceiptDocument, bytes]:
            papers = self._papers
            document = papers.x_report() if place == 0 else papers.z_document(self._reports[place - 1], copy=True)
            return place, document, receipts.picture(document) if receipts is not None else b""

        self._window.background.run(make, self._show, self._failed)

    def _show(self, made: tuple[int, ReceiptDocument, bytes]) -> None:
        place, self._shown, picture = made
        if place == self._place:
            report = self._reports[place - 1] if place else None
            title = f"Z report {report.number}, {day_words(report.business_day)}" if report else "X report"
            self.body.paper.show_paper(title, picture, title)
            self._till.page.main.setEnabled(True)

    def _failed(self, error: Exception) -> None:
        doing.refuse(self._window, self._till.page, error)

    def _print(self) -> None:
        printer = self._window.services.print_actions
        page = self._till.page
        if self._place:
            report = self._reports[self._place - 1]
            if doing.attempt(self._window, page, lambda: self._papers.print_copy(report)):
                page.say("The copy is on its way to the printer.")
        elif printer is not None and self._shown is not None:
            shown = self._shown
            self._window.background.run(
                lambda: printer.print_document(shown),
                lambda _: page.say("The X report is on its way to the printer."),
                self._failed,
            )
