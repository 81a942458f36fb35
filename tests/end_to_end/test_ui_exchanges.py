"""Goods that come back and goods that go out on one ticket: settled together, one commit, safe through a crash."""

import json

import pytest
from fakes.ui_shop import EMAIL, UiShop
from PySide6.QtCore import Qt

from pos_app.domain.return_policy import Clause, Outcome, ReturnPolicy
from pos_app.domain.tenders import TenderType

HEADPHONES, CAMERA, CABLE, GAMEPAD = "4006381333931", "5901234123457", "9780201379624", "7612345678900"
POLICY = ReturnPolicy((Clause("games", "Games can be exchanged.", ("Gaming",), 10, Outcome.EXCHANGE),))


@pytest.fixture
def shop() -> UiShop:
    return UiShop(return_policy=POLICY)


def sell(counter, *codes: str, card: bool = False) -> str:
    for code in codes:
        counter.scan(code)
    counter.press(Qt.Key.Key_F12) if card else counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.completed is not None)
    number = counter.window.sale.completed.transaction.header.receipt_number
    counter.window.sale.next_sale()
    return number


def exchange(counter, number: str, code: str) -> None:
    """The goods of a receipt go on the ticket under way."""
    counter.scan(number)
    counter.scan(code)
    returns = counter.window.functions.returns
    returns.panel.plain.click()
    counter.until(lambda: counter.window.side.list_panel.isVisible())
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: counter.view.exchange is not None)
    counter.until(lambda: not returns.is_open)


def payloads(shop: UiShop, kind: str) -> list[dict]:
    return [json.loads(entry.payload) for entry in shop.storage.state.entries if entry.kind == kind]


def test_dearer_goods_are_paid_up_in_one_commit_with_one_receipt(counter, shop):
    number = sell(counter, HEADPHONES)
    before = len(shop.storage.state.print_jobs)
    cash = shop.storage.till_totals().expected_cash_minor
    exchange(counter, number, HEADPHONES)
    counter.scan(CAMERA)
    assert counter.window.side.pay.total_text == "$74.71"
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert shop.storage.kinds()[-2:] == ["return", "sale"]
    returned, sale = payloads(shop, "return")[0], payloads(shop, "sale")[-1]
    assert [one["tender_type"] for one in returned["refunds"]] == ["exchange"]
    assert [(one["tender_type"], one["amount_minor"]) for one in sale["tenders"]] == [
        ("exchange", 27_061),
        ("cash", 7_471),
    ]
    assert returned["exchanged_for"] == sale["header"]["transaction_id"]
    assert shop.storage.till_totals().expected_cash_minor == cash + 7_471
    assert len(shop.storage.state.print_jobs) == before + 1


def test_the_member_of_the_receipt_is_added_by_one_key_and_shows_no_balance(counter, shop):
    counter.scan(HEADPHONES)
    counter.attach_member(EMAIL)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    sold = counter.window.sale.completed.transaction
    counter.window.sale.next_sale()
    exchange(counter, sold.header.receipt_number, HEADPHONES)
    add = counter.window.side.member.add
    assert add.text() == "Add the member"
    counter.scan(CAMERA)
    counter.press(Qt.Key.Key_F3)
    assert counter.view.basket.member.member_id == sold.member.member_id
    assert (counter.view.account, counter.view.earned.points > 0) == (None, True)
    assert counter.window.tender.points_refusal == "To use points, scan the member card"
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert payloads(shop, "sale")[-1]["member"]["member_id"] == sold.member.member_id
    counter.window.sale.next_sale()
    assert add.text() == "Add member"


def test_cheaper_goods_give_the_rest_back_in_cash(counter, shop):
    number = sell(counter, HEADPHONES)
    cash = shop.storage.till_totals().expected_cash_minor
    exchange(counter, number, HEADPHONES)
    counter.scan(CABLE)
    assert counter.window.side.pay.total_text == "$254.38"
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    assert counter.window.basket.complete_page.change_text == "$254.38"
    refunds = payloads(shop, "return")[0]["refunds"]
    assert [(one["tender_type"], one["amount_minor"]) for one in refunds] == [("cash", 25_438), ("exchange", 1_623)]
    assert shop.storage.till_totals().expected_cash_minor == cash - 25_438
    job = list(shop.storage.state.print_jobs.values())[-1]
    assert job.open_drawer


def test_the_rest_of_a_card_goes_back_to_the_card_once_before_the_ticket_is_completed(counter, shop):
    number = sell(counter, HEADPHONES, card=True)
    exchange(counter, number, HEADPHONES)
    counter.scan(CABLE)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    assert [one.amount_minor for one in shop.returns.refunds._refunds.values()] == [25_438]
    assert [one.tender_type for one in counter.window.sale.completed.given_back] == [TenderType.CARD]
    assert counter.window.basket.complete_page.change_text == "$254.38"
    assert counter.window.basket.complete_page._label == "Given back"


def test_goods_that_the_policy_only_exchanges_need_no_manager_here(counter, shop):
    number = sell(counter, GAMEPAD)
    exchange(counter, number, GAMEPAD)
    counter.scan(GAMEPAD)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    assert counter.window.sale.completed.given_back == ()
    assert payloads(shop, "return")[0].get("against_policy", []) == []


def test_an_exchange_survives_a_crash_and_can_be_taken_off(counter, shop, open_counter):
    number = sell(counter, HEADPHONES)
    exchange(counter, number, HEADPHONES)
    counter.scan(CAMERA)
    counter.window.close()
    later = open_counter(shop)
    assert later.view.exchange is not None
    assert later.window.side.pay.total_text == "$74.71"
    later.press(Qt.Key.Key_F7)
    later.window.functions.returns.panel.plain.click()
    assert later.view.exchange is None
    assert later.window.side.pay.total_text == "$345.32"
    assert "return" not in shop.storage.kinds()


def test_goods_exchanged_come_back_as_the_card_that_had_paid_first(counter, shop):
    first = sell(counter, HEADPHONES, card=True)
    exchange(counter, first, HEADPHONES)
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    second = counter.window.sale.completed.transaction.header.receipt_number
    counter.scan(second)
    returns = counter.window.functions.returns
    counter.scan(HEADPHONES)
    assert [one.tender_type for one in returns.model.preview.quote.refunds] == [TenderType.CARD]
    counter.press(Qt.Key.Key_Return)
    counter.window.side.list_panel.rows[0].click()
    counter.until(lambda: returns.desk.active)
    assert shop.storage.kinds()[-1] == "return"


def test_a_cancelled_ticket_takes_nothing_back(counter, shop):
    number = sell(counter, HEADPHONES)
    exchange(counter, number, HEADPHONES)
    counter.scan(CABLE)
    counter.window.services.selling.cancel("changed mind")
    assert "return" not in shop.storage.kinds()
    counter.scan(number)
    counter.until(lambda: counter.window.functions.returns.model is not None)
    assert counter.window.functions.returns.model.lines()[0].open_milli == 1000


def test_the_rows_say_what_came_back_and_what_of_it_pays_for_the_new_goods(counter, shop):
    number = sell(counter, HEADPHONES)
    exchange(counter, number, HEADPHONES)
    pay = counter.window.side.pay
    assert pay.rows_shown()[-1] == ("Returned goods", "$270.61")
    counter.scan(CABLE)
    assert pay.rows_shown()[-2:] == [("Returned goods", "$270.61"), ("Used as credit", "−$16.23")]
    assert pay.total_text == "$254.38"
