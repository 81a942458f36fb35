"""After the count was confirmed: what there should be, what was counted, and why they differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.till_closing import TenderResult
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.till.day_page import PageBody
from ui.widgets.buttons import Button
from ui.widgets.control import Control

_HEAD, _ROW, _GAP = 34, 64, 8
_REASONS = 268


@dataclass(frozen=True, slots=True)
class ResultWords:
    """One tender, written out; verdict is agrees, over or short with its amount."""

    name: str
    expected: str
    counted: str
    verdict: str
    note: str
    ink: str
    icon: str


def result_words(result: TenderResult, needed: bool, amount: Callable[[int], str]) -> ResultWords:
    """needed: the difference is beyond the store's tolerance, so that somebody has to say why."""
    difference = result.over_short_minor
    if not difference:
        verdict, ink, icon = "Agrees", "go_text", "check"
    else:
        word = "over" if difference > 0 else "short"
        verdict = f"{amount(abs(difference))} {word}"
        ink, icon = ("bad", "triangle-alert") if needed else ("warn", "info")
    note = result.reason or ("Say why" if needed else "Within what the store allows" if difference else "")
    name = "Card" if result.tender == "card" else result.name
    return ResultWords(name, amount(result.expected_minor), amount(result.counted_minor), verdict, note, ink, icon)


class _ResultView(Control):
    def __init__(self, words: ResultWords, parent: QWidget) -> None:
        spoken = f"Expected {words.expected}, counted {words.counted}, {words.verdict}. {words.note}"
        super().__init__(words.name, parent, description=spoken.strip())
        self._words = words
        self.chosen = False

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Name and why, expected, counted, and how they compare."""
        words = self._words
        ground = "accent_soft" if self.chosen else "hover" if self.hovered else "surface"
        paint.rounded(painter, rect, self.radius, ground, "accent" if self.chosen else "line")
        middle = rect.center().y()
        first, expected, counted, verdict = columns(rect)
        if words.note:
            ink = words.ink if words.note == "Say why" else "ink_2"
            paint.text(painter, QRectF(first.left(), middle - 23, first.width(), 24), words.name, font(16, 600))
            paint.text(painter, QRectF(first.left(), middle + 1, first.width(), 20), words.note, font(14, 500), ink)
        else:
            paint.text(painter, first, words.name, font(16, 600))
        paint.amount(painter, expected, words.expected, 16, 500)
        paint.amount(painter, counted, words.counted, 16, 500)
        made = font(16, 700, tabular=True)
        used = paint.text(painter, verdict, words.verdict, made, words.ink, paint.RIGHT)
        paint.glyph(painter, QPointF(verdict.right() - used - 16, middle), words.icon, 18, words.ink)


def columns(rect: QRectF) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Where name, expected, counted and verdict stand in a row."""
    wide = rect.width()
    verdict = min(max(wide * 0.27, 150.0), 210.0)
    figure = min(wide * 0.2, 130.0)
    places = []
    right = rect.right() - 16
    for size in (verdict, figure, figure):
        places.append(QRectF(right - size, rect.top(), size - 8, rect.height()))
        right -= size
    return (QRectF(rect.left() + 16, rect.top(), right - rect.left() - 20, rect.height()), *reversed(places))


class RevealBody(PageBody):
    """Rows of tenders, and beside them the reasons for the one that is chosen."""

    reason_given = Signal(str, str)
    """tender and reason"""

    def __init__(self, parent: QWidget, reasons: Sequence[str]) -> None:
        super().__init__(parent, "Expected and counted")
        self._results: Sequence[TenderResult] = ()
        self._words: list[ResultWords] = []
        self._chosen = ""
        self.rows: dict[str, _ResultView] = {}
        self.reasons = [Button(reason, self, size=16) for reason in reasons]
        for button in self.reasons:
            button.clicked.connect(lambda _=False, one=button: self.reason_given.emit(self._chosen, one.text()))

    def show_results(self, results: Sequence[TenderResult], words: Sequence[ResultWords], ask: str) -> None:
        """Show them; ask is the tender that a reason is asked for, empty for none."""
        for view in self.rows.values():
            view.hide()
            view.deleteLater()
        self._results = results
        self.rows = {one.tender: _ResultView(text, self) for one, text in zip(results, words, strict=True)}
        for tender, view in self.rows.items():
            view.clicked.connect(lambda _=False, name=tender: self._choose(name))
            view.show()
        self._choose(ask)
        self._arrange()

    def _choose(self, tender: str) -> None:
        result = next((one for one in self._results if one.tender == tender and one.over_short_minor), None)
        self._chosen = tender if result is not None else ""
        for name, view in self.rows.items():
            view.chosen = name == self._chosen
            view.update()
        for button in self.reasons:
            button.setVisible(bool(self._chosen))
        self.update()

    @property
    def asks(self) -> str:
        """The tender whose reason is asked."""
        return self._chosen

    def stops(self) -> Sequence[QWidget]:
        return (*self.rows.values(), *(self.reasons if self._chosen else ()))

    def begin(self) -> bool:
        if self._chosen:
            self.reasons[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return bool(self._chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go through the reasons."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        at = next((n for n, button in enumerate(self.reasons) if button.hasFocus()), None)
        if step is None or at is None:
            super().keyPressEvent(event)
        else:
            self.reasons[max(0, min(at + step, len(self.reasons) - 1))].setFocus(Qt.FocusReason.TabFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _rows_wide(self) -> int:
        return self.width() - _REASONS - 20

    def _arrange(self) -> None:
        wide = self._rows_wide()
        count = max(1, len(self.rows))
        step = min(_ROW + _GAP, max(52, (self.height() - _HEAD) // count))
        for number, view in enumerate(self.rows.values()):
            view.setGeometry(0, _HEAD + number * step, wide, min(_ROW, step - 4))
        for number, button in enumerate(self.reasons):
            button.setGeometry(self.width() - _REASONS + 14, 76 + number * 58, _REASONS - 28, 50)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        made = font(13, 600)
        first, *others = columns(QRectF(0, 0, self._rows_wide(), _HEAD - 6))
        paint.text(painter, first, "Tender", made, "ink_2")
        for place, name in zip(others, ("Expected", "Counted", "Difference"), strict=True):
            paint.text(painter, place, name, made, "ink_2", paint.RIGHT)
        if self._chosen:
            box = QRectF(self.width() - _REASONS, 0, _REASONS, 84 + len(self.reasons) * 58)
            paint.rounded(painter, box, Radius.CONTROL, "sunken", "line")
            inner = box.adjusted(16, 14, -16, 0)
            paint.text(painter, QRectF(inner.left(), inner.top(), inner.width(), 26), "Why?", font(18, 700))
            name = self.rows[self._chosen].text()
            place = QRectF(inner.left(), inner.top() + 28, inner.width(), 22)
            paint.text(painter, place, name, font(14, 500), "ink_2")
        painter.end()
