"""Versions of the settings: who changed what, when, and back to one of them; settings out to a file and in from one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import DiffLine, SettingsVersion, TrialReport
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
_INK_OF_SIGN = {"+": "go_text", "-": "bad"}


class _TitledCard(Card):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.heading = title

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title."""
        paint.text(painter, QRectF(_SIDE + 4, 8, rect.width() - 2 * _SIDE, 44), self.heading, font(18, 700))


class SettingsPage(Page):
    """The versions on the left, what the chosen one changed on the right."""

    title = "Settings"
    icon = "file-clock"

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._versions: list[SettingsVersion] = []
        self._files: list[Path] = []
        self._importing = False
        self._list_card = _TitledCard("Versions", self)
        self.list = RowList("Versions", self._list_card, empty="The settings were never changed.")
        self.list.chosen.connect(self._chosen)
        self.export = Button("Export", self._list_card, icon="upload")
        self.take = Button("Import", self._list_card, icon="download")
        self.export.clicked.connect(self._export)
        self.take.clicked.connect(self._toggle_import)
        self._diff_card = _TitledCard("What it changed", self)
        self.lines = TextLines("What it changed", self._diff_card, empty="Nothing is chosen.")
        self.report = ReportView("Result", self._diff_card)
        self.back = Button("Back to this version", self._diff_card, kind="accent", icon="undo-2", size=16)
        self.back.clicked.connect(self._act)

    def begin(self) -> None:
        """The versions as they are."""
        self._importing = False
        self.report.show_report(None)
        self._read()

    def _read(self) -> None:
        self.work(self.desk.versions, self._show)

    def _show(self, versions: list[SettingsVersion]) -> None:
        if self._importing:  # files were asked for meanwhile
            return
        self._versions = versions
        self._list_card.heading = "Versions"
        self.take.rename("Import")
        self.list.empty = "The settings were never changed."
        self.list.show_items([self._item(version) for version in versions], 0 if versions else -1)
        self._list_card.update()
        if versions:
            self._chosen(0)
        else:
            self.lines.show_lines([])
            self.back.setEnabled(False)
        self._arrange()

    @staticmethod
    def _item(version: SettingsVersion) -> RowItem:
        at = datetime.fromisoformat(version.at).astimezone().strftime("%d %b %H:%M")
        return RowItem(version.words, f"{at}  ·  {version.by or 'by hand'}", "file-clock", "ink_2", f"{version.number}")

    def _chosen(self, number: int) -> None:
        if self._importing:
            path = self._files[number]
            self.back.setEnabled(True)
            self.work(lambda: path.read_text(encoding="utf-8"), self._show_text)
            return
        chosen = self._versions[number]
        self.back.setEnabled(number > 0)
        self.work(lambda: self.desk.book.difference(chosen.number), self._show_difference)

    def _show_difference(self, difference: list[DiffLine]) -> None:
        shown = [(line.sign.strip(), line.text, _INK_OF_SIGN.get(line.sign, "ink_2")) for line in difference]
        self.lines.show_lines(shown or [("", "No difference", "ink_2")])

    def _show_text(self, text: str) -> None:
        self.lines.show_lines([("", line, "ink") for line in text.splitlines()])

    # --- acting -------------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """Back to a version, or a file becomes the settings: either is a new version, and takes effect at once."""
        number = self.list.current
        self.back.setEnabled(False)
        self.report.show_busy("Changing the settings ...")
        self._arrange()
        if self._importing:
            path = self._files[number]
            self.work(lambda: self.desk.take_from(path), lambda later: self._changed(f"Taken from {path.name}.", later))
        else:
            version = self._versions[number].number
            words = f"Version {version} counts again."
            self.work(lambda: self.desk.roll_back(version), lambda later: self._changed(words, later))

    def _changed(self, words: str, later: str) -> None:
        self._importing = False
        self.show_result(TrialReport(True, f"{words} {later or 'Devices have it already.'}"))
        self._read()

    def _export(self) -> None:
        self.work(
            self.desk.book.export,
            lambda path: self.show_result(TrialReport(True, f"Written to {path}. It holds no secrets.")),
        )

    def _toggle_import(self) -> None:
        if self._importing:
            self.begin()
            return
        self._importing = True
        self.report.show_report(None)
        self._arrange()
        self.work(self.desk.book.importable, self._show_files)

    def _show_files(self, files: list[Path]) -> None:
        if not self._importing:  # back at the versions meanwhile: a file must not stand where a version is chosen
            return
        self._files = files
        self._list_card.heading = "Settings to take"
        self._diff_card.heading = "What is in it"
        self.take.rename("Versions")
        self.back.rename("Take these settings")
        self.list.empty = "Put a file into the folder exports of this till's data, then look again."
        self.list.show_items([RowItem(path.name, str(path.parent), "file-text") for path in files], -1)
        self.lines.show_lines([])
        self.back.setEnabled(False)
        for card in (self._list_card, self._diff_card):
            card.update()

    def show_result(self, report: TrialReport) -> None:
        """Below the lines."""
        self.report.show_report(report)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.44)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * _SIDE, high - _SIDE - 48
        self.list.setGeometry(_SIDE, 56, inner, bottom - _SIDE - 56)
        half = (inner - Space.S) // 2
        self.export.setGeometry(_SIDE, bottom, half, 48)
        self.take.setGeometry(_SIDE + half + Space.S, bottom, half, 48)
        right = wide - left - _GAP
        self._diff_card.setGeometry(left + _GAP, 0, right, high)
        if not self._importing:
            self._diff_card.heading = "What it changed"
            self.back.rename("Back to this version")
        shown = self.report.report is not None or bool(self.report.busy)
        report = 92 if shown else 0
        self.lines.setGeometry(_SIDE, 56, right - 2 * _SIDE, bottom - _SIDE - 56 - report)
        self.report.setGeometry(_SIDE, bottom - report, right - 2 * _SIDE, max(0, report - 12))
        self.report.setVisible(shown)
        self.back.setGeometry(_SIDE, bottom, right - 2 * _SIDE, 48)
