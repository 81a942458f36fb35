"""A manager looks after the people of a till in the real window: new ones, PINs, badges, roles, locks and the end."""

import json

import pytest
from fakes.employee_screens import PIN, add, begin, choose, end_somebody, listed, open_employees, say_why, type_pin
from fakes.goods_screens import MANAGER
from fakes.whole_counter import BADGE, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from pos_app.domain.operator import Operator, Role
from ui.employees.forms import END, NEW_BADGE, NEW_PIN, NEW_ROLE, TAKE_BACK, UNLOCK
from ui.employees.room import EmployeesRoom

NEW_BADGE_CODE = "OPB-5C0FFEE5C0FFEE"
ASSOCIATE = Operator("associate-1", "Associate", Role.ASSOCIATE)


def last_said(till: WholeCounter) -> dict[str, str]:
    data = till.register.data
    row = data.database.one("SELECT payload FROM journal WHERE kind = 'operator_changed' ORDER BY position DESC")
    return json.loads(row[0])


def save(till: WholeCounter, room: EmployeesRoom) -> str:
    """Touch the button on the right; what is said in the list afterwards."""
    till.touch(room.page.go)
    till.until(lambda: room.page is room.people, "it is done")
    return room.people.report.report.headline


def refusal(till: WholeCounter, room: EmployeesRoom) -> str:
    """Touch the button on the right; what is said in the form."""
    form = room.page
    form.report.show_report(None)
    till.touch(form.go)
    till.until(lambda: form.report.report is not None, "it says why not")
    assert room.page is form
    return form.report.report.headline


def test_a_new_colleague_signs_on_with_their_number_and_pin(till: WholeCounter) -> None:
    room = open_employees(till)
    operator_id = add(till, room, "Weekend help", "107")
    till.until(lambda: room.page is room.people, "they are on file")
    listed(till, room, operator_id)
    assert room.people.employee.operator_id == operator_id
    assert room.people.report.report.headline == "Weekend help signs on with the number 107."
    till.press(Qt.Key.Key_Escape)
    assert not till.window.employees.covering
    assert till.register.data.people.by_pin("107", PIN).display_name == "Weekend help"


def test_a_pin_is_typed_twice_unseen_and_a_weak_one_is_refused(till: WholeCounter) -> None:
    room = open_employees(till)
    begin(till, room, "associate-1", NEW_PIN)
    lines = [room.page.fields[name].line for name in ("pin", "again")]
    assert {line.echoMode() for line in lines} == {QLineEdit.EchoMode.Password}
    say_why(till, room)
    type_pin(till, room, "123456")
    assert "tried first" in refusal(till, room)
    for line in lines:
        line.clear()
    type_pin(till, room, PIN, "839175")
    assert "differ" in refusal(till, room)
    lines[1].clear()
    room.page.fields["again"].line.setFocus()
    till.type(PIN)
    assert save(till, room) == "The new PIN counts from now on."
    assert [line.text() for line in lines] == ["", ""]
    assert till.register.data.people.by_pin("101", PIN) == ASSOCIATE


def test_a_badge_is_given_by_scanning_it_and_signs_nobody_on_meanwhile(till: WholeCounter) -> None:
    room = open_employees(till)
    begin(till, room, "associate-1", NEW_BADGE)
    say_why(till, room)
    assert refusal(till, room) == "Scan the new badge first."
    till.scan(BADGE["supervisor"])
    assert till.register.operator.now == MANAGER, "a badge that is being given away signs nobody on"
    assert "somebody else" in refusal(till, room)
    till.scan(NEW_BADGE_CODE)
    assert NEW_BADGE_CODE not in room.page.report.report.headline
    assert "counts from now on" in save(till, room)
    assert till.register.data.people.by_badge(NEW_BADGE_CODE) == ASSOCIATE
    assert till.register.data.people.by_badge(BADGE["associate"]) is None


def test_a_role_is_changed_with_a_reason_and_never_ones_own(till: WholeCounter) -> None:
    room = open_employees(till)
    choose(till, "manager-1", room)
    assert not any(button.isEnabled() for button in room.people.buttons.values())
    begin(till, room, "associate-1", NEW_ROLE)
    till.touch(room.page.fields["role"])
    till.touch(room.page.picker.chips["supervisor"])
    assert refusal(till, room) == "Choose why. It stands in the journal."
    say_why(till, room)
    save(till, room)
    said = last_said(till)
    assert (said["act"], said["role"], said["reason"]) == ("role_set", "supervisor", "New duties")
    assert said["operator_id"] == "manager-1"


def test_a_lock_after_wrong_pins_is_ended_by_the_manager(till: WholeCounter) -> None:
    people = till.register.data.people
    for _ in range(5):
        assert people.by_pin("101", "000000") is None
    room = open_employees(till)
    choose(till, "associate-1", room)
    assert room.people.facts.facts[0] == ("State", "Locked for 1 min after wrong PINs")
    till.touch(room.people.buttons[UNLOCK])
    say_why(till, room)
    save(till, room)
    assert people.pin_wait_ms() == 0
    till.until(lambda: room.people.facts.facts[0] == ("State", "Signs on here"), "the lock is gone")
    assert not room.people.buttons[UNLOCK].isEnabled()


def test_who_ended_is_kept_on_record_and_can_be_taken_back(till: WholeCounter) -> None:
    operator_id = end_somebody(till)
    room = till.window.employees.room
    assert last_said(till)["act"] == "removed"
    assert operator_id not in [one.operator.operator_id for one in till.register.data.people.everybody()]
    begin(till, room, operator_id, TAKE_BACK)
    type_pin(till, room)
    say_why(till, room)
    assert save(till, room) == "They sign on again, with the new PIN."
    assert operator_id in [one.operator.operator_id for one in till.register.data.people.everybody()]


def test_somebody_who_signs_on_meanwhile_does_nothing_in_the_managers_name(till: WholeCounter) -> None:
    room = open_employees(till)
    begin(till, room, "associate-1", END)
    say_why(till, room)
    till.register.operator.change_to(Operator("manager-2", "Manager", Role.MANAGER))
    assert "Somebody else works this till now" in refusal(till, room)
    assert till.register.data.people.by_badge(BADGE["associate"]) == ASSOCIATE


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.TECHNICIAN, Role.AUDITOR], ids=lambda role: role.value)
def test_who_may_not_manage_people_does_not_come_in(till: WholeCounter, role: Role) -> None:
    till.register.operator.change_to(Operator("somebody", "Somebody", role))
    till.window.employees.open()
    assert not till.window.employees.covering
