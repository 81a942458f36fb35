"""A scan lands in the basket or makes itself heard, whatever is in front."""

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout

from ui.messages import MissLog
from ui.wedge_scanner import type_keys

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
UNKNOWN = "4999999999999"


def test_three_scans_make_three_lines_and_the_total(counter):
    for code in (HEADPHONES, CAMERA, CABLE):
        counter.scan(code)
    assert counter.names() == ["Wireless Headphones WH-7", "4K Action Camera Kit", "USB-C Cable, 2 m"]
    assert counter.window.side.pay.total_text == "$632.16"


def test_ten_scans_one_after_the_other_merge_the_same_item_and_show_the_count(counter):
    for code in (HEADPHONES, CABLE) * 5:
        counter.scan(code)
    assert [(row.name, row.quantity) for row in counter.window.basket.canvas.rows] == [
        ("Wireless Headphones WH-7", "5"),
        ("USB-C Cable, 2 m", "5"),
    ]


def test_a_scan_ending_in_tab_counts_too(counter):
    counter.scan(HEADPHONES, Qt.Key.Key_Tab)
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert counter.window.scan_field.line.hasFocus()


def test_a_scan_goes_to_the_basket_while_another_field_has_the_focus_and_the_field_keeps_its_text(counter):
    counter.press(Qt.Key.Key_F3)
    counter.type("jo")
    counter.scan(CAMERA)
    assert counter.names() == ["4K Action Camera Kit"]
    assert counter.window.side.member.email.text() == "jo"
    assert counter.window.side.member.email.hasFocus()


def test_a_scan_never_presses_the_button_that_has_the_focus(counter):
    counter.scan(HEADPHONES)
    counter.window.side.pay.exact.setFocus()
    counter.scan(CAMERA)
    assert counter.window.sale.completed is None
    assert len(counter.names()) == 2


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_scan_over_a_modal_dialog_reaches_the_basket_and_leaves_the_dialog_open(counter):
    dialog = QDialog(counter.window)
    field = QLineEdit(dialog)
    QVBoxLayout(dialog).addWidget(field)
    counter.qtbot.addWidget(dialog)
    dialog.setModal(True)
    dialog.show()
    dialog.activateWindow()
    counter.until(lambda: QApplication.focusWindow() is dialog.windowHandle())
    field.setFocus()
    counter.scan(HEADPHONES)
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert dialog.isVisible()
    assert field.text() == ""


def test_what_a_person_types_arrives_in_order(counter):
    counter.type("usb-c 2")
    assert counter.window.scan_field.text() == "usb-c 2"


def test_a_lone_enter_still_works(counter):
    counter.type("cable")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.names() == ["USB-C Cable, 2 m"])


def test_fewer_characters_than_a_code_are_typing_even_when_fast(counter):
    type_keys(counter.window.windowHandle(), [(ord(c.upper()), c) for c in "usb"])
    counter.until(lambda: counter.window.scan_field.text() == "usb")


def test_a_scan_is_whole_although_the_window_was_busy_in_the_middle_of_it(counter):
    keys = [(ord(c), c) for c in HEADPHONES]
    window = counter.window.windowHandle()
    type_keys(window, keys[:6])
    counter.window.wedge._pause_due_ms -= 100  # as if the pause had been over for long while the window was busy
    counter.window.wedge._on_pause()
    type_keys(window, [*keys[6:], (Qt.Key.Key_Return.value, "\r")], began_ms=7)
    assert counter.names() == ["Wireless Headphones WH-7"]


def test_two_bursts_too_far_apart_are_not_one_scan(counter):
    window = counter.window.windowHandle()
    type_keys(window, [(ord(c), c) for c in "400"])
    type_keys(window, [(ord(c), c) for c in "638"], began_ms=100)
    counter.until(lambda: counter.window.scan_field.text() == "400638")


def test_the_line_feed_after_a_scan_moves_nothing(counter):
    counter.scan(HEADPHONES)
    counter.scan(CAMERA)
    counter.scan(HEADPHONES, Qt.Key.Key_Return, Qt.Key.Key_Down)
    assert counter.window.sale.selected == 1
    counter.press(Qt.Key.Key_Down)
    assert counter.window.sale.selected == 2


def test_an_unknown_code_stays_on_screen_until_dealt_with(counter):
    counter.scan(HEADPHONES)
    counter.scan(UNKNOWN)
    banner = counter.window.sale.banner
    assert banner is not None
    assert UNKNOWN in banner.detail
    counter.press(Qt.Key.Key_Return)
    counter.scan(CAMERA)
    assert counter.window.sale.banner == banner
    counter.click(counter.window.basket.strip._dismiss)
    assert counter.window.sale.banner is None


def test_three_good_scans_later_an_unknown_code_is_forgotten(counter):
    counter.scan(UNKNOWN)
    for code in (HEADPHONES, CAMERA, CABLE)[: MissLog.GOOD_SCANS_TO_FORGET]:
        assert counter.window.sale.banner is not None
        counter.scan(code)
    assert counter.window.sale.banner is None


def test_search_takes_the_unknown_code_to_the_find_field(counter):
    counter.scan(UNKNOWN)
    counter.click(counter.window.basket.strip._search)
    assert counter.window.scan_field.text() == UNKNOWN
    assert counter.window.scan_field.line.hasFocus()


def test_a_hostile_code_is_shown_without_its_control_characters_and_not_at_full_length(counter):
    counter.window.on_scan("<b>\x1b[2J" + "9" * 200)
    detail = counter.window.sale.banner.detail
    assert "\x1b" not in detail
    assert len(detail) < 80


@pytest.mark.parametrize(("typed", "pieces"), [("3", 3), ("12", 12), ("999", 999)])
def test_digits_and_star_set_the_quantity_of_the_next_scan(counter, typed, pieces):
    counter.type(f"{typed}*")
    assert counter.window.scan_field.text() == ""
    counter.scan(CABLE)
    counter.scan(HEADPHONES)
    assert [row.quantity for row in counter.window.basket.canvas.rows] == [str(pieces), "1"]


def test_a_thousand_pieces_are_asked_about_once_and_enter_does_not_answer(counter):
    counter.type("1000*")
    assert counter.window.sale.question is not None
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_Space)
    assert counter.window.sale.question is not None
    counter.scan(CABLE)
    assert counter.names() == []
    counter.click(counter.window.question.choices[1])
    counter.scan(CABLE)
    assert counter.window.basket.canvas.rows[0].quantity == "1000"


def test_a_scan_while_a_number_is_asked_goes_to_the_basket_and_not_into_the_number(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11)
    counter.scan(CABLE)
    assert len(counter.names()) == 2
    assert not counter.window.side.panel_open


def test_an_unknown_code_while_a_number_is_asked_leaves_the_number_alone(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11)
    counter.type("50")
    counter.scan(UNKNOWN)
    assert counter.window.side.entry.digits == "50"
    assert counter.window.sale.banner is not None


def test_a_scan_while_a_part_is_paid_says_finish_payment_first(counter):
    counter.scan(HEADPHONES)
    counter.window.tender.pay_cash(2000)
    counter.scan(CABLE)
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert counter.window.sale.banner.title == "Finish payment first"


def test_a_scan_after_the_sale_starts_the_next_one(counter):
    counter.scan(HEADPHONES)
    counter.window.tender.pay_exact_cash()
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]
    assert counter.view.receipt_number == "001-02-000002"


def test_no_scan_is_lost_whatever_is_open_at_the_moment(counter):
    """Scans between random keys of an associate; each lands in the basket or is refused aloud."""
    chance = random.Random(14)
    keys = (Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_Escape,
            Qt.Key.Key_Up, Qt.Key.Key_Tab, Qt.Key.Key_F8, Qt.Key.Key_Return)  # fmt: skip
    landed = refused = 0
    added: list[object] = []
    counter.window.sale.item_added.connect(added.append)
    for _ in range(120):
        counter.press(chance.choice(keys))
        added.clear()
        counter.scan(chance.choice((HEADPHONES, CAMERA, CABLE)))
        if added:
            landed += 1
        else:
            assert counter.window.sale.banner is not None or counter.window.sale.question is not None
            refused += 1
        if counter.window.sale.question is not None:
            counter.window.sale.answer(counter.window.sale.question.choices[0])
    assert landed + refused == 120
    assert landed > 90


def test_a_gs1_code_with_its_group_separator_rings_up_its_item(counter):
    counter.scan("0104006381333931\x1d10AB")
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert counter.window.scan_field.text() == ""


def test_a_gs1_code_of_no_product_names_the_number_in_it(counter):
    counter.scan("0109520000001018\x1d10AB")
    assert counter.window.sale.banner.code == "9520000001018"
