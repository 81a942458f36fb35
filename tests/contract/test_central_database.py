"""The service's two engines: what may never be changed, what is tried again, what is kept secret."""

import os
import stat
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_shop import CentralShop
from fakes.central_till import Journal
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sync import contract
from sync.central import tables
from sync.central.database import MAXIMUM_ATTEMPTS, Database, LostRaceError
from sync.central.errors import StartError
from sync.central.migrations import migrate
from sync.central.service import SECRETS_FILE, CentralService
from sync.central.vault import ENVIRONMENT_PEPPER, Vault


@pytest.mark.parametrize("table", [table.name for table in tables.APPEND_ONLY])
@pytest.mark.parametrize("change", ["UPDATE {table} SET event_id = 'x'", "DELETE FROM {table}"])
def test_what_was_posted_can_be_neither_changed_nor_removed(shop: CentralShop, table: str, change: str) -> None:
    member_id = shop.member(points=100)
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    first, second = Journal(), Journal()
    first.sale("t1", member_id=member_id)
    second.sale("t2", member_id=member_id)
    shop.upload(first)
    shop.upload(second)
    database = Database.open(shop.url)

    def work(connection: Connection) -> None:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0
        connection.execute(text(change.format(table=table)))

    with pytest.raises(DBAPIError, match="append-only"):
        database.run(work)
    database.close()


class SerializationFailure:
    """Work that the engine gives up so many times before it lets it through."""

    def __init__(self, times: int, make: Callable[[], Exception]) -> None:
        self.times = times
        self.make = make
        self.attempts = 0

    def __call__(self, connection: Connection) -> str:
        self.attempts += 1
        connection.execute(text("INSERT INTO attempts VALUES (1)"))
        if self.attempts <= self.times:
            raise self.make()
        return "done"


def refused(error: type[psycopg.Error]) -> Callable[[], Exception]:
    return lambda: DBAPIError("statement", {}, error())


@pytest.mark.parametrize(
    "make",
    [
        refused(psycopg.errors.SerializationFailure),
        refused(psycopg.errors.DeadlockDetected),
        refused(psycopg.errors.AdminShutdown),
        lambda: DBAPIError("statement", {}, psycopg.OperationalError(), connection_invalidated=True),
        lambda: LostRaceError("somebody else"),
    ],
)
def test_a_transaction_the_engine_gives_up_is_run_again_as_a_whole(
    central_database: str, make: Callable[[], Exception]
) -> None:
    database = Database.open(central_database)
    database.run(lambda connection: connection.execute(text("CREATE TABLE attempts (one integer)")))
    work = SerializationFailure(MAXIMUM_ATTEMPTS - 1, make)
    assert database.run(work) == "done"
    assert work.attempts == MAXIMUM_ATTEMPTS
    rows = database.run(lambda connection: connection.execute(text("SELECT count(*) FROM attempts")).scalar_one())
    assert rows == 1
    hopeless = SerializationFailure(MAXIMUM_ATTEMPTS, make)
    with pytest.raises((DBAPIError, LostRaceError)):
        database.run(hopeless)
    assert hopeless.attempts == MAXIMUM_ATTEMPTS
    database.close()


def test_an_error_that_would_come_again_is_not_tried_again(central_database: str) -> None:
    database = Database.open(central_database)
    database.run(lambda connection: connection.execute(text("CREATE TABLE attempts (one integer)")))
    work = SerializationFailure(1, refused(psycopg.errors.NumericValueOutOfRange))
    with pytest.raises(DBAPIError):
        database.run(work)
    assert work.attempts == 1
    database.close()


def test_uploads_in_which_every_fifth_transaction_is_given_up_count_once(
    shop: CentralShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole service under injected serialization failures, after all its writes were made."""
    database = shop.service._database  # the seam that no caller may have
    real_run, calls = database.run, [0]

    def run_with_failures(work: Callable[[Connection], object]) -> object:
        def failing(connection: Connection) -> object:
            result = work(connection)
            calls[0] += 1
            if calls[0] % 5 == 0:
                raise DBAPIError("COMMIT", {}, psycopg.errors.SerializationFailure())
            return result

        return real_run(failing)

    monkeypatch.setattr(database, "run", run_with_failures)
    member_id = shop.member(points=1_000)
    journal = Journal()
    for number in range(10):
        journal.sale(f"t{number}", member_id=member_id)
        shop.upload(journal, number + 1)
        shop.hold(f"h{number}", member_id, 100)
    assert calls[0] > 20
    assert shop.points() == 2_000
    assert shop.balance().available_points == 1_000


def test_two_services_on_one_database_share_the_work(shop: CentralShop) -> None:
    """Two processes: each has its own connections and caches."""
    member_id = shop.member()
    other = CentralService(Database.open(shop.url), shop.vault, shop.clock)
    journals = []
    for number in range(6):
        terminal_id = f"001-{number + 10}"
        shop.let_in(terminal_id)
        journal = Journal(terminal_id)
        journal.joined(f"m{number % 2}@example.com")
        for count in range(5):
            journal.sale(f"{terminal_id}-{count}", contact_id="c1")
            journal.sale(f"{terminal_id}-m-{count}", member_id=member_id)
        journals.append(journal)
    failures: list[Exception] = []

    def upload(service: CentralService, journal: Journal) -> None:
        try:
            for first in (1, 5, 9):
                service.upload(journal.terminal_id, journal.batch(first, first + 3))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [
        threading.Thread(target=upload, args=(service, journal))
        for journal in journals
        for service in (shop.service, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.sweep()
    assert not failures
    assert shop.points() == 6 * 5 * 100
    assert shop.points("m0@example.com") + shop.points("m1@example.com") == 6 * 5 * 100
    other.close()


def test_a_proof_taken_while_tills_upload_sees_one_moment(shop: CentralShop) -> None:
    member_id = shop.member(points=10_000)
    other = CentralService(Database.open(shop.url), shop.vault, shop.clock)
    journal = Journal()
    for number in range(60):
        journal.sale(f"t{number}", member_id=member_id)
    done = threading.Event()

    def upload() -> None:
        for number in range(0, 60, 3):
            shop.upload(journal, number + 1, number + 3)
            shop.hold(f"h{number}", member_id, 100)
        done.set()

    thread = threading.Thread(target=upload)
    thread.start()
    proofs = [other.verify().findings]
    while not done.is_set():
        proofs.append(other.verify().findings)
    thread.join()
    other.close()
    assert set(proofs) == {()}


def test_the_service_outlives_its_connections(postgresql_url: str) -> None:
    """The database restarts or a firewall forgets: the next question opens a new connection."""
    shop = CentralShop(new_postgresql_database(postgresql_url))
    member_id = shop.member(points=100)
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        others = "pid <> pg_backend_pid() AND datname IS NOT NULL"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    assert shop.hold("h", member_id, 100).state == "held"
    shop.assert_proven()
    shop.service.close()


def test_a_database_of_a_newer_program_is_refused(shop: CentralShop) -> None:
    database = Database.open(shop.url)
    database.run(lambda connection: connection.execute(tables.schema_version.insert().values(version=999)))
    with pytest.raises(StartError, match="update it"):
        migrate(database)
    database.close()


def test_starting_again_finds_everything_as_it_was(shop: CentralShop) -> None:
    member_id = shop.member(points=77)
    again = CentralService(Database.open(shop.url), shop.vault, shop.clock)
    answer = again.find_member(contract.FindMember(email="a@example.com"))
    assert answer.member is not None
    assert (answer.member.member_id, answer.member.balance_points) == (member_id, 77)
    again.close()


def test_neither_addresses_nor_card_numbers_are_in_the_database(shop: CentralShop) -> None:
    shop.member("secret.person@example.com")
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    journal = Journal()
    journal.joined("other.person@example.com")
    journal.contacts["c2"] = "stranger@example.com"
    journal.sale("t1", contact_id="c2")
    shop.upload(journal)
    database = Database.open(shop.url)

    def everything(connection: Connection) -> str:
        rows = [row for table in tables.metadata.sorted_tables for row in connection.execute(table.select())]
        return "".join(repr(tuple(row)) for row in rows)

    content = database.run(everything)
    database.close()
    for secret in ("secret.person", "other.person", "stranger", "6006491234567890123"):
        assert secret not in content
        assert secret.encode().hex() not in content


def test_the_wrong_secrets_are_noticed(shop: CentralShop) -> None:
    shop.member()
    wrong = CentralService(Database.open(shop.url), Vault(shop.vault.pepper, b"x" * 32), shop.clock)
    with pytest.raises(StartError, match="wrong secrets"):
        wrong.find_member(contract.FindMember(email="a@example.com"))
    wrong.close()


def test_verify_names_what_is_off(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    shop.hold("h", member_id, 50)
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    shop.upload(journal)
    database = Database.open(shop.url)

    def tamper(statement: str) -> list[str]:
        database.run(lambda connection: connection.execute(text(statement)))
        return list(shop.service.verify().findings)

    assert tamper("UPDATE balance SET points = points + 1, held = held + 1") == [
        f"member {member_id}: balance 201, ledger 200",
        f"member {member_id}: 51 points held, open holds 50",
    ]
    assert "points held" not in " ".join(tamper("UPDATE balance SET points = points - 1, held = held - 1"))
    assert any("lot" in finding for finding in tamper("UPDATE lot SET remaining = remaining + 5"))
    tamper("UPDATE lot SET remaining = remaining - 5")
    assert any("gift card" in finding for finding in tamper("UPDATE gift_card SET balance_minor = 1"))
    tamper("UPDATE gift_card SET balance_minor = 2000")
    assert any("acknowledged up to 7" in finding for finding in tamper("UPDATE terminal_chain SET high_water = 7"))
    tamper("UPDATE terminal_chain SET high_water = 1")
    assert any("has no key" in finding for finding in tamper("DELETE FROM event_key"))
    event_key = (
        "INSERT INTO event_key SELECT event_id, '', terminal_id, incarnation, sequence FROM event WHERE event_id = 't1'"
    )
    assert tamper(event_key) == []
    database.close()


def test_an_event_edited_past_the_triggers_breaks_its_chain(shop: CentralShop) -> None:
    journal = Journal()
    journal.append("paid_out", {"amount_minor": 2_000})
    shop.upload(journal)
    database = Database.open(shop.url)
    drop = "DROP TRIGGER event_no_update" + ("" if database.is_sqlite else " ON event")

    def edit(payload: bytes) -> Callable[[Connection], object]:
        return lambda connection: connection.execute(tables.event.update().values(payload=payload))

    database.run(lambda connection: connection.execute(text(drop)))
    database.run(edit(b'{"amount_minor":1}'))
    assert shop.service.verify().findings == ("terminal 001-01 (first): entry 1 was changed after it was written",)
    database.run(edit(journal.entries[0].payload))
    database.close()


# --- starting ---------------------------------------------------------------------------------------------------------


def test_the_secrets_are_made_once_and_for_the_service_alone(tmp_path: Path) -> None:
    service = CentralService.open(tmp_path)
    service.grant_points("g", _joined(service), 10, earned_on=date(2014, 3, 1))
    service.close()
    secrets_file = tmp_path / SECRETS_FILE
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "central.db").stat().st_mode) == 0o600
    again = CentralService.open(tmp_path)
    assert again.find_member(contract.FindMember(email="a@example.com")).member is not None
    again.close()
    secrets_file.chmod(0o644)
    with pytest.raises(StartError, match="chmod 600"):
        CentralService.open(tmp_path)
    secrets_file.chmod(0o600)
    secrets_file.write_text("{}")
    with pytest.raises(StartError, match="restore them from your backup"):
        CentralService.open(tmp_path)


def _joined(service: CentralService) -> str:
    joining = contract.EnrolMember(
        event_id="e", email="a@example.com", marketing_consent=False, joined_at="2014-01-01T00:00:00Z"
    )
    member = service.enrol_member(joining).member
    assert member is not None
    return member.member_id


def test_secrets_from_the_environment_must_be_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, ENVIRONMENT_PEPPER, "c2hvcnQ=")
    with pytest.raises(StartError, match="32 bytes in base64"):
        CentralService.open(tmp_path)
    assert not (tmp_path / SECRETS_FILE).exists()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://memory"])
def test_an_address_of_no_database_is_refused_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(StartError, match="sqlite:///FILE or postgresql://"):
        CentralService.open(tmp_path, url)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "central.db").write_text("shopping list " * 100)
    with pytest.raises(StartError, match="is not a database"):
        CentralService.open(tmp_path)
    assert (tmp_path / "central.db").read_text().startswith("shopping list")
