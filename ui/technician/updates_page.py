"""Newer versions of the program: what is here, what stands in the way, and the touch that installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app import __version__
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
        updating = self.desk.updating
        if updating is None:
            words = "Newer versions are installed by hand: no update server is set (update_url in settings.toml)."
            self.report.show_report(TrialReport(True, f"This is version {__version__}. {words}"))
            self._can(look=False)
            return
        self._busy("Looking at what is here ...")
        self.work(lambda: _known(updating, updating.room.state()), self._show)

    def _look(self) -> None:
        updating = self._updating
        self._busy("Asking the update server, and fetching what is newer. This may take minutes ...")
        self.work(lambda: _known(updating, updating.room.look()), self._show)

    def _install(self) -> None:
        updating = self._updating
        self._busy("The newer version proves itself on a copy of the data. This may take a minute ...")
        self.work(lambda: updating.install(self.desk.by), lambda _: self.installing.emit())

    @property
    def _updating(self) -> Updating:
        assert self.desk.updating is not None, "the buttons cannot be used without"
        return self.desk.updating

    def _show(self, known: tuple[TrialReport, bool]) -> None:
        report, can = known
        self._can(install=can)
        self.report.show_report(report)

    def _can(self, *, look: bool = True, install: bool = False) -> None:
        self.look.setEnabled(look)
        self.install.setEnabled(install)

    def _busy(self, words: str) -> None:
        self._can(look=False)
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


def _known(updating: Updating, state: UpdateState) -> tuple[TrialReport, bool]:
    """All of it in words, and whether it can be installed now."""
    asked = state.asked_at[:16].replace("T", " ")
    answered = f"The update server answered last at {asked} UTC" if asked else "The update server was never asked"
    steps = [TrialStep(answered, True)]
    steps += [
        TrialStep(words, good)
        for words, good in ((state.installed, state.installed_well), (state.trouble, False))
        if words
    ]
    here = f"This is version {state.current}."
    if not state.version:
        headline = f"{here} Nothing newer is known for the ring {state.ring}."
        return TrialReport(not state.trouble, headline, tuple(steps)), False
    if not state.ready:
        headline = f"{here} Version {state.version} is offered, and not fetched yet."
        return TrialReport(not state.trouble, headline, tuple(steps)), False
    if state.notes:
        steps.insert(0, TrialStep(f"What is new: {state.notes}", True))
    conditions = updating.conditions()
    can = all(step.good for step in conditions)
    when = "can be installed now." if can else "is here. It is installed when the till rests."
    return TrialReport(True, f"{here} Version {state.version} {when}", (*conditions, *steps)), can
