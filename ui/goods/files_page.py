"""Catalogue files: choose one, check it, take it in with its refusals listed, take it back; or write one."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.errors import CashierError, WorldError
from pos_app.ports.goods import ImportOutcome, NotTaken, PastImport
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.files import refused_csv
from ui.goods.page import GAP, SIDE, GoodsPage, HeadedCard
from ui.technician.parts import Field, ReportView, RowItem, RowList, TextLines
from ui.theme.tokens import Space
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from ui.background import Background
    from ui.services_bundle import GoodsParts, Services

_MOST_LINES = 500
_ABOUT_FILES = (
    "Check a file first: it changes nothing.",
    "Import a file at every till.",
    "What you change by hand reaches the others.",
)


class FilesPage(GoodsPage):
    """Files on the left; what is in the chosen one, or what became of it, on the right."""

    title = "Files"
    icon = "file-spreadsheet"
    _reached = Signal(object, int)

    def __init__(self, parts: GoodsParts, background: Background, services: Services, parent: QWidget) -> None:
        super().__init__(parts, background, services, parent)
        self._files: list[Path] = []
        self._past: list[PastImport] = []
        self._not_taken: list[NotTaken] = []
        self._outcome: ImportOutcome | None = None
        self._stopped = Event()
        self._doing = ""
        self._list_card = HeadedCard("Catalogue files", self)
        empty = "Put a file into Documents or Downloads, or plug a stick in, and look again. Or type its path below."
        self.list = RowList("Catalogue files", self._list_card, empty=empty)
        self.list.chosen.connect(self._choose)
        self.path = Field("Path of the file", self._list_card, icon="file-up")
        self.path.set_hint("CSV or JSON")
        self.path.entered.connect(self._check)
        self.path.changed.connect(lambda _: self._doing or self._busy(""))
        self.again = Button("Look again", self._list_card, icon="refresh-cw")
        self.export = Button("Export all", self._list_card, icon="file-down")
        self.again.clicked.connect(self._look)
        self.export.clicked.connect(self._export)
        self._card = HeadedCard("What is in it", self)
        self.report = ReportView("Result", self._card)
        self.lines = TextLines("Rows", self._card, empty="Touch a file, then check it. Nothing is changed by that.")
        self.check = Button("Check", self._card, icon="list-checks")
        self.take = Button("Import", self._card, kind="accent", icon="file-up", size=16)
        self.stop = Button("Stop", self._card, icon="x")
        self.save = Button("Save refused rows", self._card, icon="file-down")
        self.undo = Button("Take last import back", self._card, icon="undo-2")
        self.check.clicked.connect(self._check)
        self.take.clicked.connect(self._take)
        self.stop.clicked.connect(self._stop)
        self.save.clicked.connect(self._save_refused)
        self.undo.clicked.connect(self._undo)
        self._reached.connect(self._on_reached)
        self.keys.serve(self._list_card)

    def begin(self) -> None:
        """The files there are, and what was imported before."""
        self.report.show_report(None)
        self._outcome = None
        self._busy("")
        self._look()

    def end(self) -> None:
        """An import goes on to its end: half of a file helps nobody. A check stops."""
        super().end()
        if self._doing != "Importing":
            self._stopped.set()

    def _look(self) -> None:
        def found(answer: tuple[list[Path], list[PastImport], list[NotTaken]]) -> None:
            self._files, self._past, self._not_taken = answer
            self.list.show_items([RowItem(path.name, str(path.parent), "file-spreadsheet") for path in self._files])
            self._show_past()
            self._busy("")

        files = self.parts.files
        self.work(lambda: (files.candidates(), files.past(), files.not_taken()), found)

    def _show_past(self) -> None:
        if self._outcome is not None:
            return
        lines = [("", words, "ink_2") for words in _ABOUT_FILES]
        for missed in self._not_taken:
            lines.append(("!", f"Not taken over from {missed.origin}, {missed.made_at[:16].replace('T', ' ')}", "bad"))
            lines.append(("", f"    {missed.reason}", "ink_2"))
        for one in self._past:
            state = "  ·  taken back" if one.undone else ""
            lines.append(("", f"{one.made_at[:16].replace('T', ' ')}  {one.file_name}{state}", "ink"))
            lines.append(("", f"    {one.words}  ·  {one.made_by}", "ink_2"))
        self._card.say("Imports so far" if self._past else "About files")
        self.lines.show_lines(lines)

    def _choose(self, number: int) -> None:
        self.path.line.setText(str(self._files[number]))
        self._busy("")

    # --- a file -------------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        self._run("Checking")

    def _take(self) -> None:
        self._run("Importing")

    def _run(self, doing: str) -> None:
        text = self.path.line.text().strip()
        if not text or self._doing:
            return
        path = Path(text).expanduser()
        stopped = self._stopped = Event()
        self._busy(doing)
        self.report.show_busy(f"{doing} {path.name} ...")
        files = self.parts.files
        act = files.take if doing == "Importing" else files.check

        def reached(line: int) -> None:
            self._reached.emit(stopped, line)

        def work() -> ImportOutcome | None:
            try:
                return act(path, reached, stopped.is_set)
            except InterruptedError:
                return None

        # Not by self.work: an import goes on when the page is left.
        self._background.run(work, lambda outcome: self._done(doing, outcome), self._broken)

    def _broken(self, error: Exception) -> None:
        self._busy("")
        if not isinstance(error, CashierError | WorldError):
            raise error
        self.failed(str(error))

    def _on_reached(self, run: Event, line: int) -> None:
        if run is self._stopped and self._doing:
            self.report.show_busy(f"{self._doing} {Path(self.path.line.text()).name}: line {line:,} ...")

    def _done(self, doing: str, outcome: ImportOutcome | None) -> None:
        self._outcome = outcome
        self._busy("")
        if outcome is None:
            self.show_result(TrialReport(False, "It was stopped. What was read is in, and can be taken back."))
            self._look()
            return
        would = "would be " if doing == "Checking" else ""
        barcodes = f", barcodes added: {outcome.codes_added:,}" if outcome.codes_added else ""
        words = (
            f"{outcome.rows:,} rows: {outcome.added:,} {would}added, {outcome.changed:,} {would}changed, "
            f"{outcome.unchanged:,} as they are{barcodes}. {outcome.rows_refused:,} cannot be taken."
        )
        self._card.say(outcome.file_name, "checked, nothing changed" if would else "imported")
        self.lines.empty = "Every row can be taken." if would else "Every row was taken."
        lines = []
        for row in outcome.refused[:_MOST_LINES]:
            part = "" if row.whole_row else "barcode only, "
            value = f" ({row.value[:60]})" if row.value else ""
            lines.append(("!", f"Line {row.line}: {part}{row.column or 'row'}: {row.reason}{value}", "bad"))
        self.lines.show_lines(lines)
        self.show_result(TrialReport(outcome.rows_refused < max(1, outcome.rows), words))
        self.work(self.parts.files.past, self._past_is)

    def _past_is(self, past: list[PastImport]) -> None:
        self._past = past
        self._busy("")

    def _busy(self, doing: str) -> None:
        """What can be touched now."""
        self._doing = doing
        chosen = bool(self.path.line.text().strip())
        self.stop.setEnabled(bool(doing))
        for button in (self.check, self.take):
            button.setEnabled(chosen and not doing)
        for button in (self.export, self.again):
            button.setEnabled(not doing)
        self.save.setEnabled(bool(self._outcome and self._outcome.refused) and not doing)
        self.undo.setEnabled(bool(self._past and self._past[0].can_undo) and not doing)
        if not doing and self.report.busy:
            self.report.show_report(None)
        self._arrange()

    def _stop(self) -> None:
        self._stopped.set()

    # --- back, refused, export ----------------------------------------------------------------------------------------

    def _undo(self) -> None:
        number = self._past[0].number
        self._busy("Taking back")
        self.report.show_busy("Taking the import back ...")

        def undone(products: int) -> None:
            self._outcome = None
            self._busy("")
            self.show_result(TrialReport(True, f"Taken back: {products:,} products are as they were before."))
            self._look()

        self._background.run(lambda: self.parts.files.undo(number), undone, self._broken)

    def _save_refused(self) -> None:
        outcome = self._outcome
        assert outcome is not None
        name = f"{Path(outcome.file_name).stem}.refused.csv"
        content = refused_csv(outcome.refused)
        self.work(
            lambda: self.parts.save(name, [content]),
            lambda path: self.show_result(TrialReport(True, f"Written to {path}")),
        )

    def _export(self) -> None:
        name = f"goods-{self.services.clock.now():%Y%m%d-%H%M%S}.csv"
        self._busy("Writing")
        self.report.show_busy("Writing all products ...")

        def written(path: Path) -> None:
            self._busy("")
            self.show_result(TrialReport(True, f"Written to {path}"))

        self._background.run(lambda: self.parts.save(name, self.parts.files.export()), written, self._broken)

    def show_result(self, report: TrialReport) -> None:
        """Above the rows."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.44)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * SIDE, high - SIDE - 48
        half = (inner - Space.S) // 2
        self.list.setGeometry(SIDE, 52, inner, bottom - 60 - Space.M - 52)
        self.path.setGeometry(SIDE, bottom - 56, inner, 48)
        self.again.setGeometry(SIDE, bottom, half, 48)
        self.export.setGeometry(SIDE + half + Space.S, bottom, half, 48)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        third = (inner - 2 * Space.S) // 3
        for place, button in enumerate((self.check, self.take, self.stop)):
            button.setGeometry(SIDE + place * (third + Space.S), bottom - 56, third, 48)
        half = (inner - Space.S) // 2
        self.save.setGeometry(SIDE, bottom, half, 48)
        self.undo.setGeometry(SIDE + half + Space.S, bottom, half, 48)
        shown = self.report.report is not None or bool(self.report.busy)
        report = 100 if shown else 0
        self.report.setVisible(shown)
        self.report.setGeometry(SIDE, 52, inner, max(0, report - 8))
        self.lines.setGeometry(SIDE, 52 + report, inner, bottom - 56 - Space.M - 52 - report)
