"""The people of a till as whoever is responsible for them sees and changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.operator import Operator, Role
from pos_app.ports.people import Person


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who works here, or did. of_the_service: the central service keeps them, and the till only knows them.

    wait_ms is how long no PIN of theirs is tried after wrong ones.
    """

    person: Person
    of_the_service: bool = False
    ended: bool = False
    wait_ms: int = 0

    @property
    def operator_id(self) -> str:
        """Their name in the journal."""
        return self.person.operator.operator_id


class StaffBook(Protocol):
    """The operators of one till. Calls touch the disk, and PINs take a part of a second: not for the GUI thread.

    by and reason go into the journal with every change; no PIN or badge ever does.
    """

    def employees(self) -> Sequence[Employee]:
        """Everybody, by name; those whose work here has ended too."""

    def check_pin(self, pin: str) -> None:
        """Raises CashierError for a PIN that is too easy to guess, or none at all."""

    def add(self, operator: Operator, number: str, pin: str, by: str, reason: str) -> None:
        """Somebody new; without a PIN they need a badge. Raises CashierError."""

    def set_role(self, employee: Employee, role: Role, by: str, reason: str) -> None:
        """Another role."""

    def set_pin(self, employee: Employee, pin: str, by: str, reason: str) -> None:
        """Another PIN; wrong tries are forgotten, and somebody who had ended works here again."""

    def set_badge(self, employee: Employee, code: str, by: str, reason: str) -> None:
        """Another badge; the one before is worth nothing. Raises CashierError."""

    def unlock(self, employee: Employee, by: str, reason: str) -> None:
        """Wrong tries are forgotten, theirs and the till's."""

    def end(self, employee: Employee, by: str, reason: str) -> None:
        """They cannot sign on any more; they stay on record."""
