"""What is read at the checkout window: a member's statement, and why a sale earns its points."""

import pytest
from fakes.ui_shop import EMAIL, SHELF, STATEMENT
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_document import Pair, Text
from pos_app.ports import MemberStatement
from ui.services_bundle import UiSettings

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]


@pytest.fixture
def statement(shop) -> MemberStatement:
    shop.gateway.statements["m-1"] = STATEMENT
    return STATEMENT


def test_the_statement_is_shown_and_printed(counter, shop, statement):
    counter.attach_member()
    counter.press(Qt.Key.Key_F3, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.basket.sheet_open)
    sheet = counter.window.basket.sheet
    shown = {row.left: (row.right, row.detail) for row in sheet.page.rows}
    assert shown["Balance"][0] == "1,240 pts"
    assert shown["Store purchases"][0] == "900 pts"
    assert shown["Pending"][0] == "120 pts"
    assert shown["To the end of 2026-12-14"][0] == "300 pts"
    assert shown["Redeem"] == ("−500 pts", "2026-11-19 09:00  ·  Store 002, Receipt 002-01-000031")
    counter.click(sheet.action)
    counter.until(lambda: len(shop.paper.documents) == 1)
    printed = shop.paper.documents[0].blocks
    assert Pair("Balance", "1,240", bold=True) in printed
    assert Text("Expiring within 30 days", bold=True) in printed
    assert EMAIL not in str(printed)
    counter.press(Qt.Key.Key_Escape)
    assert not counter.window.basket.sheet_open
    assert counter.window.scan_field.line.hasFocus()


def test_a_scan_puts_the_statement_away_and_lands(counter, statement):
    counter.attach_member()
    counter.window.functions.desk.statement(counter.view.account)
    counter.until(lambda: counter.window.basket.sheet_open)
    counter.scan(CABLE)
    assert not counter.window.basket.sheet_open
    assert counter.names() == ["USB-C Cable, 2 m"]


def test_f1_explains_what_the_sale_earns_step_by_step(counter):
    counter.scan(HEADPHONES)
    counter.scan(CABLE)
    counter.attach_member()
    counter.press(Qt.Key.Key_F1)
    sheet = counter.window.basket.sheet
    assert counter.window.basket.sheet_open
    assert sheet.page.subtitle == "264 points"
    rows = sheet.page.rows
    assert ("Product price that earns", "$264.98") in [(row.left, row.right) for row in rows]
    assert any("Whole units" in row.detail for row in rows)
    assert [row.left for row in rows if row.look == "heading"] == ["1  Wireless Headphones WH-7", "2  USB-C Cable, 2 m"]
    assert all(widget.accessibleName() for widget in sheet.findChildren(QWidget))
    counter.press(Qt.Key.Key_F1)
    assert not counter.window.basket.sheet_open


def test_a_touch_on_the_points_explains_them_too_and_a_change_is_explained_anew(counter):
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.click(counter.window.side.member.earns)
    sheet = counter.window.basket.sheet
    assert sheet.page.subtitle == "249 points"
    counter.window.sale.step_quantity(1, 1)
    assert sheet.page.subtitle == "499 points"
    counter.click(counter.window.side.member.remove)
    assert not counter.window.basket.sheet_open


def test_the_points_of_the_completed_sale_are_explained(counter):
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.click(counter.window.side.member.explain)
    assert counter.window.basket.sheet.page.subtitle == "249 points"
    counter.press(Qt.Key.Key_Escape)
    assert counter.window.basket.complete_page.isVisible()


def test_without_a_member_f1_says_that_nothing_is_earned(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F1)
    assert not counter.window.basket.sheet_open
    assert "earns no points" in counter.window.sale.toast.words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sheet_is_moved_by_keys_and_leaves_payment_and_messages_in_sight(open_counter, shop, theme):
    counter = open_counter(shop, UiSettings(theme=theme, sounds=False))
    counter.window.resize(1024, 768)
    for code in list(SHELF)[:6]:
        counter.scan(code)
    counter.attach_member()
    counter.press(Qt.Key.Key_F1)
    sheet = counter.window.basket.sheet
    bar = sheet._scroll.verticalScrollBar()
    counter.press(Qt.Key.Key_PageDown)
    assert bar.value() > 0
    counter.press(Qt.Key.Key_Home)
    assert bar.value() == 0
    assert counter.window.side.pay.isVisible()
    assert not sheet.geometry().intersects(counter.window.basket.strip.geometry())
    assert counter.window.sale.selected == 6
