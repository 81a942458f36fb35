"""What every touchable component shares: focus by keyboard, Enter works like a touch, a ring when focused."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.theme import paint
from ui.theme.tokens import Height, Radius


class Control(QAbstractButton):
    """A painted button. A touch never takes the focus from the scan field; the Tab key does."""

    radius: float = Radius.CONTROL
    ring = "accent"
    faint_when_disabled = True

    def __init__(self, name: str, parent: QWidget | None = None, *, description: str = "") -> None:
        super().__init__(parent)
        self.setText(name)
        self.setAccessibleName(name)
        if description:
            self.setAccessibleDescription(description)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumSize(Height.TOUCH, Height.TOUCH)
        self.exposed = self.rect()
        """The part being painted: a subclass may leave out what lies outside of it."""

    def rename(self, name: str) -> None:
        """Give the control another name, on screen and to a screen reader."""
        if name != self.text():
            self.setText(name)
            self.setAccessibleName(name)
            self.update()

    @property
    def hovered(self) -> bool:
        """True under the pointer, while it can be used."""
        return self.isEnabled() and self.underMouse()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the control."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        self.exposed = event.rect()
        if not self.isEnabled() and self.faint_when_disabled:
            painter.setOpacity(0.45)
        self.paint(painter, rect)
        if self.hasFocus():
            paint.focus_ring(painter, rect, self.radius, self.ring)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(96, Height.TOUCH)
