"""The journal over a bad network, against the small service: each fault alone, then all of them by a seed."""

from collections.abc import Callable, Iterator

import pytest
from fakes.fault_proxy import PASS, Fault, FaultProxy, Kind, seeded
from fakes.memory_outbox import MemoryOutbox
from fakes.stub_central import StubCentral

from pos_app.clock import SystemClock
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.retry import Outcome

Drain = Callable[[FaultProxy, MemoryOutbox], list[Outcome]]


@pytest.fixture
def central() -> Iterator[StubCentral]:
    stub = StubCentral()
    yield stub
    stub.close()


@pytest.fixture
def proxy(central: StubCentral) -> Iterator[FaultProxy]:
    made = FaultProxy(int(central.url.rpartition(":")[2]))
    yield made
    made.close()


@pytest.fixture
def drain(central: StubCentral, expect_log: Callable[[str], None]) -> Drain:
    def run(proxy: FaultProxy, outbox: MemoryOutbox) -> list[Outcome]:
        client = CentralClient(proxy.url, central.identity(), SystemClock())
        engine = SyncEngine(outbox, client, SystemClock())
        outcomes = []
        for _ in range(500):
            result = engine.step()
            outcomes.append(result.outcome)
            if result.outcome is Outcome.DONE and not result.more:
                client.close()
                return outcomes
        raise AssertionError(f"never came to an end: {proxy.log}")

    return run


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("times", [1, 2])
def test_one_fault_costs_a_repeat_at_most(
    central: StubCentral, proxy: FaultProxy, drain: Drain, kind: Kind, times: int
) -> None:
    outbox = MemoryOutbox()
    outbox.write(250)
    proxy.plan = lambda number: Fault(kind, bytes=100, delay_s=0.01) if 1 <= number <= times else PASS
    drain(proxy, outbox)
    assert [event.sequence for event in central.events] == list(range(1, 251))
    assert outbox.pending_count() == 0


@pytest.mark.parametrize("seed", range(10))
def test_every_event_arrives_once_whatever_the_network_does(
    central: StubCentral, proxy: FaultProxy, drain: Drain, seed: int
) -> None:
    outbox = MemoryOutbox()
    outbox.write(1500)
    proxy.plan = seeded(seed, share=0.6)
    drain(proxy, outbox)
    proxy.deliver_late()
    assert [event.event_id for event in central.events] == [entry.event_id for entry in outbox.entries]
    assert outbox.marks == sorted(outbox.marks)
