"""Acceptance points 14 to 28 at the demo store's whole till: members, payments, returns, people and faults."""

import json
from pathlib import Path

from fakes.whole_counter import BADGE, CABLE, HEADPHONES, MEMBER, PHONE, SPEAKER, WholeCounter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from hardware.payment_terminal.simulator import Behaviour
from pos_app.domain.basket import Discount
from pos_app.domain.tenders import TenderType
from pos_app.storage.journal_audit import audit
from ui.customer_display.link import CustomerDisplays
from ui.sale.complete_page import SMALLEST_CHANGE_SIZE
from ui.sale.sale_view_model import Stage
from ui.services_bundle import UiSettings

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ITEMS = (HEADPHONES, SPEAKER, CABLE)


def journal(till: WholeCounter) -> list[tuple[str, dict]]:
    rows = till.register.data.database.all("SELECT kind, payload FROM journal ORDER BY position")
    return [(kind, json.loads(payload)) for kind, payload in rows]


def kinds(till: WholeCounter) -> list[str]:
    return [kind for kind, _ in journal(till)]


def money(till: WholeCounter, minor: int) -> str:
    return till.counter.services.formatter.money(minor)


def seen(till: WholeCounter) -> list[str]:
    """All words of the window: what stands there, what a screen reader says, tool tips."""
    words = []
    for widget in (till.window, *till.window.findChildren(QWidget)):
        words += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        if isinstance(widget, QLineEdit | QLabel | QAbstractButton):
            words.append(widget.text())
    return words


# --- members ----------------------------------------------------------------------------------------------------------


def test_point_14_scanning_goes_on_while_a_member_is_looked_up(till):
    till.scan(HEADPHONES)
    till.press(Key.Key_F3)
    till.type(MEMBER)
    till.press(Key.Key_Return)
    till.scan(SPEAKER, CABLE)
    assert len(till.names()) == 3
    till.until(lambda: till.view.account is not None)


def test_point_15_the_full_address_is_nowhere_once_it_was_entered(till, tmp_path: Path):
    till.scan(*ITEMS)
    till.attach_member()
    assert not any(MEMBER in words for words in seen(till))
    till.window.tender.pay_exact_cash()
    assert till.sale.member is not None
    assert MEMBER not in till.printed()[0]
    assert MEMBER not in str(journal(till))
    till.close()
    for file in (tmp_path / "till").rglob("*"):
        assert not file.is_file() or MEMBER.encode() not in file.read_bytes(), file.name


def test_point_16_what_the_screen_promises_is_on_the_receipt_and_in_the_ledger(till):
    before = till.central.balance(MEMBER)
    till.scan(*ITEMS)
    till.attach_member()
    promised = till.view.earned.points
    assert promised > 0
    till.window.tender.pay_exact_cash()
    assert till.sale.earned.points == promised
    assert f"{promised:,}" in till.printed()[0]
    till.all_sent()
    assert till.central.balance(MEMBER) == before + promised


def test_point_17_points_show_their_value_and_offline_they_are_refused_with_the_reason(till):
    till.scan(*ITEMS)
    till.attach_member()
    till.touch(till.side.member.points)
    entry = till.side.entry
    assert "Pays $12.00; 34 points are left" in entry.accessibleDescription()
    till.type("9900")
    assert "Only 1,234 points to use" in entry.accessibleDescription()
    assert not entry.action_buttons[0].isEnabled()
    till.press(Key.Key_Escape)
    till.go_offline()
    till.until(lambda: not till.side.member.points.isEnabled())
    assert "cannot be used" in till.side.member.points.text() or "can't be used" in till.side.member.points.text()


def test_point_18_the_line_is_cut_in_a_sale_and_everything_arrives_afterwards(till):
    till.scan(*ITEMS)
    till.attach_member()
    till.go_offline()
    till.until(lambda: "Offline" in till.window.top_bar.online.words)
    assert till.window.sale.question is None
    till.window.tender.pay_exact_cash()
    earned = till.sale.earned.points
    before = till.central.balance(MEMBER)
    till.until(lambda: "queued" in till.window.top_bar.online.words)
    till.central.serve_again()
    till.all_sent()
    till.until(lambda: till.window.top_bar.online.words == "Online")
    assert till.central.balance(MEMBER) == before + earned


# --- paying -----------------------------------------------------------------------------------------------------------


def test_point_20_the_change_stands_large_on_both_screens_until_the_next_scan(till):
    displays: CustomerDisplays = till.window.functions.displays
    displays.toggle_screen()
    till.window.activateWindow()
    till.scan(CABLE)
    till.press(Key.Key_F11)
    till.type("5000")
    till.press(Key.Key_Return)
    change = money(till, 5_000 - till.sale.total_minor)
    page = till.window.basket.complete_page
    assert (page.change_text, page.change_size >= SMALLEST_CHANGE_SIZE) == (change, True)
    till.until(lambda: displays.screen.view.change == change)
    till.scan(SPEAKER)
    assert not page.isVisible()


def test_point_21_cash_below_the_total_leaves_the_sale_open_and_shows_the_rest(till):
    till.scan(*ITEMS)
    total_minor = till.view.priced.total_minor
    till.press(Key.Key_F11)
    till.type("100")
    till.press(Key.Key_Return)
    assert till.window.sale.completed is None
    assert till.side.pay.total_text == money(till, total_minor - 100)


def test_point_22_a_waiting_card_is_cancelled_and_nothing_is_charged(till):
    till.card_terminal.set_switches(delay_ms=60_000)
    till.scan(*ITEMS)
    till.press(Key.Key_F12)
    till.until(lambda: till.window.sale.stage is Stage.CARD_PENDING)
    till.touch(till.side.pay.cancel_card)
    till.until(lambda: till.window.sale.stage is Stage.SALE)
    assert till.card_terminal.charged_minor() == 0


def test_point_22_an_unknown_result_blocks_until_the_terminal_was_looked_at(till):
    till.card_terminal.set_switches(behaviour=Behaviour.LOST, delay_ms=100)
    till.scan(*ITEMS)
    till.press(Key.Key_F12)
    till.until(lambda: till.window.sale.stage is Stage.CARD_PENDING)
    till.card_terminal.set_switches(behaviour=Behaviour.OFFLINE)
    till.until(lambda: till.window.sale.question is not None)
    till.press(Key.Key_Return, Key.Key_Escape, Key.Key_F12)
    till.scan(CABLE)
    assert till.window.sale.question.title == "Check the card terminal"
    assert not any(choice.hasFocus() for choice in till.window.question.choices)
    till.card_terminal.set_switches(behaviour=Behaviour.APPROVE, delay_ms=0)
    till.touch(till.window.question.choices[0])
    assert till.sale.tenders[0].tender_type is TenderType.CARD
    assert till.card_terminal.charged_minor() == till.sale.total_minor


def test_point_23_a_parked_sale_survives_and_comes_back_with_an_arrow_and_enter(open_till):
    till = open_till()
    for codes in ((HEADPHONES,), (SPEAKER, CABLE)):
        till.scan(*codes)
        till.press(Key.Key_F6)
    till.close()
    again = open_till()
    again.press(Key.Key_F6)
    again.until(lambda: len(again.rows()) >= 1 and again.side.list_panel.isVisible())
    again.press(Key.Key_Down, Key.Key_Return)
    again.until(lambda: again.names() == ["Over-Ear Headphones HP-700"])
    assert again.keys_pressed == 3


# --- returns ----------------------------------------------------------------------------------------------------------


def finish_return(till: WholeCounter) -> None:
    till.until(lambda: till.window.functions.returns.desk.active)
    till.until(lambda: "return" in kinds(till))


def test_point_24_a_scanned_receipt_opens_its_return_as_it_was_paid_and_gives_no_more_than_was_sold(till):
    number = till.sell(HEADPHONES, CABLE)
    till.scan(number)
    returns = till.window.functions.returns
    till.until(lambda: returns.model is not None and not returns.checking)
    assert [row.state.open_milli for row in returns.lines.rows] == [1_000, 1_000]
    assert returns.panel.original.isChecked()
    till.scan(HEADPHONES)
    till.until(lambda: returns.model.lines()[0].pick.quantity_milli == 1_000)
    assert not returns.lines.rows[0].plus.isEnabled()


def test_point_24_a_whole_return_by_touch_alone(till):
    number = till.sell(HEADPHONES, CABLE)
    till.scan(number)
    returns = till.window.functions.returns
    till.until(lambda: returns.model is not None and not returns.checking)
    till.touch(returns.lines.rows[0].plus)
    till.touch(returns.panel.main)
    till.touch(till.side.list_panel.rows[0])
    finish_return(till)
    assert till.keys_pressed == 0
    assert audit(till.register.data.database).faults == []


def test_point_24_a_whole_return_by_keyboard_alone(till):
    number = till.sell(HEADPHONES, CABLE, card=True)
    till.press(Key.Key_F7)
    till.type(number)
    till.press(Key.Key_Return)
    returns = till.window.functions.returns
    till.until(lambda: returns.model is not None and not returns.checking)
    till.press(Key.Key_Space, Key.Key_Return)
    till.until(lambda: till.side.list_panel.isVisible())
    till.press(Key.Key_Return)
    finish_return(till)
    assert till.touches == 0
    assert till.card_terminal.charged_minor() < 30_000


# --- people -----------------------------------------------------------------------------------------------------------


def test_point_25_a_discount_over_the_limit_is_approved_once_and_both_names_are_journaled(open_till):
    till = open_till(sign_on=True)
    till.scan(BADGE["associate"])
    till.until(lambda: not till.window.people.covering)
    till.scan(*ITEMS)
    till.window.sale.discount(Discount("Damaged box", percent_micro=250_000), 1)
    till.approve(BADGE["supervisor"])
    till.until(lambda: till.view.priced.discount_minor > 0)
    assert len(till.names()) == 3
    till.window.sale.discount(Discount("Damaged box", percent_micro=250_000), 2)
    till.until(lambda: till.window.people.approvals.asking, "the next one is asked for again")
    till.press(Key.Key_Escape)
    approvals = [payload for kind, payload in journal(till) if kind == "approval" and payload["approver_id"]]
    assert [(one["operator_id"], one["approver_id"]) for one in approvals] == [("associate-1", "supervisor-1")]


def test_point_26_five_wrong_pins_delay_the_sixth_and_nothing_says_which_part_was_wrong(open_till):
    till = open_till(sign_on=True)
    pad = till.window.people.sign_on.page.pad
    till.scan(HEADPHONES)
    assert not till.names()
    for number in ("101", "101", "777", "101"):
        pad.clear()
        pad.entered.emit(number, "987654")
        till.until(lambda: bool(pad.words))
        assert pad.words == "Not recognised. Check the number and the PIN, and try again."
    pad.clear()
    pad.entered.emit("101", "987654")
    till.until(lambda: "again in" in pad.words)
    till.scan(BADGE["associate"])
    till.until(lambda: not till.window.people.covering)


def test_point_27_the_till_locks_by_itself_and_keeps_the_basket_for_whoever_may_have_it(open_till):
    till = open_till(sign_on=True, settings=UiSettings(sounds=False, idle_lock_ms=400))
    till.scan(BADGE["associate"])
    till.until(lambda: not till.window.people.covering)
    till.scan(*ITEMS)
    till.until(lambda: till.window.people.sign_on.locked)
    till.scan(BADGE["supervisor"])
    till.until(lambda: not till.window.people.covering)
    assert len(till.names()) == 3
    assert till.view.header.operator_id == "supervisor-1"


# --- faults -----------------------------------------------------------------------------------------------------------


def test_point_28_out_of_paper_the_sale_is_complete_and_its_receipt_waits(till, expect_log):
    expect_log("out of paper")
    till.printer.set_faults(paper_out=True)
    till.scan(*ITEMS)
    till.window.tender.pay_exact_cash()
    assert till.sale.total_minor > 0
    till.until(lambda: till.printer_state() == "error")
    assert till.register.data.print_queue.next_job() is not None
    till.scan(HEADPHONES)
    assert till.names() == ["Over-Ear Headphones HP-700"]
    till.printer.repair()
    assert "TOTAL" in till.printed()[0]


def test_what_was_rung_up_survives_the_end_of_the_program_at_any_moment(open_till):
    till = open_till()
    till.scan(*ITEMS)
    till.press(Key.Key_F11)
    till.type("2000")
    till.press(Key.Key_Return)
    till.end()
    again = open_till()
    assert len(again.names()) == 3
    assert [tender.amount_minor for tender in again.view.tenders] == [2_000]
    again.press(Key.Key_F12)
    assert [tender.tender_type for tender in again.sale.tenders] == [TenderType.CASH, TenderType.CARD]


def test_a_serial_number_is_asked_for_and_a_scan_answers_it(till):
    till.scan(PHONE)
    till.until(lambda: till.side.panel_open)
    till.scan("356938035643809")
    till.until(lambda: till.names() == ["Smartphone PH-6 128 GB"])
