"""What an item asks for at the counter, what a code that fails says, and goods without a code."""

import json
import random
import threading

import pytest
from fakes.ui_shop import SHELF, UiShop
from PySide6.QtCore import Qt

from pos_app.domain.department import Department
from pos_app.domain.item import Item, ItemChecks, SoldBy
from pos_app.domain.label_rule import LabelRule, LabelValue
from pos_app.domain.operator import Operator, Role
from pos_app.domain.tile_page import TilePage
from pos_app.errors import WorldError
from pos_app.ports import ScanEvent
from ui.services_bundle import UiSettings
from ui.widgets.sheet import SheetPage

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
PHONE, GAME, BATTERIES, CHEESE = "9520000009014", "9520000009021", "9520000009038", "4011"
IMEI, OTHER_IMEI = "490154203237518", "356938035643809"


@pytest.fixture
def shop() -> UiShop:
    shop = UiShop(
        departments=(
            Department("audio", "Audio", ("general",), 50_000),
            Department("cables", "Cables", ("general",), 5_000),
        ),
        tile_pages=(TilePage("Cables", (CABLE, "", HEADPHONES, "gone")), TilePage("Games", (GAME,))),
        labels=(
            LabelRule("20", 5, 5),
            LabelRule("21", 5, 5, LabelValue.WEIGHT, maximum=20_000),
        ),
    )
    items = shop.catalogue.items
    items[PHONE] = Item(PHONE, "Phone X", 69_900, ("general",), checks=ItemChecks(serial_rule="imei"))
    items[GAME] = Item(GAME, "Night of Zombies", 5_900, ("general",), checks=ItemChecks(minimum_age=18))
    items[BATTERIES] = Item(BATTERIES, "AA Batteries", 999, ("general",), checks=ItemChecks(quantity_limit=3))
    items[CHEESE] = Item(CHEESE, "Mountain cheese", 1_299, ("general",), sold_by=SoldBy.WEIGHT)
    return shop


@pytest.fixture(autouse=True)
def shelf_is_left_alone():
    before = dict(SHELF)
    yield
    assert before == SHELF


def banner(counter):
    return counter.window.sale.banner


def last_sale(shop) -> dict:
    return json.loads(next(e for e in reversed(shop.storage.state.entries) if e.kind == "sale").payload)


# --- serial numbers ---


def test_a_phone_is_sold_with_its_imei_which_is_scanned_into_the_prompt(counter, shop):
    counter.scan(PHONE)
    assert counter.names() == []
    panel = counter.window.functions.shelf.serial_panel
    assert panel.isVisible()
    assert panel.line.hasFocus()
    counter.scan(IMEI)
    assert counter.names() == ["Phone X"]
    assert not panel.isVisible()
    assert counter.window.scan_field.line.hasFocus()
    counter.window.tender.pay_exact_cash()
    counter.until(lambda: counter.window.sale.completed is not None)
    sale = last_sale(shop)
    assert sale["lines"][0]["serial_number"] == IMEI
    assert sale["product_registered"] == [{"item_id": PHONE, "line_number": 1, "serial_number": IMEI}]


def test_an_imei_is_typed_with_two_keys_besides_it(counter):
    counter.scan(PHONE)
    counter.type(IMEI)
    counter.press(Qt.Key.Key_Return)
    assert counter.names() == ["Phone X"]


@pytest.mark.parametrize(
    "scanned", ["490154203237519", HEADPHONES, "ABC", "49015420323751"], ids=["check digit", "product", "text", "short"]
)
def test_what_is_no_imei_is_heard_and_the_prompt_stays(counter, scanned):
    counter.scan(PHONE)
    counter.window.on_scan(scanned)
    panel = counter.window.functions.shelf.serial_panel
    assert panel.isVisible()
    assert panel._problem
    assert counter.names() == []
    counter.scan(IMEI)
    assert counter.names() == ["Phone X"]


def test_two_phones_have_two_numbers_and_two_lines(counter):
    counter.type("2*")
    counter.scan(PHONE)
    assert counter.window.functions.shelf.serial_panel.request.number_name == "IMEI of piece 1 of 2"
    counter.scan(IMEI)
    counter.scan(IMEI)
    assert "basket already" in counter.window.functions.shelf.serial_panel._problem
    counter.scan(OTHER_IMEI)
    assert counter.names() == ["Phone X", "Phone X"]


def test_a_prompt_that_is_left_says_that_the_item_is_not_in_the_basket(counter):
    counter.scan(HEADPHONES)
    counter.scan(PHONE)
    counter.press(Qt.Key.Key_Escape)
    assert "no IMEI was given" in banner(counter).detail
    assert counter.names() == ["Wireless Headphones WH-7"]


def test_paying_over_an_open_prompt_says_that_the_item_is_not_in_the_basket(counter):
    counter.scan(HEADPHONES)
    counter.scan(PHONE)
    counter.press(Qt.Key.Key_F11)
    assert counter.window.side.entry.isVisible()
    assert PHONE in banner(counter).detail


def test_a_serial_number_in_the_code_itself_is_taken_at_once(counter, shop):
    shop.catalogue.items[PHONE] = Item(PHONE, "Phone X", 69_900, ("general",), checks=ItemChecks(serial_rule="any"))
    counter.scan(f"010{PHONE}21SN-4711\x1d10LOT")
    assert counter.names() == ["Phone X"]
    assert counter.view.basket.lines[0].serial_number == "SN-4711"


def test_a_number_that_was_sold_is_asked_about(counter, open_counter, shop):
    counter.scan(PHONE)
    counter.scan(IMEI)
    counter.window.tender.pay_exact_cash()
    counter.until(lambda: counter.window.sale.completed is not None)
    counter.scan(PHONE)
    counter.scan(IMEI)
    question = counter.window.sale.question
    assert question.title == "Sold before"
    assert "001-02-000001" in question.detail
    counter.click(counter.window.question.choices[0])
    assert counter.names() == []
    counter.scan(PHONE)
    counter.scan(IMEI)
    counter.click(counter.window.question.choices[1])
    assert counter.names() == ["Phone X"]


def test_a_line_with_a_serial_number_stays_one_piece(counter):
    counter.scan(PHONE)
    counter.scan(IMEI)
    counter.press(Qt.Key.Key_Plus)
    counter.until(lambda: banner(counter) is not None)
    assert counter.window.basket.canvas.rows[0].quantity == "1"
    assert "serial number" in banner(counter).detail


# --- age and quantity ---


def test_an_age_is_asked_once_per_sale_and_noted_without_the_date_of_birth(counter, shop):
    counter.scan(GAME)
    question = counter.window.sale.question
    assert question.title == "Born on or before 22 November 2008?"
    assert "from the age of 18" in question.detail
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_Space)
    assert counter.names() == []
    counter.click(counter.window.question.choices[1])
    counter.scan(GAME)
    assert counter.window.basket.canvas.rows[0].quantity == "2"
    counter.window.tender.pay_exact_cash()
    sale = last_sale(shop)
    assert sale["age_checked"] == 18
    assert "2008" not in json.dumps(sale)


def test_who_is_too_young_gets_the_rest_only(counter):
    counter.scan(HEADPHONES)
    counter.scan(GAME)
    counter.click(counter.window.question.choices[0])
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert counter.window.sale.toast.words == "Night of Zombies was not added"


def test_a_scan_while_a_question_stands_is_heard_and_answers_nothing(counter):
    counter.scan(GAME)
    counter.scan(HEADPHONES)
    assert counter.window.sale.question is not None
    assert banner(counter).title == "Answer the question first"
    assert counter.names() == []


def test_more_than_an_items_limit_is_asked_about_once(counter):
    counter.type("3*")
    counter.scan(BATTERIES)
    assert counter.names() == ["AA Batteries"]
    counter.scan(BATTERIES)
    assert counter.window.sale.question.title == "One more piece?"
    counter.click(counter.window.question.choices[1])
    counter.scan(BATTERIES)
    assert counter.window.basket.canvas.rows[0].quantity == "5"


def test_a_quantity_above_the_limit_is_asked_about_on_the_line_too(counter):
    counter.scan(BATTERIES)
    counter.window.sale.set_quantity(1, 9000)
    assert counter.window.sale.question.title == "9 pieces?"
    counter.click(counter.window.question.choices[0])
    assert counter.window.basket.canvas.rows[0].quantity == "1"
    counter.window.sale.set_quantity(1, 9000)
    counter.click(counter.window.question.choices[1])
    assert counter.window.basket.canvas.rows[0].quantity == "9"


# --- labels with a weight or price ---


def test_a_label_with_a_weight_shows_weight_and_unit_price(counter):
    counter.scan("2104011004625")
    row = counter.window.basket.canvas.rows[0]
    assert (row.name, row.quantity, row.unit_price, row.total) == ("Mountain cheese", "0.462 kg", "$12.99/kg", "$6.00")


def test_a_label_with_a_price_shows_the_weight_it_stands_for(counter):
    counter.scan("2004011006004")
    row = counter.window.basket.canvas.rows[0]
    assert (row.quantity, row.total) == ("1", "$6.00")
    assert "0.462 kg at 12.99/kg" in row.meta


# --- why a code failed ---


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("4006381333932", "wrong check digit, 1 expected"),
        ("9912345678909", "a coupon, not a product's code"),
        ("2212345000005", "no rule for labels beginning 22"),
        ("14006381333938", "the code of a case"),
        ("2104011250008", "the weight 25.000 is out of range"),
        ("https://example.com/offer", "a web address"),
        ("4999999999999", "no product has this code"),
    ],
    ids=["check digit", "coupon", "label", "case", "range", "web", "unknown"],
)
def test_a_code_that_fails_says_why_and_stays_in_sight(counter, code, words):
    counter.scan(HEADPHONES)
    counter.window.on_scan(code)
    shown = banner(counter)
    assert shown.tone == "bad"
    assert code[:13] in shown.detail
    assert words in shown.detail
    counter.press(Qt.Key.Key_Return)
    counter.scan(CAMERA)
    assert banner(counter) == shown
    assert len(counter.names()) == 2


def test_bytes_that_are_no_code_are_heard_too(counter, shop):
    shop.bridge.on_scan_refused("The scanner sent control bytes: check its baud rate and settings.")
    counter.until(lambda: banner(counter) is not None)
    assert "control bytes" in banner(counter).detail


def test_a_code_delivered_twice_within_a_moment_is_added_once_and_said(open_counter, shop):
    counter = open_counter(shop, UiSettings(sounds=False, double_delivery_ms=10_000))
    shop.bridge.on_scan(ScanEvent(HEADPHONES, "", "scanner 1"))
    shop.bridge.on_scan(ScanEvent(HEADPHONES, "", "scanner 1"))
    counter.until(lambda: banner(counter) is not None)
    assert counter.window.basket.canvas.rows[0].quantity == "1"
    assert "read twice" in banner(counter).detail


@pytest.mark.parametrize(("choice", "pieces"), [(0, "1"), (1, "2")], ids=["only-one", "two"])
def test_a_store_that_wants_to_be_asked_about_a_double_scan_is_asked(open_counter, shop, choice, pieces):
    counter = open_counter(shop, UiSettings(sounds=False, double_delivery_ms=10_000, asks_about_doubles=True))
    for _ in range(2):
        shop.bridge.on_scan(ScanEvent(HEADPHONES, "]E0", "scanner 1"))
    counter.until(lambda: counter.window.sale.question is not None)
    assert counter.window.basket.canvas.rows[0].quantity == "1"
    counter.click(counter.window.question.choices[choice])
    counter.until(lambda: counter.window.sale.question is None)
    assert [row.quantity for row in counter.window.basket.canvas.rows] == [pieces]


def test_a_scanner_that_sends_aim_identifiers_is_understood_everywhere(counter, shop):
    shop.bridge.on_scan(ScanEvent(HEADPHONES, "]E0", "scanner"))
    shop.bridge.on_scan(ScanEvent(f"010{CAMERA}10LOT", "]C1", "scanner"))
    counter.until(lambda: len(counter.names()) == 2)
    counter.scan(f"]E0{CABLE}")
    assert counter.names()[-1] == "USB-C Cable, 2 m"
    counter.scan("]C0notonfile")
    assert banner(counter).code == "notonfile"


def test_an_imei_with_its_identifier_is_an_imei(counter, shop):
    counter.scan(PHONE)
    shop.bridge.on_scan(ScanEvent(IMEI, "]C0", "scanner"))
    counter.until(lambda: counter.names() == ["Phone X"])


# --- goods without a code ---


def test_what_is_not_on_file_is_sold_by_its_department_with_approval(counter, shop):
    counter.window.services.operator.change_to(Operator("manager-1", "Manager", Role.MANAGER))
    counter.scan("4999999999999")
    counter.click(counter.window.basket.strip._sell)
    panel = counter.window.side.list_panel
    assert [row.row.name for row in panel.rows] == ["Audio", "Cables"]
    counter.click(panel.rows[1])
    counter.type("1295")
    counter.press(Qt.Key.Key_Return)
    assert counter.names() == ["Cables"]
    assert not counter.window.side.panel_open
    assert counter.window.basket.canvas.rows[0].unit_price == "$12.95"
    assert banner(counter) is None
    counter.window.tender.pay_exact_cash()
    line = last_sale(shop)["lines"][0]
    assert (line["code"], line["entry_method"], line["item_id"]) == ("4999999999999", "department", "department:cables")


def test_a_department_has_a_highest_price(counter):
    counter.scan("4999999999999")
    counter.click(counter.window.basket.strip._sell)
    counter.click(counter.window.side.list_panel.rows[1])
    counter.type("5001")
    assert not counter.window.side.entry.action_buttons[0].isEnabled()


def test_an_associate_needs_approval_for_it(counter):
    asked = []
    counter.window.sale.approval_wanted.connect(lambda request, again: asked.append(request))
    counter.scan("4999999999999")
    counter.click(counter.window.basket.strip._sell)
    counter.click(counter.window.side.list_panel.rows[0])
    counter.type("2000")
    counter.press(Qt.Key.Key_Return)
    assert [request.action for request in asked] == ["item_not_on_file"]
    assert counter.names() == []
    assert banner(counter) is not None


def test_tiles_sell_by_touch_and_close_at_the_next_scan(counter):
    counter.press(Qt.Key.Key_T, modifiers=Qt.KeyboardModifier.ControlModifier)
    board = counter.window.functions.shelf.board
    places = [tile.geometry() for tile in board.tiles]
    assert [tile.text() for tile in board.tiles if tile.isVisible()] == [
        "USB-C Cable, 2 m",
        "Wireless Headphones WH-7",
        "gone",
    ]
    counter.click(board.tiles[0])
    counter.click(board.tiles[0])
    assert counter.view.basket.lines[0].quantity_milli == 2000
    counter.click(board.tabs[1])
    assert [tile.geometry() for tile in board.tiles] == places
    assert all(tile.width() >= 48 and tile.height() >= 48 for tile in board.tiles)
    counter.scan(CAMERA)
    assert not board.isVisible()
    assert counter.names() == ["USB-C Cable, 2 m", "4K Action Camera Kit"]


def test_tiles_are_one_touch_away_where_the_store_has_some(counter, open_counter):
    counter.click(counter.window.basket.products)
    assert counter.window.functions.shelf.board.isVisible()
    assert open_counter(UiShop()).window.basket.products.isHidden()


def test_tiles_work_by_keyboard_alone(counter):
    counter.press(Qt.Key.Key_T, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.press(Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
    counter.press(Qt.Key.Key_Space)
    counter.until(lambda: counter.names() == ["USB-C Cable, 2 m"])
    counter.press(Qt.Key.Key_Escape)
    assert counter.window.scan_field.line.hasFocus()


def test_a_price_check_shows_the_price_adds_nothing_and_ends_by_itself(counter, shop):
    shop.catalogue.last_prices_minor[CABLE] = 1_999
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_I, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.scan(CABLE)
    page = counter.window.basket.sheet.page
    shown = {row.left: row.right for row in page.rows}
    assert shown["Price now"] == "$14.99"
    assert shown["Without promotions"] == "$14.99"
    assert shown["Price before"] == "$19.99"
    assert counter.names() == ["Wireless Headphones WH-7"]
    counter.scan(CABLE)
    assert len(counter.names()) == 2
    assert not counter.window.basket.sheet_open


def test_a_price_check_of_an_unknown_code_is_heard_and_goes_on(counter):
    counter.press(Qt.Key.Key_I, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.scan("4006381333932")
    assert "check digit" in counter.window.basket.sheet.page.rows[1].detail
    counter.scan(CABLE)
    assert counter.window.basket.sheet.page.rows[0].right == "$14.99"
    assert counter.names() == []


def test_a_price_check_finds_a_product_by_its_name_too(counter):
    counter.press(Qt.Key.Key_I, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.type("camera")
    counter.until(lambda: counter.window.hits.isVisible())
    counter.press(Qt.Key.Key_Return)
    assert counter.window.basket.sheet.page.rows[0].right == "$319.00"
    assert counter.names() == []


def test_a_price_check_ends_when_something_else_is_read_over_it(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_I, modifiers=Qt.KeyboardModifier.ControlModifier)
    counter.window.basket.sheet.open(lambda: SheetPage("Something else", "", ()))
    counter.scan(CABLE)
    assert len(counter.names()) == 2


# --- searching ---


def test_enter_before_the_search_has_answered_picks_its_best_hit_when_it_does(counter, shop):
    ready = counter.window.finder
    counter.window.scan_field.line.setText("camera")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.names() == ["4K Action Camera Kit"])
    assert ready.hits == [] or counter.window.hits.isHidden()


def test_a_late_answer_is_dropped_when_something_was_scanned_meanwhile(counter, shop):
    counter.window.scan_field.line.setText("camera")
    counter.press(Qt.Key.Key_Return)
    counter.scan(CABLE)
    counter.qtbot.wait(150)
    assert counter.names()[-1:] == ["USB-C Cable, 2 m"]
    assert counter.window.hits.isHidden()


def test_no_scan_is_lost_whatever_it_asks_and_whatever_is_open(counter):
    """Every scan changes the basket, asks something, or is heard and seen; and nothing is answered by accident."""
    chance = random.Random(4)
    codes = (HEADPHONES, CABLE, PHONE, GAME, BATTERIES, "2104011004625", "4006381333932", "4999999999999", IMEI,
             f"010{HEADPHONES}21X", OTHER_IMEI)  # fmt: skip
    keys = (Qt.Key.Key_F2, Qt.Key.Key_F4, Qt.Key.Key_F5, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_Escape,
            Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Up)  # fmt: skip
    window = counter.window
    seen = []
    window.sale.announced.connect(lambda words, urgent: seen.append(words))
    for _ in range(250):
        counter.press(chance.choice(keys))
        if chance.random() < 0.2:
            counter.press(*[chance.choice((Qt.Key.Key_T, Qt.Key.Key_I))], modifiers=Qt.KeyboardModifier.ControlModifier)
        seen.clear()
        before = (counter.view.receipt_number, counter.view.basket)
        asked = window.functions.shelf.serial_panel.request
        counter.scan(chance.choice(codes))
        request = window.functions.shelf.serial_panel.request
        now = (counter.view.receipt_number, counter.view.basket)
        assert now != before or seen or (request is not None and request is not asked)
        if window.sale.question is not None:
            window.sale.answer(chance.choice(window.sale.question.choices))
        if chance.random() < 0.1 and window.tender.can_pay:
            window.tender.pay_exact_cash()


def test_a_search_that_fails_says_so_and_scanning_goes_on(counter, shop):
    def broken(text, limit=20):
        raise WorldError("The disk cannot be read.")

    shop.catalogue.search = broken
    counter.window.scan_field.line.setText("camera")
    counter.until(lambda: banner(counter) is not None)
    assert "disk cannot be read" in banner(counter).detail
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]


def test_typing_fast_searches_for_the_last_text_only_and_one_at_a_time(counter, shop):
    asked, go = [], threading.Event()
    search = shop.catalogue.search

    def slow(text, limit=20):
        asked.append(text)
        go.wait(5)
        return search(text, limit)

    shop.catalogue.search = slow
    for text in ("ca", "cam", "came", "camera"):
        counter.window.scan_field.line.setText(text)
    counter.until(lambda: asked == ["ca"])
    assert counter.window.hits.isHidden()
    go.set()
    counter.until(lambda: [hit.name for hit in counter.window.hits.hits] == ["4K Action Camera Kit"])
    assert asked == ["ca", "camera"]
