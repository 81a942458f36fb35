"""What stays in the drawer, and the number of the bag that the rest goes into."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.services.till_control import LONGEST_BAG_NUMBER
from ui.theme import paint
from ui.theme.fonts import font, width
from ui.theme.tokens import FOCUS_RING, Radius
from ui.till.day_page import PageBody
from ui.widgets.control import Control
from ui.widgets.touch_keys import TouchKeys

_KEYS = 264
_FIELD = 84
_MOST_DIGITS = 9
FLOAT, BAG = 0, 1


_SIZES = (26, 22, 18, 16, 14)
"""A long text is shown smaller rather than cut."""


class TypedField(Control):
    """A field whose text is typed through its page."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shown = ""
        self.hint = ""
        self.active = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Its name above what was typed, or what it is for."""
        border, thick = ("accent", FOCUS_RING - 1) if self.active else ("control", 1)
        paint.rounded(painter, rect, Radius.CONTROL, "surface" if self.active else "sunken", border, thick)
        inner = rect.adjusted(18, 10, -18, -8)
        name = QRectF(inner.left(), inner.top(), inner.width(), 20)
        paint.text(painter, name, self.text(), font(14, 600), "accent" if self.active else "ink_2")
        value = QRectF(inner.left(), inner.top() + 22, inner.width(), inner.height() - 22)
        if self.shown:
            fitting = (size for size in _SIZES if width(self.shown, font(size, 700, tabular=True)) <= value.width())
            paint.text(painter, value, self.shown, font(next(fitting, _SIZES[-1]), 700, tabular=True))
        else:
            paint.text(painter, value, self.hint, font(16, 450), "ink_3")


class DepositBody(PageBody):
    """Two fields; Enter goes from the first to the second, and from there on."""

    changed = Signal()
    finished = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget, money: Callable[[int], str], problem: Callable[[str], str]) -> None:
        """problem says why a code is no number of a bag; empty when it is one."""
        super().__init__(parent, "Deposit")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._money = money
        self._problem = problem
        self._counted_minor = 0
        self.float_minor = 0
        self.bag_number = ""
        self._at = FLOAT
        self._touched = False
        self.fields = [
            TypedField("Stays in the drawer for tomorrow", self),
            TypedField("Number of the deposit bag", self),
        ]
        self.fields[BAG].hint = "Scan or type it"
        for number, field in enumerate(self.fields):
            field.clicked.connect(lambda _=False, n=number: self._move_to(n))
        self.keys = TouchKeys(self)
        self.keys.pressed.connect(self._pressed)

    def ask(self, counted_minor: int, float_minor: int, bag_number: str) -> None:
        """Begin with what is known."""
        self._counted_minor = counted_minor
        self.float_minor, self.bag_number = min(float_minor, counted_minor), bag_number
        self._move_to(FLOAT)

    @property
    def deposit_minor(self) -> int:
        """What goes to the bank."""
        return self._counted_minor - self.float_minor

    def stops(self) -> Sequence[QWidget]:
        return (self,)

    def begin(self) -> bool:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_scan(self, code: str) -> bool:
        """The bag has a barcode; goods have one too, and are no bag."""
        problem = self._problem(code)
        if problem:
            self.refused.emit(problem)
        else:
            self.bag_number = code
            self._move_to(BAG)
            self.changed.emit()
        return True

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self._move_to(BAG) if self._at == FLOAT and self.deposit_minor else self.finished.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move_to(BAG if key == Qt.Key.Key_Down else FLOAT)
        elif key == Qt.Key.Key_Backspace:
            self._pressed("")
        elif len(text) == 1 and text.isascii() and (text.isalnum() or text == "-"):
            self._pressed(text)
        else:
            super().keyPressEvent(event)

    def _pressed(self, text: str) -> None:
        if self._at == FLOAT and (not text or text in "0123456789"):
            before = str(self.float_minor) if self._touched and self.float_minor else ""
            digits = before + text if text else str(self.float_minor)[:-1]
            self.float_minor = int(digits[:_MOST_DIGITS] or "0")
        elif self._at == BAG and (not text or text == "-" or text.isalnum()):
            self.bag_number = (self.bag_number + text.upper())[:LONGEST_BAG_NUMBER] if text else self.bag_number[:-1]
        self._touched = True
        self._refresh()
        self.changed.emit()

    def _move_to(self, field: int) -> None:
        self._at = field
        self._touched = False
        self._refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        for number, (field, shown) in enumerate(
            zip(self.fields, (self._money(self.float_minor), self.bag_number), strict=True)
        ):
            field.active = number == self._at
            field.shown = shown
            field.setAccessibleDescription(f"{shown or 'empty'}{', being typed' if field.active else ''}")
            field.update()
        self.setAccessibleDescription(f"To the bank: {self._money(self.deposit_minor)}")
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - _KEYS - 32
        self.fields[FLOAT].setGeometry(0, 100, room, _FIELD)
        self.fields[BAG].setGeometry(0, 100 + _FIELD + 14, room, _FIELD)
        high = self.keys.height_for(self.height())
        self.keys.setGeometry(self.width() - _KEYS, 0, _KEYS, min(high, self.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.width() - _KEYS - 32
        for left, name, amount, ink in (
            (0.0, "Counted", self._counted_minor, "ink"),
            (room / 2 + 7, "To the bank", self.deposit_minor, "bad" if self.deposit_minor < 0 else "go_text"),
        ):
            box = QRectF(left, 0, room / 2 - 7, 84)
            paint.rounded(painter, box, Radius.CONTROL, "sunken", "line")
            paint.text(painter, box.adjusted(18, 10, -18, -50), name, font(14, 600), "ink_2")
            paint.amount(painter, box.adjusted(18, 32, -18, -8), self._money(amount), 30, 700, ink, paint.LEFT)
        painter.end()
