"""The paper of a receipt over the basket, as it would come out of the printer."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ui.theme import paint
from ui.theme.current import colour, theme
from ui.theme.fonts import font
from ui.theme.tokens import DARK

_TOP = 60
_WIDEST = 460
_DIMMED = QColor(0, 0, 0, 48)


class _Paper(QWidget):
    """The picture, scaled to its place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Paper")
        self._picture = QPixmap()

    def show_picture(self, picture: QPixmap) -> None:
        """Show this paper from its top."""
        self._picture = picture
        self.update()

    def height_for(self, wide: int) -> int:
        """How long the paper is at a width."""
        return round(self._picture.height() * wide / self._picture.width()) if self._picture.width() else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self._picture)
        if theme() is DARK:
            painter.fillRect(self.rect(), _DIMMED)
        painter.end()


class PaperView(QWidget):
    """Lies over its parent; words stand in the paper's place until it is there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Receipt")
        self._title, self._words = "", ""
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Paper")
        self._scroll.viewport().setAccessibleName("Paper in sight")
        self._scroll.verticalScrollBar().setAccessibleName("Position on the paper")
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._paper = _Paper(self._scroll)
        self._scroll.setWidget(self._paper)
        for part in self._scroll.findChildren(QWidget):
            if not part.accessibleName():
                part.setAccessibleName("Paper")
        self._scroll.hide()
        self.hide()

    def show_words(self, title: str, words: str) -> None:
        """A title, and words where the paper will be."""
        self._title, self._words = title, words
        self.setAccessibleName(title or "Receipt")
        self.setAccessibleDescription(words)
        self._scroll.hide()
        self.update()

    def show_paper(self, title: str, png: bytes, words: str) -> None:
        """The paper as a PNG; words say the same to a screen reader."""
        image = QImage.fromData(png, "PNG")
        self._title, self._words = title, ""
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        self._paper.setAccessibleDescription(words)
        self._paper.show_picture(QPixmap.fromImage(image))
        self._scroll.verticalScrollBar().setValue(0)
        self._scroll.show()
        self._arrange()
        self.update()

    def scroll_by(self, pages: int) -> None:
        """Up or down a page."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    def _arrange(self) -> None:
        self._scroll.setGeometry(0, _TOP, self.width(), self.height() - _TOP)
        wide = min(_WIDEST, self.width() - 48)
        self._paper.resize(wide, self._paper.height_for(wide))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("sunken"))
        painter.fillRect(QRectF(0, 0, self.width(), _TOP), colour("surface"))
        painter.fillRect(QRectF(0, _TOP - 1, self.width(), 1), colour("line"))
        paint.text(painter, QRectF(16, 0, self.width() - 32, _TOP), self._title, font(20, 700))
        if self._words:
            place = QRectF(40, _TOP, self.width() - 80, self.height() - _TOP)
            paint.text(painter, place, self._words, font(15, 450), "ink_2", paint.CENTRE)
        painter.end()
