"""Store set-up in the real window over a real till: a manager changes what the store is run by, for a day to come."""

import json
import sys
import threading
import tomllib
from datetime import date, timedelta

import pytest
from fakes.set_up_screens import go, open_set_up, type_value
from fakes.whole_counter import BADGE, CABLE, WholeCounter, open_central, patiently
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pos_app.cli import run
from pos_app.clock import SystemClock
from pos_app.domain.cash_count import CountedPieces
from pos_app.services.set_up.money_pages import PAGES
from pos_app.settings_book import EXPORT_FOLDER
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from pos_app.store_profile import load_store_file
from ui.application import put_away
from ui.set_up.room import SetUpRoom

Key = Qt.Key


class Days:
    """The calendar of till and service, put forward by whole days."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        real = SystemClock.now
        monkeypatch.setattr(SystemClock, "now", lambda clock: real(clock) + self.ahead)

    def pass_by(self, days: int) -> None:
        self.ahead += timedelta(days=days)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(monkeypatch)


@pytest.fixture
def shop(tmp_path, days, qtbot):
    """Opens the till, and opens it again as a restart does."""
    central = open_central(tmp_path / "central")
    tills: list[WholeCounter] = []

    def open_again() -> WholeCounter:
        till = WholeCounter(tmp_path / "till", central, sign_on=True)
        till.scan(BADGE["manager"])
        till.until(lambda: not till.window.people.covering, "the manager is signed on")
        tills.append(till)
        return till

    yield open_again
    for till in tills:
        if not till.closed:
            till.close()
    central.close()


def journaled(till: WholeCounter, kind: str) -> list[dict]:
    rows = till.register.data.database.all("SELECT payload FROM journal WHERE kind = ? ORDER BY position", (kind,))
    return [json.loads(row[0]) for row in rows]


def save(till: WholeCounter, room: SetUpRoom, why: str, day: str = "") -> None:
    """On the page of changes: the day, unless it is the first possible, and why."""
    page = room.changes
    till.touch(room.rail["Changes"])
    till.until(lambda: page.save.isEnabled(), "the changes can be saved")
    if day:
        page.other.setFocus()
        till.type(day)
        till.until(lambda: page.save.isEnabled() and page._day == date.fromisoformat(day), "the day is taken")
    page.why.setFocus()
    till.type(why) if why.isascii() else page.why.line.setText(why)  # a test cannot press keys that are on no keyboard
    till.press(Key.Key_Return)
    till.until(lambda: page.report.report is not None, "it is saved or refused")


def close_the_day(till: WholeCounter) -> None:
    """From the stop of sales to the Z, without a slip of the cards; its screens have tests of their own."""
    closing, expected_minor = till.register.closing, till.register.data.storage.till_totals().expected_cash_minor
    closing.stop_sales()
    while (now := closing.current) is not None:
        match now.step.value:
            case "count_cash":
                closing.save_cash((CountedPieces(1, 1, expected_minor),))
                closing.go_to(type(now.step).COUNT_TENDERS)
            case "count_tenders":
                closing.confirm_count()
            case "reveal":
                for tender in closing.open_reasons():
                    closing.give_reason(tender, "Slip missing")
                closing.go_to(type(now.step).DEPOSIT)
            case "deposit":
                closing.set_deposit(now.cash_minor, "")
            case "sign":
                closing.check_signature(None)
                closing.seal(None)
    till.until(till._all_paper_is_out, "the report is on paper")


def sell_a_cable(till: WholeCounter) -> int:
    """By card, so that no drawer has to spring open; its tax."""
    till.scan(CABLE)
    till.window.tender.pay_card()
    tax_minor = sum(tax.tax_minor for tax in till.sale.taxes)
    till.window.sale.next_sale()
    till.until(till._all_paper_is_out, "the receipt is on paper")
    return tax_minor


def test_a_tax_rate_begins_with_the_business_day_it_was_saved_for_and_never_within_one(shop, days) -> None:
    till = shop()
    assert sell_a_cable(till) == 210  # 8.25 % of $25.49
    room = open_set_up(till)
    page = go(till, room, "Taxes", "Taxes", "Taxes", "Sales tax", "Rate")
    type_value(till, page, "8.75")
    till.until(lambda: page.editor.examples, "the example is computed")
    assert page.editor.examples == ["A $100.00 item: tax $8.25 → $8.75"]
    save(till, room, "New district tax")
    assert "Saved as version 2" in room.changes.report.report.headline
    till.press(Key.Key_Escape)
    assert not till.window.covered
    assert sell_a_cable(till) == 210

    till.end()
    till = shop()  # the power failed within the day
    assert sell_a_cable(till) == 210
    close_the_day(till)
    till.window.people.lock()
    days.pass_by(1)
    till.scan(BADGE["manager"])
    till.until(lambda: not till.window.isVisible(), "the till closes, to open with the new settings")
    assert till.counter.services.start_again
    till.end()

    till = shop()
    assert sell_a_cable(till) == 223  # 8.75 %
    first, second = (entry["store_settings"] for entry in journaled(till, "business_day_opened"))
    assert first != second
    (change,) = journaled(till, "store_settings_changed")
    assert change["by"] == "manager-1"
    assert change["why"] == "New district tax"
    assert change["words"] == ["Sales tax, rate: 8.25 % → 8.75 %"]
    assert not audit(till.register.data.database).faults
    room = open_set_up(till)
    till.touch(room.rail["History"])
    till.until(lambda: len(room.history.list.rows) == 2, "the versions are read")
    assert "In force since" in room.history.lines.accessibleDescription()
    assert "manager-1" not in room.history.lines.accessibleDescription(), "people are called by their names"


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_the_program_opens_again_by_itself_with_the_settings_of_the_new_day(shop, days, monkeypatch, qapp) -> None:
    before = shop()
    close_the_day(before)
    before.close()
    folder = before.folder
    (folder / "settings.toml").write_text(f'central_url = "{before.central.url}"\n', encoding="utf-8")
    days.pass_by(1)
    seen: list[str] = []

    def work(_: object = None) -> int:
        from ui.sale.checkout_window import CheckoutWindow

        window = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, CheckoutWindow) and one.isVisible()
        )
        services = window.services
        patiently(lambda: services.sync_status().online, "the line is there")
        patiently(
            lambda: not any(one.name == "ui-background" for one in threading.enumerate()), "nothing is looked for"
        )
        seen.append(f"{services.profile.store_name}, {services.operator.operator_id}")
        if len(seen) > 1:
            window.close()
            put_away(window)
            return 0
        people = services.sign_on.people.everybody()
        services.sign_on.begin(next(one.operator for one in people if one.operator.role == "manager"), "badge")
        room = services.set_up()
        room.begin()
        draft = room.draft()
        draft.set(("store_name",), "Northgate Home")
        room.save(draft, room.earliest(), "New name")
        days.pass_by(1)
        window.till.look()
        assert not window.isVisible()
        return 0

    monkeypatch.setattr(type(qapp), "exec", work)
    monkeypatch.setattr("pos_app.storage.keys.SystemKeyStore", lambda path: KeyFile(path.with_name("till.key")))
    monkeypatch.setattr(run, "_keep_log_short", lambda path: None)  # it would take the log from the tests that follow
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # it is put back at the end
    assert run._run(folder, scripted=False, exit_when_ready=False) == 0
    assert seen == ["Northgate Electronics, ", "Northgate Home, manager-1"]


def test_what_people_type_wrong_is_said_in_place_and_nothing_is_changed(shop) -> None:
    till = shop()
    room = open_set_up(till)
    for page_name, way, typed, said in (
        ("Tills", ("Drawer", "Opening float"), "8,25", "Write it like 49.99"),
        ("Tills", ("Drawer", "Opening float"), "-5", "not below zero"),
        ("Taxes", ("Taxes", "Taxes", "Sales tax", "Rate"), "101", "between 0 and 100"),
        ("Taxes", ("Taxes", "Taxes", "Sales tax", "Rate"), "1.23456", "at most four decimals"),
        ("Taxes", ("Taxes", "Taxes", "Sales tax", "From"), "tomorrow", "Write it like 2026-12-25"),
        ("Store", ("Signing on", "Lock after"), "16", "from 1 to 15"),
        ("Store", ("Name and place", "Name"), " ", "cannot be empty"),
        ("Store", ("Name and place", "Name"), "x" * 41, "at most 40 letters"),
    ):
        page = go(till, room, page_name, *way)
        type_value(till, page, typed)
        assert said in page.editor.problem, (typed, page.editor.problem)
        assert page.editor.line.line.text() == typed
    assert room.session.count == 0


def test_settings_that_do_not_go_together_are_explained_and_cannot_be_saved(shop) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Rights", "Discounts", "Associate: up to")
    type_value(till, page, "500")
    till.until(lambda: page.editor.problem, "the settings are judged")
    assert "lets an associate do more than a supervisor" in page.editor.problem
    till.touch(room.rail["Changes (1)"] if "Changes (1)" in room.rail else room.rail["Changes"])
    till.until(lambda: room.changes.report.report is not None, "the changes are judged")
    assert not room.changes.save.isEnabled()
    till.touch(room.changes.drop)
    till.until(lambda: room.session.count == 0, "the draft is gone")


@pytest.mark.parametrize(
    "text", ["<b>Sale</b> & more", "=cmd|' /C calc'!A0", 'quote " and \\ back', "emoji ☕ and ümlaut", "]] [[tax]] #"]
)
def test_hostile_texts_are_texts_everywhere(shop, text: str) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Receipts", "Texts", "Footer")
    till.touch(page.add)
    page.editor.line.line.setText(text)
    till.touch(page.editor.give)
    save(till, room, text)
    assert room.changes.report.report.good, room.changes.report.report
    (version, _) = room.session.desk.versions()
    assert tomllib.loads(version.text)["receipt_footer"][-1] == text
    assert version.why == text
    till.touch(room.rail["History"])
    till.until(lambda: room.history.list.rows, "the versions are read")
    assert text in room.history.lines.accessibleDescription()


def test_lists_grow_move_and_end_and_never_lose_what_sales_refer_to(shop) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Tenders", "Ways to pay", "Tenders of")
    names = [row.item.name for row in page.list.rows]
    till.touch(page.add)
    for field, value in (("Id", "check"), ("Name", "Paper check")):
        go_on(till, page, field)
        type_value(till, page, value)
    go_on(till, page, "Kind")
    till.touch(next(row for row in page.editor.choices.rows if row.item.name == "Check"))
    till.touch(page.earlier)
    till.touch(page.back)
    assert [row.item.name for row in page.list.rows] == [*names[:-1], "Paper check", names[-1]]
    go_on(till, page, names[0])
    till.touch(page.out)
    assert "Switch Offered off" in page.editor.problem
    go_on(till, page, "Offered")
    till.touch(page.editor.choices.rows[1])

    page = go(till, room, "Taxes", "Taxes", "Taxes", "Sales tax")
    assert page.out.text() == "End it"
    till.touch(page.out)
    assert page.editor.accessibleName() == "To"
    type_value(till, page, "2027-12-31")
    save(till, room, "Checks again", "2027-01-04")
    plain = room.session.desk.book.planned(date(2027, 1, 4))
    assert [one["tender_id"] for one in plain["tender"]][-2:] == ["check", "bank_transfer"]
    assert plain["tender"][0]["offered"] is False
    assert plain["tax"][0]["to"] == "2027-12-31"


def go_on(till: WholeCounter, page, name: str) -> None:
    """Deeper into the list that is shown."""
    row = next(row for row in page.list.rows if row.item.name == name)
    while not row.isVisible():
        till.touch(
            page.list.earlier if page.list.earlier.isEnabled() and not page.list.later.isEnabled() else page.list.later
        )
    till.touch(row)


def test_an_earlier_version_a_withdrawal_and_a_file_of_another_till(shop, days) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Store", "Name and place", "Name")
    type_value(till, page, "Northgate Home")
    save(till, room, "New name")
    history = room.history
    till.touch(room.rail["History"])
    till.until(lambda: len(history.list.rows) == 2, "the versions are read")
    assert history.act.text() == "Withdraw this change"
    till.touch(history.export)
    till.until(lambda: history.report.report is not None, "it is written")
    (exported,) = (till.folder / EXPORT_FOLDER / "store").glob("*.toml")
    assert load_store_file(exported.rename(till.folder / "looked-at.toml")).profile.store_name == "Northgate Home"
    (till.folder / "looked-at.toml").rename(exported)
    till.touch(history.act)
    till.until(lambda: "withdrawn" in (history.report.report.headline if history.report.report else ""), "withdrawn")
    assert room.session.desk.book.planned()["store_name"] == "Northgate Electronics"

    till.touch(history.take)
    till.until(lambda: history.list.rows and history.list.rows[0].item.name == exported.name, "the file is listed")
    till.touch(history.list.rows[0])
    till.until(history.act.isEnabled, "the file is read")
    till.touch(history.act)
    till.until(lambda: room.page is room.changes, "the import is drafted")
    save(till, room, "From the other till")
    assert room.session.desk.book.planned()["store_name"] == "Northgate Home"
    kinds = [entry["what"] for entry in journaled(till, "store_settings_changed")]
    assert kinds == ["saved", "withdrawn", "saved"]


def test_a_keyboard_alone_changes_a_setting_and_saves_it(shop) -> None:
    till = shop()
    room = open_set_up(till)

    def tab_to(name: str) -> None:
        for _ in range(60):
            focus = QApplication.focusWidget()
            if focus is not None and focus.accessibleName() == name:
                return
            till.press(Key.Key_Tab)
        raise AssertionError(f"Tab never comes to {name}")

    tab_to("Tills")
    till.press(Key.Key_Return)
    tab_to("Counting")
    till.press(Key.Key_Return)
    tab_to("Pickup above")
    till.press(Key.Key_Return)
    till.type("900")
    till.press(Key.Key_Return)
    tab_to("Changes (1)")
    till.press(Key.Key_Return)
    till.until(room.changes.save.isEnabled, "it can be saved")
    tab_to("Why")
    till.type("More change")
    till.press(Key.Key_Return)
    till.until(lambda: room.changes.report.report is not None, "it is saved")
    assert room.session.desk.book.planned()["till"]["cash_limit"] == "900.00"
    till.press(Key.Key_Escape)
    assert not till.window.covered


def test_a_scan_sells_nothing_and_types_nothing_there(shop) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Store", "Name and place", "Name")
    till.scan(CABLE)
    assert "not used" in room.words
    assert page.editor.line.line.text() == "Northgate Electronics"
    assert not till.view.priced.lines


def test_an_associate_asks_a_manager_to_open_the_room(shop) -> None:
    till = shop()
    till.scan(BADGE["associate"])
    till.until(lambda: till.register.operator.now.operator_id == "associate-1", "the associate is signed on")
    till.window.set_up.open()
    assert not till.window.set_up.covering
    till.approve()
    till.until(lambda: till.window.set_up.covering, "the room opens")
    assert "approved by manager-1" in till.window.set_up.desk.by


def test_a_change_whose_power_was_cut_before_the_journal_is_journaled_when_the_room_opens(shop) -> None:
    till = shop()
    room = open_set_up(till)
    desk = room.session.desk
    draft = desk.draft()
    draft.set(("store_name",), "Northgate Home")
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(type(desk), "_journal", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.save(draft, desk.earliest(), "New name")
    assert journaled(till, "store_settings_changed") == []
    till.end()
    till = shop()
    open_set_up(till)
    (entry,) = journaled(till, "store_settings_changed")
    assert entry["words"] == ["Name: Northgate Electronics → Northgate Home"]


def test_every_page_of_the_room_can_be_gone_through_to_its_last_row(shop) -> None:
    till = shop()
    room = open_set_up(till)

    def through(page, depth: int) -> None:
        for number in range(len(page._spots)):
            page._go(number)
            QApplication.processEvents()
            if not page._spots or len(page._way) > depth:
                through(page, depth + 1)
                page.step_back()

    for page in room.settings:
        room.show_page(page)
        through(page, 1)
    assert {page.title for page in room.settings} == {page.name for page in PAGES}
    assert room.session.count == 0


def test_whoever_signs_on_while_the_room_is_open_saves_nothing_in_anothers_name(shop) -> None:
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Store", "Name and place", "Name")
    type_value(till, page, "Northgate Home")
    till.window.people.lock()
    till.scan(BADGE["associate"])
    till.until(lambda: not till.window.people.covering, "the associate is signed on")
    save(till, room, "Mine now")
    assert "Somebody else works this till now" in room.changes.report.report.headline
    assert journaled(till, "store_settings_changed") == []
    till.press(Key.Key_Escape)
    assert "1 not saved yet" in till.window.sale.toast.words


def test_changes_that_cannot_be_read_stop_no_day_and_are_told_of(shop, days, expect_log) -> None:
    expect_log("000002.json cannot be read")
    till = shop()
    room = open_set_up(till)
    page = go(till, room, "Store", "Name and place", "Name")
    type_value(till, page, "Northgate Home")
    save(till, room, "New name")
    till.press(Key.Key_Escape)
    close_the_day(till)
    till.end()
    torn = till.folder / "store-history" / "000002.json"
    torn.write_text(torn.read_text(encoding="utf-8")[:50], encoding="utf-8")
    days.pass_by(1)
    till = shop()
    assert till.counter.services.day.is_open
    assert till.register.profile.store_name == "Northgate Electronics"
    till.window.people.lock()
    till.scan(BADGE["manager"])
    till.until(lambda: till.window.sale.banner is not None, "somebody is told")
    assert "000002.json cannot be read" in till.window.sale.banner.detail
    till.window.sale.dismiss_banner()
    assert sell_a_cable(till) == 210
    till.window.set_up.open()
    room = till.window.set_up.room
    till.until(lambda: room.page.editor.problem, "the room says so")
    assert "000002.json cannot be read" in room.page.editor.problem
