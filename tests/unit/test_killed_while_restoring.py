"""kill -9 at every step of making and restoring a copy: the data is the old or the restored one, whole, and goes on."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, cash_sale, key_file, open_data, open_day

from pos_app.backup_room import LocalBackups
from pos_app.clock import SetClock
from pos_app.domain.poslog import sale_to_plain
from pos_app.ports.backup import CopyState
from pos_app.settings import TerminalSettings
from pos_app.storage import restore
from pos_app.storage.backup_copy import key_of
from pos_app.storage.journal_audit import audit
from pos_app.storage.terminal_database import SCHEMA_VERSION, TerminalDatabase

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
IN_COPY, LATER = 3, 4
_STEPS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "open")


def sell(data: TerminalDatabase, count: int) -> int:
    for _ in range(count):
        with data.storage.unit_of_work() as work:
            number = work.begin_transaction()
            sale = cash_sale(number)
            work.append("sale", sale_to_plain(sale))
            totals = data.storage.till_totals()
            work.save_till_totals(totals.with_sale(sale.total_minor, sale.tenders, sale.earned.points))
            work.commit()
    return number


def backups_of(folder: Path, data: TerminalDatabase) -> LocalBackups:
    return LocalBackups(folder, TerminalSettings(), data.database, key_file(folder), SetClock(NOON), data.storage)


def survives(act: Callable[[], None], step: int) -> bool:
    """Do it in a process of its own that dies at its nth step on the disk; False when it died."""
    child = os.fork()
    if not child:
        left = step

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            writing = event != "open" or (isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"))
            if event in _STEPS and writing:
                left -= 1
                if not left:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the act itself failed"
    return not os.WIFSIGNALED(status)


def die_at_each_step(act: Callable[[Path], None], look: Callable[[Path, int], None], base: Path, folder: Path) -> int:
    """Die at every step there is, each time with the folder as it was before, and look; how often it died."""
    step = 1
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        if survives(lambda: act(folder), step):
            return step - 1
        look(folder, step)
        step += 1


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A till with a copy, and sales since."""
    folder = tmp_path / "base"
    with closing(open_data(folder)) as data:
        open_day(data)
        sell(data, IN_COPY)
        backups_of(folder, data).make("by hand")
        sell(data, LATER)
    return folder


def test_a_restoration_is_whole_or_not_at_all(base: Path, tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("was restored from a copy")
    expect_log("the journal goes on under a new incarnation")
    seen: set[int] = set()

    def bring_back(folder: Path) -> None:
        keys = key_file(folder)
        with closing(open_data(folder)) as data:
            (copy,) = backups_of(folder, data).copies()
            copy_key = key_of(copy, database_key=data.database.key)
        restore.stage(
            copy,
            copy_key,
            folder,
            keys,
            newest_schema=SCHEMA_VERSION,
            at=NOON,
            by="manager-1",
            progress=lambda done, whole: None,
        )
        restore.finish(folder, keys, NOON)

    def look(folder: Path, step: int) -> None:
        with closing(open_data(folder)) as data:
            report = audit(data.database)
            assert report.faults == [], f"after a death at step {step}"
            assert report.transactions in (IN_COPY, IN_COPY + LATER)
            seen.add(report.transactions)
            assert sell(data, 1) == IN_COPY + LATER + 1
        assert not (folder / restore.READY).exists()

    assert die_at_each_step(bring_back, look, base, tmp_path / "till") > 5
    assert seen == {IN_COPY, IN_COPY + LATER}


def test_a_copy_is_whole_or_not_there(base: Path, tmp_path: Path) -> None:
    def copy_again(folder: Path) -> None:
        with closing(open_data(folder)) as data:
            backups_of(folder, data).make("by hand")

    def look(folder: Path, step: int) -> None:
        with closing(open_data(folder)) as data:
            backups = backups_of(folder, data)
            copies = backups.copies()
            assert all(copy.state is CopyState.GOOD for copy in copies), f"after a death at step {step}"
            assert all(backups.check(copy) == [] for copy in copies)
            assert len(copies) in (1, 2)
            assert backups.make("by hand").state is CopyState.GOOD
            assert not list(backups.folder().glob("*.part"))

    assert die_at_each_step(copy_again, look, base, tmp_path / "till") > 3
