"""The support bundle: what is in it is listed, and can be read, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import BundleItem, TrialReport
from ui.technician.page import Page
from ui.technician.parts import ReportView, RowItem, RowList, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background

_SIDE, _GAP = Space.L, Space.GUTTER
_MOST_LINES = 2_000


class _SupportCard(Card):
    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What it is about."""
        wide = rect.width() - 2 * _SIDE - 8
        paint.text(painter, QRectF(_SIDE + 4, 8, wide, 44), "Support bundle", font(18, 700))
        words = "E-mail addresses, card numbers, PINs, badges and keys are taken out."
        paint.wrapped(painter, QRectF(_SIDE + 4, 50, wide, 44), words, font(14, 500))


class _FileCard(Card):
    heading = "What is in it"

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The name of the file."""
        paint.text(painter, QRectF(_SIDE + 4, 8, rect.width() - 2 * _SIDE, 44), self.heading, font(18, 700))


class SupportPage(Page):
    """The files on the left, the chosen one on the right."""

    title = "Support"
    icon = "package-open"

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._items: list[BundleItem] = []
        self._card = _SupportCard("Support bundle", self)
        self.list = RowList("Files of the bundle", self._card, empty="Collecting ...")
        self.list.chosen.connect(self._chosen)
        self.write = Button("Write the bundle", self._card, kind="accent", icon="package-check", size=16)
        self.write.clicked.connect(self._write)
        self.report = ReportView("Result", self._card)
        self._file_card = _FileCard("The chosen file", self)
        self.lines = TextLines("What is in it", self._file_card, empty="Touch a file to read what would be written.")

    def begin(self) -> None:
        """Collect it anew."""
        self.report.show_report(None)
        self.write.setEnabled(False)
        self.lines.show_lines([])
        self.work(self.desk.bundle, self._show)

    def _show(self, items: list[BundleItem]) -> None:
        self._items = items
        rows = [RowItem(one.name, one.words, "file-text", "ink_2", _size(len(one.content))) for one in items]
        self.list.show_items(rows)
        self.write.setEnabled(True)
        self._arrange()

    def _chosen(self, number: int) -> None:
        self._file_card.heading = self._items[number].name
        self._file_card.update()
        text = self._items[number].content.decode("utf-8", "replace")
        self.lines.show_lines([("", line, "ink") for line in text.splitlines()[:_MOST_LINES]])

    def _write(self) -> None:
        items = self._items
        self.write.setEnabled(False)
        self.work(lambda: self.desk.write_bundle(items), self._written)

    def _written(self, path: Path) -> None:
        self.write.setEnabled(True)
        self.show_result(TrialReport(True, f"Written to {path}"))

    def show_result(self, report: TrialReport) -> None:
        """Above the button."""
        self.write.setEnabled(bool(self._items))
        self.report.show_report(report)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.5)
        inner, bottom = left - 2 * _SIDE, high - _SIDE - 52
        self._card.setGeometry(0, 0, left, high)
        shown = self.report.report is not None
        report = 108 if shown else 0
        self.list.setGeometry(_SIDE, 98, inner, bottom - _SIDE - 98 - report)
        self.report.setGeometry(_SIDE, bottom - report, inner, max(0, report - 12))
        self.report.setVisible(shown)
        self.write.setGeometry(_SIDE, bottom, inner, 52)
        right = wide - left - _GAP
        self._file_card.setGeometry(left + _GAP, 0, right, high)
        self.lines.setGeometry(_SIDE, 56, right - 2 * _SIDE, high - 56 - _SIDE)


def _size(count: int) -> str:
    return f"{count} B" if count < 1_000 else f"{count / 1_000:,.0f} kB"
