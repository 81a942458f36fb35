"""F4 and F9 in the window: discounts, another price, cash in and out, and the drawer without a sale."""

import json

import pytest
from fakes.ui_shop import SHELF
from PySide6.QtCore import Qt

from pos_app.domain.basket import Discount

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]
ENTER, DOWN, F4, F9 = Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_F4, Qt.Key.Key_F9


def payloads(shop, kind: str) -> list[dict]:
    return [json.loads(entry.payload) for entry in shop.storage.state.entries if entry.kind == kind]


def overlay(counter):
    return counter.window.people.approvals.overlay


def test_ten_percent_off_a_line_is_five_keys_and_needs_nobody(counter):
    counter.scan(HEADPHONES)
    counter.keys_pressed = 0
    counter.press(F4)
    counter.type("10")
    counter.press(ENTER, ENTER)
    assert counter.keys_pressed + len("10") == 5
    assert counter.view.priced.discount_minor == 2_500
    line = counter.view.basket.lines[0]
    assert line.discounts[0].reason == counter.window.services.profile.reasons.discount[0]
    assert not counter.window.side.panel_open


def test_f4_again_asks_for_an_amount_and_then_for_a_price(counter):
    counter.scan(HEADPHONES)
    counter.press(F4)
    assert counter.window.side.entry.accessibleName() == "Discount in percent"
    counter.press(F4)
    assert counter.window.side.entry.accessibleName() == "Discount as an amount"
    counter.press(F4)
    assert counter.window.side.entry.accessibleName() == "New price"
    counter.press(F4)
    assert counter.window.side.entry.accessibleName() == "Discount in percent"


def test_an_amount_off_the_whole_sale_by_touch(counter):
    counter.scan(HEADPHONES)
    counter.scan(CABLE)
    counter.click(counter.window.actions_bar.tiles["discount"])
    entry = counter.window.side.entry
    counter.click(entry.action_buttons[2])
    assert entry.accessibleName() == "Discount as an amount"
    counter.click(entry.picks[1])
    counter.click(entry.action_buttons[1])
    counter.click(counter.window.side.list_panel.rows[1])
    assert counter.view.priced.discount_minor == 1_000
    assert counter.view.basket.discounts[0].reason == counter.window.services.profile.reasons.discount[1]


def test_another_price_beyond_the_limit_is_approved_with_its_reason(counter, shop):
    counter.scan(HEADPHONES)
    counter.press(F4, F4, F4)
    counter.type("19999")
    counter.press(ENTER, ENTER)
    assert overlay(counter).isVisible()
    assert overlay(counter).reasons == []
    assert counter.view.priced.subtotal_minor == 24_999
    counter.scan("OPB-SUPERVISOR")
    counter.until(lambda: counter.view.priced.subtotal_minor == 19_999)
    assert counter.view.basket.lines[0].price_reason == "Price match"
    (approval,) = payloads(shop, "approval")
    assert (approval["action"], approval["amount_minor"], approval["reason"]) == (
        "price_override",
        5_000,
        "Price match",
    )


def test_back_from_the_reasons_asks_for_the_number_again(counter):
    counter.scan(HEADPHONES)
    counter.press(F4)
    counter.type("10")
    counter.press(ENTER, Qt.Key.Key_Escape)
    assert counter.window.side.entry.asking
    counter.press(Qt.Key.Key_Escape)
    assert not counter.window.side.panel_open
    assert counter.view.priced.discount_minor == 0


def test_the_drawer_opens_without_a_sale_only_with_an_approval(counter, shop):
    counter.press(F9, ENTER, ENTER)
    assert overlay(counter).isVisible()
    assert payloads(shop, "no_sale") == []
    counter.scan("OPB-MANAGER")
    counter.until(lambda: bool(payloads(shop, "no_sale")))
    (no_sale,) = payloads(shop, "no_sale")
    assert no_sale["approver_id"] == "manager-1"
    assert no_sale["reason"] == counter.window.services.profile.reasons.no_sale[0]
    assert [job.open_drawer for job in shop.storage.state.print_jobs.values()] == [True]


@pytest.mark.parametrize(
    ("down", "kind", "expected_minor"), [(1, "paid_in", 5_000), (2, "paid_out", -5_000)], ids=["paid in", "paid out"]
)
def test_cash_that_is_no_sale_has_a_reason_a_slip_and_counts_in_the_till(counter, shop, down, kind, expected_minor):
    counter.scan(CAMERA)
    counter.window.tender.pay_exact_cash()
    before = shop.storage.till_totals().expected_cash_minor
    counter.press(F9, *(DOWN,) * down, ENTER)
    counter.type("5000")
    counter.press(ENTER, DOWN, ENTER)
    counter.scan("OPB-SUPERVISOR")
    counter.until(lambda: bool(payloads(shop, kind)))
    assert shop.storage.till_totals().expected_cash_minor == before + expected_minor
    job = list(shop.storage.state.print_jobs.values())[-1]
    assert job.open_drawer
    assert "supervisor-1" in str(job.document)


def test_more_than_is_in_the_till_cannot_be_paid_out(counter, shop):
    counter.press(F9, DOWN, DOWN, ENTER)
    counter.type("5000")
    counter.press(ENTER, ENTER)
    assert "not that much cash" in counter.window.sale.banner.detail
    assert payloads(shop, "paid_out") == []


def test_goods_rung_up_after_an_approved_percentage_bring_the_question_back_before_payment(counter, shop):
    counter.scan(CABLE)
    counter.window.sale.discount(Discount("Customer care", percent_micro=200_000))
    counter.scan("OPB-MANAGER")
    counter.until(lambda: bool(counter.view.basket.discounts))
    counter.scan(HEADPHONES)
    counter.scan(CAMERA)
    counter.press(Qt.Key.Key_F11, ENTER)
    assert overlay(counter).isVisible(), "before anything is paid"
    counter.press(Qt.Key.Key_Escape)
    assert counter.window.sale.completed is None
    assert counter.view.tenders == ()
    counter.press(Qt.Key.Key_F11, ENTER)
    counter.scan("OPB-MANAGER")
    counter.until(lambda: counter.window.sale.completed is not None)
    first, second = payloads(shop, "approval")
    assert second["amount_minor"] > first["amount_minor"]
    assert second["detail"] == "Whole sale: more than was agreed, 2 more lines"
