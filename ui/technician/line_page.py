"""The line to the central service: address, certificate, latency, clock and what waits to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from ui.technician.page import Page
from ui.technician.parts import ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_SIDE = Space.CARD


class _LineCard(Card):
    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What it is about."""
        paint.text(painter, QRectF(_SIDE, 8, rect.width() - 2 * _SIDE, 44), "Central service", font(20, 700))


class LinePage(Page):
    """One test, made again by a touch."""

    title = "Network"
    icon = "server"

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._card = _LineCard("Central service", self)
        self.report = ReportView("Result", self._card)
        self.again = Button("Test again", self._card, icon="refresh-cw", size=16)
        self.again.clicked.connect(self.begin)

    def begin(self) -> None:
        """Test it."""
        self.again.setEnabled(False)
        self.report.show_busy("Asking the central service ...")
        self.work(self.desk.bench.check_central, self.show_result)

    def show_result(self, report: TrialReport) -> None:
        """All of it."""
        self.again.setEnabled(True)
        self.report.show_report(report)

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        self.report.setGeometry(_SIDE, 60, wide - 2 * _SIDE, high - 60 - 2 * _SIDE - 52)
        self.again.setGeometry(_SIDE, high - _SIDE - 52, 220, 52)
