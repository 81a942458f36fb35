"""At the window: goods that are sent, picked up later or ordered with a deposit, tax exemption, services of a line."""

import json

import pytest
from fakes.order_till import ADDRESS, person
from fakes.ui_shop import SHELF, UiShop
from PySide6.QtCore import Qt

from pos_app.domain.fee_table import FeeRule
from pos_app.domain.item import Fee
from pos_app.domain.orders import OrderKind, OrderRules, OrderState, order_code
from pos_app.domain.returns import ReturnRequest
from pos_app.domain.tax import TaxRate

HEADPHONES, CAMERA, CABLE, TELEVISION = list(SHELF)[:4]


@pytest.fixture
def shop() -> UiShop:
    return UiShop(
        tax_rates=(
            TaxRate("general", 60_000, name="State tax"),
            TaxRate("county", 12_500, name="County tax", categories=("general",)),
        ),
        fees=(
            FeeRule(Fee("installation", "Installation", 9_900, ("general",)), ("Televisions",), chosen=True),
            FeeRule(Fee("delivery", "Delivery", 2_500, ("general",), once=True), delivery=True),
        ),
        orders=OrderRules(200_000, 1_000, 100_000),
    )


def choose(counter, name: str) -> None:
    """The row of this name in the list, by arrow keys and Enter."""
    rows = counter.window.side.list_panel.rows
    wanted = next(number for number, row in enumerate(rows) if row.row.name == name)
    for _ in range(wanted):
        counter.press(Qt.Key.Key_Down)
    counter.press(Qt.Key.Key_Return)


def orders(shop: UiShop):
    return list(shop.storage.state.orders.values())


def kinds(shop: UiShop) -> list[str]:
    return shop.storage.kinds()


def test_a_television_is_sent_by_keyboard_alone(counter, shop):
    counter.scan(CABLE)
    counter.scan(TELEVISION)
    counter.press(Qt.Key.Key_F10)
    choose(counter, "Leaves later")
    choose(counter, "Send the selected line")
    for text in ("Recipient Example", "1 Example Street", "", "", "08601", "Trenton", "NJ"):
        counter.type(text)
        counter.press(Qt.Key.Key_Return)
    assert not counter.window.side.panel_open
    assert [line.line.to_ship for line in counter.view.priced.lines] == [False, True]
    assert counter.view.priced.fees_minor == 1_200 + 2_500
    assert counter.window.basket.canvas.rows[1].meta.startswith("Leaves later")
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    (order,) = orders(shop)
    assert (order.kind, order.state) == (OrderKind.SHIP, OrderState.OPEN)
    assert shop.storage.state.order_contacts[order.number] == ADDRESS
    assert "Recipient" not in str([entry.payload for entry in shop.storage.state.entries])


def test_an_address_that_is_wrong_says_so_and_keeps_what_was_typed(counter):
    counter.scan(TELEVISION)
    counter.window.functions.orders.desk._ask_address([1])
    panel = counter.window.functions.orders.desk._panel
    for field, text in {"name": "Recipient", "street": "1 Street", "city": "Town", "region": "NJ"}.items():
        panel.lines[field].setText(text)
    counter.click(panel.action)
    assert "no postal code of United States" in panel.problem
    assert panel.lines["name"].text() == "Recipient"
    assert not counter.view.priced.lines[0].line.to_ship


def test_a_scan_goes_to_the_basket_and_not_into_the_address(counter):
    counter.scan(TELEVISION)
    counter.window.functions.orders.desk._ask_address([1])
    panel = counter.window.functions.orders.desk._panel
    counter.type("Recipient")
    counter.scan(CABLE)
    assert len(counter.names()) == 2
    assert panel.isVisible()
    assert panel.lines["name"].text() == "Recipient"


def test_goods_are_picked_up_with_the_slip(counter, shop):
    counter.scan(CABLE)
    counter.window.services.orders().pick_up_later([1], person())
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    (order,) = orders(shop)
    counter.scan(order_code(order.number))
    choose(counter, "Ready for pick-up")
    counter.scan(order_code(order.number))
    assert "Ready for pick-up" not in [row.row.name for row in counter.window.side.list_panel.rows]
    choose(counter, "Picked up")
    assert orders(shop)[0].state is OrderState.DONE
    assert kinds(shop)[-3:] == ["order_placed", "order_ready", "shipped"]
    counter.scan(order_code(order.number))
    assert counter.window.sale.banner.title == "Nothing left to do"


def test_a_special_order_from_deposit_to_sale_by_touch(counter, shop):
    counter.scan(TELEVISION)
    desk = counter.window.functions.orders.desk
    desk._order_specially()
    desk._panel.lines["name"].setText("Recipient Example")
    counter.click(desk._panel.action)
    assert counter.window.side.entry.digits == "9442"  # 20 % of 472.10
    counter.click(counter.window.side.entry.action_buttons[0])
    assert counter.view.settlement.due_minor == 9_442
    counter.click(counter.window.side.pay.exact)
    (order,) = orders(shop)
    assert order.kind is OrderKind.SPECIAL
    assert shop.storage.till_totals().sale_count == 0
    counter.window.functions.orders.desk.show()
    counter.click(counter.window.side.list_panel.rows[0])
    ring_up = next(row for row in counter.window.side.list_panel.rows if row.row.name == "Ring up")
    counter.click(ring_up)
    assert counter.names() == ["Smart TV 43 inch"]
    counter.click(counter.window.side.pay.exact)
    assert orders(shop)[0].state is OrderState.DONE
    assert shop.storage.till_totals().sale_count == 1


def test_a_cancelled_special_order_asks_once_and_gives_the_deposit_back(counter, shop):
    counter.scan(TELEVISION)
    counter.window.services.orders().order_specially(person(), 10_000)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.scan(order_code(orders(shop)[0].number))
    choose(counter, "Cancel the order")
    choose(counter, "Customer changed their mind")
    assert counter.window.sale.question is not None
    counter.click(counter.window.question.choices[1])
    assert orders(shop)[0].state is OrderState.CANCELLED
    payload = json.loads(shop.storage.state.entries[-1].payload)
    assert (payload["refunds"][0]["amount_minor"], payload["kept_minor"]) == (9_000, 1_000)


def test_a_sale_without_tax_needs_a_second_person_and_shows_the_certificate(counter, shop):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F10)
    choose(counter, "Tax exempt")
    counter.type("EX-2291")
    counter.press(Qt.Key.Key_Return)
    choose(counter, "Only County tax")
    assert counter.view.basket.tax_certificate == ""
    counter.approve()
    assert counter.view.basket.tax_certificate == "EX-2291"
    assert {tax.tax_id: tax.tax_minor for tax in counter.view.priced.taxes} == {"general": 1_500, "county": 0}
    assert ("Tax exempt", "EX-2291", "ink") in counter.window.side.pay._lines
    counter.press(Qt.Key.Key_F10)
    choose(counter, "Charge tax again")
    assert {tax.tax_id: tax.tax_minor for tax in counter.view.priced.taxes} == {"general": 1_500, "county": 312}


def test_a_service_is_added_to_the_selected_line_and_taken_off_again(counter):
    counter.scan(TELEVISION)
    counter.press(Qt.Key.Key_F10)
    choose(counter, "Services")
    choose(counter, "Add Installation")
    assert counter.view.priced.fees_minor == 1_200 + 9_900
    counter.press(Qt.Key.Key_F10)
    choose(counter, "Services")
    choose(counter, "Remove Installation")
    assert counter.view.priced.fees_minor == 1_200


def test_goods_without_tax_show_no_tax_of_zero(counter):
    counter.scan("0000000000017")
    counter.window.services.orders().least_deposit_minor()
    assert not [line for line in counter.window.side.pay._lines if "tax" in line[0].lower()]


def test_an_address_is_taken_by_touch_alone(counter, shop):
    counter.scan(TELEVISION)
    desk = counter.window.functions.orders.desk
    desk.leave_later()
    counter.click(counter.window.side.list_panel.rows[0])
    counter.click(desk._panel.lines["name"])
    assert desk.keys.isVisible()
    keys = {key.value: key for key in desk.keys.keys}
    for text in ("RECIPIENT EXAMPLE", "1 EXAMPLE STREET", "", "", "08601", "TRENTON", "NJ"):
        for character in text:
            counter.click(keys[character])
        counter.click(keys["Next"])
    assert not desk.keys.isVisible()
    counter.click(counter.window.side.pay.exact)
    (order,) = orders(shop)
    assert shop.storage.state.order_contacts[order.number] == ADDRESS


def test_an_order_whose_goods_came_back_is_cancelled_by_itself(counter, shop):
    counter.scan(TELEVISION)
    counter.window.services.orders().ship([1], ADDRESS)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    (order,) = orders(shop)
    desk = counter.window.functions.orders.desk
    counter.scan(order_code(order.number))
    choose(counter, "Cancel the order")
    counter.until(lambda: counter.window.functions.returning)
    returning = counter.window.services.returns().returning
    original = returning.find_here(order.number)
    requests = [ReturnRequest(line.line_number, line.quantity_milli) for line in original.sale.lines]
    returning.take_back(original, requests, "changed mind")
    desk.show()
    assert orders(shop)[0].state is OrderState.CANCELLED
    assert counter.window.side.list_panel.rows == []


def test_a_special_order_that_is_left_while_it_is_rung_up_keeps_its_deposit(counter, shop):
    counter.scan(TELEVISION)
    counter.window.services.orders().order_specially(person(), 10_000)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_O, modifiers=Qt.KeyboardModifier.ControlModifier)
    choose(counter, "Recipient Example")
    choose(counter, "Ring up")
    counter.press(Qt.Key.Key_Delete, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert "$100.00" not in counter.window.sale.question.detail
    counter.click(counter.window.question.choices[1])
    assert counter.window.services.selling.current is None
    assert counter.window.sale.banner is None
    assert orders(shop)[0].state is OrderState.OPEN


def test_deposits_are_listed_with_the_receipts(counter, shop):
    counter.scan(TELEVISION)
    counter.window.services.orders().order_specially(person(), 10_000)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.window.services.orders().cancel_special(orders(shop)[0].number, "changed mind")
    counter.press(Qt.Key.Key_F8)
    panel = counter.window.functions.receipts.room.panel
    counter.until(lambda: len(panel.rows) == 2)


def test_an_order_is_found_by_the_last_digits_of_its_number(counter, shop):
    for code in (TELEVISION, CABLE):
        counter.scan(code)
        counter.window.services.orders().pick_up_later([1], person())
        counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_O, modifiers=Qt.KeyboardModifier.ControlModifier)
    choose(counter, "Find an order")
    counter.type("2")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.side.list_panel.accessibleName() == f"Order {orders(shop)[1].number}"


def test_keys_after_a_deposit_do_no_harm(counter, shop):
    counter.scan(TELEVISION)
    counter.window.services.orders().order_specially(person(), 10_000)
    counter.press(Qt.Key.Key_F4)
    counter.press(Qt.Key.Key_Escape)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_F1)
    counter.press(Qt.Key.Key_Escape)
    counter.press(Qt.Key.Key_P, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.until(lambda: counter.window.sale.toast is not None)
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]
