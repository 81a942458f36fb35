"""Twelve keys for a number, always in the same place."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.widgets.control import Control

_KEYS = ("7", "8", "9", "4", "5", "6", "1", "2", "3", "00", "0", "⌫")
_NAMES = {"⌫": "Backspace", "00": "Double zero", ".": "Point", ",": "Comma", "-": "Hyphen"}
_GAP = 8


class Key(Control):
    """One key."""

    def __init__(self, value: str, parent: QWidget) -> None:
        super().__init__(_NAMES.get(value, value), parent)
        self.value = value

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """A digit, or the sign of taking one back."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "sunken", "line")
        if self.value == "⌫":
            paint.glyph(painter, rect.center(), "delete", 24, "ink")
        else:
            paint.text(painter, rect, self.value, font(24, 600, tabular=True), "ink", paint.CENTRE)


class Keypad(QWidget):
    """Digits, double zero and backspace."""

    pressed = Signal(str)
    """a digit, two zeros, or empty for backspace"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Keypad")
        self.keys = [Key(value, self) for value in _KEYS]
        self._corner = next(key for key in self.keys if key.value == "00")
        for key in self.keys:
            key.clicked.connect(lambda _=False, k=key: self.pressed.emit("" if k.value == "⌫" else k.value))

    def set_corner(self, sign: str) -> None:
        """Another sign in the place of the two zeros: what stands before decimals, or between the parts of a day."""
        self._corner.value = sign
        self._corner.rename(_NAMES.get(sign, sign))
        self._corner.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = (self.width() - 2 * _GAP) / 3, (self.height() - 3 * _GAP) / 4
        for number, key in enumerate(self.keys):
            row, column = divmod(number, 3)
            left, top = round(column * (wide + _GAP)), round(row * (high + _GAP))
            key.setGeometry(left, top, round(wide), round(high))
