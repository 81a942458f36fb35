"""Acceptance points 1 to 13: ringing up and paying at the demo store's whole till, keys and touches counted."""

import pytest
from fakes.whole_counter import CABLE, CAMERA, HEADPHONES, MEMBER, SPEAKER, TELEVISION, WholeCounter
from PySide6.QtCore import Qt

from pos_app.domain.basket import Discount
from pos_app.domain.tenders import TenderType
from ui.sale.sale_view_model import Stage

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ITEMS = (HEADPHONES, SPEAKER, CABLE)
UNKNOWN = "4999999999999"


def tenders(till: WholeCounter) -> list[tuple[TenderType, int]]:
    return [(tender.tender_type, tender.amount_minor) for tender in till.sale.tenders]


def test_point_01_three_items_a_typed_member_and_exact_cash_take_four_keys(till):
    till.scan(*ITEMS)
    till.press(Key.Key_F3)
    till.type(MEMBER)
    till.press(Key.Key_Return)
    till.until(lambda: till.view.account is not None)
    till.press(Key.Key_F11, Key.Key_Return)
    assert till.sale.member is not None
    assert till.keys_pressed == 4
    assert till.window.basket.complete_page.change_text == "$0.00"
    receipt = till.printed()[0]
    assert "Over-Ear Headphones HP-700" in receipt
    till.until(lambda: till.printer.drawer_pulses == 1, "the drawer opens")


def test_point_02_a_scanned_member_card_takes_two_keys(till):
    card = till.central.card(MEMBER)
    till.scan(*ITEMS, card)
    till.until(lambda: till.view.account is not None)
    till.press(Key.Key_F11, Key.Key_Return)
    assert till.sale.member is not None
    assert till.keys_pressed == 2


def test_point_03_three_items_by_card_take_one_key(till):
    till.scan(*ITEMS)
    till.press(Key.Key_F12)
    assert till.keys_pressed == 1
    assert tenders(till) == [(TenderType.CARD, till.sale.total_minor)]
    assert till.card_terminal.charged_minor() == till.sale.total_minor


def test_point_04_exact_cash_is_one_touch_after_the_last_scan(till):
    till.scan(*ITEMS)
    till.touch(till.side.pay.exact)
    assert tenders(till) == [(TenderType.CASH, till.sale.total_minor)]
    assert (till.touches, till.keys_pressed) == (1, 0)


def test_point_05_split_20_cash_and_the_rest_by_card(till):
    till.scan(*ITEMS)
    total_minor = till.view.priced.total_minor
    till.press(Key.Key_F11)
    till.type("2000")
    till.press(Key.Key_Return)
    left_minor = total_minor - 2_000
    assert till.side.pay.total_text == till.counter.services.formatter.money(left_minor)
    till.press(Key.Key_F12)
    assert tenders(till) == [(TenderType.CASH, 2_000), (TenderType.CARD, left_minor)]
    assert till.keys_pressed == 3  # beside the digits of the amount


def test_point_05_split_by_touch_alone(till):
    till.scan(*ITEMS)
    till.touch(till.side.pay.split)
    keypad = till.side.entry.keypad
    for value in ("2", "0", "00"):
        till.touch(next(key for key in keypad.keys if key.value == value))
    till.touch(next(button for button in till.side.entry.action_buttons if "ash" in button.text()))
    assert [tender.amount_minor for tender in till.view.tenders] == [2_000]
    till.touch(till.side.pay.card)
    assert len(tenders(till)) == 2
    assert till.keys_pressed == 0


def test_point_09_an_unknown_code_is_heard_stays_in_sight_and_nothing_closes_it_by_itself(till):
    till.scan(HEADPHONES, UNKNOWN)
    banner = till.window.sale.banner
    assert banner is not None
    assert UNKNOWN in banner.detail
    till.press(Key.Key_Return, Key.Key_Return)
    till.scan(CABLE)
    assert till.window.sale.banner == banner
    assert len(till.names()) == 2


def test_point_10_ten_scans_one_after_the_other_are_ten_pieces(till):
    till.scan(*(code for _ in range(5) for code in (HEADPHONES, SPEAKER)))
    assert [row.quantity for row in till.rows_of_sale()] == ["5", "5"]


CHANGES = {
    "add": lambda till: till.scan(TELEVISION),
    "remove": lambda till: till.press(Key.Key_Delete),
    "quantity": lambda till: till.press(Key.Key_Plus),
    "discount": lambda till: till.window.sale.discount(Discount("Damaged box", percent_micro=50_000), 1),
    "member": lambda till: till.attach_member(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_point_11_undo_restores_lines_and_totals_exactly(till, change):
    till.scan(*ITEMS)
    before, priced = till.view.basket, till.view.priced
    CHANGES[change](till)
    till.until(lambda: till.view.basket != before)
    till.press(Key.Key_Z, modifiers=CTRL)
    assert (till.view.basket, till.view.priced) == (before, priced)


def test_point_13_digits_and_star_set_the_quantity_and_a_thousand_asks_once(till):
    till.type("3*")
    till.scan(CABLE)
    assert [row.quantity for row in till.rows_of_sale()] == ["3"]
    till.type("1000*")
    till.until(lambda: till.window.sale.question is not None)
    till.press(Key.Key_Return)
    assert till.window.sale.question is not None
    till.touch(till.window.question.choices[-1])
    till.scan(SPEAKER)
    assert [row.quantity for row in till.rows_of_sale()] == ["3", "1000"]


def test_a_whole_sale_by_keyboard_alone_from_the_find_field_to_the_receipt(till):
    till.type("camera cm-100")
    till.until(lambda: till.window.hits.isVisible())
    till.press(Key.Key_Return, Key.Key_Plus)
    till.until(lambda: [row.quantity for row in till.rows_of_sale()] == ["2"])
    till.press(Key.Key_F12)
    assert till.sale.lines[0].quantity_milli == 2_000
    assert till.touches == 0


def test_a_whole_sale_by_touch_alone_from_the_products_to_the_next_customer(till):
    till.touch(till.window.basket.products)
    board = till.window.functions.shelf.board
    till.touch(next(tile for tile in board.tiles if tile.isVisible() and tile.isEnabled()))
    till.touch(board.close_button)
    till.touch(till.window.actions_bar.tiles["member"])
    till.touch(till.side.member.close_entry)
    till.touch(till.side.pay.card)
    assert till.sale.lines
    till.touch(till.side.pay.next_sale)
    assert till.window.sale.stage is Stage.SALE
    assert till.keys_pressed == 0


def test_a_scan_after_each_step_of_a_sale_is_never_lost(till):
    steps = (
        lambda: till.press(Key.Key_F3),
        lambda: till.press(Key.Key_F4),
        lambda: till.press(Key.Key_F5),
        lambda: till.press(Key.Key_F8),
        lambda: till.press(Key.Key_F10),
        lambda: till.press(Key.Key_F11),
        lambda: till.press(Key.Key_T, modifiers=CTRL),
    )
    for number, step in enumerate(steps):
        code = (CAMERA, SPEAKER)[number % 2]
        step()
        till.scan(code)
        till.until(lambda number=number: sum(int(row.quantity) for row in till.rows_of_sale()) == number + 1)
        till.press(Key.Key_Escape)
