"""A white card with round corners: the ground of everything on the screen."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.tokens import Radius


class Card(QWidget):
    """Paints its ground and then what a subclass draws on it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint.rounded(painter, rect, Radius.CARD, "surface", "line")
        self.paint(painter, rect)
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw on the card."""
