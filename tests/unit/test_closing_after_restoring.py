"""A till that is restored from before a Z report gives that number to no other one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.closing_till import EVENING, ClosingTill

from pos_app.backup_room import LocalBackups
from pos_app.clock import SetClock
from pos_app.settings import TerminalSettings
from pos_app.storage.keys import KeyFile


def a_day(till: ClosingTill) -> int:
    """One sale, counted to the cent; the number of its Z."""
    till.ring_up("10")
    return till.close_day(till.expected_minor).number


@pytest.mark.parametrize("days_lost", [1, 3])
def test_z_numbers_go_on_behind_those_that_were_lost(
    tmp_path: Path, days_lost: int, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    expect_log("the journal goes on under a new incarnation")
    folder = tmp_path / "till"
    till = ClosingTill(folder)
    assert a_day(till) == 1
    keys = KeyFile(folder / "terminal.key")
    backups = LocalBackups(folder, TerminalSettings(), till.data.database, keys, till.clock, till.data.storage)
    copy = backups.make("by hand")
    for day in range(1, days_lost + 1):
        till.close()
        till = ClosingTill(folder, clock=SetClock(EVENING + timedelta(days=day)))
        assert a_day(till) == 1 + day
    assert backups_of(till, folder).lacks_last_z()
    backups_of(till, folder).stage(copy, "manager-1")
    till.close()
    till = ClosingTill(folder, clock=SetClock(EVENING + timedelta(days=days_lost + 1)))
    assert a_day(till) == days_lost + 2
    assert till.faults() == []
    till.close()


def backups_of(till: ClosingTill, folder: Path) -> LocalBackups:
    keys = KeyFile(folder / "terminal.key")
    return LocalBackups(folder, TerminalSettings(), till.data.database, keys, till.clock, till.data.storage)
