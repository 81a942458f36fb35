"""Where words are asked for: a name or number with letters, typed by hand; a scan goes to the basket as ever."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card

_FIELD = 114


class TextPanel(Card):
    """Title, hint, one line to type and what to do with it."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Text entry", parent)
        self._title, self._hint = "", ""
        self._act: Callable[[str], None] = lambda text: None
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(18, 500))
        self.line.setMaxLength(64)
        self.line.returnPressed.connect(self._done)
        self.line.textChanged.connect(self._refresh)
        self.line.installEventFilter(self)
        self.action = Button("Enter", self, kind="go", size=18)
        self.action.clicked.connect(self._done)

    def ask(self, title: str, hint: str, action: str, act: Callable[[str], None]) -> None:
        """Ask for words; act gets them without the blanks around."""
        self._title, self._hint, self._act = title, hint, act
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self.line.setAccessibleName(title)
        self.action.rename(action)
        self.line.setText("")
        self._refresh()
        self.update()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        self.action.setEnabled(bool(self.line.text().strip()))

    def _done(self) -> None:
        text = self.line.text().strip()
        if text:
            self.line.setText("")
            self._act(text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        self.line.setGeometry(34, _FIELD + 4, wide - 28, 48)
        self.action.setGeometry(20, self.height() - 16 - Height.PAY, wide, Height.PAY)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, frame and hint."""
        wide = rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), self._title, font(20, 700))
        focused = self.line.hasFocus()
        border, thick = ("accent", FOCUS_RING - 1) if focused else ("control", 1)
        paint.rounded(painter, QRectF(20, _FIELD, wide, 56), Radius.CONTROL, "sunken", border, thick)
        paint.wrapped(painter, QRectF(20, _FIELD + 66, wide, 60), self._hint, font(15, 450))
