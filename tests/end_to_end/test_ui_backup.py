"""The backup in the real window: a copy made, checked and restored by touch and by keys, and what is overdue shown."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.whole_counter import BADGE, CABLE, HEADPHONES, SPEAKER, WholeCounter
from PySide6.QtCore import Qt

from pos_app.domain.operator import Operator, Role
from pos_app.ports import DeviceState
from pos_app.ports.backup import BackupPlace, CopyState
from pos_app.settings import load_settings
from pos_app.storage import restore
from pos_app.storage.backup_copy import key_of
from pos_app.storage.copy_keys import seed_of
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.terminal_database import SCHEMA_VERSION
from ui.backup.backup_desk import BackupDesk

Key = Qt.Key
Open = Callable[..., WholeCounter]
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)


def open_backup(till: WholeCounter, who: Operator = MANAGER) -> BackupDesk:
    """More, This till, Backup."""
    till.register.operator.change_to(who)
    till.press(Key.Key_F10)
    for name in ("This till", "Backup"):
        till.until(lambda name=name: name in till.rows(), f"{name} is in the list")
        till.rows()[name].click()
    return till.window.functions.backup.desk


def make_copy(till: WholeCounter, desk: BackupDesk) -> None:
    page = till.window.till.page
    till.until(lambda: page.note.startswith("In "), "the copies are listed")
    before = len(desk.body.copies)
    till.touch(page.main)
    till.until(lambda: len(desk.body.copies) == before + 1, "the copy is in the list")


def test_a_copy_is_made_and_checked_in_the_window(till: WholeCounter) -> None:
    desk = open_backup(till)
    make_copy(till, desk)
    assert [copy.state for copy in desk.body.copies] == [CopyState.GOOD]
    till.touch(desk.body.check)
    till.until(lambda: desk.body.report.report is not None, "the copy is read")
    assert desk.body.report.report.headline == "The copy is as it was made: every page, every entry."


def test_a_copy_is_restored_and_the_next_start_sells_under_new_numbers(
    open_till: Open, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    expect_log("the data was restored from the copy of")
    till = open_till()
    first = till.sell(HEADPHONES)
    till.until(till._all_paper_is_out, "the paper is out: a receipt under way would be in doubt in the copy")
    desk = open_backup(till)
    make_copy(till, desk)
    till.window.till.leave()
    lost = till.sell(CABLE)
    desk = open_backup(till)
    till.until(lambda: desk.body.chosen is not None, "the copy is listed")
    till.touch(desk.body.restore)
    till.until(lambda: till.window.till.page.main.text() == "Restore this copy", "what it will do is said")
    said = [view.accessibleName() for view in desk.plan_body._views]
    assert "1 sale since then will not be in it" in said
    till.touch(till.window.till.page.main)
    till.until(lambda: till.window.till.page.main.text() == "Close the till", "the data is prepared")
    till.close()
    till = open_till()
    assert till.register.data.storage.sale(first) is not None
    assert till.register.data.storage.sale(lost) is None
    again = till.sell(CABLE)
    assert int(again.rpartition("-")[2]) == int(lost.rpartition("-")[2]) + 1
    report = audit(till.register.data.database)
    assert report.faults == []
    assert "the data was restored from the copy of" in report.notes[0]
    till.all_sent()
    assert till.register.data.outbox.quarantined() == []


def test_somebody_without_the_right_asks_for_approval(till: WholeCounter) -> None:
    till.register.operator.change_to(Operator("associate-1", "Associate", Role.ASSOCIATE))
    till.press(Key.Key_F10)
    for name in ("This till", "Backup"):
        till.rows()[name].click()
    assert not till.window.till.covering
    till.approve(BADGE["manager"])
    till.until(lambda: till.window.till.covering, "the copies are shown")


def test_a_recovery_key_is_shown_once_and_stays_nowhere(till: WholeCounter) -> None:
    desk = open_backup(till)
    make_copy(till, desk)
    till.touch(desk.body.key)
    till.until(lambda: desk.key_body.isVisible(), "the key is shown")
    till.touch(till.window.till.page.extra)
    paper = till.printed()[0]
    key = next(line.strip() for line in paper.splitlines() if line.count("-") == 3 and len(line.strip()) == 19)
    rest = next(line.strip() for line in paper.splitlines() if line.strip().count("-") == 2 and len(line.strip()) == 14)
    assert len(seed_of(f"{key}-{rest}")) == 16
    till.until(till._all_paper_is_out, "the paper is out")
    till.touch(till.window.till.page.main)
    make_copy(till, desk)
    assert desk.body.copies[0].recovery_id
    papers = till.register.data.database.all("SELECT document FROM print_job")
    assert all(key not in document for (document,) in papers)


def test_scans_and_keys_do_nothing_to_the_sale_below(till: WholeCounter) -> None:
    desk = open_backup(till)
    make_copy(till, desk)
    till.scan(CABLE)
    assert "the scan was not used" in till.window.till.page.note
    till.press(Key.Key_Escape)
    till.until(lambda: not till.window.till.covering, "back at the sale")
    assert till.rows_of_sale() == []


def test_a_missing_stick_is_said_and_the_till_sells(open_till: Open) -> None:
    till = open_till()
    desk = open_backup(till)
    desk._desk.backups._root = Path(till.folder / "no-stick")
    desk.list_copies()
    till.until(lambda: "is not there" in desk.body.accessibleDescription(), "it is said")
    till.touch(till.window.till.page.main)
    till.until(lambda: "Plug in the stick" in till.window.till.page.note, "it is said again")
    till.window.till.leave()
    assert till.sell(HEADPHONES)


def test_an_overdue_backup_stands_in_the_top_bar(till: WholeCounter, expect_log: Callable[[str], None]) -> None:
    expect_log("no copy was made")
    keeper, backups = till.counter._backup, till.counter._backups
    backups._root = till.folder / "no-stick"
    state = till.folder / "backup.state"
    state.write_text(json.dumps({"begun_at": "2020-01-01T00:00:00+00:00"}))
    keeper._make(backups, "as planned")
    keeper._tell(backups)
    badges = till.window.top_bar._badges
    till.until(lambda: "backup" in badges, "the badge is there")
    words = badges["backup"].accessibleName()
    assert words.startswith("backup: warning, The backup is overdue. There is none. The backup folder")
    backups._root = None
    assert keeper._make(backups, "as planned")
    keeper._tell(backups)
    till.until(lambda: DeviceState.READY.value in badges["backup"].accessibleName(), "all is well again")


@pytest.mark.parametrize("reason", ["after the day was closed", "as planned"])
def test_the_keeper_makes_copies_by_itself(till: WholeCounter, reason: str) -> None:
    keeper, backups = till.counter._backup, till.counter._backups
    if reason == "after the day was closed":
        backups.make("by hand")
        state = till.folder / "backup.state"
        state.write_text(json.dumps(json.loads(state.read_text()) | {"z_number": 7}))
    assert keeper._reason(backups, in_time=True) == reason
    keeper.stop()
    keeper._stopping.clear()
    keeper.start(first_after_s=0)
    till.until(lambda: any(copy.reason == reason for copy in backups.copies()), "the copy is made")


def test_copies_go_to_a_stick_that_is_plugged_in(till: WholeCounter, tmp_path: Path) -> None:
    stick = tmp_path / "STICK"
    stick.mkdir()
    desk = open_backup(till)
    make_copy(till, desk)
    beside = till.counter._backups.places()[0]
    till.counter._backups.places = lambda: [beside, BackupPlace(stick, "STICK", 8_000_000_000)]
    till.touch(desk.body.place)
    till.until(lambda: len(desk.places_body.places) == 2, "the stick is listed")
    assert desk.places_body.chosen.name == "STICK"
    till.touch(till.window.till.page.main)
    till.until(lambda: desk.body.isVisible() and not desk.body.copies, "the stick is empty")
    till.touch(till.window.till.page.main)
    till.until(lambda: desk.body.copies, "the copy is on the stick")
    assert desk.body.copies[0].path.is_relative_to(stick / "till-backups")
    assert load_settings(till.folder).backup_folder == str(stick / "till-backups")
    rows = till.register.data.database.all("SELECT payload FROM journal WHERE kind = 'settings_changed'")
    assert json.loads(rows[-1][0])["by"] == "manager-1"


def test_a_machine_that_goes_on_after_its_data_was_restored_elsewhere_is_told_to_stop(
    open_till: Open, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    expect_log("the data was restored from the copy of")
    old = open_till()
    old.sell(HEADPHONES)
    old.all_sent()
    old.until(old._all_paper_is_out, "the paper is out: a receipt under way would be in doubt in the copy")
    backups = old.counter._backups
    key = backups.new_recovery_key("manager-1")
    copy = backups.make("by hand")
    lost = old.sell(CABLE)
    old.all_sent()
    folder = tmp_path / "other machine"
    restore.stage(
        copy,
        key_of(copy, recovery_key=key),
        folder,
        KeyFile(folder / "till.key"),
        newest_schema=SCHEMA_VERSION,
        at=old.register.clock.now(),
        by="manager-1",
        progress=lambda done, whole: None,
    )
    new = WholeCounter(folder, old.central)
    new.until(lambda: new.window.sale.banner is not None, "it says what it lacks")
    assert new.window.sale.banner.title == "The data was restored"
    assert f"one sale that this till lacks ({lost})" in new.window.sale.banner.detail
    new.sell(SPEAKER)
    new.all_sent()
    old.window.on_scan(CABLE)  # the hands are at the other window
    old.window.tender.pay_exact_cash()
    old.until(lambda: old.window.sale.banner is not None, "the old till is told")
    assert old.window.sale.banner.title == "This till goes on elsewhere"
    assert "Stop selling here, and call the manager." in old.window.sale.banner.detail
    assert old.central.service.verify().findings == ()
    new.close()
