"""People: who they are on the left, what can be done about one of them on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from pos_app.ports.maintenance import TrialReport
from ui.employees.forms import END, NEW_BADGE, NEW_PIN, NEW_ROLE, TAKE_BACK, UNLOCK, Act
from ui.goods.page import GAP, SIDE, HeadedCard
from ui.technician.parts import Facts, ReportView, RowItem, RowList
from ui.theme.tokens import Height, Space
from ui.widgets.buttons import Button
from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_app.ports.staff import Employee
    from pos_app.services.staff import Staff
    from ui.background import Background

_HEAD, _REPORT = 76, 76
_MINUTE_MS = 60_000


def state_of(employee: Employee) -> tuple[str, str, str, str]:
    """Icon, its colour, the state in a word or two, and what it means."""
    person = employee.person
    if employee.ended:
        return "user-round-x", "ink_2", "Ended", "Ended: cannot sign on"
    if employee.wait_ms:
        minutes = -(-employee.wait_ms // _MINUTE_MS)
        return "lock", "bad", "Locked", f"Locked for {minutes} min after wrong PINs"
    if not person.has_pin and not person.has_badge:
        return "triangle-alert", "warn", "No PIN yet", "Has no PIN and no badge yet"
    return "user-round-check", "go_text", "Signs on", "Signs on here"


class PeoplePage(RoomPage):
    """Those who work here, or those whose work here has ended."""

    title = "Working"
    icon = "users"
    of_the_past = False
    rows: tuple[tuple[Act, ...], ...] = ((NEW_PIN, NEW_BADGE, NEW_ROLE), (UNLOCK, END))
    act_wanted = Signal(object, object)
    new_wanted = Signal()

    def __init__(self, staff: Staff, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self._staff = staff
        self.people: list[Employee] = []
        self._shown_id = ""
        self._list_card = HeadedCard(self.title, self)
        self.list = RowList("People", self._list_card, empty="There is nobody.")
        self.list.chosen.connect(self._touched)
        self.new = Button("New employee", self._list_card, icon="user-round-plus", size=16)
        self.new.clicked.connect(self.new_wanted)
        self.new.setVisible(not self.of_the_past)
        self._card = HeadedCard("Nobody is chosen", self)
        self.facts = Facts("About this person", self._card)
        self.report = ReportView("Result", self._card)
        self.buttons: dict[Act, Button] = {}
        for act in (act for row in self.rows for act in row):
            button = Button(act.title, self._card, icon=act.icon)
            button.clicked.connect(lambda _=False, act=act: self.act_wanted.emit(act, self.employee))
            self.buttons[act] = button

    def begin(self) -> None:
        """As they are now."""
        self.report.show_report(None)
        self._look()

    def show_saved(self, operator_id: str, words: str) -> None:
        """Something was changed about this person."""
        self._shown_id = operator_id
        self.show_result(TrialReport(True, words))

    @property
    def employee(self) -> Employee | None:
        """Who is chosen."""
        return next((one for one in self.people if one.operator_id == self._shown_id), None)

    def _look(self) -> None:
        self.work(self._staff.employees, self._found)

    def _found(self, everybody: Sequence[Employee]) -> None:
        self.people = [one for one in everybody if one.ended == self.of_the_past]
        if self.employee is None:
            self._shown_id = self.people[0].operator_id if self.people else ""
        at = next((place for place, one in enumerate(self.people) if one.operator_id == self._shown_id), -1)
        self._list_card.say(self.title, str(len(self.people)))
        self.list.show_items([self._row(one) for one in self.people], at)
        self._show()

    @staticmethod
    def _row(employee: Employee) -> RowItem:
        operator, (icon, ink, state, _) = employee.person.operator, state_of(employee)
        words = f"{operator.role.capitalize()}  ·  {state}"
        return RowItem(operator.display_name, words, icon, ink, employee.person.number)

    def _touched(self, place: int) -> None:
        self.report.show_report(None)
        self._shown_id = self.people[place].operator_id
        self._show()

    def _show(self) -> None:
        employee = self.employee
        refusal = self._staff.refusal(employee) if employee is not None else ""
        for act, button in self.buttons.items():
            may = employee is not None and not refusal
            button.setEnabled(bool(employee and employee.wait_ms) if act is UNLOCK else may)
        if employee is None:
            self._card.say("Nobody is chosen")
            self.facts.show_facts([])
        else:
            self._card.say(employee.person.operator.display_name, employee.person.number, refusal)
            self.facts.show_facts(self._facts(employee))
        self._arrange()

    @staticmethod
    def _facts(employee: Employee) -> list[tuple[str, str]]:
        person = employee.person
        return [
            ("State", state_of(employee)[3]),
            ("Role", person.operator.role.capitalize()),
            ("Number", person.number),
            ("PIN", "Set" if person.has_pin else "None"),
            ("Badge", "Set" if person.has_badge else "None"),
            ("Managed", "At head office" if employee.of_the_service else "Here, at this till"),
            ("In the journal", employee.operator_id),
        ]

    def show_result(self, report: TrialReport) -> None:
        """Above the buttons."""
        self.report.show_report(report)
        self._arrange()

    # --- geometry -----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wide, high = self.width(), self.height()
        left = round((wide - GAP) * 0.44)
        self._list_card.setGeometry(0, 0, left, high)
        inner, bottom = left - 2 * SIDE, high - SIDE - Height.TOUCH
        self.new.setGeometry(SIDE, bottom, inner, Height.TOUCH)
        list_bottom = high - SIDE if self.of_the_past else bottom - Space.M
        self.list.setGeometry(SIDE, 52, inner, list_bottom - 52)
        right = wide - left - GAP
        self._card.setGeometry(left + GAP, 0, right, high)
        inner = right - 2 * SIDE
        top = high - SIDE - len(self.rows) * Height.TOUCH - (len(self.rows) - 1) * Space.S
        report = _REPORT if self.report.report is not None else 0
        self.report.setVisible(bool(report))
        self.report.setGeometry(SIDE, top - Space.M - report, inner, report)
        self.facts.setGeometry(SIDE, _HEAD, inner, top - Space.M - report - _HEAD)
        for row in self.rows:
            each = (inner - (len(row) - 1) * Space.S) // len(row)
            for place, act in enumerate(row):
                self.buttons[act].setGeometry(SIDE + place * (each + Space.S), top, each, Height.TOUCH)
            top += Height.TOUCH + Space.S


class PastPage(PeoplePage):
    """Those whose work here has ended: on record, and able to come back."""

    title = "Ended"
    icon = "user-round-x"
    of_the_past = True
    rows = ((TAKE_BACK,),)
