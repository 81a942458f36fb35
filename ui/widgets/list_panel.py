"""A list in the side column: receipts, parts of a payment, more functions. Rows are real buttons."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height
from ui.widgets.buttons import IconButton
from ui.widgets.card import Card
from ui.widgets.control import Control


@dataclass(frozen=True, slots=True)
class ListRow:
    """Words, smaller words, what stands on the right, and what a touch does."""

    name: str
    detail: str
    act: Callable[[], None]
    icon: str = "chevron-right"
    trailing: str = ""
    closes: bool = True


class _RowButton(Control):
    def __init__(self, row: ListRow, parent: QWidget) -> None:
        super().__init__(row.name, parent, description=f"{row.detail} {row.trailing}".strip())
        self.row = row

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon, two lines, an amount."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line")
        middle = rect.center().y()
        paint.glyph(painter, QPointF(26, middle), self.row.icon, 20, "ink_2")
        trailing = font(15, 600, tabular=True)
        used = paint.text(painter, rect.adjusted(50, 0, -16, 0), self.row.trailing, trailing, "ink", paint.RIGHT)
        room = rect.width() - 50 - 28 - used
        if self.row.detail:
            paint.text(painter, QRectF(50, middle - 21, room, 22), self.row.name, font(15, 600))
            paint.text(painter, QRectF(50, middle, room, 20), self.row.detail, font(13, 500, tabular=True), "ink_2")
        else:
            paint.text(painter, QRectF(50, 0, room, rect.height()), self.row.name, font(15, 600))


class ListPanel(Card):
    """Title and rows."""

    closed = Signal()
    rows_top = 64
    row_height = 60
    row_gap = 8
    pager_height = 64

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("List", parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = ""
        self._empty = ""
        self.rows: list[_RowButton] = []
        self._first = 0
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.earlier = IconButton("Earlier rows", "chevron-up", self, bordered=True)
        self.later = IconButton("Later rows", "chevron-down", self, bordered=True)
        self.earlier.clicked.connect(lambda: self._turn(-1))
        self.later.clicked.connect(lambda: self._turn(1))

    def show_list(self, title: str, rows: Sequence[ListRow], empty: str = "") -> None:
        """Show these rows; what does not fit is on the next pages."""
        self._title, self._empty = title, empty
        self._first = 0
        self.setAccessibleName(title)
        for button in self.rows:
            button.hide()
            button.deleteLater()
        self.rows = [_RowButton(row, self) for row in rows]
        for button in self.rows:
            button.clicked.connect(lambda _=False, row=button.row: self._act(row))
            button.show()
        self._arrange()
        self.update()
        (self.rows[0] if self.rows else self).setFocus()

    def _act(self, row: ListRow) -> None:
        if row.closes:
            self.closed.emit()
        row.act()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.rows:
            focused = next((n for n, button in enumerate(self.rows) if button.hasFocus()), -1)
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self._show_row((focused + step) % len(self.rows))
        elif event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @property
    def _pager_visible(self) -> bool:
        return len(self.rows) > self._rows_that_fit(0)

    def _rows_that_fit(self, below: int) -> int:
        return max(1, (self.height() - self.rows_top - 12 - below) // (self.row_height + self.row_gap))

    @property
    def _page_rows(self) -> int:
        return self._rows_that_fit(self.pager_height) if self._pager_visible else max(1, len(self.rows))

    def _turn(self, pages: int) -> None:
        """To another page; the first row there has the focus."""
        first = self._first + pages * self._page_rows
        if 0 <= first < len(self.rows):
            self._show_row(first)

    def _show_row(self, number: int) -> None:
        """The page that the row is on, with the focus on it."""
        self._first = number // self._page_rows * self._page_rows
        self._arrange()
        self.update()
        self.rows[number].setFocus()

    def _arrange(self) -> None:
        self.close_button.move(self.width() - 58, 8)
        page = self._page_rows
        self._first = self._first // page * page
        for number, button in enumerate(self.rows):
            button.setVisible(0 <= number - self._first < page)
            top = self.rows_top + (number - self._first) * (self.row_height + self.row_gap)
            button.setGeometry(16, top, self.width() - 32, self.row_height)
        for button, pages, right in ((self.earlier, -1, 124), (self.later, 1, 64)):
            button.setVisible(self._pager_visible)
            button.setEnabled(0 <= self._first + pages * page < len(self.rows))
            button.move(self.width() - right, self.height() - self.pager_height + 4)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title, and words where there are no rows."""
        paint.text(painter, QRectF(20, 8, rect.width() - 88, 48), self._title, font(20, 700))
        if not self.rows:
            paint.wrapped(painter, QRectF(20, self.rows_top, rect.width() - 40, 80), self._empty, font(15, 450))
        if self._pager_visible:
            last = min(self._first + self._page_rows, len(self.rows))
            words = f"{self._first + 1} to {last} of {len(self.rows)}"
            place = QRectF(20, rect.height() - self.pager_height + 4, rect.width() - 160, Height.TOUCH)
            paint.text(painter, place, words, font(15, 500, tabular=True), "ink_2")
