"""What can be done about somebody, each a form with its reason: a new person, role, PIN, badge, unlocking, the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from pos_app.domain.operator import Role
from pos_app.ports import PIN_DIGITS
from pos_app.ports.maintenance import TrialReport
from pos_app.services.goods.fields import Choice, ProductField
from ui.goods.choosing import ChoiceField
from ui.goods.form_page import FormPage
from ui.technician.parts import Field

if TYPE_CHECKING:
    from pos_app.ports.staff import Employee
    from pos_app.services.staff import Staff
    from ui.background import Background

Values = Mapping[str, str]
ROLE, PIN, AGAIN, WHY, NAME, NUMBER = "role", "pin", "again", "why", "name", "number"
_PINS = (
    ProductField(PIN, "PIN", f"{PIN_DIGITS} digits"),
    ProductField(AGAIN, "The same PIN again", f"{PIN_DIGITS} digits"),
)


def _why(*reasons: str) -> ProductField:
    return ProductField(WHY, "Why", "Choose", tuple(Choice(reason, reason) for reason in reasons))


def _pin(values: Values) -> tuple[str, str]:
    return values[PIN], values[AGAIN]


def role_field(roles: Sequence[Role]) -> ProductField:
    """Roles that may be given."""
    return ProductField(ROLE, "Role", "Choose", tuple(Choice(role.value, role.value.capitalize()) for role in roles))


@dataclass(frozen=True, slots=True)
class Act:
    """Something to do about somebody: its form, what does it, and what is said before and afterwards."""

    title: str
    on: str
    icon: str
    fields: tuple[ProductField, ...]
    do: Callable[[Staff, Employee, Values], None]
    before: str
    done: str


NEW_PIN = Act(
    "New PIN",
    "Set the PIN",
    "key-round",
    (*_PINS, _why("Forgotten", "First PIN", "Others may know it")),
    lambda staff, who, values: staff.set_pin(who, _pin(values), values[WHY]),
    "Let them type it themselves. Nobody else needs to know it.",
    "The new PIN counts from now on.",
)
NEW_BADGE = Act(
    "New badge",
    "Give this badge",
    "id-card",
    (_why("First badge", "Lost or stolen", "Worn out"),),
    lambda staff, who, values: staff.set_badge(who, values["badge"], values[WHY]),
    "Scan the new badge now. It signs nobody on meanwhile.",
    "The new badge counts from now on; the one before is worth nothing.",
)
NEW_ROLE = Act(
    "Change role",
    "Change the role",
    "user-round-cog",
    (role_field(tuple(Role)), _why("New duties", "For a short time", "Correction")),
    lambda staff, who, values: staff.set_role(who, Role(values[ROLE]), values[WHY]),
    "It counts from the next time they sign on.",
    "The role counts from the next time they sign on.",
)
UNLOCK = Act(
    "Unlock",
    "Take PINs again",
    "lock-open",
    (_why("Mistyped", "Somebody else tried"),),
    lambda staff, who, values: staff.unlock(who, values[WHY]),
    "Ask them in person first: somebody else may have tried.",
    "Wrong tries are forgotten. The PIN is taken again.",
)
END = Act(
    "End",
    "End their work here",
    "user-round-x",
    (_why("Left the store", "Works elsewhere now", "On file by mistake"),),
    lambda staff, who, values: staff.end(who, values[WHY]),
    "They cannot sign on any more. Their name and what they did stay on record.",
    "They cannot sign on any more. What they did stays on record.",
)
TAKE_BACK = Act(
    "Take back",
    "Take back",
    "user-round-check",
    (*_PINS, _why("Works here again", "Ended by mistake")),
    NEW_PIN.do,
    "They come back with their number, their role and a new PIN.",
    "They sign on again, with the new PIN.",
)


class PersonForm(FormPage):
    """One act's form."""

    saved = Signal(str, str)
    """operator id and what to say"""

    def __init__(self, act: Act, staff: Staff, background: Background, parent: QWidget) -> None:
        self.title, self.on, self.on_icon = act.title, act.on, act.icon
        super().__init__(background, parent)
        self.act = act
        self.staff = staff
        self._employee: Employee | None = None
        self.badge = ""
        self.add(*act.fields)
        hide_pins(self)

    def open(self, employee: Employee) -> None:
        """About this person."""
        self._employee, self.badge = employee, ""
        operator = employee.person.operator
        if ROLE in self.fields:
            role = self.fields[ROLE]
            assert isinstance(role, ChoiceField)
            role.ask_for(role_field(self.staff.roles))
        self.fill(f"{self.title}: {operator.display_name}", {ROLE: operator.role.value}, self.act.before)
        next(iter(self.fields.values())).setFocus()

    def take_scan(self, code: str) -> bool:
        """A badge, where one is given; it is never shown."""
        if self.act is not NEW_BADGE:
            return False
        self.badge = code
        self.show_result(TrialReport(True, f"A badge was scanned. Say why, then touch {self.on}."))
        return True

    def end(self) -> None:
        super().end()
        self.badge = ""
        forget_pins(self)

    def go_on(self) -> None:
        """Do it."""
        employee, values = self._employee, values_of(self) | {"badge": self.badge}
        assert employee is not None
        self.work(
            lambda: self.act.do(self.staff, employee, values),
            lambda _: self.saved.emit(employee.operator_id, self.act.done),
        )


class NewPersonForm(FormPage):
    """Somebody new."""

    title = "New employee"
    on, on_icon = "Add", "user-round-plus"
    saved = Signal(str, str)

    def __init__(self, staff: Staff, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.staff = staff
        self.add(
            ProductField(NAME, "Name on the screen", "as colleagues call them"),
            ProductField(NUMBER, "Number", "up to 8 digits"),
            role_field(tuple(Role)),
            _why("New here", "From another store", "For a short time"),
            *_PINS,
        )
        hide_pins(self)

    def open(self) -> None:
        """Begin with nothing."""
        role = self.fields[ROLE]
        assert isinstance(role, ChoiceField)
        role.ask_for(role_field(self.staff.roles))
        aside = "Without a PIN they sign on once they have a badge."
        self.fill("A new employee of this till", {ROLE: Role.ASSOCIATE.value, WHY: "New here"}, aside)
        self.fields[NAME].setFocus()

    def end(self) -> None:
        super().end()
        forget_pins(self)

    def go_on(self) -> None:
        """Put them on file."""
        values = values_of(self)
        self.work(
            lambda: self.staff.add(values[NAME], values[NUMBER], Role(values[ROLE]), _pin(values), values[WHY]),
            lambda made: self.saved.emit(
                made.operator_id, f"{values[NAME]} signs on with the number {values[NUMBER]}."
            ),
        )


def values_of(form: FormPage) -> dict[str, str]:
    """What is in the fields."""
    return {name: form.value(name) for name in form.fields}


def _pin_lines(form: FormPage) -> list[QLineEdit]:
    parts = [form.fields[name] for name in (PIN, AGAIN) if name in form.fields]
    return [part.line for part in parts if isinstance(part, Field)]


def hide_pins(form: FormPage) -> None:
    """A PIN is never shown, nor copied."""
    for line in _pin_lines(form):
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setMaxLength(PIN_DIGITS)


def forget_pins(form: FormPage) -> None:
    """Nothing of a PIN stays in a form that is left."""
    for line in _pin_lines(form):
        line.clear()
