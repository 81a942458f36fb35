"""Stores that lose and find their central service, with real tills in memory and a ledger that shares no code."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fakes.memory_shop import (
    OPERATOR,
    MemoryCatalogue,
    MemoryMemberCache,
    MemoryStorage,
    MemoryTerms,
    PlainFormatter,
    profile,
)

from pos_app.clock import SetClock
from pos_app.domain.journal import JournalEntry
from pos_app.domain.member import MemberAccount
from pos_app.domain.offline_redemption import OfflineAllowance, OfflinePolicy
from pos_app.domain.poslog import sale_from_plain
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.errors import CashierError, OfflineError
from pos_app.ids import SeededIds
from pos_app.services.membership import Membership
from pos_app.services.selling import Selling
from pos_app.services.tendering import Tendering
from pos_app.services.till_control import TillControl

OPENING = datetime(2026, 11, 22, 9, tzinfo=UTC)
ALLOWANCE_POINTS = 1200
POLICY = OfflinePolicy(
    allowed=True, redemption_limit_points=800, terminal_budget_points=2500, member_count_limit=3, age_limit_s=86_400
)
# The programme earns nothing here, so that what members spend is all that moves.
TERMS = ProgrammeTerms(earn_points_per_unit=0)


@dataclass
class Ledger:
    """The least a central service does: balances that may become a debt, each event once."""

    clock: SetClock
    balances: dict[str, int]
    applied: set[str] = field(default_factory=set)
    references: list[str] = field(default_factory=list)
    version: int = 0

    def look_up(self, member_id: str, store_id: str) -> MemberAccount:
        """The account with an allowance for this store, as of now."""
        balance, now = self.balances[member_id], self.clock.now()
        self.version += 1
        allowance = OfflineAllowance(
            member_id,
            store_id,
            balance,
            max(0, min(ALLOWANCE_POINTS, balance)),
            self.version,
            now,
            now + timedelta(seconds=POLICY.age_limit_s),
        )
        return MemberAccount(
            member_id, "", "m••••@example.com", balance, max(0, balance), 0, now.isoformat(), allowance=allowance
        )

    def take(self, entries: list[JournalEntry]) -> None:
        """Apply what is new."""
        for entry in entries:
            if entry.kind == "sale" and entry.event_id not in self.applied:
                self.applied.add(entry.event_id)
                sale = sale_from_plain(json.loads(entry.payload))
                assert sale.member is not None
                self.balances[sale.member.member_id] -= sale.points_used
                self.references += [tender.reference for tender in sale.tenders if tender.points]

    def spend(self, member_id: str, points: int) -> bool:
        """A redemption with the service in reach: never more than there is."""
        if self.balances[member_id] < points:
            return False
        self.balances[member_id] -= points
        return True


class Line:
    """The gateway of one till: to the ledger, or nowhere."""

    def __init__(self, ledger: Ledger, store_id: str) -> None:
        self.ledger, self.store_id = ledger, store_id
        self.online = True

    def find_member(self, email: str) -> MemberAccount | None:
        if not self.online:
            raise OfflineError("The rewards service cannot be reached.")
        member_id = email.partition("@")[0]
        return self.ledger.look_up(member_id, self.store_id) if member_id in self.ledger.balances else None


class IsolatedTill:
    """A till of one store; its clock may be off by some minutes."""

    def __init__(self, ledger: Ledger, store_id: str, workstation_id: str, clock_off: timedelta) -> None:
        self.ledger, self.profile = ledger, profile(store_id=store_id, workstation_id=workstation_id)
        self.line = Line(ledger, store_id)
        self.clock_off = clock_off
        self.clock = SetClock(ledger.clock.at + clock_off)
        terminal_id = f"{store_id}-{workstation_id}"
        self.storage = MemoryStorage(terminal_id, self.clock, SeededIds(hash_of(terminal_id)))
        self.cache = MemoryMemberCache()
        self.terms = MemoryTerms(TERMS, POLICY)
        TillControl(storage=self.storage, clock=self.clock, operator=OPERATOR).open_day_if_closed(0)
        self.spent: list[tuple[str, datetime, str, int]] = []
        """What was spent offline here: member, when the allowance was issued, reference, points."""
        self.restart()

    def restart(self) -> None:
        """New services over what is on disk."""
        parts = {"storage": self.storage, "terms": self.terms, "clock": self.clock, "ids": self.storage.ids}
        self.selling = Selling(catalogue=MemoryCatalogue(), profile=self.profile, operator=OPERATOR, **parts)
        self.tendering = Tendering(self.selling, formatter=PlainFormatter(), **parts)
        self.membership = Membership(self.line, cache=self.cache, profile=self.profile, operator=OPERATOR, **parts)
        self.selling.restore()

    def follow(self) -> None:
        """Time goes on for everybody."""
        self.clock.at = self.ledger.clock.at + self.clock_off

    def look_up(self, member_id: str) -> MemberAccount | None:
        """What this till knows of a member now."""
        try:
            found = self.membership.find(f"{member_id}@example.com")
        except OfflineError:
            return None
        return found.account if found else None

    def spend_offline(self, account: MemberAccount, points: int) -> str:
        """A sale that uses points here without asking anybody; the refusal comes back, or nothing."""
        self.selling.add_item("12")
        self.selling.attach_member(account)
        try:
            hold = self.membership.hold_offline(account, points)
        except CashierError as refused:
            self.selling.cancel("no points")
            return refused.message
        self.tendering.add_points(hold)
        assert self.tendering.add_cash(self.tendering.cash_due_minor).completed is not None
        assert account.allowance is not None
        self.spent.append((account.member_id, account.allowance.issued_at, hold.hold_id, points))
        return ""

    def upload(self, *, answer_lost: bool = False) -> None:
        """Send what is unsent; a lost answer leaves it unsent here."""
        self.ledger.take(self.storage.pending())
        if not answer_lost:
            self.storage.acknowledge(len(self.storage.state.entries))

    def unsettled_points(self) -> int:
        return self.storage.offline_spending("nobody", self.clock.now()).terminal_points


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()) % 2**31


class Country:
    """Stores with tills, members, and what must hold whatever happens."""

    def __init__(self, stores: int, tills: int, opening: dict[str, int], clocks_off_minutes: list[int]) -> None:
        self.clock = SetClock(OPENING)
        self.ledger = Ledger(self.clock, dict(opening))
        self.opening = dict(opening)
        self.tills = [
            IsolatedTill(
                self.ledger,
                f"{store:03d}",
                f"{till:02d}",
                timedelta(minutes=clocks_off_minutes[(store * tills + till) % len(clocks_off_minutes)]),
            )
            for store in range(stores)
            for till in range(tills)
        ]
        self.spent_online = dict.fromkeys(opening, 0)

    def pass_time(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)
        for till in self.tills:
            till.follow()

    def check_limits(self) -> None:
        """At every moment: no till above its budget, no allowance above what it says."""
        for till in self.tills:
            assert till.unsettled_points() <= POLICY.terminal_budget_points
            by_allowance: dict[tuple[str, datetime], int] = {}
            for member_id, issued_at, _, points in till.spent:
                key = (member_id, issued_at)
                by_allowance[key] = by_allowance.get(key, 0) + points
            assert all(points <= ALLOWANCE_POINTS for points in by_allowance.values())

    def heal_and_check(self) -> int:
        """Everybody comes back: each redemption is there once, debts are bounded. What is owed in all comes back."""
        for till in self.tills:
            till.line.online = True
            till.upload()
            till.upload()
        taken = [reference for till in self.tills for _, _, reference, _ in till.spent]
        assert sorted(self.ledger.references) == sorted(taken), "each once, none lost"
        for member_id, balance in self.ledger.balances.items():
            offline = [(till, points) for till in self.tills for m, _, _, points in till.spent if m == member_id]
            spent = self.spent_online[member_id] + sum(points for _, points in offline)
            assert balance == self.opening[member_id] - spent
            # What the balance had covers one of them, unless it was spent with the service in reach.
            where = len({id(till) for till, _ in offline}) - (0 if self.spent_online[member_id] else 1)
            assert -balance <= ALLOWANCE_POINTS * max(0, where), "an allowance for each till that gave points out"
        return sum(-balance for balance in self.ledger.balances.values() if balance < 0)


def with_allowance(account: MemberAccount, **changes: object) -> MemberAccount:
    """The account with another allowance than the service gave."""
    assert account.allowance is not None
    return replace(account, allowance=replace(account.allowance, **changes))
