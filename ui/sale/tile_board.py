"""Pages of product tiles over the basket: big places that never move, in the manager's order."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.tile_page import TilePage
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width
from ui.widgets.buttons import Button, IconButton
from ui.widgets.control import Control

COLUMNS, ROWS = 4, 4
_TOP = 60
_TABS = 56
_GAP = 10
_SIDE = 12
_LINE = 21
_WIDE = 140
"""A tile this wide has room for letters of the usual size."""


class ProductTile(Control):
    """A product's name and price."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Product", parent)
        self._price = ""

    def show_product(self, name: str, price: str) -> None:
        """Be this product; no price: it is not on file."""
        self._price = price
        self.rename(name)
        self.setAccessibleDescription(price or "Not on file")
        self.setEnabled(bool(price))
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Name above, price below."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line_2")
        made, ink = font(15 if rect.width() >= _WIDE else 13, 600), "ink" if self.isEnabled() else "ink_3"
        for number, line in enumerate(_two_lines(self.text(), made, rect.width() - 24)):
            place = QRectF(rect.left() + 12, rect.top() + 8 + number * _LINE, rect.width() - 24, _LINE)
            paint.text(painter, place, line, made, ink)
        price = QRectF(rect.left() + 12, rect.bottom() - 32, rect.width() - 24, 24)
        shown = self._price or "Not on file"
        paint.text(painter, price, shown, font(15, 600, tabular=True), "ink_2", paint.RIGHT)


class TileBoard(QWidget):
    """Tabs of pages, and sixteen places on each."""

    closed = Signal()
    picked = Signal(str)

    def __init__(
        self, pages: tuple[TilePage, ...], look_up: Callable[[str], tuple[str, str] | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Products")
        self._pages = _in_boards(pages)
        self._look_up = look_up
        self.page = 0
        self.close_button = IconButton("Close", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.tabs = [Button(page.name, self) for page in self._pages]
        for number, tab in enumerate(self.tabs):
            tab.clicked.connect(lambda _=False, n=number: self.show_page(n))
        self.tiles = [ProductTile(self) for _ in range(COLUMNS * ROWS)]
        for place, tile in enumerate(self.tiles):
            tile.clicked.connect(lambda _=False, n=place: self.picked.emit(self._pages[self.page].codes[n]))
        self.hide()

    def open(self) -> None:
        """Show the page shown last."""
        self.show()
        self.raise_()
        self.show_page(self.page)

    def show_page(self, number: int) -> None:
        """Show a page; its first tile has the focus."""
        self.page = number
        codes = self._pages[number].codes
        for place, tile in enumerate(self.tiles):
            code = codes[place] if place < len(codes) else ""
            tile.setVisible(bool(code))
            if code:
                found = self._look_up(code)
                tile.show_product(*(found or (code, "")))
        for index, tab in enumerate(self.tabs):
            tab.set_kind("soft" if index == number else "plain")
            tab.setAccessibleDescription("Shown now" if index == number else "")
        first = next((tile for tile in self.tiles if not tile.isHidden()), None)
        (first or self).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.show_page((self.page + (1 if key == Qt.Key.Key_PageDown else -1)) % len(self._pages))
        elif key in moves:
            at = next((n for n, tile in enumerate(self.tiles) if tile.hasFocus()), 0) + moves[key]
            if 0 <= at < len(self.tiles) and not self.tiles[at].isHidden():
                self.tiles[at].setFocus()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width()
        self.close_button.move(wide - 52, 6)
        each = min(168, (wide - 2 * _SIDE - _GAP * (len(self.tabs) - 1)) // max(1, len(self.tabs)))
        for number, tab in enumerate(self.tabs):
            tab.setGeometry(_SIDE + number * (each + _GAP), _TOP, each, 48)
        across = (wide - 2 * _SIDE - (COLUMNS - 1) * _GAP) / COLUMNS
        top = _TOP + _TABS + 4
        high = (self.height() - top - _SIDE - (ROWS - 1) * _GAP) / ROWS
        for place, tile in enumerate(self.tiles):
            row, column = divmod(place, COLUMNS)
            left, right = round(column * (across + _GAP)), round(column * (across + _GAP) + across)
            upper, lower = round(row * (high + _GAP)), round(row * (high + _GAP) + high)
            tile.setGeometry(_SIDE + left, top + upper, right - left, lower - upper)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        paint.text(painter, QRectF(16, 0, self.width() - 84, _TOP), "Products", font(20, 700))
        painter.end()


def _two_lines(words: str, made: QFont, room: float) -> tuple[str, str]:
    """As many words as fit into one line, and the rest."""
    first, rest = "", words.split()
    while rest and (not first or width(f"{first} {rest[0]}", made) <= room):
        first = f"{first} {rest.pop(0)}".strip()
    return first, " ".join(rest)


def _in_boards(pages: tuple[TilePage, ...]) -> list[TilePage]:
    """Pages of no more than what fits; the rest of a longer one goes on under the same name and a number."""
    places = COLUMNS * ROWS
    return [
        TilePage(f"{page.name} {start // places + 1}" if start else page.name, page.codes[start : start + places])
        for page in pages
        for start in range(0, max(1, len(page.codes)), places)
    ]
