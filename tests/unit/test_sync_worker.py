import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from fakes.memory_outbox import MemoryOutbox
from fakes.stub_central import Answer, Request, StubCentral, problem

from pos_app.clock import SystemClock
from pos_app.errors import OfflineError
from pos_app.ports import SyncStatus
from sync import contract, promotions
from sync.terminal import retry
from sync.terminal import worker as worker_module
from sync.terminal.client import CentralClient
from sync.terminal.engine import SyncEngine
from sync.terminal.gateway import CentralGateway
from sync.terminal.worker import BUG_REASON, SyncWorker

FOR_EVER_S = 3600.0


@dataclass
class Till:
    central: StubCentral = field(default_factory=StubCentral)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    statuses: "queue.Queue[tuple[SyncStatus, str]]" = field(default_factory=queue.Queue)
    workers: list[SyncWorker] = field(default_factory=list)

    def start(self, heartbeat_s: float = FOR_EVER_S, chance: float = 0.0) -> SyncWorker:
        self.client = CentralClient(self.central.url, self.central.identity(), SystemClock())
        worker = SyncWorker(
            SyncEngine(self.outbox, self.client, SystemClock()),
            self.outbox,
            self.client,
            SystemClock(),
            lambda status: self.statuses.put((status, threading.current_thread().name)),
            heartbeat_s=heartbeat_s,
            chance=lambda: chance,
        )
        self.workers.append(worker)
        worker.start()
        return worker

    def wait_for(self, state: Callable[[SyncStatus], bool]) -> SyncStatus:
        while True:
            status, thread = self.statuses.get(timeout=10)
            assert thread == "sync"
            if state(status):
                return status

    def close(self) -> None:
        self.central.script.clear()
        for worker in self.workers:
            assert worker.stop()
        self.client.close()
        self.central.close()


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    monkeypatch.setattr(retry, "PROBE_S", 0.05)
    monkeypatch.setattr(worker_module, "UNWATCHED_HEARTBEAT_S", 0.2)
    made = Till()
    yield made
    made.close()


def online(status: SyncStatus) -> bool:
    return status.online and not status.queued


def offline(status: SyncStatus) -> bool:
    return not status.online


def test_a_commit_is_uploaded_as_soon_as_the_worker_hears_of_it(till: Till) -> None:
    worker = till.start()
    assert till.wait_for(online).last_success_at
    till.outbox.write(3)
    worker.nudge()
    till.central.wait_for_events(3)


def test_a_backlog_is_sent_without_pauses(till: Till) -> None:
    till.outbox.write(1000)
    till.start()
    till.wait_for(online)
    assert len(till.central.events) == 1000


def test_a_thousand_nudges_cost_few_requests(till: Till) -> None:
    worker = till.start()
    till.wait_for(online)
    release = threading.Event()

    def hang(request: Request) -> Answer:
        release.wait(10)
        return till.central.healthy(request)

    till.central.script.append(hang)
    for _ in range(100_000):
        worker.nudge()
    till.outbox.write(1)
    worker.nudge()
    release.set()
    till.central.wait_for_events(1)
    assert len(till.central.requests) < 100


def test_the_idle_terminal_gives_signs_of_life(till: Till) -> None:
    till.start(heartbeat_s=0.01)
    till.central.wait_for_requests(5)
    assert till.central.paths().count(contract.PATH_JOURNAL) >= 2
    assert {path.partition("?")[0] for path in till.central.paths()} <= {
        contract.PATH_JOURNAL,
        contract.PATH_TERMS,
        promotions.PATH_PROMOTIONS,
    }


def test_a_service_that_stops_shows_at_once_and_its_return_too(till: Till) -> None:
    worker = till.start()
    till.wait_for(online)
    before = till.central
    port_url = before.url
    before.close()
    status = till.wait_for(offline)
    assert status.offline_since
    assert "cannot be reached" in status.reason
    till.outbox.write(2)
    worker.nudge()
    till.wait_for(lambda status: status.queued == 2)

    till.central = StubCentral(port=int(port_url.rpartition(":")[2]), key=before.key)
    status = till.wait_for(online)
    assert (status.offline_since, status.reason) == ("", "")
    assert len(till.central.events) == 2


def test_while_offline_the_gateway_answers_at_once(till: Till) -> None:
    till.central.script.extend([problem(503, "busy")] * 1000)
    worker = till.start(chance=0.99)
    till.wait_for(lambda status: "busy" in status.reason)
    asked = len(till.central.requests)
    gateway = CentralGateway(till.client, SystemClock(), lambda: worker.status().online)
    with pytest.raises(OfflineError):
        gateway.find_member("customer@example.com")
    assert contract.PATH_FIND_MEMBER not in till.central.paths()[asked:]


def test_a_failing_service_is_probed_before_it_is_sent_batches_again(till: Till) -> None:
    till.central.script.extend([problem(503, "busy")] * 7)
    till.start()
    till.wait_for(online)
    paths = till.central.paths()
    assert paths[:5] == [contract.PATH_JOURNAL] * 5
    assert paths[5:8] == [contract.PATH_HEALTH] * 3, "the third one found it well"
    assert paths[8] == contract.PATH_JOURNAL


def test_nudges_do_not_hammer_a_service_that_asked_for_time(till: Till) -> None:
    till.central.script.append(problem(503, "busy", Retry_After="3000"))
    worker = till.start()
    till.wait_for(lambda status: "busy" in status.reason)
    till.outbox.write(5)
    worker.nudge()
    till.wait_for(lambda status: status.queued == 5)
    assert till.central.paths() == [contract.PATH_JOURNAL]


def test_a_terminal_that_was_shut_out_is_offline_with_the_reason(till: Till) -> None:
    till.central.script.extend([problem(403, "revoked", "This terminal was shut out.")] * 1000)
    till.start(chance=0.99)
    assert till.wait_for(lambda status: status.reason == "This terminal was shut out.").online is False


def test_a_refused_event_leaves_the_terminal_online_with_the_reason(till: Till, expect_log) -> None:
    expect_log("cannot be taken")
    till.outbox.write(1)
    till.central.script.extend([problem(422, "bad", "Cannot be read.")] * 2)
    till.start(chance=0.99)
    assert till.wait_for(lambda status: status.reason == "Cannot be read.").online is True


def test_quarantined_events_are_counted_from_the_start(till: Till) -> None:
    till.outbox.write(1, kind="poison")
    till.start()
    assert till.wait_for(online).quarantined == 1
    worker = till.start()
    till.wait_for(online)
    assert worker.status().quarantined == 1


def test_a_bug_is_logged_and_shown_and_the_thread_goes_on(till: Till, expect_log, monkeypatch) -> None:
    expect_log("sync failed")
    healthy = till.outbox.pending
    failures = iter([RuntimeError("disk on fire")])

    def pending(limit: int):
        for failure in failures:
            raise failure
        return healthy(limit)

    monkeypatch.setattr(till.outbox, "pending", pending)
    till.outbox.write(1)
    till.start()
    assert till.wait_for(lambda status: status.reason == BUG_REASON)
    till.wait_for(online)
    assert len(till.central.events) == 1


def test_a_screen_that_fails_does_not_stop_the_upload(till: Till, expect_log) -> None:
    expect_log("showing the sync status failed")
    worker = till.start()
    till.wait_for(online)

    failures = iter([RuntimeError("no screen")])

    def fail_once(status: SyncStatus) -> None:
        for failure in failures:
            raise failure

    worker._on_status = fail_once
    till.central.script.append(problem(403, "revoked"))
    worker.nudge()
    till.outbox.write(1)
    till.central.wait_for_events(1)


def test_stopping_takes_two_seconds_at_most_while_a_request_hangs(till: Till) -> None:
    release = threading.Event()

    def hang(request: Request) -> Answer:
        release.wait(10)
        return till.central.healthy(request)

    till.central.script.append(hang)
    worker = till.start()
    till.central.wait_for_requests(1)
    assert worker.stop() is False
    release.set()


def test_stopping_an_idle_worker_is_immediate(till: Till) -> None:
    worker = till.start()
    till.wait_for(online)
    assert worker.stop()
    worker.nudge()


def test_a_worker_that_never_began_is_stopped_all_the_same(till: Till) -> None:
    worker = till.start()
    till.wait_for(online)
    other = SyncWorker(worker._engine, till.outbox, till.client, SystemClock())
    other.nudge()
    assert other.stop()
