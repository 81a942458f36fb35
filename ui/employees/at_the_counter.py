"""Employees at the window. Imported with it; what it shows is imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pos_app.ports import BADGE_PREFIX
from ui.sale.room_at_the_counter import RoomAtTheCounter

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.staff import Staff
    from ui.employees.room import EmployeesRoom
    from ui.widgets.list_panel import ListRow


class EmployeesAtTheCounter(RoomAtTheCounter):
    """The room of one window."""

    @cached_property
    def staff(self) -> Staff:
        """What the room works on; made when it is opened for the first time."""
        make = self._window.services.staff
        assert make is not None
        return make()

    def make(self) -> EmployeesRoom:
        """See RoomAtTheCounter."""
        from ui.employees.room import EmployeesRoom

        return EmployeesRoom(self.staff, self._window.background, self.place_words, self._window)

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.staff is None:
            return []
        from ui.widgets.list_panel import ListRow

        return [ListRow("Employees", "Who works here: roles, PINs, badges", self.open, "users")]

    def ask(self, approval: Approval | None) -> None:
        """See RoomAtTheCounter."""
        self.staff.begin(approval)

    def take_badge(self, code: str) -> bool:
        """True for a badge that is being given to somebody: it signs nobody on."""
        if not code.startswith(BADGE_PREFIX) or not self.covering or self._window.people.covering:
            return False
        return self.room.page.take_scan(code)
