"""Newer versions of the program: what is here, what stands in the way, and the touch that installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.errors import WorldError
from pos_app.ports.maintenance import TrialReport, TrialStep
from pos_app.ports.updates import UpdateState
from ui.technician.page import Page
from ui.technician.parts import ReportView
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import Space
from ui.widgets.buttons import Button
from ui.widgets.card import Card

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from pos_app.services.updating import Updating
    from ui.background import Background

_SIDE = Space.CARD


class _UpdatesCard(Card):
    heading = "Versions of this program"

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """What it is about."""
        paint.text(painter, QRectF(_SIDE, 8, rect.width() - 2 * _SIDE, 44), self.heading, font(20, 700))


class UpdatesPage(Page):
    """Look, then install; the till ends after that and comes back in its newer version."""

    title = "Updates"
    icon = "package-plus"
    installing = Signal()

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self._card = _UpdatesCard("Updates", self)
        self.report = ReportView("What is known", self._card)
        self.look = Button("Look for one now", self._card, icon="refresh-cw", size=16)
        self.look.clicked.connect(self._look)
        self.install = Button("Install and restart", self._card, kind="accent", icon="package-check", size=16)
        self.install.clicked.connect(self._install)

    def begin(self) -> None:
        """What is known now."""
        self._busy("Looking at what is here ...")
        self.work(lambda: self._known(self._updating.room.state()), self._show)

    def _look(self) -> None:
        self._busy("Asking the update server, and fetching what is newer. This may take minutes ...")
        self.work(lambda: self._known(self._updating.room.look()), self._show)

    def _install(self) -> None:
        self._busy("The newer version proves itself on a copy of the data. This may take a minute ...")
        self.work(lambda: self._updating.install(self.desk.by), lambda _: self.installing.emit())

    @property
    def _updating(self) -> Updating:
        if self.desk.updating is None:
            raise WorldError(
                "No update server is set: update_url in settings.toml says where newer versions come from."
            )
        return self.desk.updating

    def _known(self, state: UpdateState) -> tuple[TrialReport, bool]:
        """All of it in words, and whether it can be installed now."""
        steps = [TrialStep(words, good) for words, good in ((state.installed, True), (state.trouble, False)) if words]
        asked = state.asked_at[:16].replace("T", " ")
        steps.insert(
            0, TrialStep(f"Last answer of the update server: {asked} UTC" if asked else "Never asked yet", True)
        )
        if not state.version:
            headline = f"This is version {state.current}. Nothing newer is known for the ring {state.ring}."
            return TrialReport(not state.trouble, headline, tuple(steps)), False
        if not state.ready:
            headline = f"This is version {state.current}. Version {state.version} is offered, and not fetched yet."
            return TrialReport(False, headline, tuple(steps)), False
        conditions = self._updating.conditions()
        can = all(step.good for step in conditions)
        when = "can be installed now" if can else "is here, and waits"
        headline = f"This is version {state.current}. Version {state.version} {when}. {state.notes}".rstrip()
        return TrialReport(can, headline, (*conditions, *steps)), can

    def _show(self, known: tuple[TrialReport, bool]) -> None:
        report, can = known
        self.look.setEnabled(True)
        self.install.setEnabled(can)
        self.report.show_report(report)

    def _busy(self, words: str) -> None:
        self.look.setEnabled(False)
        self.install.setEnabled(False)
        self.report.show_busy(words)

    def show_result(self, report: TrialReport) -> None:
        """What did not work; looking again is always possible."""
        self._show((report, False))

    def resizeEvent(self, event: QResizeEvent) -> None:
        wide, high = self.width(), self.height()
        self._card.setGeometry(0, 0, wide, high)
        self.report.setGeometry(_SIDE, 60, wide - 2 * _SIDE, high - 60 - 2 * _SIDE - 52)
        self.look.setGeometry(_SIDE, high - _SIDE - 52, 240, 52)
        self.install.setGeometry(_SIDE + 240 + Space.GUTTER, high - _SIDE - 52, 260, 52)
