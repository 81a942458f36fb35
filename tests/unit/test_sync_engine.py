from collections.abc import Iterator
from datetime import timedelta

import pytest
from fakes.memory_outbox import MemoryOutbox
from fakes.stub_central import Answer, Request, StubCentral, plain, problem

from pos_app.clock import SetClock, SystemClock
from pos_app.domain.journal import hash_of
from pos_app.ports import EventOutcome
from sync import contract
from sync.terminal.client import CentralClient
from sync.terminal.engine import BATCH_BYTES, StepResult, SyncEngine
from sync.terminal.retry import Outcome


class Till:
    """A journal, a service, and the engine between them."""

    def __init__(self) -> None:
        self.outbox = MemoryOutbox()
        self.central = StubCentral()
        self.clock = SetClock(SystemClock().now())
        self.client = CentralClient(self.central.url, self.central.identity(), SystemClock())
        self.engine = SyncEngine(self.outbox, self.client, self.clock)

    def drain(self) -> StepResult:
        for _ in range(100):
            result = self.engine.step()
            if not (result.outcome is Outcome.DONE and result.more):
                return result
        raise AssertionError("the engine never came to an end")

    def batches(self) -> list[list[int]]:
        bodies = [plain(request) for request in self.central.requests if request.path == contract.PATH_JOURNAL]
        return [[event.sequence for event in contract.decode(body, contract.UploadBatch).events] for body in bodies]

    def delivered(self) -> list[contract.TermsList]:
        return [contract.decode(body, contract.TermsList) for body in self.outbox.terms]

    def close(self) -> None:
        self.client.close()
        self.central.close()


@pytest.fixture
def till() -> Iterator[Till]:
    made = Till()
    yield made
    made.close()


def upload_result(acknowledged: int, version: int = 0, *results: contract.EventResult) -> Answer:
    return Answer(
        body=contract.encode(
            contract.UploadResult(acknowledged=acknowledged, results=list(results), terms_version=version)
        )
    )


def test_the_journal_goes_up_oldest_first_in_batches(till: Till) -> None:
    till.outbox.write(250)
    result = till.drain()
    assert result == StepResult(Outcome.DONE, sent=50)
    assert [len(batch) for batch in till.batches()] == [100, 100, 50]
    assert [event.sequence for event in till.central.events] == list(range(1, 251))
    assert till.outbox.pending_count() == 0


def test_an_event_arrives_byte_for_byte_as_it_was_written(till: Till) -> None:
    till.outbox.write(1, note="50 € für Zoë \u2028 </script>", amounts=[1, -2])
    till.drain()
    entry, event = till.outbox.entries[0], till.central.events[0]
    assert bytes(event.payload) == entry.payload
    assert event.entry_hash == hash_of(entry)


def test_a_batch_stays_under_its_size_and_one_large_event_goes_alone(till: Till) -> None:
    till.outbox.write(4, text="x" * 100_000)
    till.outbox.write(1, text="x" * (BATCH_BYTES + 1000))
    till.outbox.write(1)
    till.drain()
    assert till.batches() == [[1, 2], [3, 4], [5], [6]]


def test_with_nothing_to_send_a_step_is_a_sign_of_life(till: Till) -> None:
    assert till.engine.step() == StepResult(Outcome.DONE)
    assert till.batches() == [[]]


def test_addresses_travel_beside_the_events(till: Till) -> None:
    till.outbox.addresses = {"contact-1": "customer@example.com"}
    till.outbox.write(1)
    till.drain()
    assert till.central.contacts == {"contact-1": "customer@example.com"}


def test_an_answer_that_was_lost_is_made_good_by_sending_again(till: Till) -> None:
    till.outbox.write(3)

    def apply_and_hang_up(request: Request) -> Answer:
        done = till.central.healthy(request)
        return Answer(200, done.body, cut_after=3)

    till.central.script.extend([apply_and_hang_up, apply_and_hang_up])
    assert till.engine.step().outcome is Outcome.UNREACHABLE
    assert till.outbox.acknowledged() == 0
    assert till.drain().outcome is Outcome.DONE
    assert len(till.central.events) == 3
    assert {outcome.status for outcome in till.outbox.outcomes.values()} == {"duplicate"}


def test_a_quarantined_event_is_kept_with_its_reason_and_blocks_nothing(till: Till) -> None:
    till.outbox.write(2)
    till.outbox.write(1, kind="poison")
    till.outbox.write(120)
    till.drain()
    assert till.outbox.pending_count() == 0
    assert till.outbox.quarantined() == [EventOutcome(3, "first-3", "quarantined")]


def test_a_service_that_lost_its_newest_events_gets_them_again(
    till: Till, caplog: pytest.LogCaptureFixture, expect_log
) -> None:
    expect_log("asks again for everything behind entry 40")
    till.outbox.write(100)
    till.drain()
    del till.central.events[40:]
    assert till.drain().outcome is Outcome.DONE
    assert till.outbox.marks == [0, 100, 40, 100]
    assert [event.sequence for event in till.central.events] == list(range(1, 101))


def test_a_service_that_takes_only_part_is_sent_the_rest(till: Till) -> None:
    till.outbox.write(10)
    till.central.script.append(upload_result(4))
    till.central.script.append(None)
    result = till.engine.step()
    assert (result.outcome, result.more, till.outbox.acknowledged()) == (Outcome.DONE, True, 4)


def test_a_service_that_never_takes_anything_is_not_asked_in_a_circle(till: Till) -> None:
    till.outbox.write(10)
    till.central.script.append(upload_result(0))
    result = till.engine.step()
    assert result.outcome is Outcome.UNAVAILABLE
    assert "did not take" in result.reason


def test_a_journal_that_was_set_back_never_skips_what_it_writes_next(till: Till, expect_log) -> None:
    expect_log("holds entry 90, this journal ends at 50")
    till.outbox.write(50)
    till.central.script.append(upload_result(90))
    result = till.engine.step()
    assert "set back" in result.reason
    assert till.outbox.acknowledged() == 50
    till.outbox.write(1)
    assert [entry.sequence for entry in till.outbox.pending(100)] == [51]


def test_an_entry_that_is_no_longer_here_is_said_so(till: Till) -> None:
    till.outbox.write(5)
    del till.outbox.entries[0]
    result = till.engine.step()
    assert result.outcome is Outcome.REFUSED
    assert "lacks entry 1" in result.reason
    assert till.central.requests == []


@pytest.mark.parametrize("poison", [1, 37, 100])
def test_an_event_the_service_cannot_even_read_is_found_and_stood_in_for(till: Till, poison: int, expect_log) -> None:
    expect_log(f"event first-{poison} cannot be taken by the central service: unreadable")
    till.outbox.write(poison - 1)
    till.outbox.write(1, text="POISON")
    till.outbox.write(250 - poison)

    def refuse_poison(request: Request) -> Answer:
        till.central.script.append(refuse_poison)
        unreadable = request.path == contract.PATH_JOURNAL and b"POISON" in plain(request)
        return problem(413, "unreadable") if unreadable else till.central.healthy(request)

    till.central.script.append(refuse_poison)
    assert till.drain().outcome is Outcome.DONE
    assert [event.sequence for event in till.central.events] == list(range(1, 251))
    assert b'"withheld":"unreadable"' in bytes(till.central.events[poison - 1].payload)
    assert b"POISON" in till.outbox.entries[poison - 1].payload


def test_a_service_that_refuses_even_the_stand_in_stops_the_upload_with_its_reason(till: Till, expect_log) -> None:
    expect_log("cannot be taken")
    till.outbox.write(1)
    till.central.script.extend([problem(422, "bad", "Cannot be read."), problem(422, "bad", "Cannot be read.")])
    result = till.engine.step()
    assert (result.outcome, result.reason, result.terminal_refused) == (Outcome.REFUSED, "Cannot be read.", False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_terminal_that_was_shut_out_is_told_why(till: Till, status: int) -> None:
    till.outbox.write(1)
    till.central.script.append(problem(status, "revoked", "This terminal was shut out."))
    result = till.engine.step()
    assert result == StepResult(Outcome.REFUSED, reason="This terminal was shut out.", terminal_refused=True)
    assert till.outbox.acknowledged() == 0


def test_a_busy_service_is_left_alone_for_as_long_as_it_says(till: Till) -> None:
    till.central.script.append(problem(503, "busy", Retry_After="12"))
    result = till.engine.step()
    assert (result.outcome, result.retry_after_s) == (Outcome.UNAVAILABLE, 12)


def terms(version: int) -> contract.Terms:
    return contract.Terms(terms_id="standard", version=version, effective_from="2026-01-01T00:00:00+00:00")


def test_terms_come_at_the_start_and_when_the_service_has_newer_ones(till: Till) -> None:
    till.central.terms = [terms(1), terms(2)]
    till.drain()
    assert [terms.version for terms in till.delivered()[0].terms] == [1, 2]
    till.drain()
    assert len(till.outbox.terms) == 1, "once is enough"
    till.central.terms.append(terms(3))
    till.drain()
    assert till.delivered()[1].terms == [terms(3)], "what the till has does not travel again"


def test_key_budget_and_whom_to_forget_come_again_now_and_then(till: Till) -> None:
    till.central.terms, till.central.terminal_budget_points = [terms(1)], 5000
    till.drain()
    till.central.terminal_budget_points, till.central.forget_members = 2500, ["m-1"]
    till.clock.at += timedelta(minutes=14)
    till.drain()
    till.clock.at += timedelta(minutes=1)
    till.drain()
    first, second = till.delivered()
    assert first.allowance_public_key
    assert (first.terminal_budget_points, second.terminal_budget_points) == (5000, 2500)
    assert (second.terms, second.forget_members) == ([], ["m-1"])


def test_terms_that_this_till_cannot_use_do_not_hold_up_the_journal(till: Till, expect_log) -> None:
    expect_log("terms cannot be used: too new")

    def refuse(document: bytes) -> None:
        raise ValueError("too new")

    till.outbox.save_terms = refuse
    till.outbox.write(150)
    assert till.drain().outcome is Outcome.DONE
    assert till.outbox.pending_count() == 0


def test_terms_that_are_refused_do_not_hold_up_the_journal(till: Till, expect_log) -> None:
    expect_log("refuses its terms")
    till.central.terms = [terms(1)]
    till.outbox.write(150)
    till.central.script.extend([None, problem(404, "not_found")])
    assert till.drain().outcome is Outcome.DONE
    assert till.outbox.pending_count() == 0


def test_terms_that_did_not_come_are_asked_for_again(till: Till) -> None:
    till.central.terms = [terms(1)]
    till.central.script.extend([None, problem(500, "x")])
    assert till.engine.step().outcome is Outcome.UNAVAILABLE
    assert till.engine.step().outcome is Outcome.DONE
    assert len(till.outbox.terms) == 1


def test_two_threads_that_sync_at_once_send_everything_once(till: Till) -> None:
    from concurrent.futures import ThreadPoolExecutor

    till.outbox.write(1000)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: till.drain(), range(4)))
    sent = [sequence for batch in till.batches() for sequence in batch]
    assert sent == list(range(1, 1001))
