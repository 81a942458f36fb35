"""Goods come back at the window: by scan, by keyboard alone, by touch, with the policy in sight and never twice."""

import json
from dataclasses import replace

import pytest
from fakes.memory_people import MANAGER
from fakes.ui_shop import ACCOUNT, UiShop
from PySide6.QtCore import Qt

from pos_app.domain.return_policy import Clause, Condition, Outcome, PromotionRule, ReturnPolicy, WithoutReceipt
from pos_app.domain.tenders import TenderType
from pos_app.ports import WithoutReceiptRecord
from pos_app.services.return_parts import RefundTo

HEADPHONES, CAMERA, CABLE, TELEVISION, GAMEPAD = (
    "4006381333931",
    "5901234123457",
    "9780201379624",
    "4012345678901",
    "7612345678900",
)
MANAGERS_BADGE = "OPB-MANAGER"
POLICY = ReturnPolicy(
    clauses=(
        Clause("final_sale", "Cables are final sale.", ("Cables",), outcome=Outcome.NONE),
        Clause("opened_games", "Opened games can be exchanged.", ("Gaming",), 10, Outcome.EXCHANGE, opened_only=True),
        Clause("cameras", "Opened cameras carry a fee.", ("Cameras",), 14, restocking_fee_micro=150_000),
        Clause("standard", "Items may be returned within 30 days of purchase.", days=30),
    ),
    promotions=PromotionRule.RECOMPUTED,
    without_receipt=WithoutReceipt("Without a receipt we give store credit.", most_returns=2, most_minor=50_000),
)


@pytest.fixture
def shop() -> UiShop:
    return UiShop(return_policy=POLICY)


def sell(counter, *codes: str, card: bool = False, member: bool = False) -> str:
    """A sale from first item to the next customer; its receipt number."""
    for code in codes:
        counter.scan(code)
    if member:
        counter.attach_member()
    if card:
        counter.press(Qt.Key.Key_F12)
    else:
        counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.completed is not None)
    number = counter.window.sale.completed.transaction.header.receipt_number
    counter.window.sale.next_sale()
    counter.keys_pressed = 0
    return number


def returns_of(counter):
    return counter.window.functions.returns


def kinds(shop: UiShop) -> list[str]:
    return shop.storage.kinds()


def finish(counter, reason: int = 0) -> None:
    """Choose a reason and wait until the money is back."""
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.window.side.list_panel.rows[reason].click()
    counter.until(lambda: returns_of(counter).desk.active)


def approve(counter) -> None:
    """A manager says yes with their badge, for the first reason there is."""
    overlay = counter.window.people.approvals.overlay
    if overlay.lacks_reason:
        overlay.reasons[0].click()
    counter.scan(MANAGERS_BADGE)


def test_a_receipt_scanned_at_idle_opens_its_return_at_once_with_what_can_come_back(counter, shop):
    number = sell(counter, HEADPHONES, HEADPHONES, CAMERA)
    counter.window.functions.take_back()
    counter.window.step_back()
    counter.scan(number)  # no waiting: it is open when the scan has been read
    returns = returns_of(counter)
    assert not returns.lines.isHidden()
    assert [(row.state.line.name, row.state.open_milli) for row in returns.lines.rows] == [
        ("Wireless Headphones WH-7", 2000),
        ("4K Action Camera Kit", 1000),
    ]
    assert returns.model.to is RefundTo.ORIGINAL
    assert not counter.window.sale.view.priced.lines


def test_over_refund_is_impossible_and_says_so(counter, shop):
    number = sell(counter, HEADPHONES, HEADPHONES)
    counter.scan(number)
    for _ in range(3):
        counter.scan(HEADPHONES)
    returns = returns_of(counter)
    assert returns.model.lines()[0].pick.quantity_milli == 2000
    assert not returns.lines.rows[0].plus.isEnabled()
    assert counter.window.sale.banner.title == "Not open on this receipt"
    assert not counter.window.sale.view.priced.lines


def test_a_whole_return_by_keyboard_alone(counter, shop):
    number = sell(counter, HEADPHONES, CAMERA)
    counter.press(Qt.Key.Key_F7)
    counter.type(number)
    counter.press(Qt.Key.Key_Return)
    returns = returns_of(counter)
    counter.until(lambda: returns.model is not None and not returns.checking)
    assert returns.lines.rows[0].hasFocus()
    counter.press(Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    assert counter.window.side.list_panel.rows[0].hasFocus()
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: returns.desk.active)
    assert kinds(shop)[-1] == "return"
    assert returns.panel.page.total == "$270.61"
    counter.press(Qt.Key.Key_Return)
    assert not returns.is_open
    assert counter.window.scan_field.line.hasFocus()
    assert counter.keys_pressed == 8


def test_cash_comes_out_of_the_drawer_and_the_totals_agree(counter, shop):
    number = sell(counter, HEADPHONES)
    before = shop.storage.till_totals().expected_cash_minor
    counter.scan(number)
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    job = list(shop.storage.state.print_jobs.values())[-1]
    assert job.open_drawer
    assert job.document.title.startswith("Return 001-02-")
    assert before - shop.storage.till_totals().expected_cash_minor == 27_061
    assert returns_of(counter).panel.page.total_name == "Hand over"


def test_a_card_gets_its_money_back_through_the_terminal_once(counter, shop):
    number = sell(counter, HEADPHONES, card=True)
    counter.scan(number)
    counter.scan(HEADPHONES)
    assert "••••" in returns_of(counter).panel.page.parts[0].name
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    assert kinds(shop)[-1] == "return"
    assert [one.outcome.value for one in shop.returns.refunds._refunds.values()] == ["approved"]
    assert not shop.returns.kept


def test_points_go_back_first_and_those_earned_are_taken_back(counter, shop):
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.window.tender.use_points(500)
    counter.until(lambda: counter.view.points_used == 500)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    sale = counter.window.sale.completed.transaction
    counter.window.sale.next_sale()
    counter.scan(sale.header.receipt_number)
    counter.scan(HEADPHONES)
    names = [(row.name, row.amount) for row in returns_of(counter).panel.page.parts]
    assert names[:2] == [("500 points", "$5.00"), ("Cash", "$265.61")]
    assert ("Points taken back, earned on these", f"−{sale.earned.points}") in names
    assert sale.member.member_id == ACCOUNT.member_id


def test_what_came_back_is_not_open_again(counter, shop):
    number = sell(counter, HEADPHONES)
    counter.scan(number)
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    counter.scan(number)
    counter.until(lambda: returns_of(counter).model is not None)
    state = returns_of(counter).model.lines()[0]
    assert (state.returned_milli, state.open_milli) == (1000, 0)


def test_a_till_that_comes_second_is_refused_and_nothing_is_paid(counter, shop):
    number = sell(counter, HEADPHONES)
    shop.returns.gateway.taken_elsewhere.add(number)
    counter.scan(number)
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "another till" in counter.window.sale.banner.detail
    assert "return" not in kinds(shop)


def test_a_final_sale_shows_its_clause_and_needs_a_manager(counter, shop):
    number = sell(counter, CABLE)
    counter.scan(number)
    counter.scan(CABLE)
    returns = returns_of(counter)
    assert "Cables are final sale." in returns.lines.rows[0].policy_words
    assert returns.panel.page.main.startswith("Ask a manager")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: counter.window.people.covering)
    assert "return" not in kinds(shop)
    assert returns.model is not None
    approve(counter)
    counter.until(lambda: returns.desk.active)
    returned = shop.storage.state.entries[-1].payload
    assert b'"against_policy":["final_sale"]' in returned
    assert MANAGER.operator_id.encode() in returned


def test_an_opened_camera_costs_its_fee_and_a_faulty_one_does_not(counter, shop):
    number = sell(counter, CAMERA)
    counter.scan(number)
    counter.scan(CAMERA)
    model = returns_of(counter).model
    model.describe(1, Condition.OPENED, "Changed mind")
    assert model.preview.quote.restocking_fee_minor == 4785
    model.describe(1, Condition.DAMAGED, "Does not work")
    assert model.preview.quote.restocking_fee_minor == 0


def test_a_gift_receipt_gives_store_credit_only(counter, shop):
    number = sell(counter, HEADPHONES)
    counter.scan(f"G.{number}")
    counter.scan(HEADPHONES)
    returns = returns_of(counter)
    assert returns.model.to is RefundTo.STORE_CREDIT
    assert not returns.panel.original.isEnabled()
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    assert [one.tender_type for one in returns.desk._done.refunds] == [TenderType.STORE_CREDIT]
    assert kinds(shop)[-2:] == ["return", "stored_value_loaded"]


def test_offline_the_risk_is_said_in_words(counter, shop):
    number = sell(counter, HEADPHONES)
    shop.go_offline()
    counter.scan(number)
    returns = returns_of(counter)
    counter.until(lambda: not returns.checking)
    assert returns.lines._note.startswith("Offline")
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    assert kinds(shop)[-1] == "return"


def test_a_whole_sale_of_today_is_voided_with_a_second_persons_yes(counter, shop):
    sell(counter, HEADPHONES, CAMERA)
    before = shop.storage.till_totals()
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    returns.search.list_today()
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: returns.desk.active)
    returns.proceed()
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: counter.window.people.covering)
    approve(counter)
    counter.until(lambda: kinds(shop)[-1] == "post_void")
    assert shop.storage.till_totals().sales_total_minor == 0
    assert before.sales_total_minor > 0


def test_a_return_whose_card_refund_was_cut_off_is_found_after_a_restart_and_finished_once(counter, shop, open_counter):
    number = sell(counter, HEADPHONES, card=True)
    counter.scan(number)
    counter.scan(HEADPHONES)
    returns = returns_of(counter)
    pending = returns.parts.returning.plan(returns.model.original, returns.model.requests("Broken"), "Broken")
    returns.parts.refunding.pay_back(pending)  # the power goes here: the card has its money, nothing else is done
    counter.window.close()
    later = open_counter(shop)
    later.until(lambda: later.window.sale.banner is not None)
    later.press(Qt.Key.Key_F7)
    again = later.window.functions.returns
    assert later.window.sale.banner.title == "A return was interrupted"
    assert [one.return_id for one in again.parts.refunding.interrupted()] == [pending.return_id]
    again.search.panel.ways[0].click()
    later.window.question.choices[0].click()
    later.until(lambda: again.desk.active)
    assert kinds(shop).count("return") == 1
    assert len(shop.returns.refunds._refunds) == 1
    assert not again.parts.refunding.interrupted()


def test_everything_on_the_screens_has_a_name_and_is_large_enough(counter, shop):
    from PySide6.QtWidgets import QAbstractButton

    number = sell(counter, HEADPHONES, CAMERA)
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    parts = [returns.search.panel]
    counter.scan(number)
    parts += [returns.lines, returns.panel]
    for part in parts:
        for button in part.findChildren(QAbstractButton):
            assert button.accessibleName(), button
            if button.isVisible():
                assert button.width() >= 48, button.accessibleName()
                assert button.height() >= 48, button.accessibleName()


def bring_without_receipt(counter, code: str, number: str = "D1234567") -> None:
    """From F7 to the approval: goods, reason, ID."""
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    next(way for way in returns.search.panel.ways if way.text() == "Without a receipt").click()
    counter.scan(code)
    counter.until(lambda: returns.model.quote is not None)
    counter.press(Qt.Key.Key_Return)
    counter.window.side.list_panel.rows[0].click()
    counter.window.side.list_panel.rows[0].click()
    counter.type(number)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.people.covering)


def test_without_a_receipt_a_supervisor_approves_store_credit_at_the_lowest_price(counter, shop):
    sell(counter, HEADPHONES)
    items = shop.catalogue.items = dict(shop.catalogue.items)
    items[HEADPHONES] = replace(items[HEADPHONES], price_minor=29_999)
    bring_without_receipt(counter, HEADPHONES)
    assert shop.storage.kinds().count("return_without_receipt") == 0
    approve(counter)
    counter.until(lambda: returns_of(counter).desk.active)
    payload = shop.storage.state.entries[-2].payload
    assert shop.storage.kinds()[-2:] == ["return_without_receipt", "stored_value_loaded"]
    assert b'"last_four":"4567"' in payload
    assert b"1234567" not in payload
    assert returns_of(counter).desk._done.total_minor == 27_061


def test_the_limits_of_one_person_are_counted_at_all_stores(counter, shop):
    shop.returns.gateway.record = WithoutReceiptRecord(2, 10_000)
    bring_without_receipt(counter, GAMEPAD)
    overlay = counter.window.people.approvals.overlay
    assert "has 2 returns without a receipt" in str(overlay._words)


def test_goods_of_final_sale_do_not_come_back_without_a_receipt_either(counter, shop):
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    next(way for way in returns.search.panel.ways if way.text() == "Without a receipt").click()
    counter.scan(CABLE)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "final sale" in counter.window.sale.banner.detail
    assert not returns.model.anything


def test_a_piece_with_a_serial_number_comes_back_by_that_number_only(counter, shop):
    counter.scan(CAMERA)
    selling = counter.window.services.selling
    selling._apply(selling.current.basket.set_serial_number(1, "SN-4711"))
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    number = counter.window.sale.completed.transaction.header.receipt_number
    counter.window.sale.next_sale()
    counter.scan(number)
    returns = returns_of(counter)
    counter.scan(CAMERA)
    assert not returns.serial_panel.isHidden()
    counter.scan("SN-4712")
    assert counter.window.sale.banner.title == "Another piece"
    counter.scan("SN-4711")
    assert returns.model.lines()[0].pick.quantity_milli == 1000
    counter.press(Qt.Key.Key_Return)
    finish(counter)
    assert b'"serial_number":"SN-4711"' in shop.storage.state.entries[-1].payload


def test_the_serial_number_finds_its_sale(counter, shop):
    returns = counter.window.functions.returns
    counter.press(Qt.Key.Key_F7)
    returns.search._ask_serial()
    counter.scan("SN-0815")
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    assert counter.window.side.list_panel.rows == []


def test_a_members_purchases_open_their_return(counter, shop):
    number = sell(counter, HEADPHONES, member=True)
    shop.returns.gateway.sales = [shop.storage.sale(number)]
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    returns.search._ask_member()
    counter.type("j@example.com")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: returns.model is not None)
    assert returns.model.receipt_number == number


def test_a_card_statement_leads_to_the_sale_offline_too(counter, shop):
    number = sell(counter, HEADPHONES, card=True)
    shop.go_offline()
    counter.press(Qt.Key.Key_F7)
    returns = returns_of(counter)
    last_four = json.loads(shop.storage.sale(number).payload)["tenders"][0]["description"][-4:]
    returns.search._ask_card()
    counter.type(last_four)
    counter.press(Qt.Key.Key_Return)
    counter.type("1122")
    counter.press(Qt.Key.Key_Return)
    counter.type("27061")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    assert counter.window.side.list_panel._title == "Purchases at this till (offline)"
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: returns.model is not None)
    assert returns.model.receipt_number == number


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_F1, Qt.Key.Key_F4, Qt.Key.Key_F9, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_F12]
)
def test_nothing_is_done_to_the_sale_behind_a_return(counter, shop, key):
    number = sell(counter, HEADPHONES)
    counter.scan(CABLE)
    counter.scan(number)
    returns = returns_of(counter)
    counter.until(lambda: not returns.checking)
    counter.press(key)
    assert not returns.panel.isHidden()
    assert counter.view.tenders == ()
    assert not counter.window.actions_bar.tiles["discount"].isEnabled()
    counter.press(Qt.Key.Key_Escape)
    assert not returns.is_open
    assert counter.window.actions_bar.tiles["discount"].isEnabled()
    assert counter.names() == ["USB-C Cable, 2 m"]


def test_a_scan_while_the_money_is_on_its_way_makes_itself_heard(counter, shop):
    number = sell(counter, HEADPHONES)
    counter.scan(number)
    returns = returns_of(counter)
    returns.desk.busy = True
    counter.scan(CABLE)
    assert counter.window.sale.banner.detail.startswith("The money is on its way.")
    assert not counter.view.priced.lines
    returns.desk.busy = False


def test_offline_another_tills_receipt_comes_back_by_its_paper_with_its_points(counter, shop):
    shop.go_offline()
    counter.scan("001-09-000123")
    counter.until(lambda: counter.window.sale.question is not None)
    assert "cannot be reached" in counter.window.sale.question.detail
    counter.window.question.choices[0].click()
    returns = returns_of(counter)
    counter.scan(HEADPHONES)
    counter.type("20000")
    counter.press(Qt.Key.Key_Return)
    assert returns.panel.page.total == "$216.50"
    counter.press(Qt.Key.Key_Return)
    counter.window.side.list_panel.rows[0].click()
    counter.type("1000")
    counter.press(Qt.Key.Key_Return)
    counter.type("20000")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: returns.desk.active)
    refunds = returns.desk._done.refunds
    assert [(one.tender_type, one.amount_minor, one.points) for one in refunds] == [
        (TenderType.POINTS, 1_000, 1_000),
        (TenderType.CASH, 20_650, 0),
    ]
    assert kinds(shop)[-1] == "return"
