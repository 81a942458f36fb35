"""The end of the till's log, newest first, filtered by words and by how bad it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import LogLine
from ui.technician.field_keys import FieldKeys
from ui.technician.page import Page
from ui.technician.parts import Chip, Field, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_SIDE = Space.CARD
_MOST = 2_000
_LEVELS = {"Everything": (), "Warnings": ("WARNING", "ERROR", "CRITICAL"), "Errors": ("ERROR", "CRITICAL")}
_INKS = {"WARNING": ("!", "warn"), "ERROR": ("×", "bad"), "CRITICAL": ("×", "bad")}


class _LogCard(Card):
    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title."""
        paint.text(painter, QRectF(_SIDE, 8, rect.width() - 2 * _SIDE, 44), "Log", font(20, 700))


class LogPage(Page):
    """Lines, a field that filters them, and how bad they have to be."""

    title = "Log"
    icon = "scroll-text"

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._all: list[LogLine] = []
        self._level = "Everything"
        self._card = _LogCard("Log", self)
        self.filter = Field("Filter", self._card, icon="search")
        self.filter.set_hint("Filter by words")
        self.filter.changed.connect(lambda _: self._show())
        self.levels = {name: Chip(name, self._card, lambda name=name: self._pick(name)) for name in _LEVELS}
        self.levels[self._level].setChecked(True)
        self.again = Button("Read again", self._card, icon="refresh-cw")
        self.again.clicked.connect(self.begin)
        self.lines = TextLines("Log", self._card, empty="No entry in the log says this.")
        self.keys = FieldKeys(self, self.filter, self.lines)

    def begin(self) -> None:
        """Read it."""
        self.work(lambda: self.desk.bench.log_lines(_MOST), self._read)

    def _read(self, lines: list[LogLine]) -> None:
        self._all = lines
        self._show()

    def _pick(self, level: str) -> None:
        self._level = level
        for name, chip in self.levels.items():
            chip.setChecked(name == level)
        self._show()

    @property
    def shown(self) -> list[LogLine]:
        """What the filter leaves."""
        words, levels = self.filter.line.text().lower().split(), _LEVELS[self._level]
        return [
            line
            for line in self._all
            if (not levels or line.level in levels)
            and all(word in f"{line.source} {line.text}".lower() for word in words)
        ]

    def _show(self) -> None:
        shown = []
        for line in self.shown:
            sign, ink = _INKS.get(line.level, ("", "ink"))
            first, *rest = line.text.splitlines() or [""]
            shown.append((sign, f"{line.at[5:]}  {line.source.rpartition('.')[2]}:  {first}", ink))
            shown += [("", f"          {more}", "ink_2") for more in rest]
        self.lines.show_lines(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        inner = wide - 2 * _SIDE
        self.again.setGeometry(wide - _SIDE - 150, 60, 150, 48)
        left = _SIDE
        for name, chip in self.levels.items():
            size = 142 if name != "Errors" else 108
            chip.setGeometry(left, 60, size, 48)
            left += size + Space.S
        self.filter.setGeometry(left, 60, wide - _SIDE - 150 - Space.S - left, 48)
        self.lines.setGeometry(_SIDE, 120, inner, high - 120 - _SIDE)
