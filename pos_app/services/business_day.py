"""The store's business day: begun when somebody opens the till, ended by the Z, never at midnight by itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pos_app.domain.cash_count import CountedPieces, counted_minor, pieces_to_count, with_counts
from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Clock, Storage, TillRecords
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.till_control import TillControl


@dataclass(frozen=True, slots=True)
class DayOpened:
    """float_minor was counted; left_minor is what the last closing left in the drawer, None when there was none."""

    business_day: str
    float_minor: int
    left_minor: int | None

    @property
    def difference_minor(self) -> int:
        """How much more than was left is there; below zero: less."""
        return self.float_minor - self.left_minor if self.left_minor is not None else 0


class BusinessDay:
    """Opens the day, and says which one is open. Opening raises CashierError and ApprovalNeededError."""

    def __init__(
        self,
        till_control: TillControl,
        approvals: Approvals,
        *,
        storage: Storage,
        records: TillRecords,
        clock: Clock,
        operator: Operator,
        profile: StoreProfile,
    ) -> None:
        self._till_control = till_control
        self._approvals = approvals
        self._storage = storage
        self._records = records
        self._clock = clock
        self._operator = operator
        self._profile = profile

    @property
    def is_open(self) -> bool:
        """True while the till sells."""
        return bool(self._storage.business_day())

    @property
    def any_till_is_open(self) -> bool:
        """True while the day goes on at this workstation, perhaps with another till."""
        return bool(self._storage.open_tills())

    @property
    def is_closing(self) -> bool:
        """True from the stop of sales until the till is closed or sells again."""
        return self._storage.till_is_closing()

    def is_overdue(self) -> bool:
        """True when the open business day is an earlier one than today's: nobody closed it."""
        day = self._storage.business_day()
        return bool(day) and date.fromisoformat(day) < self._clock.now().date()

    def rows(self) -> tuple[CountedPieces, ...]:
        """What the drawer is counted by, with what was counted of it so far."""
        rows = pieces_to_count(self._profile.cash_denominations_minor, self._profile.till.rolls)
        return with_counts(rows, self._records.opening_count())

    def keep_count(self, count: Sequence[CountedPieces]) -> None:
        """Keep what was counted so far: a power cut loses none of it."""
        with self._storage.unit_of_work() as work:
            work.keep_opening_count(count)
            work.commit()

    def opens_by_itself(self) -> bool:
        """True where nobody counts, and today has not been closed already: then it takes a person to open it again."""
        if self._profile.till.counts_opening or self.is_open or self.is_closing:
            return False
        closed = self._records.z_reports(1, self._storage.current_till().till_id)
        return not closed or closed[0].business_day < self._clock.now().date().isoformat()

    def open_by_itself(self) -> None:
        """Open today with the store's float, uncounted, in the name of whoever signed on."""
        self._till_control.open_day_if_closed(self._profile.till.float_minor)

    def open(self, count: Sequence[CountedPieces], approval: Approval | None = None) -> DayOpened:
        """Open today with what was counted in the drawer."""
        if self.is_open or self.is_closing:
            raise CashierError("day_open", "The business day is open already.")
        float_minor = counted_minor(count)
        self._approvals.require(Action.OPEN_DAY, amount_minor=float_minor, reason="Opening the day", approval=approval)
        left_minor = self._left_minor()
        details: dict[str, object] = {"counted": [list(one) for one in count if one.number]}
        if left_minor is not None:
            details["left_minor"] = left_minor
        if approval is not None:
            details["approver_id"] = approval.approver_id
        self._till_control.open_day(float_minor, details)
        return DayOpened(self._storage.business_day(), float_minor, left_minor)

    def _left_minor(self) -> int | None:
        closed = self._records.z_reports(1, self._storage.current_till().till_id)
        return int(json.loads(closed[0].payload)["float_minor"]) if closed else None
