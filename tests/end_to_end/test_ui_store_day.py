"""The store's day over all tills in the real window: its state, its close, a till that comes late, and no line."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.central_till import Journal, public_key_text
from fakes.closing_till import cash
from fakes.whole_counter import CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt

from pos_app.domain.operator import Operator, Role
from pos_app.domain.receipt_document import Cut, ReceiptDocument, Text
from pos_app.domain.till_closing import ClosingStep, CountedTender
from sync import contract

Open = Callable[..., WholeCounter]
OTHER_TILL = "001-09"
ENTER, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


def warmed(counter: WholeCounter) -> WholeCounter:
    """The first paper of a process takes long: the drawer would be asked whether it is open before it got its pulse."""
    counter.window.services.print_actions.print_document(ReceiptDocument("First", (Text("First paper"), Cut())))
    counter.printed()
    return counter


@pytest.fixture
def manager(open_till: Open) -> WholeCounter:
    counter = warmed(open_till())
    counter.register.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    return counter


def other_till(counter: WholeCounter) -> Journal:
    """Another till of the store, that opened the same day."""
    service = counter.central.service
    code = service.open_enrolment("001", "09")
    key = public_key_text(Ed25519PrivateKey.generate())
    service.enrol_terminal(contract.EnrolTerminal(code=code, public_key=key, incarnation="first"))
    journal = Journal(OTHER_TILL)
    append(counter, journal, "business_day_opened", {"operator_id": "manager-2"})
    append(counter, journal, "paid_out", {"operator_id": "manager-2", "amount_minor": 750, "reason": "Stamps"})
    return journal


def append(counter: WholeCounter, journal: Journal, kind: str, payload: dict[str, Any]) -> None:
    """One more record of the other till, known to the service at once."""
    day = business_day(counter)
    journal.append(kind, payload, business_day=day, occurred_at=f"{day}T12:00:00-08:00")
    counter.central.service.upload(OTHER_TILL, journal.batch(len(journal.entries)))


def business_day(counter: WholeCounter) -> str:
    storage, zs = counter.register.data.storage, counter.register.data.till_records.z_reports(1)
    return storage.business_day() or zs[0].business_day


def close_till(counter: WholeCounter) -> dict[str, Any]:
    """This till is counted and closed, and its Z is sent; what it says comes back."""
    closing = counter.register.closing
    closing.stop_sales()
    closing.save_cash(cash(counter.register.data.storage.till_totals().expected_cash_minor))
    closing.go_to(ClosingStep.COUNT_TENDERS)
    cards = dict(counter.register.data.storage.till_totals().by_tender).get("card", 0)
    closing.save_tenders([CountedTender("card", cards)])
    closing.confirm_count()
    closing.go_to(ClosingStep.DEPOSIT)
    closing.set_deposit(0, "BAG-1")
    closing.check_signature(None)
    closing.seal(None)
    counter.all_sent()
    return dict(json.loads(counter.register.data.till_records.z_reports(1)[0].payload))


def desk_of(counter: WholeCounter):
    return counter.window.functions.manager.store_day


def open_store_day(counter: WholeCounter) -> None:
    desk_of(counter).open()
    counter.until(lambda: not desk_of(counter).busy and desk_of(counter).body.sheet.isVisible(), "the day is shown")


def tills(counter: WholeCounter) -> dict[str, tuple]:
    return {row[0]: row[1:] for row in desk_of(counter).body.sheet.report.tables[0].rows}


def test_the_store_is_closed_at_the_window_and_amended_when_a_till_comes_late(manager: WholeCounter) -> None:
    late = other_till(manager)
    manager.sell(CABLE, HEADPHONES, card=True)
    manager.all_sent()
    manager.press(Qt.Key.Key_F10)
    manager.touch(manager.rows()["Manager"])
    manager.touch(manager.rows()["Store day"])
    manager.until(lambda: desk_of(manager).body.sheet.isVisible(), "the day is shown")
    manager.until(lambda: not desk_of(manager).busy, "the service has answered")
    page = manager.window.till.page
    assert {words[0].partition(",")[0] for words in tills(manager).values()} == {"Open"}
    assert "$" not in desk_of(manager).body.sheet.accessibleDescription(), "no till tells its money before its Z"
    assert not page.main.isEnabled()
    manager.press(ESCAPE)
    manager.until(lambda: not manager.window.covered, "the sale is back")

    z_report = close_till(manager)
    open_store_day(manager)
    page.main.setFocus()
    manager.press(ENTER)
    manager.until(lambda: "Store close 1 and the deposit slip are printed" in page.note, "the store is closed")
    manager.until(lambda: any("DEPOSIT SLIP" in one.text() for one in manager.printer.receipts()), "the slip is out")
    papers = [one.text() for one in manager.printer.receipts()]
    assert any("STORE CLOSE 1" in one and "BAG-1" in one for one in papers)
    assert (page.main.text(), page.main.isEnabled()) == ("Store closed", False)
    assert (
        f"Not in the sums, since not closed or not heard of: {OTHER_TILL}." in desk_of(manager).body.sheet.report.notes
    )

    append(manager, late, "z_report", z_report)
    manager.touch(desk_of(manager).body.refresh)
    manager.until(lambda: page.main.text() == "Amend the close" and page.main.isEnabled(), "there is more to close")
    manager.touch(page.main)
    manager.until(lambda: "amendment 1" in page.note, "the close is amended")
    assert tills(manager)[OTHER_TILL][0] == "Closed"
    manager.touch(page.extra)
    manager.until(lambda: "marked as a copy" in page.note, "it is printed again")
    kinds = [kind for (kind,) in manager.register.data.database.all("SELECT kind FROM journal ORDER BY position")]
    assert kinds.count("store_closed") == 2
    assert kinds[-1] == "report_reprinted"


def test_whose_role_does_not_cover_it_asks_a_second_person(open_till: Open) -> None:
    counter = warmed(open_till(sign_on=True))
    counter.scan("OPB-ASSOCIATE")
    counter.until(lambda: not counter.window.people.covering, "somebody is signed on")
    counter.window.functions.manager.store_day.open()
    counter.approve()
    counter.until(lambda: desk_of(counter).days and not desk_of(counter).busy, "the day is shown")
    close_till_by_manager(counter)
    counter.touch(desk_of(counter).body.refresh)
    page = counter.window.till.page
    counter.until(lambda: page.main.isEnabled(), "it can be closed")
    counter.touch(page.main)
    counter.approve()
    counter.until(lambda: "Store close 1" in page.note, "the store is closed")
    row = counter.register.data.database.one("SELECT payload FROM journal WHERE kind = 'store_closed'")
    assert row is not None
    said = json.loads(row[0])
    assert (said["operator_id"], said["approver_id"]) == ("associate-1", "manager-1")


def close_till_by_manager(counter: WholeCounter) -> None:
    operator = counter.register.operator
    associate = Operator(operator.operator_id, operator.display_name, operator.role)
    operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    close_till(counter)
    operator.change_to(associate)


def test_without_a_line_this_tills_own_days_are_shown_and_nothing_is_closed(manager: WholeCounter) -> None:
    manager.sell(CABLE, card=True)
    close_till(manager)
    manager.go_offline()
    desk_of(manager).open()
    sheet = desk_of(manager).body.sheet
    manager.until(lambda: sheet.isVisible() and sheet.report is not None, "its own day is shown")
    assert sheet.report.title == "This till alone"
    assert sheet.report.tables[1].rows[0][0] == business_day(manager)
    assert not manager.window.till.page.main.isEnabled()


def test_reports_of_all_tills_name_each_and_fall_back_to_this_one_without_a_line(manager: WholeCounter) -> None:
    other_till(manager)
    manager.register.cash_movements.pay_out(250, "Stamps")
    manager.all_sent()
    desk = manager.window.functions.manager.reports
    desk.open()
    manager.touch(desk.choice.tiles["cash"])
    manager.until(lambda: desk.report is not None, "the report is shown")

    def paid_out() -> int:
        return sum(row[3] for row in desk.report.tables[0].rows if row[0] == "Paid out")

    assert paid_out() == 250
    manager.touch(desk.body.where)
    manager.until(lambda: desk.report is not None and "2 tills" in desk.report.scope, "it is of all tills")
    assert paid_out() == 1_000
    assert {row[0] for row in desk.report.tables[-1].rows} == {"001-02", OTHER_TILL}
    manager.go_offline()
    desk.report = None
    desk.body.wanted.emit()
    manager.until(lambda: desk.report is not None, "this till's own is shown")
    assert paid_out() == 250
    assert "this till's own figures" in manager.window.till.page.note
    assert desk.body.where.text() == "This till"
