"""A field with a few values: it shows its own, and a touch brings all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.technician.parts import Chip
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius, Space
from ui.widgets.buttons import Button
from ui.widgets.control import Control

if TYPE_CHECKING:
    from pos_app.services.goods.fields import ProductField

_WIDE, _ROW = 420, 56
_LONG_LIST, _COLUMNS = 9, 3
_VEIL = QColor(0, 0, 0, 90)


class ChoiceField(Control):
    """Shows what is chosen."""

    def __init__(self, about: ProductField, parent: QWidget, ask: Callable[[ChoiceField], None]) -> None:
        super().__init__(about.label, parent)
        self.about = about
        self.value = ""
        self.picked: Callable[[], None] = lambda: None
        """Called when somebody chose, not when a value is only shown."""
        self.clicked.connect(lambda: ask(self))

    def ask_for(self, about: ProductField) -> None:
        """Other choices from now on."""
        self.about = about

    def show_value(self, value: str) -> None:
        """This is chosen."""
        self.value = value
        self.setAccessibleDescription(self.words)
        self.update()

    @property
    def words(self) -> str:
        """What is chosen, as people call it; a value that is no choice any more as it is."""
        names = {choice.value: choice.words for choice in self.about.choices}
        if self.about.several:
            return ", ".join(names.get(value, value) for value in self.value.split()) or self.about.hint
        return names.get(self.value, self.value) or self.about.hint or "none"

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Like a field to type in, with a sign that there is a list."""
        paint.rounded(painter, rect, Radius.CONTROL, "hover" if self.hovered or self.isDown() else "sunken", "control")
        paint.text(painter, rect.adjusted(16, 0, -44, 0), self.words, font(16, 500))
        paint.glyph(painter, QPointF(rect.right() - 24, rect.center().y()), "chevrons-up-down", 20, "ink_2")


class Picker(QWidget):
    """The choices of one field over the page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choices")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._field: ChoiceField | None = None
        self.chips: dict[str, Chip] = {}
        self.done = Button("Done", self, kind="accent")
        self.done.clicked.connect(self.put_away)
        self.hide()

    def ask(self, field: ChoiceField) -> None:
        """Show the choices of this field."""
        self._field = field
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips = {
            choice.value: Chip(choice.words, self, lambda value=choice.value: self._touched(value))
            for choice in field.about.choices
        }
        for chip in self.chips.values():
            chip.show()
        self._mark()
        self.setAccessibleName(f"Choices for {field.about.label}")
        self.show()
        self.raise_()
        self._arrange()
        next(iter(self.chips.values()), self.done).setFocus()

    def put_away(self) -> None:
        """The choice stands."""
        field, self._field = self._field, None
        if field is not None:
            field.setFocus()
        self.hide()

    def _chosen(self) -> set[str]:
        assert self._field is not None
        return set(self._field.value.split()) if self._field.about.several else {self._field.value}

    def _touched(self, value: str) -> None:
        field = self._field
        assert field is not None
        if not field.about.several:
            field.show_value(value)
            self.put_away()
            field.picked()
            return
        chosen = self._chosen() ^ {value}
        field.show_value(" ".join(one.value for one in field.about.choices if one.value in chosen))
        self._mark()

    def _mark(self) -> None:
        chosen = self._chosen()
        for value, chip in self.chips.items():
            chip.setChecked(value in chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @property
    def _columns(self) -> int:
        return _COLUMNS if len(self.chips) >= _LONG_LIST else 1

    def _panel(self) -> QRectF:
        wide = _WIDE if self._columns == 1 else min(760, self.width() - 2 * Space.L)
        high = 56 + (-(-len(self.chips) // self._columns) + 1) * _ROW + Space.S
        return QRectF((self.width() - wide) / 2, max(0.0, (self.height() - high) / 2), wide, high)

    def _arrange(self) -> None:
        panel, columns = self._panel(), self._columns
        left, top = round(panel.left()) + Space.L, round(panel.top()) + 56
        inner = round(panel.width()) - 2 * Space.L
        each = (inner - (columns - 1) * Space.S) // columns
        for number, chip in enumerate(self.chips.values()):
            row, column = divmod(number, columns)
            chip.setGeometry(left + column * (each + Space.S), top + row * _ROW, each, 48)
        self.done.setGeometry(left, round(panel.bottom()) - _ROW - Space.S // 2, inner, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _VEIL)
        panel = self._panel()
        paint.rounded(painter, panel, Radius.CARD, "surface", "line")
        if self._field is not None:
            place = QRectF(panel.left() + Space.L + 2, panel.top() + 6, panel.width() - 2 * Space.L, 46)
            paint.text(painter, place, self._field.about.label, font(18, 700))
        painter.end()
