"""Facts one below the other: what it is, how much, and smaller words that say why."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Radius
from ui.till.day_page import PageBody

_ROW, _GAP = 64, 10
_WIDEST = 760
_LOOKS = {
    "good": ("check", "go_text", "go_soft"),
    "look": ("info", "warn", "warn_soft"),
    "stop": ("ban", "bad", "bad_soft"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """look is good, look (somebody should) or stop (it has to be settled first); plain facts have none."""

    name: str
    detail: str = ""
    figure: str = ""
    look: str = ""
    icon: str = ""


class _FactView(QWidget):
    def __init__(self, fact: Fact, parent: QWidget) -> None:
        super().__init__(parent)
        self._fact = fact
        self.setAccessibleName(f"{fact.name} {fact.figure}".strip())
        self.setAccessibleDescription(fact.detail)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fact, rect = self._fact, QRectF(self.rect())
        icon, ink, ground = _LOOKS.get(fact.look, (fact.icon or "circle-dot", "ink_2", "sunken"))
        paint.rounded(painter, rect, Radius.CONTROL, "surface", "line")
        middle = rect.center().y()
        paint.rounded(painter, QRectF(14, middle - 18, 36, 36), 18, ground)
        paint.glyph(painter, QPointF(32, middle), fact.icon or icon, 20, ink)
        right = rect.adjusted(0, 0, -18, 0)
        used = paint.text(painter, right, fact.figure, font(18, 700, tabular=True), "ink", paint.RIGHT)
        room = rect.width() - 66 - 34 - used
        if fact.detail:
            paint.text(painter, QRectF(66, middle - 24, room, 24), fact.name, font(16, 600))
            paint.text(painter, QRectF(66, middle + 1, room, 20), fact.detail, font(14, 450), "ink_2")
        else:
            paint.text(painter, QRectF(66, 0, room, rect.height()), fact.name, font(16, 600))
        painter.end()


class FactList(PageBody):
    """Nothing to type: the way on has the focus."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, name)
        self._views: list[_FactView] = []

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these."""
        for view in self._views:
            view.hide()
            view.deleteLater()
        self._views = [_FactView(fact, self) for fact in facts]
        for view in self._views:
            view.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        count = max(1, len(self._views))
        step = min(_ROW + _GAP, max(52, self.height() // count))
        for number, view in enumerate(self._views):
            view.setGeometry(0, number * step, min(self.width(), _WIDEST), min(_ROW, step - 4))
