"""Reports and the journal in the real window, over the till's real database: by keys and by touch."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from fakes.trading import Trade, write
from fakes.whole_counter import BADGE, CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from pos_app.domain.operator import Operator, Role
from pos_app.domain.report_period import Span
from pos_app.services.reporting import TITLES
from pos_app.storage.journal_export_check import check_export

ENTER, ESCAPE, LEFT, RIGHT, DOWN = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Down,
)
Open = Callable[..., WholeCounter]


@pytest.fixture
def manager(open_till: Open) -> WholeCounter:
    counter = open_till()
    counter.register.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    return counter


def desk_of(counter: WholeCounter):
    return counter.window.functions.manager.reports


def journal_of(counter: WholeCounter):
    return counter.window.functions.manager.journal


def shown(counter: WholeCounter, report_id: str) -> None:
    desk = desk_of(counter)
    counter.until(
        lambda: desk.report is not None and desk.report.report_id == report_id and desk.body.sheet.isVisible(),
        f"{report_id} is shown",
    )


def entries_found(counter: WholeCounter, count: int) -> None:
    body = journal_of(counter).body
    counter.until(lambda: len(body.entries) == count, f"{count} entries are found, not {len(body.entries)}")


def open_reports(counter: WholeCounter) -> None:
    counter.press(Qt.Key.Key_F10)
    counter.touch(counter.rows()["Manager"])
    counter.touch(counter.rows()["Reports"])
    counter.until(lambda: desk_of(counter).choice.isVisible(), "the reports are offered")


def test_by_keys_alone_from_the_sale_to_a_report_and_back(manager: WholeCounter) -> None:
    manager.sell(CABLE, HEADPHONES, card=True)
    open_reports(manager)
    manager.keys_pressed = 0
    manager.press(ENTER)
    shown(manager, "overview")
    sales = {row[0]: row[1:] for row in desk_of(manager).report.tables[0].rows}
    assert sales["Goods and services sold"][0] == 1
    manager.press(LEFT)
    shown_day = desk_of(manager).body.day
    manager.press(RIGHT)
    assert desk_of(manager).body.day - shown_day == timedelta(days=1)
    shown(manager, "overview")
    manager.press(ESCAPE, RIGHT, ENTER)
    shown(manager, "hours")
    manager.press(ESCAPE, ESCAPE)
    manager.until(lambda: not manager.window.covered, "the sale is back")
    assert manager.keys_pressed == 8
    assert manager.window.scan_field.line.hasFocus()


def test_every_report_opens_has_a_name_for_all_its_parts_and_leaves_nothing_behind(manager: WholeCounter) -> None:
    manager.sell(CABLE, card=True)
    open_reports(manager)
    desk = desk_of(manager)
    for report_id in TITLES:
        manager.touch(desk.choice.tiles[report_id])
        shown(manager, report_id)
        assert desk.body.sheet.accessibleDescription()
        for widget in desk.body.findChildren(QWidget):
            assert widget.accessibleName() or not widget.isVisible(), widget
        for button in desk.body.stops():
            assert not button.isVisible() or min(button.width(), button.height()) >= 48
        manager.press(ESCAPE)
    assert desk.body.sheet.accessibleDescription() == ""


def test_an_associate_needs_somebody_who_may(open_till: Open) -> None:
    counter = open_till()
    counter.press(Qt.Key.Key_F10)
    counter.touch(counter.rows()["Manager"])
    counter.touch(counter.rows()["Reports"])
    assert not counter.window.till.covering
    counter.approve(BADGE["supervisor"])
    counter.until(lambda: desk_of(counter).choice.isVisible(), "the reports are offered")


def test_one_operator_and_another_period_are_chosen_by_touch(manager: WholeCounter) -> None:
    today = manager.register.clock.now().date()
    write(manager.register.data, [one for back in (2, 1) for one in Trade(4).day(today - timedelta(back), 0)])
    manager.register.data.storage._tail.reload()
    manager.sell(CABLE, card=True)
    open_reports(manager)
    desk = desk_of(manager)
    manager.touch(desk.choice.tiles["cash"])
    shown(manager, "cash")
    one_day = desk.report
    manager.touch(desk.body.spans[Span.YEAR])
    manager.until(lambda: desk.report is not one_day, "the year is shown")
    assert len(desk.report.tables[0].rows) >= len(one_day.tables[0].rows)
    manager.touch(desk.body.who)
    assert not desk.body.sheet.isVisible()
    manager.touch(next(button for button in desk.body.choices if button.text() == "manager-1"))
    manager.until(lambda: desk.report is not None and desk.report.scope.endswith("manager-1"), "one operator's")


def test_a_report_is_printed_and_saved(manager: WholeCounter, tmp_path: Path) -> None:
    manager.sell(CABLE, card=True)
    manager.counter.services.reports().folder = tmp_path / "saved"
    open_reports(manager)
    desk = desk_of(manager)
    manager.touch(desk.choice.tiles["tenders"])
    shown(manager, "tenders")
    manager.touch(manager.window.till.page.main)
    assert any("PAYMENTS" in paper for paper in manager.printed(2))
    for form, beginning in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", "\ufeffPayments".encode())):
        manager.touch(desk.body.saves[form])
        manager.until(lambda form=form: list((tmp_path / "saved").glob(f"*.{form}")), f"the {form} is saved")
        (path,) = (tmp_path / "saved").glob(f"*.{form}")
        assert path.read_bytes().startswith(beginning)
        manager.until(lambda path=path: str(path) in manager.window.till.page.note, "it is said where")


def test_a_scan_changes_no_sale_and_finds_its_receipt_in_the_journal(manager: WholeCounter) -> None:
    number = manager.sell(CABLE, card=True)
    manager.sell(HEADPHONES, card=True)
    open_reports(manager)
    manager.scan(HEADPHONES)
    assert not manager.view.priced.lines
    assert "scan was not used" in manager.window.till.page.note
    desk = desk_of(manager)
    manager.touch(desk.choice.tiles["journal"])
    body = journal_of(manager).body
    manager.until(lambda: body.entries, "the journal is listed")
    assert not [entry for entry in body.entries if entry.fault]
    manager.scan(number)
    entries_found(manager, 1)
    assert body.entries[0].title == "Sale"
    manager.until(lambda: manager.window.till.page.extra.isEnabled(), "it can be printed")
    manager.touch(manager.window.till.page.extra)
    assert any("As it was written" in paper for paper in manager.printed(3))


def test_the_journal_is_searched_by_touch_alone(manager: WholeCounter) -> None:
    manager.sell(CABLE, card=True)
    number = manager.sell(HEADPHONES, card=True)
    open_reports(manager)
    manager.touch(desk_of(manager).choice.tiles["journal"])
    body = journal_of(manager).body
    manager.until(lambda: body.entries, "the journal is listed")
    manager.touch(body.line)
    keys = {key.value: key for key in body._keys.keys}
    for digit in number[-3:]:
        manager.touch(keys[digit])
    manager.touch(keys["Next"])
    entries_found(manager, 1)
    manager.touch(body.kinds)
    manager.touch(next(button for button in body.choices if button.text() == "Returns and voids"))
    entries_found(manager, 0)


def test_the_whole_journal_is_checked_and_saved(manager: WholeCounter, tmp_path: Path) -> None:
    manager.sell(CABLE, card=True)
    manager.counter.services.reports().folder = tmp_path
    manager.press(Qt.Key.Key_F10)
    manager.touch(manager.rows()["Manager"])
    manager.touch(manager.rows()["Journal"])
    journal = journal_of(manager)
    manager.until(lambda: journal.body.entries, "the journal is listed")
    manager.touch(manager.window.till.page.main)
    manager.until(lambda: journal.body.sheet.isVisible(), "the check is done")
    assert manager.window.till.page.note == "The journal is as it was written, from its first entry to its last."
    for form in ("xml", "jsonl"):
        manager.touch(journal.body.exports[form])
        manager.until(lambda form=form: list(tmp_path.glob(f"journal-*.{form}")), f"the {form} is saved")
        (saved,) = tmp_path.glob(f"journal-*.{form}")
        found = check_export(saved)
        assert (found.faults, found.entries > 3) == ([], True)
    manager.press(ESCAPE)
    assert journal.body.isVisible()
    manager.press(ESCAPE)
    manager.until(lambda: not manager.window.covered, "the sale is back")


def test_a_long_report_says_how_far_it_is_and_can_be_left(
    manager: WholeCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_reports(manager)
    desk = desk_of(manager)
    held, stopped = Event(), Event()
    reporting = manager.counter.services.reports().reporting

    def slow(on_progress, **scope):
        while on_progress(30, 100):
            held.wait(0.01)
        stopped.set()
        raise AssertionError("nobody waits for this")

    monkeypatch.setattr(reporting, "scope", slow)
    manager.touch(desk.choice.tiles["hours"])
    manager.until(lambda: desk.body._whole == 100, "its progress is shown")
    manager.press(ESCAPE)
    assert desk.choice.isVisible()
    assert stopped.wait(5)
