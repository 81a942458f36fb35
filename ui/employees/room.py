"""Employees: covers the window; who works here, who did, and the forms of what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.employees.forms import TAKE_BACK, Act, NewPersonForm, PersonForm
from ui.employees.people_page import PastPage, PeoplePage
from ui.widgets.room import Room, RoomPage

if TYPE_CHECKING:
    from pos_app.ports.staff import Employee
    from pos_app.services.staff import Staff
    from ui.background import Background


class EmployeesRoom(Room):
    """Two lists of people, and what is come to from them."""

    def __init__(self, staff: Staff, background: Background, place: str, parent: QWidget) -> None:
        super().__init__("Employees", "users", place, parent)
        self.people = PeoplePage(staff, background, self)
        self.past = PastPage(staff, background, self)
        self.new = NewPersonForm(staff, background, self)
        acts = (*self.people.buttons, TAKE_BACK)
        self.forms = {act: PersonForm(act, staff, background, self) for act in acts}
        beneath: dict[RoomPage, RoomPage] = {self.new: self.people}
        beneath |= {form: self.past if act is TAKE_BACK else self.people for act, form in self.forms.items()}
        self.add_pages([self.people, self.past], beneath)
        for page in (self.people, self.past):
            page.act_wanted.connect(self._begin)
        self.people.new_wanted.connect(self._begin_new)
        for form in (self.new, *self.forms.values()):
            form.left.connect(lambda form=form: self.show_page(beneath[form]))
            form.saved.connect(self._saved)

    def _begin(self, act: Act, employee: Employee | None) -> None:
        if employee is not None:
            self.show_page(self.forms[act])
            self.forms[act].open(employee)

    def _begin_new(self) -> None:
        self.show_page(self.new)
        self.new.open()

    def _saved(self, operator_id: str, words: str) -> None:
        """Back to the list of those who work here, with what was done."""
        self.show_page(self.people)
        self.people.show_saved(operator_id, words)
