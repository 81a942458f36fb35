"""The lines of a receipt over the basket, each with what comes back of it."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from pos_app.ports import Formatter
from ui.returns.line_row import ROW_HEIGHT, LineRow
from ui.returns.return_model import LineState
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.widgets.buttons import IconButton

_HEAD = 60
_NOTE = 40
_INSET = 5
_BELOW = 80
"""The strip with messages below the basket stays in sight."""


class _Ground(QWidget):
    """What the rows lie on, with words where there are none."""

    words = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("surface"))
        if self.words and not self.findChildren(LineRow):
            middle = self.height() / 2
            paint.glyph(painter, QPointF(self.width() / 2, middle - 40), "scan-barcode", 40, "accent")
            place = QRectF(24, middle - 4, self.width() - 48, 28)
            paint.text(painter, place, self.words, font(18, 600), "ink", paint.CENTRE)
        painter.end()


class ReturnLines(QWidget):
    """Head, a note where something is not certain, and the rows."""

    closed = Signal()
    stepped = Signal(int, int)
    toggled = Signal(int)
    described = Signal(int)
    entered = Signal()

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Return")
        self._formatter = formatter
        self._title, self._chips, self._note = "", tuple[str, ...](), ""
        self.rows: list[LineRow] = []
        self.close_button = IconButton("Leave the return", "x", self)
        self.close_button.clicked.connect(self.closed)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = _Ground()
        self._scroll.setWidget(self._content)
        for part in (self._scroll, *self._scroll.findChildren(QWidget)):
            part.setAccessibleName("Lines of the receipt")
        parent.installEventFilter(self)
        self.hide()

    def open(self, states: list[LineState], title: str, chips: tuple[str, ...], empty: str = "") -> None:
        """Show the lines of a receipt, ready for the first one; empty is said while there are none."""
        self._content.words = empty
        self._title, self._chips = title, chips
        self.setAccessibleDescription(f"{title}, {', '.join(chips)}")
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [self._row(state) for state in states]
        self._place()
        self.show()
        self.raise_()
        self.focus_lines()

    def refresh(self, states: list[LineState], note: str) -> None:
        """Show what changed; lines may have been added at the end."""
        if len(states) > len(self.rows):
            self.rows += [self._row(state) for state in states[len(self.rows) :]]
            self._arrange()
        for row, state in zip(self.rows, states, strict=True):
            if row.state != state:
                row.show_state(state)
        if note != self._note:
            self._note = note
            self._arrange()
            self.update()

    def focus_lines(self) -> None:
        """Keys go to the first line that is open, or to the one that had them."""
        focused = next((row for row in self.rows if row.hasFocus()), None)
        ready = [row for row in self.rows if row.state.open_milli] or self.rows
        if ready:
            (focused or ready[0]).setFocus()

    def focus_line(self, line_number: int) -> None:
        """Keys go to this line."""
        for row in self.rows:
            if row.state.line.line_number == line_number:
                row.setFocus()
                self._scroll.ensureWidgetVisible(row, 0, 8)

    def _row(self, state: LineState) -> LineRow:
        number = state.line.line_number
        row = LineRow(state, self._formatter, self._content)
        row.stepped.connect(lambda by: self.stepped.emit(number, by))
        row.toggled.connect(lambda: self.toggled.emit(number))
        row.described.connect(lambda: self.described.emit(number))
        row.entered.connect(self.entered)
        row.moved.connect(lambda by, row=row: self._move(row, by))
        row.show()
        return row

    def _move(self, row: LineRow, by: int) -> None:
        index = min(max(self.rows.index(row) + by, 0), len(self.rows) - 1)
        self.rows[index].setFocus()
        self._scroll.ensureWidgetVisible(self.rows[index], 0, 8)

    # --- geometry and painting ---------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It lies over the basket, whatever size that has."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        basket = self.parentWidget()
        self.setGeometry(_INSET, _INSET, basket.width() - 2 * _INSET, basket.height() - _BELOW - _INSET)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _top(self) -> int:
        return _HEAD + (_NOTE if self._note else 0)

    def _arrange(self) -> None:
        self.close_button.move(self.width() - 54, 6)
        self._scroll.setGeometry(0, self._top(), self.width(), self.height() - self._top())
        inner = self.width() - (10 if len(self.rows) * ROW_HEIGHT > self._scroll.height() else 0)
        for number, row in enumerate(self.rows):
            row.setGeometry(0, number * ROW_HEIGHT, inner, ROW_HEIGHT)
        self._content.resize(inner, max(len(self.rows) * ROW_HEIGHT, self._scroll.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        made = font(20, 700)
        room = self.width() - 54 - 16
        used = paint.text(painter, QRectF(16, 0, room, _HEAD), self._title, made)
        left = 16 + used + 12
        for words in self._chips:
            if left + width(words, font(13, 600)) + 20 > room:
                break
            left += paint.chip(painter, left, _HEAD / 2, words, "ink_2", "sunken", "line") + 8
        painter.fillRect(QRectF(0, _HEAD - 1, self.width(), 1), colour("line"))
        if self._note:
            strip = QRectF(0, _HEAD, self.width(), _NOTE)
            painter.fillRect(strip, colour("warn_soft"))
            paint.glyph(painter, QPointF(26, _HEAD + _NOTE / 2), "triangle-alert", 18, "warn")
            paint.text(painter, strip.adjusted(44, 0, -12, 0), self._note, font(14, 600), "warn")
        painter.end()
