"""Tills, a bad network and a central service that dies, by a seed; at the end everything is there exactly once."""

import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.bad_network_world import EMAILS, World
from fakes.fault_proxy import Fault, FaultProxy, Kind
from fakes.real_central import CentralProcess, RealCentral
from fakes.real_till import RealTill

from sync import contract
from sync.terminal.retry import Outcome

STEPS = 60
SEEDS = range(int(os.environ.get("SYNC_SEEDS", "3")))  # more of them: SYNC_SEEDS=200


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
