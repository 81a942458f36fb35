"""Parking and recalling at the window: F6 parks; F6, an arrow and Enter bring a sale back."""

import json
from dataclasses import replace
from datetime import timedelta

from fakes.ui_shop import ACCOUNT, EMAIL, SHELF
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from pos_app.domain.member_card import card_number
from pos_app.domain.tenders import TenderType
from pos_app.ports import OfferState, ParkedElsewhere
from pos_app.services.parking_slip import slip_code

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"


def park(counter, *codes: str) -> str:
    for code in codes:
        counter.scan(code)
    number = counter.view.receipt_number
    counter.press(Qt.Key.Key_F6)
    return number


def tile(counter):
    return counter.window.actions_bar.tiles["park"]


def shown(counter) -> list[tuple[str, str, str]]:
    return [(b.row.name, b.row.detail, b.row.trailing) for b in counter.window.side.list_panel.rows]


def test_one_key_parks_and_three_bring_a_sale_back(counter, shop):
    first = park(counter, HEADPHONES, CABLE)
    park(counter, CAMERA)
    assert counter.keys_pressed == 2
    assert counter.view.header is None
    assert (tile(counter).text(), counter.window.functions.parking.count) == ("Recall", 2)
    counter.keys_pressed = 0
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Down, Qt.Key.Key_Return)
    counter.until(lambda: counter.view.receipt_number == first)
    assert counter.keys_pressed == 3
    assert counter.names() == ["Wireless Headphones WH-7", "USB-C Cable, 2 m"]
    assert (tile(counter).text(), counter.window.functions.parking.count) == ("Park", 1)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert counter.window.sale.completed.transaction.header.receipt_number == first


def test_by_touch_alone(counter):
    number = park(counter, HEADPHONES)
    counter.click(tile(counter))
    counter.click(counter.window.side.list_panel.rows[0])
    counter.until(lambda: counter.view.receipt_number == number)
    counter.click(tile(counter))
    assert counter.view.header is None


def test_the_list_says_when_who_and_how_much(counter, shop):
    counter.scan(HEADPHONES)
    counter.attach_member(EMAIL)
    counter.window.functions.parking.park("blue bag")
    counter.press(Qt.Key.Key_F6)
    (name, detail, total), _ = shown(counter)
    assert name == "14:26  ·  j••••@example.com"
    assert detail == "blue bag  ·  No. 1  ·  1 item  ·  Associate"
    assert total == "$270.61"
    assert EMAIL not in str(shown(counter))


def test_a_recalled_member_has_the_points_of_now(counter, shop):
    card = card_number(7)
    shop.gateway.accounts[EMAIL] = replace(ACCOUNT, card_number=card)
    counter.scan(HEADPHONES)
    counter.attach_member(EMAIL)
    counter.press(Qt.Key.Key_F6)
    shop.gateway.accounts[EMAIL] = replace(ACCOUNT, card_number=card, balance_points=77, available_points=77)
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account is not None and counter.view.account.balance_points == 77)
    assert not counter.view.account.remembered


def test_the_next_customer_is_served_while_a_sale_is_parked(counter):
    park(counter, HEADPHONES)
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]
    counter.click(counter.window.side.pay.exact)
    assert counter.window.sale.completed is not None
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.names() == ["Wireless Headphones WH-7"])


def test_a_restart_keeps_what_is_parked_and_the_count(counter, shop, open_counter):
    number = park(counter, HEADPHONES)
    counter.window.close()
    again = open_counter(shop)
    assert again.window.functions.parking.count == 1
    again.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    again.until(lambda: again.view.receipt_number == number)


def test_a_sale_that_is_partly_paid_is_not_parked_and_says_why(counter):
    counter.scan(HEADPHONES)
    counter.window.tender.pay_cash(1_000)
    counter.press(Qt.Key.Key_F6)
    assert "already paid" in counter.window.sale.banner.detail
    assert [t.tender_type for t in counter.view.tenders] == [TenderType.CASH]


def test_points_are_given_back_when_a_sale_is_parked(counter, shop):
    counter.scan(HEADPHONES)
    counter.attach_member(EMAIL)
    counter.click(counter.window.side.member.points)
    counter.type("500")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.points_used == 500)
    counter.press(Qt.Key.Key_F6)
    counter.until(lambda: len(shop.gateway.released) == 1)


def test_a_scanned_slip_brings_the_sale_back(counter):
    number = park(counter, HEADPHONES)
    counter.scan(slip_code(number))
    counter.until(lambda: counter.view.receipt_number == number)


def test_a_slip_scanned_into_a_sale_changes_nothing_and_is_heard(counter):
    number = park(counter, HEADPHONES)
    counter.scan(CABLE)
    counter.scan(slip_code(number))
    assert counter.names() == ["USB-C Cable, 2 m"]
    assert "under way" in counter.window.sale.banner.detail
    counter.window.sale.dismiss_banner()


def test_a_slip_of_a_sale_that_is_gone_says_so(counter):
    number = park(counter, HEADPHONES)
    counter.scan(slip_code(number))
    counter.until(lambda: counter.view.receipt_number == number)
    counter.click(counter.window.side.pay.exact)
    counter.scan(slip_code(number))
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "recalled before" in counter.window.sale.banner.detail


def test_with_nothing_parked_the_list_says_so(counter):
    counter.press(Qt.Key.Key_F6)
    panel = counter.window.side.list_panel
    assert panel.isVisible()
    assert panel.rows == []
    counter.press(Qt.Key.Key_Escape)
    assert not counter.window.side.panel_open
    assert counter.window.scan_field.line.hasFocus()


def test_a_note_tells_the_sale_from_others(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F6, modifiers=Qt.KeyboardModifier.ShiftModifier)
    counter.type("red hat")
    counter.press(Qt.Key.Key_Return)
    assert counter.view.header is None
    counter.press(Qt.Key.Key_F6)
    assert shown(counter)[0][1].startswith("red hat")


def test_while_something_is_asked_for_the_sale_is_not_parked_and_nothing_is_lost(counter):
    counter.scan(HEADPHONES)
    counter.window.tender.waiting_for = "the promo code"
    counter.press(Qt.Key.Key_F6)
    assert counter.window.sale.banner.title == "Not parked yet"
    counter.window.tender.waiting_for = ""
    counter.press(Qt.Key.Key_F6)
    assert counter.view.header is None


def test_a_note_is_said_again_when_its_sale_comes_back(counter):
    counter.scan(HEADPHONES)
    counter.window.functions.parking.park("red hat")
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.view.header is not None)
    assert counter.window.sale.toast.words.endswith(": red hat")


def test_a_sale_that_nobody_comes_back_for_is_cancelled_from_the_list(counter, shop):
    number = park(counter, HEADPHONES)
    park(counter, CAMERA)
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return)
    question = counter.window.sale.question
    assert question.title == "Cancel this parked sale?"
    counter.window.sale.answer(question.choices[1])
    counter.until(lambda: counter.window.functions.parking.count == 1)
    entry = shop.storage.state.entries[-1]
    payload = json.loads(entry.payload)
    assert (entry.kind, payload["receipt_number"]) == ("transaction_cancelled", number)
    assert payload["cancelled_by"] == counter.window.services.operator.operator_id


def test_somebody_elses_parked_sale_is_cancelled_with_an_approval_only(counter, shop):
    parked_by_somebody_else(counter, shop)
    counter.press(Qt.Key.Key_Escape)
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Return)
    counter.window.sale.answer(counter.window.sale.question.choices[1])
    assert counter.window.people.approvals.overlay.isVisible()
    assert counter.window.functions.parking.count == 1


def elsewhere(counter, shop) -> ParkedElsewhere:
    """A sale that another till has parked, as this till hears of it."""
    park(counter, CAMERA)
    suspending = counter.window.services.parking.suspending
    sale = suspending.parked()[0].sale
    suspending.discard(sale.parking_id, "moved to another till for the test")
    header = replace(sale.transaction.header, workstation_id="07", transaction_id="at-till-07")
    moved = replace(sale, parking_id="p-07", transaction=replace(sale.transaction, header=header))
    entry = ParkedElsewhere(
        "p-07", "001-07", moved.receipt_number, moved.parked_at, moved.operator_id, moved.operator_name,
        moved.total_minor, moved.item_count,
    )  # fmt: skip
    store = shop.parking_gateway
    store.elsewhere["p-07"] = (entry, counter.window.services.parking.sharing._parked.document(moved))
    store.online = True
    return entry


def test_a_sale_of_another_till_comes_here_under_a_new_number(counter, shop):
    entry = elsewhere(counter, shop)
    counter.press(Qt.Key.Key_F6)
    counter.until(lambda: len(shown(counter)) == 1)
    assert "till 07" in shown(counter)[0][1]
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.names() == ["4K Action Camera Kit"])
    assert counter.view.receipt_number != entry.receipt_number
    assert shop.storage.kinds()[-1] == "transaction_retrieved"


def test_a_sale_that_another_till_took_is_refused_and_leaves_the_list(counter, shop):
    shop.parking_gateway.online = True
    park(counter, HEADPHONES)
    counter.until(lambda: len(shop.parking_gateway.offers) == 1)
    (parking_id,) = shop.parking_gateway.offers
    counter.until(lambda: shop.storage.state.parked[parking_id].offered_until is not None)
    shop.parking_gateway.offers[parking_id] = OfferState(parking_id, "taken", "001-07")
    counter.window.functions.parking.recall(shop.storage.state.parked[parking_id].sale)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "Till 001-07 has this sale" in counter.window.sale.banner.detail
    counter.until(lambda: counter.window.functions.parking.count == 0)
    shop.parking_gateway.offers[parking_id] = OfferState(parking_id, "ended", "001-07")
    counter.window.functions.parking.look()
    counter.until(lambda: shop.storage.kinds()[-1] == "transaction_taken_elsewhere")


def test_without_a_line_a_sale_that_others_may_be_taking_waits_a_moment(counter, shop):
    shop.parking_gateway.online = True
    number = park(counter, HEADPHONES)
    counter.until(lambda: any(row.offered_until for row in shop.storage.state.parked.values()))
    shop.parking_gateway.online = False
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "another till may be taking this sale" in counter.window.sale.banner.detail
    shop.clock.at += timedelta(seconds=76)
    counter.window.sale.dismiss_banner()
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.view.receipt_number == number)


def test_prices_of_another_day_are_told(counter, shop):
    park(counter, HEADPHONES)
    shop.catalogue.items[HEADPHONES] = replace(SHELF[HEADPHONES], price_minor=19_999)
    shop.storage.state.business_day = "2026-11-23"
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    counter.until(lambda: counter.view.header is not None)
    banner = counter.window.sale.banner
    assert banner.title == "Today's prices"
    assert banner.detail == "Total $270.61 → $216.49. 1 line shows the price of then and of now."
    assert "$249.99 → $199.99" in str(counter.window.basket.canvas.rows[0])


def parked_by_somebody_else(counter, shop) -> str:
    number = park(counter, HEADPHONES)
    ((parking_id, row),) = shop.storage.state.parked.items()
    sale = replace(row.sale, operator_id="associate-2", operator_name="Other associate")
    shop.storage.state.parked[parking_id] = replace(row, sale=sale)
    counter.press(Qt.Key.Key_F6, Qt.Key.Key_Return)
    assert counter.window.people.approvals.overlay.isVisible()
    return number


def test_somebody_elses_sale_asks_a_second_person(counter, shop):
    number = parked_by_somebody_else(counter, shop)
    assert counter.view.header is None
    counter.type("301")
    counter.press(Qt.Key.Key_Return)
    counter.type("333333")
    counter.until(lambda: counter.view.receipt_number == number)
    approval, retrieved = shop.storage.state.entries[-2:]
    assert (approval.kind, retrieved.kind) == ("approval", "transaction_retrieved")
    payload = json.loads(retrieved.payload)
    assert (payload["operator_id"], payload["approved_by"]) == ("associate-2", "manager-1")


def test_nobody_approves_and_the_sale_stays_parked(counter, shop):
    parked_by_somebody_else(counter, shop)
    counter.press(Qt.Key.Key_Escape)
    assert not counter.window.people.approvals.overlay.isVisible()
    assert counter.window.functions.parking.count == 1
    assert counter.view.header is None


def test_the_tile_shows_how_many_are_parked(counter):
    park(counter, HEADPHONES)
    before = picture(tile(counter))
    park(counter, CAMERA)
    assert picture(tile(counter)) != before
    assert tile(counter).accessibleDescription() == "Key F6, 2 waiting"


def picture(widget) -> QImage:
    return widget.grab().toImage()
