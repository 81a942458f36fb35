"""Letters and digits to touch where there is no keyboard: two pages of keys in one place."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.widgets.control import Control

_BACKSPACE, _LETTERS, _DIGITS = "⌫", "ABC", "123"
_PAGES = {
    _DIGITS: (3, ("7", "8", "9", "4", "5", "6", "1", "2", "3", _LETTERS, "0", _BACKSPACE, "-", "/", ".")),
    _LETTERS: (6, (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-", "/", _DIGITS, _BACKSPACE)),
}
_NAMES = {_BACKSPACE: "Backspace", _LETTERS: "Letters", _DIGITS: "Digits", "-": "Hyphen", "/": "Slash", ".": "Point"}
_ROWS, _GAP, _HIGHEST, _LOWEST = 5, 6, 60, 48


class _Key(Control):
    def __init__(self, value: str, parent: QWidget) -> None:
        super().__init__(_NAMES.get(value, value), parent)
        self.value = value
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the line keeps the focus: these are for fingers

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A letter, or the sign of taking one back."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "sunken", "line")
        if self.value == _BACKSPACE:
            paint.glyph(painter, rect.center(), "delete", 22, "ink")
        else:
            size = 15 if self.value in (_LETTERS, _DIGITS) else 20
            paint.text(painter, rect, self.value, font(size, 600, tabular=True), "ink", paint.CENTRE)


class TouchKeys(QWidget):
    """Digits first; a key turns to the letters and back."""

    pressed = Signal(str)
    """a character, or empty for backspace"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keys to touch")
        self._page = _DIGITS
        self.keys: dict[str, list[_Key]] = {}
        for page, (_, values) in _PAGES.items():
            self.keys[page] = [_Key(value, self) for value in values]
            for key in self.keys[page]:
                key.clicked.connect(lambda _=False, value=key.value: self._touched(value))
        self._show(_DIGITS)

    def height_for(self, room: int) -> int:
        """How high it is where there is so much room."""
        row = max(_LOWEST, min(_HIGHEST, (room - (_ROWS - 1) * _GAP) // _ROWS))
        return _ROWS * row + (_ROWS - 1) * _GAP

    def _touched(self, value: str) -> None:
        if value in _PAGES:
            self._show(value)
        else:
            self.pressed.emit("" if value == _BACKSPACE else value)

    def begin(self, *, letters: bool) -> None:
        """Show the page that what is asked for begins with."""
        self._show(_LETTERS if letters else _DIGITS)

    def _show(self, page: str) -> None:
        self._page = page
        for name, keys in self.keys.items():
            for key in keys:
                key.setVisible(name == page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        high = (self.height() - (_ROWS - 1) * _GAP) / _ROWS
        for page, (columns, _) in _PAGES.items():
            wide = (self.width() - (columns - 1) * _GAP) / columns
            for number, key in enumerate(self.keys[page]):
                row, column = divmod(number, columns)
                key.setGeometry(round(column * (wide + _GAP)), round(row * (high + _GAP)), round(wide), round(high))
