"""The schema is migrated while processes of the older program take events in, and they go on afterwards."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_till import Journal, Till, enrolled_till
from fakes.real_central import CentralProcess
from sqlalchemy import Connection, text

from sync import contract
from sync.central import migrations
from sync.central.errors import StartError
from sync.central.service import CentralService, open_database

TILLS, SALES = 3, 40


def expand(connection: Connection) -> None:
    """What a later version may do: add a column, an index and a table to what is written all the time."""
    connection.execute(text("ALTER TABLE event ADD COLUMN origin TEXT NOT NULL DEFAULT ''"))
    connection.execute(text("CREATE INDEX event_by_origin ON event (origin)"))
    connection.execute(text("CREATE TABLE origin (name TEXT PRIMARY KEY)"))


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """From here on, this process is the next version of the program."""

    def become() -> int:
        monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, expand))
        monkeypatch.setattr(migrations, "LOCK_TIMEOUT_MS", 100)
        return len(migrations.MIGRATIONS)

    return become


class Crowd:
    """Tills that upload one event after the other until all are in."""

    def __init__(self, process: CentralProcess, service: CentralService) -> None:
        self.tills = [
            enrolled_till(process.url, service.open_enrolment("001", f"{number:02}")) for number in range(1, TILLS + 1)
        ]
        self.half_way = threading.Barrier(TILLS + 1)
        self.go_on = threading.Event()
        self.failures: list[object] = []
        self.threads = [threading.Thread(target=self._upload, args=(till,)) for till in self.tills]

    def _upload(self, till: Till) -> None:
        journal = Journal(till.terminal_id)
        for number in range(SALES):
            journal.sale(f"{till.terminal_id}-{number}")
            if number == SALES // 2:
                self.half_way.wait()
                self.go_on.wait()
            answer = till.post(contract.PATH_JOURNAL, journal.batch(number + 1))
            if (answer.status, answer.json.get("acknowledged")) != (200, number + 1):
                self.failures.append(answer.body)


def test_old_processes_write_before_during_and_after_a_migration(
    tmp_path: Path, postgresql_url: str, next_version: Callable[[], int]
) -> None:
    url = new_postgresql_database(postgresql_url)
    folder = tmp_path / "central"
    service = CentralService.open(folder, url)
    with ExitStack() as stack:
        old = CentralProcess(folder, url).start()
        stack.callback(old.kill)
        crowd = Crowd(old, service)
        service.close()
        for thread in crowd.threads:
            thread.start()
        crowd.half_way.wait()

        version = next_version()
        said: list[str] = []
        database = open_database(folder, url)
        with psycopg.connect(url) as somebody:
            somebody.execute("SELECT count(*) FROM event")  # a long report holds the table
            waiting = threading.Event()

            def note(words: str) -> None:
                said.append(words)
                waiting.set()

            migrating = threading.Thread(target=migrations.migrate, args=(database, note))
            migrating.start()
            assert waiting.wait(60)
            assert "Others use a table" in said[0]
            crowd.go_on.set()  # the tills go on while the migration waits for its turn
            somebody.rollback()
        migrating.join()
        for thread in crowd.threads:
            thread.join()
        assert crowd.failures == []
        assert migrations.schema_version(database) == version
        database.close()

        old.kill()
        old.start()  # the older program also starts again on the newer schema
        till = crowd.tills[0]
        till.port = old.port
        again = Journal(till.terminal_id, incarnation="second")
        again.sale("after-the-migration")
        assert till.post(contract.PATH_JOURNAL, again.batch()).status == 200

        after = CentralService.open(folder, url)
        stack.callback(after.close)
        report = after.verify()
        assert report.findings == ()
        assert report.events == TILLS * SALES + 1


def test_a_program_that_is_too_old_for_the_schema_does_not_start(
    tmp_path: Path, next_version: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations.MIGRATIONS
    version = next_version()
    monkeypatch.setattr(migrations, "OLDEST_PROGRAM", version)  # something that older programs need was taken away
    CentralService.open(tmp_path / "central").close()
    monkeypatch.setattr(migrations, "MIGRATIONS", known)
    with pytest.raises(StartError, match=f"schema {version}, this program knows {len(known)}: update it"):
        CentralService.open(tmp_path / "central")
