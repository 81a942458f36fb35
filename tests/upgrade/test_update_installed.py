"""From the newer package that a till fetched to the machine that installs it; and everything that must stop it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.memory_shop import profile
from fakes.terminal_data import open_day, terminal_data
from fakes.update_vendor import Vendor, debian_package, this_program

from pos_app.commands import find
from pos_app.domain.receipt_document import ReceiptDocument, Text
from pos_app.errors import CashierError, WorldError
from pos_app.ports import PrintJob
from pos_app.sample_store import stock_shelves
from pos_app.services.updating import Updating
from pos_app.storage.terminal_database import TerminalDatabase
from pos_app.update_room import LocalUpdates
from pos_app.updates import channel
from pos_app.updates.installing import Installer

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb, which makes packages, is not here")
ExpectLog = Callable[[str], None]
LATER = 'import pos_app; pos_app.__version__ = "9.0.0"'
CANNOT_MIGRATE = f"{LATER}; from pos_app.storage import terminal_database as t; t.SCHEMA_VERSION += 1"
LOSES_ITEMS = f"""{LATER}
from pos_app.updates import rehearsal
opens = rehearsal.open_database
def opens_and_loses(*arguments):
    database = opens(*arguments)
    with database.write() as connection:
        connection.execute("DELETE FROM item_code")
        connection.execute("DELETE FROM item")
        database.commit()
    return database
rehearsal.open_database = opens_and_loses"""


class Till:
    """A till's data, the machine it stands on and the vendor it asks."""

    def __init__(self, folder: Path, data: TerminalDatabase) -> None:
        self.folder = folder / "till"
        self.data = data
        self.vendor = Vendor(folder / "vendor")
        self.machine, self.running = folder / "machine", folder / "run"
        self.incoming = self.machine / "incoming"
        self.incoming.mkdir(parents=True)
        room = LocalUpdates(
            self.folder, "stable", machine=self.machine, running=self.running, wait=lambda _: self.running.mkdir()
        )
        self.room = room
        self.updating = Updating(room, storage=data.storage, print_queue=data.print_queue, parked=data.parked)
        self.installed: list[bytes] = []

    def fetch(self, before: str = LATER, version: str = "9.0.0") -> bytes:
        """A newer package is offered, and fetched as the command does."""
        package = debian_package(self.vendor.folder, this_program(before))
        self.vendor.offer(version, content=package)
        (self.folder / "settings.toml").write_text(f'update_url = "{self.vendor.place.as_posix()}"\n')
        assert run("download", "--data", str(self.folder)) == 0
        return package

    def helper(self, till_runs: Callable[[], bool] = lambda: False) -> Installer:
        """The machine's, which has no package manager here: what it would have installed is kept."""
        return Installer(
            self.vendor.root,
            machine=self.machine,
            running=self.running,
            till_runs=till_runs,
            install=lambda package: self.installed.append(package.read_bytes()),
        )


def run(*arguments: str) -> int:
    command = find("update")
    assert command is not None
    return command.run(list(arguments))


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    with terminal_data(tmp_path / "till") as data:
        made = Till(tmp_path, data)
        monkeypatch.setattr(channel, "trusted_root", lambda: made.vendor.root)
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {})
            work.commit()
        yield made


def test_a_newer_version_goes_from_the_vendor_to_the_machine(till: Till) -> None:
    package = till.fetch()
    assert till.room.state().ready
    assert all(step.good for step in till.updating.conditions())
    till.updating.install("manager-1")
    (entry,) = till.data.database.all("SELECT payload FROM journal WHERE kind = 'settings_changed'")
    assert b"to be replaced by 9.0.0" in entry[0]
    assert b"manager-1" in entry[0]
    assert till.helper().run() == (True, "Version 9.0.0 was installed.")
    assert till.installed == [package]
    assert "Version 9.0.0 was installed." in till.room.state().installed
    assert not till.running.exists()
    assert till.helper().run() == (True, "Nothing is to be installed.")


def test_a_till_at_work_keeps_its_version(till: Till) -> None:
    till.fetch()
    with till.data.storage.unit_of_work() as work:
        work.add_print_job(PrintJob("job-1", "sale-1", ReceiptDocument("Receipt", (Text("x"),))))
        work.commit()
    with pytest.raises(CashierError, match="Receipts wait for the printer"):
        till.updating.install("manager-1")
    open_day(till.data)
    with pytest.raises(CashierError, match=r"Not now\. The business day of 2026-11-22 is open"):
        till.updating.install("manager-1")
    assert not list(till.incoming.iterdir())


def test_nothing_is_installed_that_was_not_fetched(till: Till) -> None:
    with pytest.raises(CashierError, match="no newer version here"):
        till.updating.install("manager-1")


def test_a_version_that_cannot_migrate_the_data_is_not_installed(till: Till) -> None:
    till.fetch(CANNOT_MIGRATE)
    with pytest.raises(WorldError, match="did not prove itself: The till's data could not be brought to this version"):
        till.updating.install("manager-1")
    assert not list(till.incoming.iterdir())
    assert not (till.folder / "updates" / "rehearsal").exists()
    assert till.data.outbox.pending_count() == 1


def test_a_version_that_loses_items_is_not_installed(till: Till) -> None:
    stock_shelves(till.data, profile().currency)
    till.fetch(LOSES_ITEMS)
    with pytest.raises(WorldError, match=r"lost items: [1-9][0-9]* became 0"):
        till.updating.install("manager-1")


def test_without_a_helper_the_till_goes_on_and_says_who_can_install(till: Till) -> None:
    till.fetch()
    till.incoming.rmdir()
    with pytest.raises(WorldError, match=r"An administrator can install .*pos-terminal_9\.0\.0_amd64\.deb by hand"):
        till.updating.install("manager-1")


def test_a_helper_that_does_not_answer_gets_its_request_taken_back(till: Till) -> None:
    till.fetch()
    asleep = LocalUpdates(
        till.folder, "stable", machine=till.machine, running=till.running, wait=lambda _: None, answers_within_s=0
    )
    with pytest.raises(WorldError, match="does not answer"):
        asleep.hand_over()
    assert not (till.incoming / "request.json").exists()


# --- the helper, which trusts nothing that the till's user can write --------------------------------------------------


def _handed_over(till: Till) -> Path:
    till.fetch()
    till.room.hand_over()
    return till.incoming / "packages" / "pos-terminal_9.0.0_amd64.deb"


def test_a_package_that_was_swapped_after_it_was_proved_is_not_installed(till: Till, expect_log: ExpectLog) -> None:
    expect_log("LengthOrHashMismatchError")
    package = _handed_over(till)
    package.write_bytes(package.read_bytes()[::-1])
    good, words = till.helper().run()
    assert not good
    assert "not the one that was signed" in words
    assert till.installed == []
    state = till.room.state()
    assert "not the one that was signed" in state.installed
    assert not state.installed_well


def test_links_and_foreign_proofs_are_nothing_that_the_helper_takes(till: Till, expect_log: ExpectLog) -> None:
    expect_log("no update server")
    package = _handed_over(till)
    secret = till.folder / "database.key"
    package.unlink()
    package.symlink_to(secret)
    assert till.helper().run()[0] is False
    assert till.installed == []
    assert not list((till.machine / "trusted" / "packages").glob("*.deb"))


def test_the_helper_remembers_what_it_saw_and_goes_not_back(till: Till, expect_log: ExpectLog) -> None:
    expect_log("BadVersionNumberError")
    _handed_over(till)
    shutil.copytree(till.incoming, till.machine / "kept")
    till.helper().run()
    till.fetch(version="9.0.1")
    till.room.hand_over()
    till.helper().run()
    assert len(till.installed) == 2
    shutil.rmtree(till.incoming)
    shutil.copytree(till.machine / "kept", till.incoming)
    assert till.helper().run()[0] is False
    assert len(till.installed) == 2


def test_the_helper_waits_for_the_till_to_end(till: Till) -> None:
    _handed_over(till)
    runs = iter([True, True, False])
    assert till.helper(lambda: next(runs)).run()[0]
    assert next(runs, None) is None
    assert len(till.installed) == 1


def test_a_power_cut_in_the_middle_is_made_good_at_the_next_start(till: Till) -> None:
    _handed_over(till)

    def cut() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        till.helper(cut).run()
    assert (till.incoming / "request.json").exists()
    assert till.helper().run() == (True, "Version 9.0.0 was installed.")
    assert len(till.installed) == 1


# --- on the command line ----------------------------------------------------------------------------------------------


def test_the_command_says_what_is_offered_and_what_is_here(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(till.folder)
    assert run("check", "--data", folder) == 1
    assert "No update server is set" in capsys.readouterr().err
    till.fetch()
    capsys.readouterr()
    assert run("status", "--data", folder) == 0
    assert "9.0.0 is here and proved; it can be installed. What is new in 9.0.0" in capsys.readouterr().out
    assert run("apply", "--data", folder) == 1
    assert "Another program is using the data folder" in capsys.readouterr().err


def test_trouble_is_kept_for_the_till_to_show_and_what_is_here_stays(till: Till, expect_log: ExpectLog) -> None:
    expect_log("ExpiredMetadataError")
    till.fetch()
    till.vendor.offer("9.0.1", at=datetime.now(UTC) - timedelta(days=31))
    assert run("check", "--data", str(till.folder)) == 1
    state = till.room.state()
    assert "has expired" in state.trouble
    assert (state.version, state.ready) == ("9.0.0", True)
