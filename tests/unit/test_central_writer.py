"""Group commit and limits: what waits together is written together, and nobody waits without end."""

import threading
from collections.abc import Callable, Sequence
from typing import cast

import pytest
from fakes.central_till import Journal

from sync import contract
from sync.central.errors import CentralError
from sync.central.limits import RateLimit
from sync.central.metrics import Metrics
from sync.central.service import CentralService
from sync.central.terminals import Terminal
from sync.central.uploads import Upload, upload_of
from sync.central.writer import MAXIMUM_GROUP_UPLOADS, MAXIMUM_QUEUED, Writer


class SlowService:
    """Takes uploads in when it is allowed to, and refuses those of one terminal."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.groups: list[list[str]] = []

    def ingest(self, uploads: Sequence[Upload]) -> list[contract.UploadResult]:
        self.entered.set()
        assert self.gate.wait(30)
        names = [upload.terminal.terminal_id for upload in uploads]
        if "bad" in names:
            raise RuntimeError("this upload breaks the transaction it is in")
        self.groups.append(names)
        return [contract.UploadResult(acknowledged=1, results=[]) for _ in uploads]


def upload(terminal_id: str) -> Upload:
    journal = Journal(terminal_id)
    journal.append("no_sale", {})
    return upload_of(Terminal(terminal_id, "001", "01", "active", b""), journal.batch())


@pytest.fixture
def service() -> SlowService:
    return SlowService()


@pytest.fixture
def writer(service: SlowService) -> Writer:
    made = Writer(cast("CentralService", service), Metrics())
    made.start()
    return made


def test_uploads_that_arrive_during_a_commit_share_the_next_one(service: SlowService, writer: Writer) -> None:
    first = writer.submit(upload("first"))
    assert service.entered.wait(30)
    waiting = [writer.submit(upload(f"t{number}")) for number in range(10)]
    service.gate.set()
    assert first.result(30).acknowledged == 1
    assert [answer.result(30).acknowledged for answer in waiting] == [1] * 10
    writer.stop()
    assert service.groups == [["first"], [f"t{number}" for number in range(10)]]


def test_when_too_many_wait_the_next_is_told_to_come_back(service: SlowService, writer: Writer) -> None:
    answers = [writer.submit(upload("first"))]
    assert service.entered.wait(30)
    answers += [writer.submit(upload(f"t{number}")) for number in range(MAXIMUM_QUEUED)]
    with pytest.raises(CentralError) as refused:
        writer.submit(upload("one too many"))
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert refused.value.retry_after_s > 0
    service.gate.set()
    writer.stop()
    assert all(answer.result(30).acknowledged == 1 for answer in answers)
    assert max(len(group) for group in service.groups) == MAXIMUM_GROUP_UPLOADS


def test_an_upload_that_breaks_its_transaction_fails_alone(
    service: SlowService, writer: Writer, expect_log: Callable[[str], None]
) -> None:
    expect_log("an upload of terminal bad failed")
    first = writer.submit(upload("first"))
    assert service.entered.wait(30)
    before, bad, after = (writer.submit(upload(name)) for name in ("before", "bad", "after"))
    service.gate.set()
    assert [one.result(30).acknowledged for one in (first, before, after)] == [1, 1, 1]
    with pytest.raises(RuntimeError, match="breaks the transaction"):
        bad.result(30)
    writer.stop()
    assert service.groups == [["first"], ["before"], ["after"]]


def test_a_rate_limit_is_per_name_and_refills() -> None:
    now_s = [0.0]
    limit = RateLimit(burst=3, per_second=0.5, now_s=lambda: now_s[0])
    for _ in range(3):
        limit.require("a")
        limit.take("a")
    for ask in (limit.take, limit.require):
        with pytest.raises(CentralError) as refused:
            ask("a")
        assert (refused.value.status, refused.value.retry_after_s) == (429, 2)
    limit.take("b")
    now_s[0] = 2.0
    limit.take("a")
    with pytest.raises(CentralError):
        limit.take("a")
