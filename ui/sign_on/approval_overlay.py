"""Approval needed: what is asked for, how far it goes beyond the limit, why, and who says yes.

It covers the window; the sale below stays as it is. A badge that is scanned answers, any other scan does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.sign_on.person_pad import PersonPad
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.widgets.buttons import Button, IconButton
from ui.widgets.choice import Choice

_WIDTH, _HEIGHT = 864, 624
_LEFT = 400
_REASON = 52
_MOST_DETAIL = 44


@dataclass(frozen=True, slots=True)
class ApprovalWords:
    """What the overlay says: the act, its facts as name and value, and the reasons to choose from, if any."""

    act: str
    detail: str
    facts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]


def _detail_height(words: str) -> float:
    return paint.wrapped_height(words, font(15, 500), _LEFT - 24)


def _in_two_lines(words: str) -> str:
    """As much of it as fits above the facts; a screen reader gets it whole."""
    shown = words
    while shown and _detail_height(shown) > _MOST_DETAIL:
        words = words[:-1].rstrip()
        shown = f"{words}…"
    return shown


class ApprovalOverlay(QWidget):
    """Dims the window and asks a second person; ends by itself when its time is over."""

    answered = Signal(str, str, str)
    """number, PIN and reason"""
    phone_wanted = Signal()
    code_entered = Signal(str, str, str)
    """what was read out, the code that came back, and reason"""
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Approval needed")
        self._words = ApprovalWords("", "", (), ())
        self._detail = ""
        self._left_s = 0
        self.reasons: list[Choice] = []
        self.pad = PersonPad(self, "Approve")
        self.pad.entered.connect(self._entered)
        self.close_button = IconButton("Do not approve", "x", self)
        self.close_button.clicked.connect(self.given_up)
        self.phone = Button("Approve by phone", self, icon="phone")
        self.phone.clicked.connect(self._change_way)
        self._by_phone = False
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self.hide()

    def ask(self, words: ApprovalWords, seconds: int) -> None:
        """Ask; given_up comes when nobody answered in time."""
        self._words = words
        self._detail = _in_two_lines(words.detail)
        self._left_s = seconds
        for button in self.reasons:
            button.hide()
            button.deleteLater()
        self.reasons = [Choice(reason, self) for reason in words.reasons]
        for button in self.reasons:
            button.setAutoExclusive(True)
            button.clicked.connect(lambda _=False: self.pad.setFocus())
            button.show()
        facts = ", ".join(f"{name} {value}" for name, value in words.facts)
        self.setAccessibleDescription(f"{words.act}. {words.detail}. {facts}")
        self._ask_person()
        self._arrange()
        self.show()
        self.raise_()
        self.pad.setFocus()
        self._timer.start()

    def ask_code(self, challenge: str, seconds: int) -> None:
        """Somebody is on the telephone: show the number to read out, and take their code."""
        self._by_phone, self._left_s = True, seconds
        self.pad.ask_code(challenge)
        self.phone.rename("Back to badge or PIN")
        self.pad.setFocus()
        self.update()

    def _ask_person(self) -> None:
        self._by_phone = False
        self.pad.clear()
        self.phone.rename("Approve by phone")
        self.update()

    def _change_way(self) -> None:
        if self._by_phone:
            self._ask_person()
            self.pad.setFocus()
        else:
            self.phone_wanted.emit()

    def end(self) -> None:
        """Go away. The focus goes first: Qt would look for another place for it inside of what is being hidden."""
        self._timer.stop()
        self.parentWidget().setFocus()
        self.pad.clear()
        self.hide()

    @property
    def reason(self) -> str:
        """The reason that was chosen, or empty."""
        return next((button.text() for button in self.reasons if button.isChecked()), "")

    @property
    def lacks_reason(self) -> bool:
        """True while a reason has to be chosen first; that is said, too."""
        lacks = bool(self.reasons) and not self.reason
        if lacks:
            self.pad.refuse("Choose a reason first.")
        return lacks

    def _entered(self, number: str, pin: str) -> None:
        if not self.lacks_reason:
            (self.code_entered if self._by_phone else self.answered).emit(number, pin, self.reason)

    def _tick(self) -> None:
        self._left_s -= 1
        self.update(self._countdown().toAlignedRect())
        if self._left_s <= 0:
            self.given_up.emit()

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up, arrows choose a reason; every other key ends here."""
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.reasons:
            chosen = next((n for n, button in enumerate(self.reasons) if button.isChecked()), None)
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            start = -1 if step == 1 else 0
            self.reasons[((start if chosen is None else chosen) + step) % len(self.reasons)].setChecked(True)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Shortcuts of the window below do not work while it is covered."""
        if event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        stops: Sequence[QWidget] = [*self.reasons, self.pad, self.pad.confirm, self.phone, self.close_button]
        stops = [stop for stop in stops if stop.isVisible()]
        at = next((n for n, stop in enumerate(stops) if stop.hasFocus()), 0)
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    # --- showing -----------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        wide, high = min(_WIDTH, self.width() - 32), min(_HEIGHT, self.height() - 32)
        return QRectF((self.width() - wide) // 2, (self.height() - high) // 2, wide, high)

    def _countdown(self) -> QRectF:
        box = self._box()
        return QRectF(box.left() + 24, box.bottom() - 72, _LEFT - 24, 48)

    def _facts_top(self) -> float:
        below = _detail_height(self._detail) + 12 if self._detail else 0
        return self._box().top() + 126 + below

    def _reasons_top(self) -> float:
        return self._facts_top() + len(self._words.facts) * 30 + 42

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        box = self._box()
        left, top = round(box.left()) + 24, round(self._reasons_top())
        half = (_LEFT - 24 - 10) // 2
        for number, button in enumerate(self.reasons):
            row, column = divmod(number, 2)
            button.setGeometry(left + column * (half + 10), top + row * (_REASON + 8), half, _REASON)
        pad_left = round(box.left()) + 24 + _LEFT
        wide = round(box.right()) - 24 - pad_left
        self.close_button.move(round(box.right()) - 60, round(box.top()) + 12)
        self.pad.setGeometry(pad_left, round(box.top()) + 72, wide, round(box.height()) - 96)
        self.phone.setGeometry(left, round(box.bottom()) - 24 - 48 - 60, _LEFT - 24, 52)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(8, 11, 16, 150))
        box = self._box()
        paint.rounded(painter, box, Radius.CARD, "surface", "line")
        left, wide = box.left() + 24, float(_LEFT - 24)
        paint.rounded(painter, QRectF(left, box.top() + 24, 48, 48), 24, "warn_soft")
        paint.glyph(painter, QPointF(left + 24, box.top() + 48), "shield-check", 24, "warn")
        paint.text(painter, QRectF(left + 64, box.top() + 24, wide - 64, 48), "Approval needed", font(22, 700))
        paint.text(painter, QRectF(left, box.top() + 88, wide, 32), self._words.act, font(20, 700))
        paint.wrapped(painter, QRectF(left, box.top() + 122, wide, _MOST_DETAIL), self._detail, font(15, 500))
        top = self._facts_top()
        for name, value in self._words.facts:
            row = QRectF(left, top, wide, 28)
            used = paint.text(painter, row, value, font(16, 600, tabular=True), "ink", paint.RIGHT)
            paint.text(painter, row.adjusted(0, 0, -used - 12, 0), name, font(15, 450), "ink_2")
            top += 30
        if self.reasons:
            paint.text(painter, QRectF(left, top + 10, wide, 28), "Reason", font(15, 600), "ink_2")
        line = QRectF(left + wide + 12, box.top() + 24, 1, box.height() - 48)
        paint.rounded(painter, line, 0, "line")
        pad_left = left + _LEFT
        who = QRectF(pad_left, box.top() + 20, box.right() - 72 - pad_left, 40)
        asked = "Say the act, the amount, and this" if self._by_phone else "Second person: badge or PIN"
        paint.text(painter, who, asked, font(16, 600))
        words = f"Ends in {self._left_s} s. Nothing is done until then."
        paint.text(painter, self._countdown(), words, font(14, 500, tabular=True), "ink_2")
        painter.end()
