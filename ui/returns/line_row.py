"""One line of a receipt on the return screen: what was sold, how much of it comes back and how, and what that gives."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.return_policy import Condition
from pos_app.ports import Formatter
from ui.returns.return_model import LineState
from ui.sale.rows import quantity_text
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import FOCUS_RING, Radius
from ui.widgets.control import Control

ROW_HEIGHT = 96
_SIDE = 16
_NARROW = 700
_WIDE_COLUMNS = (148, 136, 116)
_NARROW_COLUMNS = (132, 108, 84)
"""Widths of the stepper, of how it comes back, and of the amount."""
CONDITION_NAMES = {Condition.SEALED: "Sealed", Condition.OPENED: "Opened", Condition.DAMAGED: "Damaged"}
_CONDITION_ICONS = {Condition.SEALED: "package", Condition.OPENED: "package-open", Condition.DAMAGED: "package-x"}


class _Step(Control):
    """Minus or plus."""

    radius = 10.0

    def __init__(self, name: str, icon: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._icon = icon

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The sign in a frame."""
        ground = "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "control")
        paint.glyph(painter, rect.center(), self._icon, 20, "ink")


class _How(Control):
    """The condition, and below it the reason."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Sealed", parent)
        self._condition = Condition.SEALED
        self._reason = ""

    def show_pick(self, name: str, condition: Condition, reason: str) -> None:
        """Show how a line comes back."""
        self._condition, self._reason = condition, reason
        self.setAccessibleName(f"{name}: {CONDITION_NAMES[condition]}, {reason or 'reason not given yet'}")
        self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Icon and two lines."""
        ground = "hover" if self.hovered or self.isDown() else "surface"
        paint.rounded(painter, rect, self.radius, ground, "line_2")
        ink = {Condition.SEALED: "ink", Condition.OPENED: "warn", Condition.DAMAGED: "bad"}[self._condition]
        paint.glyph(painter, QPointF(rect.left() + 20, rect.center().y()), _CONDITION_ICONS[self._condition], 20, ink)
        words = rect.adjusted(38, 0, -6, 0)
        top = QRectF(words.left(), rect.top() + 5, words.width(), 20)
        paint.text(painter, top, CONDITION_NAMES[self._condition], font(15, 600), ink)
        below = QRectF(words.left(), rect.top() + 24, words.width(), 18)
        paint.text(painter, below, self._reason or "Why?", font(13, 500), "ink_2")


class LineRow(QWidget):
    """Keys on the row itself: arrows move, + and - count, Space takes all or nothing, Enter goes on."""

    stepped = Signal(int)
    toggled = Signal()
    described = Signal()
    entered = Signal()
    moved = Signal(int)

    def __init__(self, state: LineState, formatter: Formatter, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._formatter = formatter
        self.state = state
        self._controls: tuple[_Step, _Step, _How] | None = None
        self.show_state(state)

    @property
    def controls(self) -> tuple[_Step, _Step, _How]:
        """Minus, plus and how it comes back; made when the row comes in sight, so that long receipts open at once."""
        if self._controls is None:
            name = self.state.line.name
            minus, plus = _Step(f"One {name} less", "minus", self), _Step(f"One {name} more", "plus", self)
            how = _How(self)
            minus.clicked.connect(lambda: self.stepped.emit(-1))
            plus.clicked.connect(lambda: self.stepped.emit(1))
            how.clicked.connect(self.described)
            self._controls = minus, plus, how
            self._refresh_controls()
            self._place_controls()
            for control in self._controls:
                control.show()
        return self._controls

    @property
    def plus(self) -> _Step:
        """One more."""
        return self.controls[1]

    def show_state(self, state: LineState) -> None:
        """Show the line as it is now."""
        self.state = state
        picked, weighed = state.pick.quantity_milli, state.line.sold_by != SoldBy.EACH
        if self._controls is not None:
            self._refresh_controls()
        unit = "" if weighed else " pieces"
        self.setAccessibleName(
            f"{state.line.name}, {self.facts}, {quantity_text(picked)}{unit} come back, "
            f"refund {self._formatter.money(state.refund_minor)}"
        )
        self.setAccessibleDescription(self.policy_words)
        self.setToolTip(f"{state.line.name}\n{self.policy_words}".strip())
        self.update()

    def _refresh_controls(self) -> None:
        minus, plus, how = self.controls
        state, picked = self.state, self.state.pick.quantity_milli
        minus.setEnabled(picked > 0)
        plus.setEnabled(picked < state.open_milli)
        how.setEnabled(state.open_milli > 0)
        how.show_pick(state.line.name, state.pick.condition, state.pick.reason)

    @property
    def counts(self) -> str:
        """How much was sold, came back and is open."""
        state = self.state
        if state.words:
            return state.words
        parts = [f"Sold {quantity_text(state.line.quantity_milli)}"]
        if state.returned_milli:
            parts.append(f"back {quantity_text(state.returned_milli)}")
        parts.append(f"open {quantity_text(state.open_milli)}" if state.open_milli else "nothing open")
        return " · ".join(parts)

    @property
    def facts(self) -> str:
        """The counts, and what was paid for one."""
        line = self.state.line
        if self.state.words:
            return self.state.words
        paid_minor = line.net_minor * QUANTITY_SCALE // line.quantity_milli
        return f"{self.counts} · {self._formatter.money(paid_minor)} each"

    @property
    def policy_words(self) -> str:
        """What the policy says, its problem first."""
        verdict = self.state.verdict
        if not self.state.open_milli:
            return ""
        if verdict.problem:
            return f"{verdict.problem} {verdict.words}"
        words = [f"Until {verdict.last_day.day} {verdict.last_day:%b %Y}."] if verdict.last_day else []
        if verdict.restocking_fee_micro:
            words.append(f"Restocking fee {verdict.restocking_fee_micro / 10_000:g} %.")
        return " ".join([*words, verdict.words])

    # --- keys and touches --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.stepped.emit(1 if key == Qt.Key.Key_Plus else -1)
        elif key == Qt.Key.Key_Space:
            self.toggled.emit()
        elif key == Qt.Key.Key_Right and self.state.open_milli:
            self.described.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A touch on the words takes the line whole, or leaves it."""
        if self.rect().contains(event.position().toPoint()):
            self.setFocus()
            if self.state.open_milli:
                self.toggled.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._make_controls()
        self.update()

    def _make_controls(self) -> None:
        """Tab has to find them as well."""
        _ = self.controls

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # --- geometry and painting ---------------------------------------------------------------------------------------

    @property
    def _narrow(self) -> bool:
        return self.width() < _NARROW

    def _columns(self) -> tuple[QRectF, QRectF, QRectF]:
        """Where the stepper, how it comes back, and the amount are."""
        stepper, how, amount = _NARROW_COLUMNS if self._narrow else _WIDE_COLUMNS
        gap = 8 if self._narrow else 14
        right = self.width() - _SIDE
        return (
            QRectF(right - amount - how - stepper - 2 * gap, 10, stepper, 48),
            QRectF(right - amount - how - gap, 10, how, 48),
            QRectF(right - amount, 10, amount, 48),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._controls is not None:
            self._place_controls()

    def _place_controls(self) -> None:
        minus, plus, how_button = self.controls
        stepper, how, _ = (rect.toRect() for rect in self._columns())
        minus.setGeometry(stepper.left(), 10, 48, 48)
        plus.setGeometry(stepper.left() + stepper.width() - 48, 10, 48, 48)
        how_button.setGeometry(how)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._make_controls()
        painter = QPainter(self)
        state, wide = self.state, self.width()
        picked = state.pick.quantity_milli
        painter.fillRect(self.rect(), colour("accent_soft" if picked else "surface"))
        painter.fillRect(QRectF(_SIDE, ROW_HEIGHT - 1, wide - 2 * _SIDE, 1), colour("line"))
        stepper, _, amount = self._columns()
        left = QRectF(_SIDE, 12, stepper.left() - _SIDE - 12, 22)
        ink = "ink" if state.open_milli else "ink_2"
        paint.text(painter, left, state.line.name, font(16, 600), ink, elide=Qt.TextElideMode.ElideMiddle)
        facts = self.counts if self._narrow else self.facts
        paint.text(painter, left.translated(0, 23), facts, font(13, 500, tabular=True), "ink_2")
        count = stepper.adjusted(48, 0, -48, 0)
        paint.text(painter, count, quantity_text(picked), font(20, 700, tabular=True), "ink", paint.CENTRE)
        money = self._formatter.money(state.refund_minor) if picked else "–"
        paint.amount(painter, amount, money, 18, 700, "ink" if picked else "ink_2")
        self._paint_policy(painter)
        if self.hasFocus():
            ring = QRectF(self.rect()).adjusted(3, 3, -3, -4)
            paint.rounded(painter, ring, Radius.CONTROL, "", "accent", FOCUS_RING)
        painter.end()

    def _paint_policy(self, painter: QPainter) -> None:
        words = self.policy_words
        if not words:
            return
        refused = bool(self.state.verdict.problem)
        ink, icon = ("bad", "circle-alert") if refused else ("ink_2", "circle-check")
        paint.glyph(painter, QPointF(_SIDE + 8, 76), icon, 16, "bad" if refused else "go_text")
        line = QRectF(_SIDE + 22, 65, self.width() - 2 * _SIDE - 22, 22)
        paint.text(painter, line, words, font(13, 600 if refused else 500), ink)
