"""A new machine in place of one that is gone: which copy, its recovery key, what comes of it, and a new PIN."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from pos_app.domain.day_words import moment_words
from pos_app.domain.operator import Role
from pos_app.ports.backup import RECOVERY_MARK, CopyState
from pos_app.ports.maintenance import TrialReport
from ui.first_run.step_page import BODY, GAP, SIDE, StepPage
from ui.technician.parts import Field, RowItem, RowList
from ui.till.facts import Fact, FactList
from ui.widgets.buttons import Button

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pos_app.ports.backup import BackupCopy, RestorePlan
    from pos_app.ports.first_run import FirstRunDesk
    from pos_app.ports.people import Person
    from ui.background import Background

_LOOKS = {
    CopyState.GOOD: ("database-check", "go_text"),
    CopyState.DOUBTFUL: ("shield-alert", "warn"),
    CopyState.DAMAGED: ("database-x", "bad"),
}


class CopyPage(StepPage):
    """The copies on what is plugged in; a folder may be named."""

    title = "Which copy"
    icon = "archive-restore"
    words = "Plug in the stick, or connect the share, that the other machine's copies went to. The newest is the best."

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.copies: list[BackupCopy] = []
        self.list = RowList("Copies", self.card, empty="No copies are plugged in.")
        self.folder = Field("Folder of the copies", self.card, icon="folder-open")
        self.folder.set_hint("or the folder they are in")
        self.folder.entered.connect(self.look)
        self.again = Button("Look again", self.card, icon="refresh-cw")
        self.again.clicked.connect(self.look)
        self.keys.serve(self.folder)

    @property
    def chosen(self) -> BackupCopy | None:
        """The copy that is meant."""
        return self.copies[self.list.current] if 0 <= self.list.current < len(self.copies) else None

    def begin(self) -> None:
        """What is plugged in is looked at without being asked."""
        super().begin()
        self.look()

    def look(self) -> None:
        """Look in the folder that was named, else on every stick and share."""
        self.keys.put_away()
        named = self.folder.line.text().strip()
        place = Path(named).expanduser() if named else None
        self.show_result(TrialReport(True, "Looking for copies ..."))
        self.work(lambda: self.desk.taking_over.copies(place), self._show)

    def _show(self, copies: list[BackupCopy]) -> None:
        self.copies = copies
        rows = []
        for copy in copies:
            icon, ink = _LOOKS[copy.state]
            opens = f"recovery key {copy.recovery_id}" if copy.recovery_id else "no recovery key opens it"
            detail = f"{moment_words(copy.made_at.astimezone())}  ·  {copy.words or opens}"
            name = f"Till {copy.terminal_id}" if copy.terminal_id else copy.path.name
            rows.append(RowItem(name, detail, icon, ink, f"{copy.size_bytes / 1e6:,.1f} MB"))
        best = next((n for n, copy in enumerate(copies) if copy.state is CopyState.GOOD and copy.recovery_id), -1)
        self.list.show_items(rows, best)
        self.blame("", "")
        if best >= 0:
            self.on_button.setFocus()

    def go_on(self) -> None:
        """With the chosen one."""
        copy = self.chosen
        if copy is None:
            self.show_result(TrialReport(False, "Touch the copy that is to be restored."))
        elif copy.state is CopyState.DAMAGED:
            self.show_result(TrialReport(False, f"This copy cannot be restored. {copy.words}"))
        elif not copy.recovery_id:
            words = "Only the machine that made this copy can open it: there was no recovery key yet."
            self.show_result(TrialReport(False, words))
        else:
            self.done.emit()

    def arrange_body(self, top: int, bottom: int) -> None:
        """The list, and where else to look."""
        wide = self.width() - 2 * SIDE
        half = (wide - GAP) // 2
        self.list.setGeometry(SIDE, top, wide, bottom - top - 60)
        self.folder.setGeometry(SIDE, bottom - 52, half, 48)
        self.again.setGeometry(SIDE + half + GAP, bottom - 52, half, 48)


class KeyPage(StepPage):
    """The recovery key, scanned or typed; then what restoring will do; then it is done."""

    title = "Recovery key"
    icon = "key-round"
    words = "Scan the QR code on the paper from the safe, or type its seven groups of letters and digits."
    on = "Open the copy"
    _reached = Signal(int)

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget, copies: CopyPage) -> None:
        self.plan: RestorePlan | None = None
        super().__init__(desk, background, parent)
        self._copies = copies
        self.key = self.add_field("recovery_key", "Recovery key")
        self.key.changed.connect(lambda _: self._forget_plan())
        self.facts = FactList(self.card, "What it will do")
        self._reached.connect(self._on_reached)

    def fill(self, values: Mapping[str, str]) -> None:
        """The key is asked for every time, and stays nowhere."""
        self.show_value("recovery_key", "")
        self._forget_plan()

    def end(self) -> None:
        super().end()
        self.show_value("recovery_key", "")

    def take_scan(self, code: str) -> bool:
        """The key is known by its mark, whatever the scanner puts before it."""
        mark, found, key = code.partition(RECOVERY_MARK)
        if not found or len(mark) > 3:
            return False
        self.show_value("recovery_key", key)
        self.go_on()
        return True

    def go_on(self) -> None:
        """First what it will do, then do it."""
        copy, key = self._copies.chosen, self.value("recovery_key")
        if copy is None or not self.on_button.isEnabled():
            return
        self.keys.put_away()
        if not key:
            self.blame("recovery_key", "The recovery key is needed: scan it or type it.")
        elif self.plan is None:
            self.attempt(
                lambda: self.desk.taking_over.plan(copy, key), self._show_plan, "Opening the copy with this key ..."
            )
        else:
            self.back_button.setEnabled(False)
            self.key.setEnabled(False)
            self.attempt(
                lambda: self.desk.taking_over.restore(copy, key, self._progress),
                lambda _: self.done.emit(),
                "Restoring the copy ...",
            )

    def _progress(self, done: int, whole: int) -> None:
        self._reached.emit(done * 100 // max(whole, 1))

    def _on_reached(self, percent: int) -> None:
        if self.report.busy:
            self.report.show_busy(f"Restoring the copy: {percent} %")

    def _show_plan(self, plan: RestorePlan) -> None:
        self.plan = plan
        self.card.words = (
            f"This machine becomes till {plan.copy.terminal_id}. Nothing happens before you touch the button."
        )
        self.facts.show_facts([Fact(name, detail, look="look") for name, detail in plan.points])
        self.on_button.rename("Restore this copy")
        self.show_result(TrialReport(True, f"The key opens it: till {plan.copy.terminal_id}. Restore it?"))
        self.on_button.setFocus()

    def _forget_plan(self) -> None:
        if self.plan is not None:
            self.plan, self.card.words = None, self.words
            self.on_button.rename(self.on)
            self._arrange()

    def blame(self, name: str, words: str) -> None:
        """It may be tried again."""
        self.back_button.setEnabled(True)
        self.key.setEnabled(True)
        super().blame(name, words)

    def arrange_body(self, top: int, bottom: int) -> None:
        """The key has the whole width, until what it opens takes its place."""
        wide = self.width() - 2 * SIDE
        self.key.setGeometry(SIDE, self.key.y(), wide, self.key.height())
        self.key.setVisible(self.plan is None)
        self.facts.setVisible(self.plan is not None)
        if self.plan is not None:
            self.card.labels = []
        self.facts.setGeometry(SIDE, BODY, wide, bottom - BODY)


class OwnPinPage(StepPage):
    """PINs are bound to the machine they were made on: one person at least gets another one here."""

    title = "Who signs on"
    icon = "user-round-check"
    words = (
        "PINs of the other machine do not count here. Give the manager a new one. Operators of the central service "
        "come back by themselves."
    )
    on = "Open the till"

    def __init__(self, desk: FirstRunDesk, background: Background, parent: QWidget) -> None:
        super().__init__(desk, background, parent)
        self.add_field("number", "Number to sign on with")
        self.name = ""
        self.pin = self.add_field("pin", "New PIN", "six digits", secret=True)
        self.again = self.add_field("again", "New PIN again", secret=True)

    def begin(self) -> None:
        """There is no way back to the old machine's data."""
        super().begin()
        self.back_button.setEnabled(False)
        self.work(self.desk.taking_over.people, self._show_people)

    def fill(self, values: Mapping[str, str]) -> None:
        """Asked for every time."""
        for name in self.fields:
            self.show_value(name, "")

    def _show_people(self, people: list[Person]) -> None:
        managers = [one for one in people if one.operator.role is Role.MANAGER]
        if managers and not self.value("number"):
            self.show_value("number", managers[0].number)
            self.pin.setFocus()
        names = ", ".join(f"{one.number} {one.operator.display_name}" for one in managers[:3])
        words = f"The copy is restored. Managers in it: {names}." if names else "The copy is restored."
        self.show_result(TrialReport(True, words))

    def go_on(self) -> None:
        """Without a PIN too, where the central service brings the people."""
        values = self.values
        if values["pin"] != values["again"]:
            self.blame("again", "The two PINs differ. Type the same one twice.")
        elif not values["pin"]:
            self.done.emit()
        else:
            self.attempt(
                lambda: self.desk.taking_over.set_pin(values["number"], values["pin"]), lambda _: self.done.emit()
            )
