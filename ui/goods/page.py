"""What every page of the goods room has: the parts it works on, and money in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.card import Card
from ui.widgets.room import RoomPage
from ui.widgets.room_keys import RoomKeys

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

SIDE, GAP = Space.L, Space.GUTTER
HEADING = 44
"""Where the first part of a card with a heading begins."""


class GoodsPage(RoomPage):
    """One page of the room."""

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.parts = parts
        self.services = services
        self.keys = RoomKeys(self)

    def end(self) -> None:
        super().end()
        self.keys.put_away()

    def money(self, amount_minor: int) -> str:
        """As the till shows it."""
        return self.services.formatter.money(amount_minor)


class HeadedCard(Card):
    """A card with a heading, and smaller words on its right or below it."""

    def __init__(self, heading: str, parent: QWidget) -> None:
        super().__init__(heading, parent)
        self.heading, self.aside, self.below = heading, "", ""

    def say(self, heading: str, aside: str = "", below: str = "") -> None:
        """Another heading."""
        if (heading, aside, below) != (self.heading, self.aside, self.below):
            self.heading, self.aside, self.below = heading, aside, below
            self.setAccessibleName(heading)
            self.setAccessibleDescription(" ".join(filter(None, (aside, below))))
            self.update()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The words."""
        wide = rect.width() - 2 * SIDE - 4
        line = QRectF(SIDE + 2, 6, wide, 40)
        used = paint.text(painter, line, self.aside, font(14, 600, tabular=True), "ink_2", paint.RIGHT)
        paint.text(painter, line.adjusted(0, 0, -used - 12, 0), self.heading, font(19, 700))
        if self.below:
            paint.text(painter, QRectF(SIDE + 2, 40, wide, 22), self.below, font(14, 500, tabular=True), "ink_2")
