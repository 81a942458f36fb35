"""Everything of the member that the small card has no room for, and what can be done for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.widgets.list_panel import ListPanel, ListRow

_ROW = 25


@dataclass(frozen=True, slots=True)
class Fact:
    """A name, a value, and the ink of the value."""

    name: str
    value: str
    ink: str = "ink"


class MemberPanel(ListPanel):
    """Facts above, actions below."""

    rows_top = 64 + 5 * _ROW + 8
    row_height = 56
    row_gap = 6

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: tuple[Fact, ...] = ()

    def show_member(self, name: str, facts: Sequence[Fact], rows: Sequence[ListRow]) -> None:
        """Show this member."""
        self._facts = tuple(facts)
        self.show_list(name, rows)
        self.setAccessibleDescription(", ".join(f"{fact.name} {fact.value}" for fact in facts))

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The facts, one below the other."""
        super().paint(painter, rect)
        for number, fact in enumerate(self._facts):
            row = QRectF(20, 60 + number * _ROW, rect.width() - 40, _ROW)
            used = paint.text(painter, row, fact.value, font(15, 600, tabular=True), fact.ink, paint.RIGHT)
            paint.text(painter, row.adjusted(0, 0, -used - 12, 0), fact.name, font(15, 450), "ink_2")
