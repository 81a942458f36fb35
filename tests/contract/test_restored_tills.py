"""A till that was restored from a copy, and the central service: nothing is doubled, what is lost is named."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from fakes.memory_shop import PlainFormatter
from fakes.real_central import RealCentral
from fakes.real_till import RealTill
from fakes.return_desk import Desk

from pos_app.backup_room import LocalBackups
from pos_app.ports.backup import BackupCopy
from pos_app.restored_till import words_of
from pos_app.settings import TerminalSettings
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from sync.central.backoffice import reading
from sync.central.forks import all_forks
from sync.terminal.retry import Outcome
from sync.terminal.standing import ask_standing

MEMBER = "member@example.com"
Expect = Callable[[str], None]


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    yield made
    made.close()


def new_till(folder: Path, central: RealCentral) -> RealTill:
    till = RealTill(folder)
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    till.drain()
    return till


def backups_of(till: RealTill) -> LocalBackups:
    folder = till.data.database.path.parent
    keys = KeyFile(folder / "terminal.key")
    return LocalBackups(folder, TerminalSettings(), till.data.database, keys, till.clock, till.data.storage)


def restored(till: RealTill, copy: BackupCopy, central: RealCentral) -> RealTill:
    """The same machine after a restoration."""
    backups_of(till).stage(copy, "manager-1")
    folder = till.data.database.path.parent
    till.close()
    again = RealTill(folder)
    again.connect(central.url)
    return again


def sell(till: RealTill, count: int, email: str = "") -> list[str]:
    return [till.ring_up("12", email=email).header.receipt_number for _ in range(count)]


def total_at(central: RealCentral) -> int:
    with central.service._database.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM sale").scalar_one())


def expect_restore(expect_log: Expect) -> None:
    expect_log("was restored from a copy")
    expect_log("the data was restored from the copy of")


def test_thirty_lost_sales_are_named_and_no_number_is_given_twice(
    tmp_path: Path, central: RealCentral, expect_log: Expect
) -> None:
    expect_restore(expect_log)
    central.member(MEMBER)
    till = new_till(tmp_path / "till", central)
    kept = sell(till, 3, MEMBER)
    copy = backups_of(till).make("by hand")  # two of the three sales are not sent yet
    lost = sell(till, 30, MEMBER)
    till.drain()
    points = central.balance(MEMBER)
    till = restored(till, copy, central)
    lacking = ask_standing(till.client, till.data.restorations.held())
    assert (lacking.sales, lacking.first_receipt, lacking.last_receipt) == (30, lost[0], lost[-1])
    words = words_of("22 Nov", lacking)
    assert words.startswith("It is that of 22 Nov. The central service has 30 sales that this till lacks (")
    assert central.balance(MEMBER) == points
    new = sell(till, 2, MEMBER)
    assert till.drain().outcome is Outcome.DONE
    assert set(new).isdisjoint(kept + lost)
    assert total_at(central) == 35
    assert central.service.verify().findings == ()
    assert audit(till.data.database).faults == []
    assert till.data.outbox.quarantined() == []
    with central.service._database.engine.connect() as connection:
        assert all_forks(connection) == []
    till.close()


def test_goods_of_a_lost_sale_come_back_by_receipt(tmp_path: Path, central: RealCentral, expect_log: Expect) -> None:
    """What customers hold papers of counts, though the till does not know it any more."""
    expect_restore(expect_log)
    till = new_till(tmp_path / "till", central)
    copy = backups_of(till).make("by hand")
    (lost,) = sell(till, 1)
    till.drain()
    till = restored(till, copy, central)
    assert till.data.storage.sale(lost) is None
    Desk(till).take_back(lost)
    assert till.drain().outcome is Outcome.DONE
    assert central.service.verify().findings == ()
    assert till.data.outbox.quarantined() == []
    till.close()


def test_a_machine_that_goes_on_after_its_data_was_restored_elsewhere_is_named(
    tmp_path: Path, central: RealCentral, expect_log: Expect
) -> None:
    """Both sell: every sale counts once, the service says that the terminal runs twice, and the old one is told."""
    expect_restore(expect_log)
    old = new_till(tmp_path / "old", central)
    sell(old, 2)
    old.drain()
    key = backups_of(old).new_recovery_key("manager-1")
    copy = backups_of(old).make("by hand")
    old.drain()
    new = RealTillFromCopy(tmp_path / "new", copy, key, central)
    before = sell(old, 2)  # sold before anybody knows of the new one
    after = sell(new.till, 2)
    assert new.till.drain().outcome is Outcome.DONE
    result = old.drain()
    assert result.replaced
    assert result.reason.startswith("This till was restored from a copy elsewhere and goes on there. Stop selling here")
    assert not new.till.drain().replaced
    assert set(before).isdisjoint(after)
    assert total_at(central) == 6
    with central.service._database.engine.connect() as connection:
        (fork,) = all_forks(connection)
        (state,) = reading.terminals(connection, central.service.clock.now())
    assert fork.terminal_id == "001-01"
    assert "terminal 001-01 runs in two places" in fork.words
    assert (state.health, state.fork) == ("forked", fork.words)
    assert central.service.verify().findings == ()
    old.close()
    new.till.close()


class RealTillFromCopy:
    """A new machine that has nothing but a copy and the recovery key."""

    def __init__(self, folder: Path, copy: BackupCopy, key: str, central: RealCentral) -> None:
        from pos_app.storage import restore
        from pos_app.storage.backup_copy import key_of
        from pos_app.storage.terminal_database import SCHEMA_VERSION

        folder.mkdir()
        keys = KeyFile(folder / "terminal.key")
        clock = central.service.clock
        restore.stage(
            copy,
            key_of(copy, recovery_key=key),
            folder,
            keys,
            newest_schema=SCHEMA_VERSION,
            at=clock.now(),
            by="manager-1",
            progress=lambda done, whole: None,
        )
        self.till = RealTill(folder)
        self.till.connect(central.url)


def test_a_copied_folder_that_runs_twice_is_named_by_the_service(
    tmp_path: Path, central: RealCentral, expect_log: Expect
) -> None:
    """Somebody copied the whole folder, witness and all: the first sale of the second machine is a fork."""
    till = new_till(tmp_path / "till", central)
    sell(till, 1)
    till.drain()
    till.close()
    copytree(tmp_path / "till", tmp_path / "twin")
    one, two = RealTill(tmp_path / "till"), RealTill(tmp_path / "twin")
    for each in (one, two):
        each.connect(central.url)
    sell(one, 1)
    one.drain()
    sell(two, 1)
    two.drain()
    assert [outcome.reason.partition(":")[0] for outcome in two.data.outbox.quarantined()] == ["fork"]
    assert total_at(central) == 2
    assert central.service.verify().findings == ()
    one.close()
    two.close()


def test_the_service_is_asked_until_it_answers_and_it_is_said_once(
    tmp_path: Path, central: RealCentral, expect_log: Expect
) -> None:
    from threading import Event
    from types import SimpleNamespace

    from pos_app.errors import OfflineError
    from pos_app.restored_till import tell_what_lacks

    expect_restore(expect_log)
    till = new_till(tmp_path / "till", central)
    copy = backups_of(till).make("by hand")
    sell(till, 2)
    till.drain()
    till = restored(till, copy, central)
    answers = iter((OfflineError("no line"), None))
    said: list[tuple[str, str]] = []

    def ask():
        refusal = next(answers)
        if refusal is not None:
            raise refusal
        return ask_standing(till.client, till.data.restorations.held())

    class NeverStops(Event):
        """Does not wait."""

        def wait(self, timeout: float | None = None) -> bool:
            return False

    register = SimpleNamespace(data=till.data, ask_standing=ask, clock=till.clock, formatter=PlainFormatter())
    for _ in range(2):
        tell_what_lacks(register, NeverStops(), lambda *words: said.append(words))
    assert [title for title, _ in said] == ["The data was restored"]
    assert "2 sales that this till lacks" in said[0][1]
    till.close()
