"""Somebody shows who they are: their number and their PIN, on one pad. A PIN is dots, and is never scanned."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.phone_approval import DIGITS
from pos_app.ports import PIN_DIGITS
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button
from ui.widgets.control import Control
from ui.widgets.keypad import Keypad

NUMBER, SECRET = 0, 1
_PERSON = ("Operator number", "PIN")
_PHONE = ("Read this out", "Code you are told")
_MOST_NUMBER_DIGITS = 8
_FIELD = 64
_GAP = 10
_WORDS = 44


def _in_fours(digits: str) -> str:
    return " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))


class _Field(Control):
    """One of the two fields; a touch moves the typing there."""

    radius = Radius.CONTROL

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shown = ""
        self.active = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Its name above what was typed; the one that is typed into has the accent's frame."""
        border, thick = ("accent", FOCUS_RING - 1) if self.active else ("control", 1)
        paint.rounded(painter, rect, self.radius, "sunken", border, thick)
        name = QRectF(rect.left() + 14, rect.top() + 6, rect.width() - 28, 18)
        paint.text(painter, name, self.text(), font(13, 500), "accent" if self.active else "ink_2")
        value = QRectF(rect.left() + 14, rect.top() + 24, rect.width() - 28, rect.height() - 28)
        paint.text(painter, value, self.shown, font(24, 700, tabular=True))


class PersonPad(QWidget):
    """Number and PIN; the last digit of the PIN is the answer, without another key."""

    entered = Signal(str, str)
    """the number and the PIN"""

    def __init__(self, parent: QWidget, confirm: str) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(" and ".join(_PERSON))
        self._by_phone = False
        self._typed = ["", ""]
        self._stage = NUMBER
        self._secret_digits = PIN_DIGITS
        self._words, self._bad = "", False
        self._busy = False
        self.fields = [_Field(name, self) for name in _PERSON]
        for stage, field in enumerate(self.fields):
            field.clicked.connect(lambda _=False, n=stage: self._move_to(n))
        self.keypad = Keypad(self)
        self.keypad.pressed.connect(self._pressed)
        self.confirm = Button(confirm, self, kind="accent", size=18)
        self.confirm.clicked.connect(self._confirm)
        self._refresh()

    # --- what it is told --------------------------------------------------------------------------------------------

    def clear(self, number: str = "") -> None:
        """Begin afresh, or with somebody's number filled in already."""
        self._begin(number, PIN_DIGITS, by_phone=False)

    def ask_code(self, challenge: str) -> None:
        """Show a number to read out over the telephone, and take the code that comes back."""
        self._begin(challenge, DIGITS, by_phone=True)

    def _begin(self, number: str, digits: int, *, by_phone: bool) -> None:
        self._typed = [number, ""]
        self._stage = SECRET if number else NUMBER
        self._secret_digits = digits
        self._by_phone = by_phone
        for field, name in zip(self.fields, _PHONE if by_phone else _PERSON, strict=True):
            field.rename(name)
        self._busy = False
        self.say("")

    def say(self, words: str, *, bad: bool = False) -> None:
        """Words below the fields."""
        self._words, self._bad = words, bad
        self._refresh()

    def set_busy(self, busy: bool) -> None:
        """While who it is is being found out, nothing is typed."""
        self._busy = busy
        self._refresh()

    def refuse(self, words: str) -> None:
        """That was nobody, or not now: the PIN is typed again, the number stays."""
        self._typed[SECRET] = ""
        self._stage = SECRET if self._typed[NUMBER] else NUMBER
        self._busy = False
        self.say(words, bad=True)

    @property
    def words(self) -> str:
        """What stands below the fields."""
        return self._words

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._confirm()
        elif key == Qt.Key.Key_Backspace:
            self._pressed("")
        elif len(event.text()) == 1 and event.text() in "0123456789":
            self._pressed(event.text())
        else:
            super().keyPressEvent(event)

    def _pressed(self, digits: str) -> None:
        if self._busy:
            return
        typed = self._typed[self._stage]
        most = _MOST_NUMBER_DIGITS if self._stage == NUMBER else self._secret_digits
        if not digits and not typed and self._stage == SECRET and not self._by_phone:
            self._stage = NUMBER
        elif not digits:
            self._typed[self._stage] = typed[:-1]
        else:
            self._typed[self._stage] = (typed + digits)[:most]
        self._words = ""
        self._refresh()
        if digits and self._stage == SECRET and len(self._typed[SECRET]) == self._secret_digits:
            self._confirm()

    def _move_to(self, stage: int) -> None:
        if not self._busy:
            self._stage = SECRET if self._by_phone else stage
            self._refresh()
            self.setFocus()

    def _confirm(self) -> None:
        if self._busy:
            return
        if self._stage == NUMBER and self._typed[NUMBER] and len(self._typed[SECRET]) < self._secret_digits:
            self._move_to(SECRET)
        elif self._typed[NUMBER] and len(self._typed[SECRET]) == self._secret_digits:
            self.entered.emit(self._typed[NUMBER], self._typed[SECRET])
        else:
            self.say(f"Type the {self.fields[self._stage].text()}", bad=True)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        typed, places = len(self._typed[SECRET]), self._secret_digits
        if self._by_phone:
            shown = (_in_fours(self._typed[NUMBER]), _in_fours(self._typed[SECRET]))
        else:
            shown = (self._typed[NUMBER], "●" * typed + "○" * (places - typed))
        for stage, field in enumerate(self.fields):
            field.active = stage == self._stage and not self._busy
            field.shown = shown[stage]
            spoken = shown[NUMBER] if stage == NUMBER else f"{typed} of {places} digits"
            field.setAccessibleDescription(spoken)
            field.update()
        self.confirm.setEnabled(not self._busy)
        self.setAccessibleDescription(self._words)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        half = (wide - _GAP) // 2
        self.fields[NUMBER].setGeometry(0, 0, half, _FIELD)
        self.fields[SECRET].setGeometry(half + _GAP, 0, wide - half - _GAP, _FIELD)
        top = _FIELD + _WORDS
        self.confirm.setGeometry(0, high - Height.PAY, wide, Height.PAY)
        self.keypad.setGeometry(0, top, wide, high - Height.PAY - _GAP - top)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = QRectF(2, _FIELD + 4, self.width() - 4, _WORDS - 6)
        paint.wrapped(
            painter, place, "Checking…" if self._busy else self._words, font(14, 500), "bad" if self._bad else "ink_2"
        )
        painter.end()
