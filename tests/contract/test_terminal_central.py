"""Both real ends: a till on SQLCipher, HTTP over loopback, the central service on its database."""

import json
import queue
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.central_databases import new_postgresql_database
from fakes.real_central import CentralProcess, RealCentral
from fakes.real_till import RealTill

from pos_app.clock import SystemClock
from pos_app.domain.journal import verify_chain
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import SyncStatus
from pos_app.storage.journal import incarnations, stream_entries
from pos_app.storage.outbox import CONTACTS_KEPT_S
from sync import contract
from sync.central.service import CentralService
from sync.terminal.retry import Outcome
from sync.terminal.worker import SyncWorker

MEMBER = "jo@example.com"


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def till(tmp_path: Path, central: RealCentral) -> Iterator[RealTill]:
    made = RealTill(tmp_path / "till")
    made.enrol(central.url, central.service.open_enrolment("001", "01"))
    made.connect()
    yield made
    made.close()


def entries(till: RealTill) -> list:
    database = till.data.database
    return [
        entry
        for number, _ in incarnations(database)
        for entry in stream_entries(database, till.data.identity.terminal_id(), number)
    ]


def assert_in_agreement(central: RealCentral, *tills: RealTill) -> None:
    """The main property: everything arrived once, both chains hold, the service's own proof is clean."""
    for till in tills:
        journal = entries(till)
        assert verify_chain(journal) == journal[-1]
        assert till.data.outbox.pending_count() == 0
    report = central.service.verify()
    assert report.findings == ()
    assert report.events == sum(len(entries(till)) for till in tills)


def test_a_members_sale_ends_up_on_the_ledger_as_its_receipt_says(central: RealCentral, till: RealTill) -> None:
    member_id = central.member(MEMBER, points=1234)
    central.service.issue_gift_card("6006491234567890", 2000, "USD")
    account = till.gateway.find_member(MEMBER)
    assert account is not None
    assert (account.member_id, account.available_points) == (member_id, 1234)
    sale = till.ring_up("12", account=account, points=1200, gift_card="6006491234567890")
    assert till.drain().outcome is Outcome.DONE

    points = sale.earned.points
    assert central.balance(MEMBER) == 1234 - 1200 + points
    by_kind = {movement.kind: movement for movement in central.service.movements(member_id)}
    assert by_kind["redeem"].points == -1200
    assert sum(movement.points for movement in central.service.movements(member_id)) == 34 + points
    assert till.gateway.gift_card_balance("6006491234567890") == 0
    assert till.data.outbox.quarantined() == []
    assert_in_agreement(central, till)


def test_a_sale_with_an_address_nobody_looked_up_is_credited_to_its_member(
    central: RealCentral, till: RealTill
) -> None:
    central.member(MEMBER)
    sale = till.ring_up("10", email=" Jo@Example.COM ")
    till.drain()
    assert central.balance(MEMBER) == sale.earned.points == 49
    outbox = till.data.outbox
    later = till.clock.now() + timedelta(seconds=CONTACTS_KEPT_S)
    outbox.acknowledge(outbox.acknowledged(), [], later.isoformat())
    assert outbox.contacts(entries(till)) == {}, "the address is gone a week after it was resolved"


def test_joining_at_the_till_is_the_same_member_however_often_it_is_asked(central: RealCentral, till: RealTill) -> None:
    first = till.gateway.enrol_member("event-1", MEMBER, True)
    assert till.gateway.enrol_member("event-1", MEMBER, True).member_id == first.member_id
    found = till.gateway.find_member(MEMBER)
    assert found is not None
    assert (found.member_id, "jo@" in found.masked_email) == (first.member_id, False)
    assert till.gateway.find_member("nobody@example.com") is None


def test_points_are_held_once_and_given_back(central: RealCentral, till: RealTill) -> None:
    member_id = central.member(MEMBER, points=500)
    first = till.gateway.hold_points("hold-1", member_id, 400, "sale-1")
    assert till.gateway.hold_points("hold-1", member_id, 400, "sale-1") == first
    with pytest.raises(RefusedError, match="100 points"):
        till.gateway.hold_points("hold-2", member_id, 200, "sale-2")
    till.gateway.release_hold("hold-1")
    till.gateway.release_hold("hold-1")
    till.gateway.release_hold("never-placed")
    assert till.gateway.hold_points("hold-2", member_id, 500, "sale-2").state == "held"


def test_a_till_learns_what_its_store_let_be_spent_offline(central: RealCentral, till: RealTill) -> None:
    exposure = till.gateway.exposure()
    assert (exposure.offline_points, exposure.overdrawn_points, exposure.value_minor) == (0, 0, 0)


def test_a_lost_answer_to_an_enrolment_is_made_good_with_the_same_key(central: RealCentral, tmp_path: Path) -> None:
    from fakes.fault_proxy import PASS, Fault, FaultProxy, Kind

    till = RealTill(tmp_path / "second", "02")
    proxy = FaultProxy(central.port, lambda number: Fault(Kind.DROP_ANSWER) if number < 2 else PASS)
    till.enrol(proxy.url, central.service.open_enrolment("001", "02"))
    till.connect()
    assert till.drain().outcome is Outcome.DONE
    proxy.close()
    till.close()


def test_a_code_lets_in_one_till_only(central: RealCentral, till: RealTill, tmp_path: Path) -> None:
    code = central.service.open_enrolment("001", "02")
    second = RealTill(tmp_path / "second", "02")
    second.enrol(central.url, code)
    with pytest.raises(RefusedError):
        second.enrol(central.url, code)
    with pytest.raises(RefusedError, match="this is 001-02"):
        second.enrol(central.url, central.service.open_enrolment("001", "01"))
    second.close()


def test_a_revoked_till_keeps_selling_and_catches_up_once_it_is_let_in_again(
    central: RealCentral, till: RealTill
) -> None:
    till.drain()
    central.service.revoke_terminal("001-01")
    till.client.close()
    till.ring_up("10")
    refused = _step_until(till, lambda result: result.outcome is Outcome.REFUSED)
    assert refused.terminal_refused
    assert "shut out" in refused.reason
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    till.drain()
    assert_in_agreement(central, till)


def _step_until(till: RealTill, wanted: Callable) -> object:
    for _ in range(2000):  # the service keeps what it knows of a terminal for a second
        result = till.engine.step()
        if wanted(result):
            return result
    raise AssertionError(result)


def test_events_that_cannot_be_applied_are_quarantined_and_those_behind_them_pass(
    central: RealCentral, till: RealTill, expect_log
) -> None:
    expect_log("cannot be taken by the central service: too_large")
    central.member(MEMBER)
    before = till.ring_up("10", email=MEMBER)
    with till.data.storage.unit_of_work() as work:
        work.append("unheard_of", {"number": 1})
        work.append("no_sale", {"text": "x" * 300_000})
        work.append("no_sale", {"text": "y" * 3_000_000})
        work.append("sale", {"header": {"receipt_number": "no sale at all"}})
        work.commit()
    after = till.ring_up("12", email=MEMBER)
    assert till.drain().outcome is Outcome.DONE

    reasons = [outcome.reason.partition(":")[0] for outcome in till.data.outbox.quarantined()]
    assert reasons == ["unknown_kind", "payload_too_large", "hash_differs", "bad_payload"]
    assert central.balance(MEMBER) == before.earned.points + after.earned.points
    assert till.data.outbox.pending_count() == 0
    assert max(len(entry.payload) for entry in entries(till)) > 3_000_000, "whole on the till for whoever looks into it"


def test_new_terms_reach_the_till_and_the_next_sale(central: RealCentral, till: RealTill) -> None:
    till.drain()
    assert till.data.terms.current_terms().version == 1
    central.service.load_terms(
        contract.Terms(
            terms_id="standard",
            version=2,
            effective_from=(SystemClock().now() - timedelta(hours=1)).isoformat(),
            earn_points_per_unit=3,
        )
    )
    till.drain()
    central.member(MEMBER)
    assert till.data.terms.current_terms().earn_points_per_unit == 3
    sale = till.ring_up("10", email=MEMBER)
    till.drain()
    assert sale.earned.points == central.balance(MEMBER) == 147


class SkewedClock(SystemClock):
    def __init__(self, skew: timedelta) -> None:
        super().__init__()
        self.skew = skew

    def now(self):
        return super().now() + self.skew


@pytest.mark.parametrize("days", [40, -3])
def test_a_till_whose_clock_is_days_off_still_syncs(central: RealCentral, tmp_path: Path, days: int) -> None:
    till = RealTill(tmp_path / "second", "02", clock=SkewedClock(timedelta(days=days)))
    till.enrol(central.url, central.service.open_enrolment("001", "02"))
    till.connect()
    central.member(MEMBER, points=500)
    account = till.gateway.find_member(MEMBER)
    sale = till.ring_up("10", account=account, points=300)
    till.drain()
    assert central.balance(MEMBER) == 200 + sale.earned.points
    assert_in_agreement(central, till)
    till.close()


def test_a_central_service_restored_from_a_backup_gets_its_lost_events_again(tmp_path: Path, expect_log) -> None:
    expect_log("asks again for everything behind entry")
    folder, backup = tmp_path / "central", tmp_path / "backup"
    central = RealCentral(folder)
    till = RealTill(tmp_path / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    central.member(MEMBER)
    sales = [till.ring_up("10", email=MEMBER) for _ in range(3)]
    till.drain()
    central.close()
    shutil.copytree(folder, backup)

    central = RealCentral(folder, port=central.port)
    account = till.gateway.find_member(MEMBER)
    sales += [till.ring_up("12", account=account) for _ in range(3)]
    till.drain()
    central.close()
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)

    central = RealCentral(folder, port=central.port)
    till.ring_up("11")
    till.drain()
    assert_in_agreement(central, till)
    assert central.balance(MEMBER) == sum(sale.earned.points for sale in sales)
    till.close()
    central.close()


def test_a_restored_till_starts_a_new_journal_and_nothing_is_overwritten(
    central: RealCentral, tmp_path: Path, expect_log
) -> None:
    expect_log("older copy")
    central.member(MEMBER)
    folder, backup = tmp_path / "second", tmp_path / "backup"
    till = RealTill(folder, "02")
    till.enrol(central.url, central.service.open_enrolment("001", "02"))
    till.connect()
    first = till.ring_up("10", email=MEMBER)
    till.close()
    (backup).mkdir()
    shutil.copy(folder / "terminal.db", backup / "terminal.db")

    till = RealTill(folder, "02")
    till.connect()
    second = till.ring_up("12", email=MEMBER)
    till.drain()
    till.close()
    for leftover in folder.glob("terminal.db*"):
        leftover.unlink()
    shutil.copy(backup / "terminal.db", folder / "terminal.db")

    till = RealTill(folder, "02")
    till.connect()
    third = till.ring_up("10", email=MEMBER)
    till.drain()
    assert len({sale.header.receipt_number for sale in (first, second, third)}) == 3
    assert central.balance(MEMBER) == sum(sale.earned.points for sale in (first, second, third))
    assert central.service.verify().findings == ()
    till.close()


def test_a_service_that_is_killed_and_started_again_is_told_everything_once(
    tmp_path: Path, postgresql_url: str
) -> None:
    central_database = new_postgresql_database(postgresql_url)
    process = CentralProcess(tmp_path / "central", central_database).start()
    code = enrolment_code(tmp_path / "central", central_database)
    till = RealTill(tmp_path / "till")
    till.enrol(process.url, code)
    till.connect()
    till.ring_up("10")
    till.drain()
    process.kill()
    for _ in range(10):
        till.ring_up("11")
    assert till.engine.step().outcome is Outcome.UNREACHABLE
    with pytest.raises(OfflineError):
        till.gateway.find_member(MEMBER)
    process.start()
    till.drain()
    process.kill()
    central = RealCentral(tmp_path / "central", central_database)
    assert_in_agreement(central, till)
    sales = [json.loads(entry.payload) for entry in entries(till) if entry.kind == "sale"]
    assert len(sales) == 11
    till.close()
    central.close()


def enrolment_code(folder: Path, database_url: str) -> str:
    service = CentralService.open(folder, database_url)
    code = service.open_enrolment("001", "01")
    service.close()
    return code


def test_ten_sales_without_a_service_arrive_once_when_it_is_back(tmp_path: Path) -> None:
    central = RealCentral(tmp_path / "central")
    central.member(MEMBER)
    till = RealTill(tmp_path / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    statuses: queue.Queue[SyncStatus] = queue.Queue()
    worker = SyncWorker(till.engine, till.data.outbox, till.client, till.clock, statuses.put)
    worker.start()

    def wait_for(online: bool, queued: int) -> None:
        while True:
            status = statuses.get(timeout=20)
            if (status.online, status.queued) == (online, queued):
                return

    wait_for(online=True, queued=0)
    till.selling.add_item("10")  # in the middle of a sale
    central.close()
    wait_for(online=False, queued=0)
    sales = []
    for _ in range(10):
        sales.append(till.ring_up("12", email=MEMBER))
        worker.nudge()
    wait_for(online=False, queued=10)
    central = RealCentral(tmp_path / "central", port=central.port)
    wait_for(online=True, queued=0)
    assert worker.stop()
    assert central.balance(MEMBER) == sum(sale.earned.points for sale in sales)
    assert_in_agreement(central, till)
    till.close()
    central.close()


def test_the_till_writes_down_under_which_trace_its_entries_went_up(
    central: RealCentral, till: RealTill, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    till.ring_up("10")
    till.drain()
    till.drain()
    said = [record.getMessage() for record in caplog.records if "POST /v1/journal entries 1 to" in record.getMessage()]
    assert len(said) == 1, "a sign of life is not worth a line"
    trace = said[0].rpartition("trace ")[2]
    (taken,) = [record for record in caplog.records if record.getMessage() == "events taken in"]
    assert (taken.terminal, taken.first) == ("001-01", 1)
    assert len(trace) == 16
