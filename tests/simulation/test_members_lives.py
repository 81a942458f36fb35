"""Members' lives in any order: join, buy, pay with points, return, adjust, merge, leave, be erased.

A model of a few lines keeps one number per account; the service must come to the same, and its proof must be clean
after every step. Tills know members by every id that was ever theirs, as tills do that were offline for long.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from fakes.central_shop import TILL, CentralShop
from fakes.central_till import Journal, returned_line, tender
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync import contract, membership
from sync.central.errors import CentralError

ADDRESSES = ("a@example.com", "b@example.com", "c@example.com")
PLACES = st.integers(0, 10**6)


class MembersLives(RuleBasedStateMachine):
    """The service beside the model."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        self.shop = CentralShop(f"sqlite:///{Path(folder) / 'central.db'}")
        self.stack.callback(self.shop.service.close)
        self.journal = Journal(TILL)
        self.ids: list[str] = []
        self.points: dict[str, int] = {}
        self.over: set[str] = set()
        self.erased: set[str] = set()
        self.successor: dict[str, str] = {}
        self.sales: list[tuple[str, str, int]] = []
        self.counter = 0

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    # --- the model ----------------------------------------------------------------------------------------------------

    def now_of(self, member_id: str) -> str:
        while member_id in self.successor:
            member_id = self.successor[member_id]
        return member_id

    def any_id(self, place: int) -> str:
        return self.ids[place % len(self.ids)]

    def number(self) -> str:
        self.counter += 1
        return f"n{self.counter}"

    # --- what happens -------------------------------------------------------------------------------------------------

    @rule(place=PLACES)
    def join(self, place: int) -> None:
        email = ADDRESSES[place % len(ADDRESSES)]
        self.shop.pass_time(seconds=1)
        joining = contract.EnrolMember(
            event_id=self.number(), email=email, marketing_consent=False, joined_at=self.shop.clock.at.isoformat()
        )
        member = self.shop.service.enrol_member(joining).member
        assert member is not None
        if member.member_id not in self.points:
            self.ids.append(member.member_id)
            self.points[member.member_id] = 0
        assert member.member_id not in self.over

    @precondition(lambda self: self.ids)
    @rule(place=PLACES, dollars=st.integers(1, 300), used=st.integers(0, 3))
    def buy(self, place: int, dollars: int, used: int) -> None:
        named, transaction_id = self.any_id(place), self.number()
        member_id = self.now_of(named)
        paid = []
        used = min(100 * used, dollars * 100)
        if used:
            hold_id = f"hold-{transaction_id}"
            request = contract.PlaceHold(hold_id=hold_id, member_id=named, points=used, transaction_id=transaction_id)
            try:
                self.shop.service.place_hold(TILL, request)
            except CentralError:
                assert self.points[member_id] < used or member_id in self.over
                used = 0
            else:
                assert member_id not in self.over
                paid = [tender(hold_id, "points", used, points=used, reference=hold_id)]
        earned = max(dollars - used // 100, 0)
        self.journal.sale(
            transaction_id,
            price_minor=dollars * 100,
            points=earned,
            member_id=named,
            tenders=paid,
            ended_at=self.shop.clock.at.isoformat(),
        )
        self.upload()
        self.points[member_id] += earned - (used if paid else 0)
        self.sales.append((transaction_id, named, earned - (used if paid else 0)))

    @precondition(lambda self: self.sales)
    @rule(place=PLACES)
    def bring_back(self, place: int) -> None:
        transaction_id, named, changed = self.sales.pop(place % len(self.sales))
        self.journal.returned(self.number(), transaction_id, returned_line(1))
        self.upload()
        self.points[self.now_of(named)] -= changed

    @precondition(lambda self: self.ids)
    @rule(place=PLACES, points=st.integers(-500, 500).filter(bool))
    def adjust(self, place: int, points: int) -> None:
        named = self.any_id(place)
        member_id = self.now_of(named)
        try:
            request = self.shop.service.care.request_adjustment(named, points, "goodwill", "clara")
        except CentralError:
            assert member_id in self.over
            return
        self.shop.service.care.approve_adjustment(request, "ben")
        self.points[member_id] += points

    @precondition(lambda self: self.ids)
    @rule(one=PLACES, other=PLACES)
    def merge(self, one: int, other: int) -> None:
        survivor, gone = self.now_of(self.any_id(one)), self.now_of(self.any_id(other))
        try:
            kept = self.shop.service.care.merge(self.any_id(one), self.any_id(other))
        except CentralError:
            assert {survivor, gone} & self.over
            return
        assert kept == survivor
        if survivor != gone:
            self.points[survivor] += self.points.pop(gone)
            self.points[gone] = 0
            self.successor[gone] = survivor

    @precondition(lambda self: self.ids)
    @rule(place=PLACES, erased=st.booleans())
    def leave(self, place: int, erased: bool) -> None:
        named = self.any_id(place)
        if erased:
            self.shop.service.care.erase(named)
        else:
            event_id = self.number()
            self.shop.service.desk.leave(membership.LeaveProgramme(event_id=event_id, member_id=named))
        member_id = self.now_of(named)
        if member_id not in self.over or (erased and member_id not in self.erased):
            self.points[member_id] = min(self.points[member_id], 0)
        self.over.add(member_id)
        if erased:
            self.erased.add(member_id)

    @rule(minutes=st.integers(0, 10))
    def sweep(self, minutes: int) -> None:
        self.shop.pass_time(minutes=minutes)
        self.shop.service.sweep()
        for member_id in self.over:
            self.points[member_id] = min(self.points[member_id], 0)

    def upload(self) -> None:
        first = len(self.journal.entries)
        results = self.shop.upload(self.journal, first).results
        assert [one.status for one in results] == ["applied"], results

    # --- what must be true --------------------------------------------------------------------------------------------

    @invariant()
    def the_service_comes_to_the_same(self) -> None:
        if not hasattr(self, "shop"):
            return
        self.shop.assert_proven()
        for member_id, points in self.points.items():
            assert sum(one.points for one in self.shop.service.movements(member_id)) == points


TestMembersLives = MembersLives.TestCase
TestMembersLives.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
