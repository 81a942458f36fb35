"""When people came and went. Every entry is in the journal, so none is changed afterwards."""

from collections.abc import Sequence

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.errors import CashierError
from pos_app.ports import Storage, TimeClockEntry, TimeClockRecords


class TimeClock:
    """The time clock of whoever is signed on."""

    def __init__(self, *, operator: Operator, storage: Storage, records: TimeClockRecords) -> None:
        self._operator = operator
        self._storage = storage
        self._records = records

    @property
    def is_in(self) -> bool:
        """True when whoever is signed on came and has not gone since."""
        last = self._records.latest(1, self._operator.operator_id)
        return bool(last) and last[0].came

    def clock_in(self) -> None:
        """They came. Raises CashierError when they are in already."""
        self._record(EventKind.CLOCKED_IN, comes=True)

    def clock_out(self) -> None:
        """They go. Raises CashierError when they are not in."""
        self._record(EventKind.CLOCKED_OUT, comes=False)

    def latest(self, limit: int, *, everybody: bool = False) -> Sequence[TimeClockEntry]:
        """The last entries, newest first: their own, or everybody's."""
        return self._records.latest(limit, "" if everybody else self._operator.operator_id)

    def _record(self, kind: EventKind, *, comes: bool) -> None:
        if not self._operator.operator_id:
            raise CashierError("nobody", "Sign on first.")
        if self.is_in == comes:
            known = "came already" if comes else "has not come yet, or has gone already"
            raise CashierError("time_clock", f"{self._operator.display_name} {known}.")
        with self._storage.unit_of_work() as work:
            work.append(kind, {"operator_id": self._operator.operator_id})
            work.commit()
