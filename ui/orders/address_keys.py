"""A keyboard to touch over the lower part of the basket: a touch of a field brings it."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.widgets.control import Control

BACKSPACE, SPACE, NEXT = "⌫", " ", "Next"
_ROWS = (
    tuple("1234567890"),
    tuple("QWERTYUIOP"),
    tuple("ASDFGHJKL-"),
    (*"ZXCVBNM.,", BACKSPACE),
    ("@", "_", "'", "/", "#", "+", SPACE, NEXT),
)
_WIDE = {SPACE: 2, NEXT: 2}
_NAMES = {
    BACKSPACE: "Backspace", SPACE: "Space", "-": "Hyphen", ".": "Point", ",": "Comma", "'": "Apostrophe",
    "/": "Slash", "#": "Number sign", "+": "Plus", "@": "At sign", "_": "Underscore",
}  # fmt: skip
_COLUMNS, _KEY, _GAP, _INSET = 10, 50, 6, 12
HEIGHT = len(_ROWS) * (_KEY + _GAP) - _GAP + 2 * _INSET


class _Key(Control):
    def __init__(self, value: str, words: str, parent: QWidget) -> None:
        super().__init__(_NAMES.get(value, words), parent)
        self.value, self._words = value, words
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field keeps the focus

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A letter, a word, or the sign of taking one back."""
        ground = "hover" if self.hovered or self.isDown() else "sunken"
        paint.rounded(painter, rect, self.radius, ground, "line")
        if self.value == BACKSPACE:
            paint.glyph(painter, rect.center(), "delete", 22, "ink")
            return
        size = 15 if len(self._words) > 1 else 20
        paint.text(painter, rect, self._words, font(size, 600), "ink", paint.CENTRE)


class AddressKeys(QWidget):
    """Letters, digits and what addresses need; done is what the last key says it does."""

    pressed = Signal(str)
    """a character, BACKSPACE or NEXT"""

    def __init__(self, parent: QWidget, done: str = "Next field") -> None:
        super().__init__(parent)
        self.setAccessibleName("Keyboard to touch")
        words = {SPACE: "Space", NEXT: done}
        self.rows = [[_Key(value, words.get(value, value), self) for value in row] for row in _ROWS]
        for key in self.keys:
            key.clicked.connect(lambda _=False, value=key.value: self.pressed.emit(value))
        self.hide()

    @property
    def keys(self) -> list[_Key]:
        """All keys."""
        return [key for row in self.rows for key in row]

    def show_over(self, basket: QRectF, below: int) -> None:
        """Over the lower part of the basket, so much above its edge, where the messages are."""
        top = basket.bottom() - below - HEIGHT
        self.setGeometry(round(basket.left() + 8), round(top), round(basket.width() - 16), HEIGHT)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground of the basket, with a line where the keys begin."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("surface"))
        painter.fillRect(QRectF(_INSET, 0, self.width() - 2 * _INSET, 1), colour("line_2"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        each = (self.width() - 2 * _INSET - (_COLUMNS - 1) * _GAP) / _COLUMNS
        for number, row in enumerate(self.rows):
            left = float(_INSET)
            for key in row:
                columns = _WIDE.get(key.value, 1)
                wide = columns * each + (columns - 1) * _GAP
                key.setGeometry(round(left), _INSET + number * (_KEY + _GAP), round(wide), _KEY)
                left += wide + _GAP
