"""Copies of a till's data: made while it sells, unreadable by themselves, proved, kept by policy, and restored."""

import json
import shutil
import sqlite3
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest
from fakes.terminal_data import NOON, cash_sale, key_file, open_day, raw, terminal_data
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_app.backup_room import LocalBackups
from pos_app.cli import backup as command
from pos_app.clock import SetClock
from pos_app.domain.backup_policy import DAILY, MONTHLY, NEWEST, WEEKLY, dropped, is_due, is_overdue, kept
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.settings_edits import edits_between
from pos_app.errors import CashierError, WorldError
from pos_app.ports.backup import RECOVERY_MARK, BackupCopy, CopyState
from pos_app.ports.reports import Cancelled
from pos_app.ports.set_up import StoreVersion
from pos_app.settings import TerminalSettings
from pos_app.storage import copy_keys, restore
from pos_app.storage.backup_copy import COPY_FILE, FACTS_FILE, key_of, read_copy
from pos_app.storage.database import FILE_NAME
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.storage.restore import READY, REPLACED
from pos_app.storage.terminal_database import KEY_FILE_NAME, SCHEMA_VERSION, TerminalDatabase
from pos_app.store_book import StoreFileBook

BY = "manager-1"


def sell(data: TerminalDatabase, count: int = 1, price_minor: int = 1000) -> int:
    """So many sales; the last one's number."""
    for _ in range(count):
        with data.storage.unit_of_work() as work:
            number = work.begin_transaction()
            sale = cash_sale(number, price_minor)
            work.append("sale", sale_to_plain(sale))
            totals = data.storage.till_totals()
            work.save_till_totals(totals.with_sale(sale.total_minor, sale.tenders, sale.earned.points))
            work.commit()
    return number


def backups_of(data: TerminalDatabase, *, at: datetime = NOON, place: Path | None = None) -> LocalBackups:
    folder = data.database.path.parent
    chosen = TerminalSettings(backup_folder=str(place) if place else "")
    return LocalBackups(folder, chosen, data.database, key_file(folder), SetClock(at), data.storage)


def copy_of(data: TerminalDatabase, **options: object) -> BackupCopy:
    return backups_of(data, **options).make("asked for")


def run(*arguments: str) -> int:
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.main(parser.parse_args(arguments))


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_proved_and_says_how_far_it_goes(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 3)
        copy = copy_of(data)
        assert backups_of(data).check(copy) == []
        assert backups_of(data).copies() == [copy]
    assert (copy.state, copy.terminal_id, copy.sequence, copy.transaction_sequence) == (CopyState.GOOD, "001-02", 5, 3)
    assert not list(copy.path.parent.glob("*.part"))


def test_a_copy_alone_says_nothing_of_what_was_sold(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data)
        (data.database.path.parent / "store.toml").write_text("name = 'Secret Street'")
        copy = copy_of(data)
        own_key = data.database.key
    content = (copy.path / COPY_FILE).read_bytes() + (copy.path / FACTS_FILE).read_bytes()
    assert b"Cable" not in content
    assert b"Secret Street" not in content
    assert own_key.hex().encode() not in content
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(copy.path / COPY_FILE).execute("SELECT * FROM journal")


def test_sales_go_on_while_a_copy_is_made_and_are_not_in_it_by_half(tmp_path: Path) -> None:
    """The copy is of one moment: its chain, numbers and totals agree with one another."""
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 20)
        selling = Thread(target=sell, args=(data, 60))
        selling.start()
        copies = [copy_of(data, at=NOON + timedelta(minutes=number)) for number in range(3)]
        selling.join()
        checked = [backups_of(data).check(copy) for copy in copies]
        assert audit(data.database).faults == []
    assert checked == [[], [], []]


def test_a_stick_that_is_not_there_is_said_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    with terminal_data(tmp_path / "till") as data:
        backups = backups_of(data, place=stick)
        with pytest.raises(WorldError, match=r"is not there\. Plug in the stick .* Sales go on\."):
            backups.make("asked for")
        assert not stick.exists()
        assert "is not there" in backups.health().words
        stick.mkdir()
        assert backups.make("asked for").state is CopyState.GOOD
        assert "is not there" not in backups.health().words


def test_a_disk_without_room_is_said_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal_data(tmp_path) as data:
        usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
        with pytest.raises(WorldError, match=r"There is no room for a copy: it needs .* 1\.0 MB are free"):
            copy_of(data)
        assert list((tmp_path / "backups" / "001-02").iterdir()) == []


def test_a_copy_that_is_to_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(done: int, whole: int) -> None:
        raise Cancelled

    with terminal_data(tmp_path) as data:
        sell(data, 3)
        with pytest.raises(Cancelled):
            backups_of(data).make("asked for", stop)
        assert list((tmp_path / "backups" / "001-02").iterdir()) == []


def test_what_a_killed_copy_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "backups" / "001-02" / "20261101T000000Z.part"
    left.mkdir(parents=True)
    (left / COPY_FILE).write_bytes(b"half")
    with terminal_data(tmp_path) as data:
        copy = copy_of(data)
        assert backups_of(data).copies() == [copy]
    assert not left.exists()


@pytest.mark.parametrize(
    ("file", "damage", "words"),
    [
        pytest.param(COPY_FILE, lambda b: b[:9000] + bytes([b[9000] ^ 1]) + b[9001:], "its digest", id="a-flipped-bit"),
        pytest.param(COPY_FILE, lambda b: b[:-4096], "were written", id="cut-short"),
        pytest.param(FACTS_FILE, lambda b: b"{}", "description cannot be read", id="no-description"),
        pytest.param(COPY_FILE, None, "files is missing", id="no-file"),
    ],
)
def test_a_damaged_copy_is_named_and_is_not_restored(tmp_path: Path, file: str, damage, words: str) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 3)
        path = copy_of(data).path / file
        if damage is None:
            path.unlink()
        else:
            path.write_bytes(damage(path.read_bytes()))
        (copy,) = backups_of(data).copies()
        assert words in backups_of(data).check(copy)[0]
        with pytest.raises(WorldError):
            backups_of(data).stage(copy, BY)
    assert not (tmp_path / READY).exists()


def test_facts_that_were_changed_do_not_open(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        copy = copy_of(data)
        facts = copy.path / FACTS_FILE
        facts.write_text(facts.read_text().replace('"z_number": 0', '"z_number": 7'))
        with pytest.raises(WorldError, match="or it was changed"):
            backups_of(data).check(read_copy(copy.path))


def test_a_journal_that_was_changed_shows_in_its_copy(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 3)
        raw(data.database, "DROP TRIGGER journal_is_never_changed")
        raw(
            data.database,
            "UPDATE journal SET payload = CAST(replace(payload, '1000', '1001') AS BLOB) WHERE sequence = 4",
        )
        copy = copy_of(data)
        health = backups_of(data).health()
    assert copy.state is CopyState.DOUBTFUL
    assert "entry 4" in copy.words
    assert "entry 4" in health.words


# --- the recovery key -------------------------------------------------------------------------------------------------


def test_a_recovery_key_opens_a_copy_on_a_machine_that_has_nothing_else(tmp_path: Path) -> None:
    with terminal_data(tmp_path / "till") as data:
        backups = backups_of(data)
        key = backups.new_recovery_key(BY)
        copy = backups.make("asked for")
        assert backups.check(copy, recovery_key=key.lower().replace("-", " ")) == []
        assert copy.recovery_id == backups.recovery_id()
        with pytest.raises(WorldError, match="belongs to another store"):
            backups.check(copy, recovery_key=copy_keys.new_recovery_key())


def test_a_copy_of_before_the_recovery_key_needs_its_own_machine(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        copy = copy_of(data)
        key = backups_of(data).new_recovery_key(BY)
        with pytest.raises(WorldError, match="only its own machine"):
            backups_of(data).check(copy, recovery_key=key)


def test_the_till_keeps_nothing_that_opens_a_copy_elsewhere(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        key = backups_of(data).new_recovery_key(BY)
        (stored,) = data.database.one("SELECT public_key FROM recovery_key")
        (payload,) = data.database.one("SELECT payload FROM journal WHERE kind = 'recovery_key_made'")
    seed = copy_keys.seed_of(key)
    assert seed not in stored
    assert key.encode() not in payload


@given(st.binary(min_size=16, max_size=16))
def test_a_recovery_key_is_read_as_it_is_shown(seed: bytes) -> None:
    text = copy_keys.shown(seed)
    assert copy_keys.seed_of(text) == seed
    assert copy_keys.seed_of(RECOVERY_MARK + text.replace("-", "").replace("0", "o").replace("1", "l")) == seed


@settings(max_examples=50)
@given(st.binary(min_size=16, max_size=16), st.integers(0, 27), st.integers(1, 31))
def test_a_mistyped_recovery_key_opens_nothing(seed: bytes, place: int, step: int) -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    letters = list(copy_keys.shown(seed).replace("-", ""))
    letters[place] = alphabet[(alphabet.index(letters[place]) + step) % 32]
    with suppress(CashierError):
        assert copy_keys.seed_of("".join(letters)) != seed


# --- policy -----------------------------------------------------------------------------------------------------------


def test_seven_days_four_weeks_and_twelve_months_are_kept() -> None:
    made = [NOON - timedelta(hours=6 * number) for number in range(4 * 800)]
    stays = sorted(kept(made), reverse=True)
    assert stays[0] == NOON
    assert len({at.date() for at in stays} & {(NOON - timedelta(days=n)).date() for n in range(DAILY)}) == DAILY
    assert len({at.isocalendar()[:2] for at in stays}) >= WEEKLY
    assert len({(at.year, at.month) for at in stays}) == MONTHLY
    assert len(stays) <= NEWEST + DAILY + WEEKLY + MONTHLY


@given(st.lists(st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)), min_size=1, max_size=60))
def test_dropping_is_settled_at_once_and_never_takes_the_newest(naive: list[datetime]) -> None:
    made = [at.replace(tzinfo=UTC) for at in naive]
    stays = kept(made)
    assert max(made) in stays
    assert kept(stays) == stays
    assert stays.isdisjoint(dropped(made))


@given(st.integers(1, 24), st.integers(0, 400))
def test_a_copy_is_due_before_it_is_overdue(every_h: int, hours: int) -> None:
    now = NOON + timedelta(hours=hours)
    assert is_due(NOON, now, every_h) == (hours >= every_h)
    if is_overdue(NOON, NOON, now, every_h):
        assert is_due(NOON, now, every_h)


def test_old_copies_go_when_a_new_one_is_good(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        for number in range(10):
            copy_of(data, at=NOON + timedelta(hours=2 * number))
        copies = backups_of(data).copies()
    assert len(copies) == 4  # the three newest, and the last one of the Sunday that they leave behind
    assert all(newer.made_at > older.made_at for newer, older in pairwise(copies))


def test_a_till_that_was_off_is_overdue_until_it_has_a_copy(tmp_path: Path) -> None:
    with terminal_data(tmp_path) as data:
        assert not backups_of(data).health().overdue
        late = NOON + timedelta(hours=13)
        assert backups_of(data, at=late).health().overdue
        assert "overdue" in backups_of(data, at=late).health().words
        copy_of(data, at=late)
        assert not backups_of(data, at=late).health().overdue


# --- restoring --------------------------------------------------------------------------------------------------------


def test_yesterdays_copy_comes_back_and_numbers_go_on_behind_the_lost_ones(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    expect_log("restored from the copy of 2026-11-22T20:00:00")
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 5)
        copy = copy_of(data)
        sell(data, 30)
        backups = backups_of(data, at=NOON + timedelta(days=1))
        plan = backups.plan(copy)
        assert (plan.lost_sales, plan.numbers_from) == (30, 35)
        assert plan.points[1][0] == "30 sales since then will not be in it"
        backups.stage(copy, BY)
        assert sell(data) == 36  # the till sells until it is started again
    with terminal_data(tmp_path) as data:
        assert sell(data) == 37
        report = audit(data.database)
        (restored,) = data.database.all("SELECT sequence, payload FROM journal WHERE kind = 'data_restored'")
        sales = data.database.one("SELECT count(*) FROM journal WHERE kind = 'sale'")
    assert report.faults == []
    assert "the data was restored from the copy of 2026-11-22T20:00:00+00:00" in report.notes[0]
    assert sales == (6,)
    assert restored[0] == 1
    assert json.loads(restored[1])["numbers_from"] == 36
    assert (tmp_path / REPLACED).exists()
    assert not (tmp_path / READY).exists()


def test_the_newest_copy_loses_nothing_and_still_begins_anew(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("was restored from a copy")
    expect_log("restored from the copy of 2026-11-22T20:00:00")
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 2)
        copy = copy_of(data)
        assert backups_of(data).plan(copy).lost_entries == 0
        before = data.identity.incarnation()
        backups_of(data).stage(copy, BY)
    with terminal_data(tmp_path) as data:
        assert data.identity.incarnation() != before
        assert sell(data) == 3
        assert audit(data.database).faults == []


def test_between_two_copies_what_is_lost_is_counted(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    """Back to the older copy, some sales, and then to the newer one after all: those sales are lost, and said to be."""
    expect_log("was restored from a copy")
    expect_log("restored from the copy of 2026-11-22T20:00:00")
    late = NOON + timedelta(hours=2)
    with terminal_data(tmp_path) as data:
        open_day(data)
        older = copy_of(data)
    with terminal_data(tmp_path) as data:
        sell(data, 2)
        copy_of(data, at=NOON + timedelta(hours=1))
        sell(data)
        newer = copy_of(data, at=NOON + timedelta(hours=1))
        backups_of(data).stage(older, BY)
    with terminal_data(tmp_path, clock=SetClock(late)) as data:
        assert sell(data, 4) == 7
        plan = backups_of(data, at=late).plan(newer)
    assert (plan.lost_sales, plan.numbers_from) == (4, 7)


def test_a_broken_disk_costs_no_number_twice(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    """Nothing here can say how many sales there were since: numbers go on far above."""
    expect_log("was restored from a copy")
    expect_log("restored from the copy of 2026-11-22T20:00:00")
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 5)
        copy = copy_of(data)
        sell(data, 30)
        backups_of(data).stage(copy, BY)
    (tmp_path / FILE_NAME).write_bytes(b"\0" * 40_000)
    expect_log("cannot say how far it got")
    with terminal_data(tmp_path) as data:
        assert sell(data) > 1000
        assert audit(data.database).faults == []


def test_the_versions_of_the_stores_settings_travel_with_them(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("was restored from a copy")
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    book = StoreFileBook(old, lambda: NOON)
    edits = edits_between(book.plain(), {**book.plain(), "store_name": "Northgate"})
    book.save(StoreVersion(0, "", "manager-1", "New sign", "2027-01-04", ("Name: Northgate",), edits, ""))
    with terminal_data(old) as data:
        key = backups_of(data).new_recovery_key(BY)
        copy = copy_of(data)
    keys = KeyFile(new / KEY_FILE_NAME)
    restore.stage(
        copy,
        key_of(copy, recovery_key=key),
        new,
        keys,
        newest_schema=SCHEMA_VERSION,
        at=NOON,
        by=BY,
        progress=lambda done, whole: None,
    )
    assert restore.finish(new, keys, NOON)
    restored = StoreFileBook(new, lambda: NOON)
    assert [one.why for one in restored.versions()] == [one.why for one in book.versions()]
    assert restored.next_day == "2027-01-04", "what waited for its day still does"


@pytest.mark.parametrize("name", ["../../outside", "/etc/outside", "a/../outside"], ids=["up", "absolute", "up within"])
def test_no_file_of_a_copy_is_put_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    assert restore._place_of(tmp_path, name).resolve().is_relative_to(tmp_path)


def test_restoring_on_a_new_machine_by_command(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    expect_log: Callable[[str], None],
) -> None:
    expect_log("was restored from a copy")
    expect_log("restored from the copy of 2026-11-22T20:00:00")
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "store.toml").write_text("[store]\n")
    with terminal_data(old) as data:
        open_day(data)
        sell(data, 5)
        key = backups_of(data).new_recovery_key(BY)
        copy = copy_of(data)
    new.mkdir()
    KeyFile(new / KEY_FILE_NAME).database_key(create=True)
    with monkeypatch.context() as typed:
        typed.setattr("sys.stdin", StringIO(key))
        assert run("restore", str(copy.path), "--data", str(new), "--recovery-key", "--yes") == 0
    said = capsys.readouterr().out
    assert "The central service knows what it was" in said
    assert (new / "store.toml").read_text() == "[store]\n"
    with terminal_data(new) as data:
        assert data.database.key != copy_keys.seed_of(key)
        assert sell(data) > 1000
        assert audit(data.database).faults == []


def test_the_command_makes_lists_and_checks_while_the_till_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal_data(tmp_path) as data:
        open_day(data)
        sell(data, 2)
        assert [run(act, "--data", str(tmp_path)) for act in ("now", "list", "verify")] == [0, 0, 0]
        said = capsys.readouterr().out
        assert "The copy is as it was made." in said
        assert "make a recovery key" in said
        assert run("restore", "--data", str(tmp_path), "--yes") == 1
        assert "Close it first" in capsys.readouterr().err
    assert run("key", "--data", str(tmp_path)) == 0
    shown = capsys.readouterr().out.splitlines()[0]
    assert len(copy_keys.seed_of(shown)) == 16


def test_a_copy_of_another_till_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with terminal_data(tmp_path / "one", workstation_id="03") as data:
        copy = copy_of(data)
    with terminal_data(tmp_path / "two"):
        pass
    assert run("restore", str(copy.path), "--data", str(tmp_path / "two"), "--yes") == 1
    assert "This copy is of till 001-03; the data in" in capsys.readouterr().err
