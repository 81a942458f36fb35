"""One of several answers: none is chosen until somebody chooses."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.widgets.control import Control


class Choice(Control):
    """A tick and a ground say that it is chosen, so that it is never colour alone."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setCheckable(True)
        self.ring = "ink"

    def nextCheckState(self) -> None:
        """A touch chooses; touching it again does not take the answer back."""
        self.setChecked(True)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """An empty ring, or a filled one with a tick."""
        chosen = self.isChecked()
        ground = "accent_soft" if chosen else "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent" if chosen else "control", 2 if chosen else 1)
        icon, ink = ("circle-check", "accent") if chosen else ("circle", "control")
        paint.glyph(painter, QPointF(rect.left() + 26, rect.center().y()), icon, 22, ink)
        words = rect.adjusted(48, 0, -8, 0)
        paint.text(painter, words, self.text(), font(16, 600), "accent" if chosen else "ink")
