"""A question that blocks the window. No choice has the focus, so neither Enter nor a scan can answer it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.messages import Question
from ui.theme import paint
from ui.theme.fonts import font, metrics
from ui.theme.tokens import Radius
from ui.widgets.buttons import Button

_WIDTH = 560
_CHOICE = 60


class QuestionOverlay(QWidget):
    """Dims the window and shows the question with its choices below one another."""

    answered = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Question")
        self._question: Question | None = None
        self.choices: list[Button] = []
        self.hide()

    def show_question(self, question: Question | None) -> None:
        """Ask, or go away."""
        if question is self._question:
            return
        self._question = question
        for button in self.choices:
            button.hide()
            button.deleteLater()
        self.choices = []
        if question is None:
            self.hide()
            return
        self.setAccessibleName(question.title)
        self.setAccessibleDescription(question.detail)
        for choice in question.choices:
            button = Button(choice.name, self, kind=choice.kind, size=17)
            button.clicked.connect(lambda _=False, chosen=choice: self.answered.emit(chosen))
            self.choices.append(button)
            button.show()
        self._arrange()
        self.show()
        self.raise_()
        self.setFocus()

    def _box(self) -> QRectF:
        wide = min(_WIDTH, self.width() - 48)
        high = self._choices_top(wide) + len(self.choices) * (_CHOICE + 10) + 14
        return QRectF((self.width() - wide) // 2, (self.height() - high) // 2, wide, high)

    def _choices_top(self, wide: float) -> float:
        words = self._question.detail if self._question else ""
        room = QRectF(0, 0, wide - 48, 400)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        return 90 + metrics(font(16, 450)).boundingRect(room, flags, words).height() + 24

    def _arrange(self) -> None:
        box = self._box()
        top = round(box.top() + self._choices_top(box.width()))
        for number, button in enumerate(self.choices):
            left = round(box.left()) + 24
            button.setGeometry(left, top + number * (_CHOICE + 10), round(box.width()) - 48, _CHOICE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tab reaches the choices; every other key ends here."""
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Shortcuts of the window below do not work while it is covered."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        focused = next((n for n, button in enumerate(self.choices) if button.hasFocus()), -1 if forward else 0)
        if self.choices:
            self.choices[(focused + (1 if forward else -1)) % len(self.choices)].setFocus()
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: object) -> None:
        question = self._question
        if question is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(8, 11, 16, 150))
        box = self._box()
        paint.rounded(painter, box, Radius.CARD, "surface", "line")
        paint.rounded(painter, QRectF(box.left() + 24, box.top() + 24, 48, 48), 24, "warn_soft")
        paint.glyph(painter, QPointF(box.left() + 48, box.top() + 48), question.icon, 24, "warn")
        title = QRectF(box.left() + 88, box.top() + 24, box.width() - 112, 48)
        paint.text(painter, title, question.title, font(22, 700))
        detail = QRectF(box.left() + 24, box.top() + 90, box.width() - 48, 108)
        paint.wrapped(painter, detail, question.detail, font(16, 450))
        painter.end()
