"""Databases that earlier versions left behind, opened by this one: nothing is lost, and the till goes on selling."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.released_data import VERSIONS, released

from pos_app import bootstrap
from pos_app.bootstrap import Register, open_register
from pos_app.clock import SetClock
from pos_app.domain.returns import ReturnRequest
from pos_app.sample_store import sample_store
from pos_app.storage.database import Database
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import KEY_FILE_NAME, SCHEMA_VERSION, schema_version
from pos_app.store_people import SignOnRules
from sync import contract
from sync.central.service import CentralService

HEADPHONES = "9520000001025"
SALE = "001-02-000001"
AFTERWARDS = datetime(2026, 11, 22, 18, 0, tzinfo=ZoneInfo("America/New_York"))


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """The demo store's till, the same evening; nobody has to sign on."""
    monkeypatch.setattr(bootstrap, "SystemClock", lambda zone: SetClock(AFTERWARDS))
    store = replace(sample_store(), sign_on=SignOnRules(required=False))
    return open_register(folder, store, KeyFile(folder / KEY_FILE_NAME))


@pytest.fixture(params=VERSIONS)
def till(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    register = opened(released(request.param, tmp_path / "till"), monkeypatch)
    yield register
    register.close()


def test_every_schema_before_this_one_is_tried() -> None:
    assert [f"schema-{number}" for number in range(1, SCHEMA_VERSION)] == list(VERSIONS)[: SCHEMA_VERSION - 1]


def test_data_of_every_version_is_migrated_whole_and_sells_on(till: Register) -> None:
    assert schema_version(till.data.database) == SCHEMA_VERSION
    assert audit(till.data.database).faults == []
    assert till.selling.add_item(HEADPHONES).found
    outcome = till.tendering.add_cash(till.tendering.cash_due_minor)
    assert outcome.completed is not None
    assert outcome.completed.transaction.header.receipt_number == "001-02-000002"
    report = audit(till.data.database)
    assert report.faults == []
    assert report.transactions == 2


def test_goods_that_an_earlier_version_sold_come_back(till: Register) -> None:
    original = till.returning.find_here(SALE)
    assert original is not None
    preview = till.returning.preview(original, [ReturnRequest(1, 1000, reason="Changed mind")])
    pending = till.returning.plan(original, [ReturnRequest(1, 1000)], "Changed mind")
    returned = till.returning.complete(pending)
    assert returned.transaction.total_minor == preview.quote.total_minor
    assert audit(till.data.database).faults == []


@pytest.mark.parametrize("version", VERSIONS[: SCHEMA_VERSION - 1])
def test_the_copy_from_before_the_migration_is_what_that_version_left(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = released(version, tmp_path / "till")
    opened(folder, monkeypatch).close()
    (backup,) = (folder / "backups").iterdir()
    copy = Database(backup, KeyFile(folder / KEY_FILE_NAME).database_key(create=False), read_only=True)
    assert schema_version(copy) == int(version.removeprefix("schema-"))
    sales = "SELECT count(*) FROM journal WHERE kind = 'sale'"
    assert copy.one(sales) == (1,)
    copy.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_service_of_every_version_goes_on_with_its_members(version: str, tmp_path: Path) -> None:
    service = CentralService.open(released(version, tmp_path / "central"))
    try:
        assert service.verify().findings == ()
        member = service.find_member(contract.FindMember(email="demo@example.com")).member
        assert member is not None
        assert member.balance_points == 3924
    finally:
        service.close()
