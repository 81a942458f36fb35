"""What the pages of the console are made of: rows to choose from, facts, reports of trials, lines of text, a field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.ports import DeviceState
from pos_app.ports.maintenance import TrialReport
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import IconButton
from ui.widgets.control import Control

ROW, TALL_ROW, ROW_GAP, PAGER = 64, 72, 8, 56
_HEAD_HIGH = 48
_LETTER = 7.6
"""How wide a letter of a line is, on the whole."""
_LOOK_OF_STATE = {
    DeviceState.READY: ("circle-check", "go_text", "go_soft"),
    DeviceState.BUSY: ("loader", "accent", "accent_soft"),
    DeviceState.WARNING: ("triangle-alert", "warn", "warn_soft"),
    DeviceState.OFFLINE: ("unplug", "bad", "bad_soft"),
    DeviceState.ERROR: ("circle-x", "bad", "bad_soft"),
    DeviceState.ABSENT: ("circle-dashed", "ink_2", "sunken"),
}


def look_of(state: DeviceState) -> tuple[str, str, str]:
    """Icon, its colour and a soft ground: a shape of its own for every state."""
    return _LOOK_OF_STATE[state]


@dataclass(frozen=True, slots=True)
class RowItem:
    """Something to choose: an icon, words, smaller words, and what stands on the right."""

    name: str
    detail: str = ""
    icon: str = "chevron-right"
    ink: str = "ink_2"
    trailing: str = ""


class _Row(Control):
    def __init__(self, item: RowItem, parent: QWidget) -> None:
        super().__init__(item.name, parent, description=f"{item.detail} {item.trailing}".strip())
        self.item = item
        self.chosen = False

    def show_item(self, item: RowItem) -> None:
        """Show this instead."""
        if item != self.item:
            self.item = item
            self.rename(item.name)
            self.setAccessibleDescription(f"{item.detail} {item.trailing}".strip())
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The chosen one has a soft ground and a bar on its left."""
        ground = "accent_soft" if self.chosen else "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent_line" if self.chosen else "line")
        if self.chosen:
            paint.rounded(painter, QRectF(rect.left(), rect.top() + 12, 4, rect.height() - 24), 2, "accent")
        item, middle = self.item, rect.center().y()
        paint.glyph(painter, QPointF(28, middle), item.icon, 22, item.ink)
        made = font(14, 600, tabular=True)
        # Words that are longer than the row is wide go on in a second line, where the row is high enough.
        wide = rect.width() - 54 - 16
        two = item.detail != "" and width(item.detail, font(14, 500)) > wide and rect.height() >= TALL_ROW
        top = middle - (31 if two else 23)
        upper = QRectF(54, top, wide, 24) if item.detail else rect.adjusted(54, 0, -16, 0)
        used = paint.text(painter, upper, item.trailing, made, "ink_2", paint.RIGHT)
        room = wide - used - 12
        if item.detail:
            paint.text(painter, QRectF(54, top, room, 24), item.name, font(16, 600))
        if two:
            paint.wrapped(painter, QRectF(54, top + 24, wide, 40), item.detail, font(14, 500), "ink_2")
        elif item.detail:
            paint.text(painter, QRectF(54, top + 24, wide, 21), item.detail, font(14, 500), "ink_2")
        else:
            paint.text(painter, QRectF(54, 0, room, rect.height()), item.name, font(16, 600))


class RowList(QWidget):
    """Rows in pages; one of them may be chosen."""

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget, *, empty: str = "", row: int = ROW) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.empty = empty
        self.rows: list[_Row] = []
        self.current = -1
        self._row = row
        self._first = 0
        self.earlier = IconButton("Earlier rows", "chevron-up", self, bordered=True)
        self.later = IconButton("Later rows", "chevron-down", self, bordered=True)
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))

    def show_items(self, items: Sequence[RowItem], current: int = -1) -> None:
        """Show these; rows that are there already keep their place and the focus."""
        for row in self.rows[len(items) :]:
            row.hide()
            row.deleteLater()
        del self.rows[len(items) :]
        for row, item in zip(self.rows, items, strict=False):
            row.show_item(item)
        for number in range(len(self.rows), len(items)):
            row = _Row(items[number], self)
            row.clicked.connect(lambda _=False, number=number: self._touched(number))
            self.rows.append(row)
        self.choose(current)
        self._arrange()
        self.update()

    def choose(self, number: int) -> None:
        """This one is the chosen one; -1: none."""
        self.current = number
        for place, row in enumerate(self.rows):
            if row.chosen != (place == number):
                row.chosen = place == number
                row.update()

    def _touched(self, number: int) -> None:
        self.choose(number)
        self.chosen.emit(number)

    @property
    def _page(self) -> int:
        fits = max(1, (self.height() + ROW_GAP) // (self._row + ROW_GAP))
        if len(self.rows) <= fits:
            return max(1, len(self.rows))
        return max(1, (self.height() - PAGER + ROW_GAP) // (self._row + ROW_GAP))

    def _turn(self, pages: int) -> None:
        self._first = max(0, min(self._first + pages * self._page, len(self.rows) - 1))
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        page = self._page
        self._first = min(self._first // page * page, max(0, (len(self.rows) - 1) // page * page))
        for number, row in enumerate(self.rows):
            place = number - self._first
            row.setGeometry(0, place * (self._row + ROW_GAP), self.width(), self._row)
            row.setVisible(0 <= place < page)
        paged = len(self.rows) > page
        for button, step, right in ((self.earlier, -1, 104), (self.later, 1, 48)):
            button.setVisible(paged)
            button.setEnabled(0 <= self._first + step * page < len(self.rows))
            button.move(self.width() - right, self.height() - Height.TOUCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self.rows:
            paint.wrapped(painter, QRectF(4, 8, self.width() - 8, 90), self.empty, font(15, 450))
        if len(self.rows) > self._page:
            last = min(self._first + self._page, len(self.rows))
            place = QRectF(4, self.height() - Height.TOUCH, self.width() - 120, Height.TOUCH)
            words = f"{self._first + 1} to {last} of {len(self.rows)}"
            paint.text(painter, place, words, font(14, 500, tabular=True), "ink_2")
        painter.end()


class Facts(QWidget):
    """Names on the left, values on the right."""

    row = 30

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.facts: tuple[tuple[str, str], ...] = ()

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these."""
        if tuple(facts) != self.facts:
            self.facts = tuple(facts)
            self.setAccessibleDescription("; ".join(f"{name}: {value}" for name, value in facts))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, (name, value) in enumerate(self.facts):
            line = QRectF(0, number * self.row, self.width(), self.row)
            if line.bottom() > self.height():
                break
            used = paint.text(painter, line, name, font(14, 500), "ink_2")
            room = line.adjusted(used + 16, 0, 0, 0)
            paint.text(painter, room, value, font(14, 600, tabular=True), "ink", paint.RIGHT)
            painter.fillRect(QRectF(0, line.bottom() - 1, self.width(), 1), colour("line"))
        painter.end()


class ReportView(QWidget):
    """How a trial went: green and a tick, or what is wrong, and each step."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        self.setAccessibleName(name)
        self.report: TrialReport | None = None
        self.busy = ""

    def show_busy(self, words: str) -> None:
        """Something is being tried."""
        self.report, self.busy = None, words
        self.setAccessibleDescription(words)
        self.update()

    def show_report(self, report: TrialReport | None) -> None:
        """How it went; None shows nothing."""
        self.report, self.busy = report, ""
        self.setAccessibleDescription(report.headline if report is not None else "")
        self.update()

    def height_for(self, wide: int) -> int:
        """How high it has to be for all its words at such a width."""
        if self.report is None:
            return _HEAD_HIGH
        high = self._head_height(self.report.headline, wide) + 10
        high += sum(self._step_height(step.words, wide) for step in self.report.steps)
        if self.report.question:
            high += 16 + paint.wrapped_height(self.report.question, font(14, 600), wide - 16.0)
        return round(high)

    @staticmethod
    def _head_height(words: str, wide: float) -> float:
        return max(_HEAD_HIGH, paint.wrapped_height(words, font(15, 600), wide - 68.0) + 22)

    @staticmethod
    def _step_height(words: str, wide: float) -> float:
        return max(26.0, paint.wrapped_height(words, font(14, 500), wide - 40.0) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.busy:
            self._head(painter, "loader", "accent", "accent_soft", self.busy)
        elif self.report is not None:
            self._paint_report(painter, self.report)
        painter.end()

    def _paint_report(self, painter: QPainter, report: TrialReport) -> None:
        look = ("circle-check", "go_text", "go_soft") if report.good else ("triangle-alert", "bad", "bad_soft")
        top = self._head(painter, *look, report.headline) + 10
        wide = self.width() - 40.0
        for step in report.steps:
            high = self._step_height(step.words, self.width())
            if top + high > self.height():
                return
            icon, ink = ("check", "go_text") if step.good else ("x", "bad")
            paint.glyph(painter, QPointF(18, top + 13), icon, 18, ink)
            paint.wrapped(painter, QRectF(40, top + 3, wide, high), step.words, font(14, 500), "ink")
            top += high
        if report.question and top + 30 <= self.height():
            paint.wrapped(painter, QRectF(8, top + 8, self.width() - 16, 60), report.question, font(14, 600), "ink")

    def _head(self, painter: QPainter, icon: str, ink: str, ground: str, words: str) -> float:
        made = font(15, 600)
        inner = paint.wrapped_height(words, made, self.width() - 68.0)
        high = self._head_height(words, self.width())
        paint.rounded(painter, QRectF(0, 0, self.width(), high), Radius.CONTROL, ground)
        paint.glyph(painter, QPointF(26, high / 2), icon, 24, ink)
        paint.wrapped(painter, QRectF(52, (high - inner) / 2, self.width() - 68.0, inner + 4), words, made, "ink")
        return high


class TextLines(QWidget):
    """Lines of text in pages, each with a sign before it that stands for its colour."""

    row = 24

    def __init__(self, name: str, parent: QWidget, *, empty: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.empty = empty
        self._given: list[tuple[str, str, str]] = []
        self.lines: list[tuple[str, str, str]] = []
        """As they are shown: what is longer than the paper is wide goes on in the next line."""
        self._first = 0
        self.earlier = IconButton("Earlier lines", "chevron-up", self, bordered=True)
        self.later = IconButton("Later lines", "chevron-down", self, bordered=True)
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))

    def show_lines(self, lines: Sequence[tuple[str, str, str]]) -> None:
        """Show these: sign, text and the colour of both."""
        self._given, self._first = list(lines), 0
        self.setAccessibleDescription("\n".join(f"{sign} {text}".strip() for sign, text, _ in self._given[:40]))
        self._arrange()
        self.update()

    @property
    def _page(self) -> int:
        return max(1, (self.height() - PAGER - 16) // self.row)

    def _turn(self, pages: int) -> None:
        self._first = max(0, min(self._first + pages * self._page, len(self.lines) - 1)) // self._page * self._page
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        room = max(20, int((self.width() - 46) / _LETTER))
        self.lines = [
            (sign if not number else "", part, ink)
            for sign, text, ink in self._given
            for number, part in enumerate(wrap(text, room, subsequent_indent="      ", drop_whitespace=False) or [""])
        ]
        paged = len(self.lines) > self._page
        for button, step, right in ((self.earlier, -1, 104), (self.later, 1, 48)):
            button.setVisible(paged)
            button.setEnabled(0 <= self._first + step * self._page < len(self.lines))
            button.move(self.width() - right, self.height() - Height.TOUCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = QRectF(0, 0, self.width(), self.height() - (PAGER if len(self.lines) > self._page else 0))
        paint.rounded(painter, ground, Radius.CONTROL, "sunken", "line")
        made = font(14, 500, tabular=True)
        if not self.lines:
            paint.wrapped(painter, ground.adjusted(14, 10, -14, -10), self.empty, font(15, 450))
        for place, (sign, text, ink) in enumerate(self.lines[self._first : self._first + self._page]):
            line = QRectF(12, 8 + place * self.row, self.width() - 24, self.row)
            paint.text(painter, line, sign, made, ink)
            paint.text(painter, line.adjusted(22, 0, 0, 0), text, made, ink)
        if len(self.lines) > self._page:
            last = min(self._first + self._page, len(self.lines))
            place_of_words = QRectF(4, self.height() - Height.TOUCH, self.width() - 120, Height.TOUCH)
            words = f"{self._first + 1} to {last} of {len(self.lines)}"
            paint.text(painter, place_of_words, words, font(14, 500, tabular=True), "ink_2")
        painter.end()


class Field(QWidget):
    """One line to type, with its frame."""

    entered = Signal()
    changed = Signal(str)

    def __init__(self, name: str, parent: QWidget, *, icon: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{name} field")
        self._icon, self._hint = icon, ""
        self.line = QLineEdit(self)
        self.line.setAccessibleName(name)
        self.line.setFont(font(17, 500, tabular=True))
        self.line.setMaxLength(120)
        self.line.returnPressed.connect(self.entered)
        self.line.textChanged.connect(self.changed)
        self.line.textChanged.connect(self.update)
        self.line.installEventFilter(self)
        self.setFocusProxy(self.line)

    def set_hint(self, words: str) -> None:
        """What stands there while nothing is typed."""
        self._hint = words
        self.line.setAccessibleDescription(words)
        self.update()

    def press(self, character: str) -> None:
        """A key of the screen; empty takes one back."""
        self.line.insert(character) if character else self.line.backspace()
        self.line.setFocus()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        left = 46 if self._icon else 14
        self.line.setGeometry(left, 3, self.width() - left - 10, self.height() - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        focused = self.line.hasFocus()
        border, thick = ("accent", FOCUS_RING - 1) if focused else ("control", 1)
        paint.rounded(painter, QRectF(self.rect()), Radius.CONTROL, "sunken", border, thick)
        if self._icon:
            paint.glyph(painter, QPointF(26, self.height() / 2), self._icon, 20, "ink_2")
        if not self.line.text():
            left = 50 if self._icon else 18
            place = QRectF(left, 0, self.width() - left - 10, self.height())
            paint.text(painter, place, self._hint, font(16, 450), "ink_2")
        painter.end()


class Chip(Control):
    """One of a few kinds: filled, with a tick, while it is chosen."""

    def __init__(self, name: str, parent: QWidget, act: Callable[[], None]) -> None:
        super().__init__(name, parent)
        self.setCheckable(True)
        self.clicked.connect(lambda: act())

    def nextCheckState(self) -> None:
        """A touch chooses; touching it again does not take the choice back."""
        self.setChecked(True)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Words in the middle; a border that is thick and a tick when chosen."""
        chosen = self.isChecked()
        ground = "accent_soft" if chosen else "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent" if chosen else "line_2", 2 if chosen else 1)
        ink, room = "accent" if chosen else "ink", rect.width() - (36 if chosen else 16)
        made = next((one for one in (font(15, 600), font(14, 600)) if width(self.text(), one) <= room), font(13, 600))
        if not chosen:
            paint.text(painter, rect.adjusted(8, 0, -8, 0), self.text(), made, ink, paint.CENTRE)
            return
        words = min(width(self.text(), made), room)
        left = rect.center().x() - (words + 22) / 2
        paint.glyph(painter, QPointF(left + 8, rect.center().y()), "check", 16, ink)
        paint.text(painter, QRectF(left + 22, 0, words + 4, rect.height()), self.text(), made, ink)
