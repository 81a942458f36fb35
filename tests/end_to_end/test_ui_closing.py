"""The till's day in the real window over the till's real database: counted blind, by the number pad alone, resumed."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from fakes.whole_counter import BADGE, CABLE, HEADPHONES, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.receipt_document import Cut, ReceiptDocument, Text
from pos_app.domain.till_closing import ClosingStep
from pos_app.sample_store import sample_store
from pos_app.storage.journal_audit import audit
from ui.theme import paint

ENTER, DOWN, UP, BACK = Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Backspace
TILL = {"till": replace(sample_store().profile.till, counts_opening=True, rolls=())}
DENOMINATIONS, SLIPS = 10, 7
Open = Callable[..., WholeCounter]


def sign_on(counter: WholeCounter, who: str = "manager") -> None:
    counter.scan(BADGE[who])
    counter.until(lambda: not counter.window.people.covering, "somebody is signed on")


def count(counter: WholeCounter, amount_minor: int) -> None:
    """So much, typed as dollars and cents, from the first row to the last."""
    numbers = {5: amount_minor // 100, 9: amount_minor % 100}
    for row in range(DENOMINATIONS):
        counter.type(str(numbers.get(row, "")))
        counter.press(ENTER)


def opened(counter: WholeCounter) -> WholeCounter:
    sign_on(counter)
    count(counter, 20_000)
    counter.press(ENTER)
    counter.until(lambda: not counter.window.covered, "the day is open")
    # The first paper of a process takes long: the drawer would be asked whether it is open before it got its pulse.
    counter.window.services.print_actions.print_document(ReceiptDocument("First", (Text("First paper"), Cut())))
    counter.printed()
    return counter


def at_step(counter: WholeCounter) -> str:
    closing = counter.register.closing.current
    return closing.step.value if closing else ""


def everything_said(window: QWidget) -> str:
    """All that is shown or told about a window: painted words are what a screen reader reads, or they are not there."""
    parts = []
    for widget in (window, *window.findChildren(QWidget)):
        parts += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.statusTip()]
        parts += [widget.whatsThis(), widget.windowTitle(), str(widget.property("text") or "")]
        told = QAccessible.queryAccessibleInterface(widget)
        if told is not None:
            kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)
            parts += [told.text(kind) for kind in kinds]
    return "\n".join(parts)


def painted(widget: QWidget) -> list[str]:
    """Every text that is painted while the widget is drawn."""
    words: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("text", "amount", "wrapped"):
            patch.setattr(paint, name, partial(_heard, getattr(paint, name), words))
        widget.grab()
    return words


def _heard(real: Callable[..., object], words: list[str], *given: object, **named: object) -> object:
    words.append(str(given[2]))
    return real(*given, **named)


def test_point_29_nothing_says_what_should_be_there_before_the_count_is_confirmed(open_till: Open):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.sell(HEADPHONES, CABLE)
    counter.sell(CABLE, card=True)
    window, register = counter.window, counter.register
    totals, money = register.data.storage.till_totals(), register.formatter.money
    secrets = [money(totals.expected_cash_minor), money(totals.cash_sales_minor), money(totals.card_minor)]
    secrets += [secret.lstrip("$") for secret in secrets]
    window.till.close_the_day()
    counter.press(ENTER)
    while at_step(counter) in ("count_cash", "count_tenders"):
        shown = "\n".join(painted(window.till.page)) + everything_said(window.till.page)
        assert not [secret for secret in secrets if secret in shown]
        assert register.closing.current.results == ()
        counter.press(*[ENTER] * ((DENOMINATIONS if at_step(counter) == "count_cash" else SLIPS) + 1))
    assert secrets[0] in everything_said(window.till.page), "now it is shown, and read out"


def test_point_30_the_drawer_is_counted_with_digits_and_enter_alone_and_the_total_is_live(open_till: Open):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.window.till.close_the_day()
    counter.press(ENTER)
    pad = counter.window.till.closing.cash
    totals = ["$100.00"] * 2 + ["$340.00"] * 3 + ["$344.00"] * 4 + ["$344.07"]
    for number, total in zip(("1", "0", "12", "", "", "4", "", "", "", "7"), totals, strict=True):
        counter.type(number)
        counter.until(lambda total=total: pad.total_text == total, f"the total is {total}")
        counter.press(ENTER)
    assert counter.window.till.page.main.hasFocus(), "Enter on the last row leads to the way on"
    counter.press(UP)
    assert pad.values[1] == 0, "a row of none is counted too"
    counter.press(ENTER)
    assert at_step(counter) == "count_tenders"


def test_a_number_is_mended_by_going_back_to_its_row(open_till: Open):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.window.till.close_the_day()
    counter.press(ENTER)
    pad = counter.window.till.closing.cash
    counter.type("12")
    counter.press(BACK)
    assert pad.values[0] == 1
    counter.press(DOWN, UP)
    counter.type("3")
    assert pad.values[0] == 3, "the first digit replaces what stood there"
    counter.touch(pad.rows[4])
    counter.touch(pad.keypad.keys[0])
    assert pad.values[4] == 7
    assert pad.total_text == "$335.00"


def test_point_31_offline_a_shortage_needs_a_reason_and_a_managers_signature_and_the_z_is_printed(
    open_till: Open,
):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.sell(CABLE)
    counter.go_offline()
    sign_on(counter, "associate")
    window, register = counter.window, counter.register
    expected_minor = register.data.storage.till_totals().expected_cash_minor
    window.till.close_the_day()
    counter.press(ENTER)
    count(counter, expected_minor - 750)
    counter.press(ENTER)
    counter.press(*[ENTER] * (SLIPS + 1))
    page, reveal = window.till.page, window.till.closing.reveal
    assert reveal.asks == "cash"
    assert not page.main.isEnabled()
    assert "$7.50 short" in reveal.rows["cash"].accessibleDescription()
    counter.press(DOWN, ENTER)
    assert page.main.isEnabled()
    counter.press(ENTER)
    assert at_step(counter) == "deposit"
    counter.press(ENTER)
    counter.scan("BAG-000123")
    counter.press(ENTER, ENTER)
    assert at_step(counter) == "sign"
    counter.press(ENTER)
    counter.approve()
    counter.until(lambda: not register.data.till_records.closing(), "the day is closed")
    report = register.till_papers.z_reports()[0]
    assert (report.operator_id, report.approver_id) == ("associate-1", "manager-1")
    assert report.results[0].over_short_minor == -750
    assert report.results[0].reason == register.profile.reasons.over_short[1]
    assert (report.bag_number, report.deposit_minor) == ("BAG-000123", expected_minor - 750 - 20_000)
    assert report.unsent_count > 0
    counter.until(lambda: any("Z REPORT 1" in paper for paper in counter.printed()), "the Z is printed")
    paper = next(paper for paper in counter.printed() if "Z REPORT 1" in paper)
    assert "points are provisional" in " ".join(paper.split())
    assert audit(register.data.database).faults == []


@pytest.mark.parametrize("step", list(ClosingStep), ids=lambda step: step.value)
def test_point_32_a_power_cut_at_any_step_goes_on_at_that_step_with_what_was_counted(
    open_till: Open, step: ClosingStep
):
    counter = opened(open_till(sign_on=True, **TILL))
    window = counter.window
    window.till.close_the_day()
    counter.press(ENTER)
    counter.type("2")
    counter.press(ENTER)
    ways = {
        ClosingStep.COUNT_CASH: 0,
        ClosingStep.COUNT_TENDERS: 1,
        ClosingStep.REVEAL: 2,
        ClosingStep.DEPOSIT: 3,
        ClosingStep.SIGN: 4,
    }
    for _ in range(ways[step]):
        counter.touch(window.till.page.main)
    assert at_step(counter) == step.value
    heading = window.till.page.accessibleDescription()
    queue = counter.register.data.print_queue
    counter.until(lambda: queue.next_job() is None and not queue.unfinished(), "the drawer is open")
    counter.end()

    again = open_till(sign_on=True, **TILL)
    sign_on(again)
    assert again.window.till.covering, "nothing can be sold"
    assert at_step(again) == step.value
    assert again.window.till.page.accessibleDescription() == heading
    assert again.register.closing.current.cash_minor == 20_000
    if step is ClosingStep.COUNT_CASH:
        assert again.window.till.closing.cash.values[0] == 2
    again.scan(CABLE)
    assert again.names() == []
    if step is not ClosingStep.DEPOSIT:
        assert "not used" in again.window.till.page.note, "only the number of the bag is scanned"


def test_a_day_by_keyboard_alone_is_opened_closed_and_opened_again(open_till: Open):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.sell(HEADPHONES)
    counter.press(Qt.Key.Key_F10)
    for name in ("Manager", "Close the day"):
        counter.rows()[name].setFocus()
        counter.press(ENTER)
    counter.press(ENTER)
    count(counter, counter.register.data.storage.till_totals().expected_cash_minor)
    counter.press(ENTER)
    counter.press(*[ENTER] * (SLIPS + 1), ENTER, ENTER)
    counter.type("B7")
    counter.press(ENTER, ENTER, ENTER)
    counter.until(lambda: not counter.register.data.till_records.closing(), "the day is closed")
    counter.until(lambda: counter.window.till.page.extra.isVisible(), "it says so")
    counter.press(Qt.Key.Key_Tab, ENTER)
    count(counter, 20_000)
    counter.press(ENTER)
    counter.until(lambda: not counter.window.covered, "the next day is open")
    counter.sell(CABLE)
    figures = json.loads(counter.register.data.till_records.z_reports(1)[0].payload)["figures"]
    assert figures["sale_count"] == 1
    assert audit(counter.register.data.database).faults == []


def test_a_pickup_is_due_above_the_limit_and_its_bag_is_scanned(open_till: Open):
    rules = replace(TILL["till"], cash_limit_minor=30_000)
    counter = opened(open_till(sign_on=True, till=rules))
    counter.sell(HEADPHONES)
    banner = counter.window.sale.banner
    assert banner is not None
    assert banner.title == "A pickup is due"
    assert "$300.00" in banner.detail
    counter.press(Qt.Key.Key_F9)
    counter.touch(counter.rows()["Pickup"])
    counter.type("15000")
    counter.press(ENTER)
    counter.scan("BAG-77")
    totals = counter.register.data.storage.till_totals()
    assert totals.pickups_minor == 15_000
    counter.press(Qt.Key.Key_F9)
    counter.touch(counter.rows()["Loan"])
    counter.type("5000")
    counter.press(ENTER)
    assert counter.register.data.storage.till_totals().loans_minor == 5_000
    assert counter.names() == [], "the bag is no goods"
    assert any("BAG-77" in paper for paper in counter.printed(4))


def test_x_and_z_reports_are_read_on_the_screen_and_printed_again_as_a_copy(open_till: Open):
    counter = opened(open_till(sign_on=True, **TILL))
    counter.sell(CABLE)
    page = counter.window.till.page
    counter.window.till.show_reports()
    counter.until(page.main.isEnabled, "the X is made")
    counter.touch(page.main)
    counter.until(lambda: any("X REPORT" in paper for paper in counter.printed(3)), "the X is printed")
    counter.touch(page.back)
    assert not counter.window.covered
    counter.window.till.close_the_day()
    counter.touch(page.main)
    counter.touch(counter.window.till.closing.cash.rows[0])
    for _ in range(2):
        counter.touch(page.main)
    while counter.window.till.closing.reveal.asks:
        counter.touch(counter.window.till.closing.reveal.reasons[0])
    for _ in range(3):
        counter.touch(page.main)
    counter.until(lambda: page.extra.isVisible() and page.extra.text() == "Print a copy", "the day is closed")
    counter.touch(page.extra)
    counter.until(lambda: any("COPY" in paper.upper() and "Z REPORT 1" in paper for paper in counter.printed(4)))
    QApplication.processEvents()
