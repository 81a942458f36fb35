"""Reports on the page over the window: all of them to choose from, then one with its period and whose it is."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import day_words
from pos_app.domain.report import Report
from pos_app.domain.report_period import Span, days_of, stepped
from pos_app.ports import Formatter
from ui.manager.report_sheet import ReportSheet
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Height
from ui.till.day_page import DayPage, PageBody
from ui.widgets.buttons import Button, IconButton
from ui.widgets.control import Control

_COLUMNS, _GAP = 4, 12
_PERIOD, _SPAN, _WHERE = 156, 62, 84
_MOST_CHOICES = 12
EVERYBODY, THIS_TILL, ALL_TILLS = "Everybody", "This till", "All tills"
_SPANS = {Span.DAY: "Day", Span.WEEK: "Week", Span.MONTH: "Month", Span.YEAR: "Year"}


class _ReportTile(Control):
    def __init__(self, name: str, icon: str, detail: str, parent: QWidget) -> None:
        super().__init__(name, parent, description=detail)
        self._icon, self._detail = icon, detail

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, name and what it tells."""
        ground = "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "line")
        badge = QRectF(rect.left() + 14, rect.center().y() - 20, 40, 40)
        paint.rounded(painter, badge, 10, "accent_soft")
        paint.glyph(painter, badge.center(), self._icon, 20, "accent")
        left = badge.right() + 12
        room = rect.right() - left - 8
        middle = rect.center().y()
        paint.text(painter, QRectF(left, middle - 24, room, 24), self.text(), font(15, 700))
        paint.text(painter, QRectF(left, middle + 1, room, 22), self._detail, font(13, 450), "ink_2")


class ReportChoice(PageBody):
    """A tile for each report; arrows go from one to the next."""

    chosen = Signal(str)

    def __init__(self, page: DayPage, tiles: Sequence[tuple[str, str, str, str]]) -> None:
        """tiles are id, name, icon and what it tells."""
        super().__init__(page, "Reports")
        self._page = page
        self.tiles: dict[str, Control] = {}
        for report_id, name, icon, detail in tiles:
            tile = _ReportTile(name, icon, detail, self)
            tile.clicked.connect(lambda _=False, one=report_id: self.chosen.emit(one))
            self.tiles[report_id] = tile
        self._last = next(iter(self.tiles))
        self.chosen.connect(self._remember)

    def _remember(self, report_id: str) -> None:
        self._last = report_id

    def stops(self) -> Sequence[QWidget]:
        return tuple(self.tiles.values())

    def begin(self) -> bool:
        self.tiles[self._last].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the focus over the tiles."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_COLUMNS, Qt.Key.Key_Down: _COLUMNS}
        step = steps.get(Qt.Key(event.key()))
        tiles = list(self.tiles.values())
        at = next((number for number, tile in enumerate(tiles) if tile.hasFocus()), -1)
        if step is None or at < 0:
            super().keyPressEvent(event)
        elif 0 <= at + step < len(tiles):
            tiles[at + step].setFocus(Qt.FocusReason.TabFocusReason)

    def step_back(self) -> None:
        self._page.main.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        rows = -(-len(self.tiles) // _COLUMNS)
        wide = (self.width() - _GAP * (_COLUMNS - 1)) // _COLUMNS
        high = min(112, (self.height() - _GAP * (rows - 1)) // rows)
        for number, tile in enumerate(self.tiles.values()):
            row, column = divmod(number, _COLUMNS)
            tile.setGeometry(column * (wide + _GAP), row * (high + _GAP), wide, high)


class ReportBody(PageBody):
    """One report: its period and operator above, ways to save it beside them, the sheet below."""

    wanted = Signal()
    """Another period or operator was chosen."""
    tills_chosen = Signal()
    """This till or all tills: there may be other days and operators."""
    save_wanted = Signal(str)
    """pdf, xlsx or csv."""

    def __init__(self, page: DayPage, formatter: Formatter, today: date) -> None:
        super().__init__(page, "Report")
        self._page = page
        self.span, self.day, self.operator_id = Span.DAY, today, ""
        self._today = today
        self._operators: tuple[str, ...] = ()
        self._dated = True
        self.whole_store = False
        self._knows_store = False
        self._done, self._whole = 0, 0
        self.earlier = IconButton("Earlier", "chevron-left", self, bordered=True)
        self.later = IconButton("Later", "chevron-right", self, bordered=True)
        self.earlier.clicked.connect(lambda: self.step(forward=False))
        self.later.clicked.connect(lambda: self.step(forward=True))
        self.spans = {span: Button(name, self, size=14) for span, name in _SPANS.items()}
        for span, button in self.spans.items():
            button.clicked.connect(lambda _=False, one=span: self.choose_span(one))
        self.where = Button(THIS_TILL, self, size=14)
        self.where.clicked.connect(lambda: self.choose_tills(whole_store=not self.whole_store))
        self.who = Button(EVERYBODY, self, icon="user-round", size=14)
        self.who.clicked.connect(self._choose_operator)
        self.saves = {
            form: Button(name, self, size=14, description=f"Save as {name}")
            for form, name in (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"))
        }
        for form, button in self.saves.items():
            button.clicked.connect(lambda _=False, one=form: self.save_wanted.emit(one))
        self.sheet = ReportSheet(formatter, self)
        self.choices: list[Button] = []

    # --- what is wanted -----------------------------------------------------------------------------------------------

    @property
    def period(self) -> tuple[date, date]:
        """The first and the last day."""
        return days_of(self.span, self.day)

    def offer(self, last: date, operators: tuple[str, ...], *, dated: bool, knows_store: bool) -> None:
        """What there is to choose from; a report that is not dated is of this moment, and of this till.

        Who looks at the newest day goes on doing so when another one has begun.
        """
        self._operators, self._dated, self._knows_store = operators, dated, knows_store
        self.day = last if self.day >= self._today else min(self.day, last)
        self._today = last
        self._refresh()

    def choose_tills(self, *, whole_store: bool) -> None:
        """All tills of the store, or this one."""
        self._close_choices()
        if whole_store is not self.whole_store:
            self.whole_store = whole_store
            self._refresh()
            self.tills_chosen.emit()

    def choose_span(self, span: Span) -> None:
        """A day, a week, a month or a year around the day in hand."""
        if span is not self.span:
            self.span = span
            self._changed()

    def step(self, *, forward: bool) -> None:
        """The period before or after; never after today's."""
        _, last = self.period
        if forward and last >= self._today:
            return
        self.day = min(stepped(self.span, self.day, forward=forward), self._today)
        self._changed()

    def choose_operator(self, operator_id: str) -> None:
        """One operator, or all of them (empty)."""
        self._close_choices()
        if operator_id != self.operator_id:
            self.operator_id = operator_id
            self._changed()

    def _changed(self) -> None:
        self._close_choices()
        self._refresh()
        self.wanted.emit()

    def _choose_operator(self) -> None:
        """Everybody who has figures, in the place of the report."""
        if self.choices:
            self._close_choices()
            return
        names = ("", *self._operators[:_MOST_CHOICES])
        for operator_id in names:
            kind = "soft" if operator_id == self.operator_id else "plain"
            button = Button(operator_id or EVERYBODY, self, kind=kind, icon="user-round", size=15)
            button.clicked.connect(lambda _=False, one=operator_id: self.choose_operator(one))
            button.show()
            self.choices.append(button)
        self.sheet.hide()
        self._arrange()
        self.update()
        self.choices[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _close_choices(self) -> None:
        for button in self.choices:
            button.hide()
            button.deleteLater()
        self.choices = []
        self.sheet.setVisible(self.sheet.report is not None and not self._whole)
        self.update()

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_report(self, report: Report) -> None:
        """What was asked for is here."""
        self._done = self._whole = 0
        self.sheet.show_report(report)
        self.sheet.show()
        for button in self.saves.values():
            button.setEnabled(True)
        self.update()

    def show_progress(self, done: int, whole: int) -> None:
        """How far the sums are."""
        self._done, self._whole = done, max(whole, 1)
        self.sheet.hide()
        for button in self.saves.values():
            button.setEnabled(False)
        self.update()

    def _refresh(self) -> None:
        for span, button in self.spans.items():
            button.set_kind("soft" if span is self.span else "plain")
            button.setAccessibleDescription("Chosen" if span is self.span else "")
        for widget in (self.earlier, self.later, self.who, *self.spans.values()):
            widget.setVisible(self._dated)
        self.where.setVisible(self._dated and self._knows_store)
        self.where.rename(ALL_TILLS if self.whole_store else THIS_TILL)
        self.where.set_kind("soft" if self.whole_store else "plain")
        self.where.setAccessibleDescription("Whose tills the figures are of; press for the other")
        self.later.setEnabled(self.period[1] < self._today)
        self.who.rename(self.operator_id or EVERYBODY)
        self.update()

    def stops(self) -> Sequence[QWidget]:
        above = (self.earlier, self.later, *self.spans.values(), self.where, self.who, *self.saves.values())
        return (*above, *(self.choices or (self.sheet,)))

    def begin(self) -> bool:
        self.sheet.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go to the period before and after."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._dated and not self.choices:
            self.step(forward=event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def step_back(self) -> None:
        if self.choices:
            self._close_choices()
            self.sheet.setFocus()
        else:
            self._page.back.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        high = Height.TOUCH
        place = 0
        for widget, wide, gap in (
            (self.earlier, high, 4 + _PERIOD + 4),
            (self.later, high, _GAP),
            *((button, _SPAN, 4) for button in self.spans.values()),
            (self.where, _WHERE, 4),
        ):
            widget.setGeometry(place, 0, wide, high)
            place += wide + gap
        right = self.width()
        for button in reversed(self.saves.values()):
            button.setGeometry(right - 62, 0, 62, high)
            right -= 66
        self.who.setGeometry(place, 0, min(190, right - place - 8), high)
        self.sheet.setGeometry(0, high + 12, self.width(), self.height() - high - 12)
        wide = (self.width() - 2 * _GAP) // 3
        for number, button in enumerate(self.choices):
            row, column = divmod(number, 3)
            button.setGeometry(column * (wide + _GAP), high + 64 + row * 68, wide, 56)

    @property
    def _period_words(self) -> str:
        first, last = self.period
        match self.span:
            case Span.DAY:
                return day_words(first)
            case Span.MONTH:
                return f"{first:%B %Y}"
            case Span.YEAR:
                return f"{first:%Y}"
            case _:
                return f"{first:%b} {first.day} to {last:%b} {last.day}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        if self._dated:
            between = QRectF(self.earlier.geometry().right() + 2, 0, _PERIOD + 6, Height.TOUCH)
            paint.text(painter, between, self._period_words, font(15, 700, tabular=True), "ink", paint.CENTRE)
        else:
            paint.text(painter, QRectF(0, 0, 400, Height.TOUCH), "As of this moment", font(15, 700))
        if self.choices:
            at = QRectF(0, Height.TOUCH + 20, self.width(), 36)
            paint.text(painter, at, "Whose figures?", font(17, 700))
        elif self._whole:
            self._paint_progress(painter)
        painter.end()

    def _paint_progress(self, painter: QPainter) -> None:
        middle = self.rect().center()
        track = QRectF(middle.x() - 180, middle.y(), 360, 10)
        words = f"Adding up the journal: {self._done * 100 // self._whole} %"
        paint.text(painter, track.adjusted(0, -40, 0, -20), words, font(16, 600, tabular=True), "ink", paint.CENTRE)
        paint.rounded(painter, track, 5, "sunken", "line")
        done = QRectF(track.left(), track.top(), track.width() * min(self._done / self._whole, 1), track.height())
        if done.width() >= 1:
            paint.rounded(painter, done, 5, "accent")
