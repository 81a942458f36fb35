"""Is this receipt genuine? Scan its QR code, or type its number and check code; the verdict stands large below."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.receipt_code import Verdict
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Height, Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card

_FIELD = 116
_RESULT = 248
_LOOKS = {
    Verdict.GENUINE: ("check", "Genuine", "This receipt is as the till printed it.", "go_text", "go_soft"),
    Verdict.RETURNED: ("undo-2", "Genuine, goods came back", "Look at what was returned.", "warn", "warn_soft"),
    Verdict.ALTERED: ("ban", "Not as printed", "The code does not fit this receipt.", "bad", "bad_soft"),
    Verdict.SIGNED: ("check", "Signed by one of our tills", "It has not arrived itself yet.", "go_text", "go_soft"),
    Verdict.UNKNOWN: ("circle-question-mark", "Unknown", "No receipt with this number was found.", "warn", "warn_soft"),
}
_COMPARE = "Compare date and total with the paper."
_ADVICE = {
    Verdict.GENUINE: _COMPARE,
    Verdict.RETURNED: _COMPARE,
    Verdict.ALTERED: "Keep the receipt and call a manager.",
    Verdict.SIGNED: "Ask again when the till that sold it is online.",
    Verdict.UNKNOWN: "Check the number. Another till's sale is known once both tills are online.",
}


class CheckPanel(Card):
    """Field, button and verdict."""

    closed = Signal()
    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Check a receipt", parent)
        self.close_button = IconButton("Back", "x", self)
        self.close_button.clicked.connect(self.closed)
        self.line = QLineEdit(self)
        self.line.setFont(font(17, 500, tabular=True))
        self.line.setMaxLength(500)
        self.line.setAccessibleName("Receipt number and check code")
        self.line.returnPressed.connect(self._enter)
        self.line.textChanged.connect(lambda: self.action.setEnabled(bool(self.line.text().strip())))
        self.line.installEventFilter(self)
        self.setFocusProxy(self.line)
        self.action = Button("Check", self, kind="accent", key="Enter", size=17)
        self.action.setEnabled(False)
        self.action.clicked.connect(self._enter)
        self.verdict: Verdict | None = None
        self._facts: Sequence[tuple[str, str]] = ()
        self._words = ""

    def begin(self) -> None:
        """Ready for a code."""
        self.line.clear()
        self._show(None, (), "")
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_asking(self) -> None:
        """Somebody is being asked."""
        self._show(None, (), "Checking …")

    def show_problem(self, words: str) -> None:
        """What was typed or scanned is no code."""
        self._show(None, (), words)

    def show_verdict(self, verdict: Verdict, facts: Sequence[tuple[str, str]]) -> None:
        """What is known; the facts are the journal's, to be compared with the paper."""
        self._show(verdict, facts, "")

    def _show(self, verdict: Verdict | None, facts: Sequence[tuple[str, str]], words: str) -> None:
        self.verdict, self._facts, self._words = verdict, facts, words
        said = [words] if verdict is None else [*_LOOKS[verdict][1:3], *(f"{name} {value}" for name, value in facts)]
        self.setAccessibleDescription(". ".join(part for part in said if part))
        self.update()

    def _enter(self) -> None:
        text = self.line.text().strip()
        if text:
            self.line.selectAll()
            self.entered.emit(text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide = self.width()
        self.close_button.move(wide - 58, 8)
        self.line.setGeometry(30, _FIELD + 4, wide - 60, Height.TOUCH)
        self.action.setGeometry(16, _FIELD + 66, wide - 32, 52)

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Title, hint, the field's frame, and the verdict."""
        paint.text(painter, QRectF(20, 8, rect.width() - 88, 48), "Check a receipt", font(20, 700))
        hint = "Scan the QR code, or type the receipt's number and its check code"
        paint.wrapped(painter, QRectF(20, 60, rect.width() - 40, 48), hint, font(15, 450))
        field = QRectF(16, _FIELD, rect.width() - 32, 56)
        high, ink = (FOCUS_RING, "accent") if self.line.hasFocus() else (1, "control")
        paint.rounded(painter, field, Radius.CONTROL, "surface", ink, high)
        if not self.line.text():
            words = "001-02-000147 ABCD-EFGH-JKMN"
            paint.text(painter, field.adjusted(16, 0, -10, 0), words, font(15, 450), "ink_3")
        if self.verdict is not None:
            self._paint_verdict(painter, rect, self.verdict)
        elif self._words:
            paint.wrapped(painter, QRectF(20, _RESULT, rect.width() - 40, 90), self._words, font(15, 500), "ink")

    def _paint_verdict(self, painter: QPainter, rect: QRectF, verdict: Verdict) -> None:
        icon, title, sentence, ink, ground = _LOOKS[verdict]
        box = QRectF(16, _RESULT, rect.width() - 32, 108)
        paint.rounded(painter, box, Radius.CONTROL, ground, ink)
        paint.glyph(painter, QPointF(box.left() + 34, box.center().y()), icon, 32, ink, 2.5)
        words = box.adjusted(68, 0, -12, 0)
        paint.text(painter, QRectF(words.left(), box.top() + 20, words.width(), 32), title, font(20, 700), ink)
        line = QRectF(words.left(), box.top() + 54, words.width(), 42)
        paint.wrapped(painter, line, sentence, font(15, 450), "ink")
        top = box.bottom() + 14
        for name, value in self._facts:
            line = QRectF(20, top, rect.width() - 40, 30)
            used = paint.text(painter, line, value, font(16, 600, tabular=True), "ink", paint.RIGHT)
            paint.text(painter, line.adjusted(0, 0, -used - 12, 0), name, font(15, 450), "ink_2")
            top += 32
        advice = QRectF(20, top + 6, rect.width() - 40, 48)
        paint.wrapped(painter, advice, _ADVICE[verdict], font(15, 450))
