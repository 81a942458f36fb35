"""Several processes of the service over one PostgreSQL: races for points, and transactions that the engine gives up."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, line, returned_line, tender
from fakes.ledger_life import TERMINALS, WELCOME_POINTS, Life
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from sync import contract
from sync.central.database import Database
from sync.central.errors import CentralError
from sync.central.service import CentralService

Result = TypeVar("Result")
EMAILS = ("a@example.com", "b@example.com", "c@example.com")


class Processes:
    """A shop, and more services over its database, as in processes of their own."""

    def __init__(self, url: str, count: int = 3) -> None:
        self.shop = CentralShop(url)
        more = [CentralService(Database.open(url), self.shop.vault, self.shop.clock) for _ in range(count - 1)]
        self.services = [self.shop.service, *more]

    def at_once(self, clients: int, work: Callable[[CentralService, int], Result]) -> list[Result]:
        """Let so many clients do something in the same moment, spread over the services."""
        begin = threading.Barrier(clients)

        def client(number: int) -> Result:
            begin.wait()
            return work(self.services[number % len(self.services)], number)

        with ThreadPoolExecutor(clients) as pool:
            return list(pool.map(client, range(clients)))

    def close(self) -> None:
        self.shop.service.sweep()
        self.shop.assert_proven()
        for service in self.services:
            service.close()


@pytest.fixture
def processes(postgresql_url: str) -> Iterator[Processes]:
    made = Processes(new_postgresql_database(postgresql_url))
    yield made
    made.close()


def test_32_clients_that_redeem_one_balance_get_exactly_what_it_allows(processes: Processes) -> None:
    shop = processes.shop
    member_id = shop.member(points=1_000)

    def redeem(service: CentralService, number: int) -> str:
        request = contract.PlaceHold(
            hold_id=f"h{number}", member_id=member_id, points=100, transaction_id=f"sale-of-h{number}"
        )
        try:
            service.place_hold(TILL, request)
        except CentralError as refused:
            return refused.code
        return "granted"

    answers = processes.at_once(32, redeem)
    assert sorted(answers) == ["granted"] * 10 + ["not_enough_points"] * 22
    assert shop.balance().available_points == 0
    journal = Journal()
    for number, answer in enumerate(answers):
        if answer == "granted":
            paid = [tender(f"p{number}", "points", 100, points=100, reference=f"h{number}")]
            journal.sale(f"sale-of-h{number}", price_minor=100, points=0, member_id=member_id, tenders=paid)
    assert all(one.reason == "" for one in shop.upload(journal).results)
    assert shop.points() == 0


def test_of_ten_pieces_no_more_than_ten_come_back_however_many_tills_say_so_at_once(processes: Processes) -> None:
    shop = processes.shop
    member_id = shop.member()
    sale = Journal()
    sale.sale("t1", member_id=member_id, lines=[line(1, 20_000, 200, quantity_milli=10_000, unit_price_minor=2_000)])
    shop.upload(sale)
    journals = [Journal(f"001-{number + 10}") for number in range(16)]
    for number, journal in enumerate(journals):
        shop.let_in(journal.terminal_id)
        journal.returned(f"r{number}", "t1", returned_line(1))
    results = processes.at_once(
        16, lambda service, number: service.upload(journals[number].terminal_id, journals[number].batch()).results[0]
    )
    assert sorted(one.points for one in results) == [-20] * 10 + [0] * 6
    assert sum(one.reason.startswith("surplus: ") for one in results) == 6
    assert shop.points() == 0


def test_a_joining_its_sale_its_return_and_its_shipment_in_the_same_moment(processes: Processes) -> None:
    shop = processes.shop
    journals = []
    for number in range(8):
        email, name = f"m{number}@example.com", f"t{number}"
        joining, sale, back, ship = (Journal(f"001-{number * 4 + part + 10}") for part in range(4))
        joining.joined(email, joined_at="2014-11-28T09:00:00-08:00")
        sale.contacts["c9"] = email
        sold = [line(1, 5_000, 50), line(2, 3_000, 30, to_ship=True), line(3, 1_000, 10, to_ship=True)]
        sale.sale(name, lines=sold, contact_id="c9", receipt_number=f"001-01-{number:06d}")
        back.returned(f"r{number}", name, returned_line(1))
        ship.shipped(name, 2)
        journals += [joining, sale, back, ship]
    for journal in journals:
        shop.let_in(journal.terminal_id)
    random.Random(7).shuffle(journals)
    processes.at_once(
        len(journals),
        lambda service, number: service.upload(journals[number].terminal_id, journals[number].batch()),
    )
    shop.service.sweep()
    balances = [shop.balance(f"m{number}@example.com") for number in range(8)]
    assert [(one.balance_points, one.pending_points) for one in balances] == [(30, 10)] * 8


@pytest.mark.parametrize("seed", range(3))
def test_when_one_transaction_in_five_is_given_up_everything_still_happens_once(
    processes: Processes, seed: int
) -> None:
    """Half of them before the commit, and some after it, so that nobody knows whether it was done."""
    shop = processes.shop
    offer = contract.EnrolmentOfferMessage(
        offer_id="welcome",
        points=WELCOME_POINTS,
        cap=1_000,
        starts_at="2014-09-21T00:00:00-07:00",
        ends_at="2014-12-31T23:59:59-08:00",
    )
    shop.service.load_terms(
        contract.Terms(terms_id="p", version=2, effective_from="2014-01-02T00:00:00Z", enrolment_offers=[offer])
    )
    life = Life(members={EMAILS[0]: shop.member(EMAILS[0], 2_000)}, opening={EMAILS[0]: 2_000})
    live(life, random.Random(seed), events=90)
    chance = random.Random(seed + 100)
    unsteady = [Unsteady(service, chance) for service in processes.services]

    def till(service: CentralService, number: int) -> None:
        journal = life.journals[TERMINALS[number]]
        order = random.Random(number)
        acknowledged = 0
        while acknowledged < len(journal.entries):
            batch = journal.batch(acknowledged + 1, acknowledged + order.randint(1, 4))
            acknowledged = persistently(lambda: service.upload(journal.terminal_id, batch)).acknowledged  # noqa: B023

    processes.at_once(3, till)
    persistently(shop.service.sweep)
    for engine in unsteady:
        engine.steady()
    shop.service.sweep()
    shown = {email: shop.balance(email) for email in life.books()}
    assert {email: (one.balance_points, one.pending_points) for email, one in shown.items()} == life.books()
    assert sum(engine.given_up for engine in unsteady) > 10


def live(life: Life, chance: random.Random, events: int) -> None:
    for number in range(events):
        terminal_id, dice = chance.choice((TILL, SAME_STORE_TILL, OTHER_STORE_TILL)), chance.random()
        if dice < 0.1:
            life.join(terminal_id, chance.choice(EMAILS[1:]))
        elif dice < 0.55 or not life.sales:
            lines = [(chance.randint(1, 40), chance.randint(1, 3), chance.random() < 0.4)]
            life.buy(terminal_id, chance.choice(EMAILS), lines, offline=number % 4 == 0)
        elif dice < 0.85:
            life.bring_back(
                terminal_id, chance.choice(life.sales), 1, chance.randint(1, 2), paper=chance.random() < 0.3
            )
        else:
            life.ship(terminal_id, chance.choice(life.sales), 1, cancelled=chance.random() < 0.3)


def persistently(work: Callable[[], Result]) -> Result:
    """As a till's outbox does: again until it is answered."""
    while True:
        try:
            return work()
        except DBAPIError:
            continue


class Unsteady:
    """An engine that gives up one transaction in five with 40001, and breaks off one in twenty after its commit."""

    def __init__(self, service: CentralService, chance: random.Random) -> None:
        self.given_up = 0
        self._chance = chance
        self._engine = service._database.engine
        event.listen(self._engine, "commit", self._at_commit)

    def steady(self) -> None:
        event.remove(self._engine, "commit", self._at_commit)

    def _at_commit(self, connection: Connection) -> None:
        dice = self._chance.random()
        if dice >= 0.25:
            return
        self.given_up += 1
        if dice < 0.2:
            fail(connection, "40001")
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.commit()
        fail(connection, "57P01")


def fail(connection: Connection, state: str) -> None:
    connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{state}'; END $$")
