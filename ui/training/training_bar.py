"""The striped bar of the till for training: whatever the window shows, it says that nothing here is real."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font, width

BAR_HEIGHT = 28
_STRIPE = 18
_WORDS = "TRAINING  ·  nothing here is real"


class TrainingBar(QWidget):
    """Stripes over the whole width with the word in the middle; it takes no touch."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Training. Nothing here is real")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = self.width(), self.height()
        painter.fillRect(self.rect(), colour("gold_soft"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("gold"))
        for left in range(-high, wide, 2 * _STRIPE):
            corners = ((left, high), (left + high, 0), (left + high + _STRIPE, 0), (left + _STRIPE, high))
            painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        made = font(14, 700)
        room = width(_WORDS, made) + 40
        plate = QRectF((wide - room) / 2, 0, room, high)
        painter.fillRect(plate, colour("gold_soft"))
        paint.text(painter, plate, _WORDS, made, "gold", paint.CENTRE)
        painter.end()
