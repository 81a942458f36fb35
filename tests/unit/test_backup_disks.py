"""Real disks that are full, read-only or pulled while a copy is made: a sentence, nothing left behind, sales go on."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.terminal_data import NOON, key_file, terminal_data

from pos_app.backup_places import places
from pos_app.backup_room import LocalBackups
from pos_app.clock import SetClock
from pos_app.errors import WorldError
from pos_app.ports.backup import CopyState
from pos_app.settings import TerminalSettings
from pos_app.storage.terminal_database import TerminalDatabase

Mount = Callable[[str], Path]
pytestmark = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs root to mount a file system")


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """A stick of its own."""
    stick = tmp_path / "media" / "STICK"
    stick.mkdir(parents=True)

    def make(options: str) -> Path:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(stick)], capture_output=True)
        if done.returncode:
            pytest.skip("no right to mount a file system here")
        return stick

    yield make
    subprocess.run(["umount", "-l", str(stick)], capture_output=True)


def backups_of(data: TerminalDatabase, stick: Path) -> LocalBackups:
    folder = data.database.path.parent
    settings = TerminalSettings(backup_folder=str(stick))
    return LocalBackups(folder, settings, data.database, key_file(folder), SetClock(NOON), data.storage)


def sales_go_on(data: TerminalDatabase) -> None:
    with data.storage.unit_of_work() as work:
        work.append("no_sale", {})
        work.commit()


def test_a_full_stick_is_said_before_anything_is_written(tmp_path: Path, mount: Mount) -> None:
    stick = mount("size=200k")
    with terminal_data(tmp_path / "till") as data:
        with pytest.raises(WorldError, match=r"There is no room for a copy: it needs [\d.]+ MB, 0\.2 MB are free\."):
            backups_of(data, stick).make("by hand")
        assert list((stick / "001-02").iterdir()) == []
        sales_go_on(data)


def test_a_stick_that_fills_up_meanwhile_is_said_and_cleared(
    tmp_path: Path, mount: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = mount("size=200k")
    with terminal_data(tmp_path / "till") as data:
        plenty = shutil.disk_usage(tmp_path)._replace(free=10**12)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: plenty)
        with pytest.raises(WorldError, match=r"There is no room left for a copy in .* Sales go on\."):
            backups_of(data, stick).make("by hand")
        assert list((stick / "001-02").iterdir()) == []
        sales_go_on(data)
        subprocess.run(["mount", "-o", "remount,size=32m", str(stick)], check=True)
        assert backups_of(data, stick).make("by hand").state is CopyState.GOOD


def test_a_read_only_stick_is_said_and_its_copies_are_read_all_the_same(tmp_path: Path, mount: Mount) -> None:
    stick = mount("size=32m")
    with terminal_data(tmp_path / "till") as data:
        copy = backups_of(data, stick).make("by hand")
        subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
        with pytest.raises(WorldError, match="Read-only file system"):
            backups_of(data, stick).make("by hand")
        assert backups_of(data, stick).check(copy) == []
        backups_of(data, stick).stage(copy, "manager-1")
        sales_go_on(data)


def test_a_pulled_stick_is_not_taken_for_an_empty_folder(tmp_path: Path, mount: Mount) -> None:
    """The folder that it was mounted at may stay: what was chosen lies on the stick, and is not there any more."""
    stick = mount("size=32m")
    with terminal_data(tmp_path / "till") as data:
        (place,) = places([tmp_path / "media"])
        assert (place.path, place.name) == (stick, "STICK")
        backups = backups_of(data, stick)
        backups.use_place(place, "manager-1")
        assert backups.make("by hand").path.is_relative_to(stick / "till-backups")
        subprocess.run(["umount", str(stick)], check=True)
        assert places([tmp_path / "media"]) == []
        with pytest.raises(WorldError, match=r"is not there\. Plug in the stick"):
            backups.make("by hand")
        assert not backups.health().overdue
        assert list(stick.iterdir()) == []
        sales_go_on(data)
