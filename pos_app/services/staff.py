"""The people of one till: who there is, and what whoever is responsible for them may change.

Nobody changes anything about themselves here, and nobody about people whose role they could not give. Those whom the
central service keeps are changed there; a lock after wrong PINs is the till's own, and ends here.
"""

from collections.abc import Sequence

from pos_app.domain.operator import Operator, Role
from pos_app.domain.rights import Action, may_manage
from pos_app.errors import CashierError
from pos_app.ports import BADGE_PREFIX, PIN_DIGITS
from pos_app.ports.staff import Employee, StaffBook
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.visit import Visit

_SHORTEST_BADGE = 10
"""Characters, the prefix with them: what is shorter could be guessed or typed."""


class Staff:
    """Everything but begin, roles and refusal touches the disk and is not for the GUI thread."""

    def __init__(self, book: StaffBook, *, approvals: Approvals, operator: Operator) -> None:
        self._book = book
        self._operator = operator
        self._visit = Visit(approvals, operator, Action.MANAGE_PEOPLE, "Employees", "People, PINs and badges")

    def begin(self, approval: Approval | None = None) -> None:
        """Open the room. Raises ApprovalNeededError or NotAllowedError."""
        self._visit.begin(approval)

    @property
    def roles(self) -> list[Role]:
        """Those that whoever is signed on may give."""
        return [role for role in Role if may_manage(self._operator.role, role)]

    def employees(self) -> Sequence[Employee]:
        """Everybody, by name."""
        return self._book.employees()

    def refusal(self, employee: Employee) -> str:
        """Why nothing but a lock can be changed about them here; empty when everything can."""
        if employee.of_the_service:
            return "Head office keeps this person: only unlocked here."
        return self._out_of_reach(employee)

    # --- changing -----------------------------------------------------------------------------------------------------

    def add(self, name: str, number: str, role: Role, pin: tuple[str, str], reason: str) -> Employee:
        """Somebody new, with a PIN typed twice or, for now, with none. Raises CashierError."""
        by = self._visit.by
        self._check_role(role)
        _check_reason(reason)
        self._check_twice(*pin, may_be_none=True)
        taken = {one.operator_id for one in self._book.employees()}
        plain = f"staff-{number}"
        numbered = (plain, *(f"{plain}-{count}" for count in range(2, len(taken) + 3)))
        operator_id = next(one for one in numbered if one not in taken)
        self._book.add(Operator(operator_id, name, role), number, pin[0], by, reason)
        return self._found(operator_id)

    def set_role(self, employee: Employee, role: Role, reason: str) -> None:
        """Another role. Raises CashierError."""
        by = self._may_change(employee, reason)
        self._check_role(role)
        if role is employee.person.operator.role:
            raise CashierError("no_change", "That is the role they have.")
        self._book.set_role(employee, role, by, reason)

    def set_pin(self, employee: Employee, pin: tuple[str, str], reason: str) -> None:
        """Another PIN, typed twice; somebody whose work here had ended works here again. Raises CashierError."""
        by = self._may_change(employee, reason)
        self._check_twice(*pin)
        self._book.set_pin(employee, pin[0], by, reason)

    def set_badge(self, employee: Employee, code: str, reason: str) -> None:
        """Another badge, as it was scanned; the one before is worth nothing. Raises CashierError."""
        by = self._may_change(employee, reason)
        if not code:
            raise CashierError("badge_missing", "Scan the new badge first.")
        if not code.startswith(BADGE_PREFIX) or len(code) < _SHORTEST_BADGE:
            raise CashierError("badge_form", f"That is no badge: the code of a badge begins with {BADGE_PREFIX}.")
        self._book.set_badge(employee, code, by, reason)

    def unlock(self, employee: Employee, reason: str) -> None:
        """Their PIN is tried again, and PINs at this till. Raises CashierError."""
        by = self._visit.by
        _check_reason(reason)
        self._book.unlock(employee, by, reason)

    def end(self, employee: Employee, reason: str) -> None:
        """They cannot sign on any more; who they were and what they did stays on record. Raises CashierError."""
        self._book.end(employee, self._may_change(employee, reason), reason)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _may_change(self, employee: Employee, reason: str) -> str:
        """In whose name it is done. Raises CashierError."""
        by = self._visit.by
        if words := self.refusal(self._found(employee.operator_id)):
            raise CashierError("not_here", words)
        _check_reason(reason)
        return by

    def _found(self, operator_id: str) -> Employee:
        """As they are by now: head office may have changed them meanwhile."""
        found = next((one for one in self._book.employees() if one.operator_id == operator_id), None)
        if found is None:
            raise CashierError("no_operator", "This person is not on this till any more.")
        return found

    def _out_of_reach(self, employee: Employee) -> str:
        if employee.operator_id == self._operator.operator_id:
            return "This is you: somebody else changes role and badge."
        if not may_manage(self._operator.role, employee.person.operator.role):
            return f"Only a manager changes anything about a {employee.person.operator.role}."
        return ""

    def _check_role(self, role: Role) -> None:
        if not may_manage(self._operator.role, role):
            raise CashierError("role_too_high", f"Only a manager makes somebody a {role}.")

    def _check_twice(self, pin: str, again: str, *, may_be_none: bool = False) -> None:
        if may_be_none and not pin and not again:
            return
        if pin != again:
            raise CashierError("pins_differ", f"The two PINs differ. Type the same {PIN_DIGITS} digits twice.")
        self._book.check_pin(pin)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise CashierError("reason_missing", "Choose why. It stands in the journal.")
