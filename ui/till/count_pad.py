"""Counting with digits and Enter alone: a row for each denomination or tender, the total live beside the keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Radius
from ui.till.day_page import PageBody
from ui.widgets.control import Control
from ui.widgets.keypad import Keypad

_ROW, _ROW_GAP, _COLUMN_GAP = 52, 6, 20
_KEYS, _NARROW_KEYS, _NARROW, _TOTAL = 264, 216, 800, 92
_MOST_IN_ONE_COLUMN, _MOST_AMOUNTS_IN_ONE = 6, 9
_HIGHEST_KEYS = 4 * 78
_MORE = 16


@dataclass(frozen=True, slots=True)
class PadRow:
    """One number to type: shown is how it is written out, amount what it comes to where that is another figure."""

    name: str
    shown: Callable[[int], str]
    amount: Callable[[int], str] | None = None
    spoken: str = ""
    """The name as it is read out, where that is another one."""
    most_digits: int = 5


class _RowView(Control):
    def __init__(self, row: PadRow, parent: QWidget) -> None:
        super().__init__(row.name, parent)
        self.setAccessibleName(row.spoken or row.name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._row = row
        self._value = 0
        self.active = False
        self.show_value(0, active=False)

    def show_value(self, value: int, *, active: bool) -> None:
        """Its number, and whether it is the one that is typed into."""
        self._value, self.active = value, active
        spoken = self._row.shown(value)
        if self._row.amount is not None:
            spoken = f"{spoken}, {self._row.amount(value)}"
        self.setAccessibleDescription(f"{spoken}{', being typed' if active else ''}")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Name, field, amount."""
        row, wide = self._row, rect.width()
        if self.active:
            paint.rounded(painter, rect, self.radius, "accent_soft")
        amount = wide * 0.30 if row.amount is not None else 0.0
        field = wide * 0.26 if row.amount is not None else min(wide * 0.45, 180.0)
        name = QRectF(rect.left() + 10, rect.top(), wide - amount - field - 24, rect.height())
        if row.amount is not None:
            paint.amount(painter, name, row.name, 16, 600, align=paint.LEFT)
        else:
            paint.text(painter, name, row.name, font(16, 600))
        box = QRectF(rect.right() - amount - field - 6, rect.top() + 5, field, rect.height() - 10)
        border, thick = ("accent", FOCUS_RING - 1) if self.active else ("control", 1)
        paint.rounded(painter, box, Radius.CONTROL, "surface" if self.active else "sunken", border, thick)
        ink = "ink" if self._value or self.active else "ink_3"
        paint.amount(painter, box.adjusted(8, 0, -10, 0), row.shown(self._value), 18, 600, ink)
        if row.amount is not None:
            place = QRectF(rect.right() - amount, rect.top(), amount - 8, rect.height())
            paint.amount(painter, place, row.amount(self._value), 16, 500, "ink" if self._value else "ink_3")


class CountPad(PageBody):
    """Digits go to the marked row, Enter and the arrows move it; Enter on the last one leads on."""

    changed = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows: list[_RowView] = []
        self.values: list[int] = []
        self._rows: Sequence[PadRow] = ()
        self._total: Callable[[Sequence[int]], str] | None = None
        self._total_name = ""
        self._at = 0
        self._first = 0
        self._touched = False
        self._hidden = self._below = 0
        self.on_scan: Callable[[str], bool] = lambda _: False
        """Takes a scanned code that is meant for this count."""
        self.keypad = Keypad(self)
        self.keypad.pressed.connect(self._pressed)

    def show_rows(
        self,
        rows: Sequence[PadRow],
        values: Sequence[int],
        total_name: str = "",
        total: Callable[[Sequence[int]], str] | None = None,
    ) -> None:
        """Ask for these numbers, beginning with what is known of them."""
        for view in self.rows:
            view.hide()
            view.deleteLater()
        self._rows, self.values = rows, list(values)
        self._total, self._total_name = total, total_name
        self._at = self._first = 0
        self._touched = False
        self.rows = [_RowView(row, self) for row in rows]
        for number, view in enumerate(self.rows):
            view.clicked.connect(lambda _=False, n=number: self._move_to(n))
            view.show()
        self._arrange()
        self._refresh()

    @property
    def at(self) -> int:
        """The row that is typed into."""
        return self._at

    @property
    def total_text(self) -> str:
        """What all of it comes to."""
        return self._total(self.values) if self._total else ""

    def stops(self) -> Sequence[QWidget]:
        return (self,)

    def begin(self) -> bool:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_scan(self, code: str) -> bool:
        return self.on_scan(code)

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if self._at + 1 < len(self.rows):
                self._move_to(self._at + 1)
            else:
                self.finished.emit()
        elif key == Qt.Key.Key_Down:
            self._move_to(min(self._at + 1, len(self.rows) - 1))
        elif key == Qt.Key.Key_Up:
            self._move_to(max(self._at - 1, 0))
        elif key == Qt.Key.Key_Backspace:
            self._pressed("")
        elif len(event.text()) == 1 and event.text() in "0123456789":
            self._pressed(event.text())
        else:
            super().keyPressEvent(event)

    def _pressed(self, digits: str) -> None:
        """The first digit in a row that was moved to replaces what stood there; backspace takes one away."""
        value = self.values[self._at]
        if not digits:
            value //= 10
        else:
            before = str(value) if self._touched and value else ""
            value = int((before + digits)[: self._rows[self._at].most_digits])
        self._touched = True
        if value != self.values[self._at]:
            self.values[self._at] = value
            self._refresh()
            self.changed.emit()

    def _move_to(self, row: int) -> None:
        self._at = row
        self._touched = False
        self._arrange()
        self._refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        for number, view in enumerate(self.rows):
            view.show_value(self.values[number], active=number == self._at)
        here = f"{self._rows[self._at].name}: {self.rows[self._at].accessibleDescription()}. " if self.rows else ""
        self.setAccessibleDescription(f"{here}{self._total_name} {self.total_text}".strip())
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._move_to(max(0, min(self._at - (1 if event.angleDelta().y() > 0 else -1), len(self.rows) - 1)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Rows fill a column before the next; where they do not fit, those around the marked one are shown."""
        keys = self._keys_wide()
        room = self.width() - keys - 24
        counts = any(row.amount is not None for row in self._rows)
        most = _MOST_IN_ONE_COLUMN if counts else _MOST_AMOUNTS_IN_ONE
        columns = 2 if len(self.rows) > most and room >= 440 else 1
        fits = max(1, (self.height() - _MORE) // (_ROW + _ROW_GAP))
        lines = min(-(-len(self.rows) // columns), fits) if self.rows else 1
        shown = lines * columns
        self._first = max(0, min(self._first, self._at, len(self.rows) - shown))
        if self._at >= self._first + shown:
            self._first = self._at - shown + 1
        wide = (room - (columns - 1) * _COLUMN_GAP) // columns
        for number, view in enumerate(self.rows):
            column, line = divmod(number - self._first, lines)
            view.setVisible(0 <= number - self._first < shown)
            view.setGeometry(column * (wide + _COLUMN_GAP), line * (_ROW + _ROW_GAP), wide, _ROW)
        top = _TOTAL + 12 if self._total else 0
        self.keypad.setGeometry(self.width() - keys, top, keys, min(self.height() - top, _HIGHEST_KEYS))
        self._hidden = len(self.rows) - shown
        self._below = lines * (_ROW + _ROW_GAP)

    def _keys_wide(self) -> int:
        return _NARROW_KEYS if self.width() < _NARROW else _KEYS

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        keys = self._keys_wide()
        if self._hidden > 0:
            place = QRectF(10, self._below, self.width() - keys - 24, self.height() - self._below)
            paint.text(painter, place, f"{self._hidden} more: the arrows go there", font(13, 500), "ink_2")
        if self._total:
            box = QRectF(self.width() - keys, 0, keys, _TOTAL)
            paint.rounded(painter, box, Radius.CONTROL, "sunken", "line")
            paint.text(painter, box.adjusted(16, 10, -16, -54), self._total_name, font(14, 600), "ink_2")
            paint.amount(painter, box.adjusted(16, 36, -16, -8), self.total_text, 34, 700, "ink", paint.LEFT)
        painter.end()
