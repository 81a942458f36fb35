"""The card terminal that stands alone: the amount to type on it, and what its slip says. Never a whole card number."""

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QIntValidator, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.manual_card import ManualCardPurpose, ManualCardQuestion, SlipEntry
from pos_app.ports import CardOutcome, Formatter
from ui.tender.manual_prompt import Asked
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.touch_keys import TouchKeys

_TITLES = {
    ManualCardPurpose.PAYMENT: "Charge on the terminal",
    ManualCardPurpose.REFUND: "Refund on the terminal",
    ManualCardPurpose.SLIP: "What does its slip say?",
}
_AMOUNT, _LABELS, _FIELDS, _WORDS = 50, 104, 126, 186


class ManualCardPanel(Card):
    """Amount, authorisation, last four digits; approved, declined, or nothing done."""

    def __init__(self, formatter: Formatter, parent: QWidget | None = None) -> None:
        super().__init__("Card terminal", parent)
        self._formatter = formatter
        self._asked: Asked | None = None
        self.authorisation = self._line("Authorisation on the slip", 32)
        self.last_four = self._line("Last four digits of the card", 4)
        self.last_four.setValidator(QIntValidator(0, 9999, self.last_four))
        self.keys = TouchKeys(self)
        self.keys.pressed.connect(self._touched)
        self.approved = Button("Approved", self, kind="go", size=16)
        self.approved.clicked.connect(self._approve)
        self.declined = Button("Declined", self)
        self.declined.clicked.connect(lambda: self._answer(SlipEntry(CardOutcome.DECLINED)))
        self.nothing_done = Button("Not done", self)
        self.nothing_done.clicked.connect(lambda: self._answer(SlipEntry(CardOutcome.CANCELLED)))

    def _line(self, name: str, longest: int) -> QLineEdit:
        line = QLineEdit(self)
        line.setFont(font(18, 600))
        line.setMaxLength(longest)
        line.setAccessibleName(name)
        line.textChanged.connect(self._refresh)
        line.returnPressed.connect(self._approve)
        line.installEventFilter(self)
        return line

    def ask(self, asked: Asked) -> None:
        """Show the question; what was typed stays when only a part of it was wrong."""
        if not asked.question.problem:
            self.authorisation.clear()
            self.last_four.clear()
        self._asked = asked
        question = asked.question
        self.setAccessibleName(_TITLES[question.purpose])
        self.setAccessibleDescription(f"{self._formatter.money(question.amount_minor)}. {self._words(question)}")
        self._refresh()
        self.authorisation.setFocus(Qt.FocusReason.OtherFocusReason)

    def _words(self, question: ManualCardQuestion) -> str:
        if question.problem:
            return question.problem
        if question.purpose is ManualCardPurpose.SLIP:
            return "It is not known how this ended. Look at the terminal's slip."
        return "Type this amount on the card terminal. Then enter what its slip says."

    def _refresh(self) -> None:
        self.approved.setEnabled(self._asked is not None and bool(self.authorisation.text().strip()))
        self.update()

    def _approve(self) -> None:
        if self.approved.isEnabled():
            reference, last_four = self.authorisation.text().strip(), self.last_four.text()
            self._answer(SlipEntry(CardOutcome.APPROVED, reference, last_four))

    def _answer(self, entry: SlipEntry) -> None:
        asked, self._asked = self._asked, None
        self._refresh()
        if asked is not None:
            asked.answer(entry)

    def _touched(self, text: str) -> None:
        line = self.last_four if self.last_four.hasFocus() else self.authorisation
        if text:
            line.insert(text)
        else:
            line.backspace()
        line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nothing typed here belongs to the find field."""
        if event.key() == Qt.Key.Key_Escape or not event.text().isalnum():
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent):
            self.update()
        return False

    # --- places -----------------------------------------------------------------------------------------------------

    def _columns(self, wide: int) -> tuple[int, int]:
        """Width of the first field, left of the second."""
        first = round((wide - 10) * 0.6)
        return first, 20 + first + 10

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width() - 40
        first, second = self._columns(wide)
        self.authorisation.setGeometry(30, _FIELDS + 2, first - 20, 48)
        self.last_four.setGeometry(second + 10, _FIELDS + 2, 20 + wide - second - 20, 48)
        top = self.height() - 16 - Height.PAY
        third = (wide - 20) // 3
        self.approved.setGeometry(20, top, wide - 2 * (third + 10), Height.PAY)
        self.declined.setGeometry(20 + wide - 2 * third - 10, top, third, Height.PAY)
        self.nothing_done.setGeometry(20 + wide - third, top, third, Height.PAY)
        high = self.keys.height_for(top - 12 - _WORDS - 42)
        self.keys.setGeometry(20, top - 12 - high, wide, high)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, amount, the two frames, and what to do."""
        asked = self._asked
        if asked is None:
            return
        question, wide = asked.question, round(rect.width()) - 40
        paint.text(painter, QRectF(20, 8, wide, 40), _TITLES[question.purpose], font(20, 700))
        amount = self._formatter.money(question.amount_minor)
        paint.text(painter, QRectF(20, _AMOUNT, wide, 48), amount, font(40, 700, display=True))
        first, second = self._columns(wide)
        for left, width, name, line in (
            (20, first, "Authorisation", self.authorisation),
            (second, 20 + wide - second, "Last 4 digits", self.last_four),
        ):
            paint.text(painter, QRectF(left, _LABELS, width, 20), name, font(14, 500), "ink_2")
            border, thick = ("accent", FOCUS_RING - 1) if line.hasFocus() else ("control", 1)
            paint.rounded(painter, QRectF(left, _FIELDS, width, 52), Radius.CONTROL, "sunken", border, thick)
        ink = "bad" if question.problem else "ink_2"
        paint.wrapped(painter, QRectF(20, _WORDS, wide, 42), self._words(question), font(14, 500), ink)
