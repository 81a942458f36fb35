"""The ledger under all that a network can do to uploads: any order, repetition and grouping, the same balances."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_shop import OPENING, OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, tender
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync import contract
from sync.central.errors import CentralError
from sync.central.uploads import Upload, upload_of

TERMINALS = (TILL, SAME_STORE_TILL, OTHER_STORE_TILL)
EMAILS = ("a@example.com", "b@example.com", "c@example.com")
PRICES_MINOR = (99, 100, 4_999, 26_500)


@dataclass(frozen=True)
class Sold:
    """What the customer's receipt says."""

    email: str
    ended_at: datetime
    earned: int
    payer: str = ""
    used: int = 0


class Shopping:
    """Three tills that sell and enrol; what they did, and what the balances must come to."""

    def __init__(self) -> None:
        self.journals = {terminal_id: Journal(terminal_id) for terminal_id in TERMINALS}
        self.now = OPENING
        self.sold: list[Sold] = []
        self.joined: dict[str, datetime] = {}
        self.counter = 0

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def join(self, terminal_id: str, email: str) -> None:
        at = self.tick()
        self.counter += 1
        self.journals[terminal_id].joined(email, f"c{self.counter}", at.isoformat())
        self.joined[email] = min(at, self.joined.get(email, at))

    def sell(self, terminal_id: str, email: str, price_minor: int, hold: contract.Hold | None, payer: str) -> None:
        at = self.tick()
        self.counter += 1
        journal = self.journals[terminal_id]
        contact_id = f"c{self.counter}"
        journal.contacts[contact_id] = email
        used = min(hold.points, price_minor // 100 * 100) if hold else 0
        paid = (
            [tender(f"p{self.counter}", "points", used, points=used, reference=hold.hold_id)] if hold and used else []
        )
        earned = (price_minor - used) // 100
        journal.sale(
            f"sale-{self.counter}",
            price_minor=price_minor,
            points=earned,
            contact_id=contact_id,
            tenders=paid,
            ended_at=at.isoformat(),
            store_id=terminal_id[:3],
        )
        self.sold.append(Sold(email, at, earned, payer if used else "", used))

    def balances(self, opening: dict[str, int]) -> dict[str, int]:
        """Opening balance, plus what was earned since joining, less what was used."""
        expected = dict(opening)
        for sold in self.sold:
            if sold.email in self.joined and self.joined[sold.email] <= sold.ended_at:
                expected[sold.email] = expected.get(sold.email, 0) + sold.earned
            if sold.used:
                expected[sold.payer] -= sold.used
        return {email: points for email, points in expected.items() if email in self.joined}


def balances_of(shop: CentralShop, emails: Iterator[str]) -> dict[str, int]:
    return {email: shop.points(email) for email in emails}


class LedgerMachine(RuleBasedStateMachine):
    """Tills sell, enrol, hold points, upload pieces in any order and again; time passes; the books always balance."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.shop = CentralShop(f"sqlite:///{folder / 'central.db'}")
        self.stack.callback(self.shop.service.close)
        self.shopping = Shopping()
        self.opening: dict[str, int] = {}
        self.holds: list[contract.Hold] = []
        self.hold_count = 0

    @initialize(points=st.integers(0, 1_000))
    def somebody_is_a_member_already(self, points: int) -> None:
        self.member_id = self.shop.member(EMAILS[0], points)
        self.opening[EMAILS[0]] = points
        self.shopping.joined[EMAILS[0]] = OPENING - timedelta(days=30)

    @rule(terminal_id=st.sampled_from(TERMINALS), email=st.sampled_from(EMAILS))
    def somebody_joins(self, terminal_id: str, email: str) -> None:
        self.shopping.join(terminal_id, email)

    @rule(
        terminal_id=st.sampled_from(TERMINALS),
        email=st.sampled_from(EMAILS),
        price_minor=st.sampled_from(PRICES_MINOR),
        pays=st.booleans(),
    )
    def somebody_buys(self, terminal_id: str, email: str, price_minor: int, pays: bool) -> None:
        hold = self.holds.pop() if pays and self.holds else None
        self.shopping.sell(terminal_id, email, price_minor, hold, EMAILS[0])

    @rule(terminal_id=st.sampled_from(TERMINALS), points=st.sampled_from((100, 300)))
    def points_are_set_aside(self, terminal_id: str, points: int) -> None:
        self.hold_count += 1
        hold_id = f"h{self.hold_count}"
        if self.shop.balance(EMAILS[0]).available_points >= points:
            self.holds.append(self.shop.hold(hold_id, self.member_id, points, terminal_id))
        else:
            with pytest.raises(CentralError, match="points are available"):
                self.shop.hold(hold_id, self.member_id, points, terminal_id)

    @rule(index=st.integers(0, 5), terminal_id=st.sampled_from(TERMINALS))
    def a_hold_is_released(self, index: int, terminal_id: str) -> None:
        if index < len(self.holds):
            self.shop.service.release_hold(terminal_id, self.holds[index].hold_id)

    @rule(minutes=st.integers(1, 6))
    def time_passes(self, minutes: int) -> None:
        self.shop.pass_time(minutes=minutes)
        self.shop.service.sweep()

    @rule(terminal_id=st.sampled_from(TERMINALS), first=st.integers(1, 12), count=st.integers(1, 6))
    def a_piece_is_uploaded(self, terminal_id: str, first: int, count: int) -> None:
        """Old pieces again, pieces beyond a gap, answers that get lost: all the same to the service."""
        journal = self.shopping.journals[terminal_id]
        if first > len(journal.entries):
            return
        result = self.shop.upload(journal, first, first + count - 1)
        assert result.acknowledged <= len(journal.entries)
        assert all(one.status in ("applied", "duplicate") for one in result.results)

    @invariant()
    def the_books_balance(self) -> None:
        self.shop.assert_proven()

    def teardown(self) -> None:
        for journal in self.shopping.journals.values():
            if journal.entries:
                self.shop.upload(journal)
        self.shop.pass_time(minutes=10)
        self.shop.service.sweep()
        self.shop.assert_proven()
        if self.opening:
            expected = self.shopping.balances(self.opening)
            assert balances_of(self.shop, iter(expected)) == expected
            assert self.shop.balance(EMAILS[0]).available_points == max(0, expected[EMAILS[0]])
        self.stack.close()


LedgerMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
test_the_ledger_under_anything = LedgerMachine.TestCase


@pytest.fixture(scope="session")
def new_database(request: pytest.FixtureRequest) -> Callable[[str, Path], str]:
    def make(engine: str, folder: Path) -> str:
        if engine == "sqlite":
            return f"sqlite:///{folder / 'central.db'}"
        return new_postgresql_database(request.getfixturevalue("postgresql_url"))

    return make


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), events=st.integers(5, 40))
def test_any_schedule_of_deliveries_ends_in_the_same_balances(
    new_database: Callable[[str, Path], str], engine: str, seed: int, events: int
) -> None:
    """Pieces are cut, repeated, mixed between tills and grouped into commits at random, until all is acknowledged."""
    chance = random.Random(seed)
    shopping = Shopping()
    for _ in range(events):
        terminal_id, email = chance.choice(TERMINALS), chance.choice(EMAILS)
        if chance.random() < 0.2:
            shopping.join(terminal_id, email)
        else:
            shopping.sell(terminal_id, email, chance.choice(PRICES_MINOR), None, "")
    with tempfile.TemporaryDirectory() as folder:
        shop = CentralShop(new_database(engine, Path(folder)))
        deliver(shop, shopping, chance)
        expected = shopping.balances({})
        assert balances_of(shop, iter(expected)) == expected
        assert shop.service.verify().quarantined == 0
        shop.assert_proven()
        shop.service.close()


def deliver(shop: CentralShop, shopping: Shopping, chance: random.Random) -> None:
    missing = {terminal_id: len(journal.entries) for terminal_id, journal in shopping.journals.items()}
    while any(missing.values()):
        group: list[Upload] = []
        for _ in range(chance.randint(1, 5)):
            terminal = shop.service.find_terminal(chance.choice(TERMINALS))
            assert terminal is not None
            journal = shopping.journals[terminal.terminal_id]
            first = chance.randint(1, max(len(journal.entries), 1))
            group.append(upload_of(terminal, journal.batch(first, first + chance.randint(0, 6))))
        for upload, result in zip(group, shop.service.ingest(group), strict=True):
            terminal_id = upload.terminal.terminal_id
            missing[terminal_id] = len(shopping.journals[terminal_id].entries) - result.acknowledged
