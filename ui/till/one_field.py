"""One line to type or scan on a page: a workstation's number, the seal of a till that moves."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.till.day_page import PageBody
from ui.till.deposit import TypedField
from ui.widgets.touch_keys import TouchKeys

_KEYS = 264
_FIELD = 84


class OneFieldBody(PageBody):
    """Letters, digits and hyphens; Enter leads on. A scan fills it where it may."""

    changed = Signal()
    finished = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.value = ""
        self._words = ""
        self._longest = 0
        self._problem: Callable[[str], str] | None = None
        self.field = TypedField(name, self)
        self.field.active = True
        self.field.clicked.connect(self.setFocus)
        self.keys = TouchKeys(self)
        self.keys.pressed.connect(self._pressed)

    def ask(self, name: str, value: str, words: str, longest: int, problem: Callable[[str], str] | None = None) -> None:
        """Ask for this; problem says why a scanned code is none, None where it is never scanned."""
        self.field.setText(name)
        self.field.setAccessibleName(name)
        self.field.hint = "Scan or type it" if problem is not None else "Type it"
        self.value, self._words, self._longest, self._problem = value, words, longest, problem
        self._refresh()

    def stops(self) -> Sequence[QWidget]:
        return (self,)

    def begin(self) -> bool:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_scan(self, code: str) -> bool:
        """A code that is meant for it replaces what was typed."""
        if self._problem is None:
            return False
        problem = self._problem(code)
        if problem:
            self.refused.emit(problem)
        else:
            self.value = code
            self._refresh()
            self.changed.emit()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.finished.emit()
        elif key == Qt.Key.Key_Backspace:
            self._pressed("")
        elif len(text) == 1 and text.isascii() and (text.isalnum() or text == "-"):
            self._pressed(text)
        else:
            super().keyPressEvent(event)

    def _pressed(self, text: str) -> None:
        if text and text != "-" and not text.isalnum():
            return
        self.value = (self.value + text.upper())[: self._longest] if text else self.value[:-1]
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        self.field.shown = self.value
        self.field.setAccessibleDescription(f"{self.value or 'empty'}, being typed")
        self.setAccessibleDescription(f"{self.field.text()}: {self.value or 'empty'}. {self._words}")
        self.field.update()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - _KEYS - 32
        self.field.setGeometry(0, 0, room, _FIELD)
        high = self.keys.height_for(self.height())
        self.keys.setGeometry(self.width() - _KEYS, 0, _KEYS, min(high, self.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = QRectF(4, _FIELD + 16, self.width() - _KEYS - 40, self.height() - _FIELD - 16)
        paint.wrapped(painter, place, self._words, font(15, 450), "ink_2")
        painter.end()
