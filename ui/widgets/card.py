"""A white card with round corners: the ground of everything on the screen."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.tokens import Radius

_R = Radius.CARD
_CLEAR = 5
"""So far from every edge, nothing lies outside of the round corners."""


class Card(QWidget):
    """Paints its ground and then what a subclass draws on it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        # It paints all of itself, the page in its corners too: what lies behind it is not painted with every change.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.exposed = QRegion()
        """The part being painted: a subclass may leave out what lies outside of it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.exposed = event.region()
        # Most repaints lie inside the border and the corners: a plain fill does, at a tenth of the cost.
        inside = self.rect().adjusted(1, _R, -1, -_R), self.rect().adjusted(_CLEAR, _CLEAR, -_CLEAR, -_CLEAR)
        if all(inside[0].contains(part) or inside[1].contains(part) for part in self.exposed):
            for part in self.exposed:
                painter.fillRect(part, colour("surface"))
        else:
            painter.fillRect(event.rect(), colour("page"))
            paint.rounded(painter, QRectF(self.rect()), Radius.CARD, "surface", "line")
        self.paint(painter, QRectF(self.rect()))
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw on the card."""
