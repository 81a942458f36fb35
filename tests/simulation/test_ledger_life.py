"""A member's life at three tills, delivered in any order, in any pieces, and again: always the same balances."""

import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_shop import CentralShop
from fakes.ledger_life import TERMINALS, WELCOME_POINTS, Life
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync import contract
from sync.central.uploads import Upload, upload_of

EMAILS = ("a@example.com", "b@example.com", "c@example.com", "d@example.com")
AFTER_THE_YEAR = datetime.fromisoformat("2015-04-01T00:00:00-07:00")
LINES = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 3), st.booleans()), min_size=1, max_size=3)


def open_shop(url: str) -> CentralShop:
    shop = CentralShop(url)
    offer = contract.EnrolmentOfferMessage(
        offer_id="welcome",
        points=WELCOME_POINTS,
        cap=1_000,
        starts_at="2014-09-21T00:00:00-07:00",
        ends_at="2014-12-31T23:59:59-08:00",
    )
    shop.service.load_terms(
        contract.Terms(terms_id="programme", version=2, effective_from="2014-01-02T00:00:00Z", enrolment_offers=[offer])
    )
    return shop


def begin_life(shop: CentralShop, points: int) -> Life:
    """One who is a member already, with points, and three who are not yet."""
    email = EMAILS[0]
    return Life(members={email: shop.member(email, points)}, opening={email: points})


def shown(shop: CentralShop, life: Life) -> dict[str, tuple[int, int]]:
    balances = {email: shop.balance(email) for email in life.books()}
    return {email: (one.balance_points, one.pending_points) for email, one in balances.items()}


def assert_the_year_ends(shop: CentralShop, life: Life) -> None:
    """After the last day only debts are left, and what is pending stays so."""
    shop.clock.at = AFTER_THE_YEAR
    shop.service.expire()
    assert shop.service.expire().points == 0
    assert shown(shop, life) == {email: (min(points, 0), waiting) for email, (points, waiting) in life.books().items()}
    shop.assert_proven()


class LifeMachine(RuleBasedStateMachine):
    """Everything that tills and the service can do with points; at each moment all figures can be proven."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.shop = open_shop(f"sqlite:///{folder / 'central.db'}")
        self.stack.callback(self.shop.service.close)
        self.life = Life()

    @initialize(points=st.integers(0, 3_000))
    def somebody_is_a_member_already(self, points: int) -> None:
        self.life = begin_life(self.shop, points)

    @rule(terminal_id=st.sampled_from(TERMINALS), email=st.sampled_from(EMAILS[1:]))
    def somebody_joins(self, terminal_id: str, email: str) -> None:
        self.life.join(terminal_id, email)

    @rule(terminal_id=st.sampled_from(TERMINALS), email=st.sampled_from(EMAILS), lines=LINES, offline=st.booleans())
    def somebody_buys(self, terminal_id: str, email: str, lines: list[tuple[int, int, bool]], offline: bool) -> None:
        self.life.buy(terminal_id, email, lines, offline=offline)

    @rule(
        terminal_id=st.sampled_from(TERMINALS),
        which=st.integers(0, 50),
        number=st.integers(1, 3),
        pieces=st.integers(1, 3),
        paper=st.booleans(),
    )
    def goods_come_back(self, terminal_id: str, which: int, number: int, pieces: int, paper: bool) -> None:
        if self.life.sales:
            sale = self.life.sales[which % len(self.life.sales)]
            self.life.bring_back(terminal_id, sale, number, pieces, paper=paper)

    @rule(terminal_id=st.sampled_from(TERMINALS), which=st.integers(0, 50))
    def a_sale_is_voided(self, terminal_id: str, which: int) -> None:
        if self.life.sales:
            self.life.void(terminal_id, self.life.sales[which % len(self.life.sales)])

    @rule(
        terminal_id=st.sampled_from(TERMINALS),
        which=st.integers(0, 50),
        number=st.integers(1, 3),
        cancelled=st.booleans(),
    )
    def goods_are_shipped_or_never(self, terminal_id: str, which: int, number: int, cancelled: bool) -> None:
        if self.life.sales:
            sale = self.life.sales[which % len(self.life.sales)]
            self.life.ship(terminal_id, sale, number, cancelled=cancelled)

    @rule(terminal_id=st.sampled_from(TERMINALS), first=st.integers(1, 15), count=st.integers(1, 8))
    def a_piece_is_uploaded(self, terminal_id: str, first: int, count: int) -> None:
        journal = self.life.journals[terminal_id]
        if first <= len(journal.entries):
            result = self.shop.upload(journal, first, first + count - 1)
            assert all(one.status in ("applied", "duplicate") for one in result.results)

    @rule(minutes=st.integers(1, 6))
    def time_passes(self, minutes: int) -> None:
        self.shop.pass_time(minutes=minutes)
        self.shop.service.sweep()

    @invariant()
    def everything_can_be_proven(self) -> None:
        self.shop.assert_proven()

    def teardown(self) -> None:
        for journal in self.life.journals.values():
            if journal.entries:
                self.shop.upload(journal)
        self.shop.service.sweep()
        assert shown(self.shop, self.life) == self.life.books()
        assert_the_year_ends(self.shop, self.life)
        self.stack.close()


LifeMachine.TestCase.settings = settings(max_examples=10, stateful_step_count=30, deadline=None)
test_a_life_under_anything = LifeMachine.TestCase


@pytest.fixture(scope="session")
def new_url(request: pytest.FixtureRequest) -> Callable[[str, Path], str]:
    def make(engine: str, folder: Path) -> str:
        if engine == "sqlite":
            return f"sqlite:///{folder / 'central.db'}"
        return new_postgresql_database(request.getfixturevalue("postgresql_url"))

    return make


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), events=st.integers(10, 60))
def test_any_schedule_of_a_life_ends_in_the_same_books(
    new_url: Callable[[str, Path], str], engine: str, seed: int, events: int
) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        shop = open_shop(new_url(engine, Path(folder)))
        life = begin_life(shop, 2_000)
        for _ in range(events):
            live_a_little(life, chance)
        deliver(shop, life, chance)
        shop.service.sweep()
        assert shown(shop, life) == life.books()
        shop.assert_proven()
        assert_the_year_ends(shop, life)
        shop.service.close()


def live_a_little(life: Life, chance: random.Random) -> None:
    terminal_id, dice = chance.choice(TERMINALS), chance.random()
    if dice < 0.15:
        life.join(terminal_id, chance.choice(EMAILS[1:]))
    elif dice < 0.5 or not life.sales:
        lines = [
            (chance.randint(1, 40), chance.randint(1, 3), chance.random() < 0.4) for _ in range(chance.randint(1, 3))
        ]
        life.buy(terminal_id, chance.choice(EMAILS), lines, offline=chance.random() < 0.3)
    elif dice < 0.75:
        sale = chance.choice(life.sales)
        life.bring_back(terminal_id, sale, chance.randint(1, 3), chance.randint(1, 3), paper=chance.random() < 0.3)
    elif dice < 0.8:
        life.void(terminal_id, chance.choice(life.sales))
    else:
        life.ship(terminal_id, chance.choice(life.sales), chance.randint(1, 3), cancelled=chance.random() < 0.3)


def deliver(shop: CentralShop, life: Life, chance: random.Random) -> None:
    """Pieces are cut, repeated, mixed between tills and grouped into commits at random, until all is acknowledged."""
    missing = {name: len(journal.entries) for name, journal in life.journals.items()}
    while any(missing.values()):
        group: list[Upload] = []
        for _ in range(chance.randint(1, 5)):
            terminal = shop.service.find_terminal(chance.choice(TERMINALS))
            assert terminal is not None
            journal = life.journals[terminal.terminal_id]
            first = chance.randint(1, max(len(journal.entries), 1))
            group.append(upload_of(terminal, journal.batch(first, first + chance.randint(0, 12))))
        for upload, result in zip(group, shop.service.ingest(group), strict=True):
            name = upload.terminal.terminal_id
            missing[name] = len(life.journals[name].entries) - result.acknowledged
