"""A machine is gone: a new one takes over its till in the window, from a stick and the paper in the safe."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.typing_hands import type_by_hand
from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter, patiently
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pos_app import backup_places
from pos_app.bootstrap import open_register
from pos_app.cli import run
from pos_app.domain.operator import Operator, Role
from pos_app.first_run import FirstRun, is_needed
from pos_app.ports.backup import RECOVERY_MARK, BackupCopy, BackupPlace
from pos_app.sample_store import store_of
from pos_app.storage import restore
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.taking_over import TakeOver, end_taking_over
from ui.first_run.window import Chosen, FirstRunWindow
from ui.theme.tokens import Height
from ui.wedge_scanner import type_code
from ui.widgets.control import Control

Open = Callable[..., WholeCounter]
MANAGER = Operator("manager-1", "Manager", Role.MANAGER)
PIN = "738164"


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is plugged in."""
    folder = tmp_path / "STICK"
    folder.mkdir()
    monkeypatch.setattr(backup_places, "places", lambda: [BackupPlace(folder, "STICK", 8_000_000_000)])
    return folder


@pytest.fixture
def gone(open_till: Open, stick: Path) -> tuple[WholeCounter, BackupCopy, str]:
    """A till that sold and is no more, with its copy on the stick and its recovery key on paper."""
    till = open_till()
    till.sell(HEADPHONES)
    till.until(till._all_paper_is_out, "the paper is out")
    backups = till.counter._backups
    key = backups.new_recovery_key("manager-1")
    backups.use_place(BackupPlace(stick, "STICK", 8_000_000_000), "manager-1")
    copy = backups.make("by hand")
    till.close()
    return till, copy, key


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[FirstRunWindow]:
    folder = tmp_path / "new"
    folder.mkdir()
    made = FirstRunWindow(FirstRun(folder, KeyFile(folder / "till.key")), resumes=False)
    made.resize(1024, 768)
    made.show()
    made.activateWindow()
    patiently(lambda: QApplication.focusWindow() is made.windowHandle(), "the window is in front")
    yield made
    made.close()
    made.wedge.deleteLater()
    made.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def touch(widget: QWidget) -> None:
    assert widget.isVisible(), widget.accessibleName()
    assert widget.isEnabled(), widget.accessibleName()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def on(window: FirstRunWindow, title: str) -> None:
    patiently(lambda: window.page is not None and window.page.title == title, f"{title} is shown")


def come_to_the_key(window: FirstRunWindow) -> None:
    touch(window.take_over)
    on(window, "Which copy")
    patiently(lambda: window.page.chosen is not None, "the copy on the stick is found")
    touch(window.page.on_button)
    on(window, "Recovery key")


@pytest.mark.parametrize("scanned", [True, False], ids=["scanned", "typed"])
def test_a_new_machine_takes_over_from_a_stick_and_the_key(
    gone: tuple[WholeCounter, BackupCopy, str],
    window: FirstRunWindow,
    tmp_path: Path,
    expect_log: Callable[[str], None],
    scanned: bool,
) -> None:
    expect_log("was restored from a copy")
    expect_log("the data was restored from the copy of")
    key = gone[2]
    ended: list[Chosen] = []
    window.ended.connect(ended.append)
    come_to_the_key(window)
    if scanned:
        type_code(QApplication.focusWindow(), f"{RECOVERY_MARK}{key}")
    else:
        plain = key.replace("-", "").lower()
        type_by_hand(plain, window.wedge)
        patiently(lambda: window.page.value("recovery_key") == plain, "it is typed")
        touch(window.page.on_button)
    patiently(lambda: window.page.plan is not None, "the key opens the copy")
    assert "This machine becomes till" in window.page.card.words
    touch(window.page.on_button)
    on(window, "Who signs on")
    patiently(lambda: window.page.report.report is not None, "it is restored")
    window.page.show_value("number", "301")
    for name in ("pin", "again"):
        window.page.show_value(name, PIN)
    touch(window.page.on_button)
    patiently(lambda: ended, "the till opens")
    assert ended == [Chosen.STORE]
    folder = tmp_path / "new"
    assert not is_needed(folder)
    register = open_register(folder, store_of(folder), KeyFile(folder / "till.key"))
    try:
        assert register.data.people.by_pin("301", PIN) is not None
        assert audit(register.data.database).faults == []
    finally:
        register.close()


def test_a_key_that_is_mistyped_or_of_another_store_changes_nothing(
    gone: tuple[WholeCounter, BackupCopy, str], window: FirstRunWindow, tmp_path: Path
) -> None:
    come_to_the_key(window)
    for wrong, words in (
        (gone[2][:-1], "seven groups"),
        ("0000-0000-0000-0000-0000-0000-00QG", "recovery key"),
    ):
        window.page.show_value("recovery_key", wrong)
        touch(window.page.on_button)
        patiently(lambda words=words: words in (window.page.report.accessibleDescription()), words)
        assert window.page.plan is None
    assert is_needed(tmp_path / "new")


def test_a_scan_of_goods_is_no_key(gone: tuple[WholeCounter, BackupCopy, str], window: FirstRunWindow) -> None:
    come_to_the_key(window)
    type_code(QApplication.focusWindow(), HEADPHONES)
    patiently(lambda: "not used" in window.words, "it says that the scan was not used")
    assert window.page.value("recovery_key") == ""


def test_a_folder_without_copies_is_said_and_one_with_is_found(
    gone: tuple[WholeCounter, BackupCopy, str], window: FirstRunWindow, tmp_path: Path
) -> None:
    touch(window.take_over)
    on(window, "Which copy")
    (tmp_path / "empty").mkdir()
    window.page.folder.line.setText(str(tmp_path / "empty"))
    touch(window.page.again)
    patiently(lambda: "There are no copies in" in window.page.report.accessibleDescription(), "it is said")
    window.page.folder.line.setText(str(gone[1].path))
    touch(window.page.again)
    patiently(lambda: [copy.path for copy in window.page.copies] == [gone[1].path], "the copy itself was pointed to")


def test_a_machine_switched_off_while_taking_over_goes_on_at_the_next_start(
    gone: tuple[WholeCounter, BackupCopy, str], tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    """The copy was decided on, and nothing of it was in its place yet; a set-up had been begun before."""
    expect_log("was restored from a copy")
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "store.toml").write_text("[store]\n")
    (folder / "first-run.json").write_text('{"step": "manager", "values": {}}')
    keys = KeyFile(folder / "database.key")
    take_over = TakeOver(folder, keys)
    (copy,) = take_over.copies(None)

    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(restore, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            take_over.restore(copy, gone[2], lambda done, whole: None)
    assert restore.is_staged(folder)
    assert end_taking_over(folder, keys, gone[0].register.clock.now())
    assert not is_needed(folder)
    assert store_of(folder).profile.store_id == gone[0].register.profile.store_id
    run._end_taking_over(folder)  # nothing is left to do


def test_a_copy_of_another_machine_is_restored_in_the_backup_page_by_its_key(
    gone: tuple[WholeCounter, BackupCopy, str],
    stick: Path,
    window: FirstRunWindow,
    tmp_path: Path,
    expect_log: Callable[[str], None],
) -> None:
    """The till went on at a second machine; a copy of the first is still on the stick."""
    expect_log("was restored from a copy")
    expect_log("the data was restored from the copy of")
    old, copy, key = gone
    folder = tmp_path / "second"
    TakeOver(folder, KeyFile(folder / "till.key")).restore(copy, key, lambda done, whole: None)
    till = WholeCounter(folder, old.central)
    try:
        till.register.operator.change_to(MANAGER)
        desk = till.window.functions.backup.desk
        till.counter._backups._root = stick / "till-backups"
        desk.open()
        till.until(lambda: desk.body.chosen is not None, "the copy of the first machine is listed")
        page = till.window.till.page
        till.touch(desk.body.restore)
        till.until(lambda: desk.asked_key_body.isVisible(), "the recovery key is asked for")
        till.scan(CABLE)
        assert page.note == "That is no recovery key: the scan was not used."
        till.scan(f"{RECOVERY_MARK}{key}")
        till.until(lambda: desk.asked_key_body.value.endswith(key), "the key is there")
        till.touch(page.main)
        till.until(lambda: page.main.text() == "Restore this copy", "what it will do is said")
        assert desk.asked_key_body.value == ""
        till.touch(page.main)
        till.until(lambda: page.main.text() == "Close the till", "the data is prepared")
        assert restore.is_staged(folder)
    finally:
        till.close()


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800)], ids=["1024", "1280"])
def test_every_step_has_controls_to_touch_that_lie_over_no_other(window: FirstRunWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    assert not window.take_over.geometry().intersects(window.own.geometry())
    touch(window.take_over)
    for page in window.pages:
        page.show()
        page.raise_()
        QApplication.processEvents()
        shown = [part for part in page.findChildren(Control) if part.isVisible()]
        assert all(min(part.width(), part.height()) >= Height.TOUCH for part in shown)
        assert all(part.accessibleName() for part in shown)
        places = [part.rect().translated(part.mapTo(page, part.rect().topLeft())) for part in shown]
        for number, place in enumerate(places):
            assert not any(place.intersects(other) for other in places[:number]), shown[number].accessibleName()
        page.hide()
