"""A second person approves at the till: by PIN or badge, once, for one act; the sale below stays as it is."""

import json

import pytest
from fakes.memory_people import SECRET, TECHNICIAN
from fakes.ui_shop import SHELF
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.domain.phone_approval import code_of
from pos_app.domain.rights import Action
from pos_app.services.approvals import Approvals
from ui.theme.tokens import Height
from ui.widgets.control import Control

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]


@pytest.fixture
def done(counter) -> list[str]:
    """What was done with an approval, by the ids of who gave it."""
    return []


@pytest.fixture
def ask(counter, shop, done):
    """The associate asks for a discount of 20 %, which goes beyond what an associate may do alone."""
    counter.scan(HEADPHONES)
    rights = Approvals(shop.operator, clock=shop.clock)

    def act(approval):
        rights.require(
            Action.DISCOUNT, amount_minor=5_000, percent_micro=200_000, detail="Headphones", approval=approval
        )
        done.append(approval.approver_id)

    def ask():
        counter.window.functions.with_approval(act)
        return counter.window.people.approvals.overlay

    return ask


def answers(shop) -> list[tuple[str, str, str]]:
    """Outcome, asker and approver of every approval in the journal."""
    found = [json.loads(entry.payload) for entry in shop.storage.state.entries if entry.kind == "approval"]
    return [(one["outcome"], one["operator_id"], one["approver_id"]) for one in found]


def type_in(counter, number: str, pin: str) -> None:
    counter.type(number)
    counter.press(Qt.Key.Key_Return)
    counter.type(pin)


def test_a_supervisors_pin_approves_and_the_act_is_done_again(counter, shop, ask, done):
    overlay = ask()
    assert overlay.isVisible()
    counter.press(Qt.Key.Key_Down)
    type_in(counter, "201", "222222")
    counter.until(lambda: done == ["supervisor-1"])
    assert not overlay.isVisible()
    assert counter.names() == [SHELF[HEADPHONES].name]
    payload = json.loads(shop.storage.state.entries[-1].payload)
    assert payload["outcome"] == "granted"
    assert (payload["operator_id"], payload["approver_id"]) == ("associate-1", "supervisor-1")
    assert (payload["amount_minor"], payload["percent_micro"]) == (5_000, 200_000)
    assert (payload["limit_amount_minor"], payload["limit_percent_micro"]) == (5_000, 100_000)
    assert payload["reason"] == shop.profile.reasons.approval[0]
    assert "222222" not in str(shop.storage.state.entries)


def test_a_badge_approves_and_other_scans_neither_answer_nor_land_in_the_sale(counter, shop, ask, done):
    overlay = ask()
    counter.click(overlay.reasons[1])
    counter.scan(CAMERA)
    assert "no badge" in overlay.pad.words
    counter.scan("222222")
    assert overlay.isVisible()
    assert not done
    counter.scan("OPB-MANAGER")
    counter.until(lambda: done == ["manager-1"])
    assert counter.names() == [SHELF[HEADPHONES].name]


def test_nobody_approves_what_they_ask_for(counter, shop, ask, done):
    overlay = ask()
    counter.press(Qt.Key.Key_Down)
    type_in(counter, "101", "111111")
    counter.until(lambda: "Somebody else" in overlay.pad.words)
    assert not done
    assert answers(shop) == [("own_approval", "associate-1", "associate-1")]


def test_a_second_associate_may_not_approve_beyond_their_own_limit(counter, shop, ask, done):
    overlay = ask()
    counter.press(Qt.Key.Key_Down)
    type_in(counter, "102", "121212")
    counter.until(lambda: "may not approve" in overlay.pad.words)
    assert not done
    assert answers(shop) == [("beyond_limit", "associate-1", "associate-2")]


@pytest.mark.parametrize(("number", "pin"), [("201", "999999"), ("777", "222222")], ids=["wrong PIN", "no such number"])
def test_what_was_wrong_is_never_said(counter, shop, ask, done, number, pin):
    overlay = ask()
    counter.press(Qt.Key.Key_Down)
    type_in(counter, number, pin)
    counter.until(lambda: bool(overlay.pad.words))
    assert overlay.pad.words == "Not recognised. Check the number and the PIN, and try again."
    assert answers(shop) == [("not_recognised", "associate-1", "")]


def test_a_reason_is_chosen_first(counter, shop, ask, done):
    overlay = ask()
    type_in(counter, "201", "222222")
    assert "reason" in overlay.pad.words
    assert answers(shop) == []


def test_esc_gives_up_and_nothing_was_changed(counter, shop, ask, done):
    overlay = ask()
    counter.press(Qt.Key.Key_Escape)
    counter.until(lambda: answers(shop) == [("declined", "associate-1", "")])
    assert not overlay.isVisible()
    assert not done
    assert counter.window.sale.banner.title == "Not approved"
    counter.scan(CABLE)
    assert len(counter.names()) == 2


def test_after_sixty_seconds_nobody_is_asked_any_more(counter, shop, ask, done):
    overlay = ask()
    for _ in range(60):
        overlay._tick()
    assert not overlay.isVisible()
    counter.until(lambda: answers(shop) == [("declined", "associate-1", "")])


def test_the_functions_of_the_window_wait_while_an_approval_is_asked_for(counter, ask):
    overlay = ask()
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_F3, Qt.Key.Key_F10, Qt.Key.Key_Delete)
    assert overlay.isVisible()
    assert not counter.window.side.panel_open
    assert len(counter.names()) == 1


def test_an_approval_counts_once(counter, shop, ask, done):
    ask()
    counter.press(Qt.Key.Key_Down)
    type_in(counter, "201", "222222")
    counter.until(lambda: done == ["supervisor-1"])
    overlay = ask()
    assert overlay.isVisible()
    assert done == ["supervisor-1"]


def on_the_phone(counter, overlay) -> str:
    """The number the associate reads out."""
    counter.click(overlay.reasons[0])
    counter.click(overlay.phone)
    return overlay.pad.fields[0].shown.replace(" ", "")


def test_a_manager_elsewhere_approves_by_telephone(counter, shop, ask, done):
    overlay = ask()
    challenge = on_the_phone(counter, overlay)
    counter.type(code_of(SECRET, challenge, Action.DISCOUNT, 5_000, "manager-1"))
    counter.until(lambda: done == ["manager-1"])
    payload = json.loads(shop.storage.state.entries[-1].payload)
    assert (payload["means"], payload["approver_id"]) == ("phone", "manager-1")


@pytest.mark.parametrize(
    ("action", "amount_minor", "approver"),
    [
        (Action.DISCOUNT, 4_000, "manager-1"),
        (Action.PRICE_OVERRIDE, 5_000, "manager-1"),
        (Action.DISCOUNT, 5_000, "somebody-else"),
    ],
    ids=["another amount", "another act", "nobody of this store"],
)
def test_a_code_for_something_else_does_not_fit(counter, shop, ask, done, action, amount_minor, approver):
    overlay = ask()
    challenge = on_the_phone(counter, overlay)
    counter.type(code_of(SECRET, challenge, action, amount_minor, approver))
    counter.until(lambda: "does not fit" in overlay.pad.words)
    assert not done
    assert answers(shop) == [("not_recognised", "associate-1", "")]


def test_a_code_counts_for_the_number_it_was_given_for_and_no_other(counter, shop, ask, done):
    overlay = ask()
    code = code_of(SECRET, on_the_phone(counter, overlay), Action.DISCOUNT, 5_000, "manager-1")
    counter.type(code)
    counter.until(lambda: done == ["manager-1"])
    on_the_phone(counter, ask())
    counter.type(code)
    counter.until(lambda: "does not fit" in overlay.pad.words)
    assert done == ["manager-1"]


def test_an_associate_on_the_phone_cannot_approve(counter, shop, ask, done):
    overlay = ask()
    challenge = on_the_phone(counter, overlay)
    counter.type(code_of(SECRET, challenge, Action.DISCOUNT, 5_000, "associate-2"))
    counter.until(lambda: "may not approve" in overlay.pad.words)
    assert not done


def test_who_may_not_even_ask_is_told_so_and_that_is_journaled(counter, shop):
    counter.scan(HEADPHONES)
    shop.operator.change_to(TECHNICIAN)
    counter.window.functions.trigger("discount")
    counter.type("5")
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert counter.window.sale.banner.detail == "Technician may not do this."
    assert counter.view.priced.discount_minor == 0
    assert answers(shop) == [("denied", "technician-1", "")]


def test_everything_on_the_overlay_has_a_name_and_can_be_touched(counter, ask):
    overlay = ask()
    assert all(widget.accessibleName() for widget in overlay.findChildren(QWidget))
    for control in overlay.findChildren(Control):
        if control.isVisible():
            assert min(control.width(), control.height()) >= Height.TOUCH
    assert "Discount" in overlay.accessibleDescription()


def test_the_keyboard_alone_reaches_everything_on_the_overlay(counter, ask):
    ask()
    reached = set()
    for _ in range(9):
        counter.press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget().accessibleName())
    assert {"Customer care", "Approve", "Approve by phone", "Do not approve"} <= reached


def test_touch_alone_approves(counter, shop, ask, done):
    overlay = ask()
    counter.click(overlay.reasons[2])
    keys = {key.value: key for key in overlay.pad.keypad.keys}
    for digit in "301":
        counter.click(keys[digit])
    counter.click(overlay.pad.confirm)
    for digit in "333333":
        counter.click(keys[digit])
    counter.until(lambda: done == ["manager-1"])
