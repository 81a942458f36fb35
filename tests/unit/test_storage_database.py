"""What can be wrong with a till's data, and what the shop is told."""

import multiprocessing
import os
import stat
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes.terminal_data import DAY, cash_sale, key_file, open_data, open_day, raw, terminal_data

from pos_app.domain.poslog import sale_to_plain
from pos_app.errors import CommitUnknownError, WorldError
from pos_app.storage.database import FILE_NAME, require_safe_sqlite
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import TerminalDatabase, open_for_inspection


def test_a_new_folder_becomes_a_till_and_opens_again_as_the_same(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "till") as data:
        incarnation = data.identity.incarnation()
        open_day(data, 10_000)
    with terminal_data(tmp_path / "till") as data:
        assert data.identity.incarnation() == incarnation
        assert data.identity.terminal_id() == "001-02"
        assert data.storage.business_day() == DAY
        assert data.storage.till_totals().opening_float_minor == 10_000


def test_nothing_in_the_file_can_be_read_without_the_key(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        with data.storage.unit_of_work() as work:
            work.add_contact("c1", "jane@example.com")
            work.commit()
        files = [(tmp_path / name).read_bytes() for name in (FILE_NAME, f"{FILE_NAME}-wal")]
    assert not any(b"jane" in content or b"SQLite format" in content for content in files)


def test_the_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "database.key").stat().st_mode) == 0o600


def test_another_key_does_not_open_the_data(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    with pytest.raises(WorldError, match="the key does not fit"):
        open_data(tmp_path, keys=_OtherKey())


class _OtherKey:
    def database_key(self, *, create: bool) -> bytes:
        return bytes(32)


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    (tmp_path / "database.key").unlink()
    with pytest.raises(WorldError, match="key of this till's data is missing"):
        open_data(tmp_path)


@pytest.mark.parametrize("content", ["", "key:12", "key:xyz", "keystore"])
def test_a_damaged_key_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "database.key"
    path.write_text(content)
    with pytest.raises(WorldError, match="is damaged"):
        KeyFile(path).database_key(create=True)


def test_a_sqlite_that_can_lose_a_commit_is_refused() -> None:
    require_safe_sqlite((3, 51, 3))
    with pytest.raises(WorldError, match=r"SQLite 3\.51\.2 can lose a stored sale"):
        require_safe_sqlite((3, 51, 2))


def test_data_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        raw(data.database, "PRAGMA user_version = 999")
    with pytest.raises(WorldError, match="newer version of this program"):
        open_data(tmp_path)
    with pytest.raises(WorldError, match="newer version of this program"):
        open_for_inspection(tmp_path, key_file(tmp_path))


def test_data_of_another_terminal_is_refused(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    with pytest.raises(WorldError, match="belongs to workstation 02 of store 001"):
        open_data(tmp_path, workstation_id="03")
    open_data(tmp_path).close()


def test_a_second_program_on_the_same_data_is_refused(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    script = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from pos_app.errors import WorldError\n"
        "from fakes.terminal_data import open_data\n"
        "try:\n    open_data(Path(sys.argv[1])).close(); print('opened')\n"
        "except WorldError as error:\n    print(error)\n"
    )
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", script, str(tmp_path), str(tests), str(tests.parent)]
    with terminal_data(tmp_path):
        refused = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Another program is using the data folder" in refused.stdout
    opened = subprocess.run(command, capture_output=True, text=True, check=True)
    assert opened.stdout == "opened\n"


def test_a_flipped_bit_is_noticed_and_said(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data, data.storage.unit_of_work() as work:
        for number in range(200):
            work.append("no_sale", {"reason": f"{number} " * 1000})
        work.commit()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(WorldError, match="damaged"), terminal_data(tmp_path) as data:
        list(data.outbox.pending(1000))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere; see the mounted one")
def test_a_folder_without_write_permission_is_refused(tmp_path: Path) -> None:
    open_data(tmp_path).close()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(WorldError, match="cannot be written to"):
            open_data(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def _mount(folder: Path, options: str) -> None:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("no right to mount a file system here")


needs_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs root to mount a file system")


@needs_root
def test_a_read_only_disk_is_refused_with_the_reason(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    _mount(disk, "size=8m")
    try:
        open_data(disk).close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(WorldError, match="cannot be written to: Read-only file system"):
            open_data(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fill(data: TerminalDatabase, stored: list[str]) -> None:
    """Write until something stops it."""
    while True:
        with data.storage.unit_of_work() as work:
            entry = work.append("no_sale", {"reason": "x" * 3000})
            work.commit()
        stored.append(entry.event_id)


@needs_root
def test_a_full_disk_stops_the_sale_with_a_sentence_and_loses_none_before(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    _mount(disk, "size=3m")
    try:
        data = open_data(disk)
        stored: list[str] = []
        with pytest.raises(WorldError) as refusal:
            _fill(data, stored)
        assert "disk is full" in str(refusal.value) or isinstance(refusal.value, CommitUnknownError)
        subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
        assert stored
        assert all(data.storage.has_event(event_id) for event_id in stored)
        with data.storage.unit_of_work() as work:
            work.append("no_sale", {}, event_id="after")
            work.commit()
        assert [entry.sequence for entry in data.outbox.pending(10_000)] == list(
            range(1, data.outbox.pending_count() + 1)
        )
        data.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_commit_of_unknown_outcome_is_settled_by_looking_for_the_event(tmp_path: Path) -> None:
    """The file is taken away from under the connection, so that COMMIT fails as on a disk that went."""
    with terminal_data(tmp_path) as data:
        open_day(data, 0)
        writer = data.database._writer
        work_context = data.storage.unit_of_work()
        work = work_context.__enter__()
        work.append("no_sale", {}, event_id="lost")
        writer.execute("ROLLBACK")  # what SQLite does by itself on an I/O error; COMMIT then fails
        with pytest.raises(CommitUnknownError) as unknown:
            work.commit()
        assert not work_context.__exit__(type(unknown.value), unknown.value, None)
        assert not data.storage.has_event("lost")
        assert data.database._writer is not writer
        with data.storage.unit_of_work() as again:
            entry = again.append("no_sale", {}, event_id="again")
            again.commit()
        assert (entry.sequence, data.storage.has_event("again")) == (3, True)


def test_a_thread_in_the_middle_of_a_write_sees_its_own_changes_and_others_do_not(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        seen: list[str] = []
        with data.storage.unit_of_work() as work:
            work.open_business_day(DAY)
            other = threading.Thread(target=lambda: seen.append(data.storage.business_day()))
            other.start()
            other.join()
            seen.append(data.storage.business_day())
            work.commit()
        assert seen == ["", DAY]


def test_writers_of_several_threads_wait_for_one_another(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:

        def write_many() -> None:
            for _ in range(25):
                with data.storage.unit_of_work() as work:
                    work.append("no_sale", {})
                    work.commit()

        threads = [threading.Thread(target=write_many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [entry.sequence for entry in data.outbox.pending(1000)] == list(range(1, 101))


def test_a_write_within_a_write_is_a_bug_and_says_so(tmp_path: Path) -> None:
    with (
        terminal_data(tmp_path) as data,
        data.storage.unit_of_work(),
        pytest.raises(RuntimeError, match="within another one"),
        data.storage.unit_of_work(),
    ):
        pass


def test_every_connection_has_the_durable_settings(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        for ask in (data.database.one, data.database.new_reader().one):
            settings = [ask(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")]
            assert settings == [("wal",), (2,), (1,)]
        with data.database.write() as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_inspection_reads_while_the_till_runs_and_cannot_write(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data, 500)
        inspection = open_for_inspection(tmp_path, key_file(tmp_path))
        assert inspection.one("SELECT count(*) FROM journal") == (2,)
        with pytest.raises(WorldError, match="cannot be written to"), inspection.write() as connection:
            connection.execute("DELETE FROM till_totals")
        inspection.close()


def test_inspection_of_an_empty_folder_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no till data"):
        open_for_inspection(tmp_path, key_file(tmp_path))
    assert list(tmp_path.iterdir()) == []


def _sell_until_killed(folder: str, told: Connection) -> None:
    data = open_data(Path(folder))
    if not data.storage.business_day():
        open_day(data, 0)
    while True:
        with data.storage.unit_of_work() as work:
            number = work.begin_transaction()
            sale = cash_sale(number)
            work.append("sale", sale_to_plain(sale), event_id=f"{data.identity.incarnation()}-{number}")
            work.save_till_totals(
                data.storage.till_totals().with_sale(sale.total_minor, sale.tenders, sale.earned.points)
            )
            work.commit()
        told.send(number)


def test_a_killed_till_keeps_every_sale_it_told_of_whole_and_without_gaps(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    told = 0
    for wanted in (1, 7, 23):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_sell_until_killed, args=(str(tmp_path), sender))
        process.start()
        sender.close()
        for _ in range(wanted):
            told = receiver.recv()
        process.kill()
        process.join()
        while receiver.poll():
            try:
                told = receiver.recv()
            except EOFError:
                break
        receiver.close()
        inspection = open_for_inspection(tmp_path, key_file(tmp_path))
        report = audit(inspection)
        assert report.faults == []
        assert report.transactions in (told, told + 1)
        inspection.close()
    with terminal_data(tmp_path) as data:
        assert data.storage.sale(f"001-02-{told:06d}") is not None
        assert data.storage.till_totals().sale_count in (told, told + 1)
