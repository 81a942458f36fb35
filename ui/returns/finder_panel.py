"""F7: which sale the goods are of. The receipt is scanned or its number typed; below are the ways without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.control import Control

_FIELD = 92
_WAYS = 196
_WAY = 56


@dataclass(frozen=True, slots=True)
class Way:
    """Another way to the sale."""

    name: str
    detail: str
    icon: str
    act: Callable[[], None]


class _WayButton(Control):
    def __init__(self, way: Way, parent: QWidget) -> None:
        super().__init__(way.name, parent, description=way.detail)
        self._way = way

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon and two lines."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line")
        middle = rect.center().y()
        paint.glyph(painter, QPointF(26, middle), self._way.icon, 20, "ink_2")
        room = rect.width() - 66
        paint.text(painter, QRectF(50, middle - 21, room, 22), self._way.name, font(15, 600))
        paint.text(painter, QRectF(50, middle, room, 20), self._way.detail, font(13, 500), "ink_2")


class FinderPanel(Card):
    """Title, the receipt's number, and the other ways."""

    closed = Signal()
    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Return", parent)
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(18, 500))
        self.line.setMaxLength(64)
        self.line.setAccessibleName("Receipt number")
        self.line.setPlaceholderText("Receipt number")
        self.line.returnPressed.connect(self._done)
        self.line.installEventFilter(self)
        self.find = Button("Find", self, kind="accent", size=17)
        self.find.clicked.connect(self._done)
        self.line.textChanged.connect(lambda: self.find.setEnabled(bool(self.line.text().strip())))
        self.ways: list[_WayButton] = []

    def ask(self, ways: Sequence[Way]) -> None:
        """Ask for the receipt."""
        for button in self.ways:
            button.hide()
            button.deleteLater()
        self.ways = [_WayButton(way, self) for way in ways]
        for button, way in zip(self.ways, ways, strict=True):
            button.clicked.connect(way.act)
            button.show()
        self.line.setText("")
        self.find.setEnabled(False)
        self._arrange()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self) -> None:
        text = self.line.text().strip()
        if text:
            self.entered.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down:
            self.ways[0].setFocus()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among the ways."""
        focused = next((n for n, button in enumerate(self.ways) if button.hasFocus()), -1)
        if focused >= 0 and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            wanted = focused + (1 if event.key() == Qt.Key.Key_Down else -1)
            (self.ways[min(wanted, len(self.ways) - 1)] if wanted >= 0 else self.line).setFocus()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width() - 40
        self.close_button.move(self.width() - 58, 8)
        self.line.setGeometry(34, _FIELD + 4, wide - 28 - 96, 48)
        self.find.setGeometry(20 + wide - 92, _FIELD, 92, 56)
        for number, button in enumerate(self.ways):
            button.setGeometry(20, _WAYS + number * (_WAY + 8), wide, _WAY)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, what to do, the frame of the field, the heading of the ways."""
        wide = rect.width() - 40
        paint.text(painter, QRectF(20, 8, wide - 48, 48), "Return", font(20, 700))
        hint = QRectF(20, 54, wide, 26)
        paint.text(painter, hint, "Scan the receipt, or type its number", font(15, 500), "ink_2")
        border, thick = ("accent", FOCUS_RING - 1) if self.line.hasFocus() else ("control", 1)
        frame = QRectF(20, _FIELD, wide - 100, 56)
        paint.rounded(painter, frame, Radius.CONTROL, "sunken", border, thick)
        heading = QRectF(20, _WAYS - 32, wide, 26)
        paint.text(painter, heading, "Without the receipt at hand", font(14, 700), "ink_2")
