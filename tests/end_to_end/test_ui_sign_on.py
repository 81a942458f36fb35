"""Signing on at the window: by PIN or badge, locked by hand or by itself, and a sale that changes hands."""

import json

import pytest
from fakes.ui_shop import SHELF
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.operator import NOBODY
from ui.services_bundle import UiSettings
from ui.theme.tokens import Height
from ui.widgets.control import Control

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]
CTRL = Qt.KeyboardModifier.ControlModifier


def page(counter):
    return counter.window.people.sign_on.page


def payloads(shop, kind: str) -> list[dict]:
    return [json.loads(entry.payload) for entry in shop.storage.state.entries if entry.kind == kind]


def type_in(counter, number: str, pin: str) -> None:
    counter.type(number)
    counter.press(Qt.Key.Key_Return)
    counter.type(pin)


def lock(counter) -> None:
    counter.press(Qt.Key.Key_L, modifiers=CTRL)
    assert page(counter).isVisible()


@pytest.fixture
def morning(shop, open_counter):
    """The till as it is switched on: nobody is signed on."""
    shop.operator.change_to(NOBODY)
    return open_counter(shop)


def test_in_the_morning_somebody_signs_on_before_anything_is_sold(morning, shop):
    assert page(morning).isVisible()
    morning.scan(HEADPHONES)
    assert morning.names() == []
    type_in(morning, "101", "111111")
    morning.until(lambda: not page(morning).isVisible())
    morning.scan(HEADPHONES)
    assert morning.names() == [SHELF[HEADPHONES].name]
    assert morning.view.header.operator_id == "associate-1"
    assert payloads(shop, "signed_on") == [{"means": "pin", "operator_id": "associate-1", "role": "associate"}]
    assert morning.window.top_bar.operator.accessibleName() == "Signed on: Associate, Associate"


def test_a_badge_signs_on_without_a_key(morning):
    morning.scan("OPB-MANAGER")
    morning.until(lambda: not page(morning).isVisible())
    assert morning.window.services.operator.display_name == "Manager"


def test_a_touch_on_a_name_leaves_the_pin_to_type(morning):
    tile = next(tile for tile in page(morning).tiles if tile.text() == "Supervisor")
    morning.click(tile)
    morning.type("222222")
    morning.until(lambda: not page(morning).isVisible())
    assert morning.window.services.operator.operator_id == "supervisor-1"


def test_a_scan_into_the_pin_field_is_neither_a_pin_nor_an_item(morning, shop):
    morning.type("101")
    morning.press(Qt.Key.Key_Return)
    morning.scan("111111")
    assert page(morning).isVisible()
    assert "scan was not used" in page(morning).pad.words
    assert morning.names() == []
    assert shop.people.failures == 0
    morning.type("111111")
    morning.until(lambda: not page(morning).isVisible())


def test_five_wrong_pins_and_the_sixth_has_to_wait(morning, shop):
    for number in ("101", "101", "777", "101", "101"):
        said = page(morning).pad.words
        page(morning).pad.clear()
        type_in(morning, number, "987654")
        morning.until(lambda: bool(page(morning).pad.words))
        if said:
            assert said == "Not recognised. Check the number and the PIN, and try again."
    assert "again in 1:00" in page(morning).pad.words
    page(morning).pad.clear()
    type_in(morning, "101", "111111")
    morning.until(lambda: "again in" in page(morning).pad.words)
    assert len(payloads(shop, "sign_on_failed")) == 5
    assert "987654" not in str(shop.storage.state.entries)
    morning.scan("OPB-MANAGER")
    morning.until(lambda: not page(morning).isVisible())


def test_ctrl_l_locks_and_the_basket_is_there_afterwards(counter, shop):
    counter.scan(HEADPHONES)
    counter.scan(CABLE)
    before = counter.view.priced
    lock(counter)
    assert "A sale is kept: 2 lines" in page(counter).accessibleDescription()
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_F12, Qt.Key.Key_Delete, Qt.Key.Key_Escape)
    counter.scan(CAMERA)
    assert page(counter).isVisible()
    counter.type("111111")
    counter.until(lambda: not page(counter).isVisible())
    assert counter.view.priced == before
    assert payloads(shop, "sale_handed_over") == []


def test_the_lock_in_the_top_bar_locks_by_touch(counter):
    counter.click(counter.window.top_bar.lock_button)
    assert page(counter).isVisible()


def test_nobody_there_for_the_set_time_locks_the_till(shop, open_counter):
    counter = open_counter(shop, UiSettings(sounds=False, idle_lock_ms=300))
    counter.scan(HEADPHONES)
    counter.until(lambda: page(counter).isVisible())
    assert shop.storage.state.open_transaction is not None
    counter.type("111111")
    counter.until(lambda: not page(counter).isVisible())
    assert counter.names() == [SHELF[HEADPHONES].name]


def test_the_till_locks_also_while_an_approval_or_a_number_is_asked_for(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F5)
    counter.window.people.lock()
    assert page(counter).isVisible()
    counter.type("111111")
    counter.until(lambda: not page(counter).isVisible())
    assert counter.window.side.panel_open
    assert QApplication.focusWidget() is counter.window.side.entry


def test_somebody_elses_badge_takes_the_till_when_no_sale_is_under_way(counter, shop):
    counter.scan("OPB-SECOND")
    counter.until(lambda: counter.window.services.operator.operator_id == "associate-2")
    assert payloads(shop, "signed_off") == [{"operator_id": "associate-1", "reason": "another operator"}]
    counter.scan(HEADPHONES)
    assert counter.view.header.operator_id == "associate-2"


def test_another_associate_takes_over_a_sale_only_with_permission(counter, shop):
    counter.scan(HEADPHONES)
    lock(counter)
    counter.scan("OPB-SECOND")
    overlay = counter.window.people.approvals.overlay
    counter.until(lambda: counter.window.people.approvals.asking)
    assert shop.operator.operator_id == "associate-1"
    counter.press(Qt.Key.Key_Down)
    counter.scan("OPB-SUPERVISOR")
    counter.until(lambda: not page(counter).isVisible())
    assert not overlay.isVisible()
    assert counter.names() == [SHELF[HEADPHONES].name]
    assert counter.view.header.operator_id == "associate-2"
    (handed,) = payloads(shop, "sale_handed_over")
    assert handed["from_operator_id"] == "associate-1"
    assert handed["approver_id"] == "supervisor-1"
    (approval,) = payloads(shop, "approval")
    assert approval["operator_id"] == "associate-2"


def test_without_permission_the_till_stays_locked_and_the_sale_stays_whose_it_was(counter, shop):
    counter.scan(HEADPHONES)
    lock(counter)
    counter.scan("OPB-SECOND")
    counter.until(lambda: counter.window.people.approvals.asking)
    counter.press(Qt.Key.Key_Escape)
    assert page(counter).isVisible()
    counter.type("101")
    counter.press(Qt.Key.Key_Return)
    counter.type("111111")
    counter.until(lambda: not page(counter).isVisible())
    assert counter.view.header.operator_id == "associate-1"


def test_a_supervisor_takes_a_sale_over_alone(counter, shop):
    counter.scan(HEADPHONES)
    lock(counter)
    counter.scan("OPB-SUPERVISOR")
    counter.until(lambda: not page(counter).isVisible())
    assert counter.view.header.operator_id == "supervisor-1"
    assert shop.storage.state.open_transaction.header.operator_id == "supervisor-1"


def test_a_technician_cannot_take_over_a_sale(counter, shop):
    counter.scan(HEADPHONES)
    lock(counter)
    page(counter).pad.clear()
    type_in(counter, "401", "444444")
    counter.until(lambda: "may not do this" in page(counter).pad.words)
    assert shop.operator.operator_id == "associate-1"


def test_after_a_restart_the_sale_waits_for_whoever_began_it(counter, shop, open_counter):
    counter.scan(HEADPHONES)
    counter.window.services.selling.save()
    shop.operator.change_to(NOBODY)
    again = open_counter(shop)
    assert "A sale is kept: 1 line" in page(again).accessibleDescription()
    again.window.on_scan("OPB-ASSOCIATE")
    again.until(lambda: not page(again).isVisible())
    assert again.names() == [SHELF[HEADPHONES].name]


def test_signing_off_is_journaled_and_leaves_the_sale(counter, shop):
    counter.scan(HEADPHONES)
    counter.window.people.sign_off()
    assert page(counter).isVisible()
    assert payloads(shop, "signed_off") == [{"operator_id": "associate-1", "reason": "signed off"}]
    assert shop.storage.state.open_transaction is not None


def test_everything_on_the_page_can_be_touched_and_has_a_name(morning):
    controls = [control for control in page(morning).findChildren(Control) if control.isVisible()]
    assert len(controls) > 15
    for control in controls:
        assert control.accessibleName()
        assert control.width() >= Height.TOUCH
        assert control.height() >= Height.TOUCH
    assert all(widget.accessibleName() for widget in page(morning).findChildren(QWidget))


def test_the_keyboard_alone_reaches_everything_on_the_page(morning):
    reached = set()
    for _ in range(12):
        morning.press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget().accessibleName())
    assert {"Associate", "Manager", "Sign on"} <= reached


def test_operators_that_are_delivered_while_the_till_waits_can_be_picked(shop, open_counter):
    everybody = shop.people.everybody
    shop.people.everybody = list
    shop.operator.change_to(NOBODY)
    counter = open_counter(shop)
    assert "Nobody can sign on here yet" in page(counter).accessibleDescription()
    shop.people.everybody = everybody
    shop.bridge.on_sync(shop.status)
    counter.until(lambda: bool(page(counter).tiles))
    assert "Nobody can" not in page(counter).accessibleDescription()
    counter.click(page(counter).tiles[0])
    counter.type("111111")
    counter.until(lambda: not page(counter).isVisible())


def test_whoever_signed_on_lately_is_the_first_to_pick(counter):
    lock(counter)
    assert page(counter).tiles[0].text() == "Associate"
    counter.scan("OPB-MANAGER")
    counter.until(lambda: not page(counter).isVisible())
    lock(counter)
    assert page(counter).tiles[0].text() == "Manager"
