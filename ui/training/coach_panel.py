"""The coach's panel beside the checkout: the lessons, the step to do now, and the score at the end.

It never takes the focus: keys and scans go to the till, as they do in a shop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.training import Lesson, LessonResult
from ui.theme import paint
from ui.theme.current import colour
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.widgets.buttons import Button
from ui.widgets.control import Control

PANEL_WIDTH, PANEL_HEIGHT = 400, 700
_SIDE = 20
_ROW, _ROW_GAP, _ROWS_TOP = 52, 6, 84
_STEP_TEXT, _HINT_TEXT, _STEPS_TOP = (17, 600), (15, 450), 150


@dataclass(frozen=True, slots=True)
class CoachPage:
    """A lesson as it stands: how many steps are done, the hint when it was given, the result at the end."""

    lesson: Lesson
    done_steps: int
    hint: str = ""
    mistakes: int = 0
    keys: int = 0
    result: LessonResult | None = None


class _LessonRow(Control):
    def __init__(self, number: int, lesson: Lesson, best: int | None, parent: QWidget) -> None:
        words = "not done yet" if best is None else f"best score {best}"
        super().__init__(lesson.title, parent, description=words)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._number, self._best = number, best

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Number, title, best score."""
        paint.rounded(painter, rect, self.radius, "hover" if self.hovered or self.isDown() else "surface", "line")
        middle = rect.center().y()
        if self._best is None:
            paint.text(
                painter, QRectF(0, 0, 52, rect.height()), str(self._number), font(16, 700), "ink_2", paint.CENTRE
            )
        else:
            paint.glyph(painter, QPointF(26, middle), "check", 20, "go_text", 2.5)
        score = "" if self._best is None else str(self._best)
        made = font(16, 700, tabular=True)
        used = paint.text(painter, rect.adjusted(0, 0, -16, 0), score, made, "go_text", paint.RIGHT)
        paint.text(painter, rect.adjusted(52, 0, -used - 28, 0), self.text(), font(16, 600))


class CoachPanel(QWidget):
    """Shows the list of lessons, or one lesson."""

    lesson_chosen = Signal(int)
    scan_wanted = Signal()
    hint_wanted = Signal()
    list_wanted = Signal()
    again_wanted = Signal()
    next_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        # No tool window: those are raised when they are shown, which not every platform can.
        flags = Qt.WindowType.Window | Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.WindowDoesNotAcceptFocus
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle("Coach")
        self.setAccessibleName("Coach")
        self.setFixedSize(PANEL_WIDTH, PANEL_HEIGHT)
        self.page: CoachPage | None = None
        self.rows: list[_LessonRow] = []
        self.scan = self._button("Scan a product", "Alt S", "soft", self.scan_wanted)
        self.hint = self._button("Hint", "Alt H", "plain", self.hint_wanted)
        self.list = self._button("Lessons", "Alt L", "plain", self.list_wanted)
        self.again = self._button("Again", "Alt R", "plain", self.again_wanted)
        self.next = self._button("Next lesson", "Alt N", "accent", self.next_wanted)

    def _button(self, name: str, key: str, kind: str, wanted: Signal) -> Button:
        button = Button(name, self, kind=kind, key=key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(wanted)
        return button

    def show_lessons(self, lessons: Sequence[Lesson], best: Mapping[str, int]) -> None:
        """The list, with the best score of each."""
        self.page = None
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows = [_LessonRow(n, each, best.get(each.lesson_id), self) for n, each in enumerate(lessons, 1)]
        for index, row in enumerate(self.rows):
            row.clicked.connect(lambda _=False, index=index: self.lesson_chosen.emit(index))
            row.show()
        self._arrange()

    def show_page(self, page: CoachPage) -> None:
        """A lesson."""
        if page != self.page:
            self.page = page
            for row in self.rows:
                row.hide()
            self.setAccessibleDescription(_spoken(page))
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, bottom, page = self.width() - 2 * _SIDE, self.height() - 68, self.page
        over = page is not None and page.result is not None
        self.hint.setVisible(page is not None and not over)
        self.scan.setVisible(page is not None and not over)
        self.again.setVisible(over)
        self.next.setVisible(over)
        self.list.setVisible(page is not None)
        half = (wide - 10) // 2
        self.hint.setGeometry(_SIDE, bottom, half, 52)
        self.again.setGeometry(_SIDE, bottom, half, 52)
        self.list.setGeometry(_SIDE + half + 10, bottom, half, 52)
        for button in (self.next, self.scan):
            button.setGeometry(_SIDE, bottom - 62, wide, 52)
        for number, row in enumerate(self.rows):
            row.setGeometry(_SIDE, _ROWS_TOP + number * (_ROW + _ROW_GAP), wide, _ROW)
        self.update()

    # --- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("surface"))
        wide = self.width() - 2 * _SIDE
        page = self.page
        if page is None:
            paint.text(painter, QRectF(_SIDE, 14, wide, 30), "Lessons", font(22, 700))
            words = "Choose one. Nothing at this till is real." if self.rows else "There are no lessons."
            paint.text(painter, QRectF(_SIDE, 44, wide, 24), words, font(15, 450), "ink_2")
        else:
            paint.text(painter, QRectF(_SIDE, 14, wide, 30), page.lesson.title, font(20, 700))
            paint.wrapped(painter, QRectF(_SIDE, 46, wide, 60), page.lesson.goal, font(15, 450))
            if page.result is None:
                self._paint_steps(painter, page, wide)
            else:
                self._paint_result(painter, page.result, wide)
        painter.end()

    def _paint_steps(self, painter: QPainter, page: CoachPage, wide: int) -> None:
        steps = page.lesson.steps
        self._paint_progress(painter, page.done_steps, len(steps), wide)
        step = steps[page.done_steps]
        made, small = font(*_STEP_TEXT), font(*_HINT_TEXT)
        high = paint.wrapped_height(step.do, made, wide - 32) + 28
        box = QRectF(_SIDE, _STEPS_TOP, wide, high)
        paint.rounded(painter, box, Radius.CONTROL, "accent_soft", "accent_line")
        paint.wrapped(painter, box.adjusted(16, 14, -16, -8), step.do, made, "ink")
        top = box.bottom() + 12
        if page.hint:
            high = paint.wrapped_height(page.hint, small, wide - 60) + 24
            box = QRectF(_SIDE, top, wide, high)
            paint.rounded(painter, box, Radius.CONTROL, "gold_soft")
            paint.glyph(painter, QPointF(_SIDE + 22, top + 22), "lightbulb", 20, "gold")
            paint.wrapped(painter, box.adjusted(44, 12, -16, -8), page.hint, small, "ink")
        facts = f"{page.keys} keys  ·  {page.mistakes} {'mistake' if page.mistakes == 1 else 'mistakes'}"
        paint.text(painter, QRectF(_SIDE, self.height() - 166, wide, 24), facts, font(14, 500, tabular=True), "ink_2")

    def _paint_progress(self, painter: QPainter, done: int, steps: int, wide: int) -> None:
        each = (wide - 6 * (steps - 1)) / steps
        for number in range(steps):
            bar = QRectF(_SIDE + number * (each + 6), 112, each, 6)
            paint.rounded(painter, bar, 3, "go" if number < done else "accent" if number == done else "line_2")
        words = f"Step {done + 1} of {steps}"
        paint.text(painter, QRectF(_SIDE, 122, wide, 22), words, font(14, 600, tabular=True), "ink_2")

    def _paint_result(self, painter: QPainter, result: LessonResult, wide: int) -> None:
        centre = self.width() / 2
        paint.rounded(painter, QRectF(centre - 32, 140, 64, 64), 32, "go_soft")
        paint.glyph(painter, QPointF(centre, 172), "check", 34, "go_text", 2.5)
        score = QRectF(_SIDE, 214, wide, 90)
        paint.text(painter, score, str(result.score), font(72, 700, display=True), "ink", paint.CENTRE)
        paint.text(painter, QRectF(_SIDE, 304, wide, 26), "of 100", font(16, 600), "ink_2", paint.CENTRE)
        minutes, seconds = divmod(result.seconds, 60)
        rows = (
            ("Mistakes", str(result.mistakes)),
            ("Hints", str(result.hints)),
            ("Keys", str(result.keys)),
            ("Time", f"{minutes}:{seconds:02d}"),
        )
        for number, (name, value) in enumerate(rows):
            line = QRectF(_SIDE + 40, 350 + number * 34, wide - 80, 30)
            paint.text(painter, line, name, font(16, 500), "ink_2")
            paint.text(painter, line, value, font(16, 700, tabular=True), "ink", paint.RIGHT)


def _spoken(page: CoachPage) -> str:
    if page.result is not None:
        return f"{page.lesson.title} done. Score {page.result.score} of 100"
    step = page.lesson.steps[page.done_steps]
    return f"Step {page.done_steps + 1} of {len(page.lesson.steps)}. {step.do} {page.hint}".strip()
