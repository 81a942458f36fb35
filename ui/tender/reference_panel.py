"""Where the reference of a tender is asked: a line to type, and keys to touch where there is no keyboard."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.touch_keys import TouchKeys

_LABEL, _FIELD, _WORDS = 56, 80, 140


class ReferencePanel(Card):
    """Title, what is asked for, one line, and what is wrong with it so far."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reference", parent)
        self._title, self._name = "", ""
        self._judge: Callable[[str], str] = lambda text: ""
        self._act: Callable[[str], None] = lambda text: None
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(20, 600))
        self.line.setMaxLength(40)
        self.line.returnPressed.connect(self._done)
        self.line.textChanged.connect(self._refresh)
        self.line.installEventFilter(self)
        self.keys = TouchKeys(self)
        self.keys.pressed.connect(self._touched)
        self.action = Button("Take", self, kind="go", size=18)
        self.action.clicked.connect(self._done)

    def ask(
        self,
        title: str,
        name: str,
        action: str,
        judge: Callable[[str], str],
        act: Callable[[str], None],
        *,
        letters: bool = False,
    ) -> None:
        """Ask for it; judge says what is wrong with a text, act gets one with which nothing is. letters: the keys to
        touch begin with them.
        """
        self.keys.begin(letters=letters)
        self._title, self._name, self._judge, self._act = title, name, judge, act
        self.setAccessibleName(title)
        self.line.setAccessibleName(name)
        self.action.rename(action)
        self.line.clear()
        self._refresh()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, code: str) -> bool:
        """A scanned code is what was asked for, when nothing is wrong with it."""
        fits = not self._judge(code)
        if fits:
            self._act(code)
        return fits

    def _touched(self, text: str) -> None:
        if text:
            self.line.insert(text)
        else:
            self.line.backspace()
        self.line.setFocus()

    def _refresh(self) -> None:
        problem = self._judge(self.line.text())
        self.action.setEnabled(not problem)
        self.setAccessibleDescription(problem)
        self.update()

    def _done(self) -> None:
        text = self.line.text().strip()
        if not self._judge(text):
            self._act(text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        self.line.setGeometry(34, _FIELD + 4, wide - 28, 48)
        top = self.height() - 16 - Height.PAY
        self.action.setGeometry(20, top, wide, Height.PAY)
        high = self.keys.height_for(top - 12 - _WORDS - 44)
        self.keys.setGeometry(20, top - 12 - high, wide, high)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, name, frame, and what is wrong."""
        wide = rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), self._title, font(20, 700))
        paint.text(painter, QRectF(20, _LABEL, wide, 22), self._name, font(14, 500), "ink_2")
        focused = self.line.hasFocus()
        border, thick = ("accent", FOCUS_RING - 1) if focused else ("control", 1)
        paint.rounded(painter, QRectF(20, _FIELD, wide, 56), Radius.CONTROL, "sunken", border, thick)
        problem = self._judge(self.line.text())
        ink = "bad" if problem and self.line.text() else "ink_2"
        paint.wrapped(painter, QRectF(20, _WORDS, wide, 40), problem, font(14, 500), ink)
