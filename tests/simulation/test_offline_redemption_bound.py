"""Points used without the central service: many stores, tills and members, cut off and healed in any order.

Whatever happens, the members' debt stays within the policy: an allowance for each till that gave points out to a
member, and no till above its budget; every redemption arrives once.
"""

import random

import pytest
from fakes.isolated_stores import ALLOWANCE_POINTS, POLICY, Country, with_allowance
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

MEMBERS = ["ann", "bob", "cy"]
members = st.sampled_from(MEMBERS)
numbers = st.integers(0, 99)


class IsolatedStoresMachine(RuleBasedStateMachine):
    """Associates, members and a network that does what it likes."""

    @initialize(
        stores=st.integers(1, 3),
        tills=st.integers(1, 2),
        opening=st.lists(st.integers(0, 30).map(lambda n: n * 100), min_size=3, max_size=3),
        off=st.lists(st.integers(-5, 5), min_size=1, max_size=6),
    )
    def a_country(self, stores: int, tills: int, opening: list[int], off: list[int]) -> None:
        self.country = Country(stores, tills, dict(zip(MEMBERS, opening, strict=True)), off)

    def till(self, number: int):
        return self.country.tills[number % len(self.country.tills)]

    @rule(number=numbers, member_id=members)
    def a_member_is_looked_up(self, number: int, member_id: str) -> None:
        self.till(number).look_up(member_id)

    @rule(number=numbers, member_id=members, steps=st.integers(1, 9))
    def points_are_used_offline(self, number: int, member_id: str, steps: int) -> None:
        till = self.till(number)
        account = till.look_up(member_id)
        if account is not None:
            till.spend_offline(account, steps * 100)

    @rule(member_id=members, steps=st.integers(1, 9))
    def points_are_used_online(self, member_id: str, steps: int) -> None:
        if self.country.ledger.spend(member_id, steps * 100):
            self.country.spent_online[member_id] += steps * 100

    @rule(number=numbers)
    def a_till_is_cut_off(self, number: int) -> None:
        self.till(number).line.online = False

    @rule()
    def everybody_is_cut_off_after_a_look_up(self) -> None:
        for till in self.country.tills:
            for member_id in MEMBERS:
                till.look_up(member_id)
            till.line.online = False

    @rule(number=numbers)
    def a_till_comes_back(self, number: int) -> None:
        self.till(number).line.online = True

    @rule(number=numbers)
    def a_till_uploads(self, number: int) -> None:
        self.till(number).upload()

    @rule(number=numbers)
    def an_upload_loses_its_answer(self, number: int) -> None:
        self.till(number).upload(answer_lost=True)

    @rule(number=numbers)
    def a_till_is_restarted(self, number: int) -> None:
        self.till(number).restart()

    @rule(minutes=st.sampled_from([1, 4, 6, 60, 1000]))
    def time_passes(self, minutes: int) -> None:
        self.country.pass_time(minutes)

    @invariant()
    def no_limit_is_passed(self) -> None:
        if hasattr(self, "country"):
            self.country.check_limits()

    def teardown(self) -> None:
        if hasattr(self, "country"):
            self.country.heal_and_check()


IsolatedStoresMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestIsolatedStores = IsolatedStoresMachine.TestCase


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_stores_cut_off_all_day_never_owe_more_than_the_policy_allows(seed: int) -> None:
    chance = random.Random(seed)
    opening = {f"m{number}": chance.randrange(0, 40) * 100 for number in range(40)}
    country = Country(8, 3, opening, [chance.randint(-5, 5) for _ in range(24)])
    names = list(opening)
    worst = 0
    for _ in range(3):
        for till in country.tills:
            for member_id in chance.sample(names, 12):
                till.look_up(member_id)
            till.line.online = False
        for _ in range(300):
            till, member_id = chance.choice(country.tills), chance.choice(names)
            account = till.look_up(member_id)
            if account is not None and chance.random() < 0.8:
                till.spend_offline(account, chance.randint(1, 9) * 100)
            elif chance.random() < 0.5 and country.ledger.spend(member_id, 100):
                country.spent_online[member_id] += 100
            if chance.random() < 0.1:
                till.line.online = chance.random() < 0.5
                till.upload(answer_lost=chance.random() < 0.5)
            if chance.random() < 0.05:
                country.pass_time(chance.randint(1, 30))
            country.check_limits()
        worst = max(worst, country.heal_and_check())
        country.pass_time(10)
    assert 0 < worst <= POLICY.terminal_budget_points * len(country.tills)


def test_the_worst_a_member_can_do_is_an_allowance_at_each_store() -> None:
    country = Country(5, 1, {"ann": ALLOWANCE_POINTS}, [0])
    for till in country.tills:
        assert till.look_up("ann") is not None
        till.line.online = False
    for till in country.tills:
        account = till.look_up("ann")
        assert account is not None
        while not till.spend_offline(account, 100):
            pass
    assert country.heal_and_check() <= 4 * ALLOWANCE_POINTS
    for till in country.tills:
        account = till.look_up("ann")
        assert account is not None
        assert "limit" in till.spend_offline(account, 100) or account.available_points == 0


def test_a_store_spends_no_more_than_its_budget_however_many_members_come() -> None:
    country = Country(1, 1, {f"m{number}": 3000 for number in range(20)}, [0])
    (till,) = country.tills
    for member_id in country.opening:
        till.look_up(member_id)
    till.line.online = False
    refusals = [till.spend_offline(till.look_up(member_id), 800) for member_id in country.opening]
    assert refusals[:3] == ["", "", ""]
    assert set(refusals[3:]) == {"At most 100 points can be used offline."}
    assert till.unsettled_points() == 2400
    till.upload()
    assert till.unsettled_points() == 0
    country.heal_and_check()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"store_id": "999"}, "another store"), ({"balance_points": 50}, "limit"), ({"allowance_points": 0}, "limit")],
)
def test_an_allowance_of_another_place_or_without_points_is_refused(change: dict, sentence: str) -> None:
    country = Country(1, 1, {"ann": 1000}, [0])
    (till,) = country.tills
    account = till.look_up("ann")
    assert account is not None
    assert sentence in till.spend_offline(with_allowance(account, **change), 100)
    country.heal_and_check()


def test_yesterdays_allowance_is_refused() -> None:
    country = Country(1, 1, {"ann": 1000}, [0])
    (till,) = country.tills
    till.look_up("ann")
    till.line.online = False
    country.pass_time(24 * 60 + 1)
    account = till.look_up("ann")
    assert account is not None
    assert "too old" in till.spend_offline(account, 100)
    country.heal_and_check()
