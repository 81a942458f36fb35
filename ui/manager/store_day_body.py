"""The store's day on the page over the window: one day at a time, its tills, sums, bags and points below."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import day_words
from pos_app.domain.report import Report
from pos_app.ports import Formatter
from ui.manager.report_sheet import ReportSheet
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Height
from ui.till.day_page import DayPage, PageBody
from ui.widgets.buttons import Button, IconButton

_DAY, _AGAIN = 220, 140


class StoreDayBody(PageBody):
    """A day, and the ones before and after it."""

    stepped = Signal(int)
    """One day earlier (1) or later (-1): days are listed newest first."""
    again = Signal()
    """Ask the service once more."""

    def __init__(self, page: DayPage, formatter: Formatter) -> None:
        super().__init__(page, "Store day")
        self._page = page
        self._day = ""
        self._words = ""
        self.earlier = IconButton("Earlier", "chevron-left", self, bordered=True)
        self.later = IconButton("Later", "chevron-right", self, bordered=True)
        self.refresh = Button("Refresh", self, icon="refresh-cw", size=15, description="Ask the tills' service again")
        self.earlier.clicked.connect(lambda: self.stepped.emit(1))
        self.later.clicked.connect(lambda: self.stepped.emit(-1))
        self.refresh.clicked.connect(self.again.emit)
        self.sheet = ReportSheet(formatter, self)
        self.sheet.hide()

    def show_day(self, day: str, report: Report, *, has_earlier: bool, has_later: bool) -> None:
        """This day, and whether there is one before and after it."""
        self._day, self._words = day, ""
        self.earlier.setEnabled(has_earlier)
        self.later.setEnabled(has_later)
        self.sheet.show_report(report)
        self.sheet.show()
        self.update()

    def show_words(self, words: str) -> None:
        """Nothing to show, and why."""
        self._day, self._words = "", words
        self.earlier.setEnabled(False)
        self.later.setEnabled(False)
        self.sheet.hide()
        self.setAccessibleDescription(words)
        self.update()

    def stops(self) -> Sequence[QWidget]:
        return (self.earlier, self.later, self.refresh, self.sheet)

    def begin(self) -> bool:
        target = self.sheet if self.sheet.isVisible() else self.refresh
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go to the day before and after."""
        if event.key() == Qt.Key.Key_Left:
            self.earlier.click()
        elif event.key() == Qt.Key.Key_Right:
            self.later.click()
        else:
            super().keyPressEvent(event)

    def step_back(self) -> None:
        self._page.back.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        high = Height.TOUCH
        self.earlier.setGeometry(0, 0, high, high)
        self.later.setGeometry(high + _DAY, 0, high, high)
        self.refresh.setGeometry(self.width() - _AGAIN, 0, _AGAIN, high)
        self.sheet.setGeometry(0, high + 12, self.width(), self.height() - high - 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        between = QRectF(Height.TOUCH + 4, 0, _DAY - 8, Height.TOUCH)
        if self._day:
            paint.text(painter, between, day_words(self._day), font(16, 700, tabular=True), "ink", paint.CENTRE)
        if self._words:
            room = QRectF(12, Height.TOUCH + 40, min(self.width() - 24, 720), self.height() - Height.TOUCH - 40)
            paint.wrapped(painter, room, self._words, font(16, 500), "ink_2")
        painter.end()
