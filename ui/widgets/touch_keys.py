"""Letters and digits to touch where there is no keyboard: pages of keys in one place."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.widgets.control import Control

_BACKSPACE, _LETTERS, _SMALL, _DIGITS = "⌫", "ABC", "abc", "123"
_Pages = dict[str, tuple[int, tuple[str, ...]]]
"""Columns and keys of each page, by the key that turns to it."""
_PAGES: _Pages = {
    _DIGITS: (3, ("7", "8", "9", "4", "5", "6", "1", "2", "3", _LETTERS, "0", _BACKSPACE, "-", "/", ".")),
    _LETTERS: (6, (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "-", "/", _DIGITS, _BACKSPACE)),
}
_ADDRESS_PAGES: _Pages = {
    _DIGITS: (5, (*"789:[", *"456.]", *"123-/", *"@0_%+", _SMALL, _LETTERS, "=", "#", _BACKSPACE)),
    _SMALL: (6, (*"abcdefghijklmnopqrstuvwxyz", ".", "-", _DIGITS, _BACKSPACE)),
    _LETTERS: (6, (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "_", ":", _DIGITS, _BACKSPACE)),
}
_NAMES = {
    _BACKSPACE: "Backspace", _LETTERS: "Letters", _SMALL: "Small letters", _DIGITS: "Digits", "-": "Hyphen",
    "/": "Slash", ".": "Point", ":": "Colon", "@": "At sign", "_": "Underscore", "[": "Opening bracket",
    "]": "Closing bracket", "%": "Per cent", "+": "Plus", "=": "Equals", "#": "Number sign",
}  # fmt: skip
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
            size = 15 if len(self.value) > 1 else 20
            paint.text(painter, rect, self.value, font(size, 600, tabular=True), "ink", paint.CENTRE)


class TouchKeys(QWidget):
    """Digits first; a key turns to the letters and back. With addresses there are small letters, colon and at sign."""

    pressed = Signal(str)
    """a character, or empty for backspace"""

    def __init__(self, parent: QWidget | None = None, *, addresses: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keys to touch")
        self._pages = _ADDRESS_PAGES if addresses else _PAGES
        self.keys: dict[str, list[_Key]] = {}
        for page, (_, values) in self._pages.items():
            self.keys[page] = [_Key(value, self) for value in values]
            for key in self.keys[page]:
                key.clicked.connect(lambda _=False, value=key.value: self._touched(value))
        self._show(_DIGITS)

    def height_for(self, room: int) -> int:
        """How high it is where there is so much room."""
        row = max(_LOWEST, min(_HIGHEST, (room - (_ROWS - 1) * _GAP) // _ROWS))
        return _ROWS * row + (_ROWS - 1) * _GAP

    def _touched(self, value: str) -> None:
        if value in self._pages:
            self._show(value)
        else:
            self.pressed.emit("" if value == _BACKSPACE else value)

    def begin(self, *, letters: bool) -> None:
        """Show the page that what is asked for begins with."""
        self._show(_LETTERS if letters else _DIGITS)

    def _show(self, page: str) -> None:
        for name, keys in self.keys.items():
            for key in keys:
                key.setVisible(name == page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        high = (self.height() - (_ROWS - 1) * _GAP) / _ROWS
        for page, (columns, _) in self._pages.items():
            wide = (self.width() - (columns - 1) * _GAP) / columns
            for number, key in enumerate(self.keys[page]):
                row, column = divmod(number, columns)
                key.setGeometry(round(column * (wide + _GAP)), round(row * (high + _GAP)), round(wide), round(high))
