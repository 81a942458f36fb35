"""The database's primary is killed while tills send, and the standby that takes over lacks the last events.

Two real PostgreSQL servers with streaming replication, the service in a process of its own, tills on real disks. What
the tills had been told was safe and was lost goes up again by itself: the service names its lower mark.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from fakes.postgresql_pair import DATABASE, Pair
from fakes.postgresql_pair import postgresql_pair as postgresql_pair
from fakes.real_central import CentralProcess
from fakes.real_till import RealTill

from sync import contract
from sync.central.service import CentralService
from sync.terminal.retry import Outcome

pytestmark = pytest.mark.timeout(300)

TILLS = 3
START_POINTS = 5000
EMAIL = "ann@example.com"


class Store:
    """Tills that sell to one member, and what their receipts promised."""

    def __init__(self, folder: Path, central: CentralService, url: str) -> None:
        self.promised = START_POINTS
        self.tills = [RealTill(folder / f"till-{number}", f"0{number + 1}") for number in range(TILLS)]
        for number, till in enumerate(self.tills):
            till.enrol(url, central.open_enrolment("001", f"0{number + 1}"))
            till.connect()

    def sell(self, till: RealTill, points: int = 0) -> None:
        account = till.gateway.find_member(EMAIL) if points else None
        sale = till.ring_up("10", "12", account=account, email="" if account else EMAIL, points=points)
        self.promised += sale.earned.points - sale.points_used

    def drain(self) -> None:
        for till in self.tills:
            assert till.drain().outcome is Outcome.DONE

    def drain_through_an_outage(self) -> None:
        """All at once, each trying again until everything is sent, as its worker does."""

        def send(till: RealTill) -> None:
            while (result := till.engine.step()).outcome is not Outcome.DONE or result.more:
                pass

        threads = [threading.Thread(target=send, args=(till,)) for till in self.tills]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def events(self) -> int:
        return sum(till.data.outbox.acknowledged() for till in self.tills)

    def close(self) -> None:
        for till in self.tills:
            till.close()


def opened_with_a_member(folder: Path, url: str) -> CentralService:
    """A service over an empty database, with a member who has points to begin with."""
    service = CentralService.open(folder / "central", url)
    joining = contract.EnrolMember(
        event_id="joined-ann", email=EMAIL, marketing_consent=False, joined_at="2026-01-01T00:00:00+00:00"
    )
    member = service.enrol_member(joining).member
    assert member is not None
    service.grant_points("opening", member.member_id, START_POINTS, earned_on=service.clock.now().date())
    return service


def assert_everything_is_there_once(folder: Path, url: str, store: Store) -> None:
    """The books are right, every entry of every till is in, and the member has what the receipts promised."""
    with closing(CentralService.open(folder / "central", url)) as service:
        report = service.verify()
        found = service.find_member(contract.FindMember(email=EMAIL)).member
    assert report.findings == ()
    assert report.quarantined == 0
    assert report.events == store.events()
    assert found is not None
    assert found.balance_points == store.promised
    assert all(till.data.outbox.pending_count() == 0 for till in store.tills)


def test_a_standby_without_the_last_events_gets_them_from_the_tills_again(
    tmp_path: Path, postgresql_pair: Pair, expect_log: Callable[[str], None]
) -> None:
    pair = postgresql_pair
    service = opened_with_a_member(tmp_path, pair.url)
    with ExitStack() as stack:
        central = CentralProcess(tmp_path / "central", pair.url).start()
        stack.callback(central.kill)
        store = Store(tmp_path, service, central.url)
        stack.callback(store.close)
        service.close()
        for till in store.tills:
            store.sell(till)
        store.drain()
        pair.wait_until_the_same()
        kept = store.events()

        pair.cut_the_link()
        for till in store.tills:
            store.sell(till, points=300)  # its hold and its payment are lost with the primary
            store.sell(till)
        store.drain()
        safe_they_were_told = store.events()
        assert safe_they_were_told > kept

        for till in store.tills:
            store.sell(till)
        dying = threading.Thread(target=pair.fail_over)
        dying.start()
        expect_log("the central service asks again for everything behind entry")
        store.drain_through_an_outage()
        dying.join()
        assert pair.standby.query("SELECT count(*) FROM event", DATABASE) == store.events() > safe_they_were_told

        assert_everything_is_there_once(tmp_path, pair.url, store)


def test_a_backup_is_restored_and_the_tills_bring_what_it_lacks(
    tmp_path: Path, postgresql_pair: Pair, expect_log: Callable[[str], None]
) -> None:
    """The drill of docs/central/backup.md with its own commands: pg_dump, createdb, pg_restore, verify."""
    server = postgresql_pair.primary
    service = opened_with_a_member(tmp_path, server.url(DATABASE))
    with ExitStack() as stack:
        central = CentralProcess(tmp_path / "central", server.url(DATABASE)).start()
        stack.callback(central.kill)
        store = Store(tmp_path, service, central.url)
        stack.callback(store.close)
        service.close()
        for till in store.tills:
            store.sell(till)
        store.drain()

        dump = server.folder / "rewards.dump"
        at_the_server = ("-h", str(server.folder), "-U", "postgres")
        server.run("pg_dump", *at_the_server, "--format=custom", "--no-owner", "--file", dump, DATABASE)
        for till in store.tills:
            store.sell(till, points=200)
            store.sell(till)
        store.drain()
        central.kill()  # the disk is gone, and all that came in since the dump

        server.run("createdb", *at_the_server, "restored")
        server.run("pg_restore", *at_the_server, "--exit-on-error", "--no-owner", "--dbname", "restored", dump)
        restored = CentralService.open(tmp_path / "central", server.url("restored"))
        assert restored.verify().findings == ()
        restored.close()
        again = CentralProcess(tmp_path / "central", server.url("restored"), central.port).start()
        stack.callback(again.kill)
        expect_log("the central service asks again for everything behind entry")
        store.drain()
        assert_everything_is_there_once(tmp_path, server.url("restored"), store)
