"""Every change of the store's settings: who, when, why and what; back to one of them; settings out and in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import day_words, moment_words
from pos_app.domain.settings_edits import Plain
from pos_app.ports.maintenance import TrialReport
from pos_app.ports.set_up import StoreVersion
from pos_app.services.set_up.draft import Draft
from ui.technician.parts import ReportView, RowItem, RowList, TextLines
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card
from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.background import Background
    from ui.set_up.session import SetUpSession

_SIDE, _GAP = Space.L, Space.GUTTER


class _Titled(Card):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.heading = title

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """The title."""
        paint.text(painter, QRectF(_SIDE + 4, 8, rect.width() - 2 * _SIDE, 44), self.heading, font(18, 700))


class HistoryPage(RoomPage):
    """Versions on the left, the chosen one on the right."""

    title = "History"
    icon = "rotate-ccw-clock"
    drafted = Signal()
    """an earlier version, or a file, became the draft"""

    def __init__(self, session: SetUpSession, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self._session = session
        self._versions: list[StoreVersion] = []
        self._files: Sequence[Path] = ()
        self._importing = False
        self._card = _Titled("Versions", self)
        self.list = RowList("Versions", self._card)
        self.list.chosen.connect(self._touched)
        self.export = Button("Export", self._card, icon="upload")
        self.take = Button("Import", self._card, icon="download")
        self.export.clicked.connect(self._export)
        self.take.clicked.connect(self._toggle_import)
        self._side = _Titled("What it changed", self)
        self.lines = TextLines("What it changed", self._side, empty="Nothing is chosen.")
        self.report = ReportView("Result", self._side)
        self.act = Button("Back to this version", self._side, kind="accent", icon="undo-2", size=16)
        self.act.clicked.connect(self._act)

    def begin(self) -> None:
        """The versions as they are."""
        self._importing = False
        self.report.show_report(None)
        self.work(self._session.desk.versions, self._show)

    def _show(self, versions: list[StoreVersion]) -> None:
        if self._importing:
            return  # files were asked for meanwhile
        self._versions = versions
        self._card.heading, self._side.heading = "Versions", "What it changed"
        self.take.rename("Import")
        self.list.empty = "The settings were never changed here."
        self.list.show_items([self._item(version) for version in versions], 0 if versions else -1)
        if versions:
            self._chosen(0)
        else:
            self.lines.show_lines([])
            self.act.setEnabled(False)
        self._arrange()
        self._card.update()

    @property
    def _in_force(self) -> int:
        return next((one.number for one in self._versions if one.taken_at), 0)

    def _item(self, version: StoreVersion) -> RowItem:
        icon, ink = "file-clock", "ink_2"
        if version.withdrawn_at:
            icon = "ban"
        elif version.waits:
            icon, ink = "calendar-clock", "accent"
        elif version.number == self._in_force:
            icon, ink = "circle-check", "go_text"
        more = f", and {len(version.words) - 1} more" if len(version.words) > 1 else ""
        what = (version.words[0] if version.words else "No change") + more
        return RowItem(
            what, f"{day_words(version.effective_on)}  ·  {version.by or 'the file'}", icon, ink, str(version.number)
        )

    def _touched(self, number: int) -> None:
        """What was done before is told no longer."""
        self.report.show_report(None)
        self._chosen(number)

    def _chosen(self, number: int) -> None:
        if self._importing:
            path = self._files[number]
            self.act.setEnabled(False)
            self.work(lambda: self._read(path), lambda read: self._show_import(read[1]))
            return
        version = self._versions[number]
        self.lines.show_lines([(sign, words, ink) for sign, words, ink in self._lines(version)])
        waits = version.waits
        self.act.rename("Withdraw this change" if waits else "Back to this version")
        self.act.set_icon("ban" if waits else "undo-2")
        self.act.setEnabled(waits or bool(version.taken_at and version.number != self._in_force))
        self._arrange()

    def _lines(self, version: StoreVersion) -> list[tuple[str, str, str]]:
        lines = [("", f"{_moment(version.at)}  ·  {version.by or 'changed in the file'}", "ink_2")]
        if version.why:
            lines.append(("", version.why, "ink"))
        lines.append(("", self._state(version), "accent" if version.waits else "ink_2"))
        return [*lines, ("", "", "ink"), *(("·", words, "ink") for words in version.words)]

    def _state(self, version: StoreVersion) -> str:
        begins = day_words(version.effective_on)
        if version.withdrawn_at:
            return f"Withdrawn {_moment(version.withdrawn_at)} by {version.withdrawn_by}. It never began."
        if version.waits:
            return f"It waits, and begins when {begins} is opened."
        return f"In force since {begins}." if version.number == self._in_force else f"It began {begins}."

    # --- acting -------------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        """Withdraw what waits; an earlier version or a file becomes the draft, to be given a day and a reason."""
        desk, number = self._session.desk, self.list.current
        if number < 0:
            return
        if self._importing:
            path = self._files[number]
            self.work(lambda: self._read(path), self._take_over)
            return
        version = self._versions[number]
        if version.waits:
            self.work(lambda: (desk.withdraw(version), desk.draft()), self._withdrawn)
        else:
            self.work(lambda: (desk.draft(), desk.of_version(version)), self._take_over)

    def _read(self, path: Path) -> tuple[Draft, Plain]:
        desk = self._session.desk
        return desk.draft(), desk.read(path)

    def _show_import(self, plain: Plain) -> None:
        desk, draft = self._session.desk, Draft(self._session.draft.planned)
        draft.take_over(plain)
        words = desk.words_of(draft.edits)
        self.lines.show_lines([("·", one, "ink") for one in words] or [("", "The same as here", "ink_2")])
        self.act.setEnabled(bool(words))

    def _take_over(self, found: tuple[Draft, Plain]) -> None:
        fresh, plain = found
        self._session.desk.take_over(fresh, plain)
        self._session.renew(fresh)
        self.drafted.emit()

    def _withdrawn(self, done: tuple[StoreVersion, Draft]) -> None:
        version, fresh = done
        self._session.renew(fresh)
        self.begin()
        self.show_result(TrialReport(True, f"Change {version.number} was withdrawn. It will not begin."))

    def _export(self) -> None:
        self.work(
            self._session.desk.book.export,
            lambda path: self.show_result(TrialReport(True, f"Written to {path}. Import it at the other tills.")),
        )

    def _toggle_import(self) -> None:
        if self._importing:
            self.begin()
            return
        self._importing = True
        self.report.show_report(None)
        self.work(self._session.desk.book.importable, self._show_files)

    def _show_files(self, files: Sequence[Path]) -> None:
        if not self._importing:
            return
        self._files = files
        self._card.heading, self._side.heading = "Files to take", "What it would change"
        self.take.rename("Versions")
        self.act.rename("Take over as a change")
        self.act.set_icon("download")
        self.list.empty = "Put a file into the folder exports/store of this till's data, then look again."
        self.list.show_items([RowItem(path.name, str(path.parent), "file-text") for path in files], -1)
        self.lines.show_lines([])
        self.act.setEnabled(False)
        for card in (self._card, self._side):
            card.update()
        self._arrange()

    def show_result(self, report: TrialReport) -> None:
        """Below the lines."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - _GAP) * 0.5)
        self._card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * _SIDE, high - _SIDE - Height.TOUCH
        self.list.setGeometry(_SIDE, 56, inner, bottom - Space.M - 56)
        half = (inner - Space.S) // 2
        self.export.setGeometry(_SIDE, bottom, half, Height.TOUCH)
        self.take.setGeometry(_SIDE + half + Space.S, bottom, half, Height.TOUCH)
        right = wide - left - _GAP
        self._side.setGeometry(left + _GAP, 0, right, high)
        report = 104 if self.report.report is not None else 0
        self.lines.setGeometry(_SIDE, 56, right - 2 * _SIDE, bottom - Space.M - 56 - report)
        self.report.setGeometry(_SIDE, bottom - report, right - 2 * _SIDE, max(0, report - 12))
        self.report.setVisible(bool(report))
        self.act.setGeometry(_SIDE, bottom, right - 2 * _SIDE, Height.TOUCH)


def _moment(at: str) -> str:
    return moment_words(datetime.fromisoformat(at).astimezone())
