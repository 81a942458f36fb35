"""Tills, a bad network and a central service that dies, by a seed; at the end everything is there exactly once."""

import os
import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from fakes.fault_proxy import PASS, Fault, FaultProxy, Kind, seeded
from fakes.real_central import CentralProcess, RealCentral
from fakes.real_till import RealTill

from pos_app.domain.journal import verify_chain
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.errors import OfflineError, RefusedError
from pos_app.storage.journal import incarnations, stream_entries
from sync import contract
from sync.terminal.retry import Outcome

EMAILS = ("ann@example.com", "bob@example.com", "cleo@example.com")
START_POINTS = 5000
STEPS = 60
SEEDS = range(int(os.environ.get("SYNC_SEEDS", "3")))  # more of them: SYNC_SEEDS=200


class CrashError(Exception):
    """Power is gone at this point."""


class World:
    """Two tills, each behind a bad network of its own, and one service."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.central = RealCentral(folder / "central")
        self.members = {email: self.central.member(email, START_POINTS) for email in EMAILS}
        self.receipts: list[tuple[str, RetailTransaction]] = []
        self.proxies = [FaultProxy(self.central.port, seeded(seed * 2 + n)) for n in range(2)]
        self.tills = [self._first_start(n) for n in range(2)]

    def _first_start(self, number: int) -> RealTill:
        till = RealTill(self.folder / f"till-{number}", f"0{number}")
        till.enrol(self.central.url, self.central.service.open_enrolment("001", f"0{number}"))
        till.connect(self.proxies[number].url)
        return till

    def restart(self, number: int) -> None:
        self.tills[number].close()
        self.tills[number] = RealTill(self.folder / f"till-{number}", f"0{number}")
        self.tills[number].connect(self.proxies[number].url)

    def sell(self, till: RealTill) -> None:
        """A sale to somebody, with points where the hold came through; the receipt is what counts."""
        email = self.random.choice((*EMAILS, ""))
        codes = self.random.choices(("10", "11", "12"), k=self.random.randint(1, 3))
        account, points = None, 0
        if email and self.random.random() < 0.7:
            with suppress(OfflineError):
                account = till.gateway.find_member(email)
        if account is not None and "12" in codes and self.random.random() < 0.7:
            points = 100 * self.random.randint(1, 5)
        try:
            sale = till.ring_up(*codes, account=account, email=email, points=points)
        except (OfflineError, RefusedError):
            outcome = till.tendering.add_cash(till.tendering.cash_due_minor)
            assert outcome.completed is not None
            sale = outcome.completed.transaction
        self.receipts.append((email, sale))

    def step(self, number: int) -> None:
        """The next batch, perhaps with the power going after the answer and before the mark is on disk."""
        till = self.tills[number]
        if self.random.random() < 0.2:
            acknowledge = till.data.outbox.acknowledge

            def crash(*_: object) -> None:
                raise CrashError

            till.data.outbox.acknowledge = crash
            with suppress(CrashError):
                till.engine.step()
            till.data.outbox.acknowledge = acknowledge
            self.restart(number)
        else:
            till.engine.step()

    def heal(self) -> None:
        for proxy in self.proxies:
            proxy.plan = lambda number: PASS
            proxy.deliver_late()
        for till in self.tills:
            assert till.drain().outcome is Outcome.DONE

    def journal(self, till: RealTill) -> list:
        database = till.data.database
        ((number, _),) = incarnations(database)
        return list(stream_entries(database, till.data.identity.terminal_id(), number))

    def assert_everything_is_there_once(self) -> None:
        report = self.central.service.verify()
        assert report.findings == ()
        assert report.quarantined == 0
        journals = [self.journal(till) for till in self.tills]
        for journal in journals:
            verify_chain(journal)
        assert report.events == sum(len(journal) for journal in journals)
        sold = [sale.header.receipt_number for _, sale in self.receipts]
        assert len(sold) == len(set(sold)) == sum(entry.kind == "sale" for journal in journals for entry in journal)
        for email in EMAILS:
            promised = sum(sale.earned.points - sale.points_used for who, sale in self.receipts if who == email)
            assert self.central.balance(email) == START_POINTS + promised, email

    def close(self) -> None:
        for till in self.tills:
            till.close()
        for proxy in self.proxies:
            proxy.close()
        self.central.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_tills_on_bad_networks_end_up_in_agreement_with_the_ledger(tmp_path: Path, seed: int) -> None:
    world = World(tmp_path, seed)
    for _ in range(STEPS):
        number = world.random.randrange(2)
        match world.random.choice(("sell", "sell", "step", "step", "restart")):
            case "sell":
                world.sell(world.tills[number])
            case "step":
                world.step(number)
            case "restart":
                world.restart(number)
    world.heal()
    world.assert_everything_is_there_once()
    world.close()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[CentralProcess]:
    made = CentralProcess(tmp_path / "central")
    yield made
    made.kill()


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_a_service_killed_in_the_middle_of_batches_loses_and_doubles_nothing(
    tmp_path: Path, process: CentralProcess, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "MAXIMUM_BATCH_EVENTS", 20)
    chance = random.Random(seed)
    central = RealCentral(tmp_path / "central")
    for email in EMAILS:
        central.member(email)
    till = RealTill(tmp_path / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    sales = [till.ring_up("10", "11", email=chance.choice(EMAILS)) for _ in range(100)]
    central.close()

    process.start()
    kills = {1, 3}
    timers: list[threading.Timer] = []

    def kill_soon(number: int) -> Fault:
        if number in kills:
            timers.append(threading.Timer(chance.random() * 0.04, process.kill))
            timers[-1].start()
        return Fault(Kind.PASS)

    proxy = FaultProxy(process.port, kill_soon)
    till.connect(proxy.url)
    for _ in range(200):
        result = till.engine.step()
        for timer in timers:
            timer.join()
        if not process.is_running():
            process.start()
        elif result.outcome is Outcome.DONE and not result.more:
            break
    proxy.close()
    process.kill()

    central = RealCentral(tmp_path / "central")
    assert central.service.verify().findings == ()
    assert till.data.outbox.pending_count() == 0
    assert sum(central.balance(email) for email in EMAILS) == sum(sale.earned.points for sale in sales)
    till.close()
    central.close()
