"""A sheet over the basket: a title and rows of words and figures, to be read from where the associate stands.

It covers nothing but the basket: what is due, the ways to pay and the messages stay in sight.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING
from ui.widgets.buttons import Button, IconButton

HEADING, ROW, TOTAL = "heading", "row", "total"
_TOP = 60
_SIDE = 16
_HEIGHTS = {HEADING: 46, ROW: 30, TOTAL: 38}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Words, the figure on the right, and smaller words below that say why."""

    left: str
    right: str = ""
    detail: str = ""
    look: str = ROW
    gain: bool = False


@dataclass(frozen=True, slots=True)
class SheetPage:
    """What a sheet shows."""

    title: str
    subtitle: str
    rows: tuple[SheetRow, ...]


class _RowView(QWidget):
    """One row; a screen reader reads it as one sentence."""

    def __init__(self, row: SheetRow, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = row
        self.setAccessibleName(" ".join(part for part in (row.left, row.right) if part) or "Empty")
        self.setAccessibleDescription(row.detail)

    def height_for(self, wide: int) -> int:
        """How high the row is at a width."""
        high = _HEIGHTS[self._row.look]
        if self._row.detail:
            high += round(paint.wrapped_height(self._row.detail, font(15, 450), wide - 2 * _SIDE)) + 6
        return high

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        row, wide = self._row, self.width()
        painter.fillRect(self.rect(), colour("surface"))
        high = _HEIGHTS[row.look]
        size, weight = {HEADING: (18, 700), ROW: (16, 500), TOTAL: (18, 700)}[row.look]
        if row.look == HEADING:
            painter.fillRect(QRectF(0, 6, wide, high - 8), colour("sunken"))
        elif row.look == TOTAL:
            painter.fillRect(QRectF(_SIDE, 2, wide - 2 * _SIDE, 1), colour("line_2"))
        line = QRectF(_SIDE, 2, wide - 2 * _SIDE, high)
        made = font(size, max(weight, 600), tabular=True)
        used = paint.text(painter, line, row.right, made, "go_text" if row.gain else "ink", paint.RIGHT)
        paint.text(painter, line.adjusted(0, 0, -used - 16, 0), row.left, font(size, weight))
        if row.detail:
            place = QRectF(_SIDE, high, wide - 2 * _SIDE, self.height() - high)
            paint.wrapped(painter, place, row.detail, font(15, 450))
        painter.end()


class Sheet(QWidget):
    """Shows one page at a time; Esc closes it, arrows and page keys move it."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Sheet")
        self.page = SheetPage("", "", ())
        self._make: Callable[[], SheetPage | None] = lambda: None
        self._act: Callable[[], None] = lambda: None
        self._rows: list[_RowView] = []
        self.close_button = IconButton("Close", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.action = Button("Print", self, icon="printer")
        self.action.clicked.connect(lambda: self._act())
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._content = QWidget()
        self._scroll.setWidget(self._content)
        # Below the last row the sheet's own ground shows.
        self._content.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setAccessibleName("Rows")
        self._scroll.viewport().setAccessibleName("Rows in sight")
        self._scroll.verticalScrollBar().setAccessibleName("Position in the rows")
        for part in self._scroll.findChildren(QWidget):
            if not part.accessibleName():
                part.setAccessibleName("Rows")
        self.hide()

    def open(
        self,
        make: Callable[[], SheetPage | None],
        action: tuple[str, Callable[[], None]] | None = None,
        icon: str = "printer",
    ) -> None:
        """Show the page that is made, and make it anew after every change of the sale; none closes the sheet."""
        self._make = make
        self.action.setVisible(action is not None)
        if action is not None:
            self.action.rename(action[0])
            self.action.set_icon(icon)
            self._act = action[1]
        self._scroll.verticalScrollBar().setValue(0)
        self.page = SheetPage("", "", ())
        self.show()
        self.raise_()
        self.refresh()
        self.setFocus()

    def refresh(self) -> None:
        """The sale changed: what is shown may have too."""
        if self.isHidden():
            return
        page = self._make()
        if page is None:
            self.closed.emit()
        elif page != self.page:
            self._show(page)

    def _show(self, page: SheetPage) -> None:
        self.page = page
        self.setAccessibleName(page.title)
        self.setAccessibleDescription(page.subtitle)
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [_RowView(row, self._content) for row in page.rows]
        for row in self._rows:
            row.show()
        self._arrange()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._scroll.verticalScrollBar()
        steps = {
            Qt.Key.Key_Up: -48,
            Qt.Key.Key_Down: 48,
            Qt.Key.Key_PageUp: -bar.pageStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_Home: -bar.maximum(),
            Qt.Key.Key_End: bar.maximum(),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width()
        self.close_button.move(wide - 52, 6)
        self.action.setGeometry(wide - 52 - 8 - 132, 6, 132, 48)
        self._scroll.setGeometry(0, _TOP, wide, self.height() - _TOP)
        inner, top = wide - 10, 4
        for row in self._rows:
            high = row.height_for(inner)
            row.setGeometry(0, top, inner, high)
            top += high
        self._content.resize(inner, top + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        room = self.width() - 52 - 8 - (148 if not self.action.isHidden() else 0) - _SIDE
        title = font(20, 700)
        used = min(width(self.page.title, title), room)
        paint.text(painter, QRectF(_SIDE, 0, room, _TOP), self.page.title, title)
        left = _SIDE + used + 12
        paint.text(painter, QRectF(left, 1, room - used - 12, _TOP), self.page.subtitle, font(15, 450), "ink_2")
        high, ink = (FOCUS_RING, "accent") if self.hasFocus() else (1, "line")
        painter.fillRect(QRectF(0, _TOP - high, self.width(), high), colour(ink))
        painter.end()
