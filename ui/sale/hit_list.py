"""What the words in the find field may mean, below the field. The field keeps the focus."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from pos_app.ports import Formatter, ItemHit
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius

_ROW = 56
_PADDING = 8


class HitList(QWidget):
    """Rows of hits with one highlighted; Enter in the field picks it."""

    picked = Signal(int)

    def __init__(self, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self._formatter = formatter
        self.hits: list[ItemHit] = []
        self.highlighted = -1
        self.setAccessibleName("Products found")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_hits(self, hits: list[ItemHit], left: int, top: int, wide: int) -> None:
        """Show these hits under the field, the first one highlighted; none hides the list."""
        self.hits = hits
        self.highlighted = 0 if hits else -1
        self._describe()
        if not hits:
            self.hide()
            return
        self.setGeometry(left, top, wide, len(hits) * _ROW + 2 * _PADDING)
        self.raise_()
        self.show()
        self.update()

    def move_highlight(self, by: int) -> None:
        """Highlight the hit before or after."""
        if self.hits:
            self.highlighted = (self.highlighted + by) % len(self.hits)
            self._describe()
            self.update()

    def _describe(self) -> None:
        if self.hits:
            hit = self.hits[self.highlighted]
            words = f"{hit.name}, {self._formatter.money(hit.price_minor)}, {self.highlighted + 1} of {len(self.hits)}"
            self.setAccessibleDescription(words)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = int(event.position().y() - _PADDING) // _ROW
        if 0 <= index < len(self.hits):
            self.picked.emit(index)

    def paintEvent(self, event: object) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        paint.rounded(painter, rect, Radius.CONTROL, "surface", "control")
        for number, hit in enumerate(self.hits):
            row = QRectF(_PADDING, _PADDING + number * _ROW, rect.width() - 2 * _PADDING, _ROW)
            if number == self.highlighted:
                paint.rounded(painter, row, 8, "accent_soft", "accent_line")
            middle = row.center().y()
            price = self._formatter.money(hit.price_minor)
            made = font(15, 600, tabular=True)
            used = paint.text(painter, row.adjusted(12, 0, -12, 0), price, made, "ink", paint.RIGHT)
            room = row.width() - 36 - used
            paint.text(painter, QRectF(row.left() + 12, middle - 22, room, 22), hit.name, font(15, 600))
            detail = "  ·  ".join(part for part in (hit.brand, hit.code) if part)
            paint.text(painter, QRectF(row.left() + 12, middle, room, 20), detail, font(13, 500), "ink_2")
        painter.end()
