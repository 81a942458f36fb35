"""Everything that is typed can be typed by touch: a finger in a field brings the keys."""

from fakes.ui_shop import EMAIL
from PySide6.QtCore import Qt

HEADPHONES, CABLE = "4006381333931", "9780201379624"


def typing(counter):
    return counter.window.typing


def touch_keys(counter, text: str) -> None:
    keys = {key.value: key for key in typing(counter).keys.keys}
    for character in text:
        counter.click(keys[character.upper()])


def enter(counter) -> None:
    next(key for key in typing(counter).keys.keys if key.text() == "Enter").click()


def test_a_members_address_is_typed_by_touch_alone(counter):
    counter.scan(HEADPHONES)
    member = counter.window.side.member
    counter.click(member.add)
    counter.click(member.email)
    assert typing(counter).keys.isVisible()
    touch_keys(counter, EMAIL)
    assert member.email.text() == EMAIL
    enter(counter)
    counter.until(lambda: counter.view.account is not None)
    assert not typing(counter).keys.isVisible()


def test_a_product_is_searched_by_touch_alone(counter):
    counter.click(counter.window.scan_field.line)
    touch_keys(counter, "cable")
    counter.until(lambda: bool(counter.window.hits.hits))
    enter(counter)
    counter.until(lambda: counter.names() == ["USB-C Cable, 2 m"])
    assert not typing(counter).keys.isVisible()


def test_a_receipt_number_is_typed_by_touch_and_the_field_touched_again_puts_the_keys_away(counter):
    counter.press(Qt.Key.Key_F7)
    line = counter.window.functions.returns.search.panel.line
    counter.click(line)
    touch_keys(counter, "001-02-000009")
    assert line.text() == "001-02-000009"
    counter.click(line)
    assert not typing(counter).keys.isVisible()


def test_a_scan_goes_to_the_basket_and_the_keys_make_way(counter):
    counter.click(counter.window.scan_field.line)
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]
    assert not typing(counter).keys.isVisible()


def test_panels_with_keys_of_their_own_keep_them(counter):
    reference = counter.window.functions.ways_to_pay.reference
    counter.window.side.show_panel(reference)
    counter.click(reference.line)
    assert typing(counter).keys is None
