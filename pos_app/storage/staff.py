"""The operators of a till for the room where they are managed: who there is, and every change with who and why."""

from collections.abc import Sequence

from pos_app.domain.operator import Operator, Role
from pos_app.pin_proof import new_proof
from pos_app.ports import Person
from pos_app.ports.staff import Employee
from pos_app.storage.database import Database
from pos_app.storage.operator_register import CENTRAL, OperatorRegister, check_pin
from pos_app.storage.people import SqlitePeople
from pos_app.storage.unit_of_work import SqliteStorage

_ALL = """
    SELECT operator_id, display_name, role, number, pin_check IS NOT NULL, badge_check IS NOT NULL, origin, ended_at
    FROM operator ORDER BY display_name, number
"""


class SqliteStaffBook:
    """See ports.staff.StaffBook."""

    def __init__(self, database: Database, storage: SqliteStorage, people: SqlitePeople) -> None:
        self._database = database
        self._people = people
        self._register = OperatorRegister(database, storage)

    def employees(self) -> Sequence[Employee]:
        """See StaffBook."""
        return [
            Employee(
                Person(Operator(operator_id, name, Role(role)), number, bool(has_pin), bool(has_badge)),
                origin == CENTRAL,
                ended_at is not None,
                self._people.wait_ms_of(operator_id),
            )
            for operator_id, name, role, number, has_pin, has_badge, origin, ended_at in self._database.all(_ALL)
        ]

    def check_pin(self, pin: str) -> None:
        """See StaffBook."""
        check_pin(pin)

    def add(self, operator: Operator, number: str, pin: str, by: str, reason: str) -> None:
        """See StaffBook."""
        self._register.add(operator, number, pin, changed_by=by, reason=reason)

    def set_role(self, employee: Employee, role: Role, by: str, reason: str) -> None:
        """See StaffBook."""
        self._register.set_role(employee.operator_id, role, by, reason)

    def set_pin(self, employee: Employee, pin: str, by: str, reason: str) -> None:
        """See StaffBook."""
        check_pin(pin)
        self._register.keep_pin(employee.operator_id, new_proof(pin), by, reason)

    def set_badge(self, employee: Employee, code: str, by: str, reason: str) -> None:
        """See StaffBook."""
        self._register.set_badge(employee.person.number, code, by, reason)

    def unlock(self, employee: Employee, by: str, reason: str) -> None:
        """See StaffBook."""
        self._register.forget_tries(employee.operator_id, by, reason)

    def end(self, employee: Employee, by: str, reason: str) -> None:
        """See StaffBook."""
        self._register.remove(employee.person.number, by, reason)
