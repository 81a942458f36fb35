"""Movements of points: entries, lots and balances, posted together in one transaction.

The rules (rewards programme): the soonest to expire are spent first; what is spent beyond the lots is a debt,
shown as a negative balance and recovered from what is earned next; nothing is ever edited.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from sync.central import former, tables
from sync.central.database import add_to_rows, within, write_new_rows, write_rows
from sync.central.moments import NEVER

DEBT_POOL = "debt"


@dataclass(frozen=True, slots=True)
class Cause:
    """What moves points: the event and the sale behind it. Times as stored."""

    event_id: str
    occurred_at: str
    transaction_id: str = ""
    store_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LotName:
    """Which lot of a member: points of one pool that can be used to the end of one day. lot_id is known once it is."""

    pool: str
    earned_on: str
    expires_on: str
    lot_id: str = ""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A lot that has points, and its own last day of use."""

    lot_id: str
    expires_on: str


@dataclass(slots=True)
class _Lot:
    lot_id: str
    pool: str
    earned_on: str
    expires_on: str
    remaining: int
    granted_delta: int = 0
    remaining_delta: int = 0
    touched: bool = False


@dataclass(slots=True)
class _MemberState:
    points: int
    held: int
    pending: int
    points_delta: int = 0
    held_delta: int = 0
    pending_delta: int = 0
    touched: bool = False
    lots: dict[str, _Lot] = field(default_factory=dict)


def derived_id(*parts: str) -> str:
    """A key that the same event always makes again."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Posting:
    """All movements of one transaction. The members' balances stay locked until it ends."""

    def __init__(self, connection: Connection, received_at: str) -> None:
        self._connection = connection
        self._received_at = received_at
        self._members: dict[str, _MemberState] = {}
        self._survivors: dict[str, str] = {}
        self._entries: list[dict[str, Any]] = []
        self._pending: list[dict[str, Any]] = []

    def load(self, member_ids: Iterable[str]) -> None:
        """Lock and read balances and lots, in the order of member ids so that two transactions cannot cross.

        An id that was merged into another stands for that one from here on.
        """
        wanted = sorted(set(member_ids) - self._members.keys())
        if not wanted:
            return
        self._lock(wanted)
        # Read behind the locks, which whoever merges holds too.
        merged = former.survivors(self._connection, wanted)
        self._survivors |= merged
        self._lock(sorted(set(merged.values()) - self._members.keys()))

    def _lock(self, wanted: list[str]) -> None:
        if not wanted:
            return
        balance, lot = tables.balance, tables.lot
        rows = self._connection.execute(
            select(balance.c.member_id, balance.c.points, balance.c.held, balance.c.pending)
            .where(within(self._connection, balance.c.member_id, wanted))
            .order_by(balance.c.member_id)
            .with_for_update()
        )
        for row in rows:
            self._members[row.member_id] = _MemberState(row.points, row.held, row.pending)
        lots = self._connection.execute(
            select(lot)
            .where(within(self._connection, lot.c.member_id, wanted), lot.c.remaining != 0)
            .order_by(lot.c.lot_id)
        )
        for row in lots:
            self._members[row.member_id].lots[row.lot_id] = _Lot(
                row.lot_id, row.pool, row.earned_on, row.expires_on, row.remaining
            )

    def knows(self, member_id: str) -> bool:
        """True when the member was loaded, so has an account."""
        return member_id in self._members

    def survivor(self, member_id: str) -> str:
        """Who goes on for an id that was loaded: itself unless it was merged."""
        return self._survivors.get(member_id, member_id)

    def _of(self, member_id: str) -> tuple[str, _MemberState]:
        member_id = self.survivor(member_id)
        return member_id, self._members[member_id]

    def balance_points(self, member_id: str) -> int:
        """The balance with all movements so far."""
        return self._of(member_id)[1].points

    def credit(
        self,
        cause: Cause,
        member_id: str,
        kind: str,
        points: int,
        *,
        pool: str,
        earned_on: str,
        expires_on: str,
        part: str = "",
        line_number: int = 0,
        offer_id: str = "",
        own_lot: str = "",
    ) -> None:
        """Points into the member's lot of that pool and last day of use, or into a lot of their own name.

        points may be negative for a correction of points credited in the same transaction.
        """
        member_id, state = self._of(member_id)
        lot_id = derived_id("lot", member_id, pool, expires_on, *([own_lot] if own_lot else []))
        lot = state.lots.setdefault(lot_id, _Lot(lot_id, pool, earned_on, expires_on, 0))
        lot.granted_delta += points
        self._move(cause, member_id, state, lot, kind, points, part, line_number, offer_id)

    def debit(self, cause: Cause, member_id: str, kind: str, points: int, *, part: str = "") -> int:
        """Take points, the soonest to expire first. Returns what no lot had: that is recorded as a debt."""
        member_id, state = self._of(member_id)
        left = points
        for lot in sorted(state.lots.values(), key=lambda lot: (lot.expires_on, lot.pool, lot.lot_id)):
            taken = min(left, lot.remaining)
            if taken > 0:
                self._move(cause, member_id, state, lot, kind, -taken, f"{part}:{lot.lot_id}")
                left -= taken
        if left:
            self._move(cause, member_id, state, _debt(member_id, state), kind, -left, f"{part}:debt")
        return left

    def take_back(self, cause: Cause, member_id: str, own: LotName, points: int, *, line_number: int) -> int:
        """Take points that a line had earned: from its own lot first, then the soonest to expire, then as a debt.

        Returns what became a debt. points below zero go back into the line's own lot.
        """
        member_id, state = self._of(member_id)
        if points < 0:
            lot = state.lots.setdefault(own.lot_id, _Lot(own.lot_id, own.pool, own.earned_on, own.expires_on, 0))
            self._move(cause, member_id, state, lot, "return", -points, "back", line_number)
            return 0
        left = points
        for lot in sorted(state.lots.values(), key=lambda lot: (lot.lot_id != own.lot_id, lot.expires_on, lot.lot_id)):
            taken = min(left, lot.remaining)
            if taken > 0:
                self._move(cause, member_id, state, lot, "return", -taken, lot.lot_id, line_number)
                left -= taken
        if left:
            self._move(cause, member_id, state, _debt(member_id, state), "return", -left, "debt", line_number)
        return left

    def restore(self, cause: Cause, member_id: str, lot_name: LotName, points: int, *, part: str) -> None:
        """Points that had paid go back to the lot they were taken from, with its last day of use."""
        member_id, state = self._of(member_id)
        lot_id = lot_name.lot_id
        fresh = _Lot(lot_id, lot_name.pool, lot_name.earned_on, lot_name.expires_on, 0)
        lot = state.lots.setdefault(lot_id, fresh)
        self._move(cause, member_id, state, lot, "restore", points, f"{part}:{lot_id}")

    def lapsing(self, member_id: str) -> list[Lapsing]:
        """The member's lots that still have points, the soonest to expire first; a debt is none."""
        lots = sorted(self._members[member_id].lots.values(), key=lambda lot: (lot.expires_on, lot.pool, lot.lot_id))
        return [Lapsing(lot.lot_id, lot.expires_on) for lot in lots if lot.remaining > 0]

    def expire(self, cause: Cause, member_id: str, due: Lapsing, all_due: Collection[str]) -> int:
        """Take what is left of a lot whose time is over. Points that are held may come out of any lot that is due,
        so as many stay. Returns how many were taken.
        """
        state = self._members[member_id]
        lot = state.lots[due.lot_id]
        left = sum(state.lots[lot_id].remaining for lot_id in all_due)
        taken = min(lot.remaining, max(left - state.held, 0))
        if taken:
            self._move(cause, member_id, state, lot, "expire", -taken, lot.lot_id)
        return taken

    def owed_points(self, member_id: str) -> int:
        """The member's debt, zero or more."""
        member_id, state = self._of(member_id)
        debt = state.lots.get(_debt_lot_id(member_id))
        return -debt.remaining if debt else 0

    def lot_of(self, member_id: str, pool: str, earned_on: str, expires_on: str) -> LotName:
        """The member's lot of a pool and a last day of use, whether there is anything in it or not."""
        lot_id = derived_id("lot", self.survivor(member_id), pool, expires_on)
        return LotName(pool, earned_on, expires_on, lot_id)

    def debt_of(self, member_id: str) -> LotName:
        """The lot of the member's debt."""
        return LotName(DEBT_POOL, "", NEVER, _debt_lot_id(self.survivor(member_id)))

    def pend(self, cause: Cause, member_id: str, kind: str, points: int, *, line_number: int) -> None:
        """Points of goods that are still to be shipped: shown apart, no part of the balance. May be negative."""
        if not points:
            return
        member_id, state = self._of(member_id)
        self._pending.append(
            {
                "entry_id": derived_id(cause.event_id, "pending", kind, cause.transaction_id, str(line_number)),
                "event_id": cause.event_id,
                "member_id": member_id,
                "kind": kind,
                "points": points,
                "transaction_id": cause.transaction_id,
                "line_number": line_number,
                "store_id": cause.store_id,
                "occurred_at": cause.occurred_at,
                "received_at": self._received_at,
            }
        )
        state.pending_delta += points
        state.touched = True

    def recover_debt(self, cause: Cause, member_id: str) -> None:
        """Let what was earned pay what is owed; the balance stays, the lots move."""
        member_id, state = self._of(member_id)
        debt = state.lots.get(_debt_lot_id(member_id))
        if debt is None:
            return
        for lot in sorted(state.lots.values(), key=lambda lot: (lot.expires_on, lot.pool, lot.lot_id)):
            paid = min(-debt.remaining, lot.remaining)
            if paid > 0:
                self._move(cause, member_id, state, lot, "debt_recovered", -paid, f"from:{lot.lot_id}")
                self._move(cause, member_id, state, debt, "debt_recovered", paid, f"by:{lot.lot_id}")

    def move_all(self, cause: Cause, member_id: str, survivor_id: str) -> None:
        """Everything one member has goes to another: lots with pool and last day of use, a debt, pending points."""
        source, target = self._members[member_id], self._members[survivor_id]
        for lot in sorted(source.lots.values(), key=lambda lot: lot.lot_id):
            points = lot.remaining
            self._move(cause, member_id, source, lot, "merge_out", -points, lot.lot_id)
            into_id = derived_id("lot", survivor_id, lot.pool, lot.expires_on)
            into = target.lots.setdefault(into_id, _Lot(into_id, lot.pool, lot.earned_on, lot.expires_on, 0))
            into.granted_delta += max(points, 0)
            self._move(cause, survivor_id, target, into, "merge_in", points, lot.lot_id)
        self.pend(cause, member_id, "merge_out", -source.pending, line_number=0)
        self.pend(cause, survivor_id, "merge_in", source.pending, line_number=0)
        self.recover_debt(cause, survivor_id)

    def give_back_held(self, member_id: str, points: int) -> None:
        """What a hold had set aside is no longer held."""
        member_id, state = self._of(member_id)
        state.held -= points
        state.held_delta -= points
        state.touched = True

    def flush(self) -> None:
        """Write everything: entries, lots and balances, one statement each."""
        write_new_rows(self._connection, tables.ledger, self._entries)
        write_new_rows(self._connection, tables.pending_entry, self._pending)
        touched = [(member_id, state) for member_id, state in sorted(self._members.items()) if state.touched]
        write_rows(
            self._connection,
            tables.lot,
            [
                {
                    "lot_id": lot.lot_id,
                    "member_id": member_id,
                    "pool": lot.pool,
                    "earned_on": lot.earned_on,
                    "expires_on": lot.expires_on,
                    "granted": lot.granted_delta,
                    "remaining": lot.remaining_delta,
                }
                for member_id, state in touched
                for lot in state.lots.values()
                if lot.touched
            ],
            "(lot_id) DO UPDATE SET granted = lot.granted + excluded.granted, "
            "remaining = lot.remaining + excluded.remaining",
        )
        add_to_rows(
            self._connection,
            tables.balance,
            "member_id",
            [
                {
                    "member_id": member_id,
                    "points": state.points_delta,
                    "held": state.held_delta,
                    "pending": state.pending_delta,
                    "version": 1,
                }
                for member_id, state in touched
            ],
        )

    def _move(
        self,
        cause: Cause,
        member_id: str,
        state: _MemberState,
        lot: _Lot,
        kind: str,
        points: int,
        part: str,
        line_number: int = 0,
        offer_id: str = "",
    ) -> None:
        if not points:
            return
        self._entries.append(
            {
                "entry_id": derived_id(cause.event_id, kind, str(line_number), part),
                "event_id": cause.event_id,
                "member_id": member_id,
                "pool": lot.pool,
                "lot_id": lot.lot_id,
                "kind": kind,
                "points": points,
                "transaction_id": cause.transaction_id,
                "line_number": line_number,
                "offer_id": offer_id,
                "store_id": cause.store_id,
                "occurred_at": cause.occurred_at,
                "received_at": self._received_at,
                "reason": cause.reason,
            }
        )
        lot.remaining += points
        lot.remaining_delta += points
        lot.touched = True
        state.points += points
        state.points_delta += points
        state.touched = True


def _debt_lot_id(member_id: str) -> str:
    return derived_id("lot", member_id, DEBT_POOL, NEVER)


def _debt(member_id: str, state: _MemberState) -> _Lot:
    lot_id = _debt_lot_id(member_id)
    return state.lots.setdefault(lot_id, _Lot(lot_id, DEBT_POOL, "", NEVER, 0))
