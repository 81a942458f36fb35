"""The screens of the employees' room, with how to come to them by hand."""

from collections.abc import Callable

from fakes.goods_screens import MANAGER
from fakes.whole_counter import WholeCounter

from pos_app.domain.operator import Operator, Role
from pos_app.storage.operator_register import CENTRAL, OperatorRegister
from ui.employees.forms import END, NEW_BADGE, NEW_PIN, NEW_ROLE, TAKE_BACK, UNLOCK, Act
from ui.employees.room import EmployeesRoom

PIN = "839174"


def register_of(counter: WholeCounter) -> OperatorRegister:
    """Where the people are kept."""
    data = counter.register.data
    return OperatorRegister(data.database, data.storage)


def open_employees(counter: WholeCounter, who: Operator = MANAGER) -> EmployeesRoom:
    """Somebody who may opens the room; the people are listed."""
    counter.register.operator.change_to(who)
    counter.window.employees.open()
    room = counter.window.employees.room
    assert isinstance(room, EmployeesRoom)
    counter.until(lambda: room.people.people, "the people are listed")
    return room


def choose(counter: WholeCounter, operator_id: str, room: EmployeesRoom) -> None:
    """Touch somebody's row."""
    page = room.page
    at = next(place for place, one in enumerate(page.people) if one.operator_id == operator_id)
    while not page.list.rows[at].isVisible():
        counter.touch(page.list.later)
    counter.touch(page.list.rows[at])


def begin(counter: WholeCounter, room: EmployeesRoom, operator_id: str, act: Act) -> None:
    """Touch somebody's row, then what is to be done."""
    choose(counter, operator_id, room)
    counter.touch(room.page.buttons[act])


def say_why(counter: WholeCounter, room: EmployeesRoom, place: int = 0) -> None:
    """Touch the field of the reason, then one of them."""
    counter.touch(room.page.fields["why"])
    counter.touch(list(room.page.picker.chips.values())[place])


def type_pin(counter: WholeCounter, room: EmployeesRoom, pin: str = PIN, again: str = "") -> None:
    """Twice, as it is asked for."""
    for name, digits in (("pin", pin), ("again", again or pin)):
        room.page.fields[name].line.setFocus()
        counter.type(digits)


def add(counter: WholeCounter, room: EmployeesRoom, name: str = "Weekend help", number: str = "") -> str:
    """Somebody new, with a PIN and a number that nobody has; how the journal calls them."""
    number = number or str(700 + len(room.people._staff.employees()))
    counter.touch(room.people.new)
    room.new.fields["name"].line.setFocus()
    counter.type(name)
    room.new.fields["number"].line.setFocus()
    counter.type(number)
    type_pin(counter, room)
    counter.touch(room.new.go)
    return f"staff-{number}"


def _new(counter: WholeCounter) -> None:
    counter.touch(open_employees(counter).people.new)


def _refused(counter: WholeCounter) -> None:
    room = open_employees(counter)
    begin(counter, room, "associate-1", NEW_PIN)
    type_pin(counter, room, "123456")
    say_why(counter, room)
    counter.touch(room.page.go)
    counter.until(lambda: room.page.report.report is not None, "it says what is wrong")


def _badge(counter: WholeCounter) -> None:
    room = open_employees(counter)
    begin(counter, room, "associate-1", NEW_BADGE)
    counter.scan("OPB-5C0FFEE5C0FFEE")


def _locked(counter: WholeCounter) -> None:
    for _ in range(5):
        counter.register.data.people.by_pin("101", "000000")
    choose(counter, "associate-1", open_employees(counter))


def _unlock(counter: WholeCounter) -> None:
    _locked(counter)
    counter.touch(counter.window.employees.room.people.buttons[UNLOCK])


def _role(counter: WholeCounter) -> None:
    room = open_employees(counter)
    begin(counter, room, "associate-1", NEW_ROLE)
    counter.touch(room.page.fields["role"])


def of_head_office(counter: WholeCounter) -> None:
    """Somebody whom the central service keeps."""
    register_of(counter).add(Operator("associate-9", "Cover", Role.ASSOCIATE), "909", PIN)
    with counter.register.data.storage.unit_of_work() as work:
        work.run("UPDATE operator SET origin = ? WHERE operator_id = 'associate-9'", (CENTRAL,))
        work.commit()


def _head_office(counter: WholeCounter) -> None:
    of_head_office(counter)
    choose(counter, "associate-9", open_employees(counter))


def _end(counter: WholeCounter) -> None:
    begin(counter, open_employees(counter), "associate-1", END)


def listed(counter: WholeCounter, room: EmployeesRoom, operator_id: str) -> None:
    """Until somebody stands in the list that is shown."""
    counter.until(lambda: any(one.operator_id == operator_id for one in room.page.people), "they are listed")


def end_somebody(counter: WholeCounter) -> str:
    """Somebody new, who then does not work here any more; they are in the list of those."""
    room = open_employees(counter)
    operator_id = add(counter, room)
    counter.until(lambda: room.page is room.people, "they are on file")
    listed(counter, room, operator_id)
    begin(counter, room, operator_id, END)
    say_why(counter, room)
    counter.touch(room.page.go)
    counter.until(lambda: room.page is room.people, "it is done")
    counter.touch(room.rail["Ended"])
    listed(counter, room, operator_id)
    return operator_id


def _take_back(counter: WholeCounter) -> None:
    operator_id = end_somebody(counter)
    begin(counter, counter.window.employees.room, operator_id, TAKE_BACK)


EMPLOYEE_SCREENS: dict[str, Callable[[WholeCounter], None]] = {
    "employees": lambda counter: open_employees(counter) and None,
    "employees-oneself": lambda counter: choose(counter, "manager-1", open_employees(counter)),
    "employees-new": _new,
    "employees-pin-refused": _refused,
    "employees-badge": _badge,
    "employees-locked": _locked,
    "employees-unlock": _unlock,
    "employees-role": _role,
    "employees-head-office": _head_office,
    "employees-end": _end,
    "employees-ended": lambda counter: end_somebody(counter) and None,
    "employees-taken-back": _take_back,
}
