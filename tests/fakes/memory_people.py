"""People of a shop in memory, with their PINs in clear: for tests of windows and services."""

import json
from collections.abc import Callable, Sequence

from pos_app.domain.journal import JournalEntry
from pos_app.domain.operator import Operator, Role
from pos_app.domain.pin_guard import wait_after_ms
from pos_app.ports import Person, TimeClockEntry

ASSOCIATE = Operator("associate-1", "Associate", Role.ASSOCIATE)
SECOND_ASSOCIATE = Operator("associate-2", "Second Associate", Role.ASSOCIATE)
SUPERVISOR = Operator("supervisor-1", "Supervisor", Role.SUPERVISOR)
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
TECHNICIAN = Operator("technician-1", "Technician", Role.TECHNICIAN)
PINS = {
    "101": (ASSOCIATE, "111111"),
    "102": (SECOND_ASSOCIATE, "121212"),
    "201": (SUPERVISOR, "222222"),
    "301": (MANAGER, "333333"),
    "401": (TECHNICIAN, "444444"),
}
SECRET = bytes(range(32))
BADGES = {
    "OPB-ASSOCIATE": ASSOCIATE,
    "OPB-SUPERVISOR": SUPERVISOR,
    "OPB-MANAGER": MANAGER,
    "OPB-SECOND": SECOND_ASSOCIATE,
}


class MemoryPeople:
    """The rules of the real store, without a disk; time stands still, so a wait lasts until a test ends it."""

    def __init__(self) -> None:
        self.failures = self.wrong_codes = 0

    def by_pin(self, number: str, pin: str) -> Operator | None:
        if self.pin_wait_ms():
            return None
        operator, wanted = PINS.get(number, (None, ""))
        if operator is None or pin != wanted:
            self.failures += 1
            return None
        self.failures = 0
        return operator

    def by_badge(self, code: str) -> Operator | None:
        return BADGES.get(code)

    def pin_wait_ms(self) -> int:
        return wait_after_ms(self.failures)

    def code_wait_ms(self) -> int:
        return wait_after_ms(self.wrong_codes)

    def code_tried(self, *, right: bool) -> None:
        self.wrong_codes = 0 if right else self.wrong_codes + 1

    def approval_secret(self) -> bytes:
        return SECRET

    def everybody(self) -> Sequence[Person]:
        return [
            Person(operator, number, has_pin=True, has_badge=operator in BADGES.values())
            for number, (operator, _) in PINS.items()
        ]


class MemoryTimeClock:
    """Who came and went, from a journal in memory."""

    def __init__(self, entries: Callable[[], list[JournalEntry]]) -> None:
        self._entries = entries

    def latest(self, limit: int, operator_id: str = "") -> Sequence[TimeClockEntry]:
        found = [
            TimeClockEntry(json.loads(entry.payload)["operator_id"], entry.kind == "clocked_in", entry.occurred_at)
            for entry in reversed(self._entries())
            if entry.kind in ("clocked_in", "clocked_out")
        ]
        return [entry for entry in found if operator_id in ("", entry.operator_id)][:limit]
