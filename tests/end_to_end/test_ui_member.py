"""A member at the checkout window: found, enrolled, shown, linked, and gone again."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.ui_shop import ACCOUNT, EMAIL, SHELF
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from pos_app.domain.member_card import card_number
from pos_app.ports import EnrolmentAnswer
from ui.member.enrolment import EnrolmentStage
from ui.member.member_code import is_member_code
from ui.member.member_view_model import MemberStage, age_words
from ui.sale.sale_view_model import Stage

HEADPHONES, CAMERA, CABLE = list(SHELF)[:3]
CARD = card_number(4711)
NEW = "casey@example.com"


@pytest.fixture
def card_member(shop):
    """The member of the shop has a card."""
    shop.gateway.accounts[EMAIL] = replace(ACCOUNT, card_number=CARD)
    return shop


def ask_for(counter, text: str) -> None:
    counter.press(Qt.Key.Key_F3)
    counter.type(text)
    counter.press(Qt.Key.Key_Return)


def begin_enrolment(counter, email: str = NEW):
    ask_for(counter, email)
    counter.until(lambda: counter.window.member.stage is MemberStage.NOT_FOUND)
    counter.press(Qt.Key.Key_F3)
    return counter.window.functions.desk


def joined(shop) -> list[dict]:
    return [json.loads(entry.payload) for entry in shop.storage.state.entries if entry.kind == "member_enrolled"]


def spoken(window) -> list[str]:
    """Every text of the window that a person or a screen reader can get at."""
    texts: list[str] = []
    for widget in [window, *window.findChildren(QWidget)]:
        texts += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        if isinstance(widget, QLineEdit | QAbstractButton):
            texts.append(widget.text())
    return texts


# --- finding ----------------------------------------------------------------------------------------------------------


def test_a_scanned_member_card_attaches_the_member_wherever_the_focus_is(counter, card_member):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11)
    counter.scan(CARD)
    counter.until(lambda: counter.view.account is not None)
    assert counter.view.basket.member.member_id == "m-1"
    assert counter.view.earned.points == 249
    assert counter.window.side.entry.digits == "27061"


def test_a_card_number_can_be_typed_with_blanks_where_the_member_is_asked(counter, card_member):
    ask_for(counter, f"{CARD[:5].lower()} {CARD[5:]}")
    counter.until(lambda: counter.view.account is not None)


def test_a_card_number_typed_into_the_find_field_is_no_product(counter, card_member):
    counter.type(CARD)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account is not None)
    assert counter.window.sale.banner is None


def test_a_misread_card_says_so_and_nobody_is_attached(counter):
    wrong = CARD[:-1] + ("0" if CARD[-1] != "0" else "1")
    counter.scan(wrong)
    assert "no member card" in counter.window.side.member.accessibleDescription()
    assert counter.view.basket.member is None


def test_a_card_that_nobody_has_offers_no_enrolment_since_it_tells_no_address(counter):
    counter.scan(CARD)
    counter.until(lambda: counter.window.member.stage is MemberStage.NOT_FOUND)
    assert not counter.window.side.member.enrol.isVisible()
    assert counter.window.side.member.again.isVisible()


@pytest.mark.parametrize("part", ["j@exam", "@example.com", "example.com", "casey"])
def test_part_of_an_address_finds_nobody(counter, part):
    ask_for(counter, part)
    counter.until(lambda: counter.window.member.problem != "")
    assert counter.window.member.stage is MemberStage.ENTRY
    assert counter.view.basket.member is None


def test_paying_waits_for_a_card_being_looked_up_but_scanning_does_not(counter, card_member):
    answer = threading.Event()
    find = card_member.gateway.find_member_by_card
    card_member.gateway.find_member_by_card = lambda number: answer.wait(10) and find(number)
    counter.scan(HEADPHONES)
    counter.scan(CARD)
    assert not counter.window.side.pay.exact.isEnabled()
    counter.scan(CABLE)
    assert len(counter.names()) == 2
    answer.set()
    counter.until(lambda: counter.view.account is not None)
    assert counter.window.side.pay.exact.isEnabled()


def test_a_member_can_join_a_sale_that_is_paid_in_part_and_leave_it_again(counter):
    counter.scan(HEADPHONES)
    counter.window.tender.pay_cash(2000)
    counter.attach_member()
    assert counter.view.earned.points == 249
    counter.click(counter.window.side.member.remove)
    assert counter.view.basket.member is None
    assert counter.view.earned.points == 0


def test_another_members_card_changes_the_member_and_counts_again(counter, card_member):
    other = replace(ACCOUNT, member_id="m-2", masked_email="k••••@example.com", card_number=card_number(99))
    card_member.gateway.accounts["k@example.com"] = other
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.scan(card_number(99))
    counter.until(lambda: counter.view.account.member_id == "m-2")


def test_a_card_of_nobody_leaves_the_member_of_the_sale_and_says_so(counter):
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.scan(CARD)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "stays" in counter.window.sale.banner.detail
    assert counter.view.basket.member.member_id == "m-1"


def test_no_member_can_be_added_once_the_sale_is_complete(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    completed = counter.window.sale.completed
    counter.press(Qt.Key.Key_F3)
    assert counter.window.sale.stage is Stage.COMPLETE
    assert counter.window.basket.complete_page.isVisible()
    assert "Orders already placed earn no points" in counter.window.sale.banner.detail
    assert completed.transaction.member is None


def test_asking_again_after_the_sale_is_for_the_next_one(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.press(Qt.Key.Key_F3, Qt.Key.Key_F3)
    assert counter.window.sale.stage is Stage.SALE
    assert counter.window.sale.banner is None
    counter.type(EMAIL)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account is not None)
    counter.press(Qt.Key.Key_Escape)
    counter.scan(CABLE)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert counter.window.sale.completed.transaction.member.member_id == "m-1"


def test_a_member_code_scanned_after_the_sale_goes_to_the_next_one_and_says_so(counter, shop):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.scan(EMAIL)
    counter.until(lambda: counter.view.account is not None)
    assert counter.view.basket.is_empty
    assert "earns no points" in counter.window.sale.banner.detail
    assert '"member":null' in shop.storage.state.entries[-1].payload.decode()


# --- enrolling --------------------------------------------------------------------------------------------------------


def test_joining_by_keyboard_alone_asks_for_consent_and_attaches_the_new_member(counter, shop):
    shop.gateway.offer_points = 250
    counter.scan(HEADPHONES)
    desk = begin_enrolment(counter)
    assert desk.enrol_panel.isVisible()
    assert not desk.enrol_panel.join.isEnabled()
    counter.press(Qt.Key.Key_Return)
    assert desk.enrolment.stage is EnrolmentStage.ASKING
    counter.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert desk.enrolment.consent is True
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert "250 points were granted" in desk.enrol_panel.accessibleDescription()
    assert counter.view.account.balance_points == 250
    assert joined(shop)[0]["marketing_consent"] is True
    counter.press(Qt.Key.Key_Return)
    assert not desk.enrol_panel.isVisible()
    assert counter.window.scan_field.line.hasFocus()


@pytest.mark.parametrize("given", [True, False])
def test_neither_answer_about_offers_is_chosen_beforehand_and_both_are_recorded(counter, shop, given):
    desk = begin_enrolment(counter)
    assert not desk.enrol_panel.consent_yes.isChecked()
    assert not desk.enrol_panel.consent_no.isChecked()
    counter.click(desk.enrol_panel.consent_yes if given else desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert joined(shop)[0]["marketing_consent"] is given


@pytest.mark.parametrize(("answer", "address"), [("meant", "casey@gmail.com"), ("as_typed", "casey@gmial.com")])
def test_a_mistyped_domain_is_asked_about_and_never_changed_by_itself(counter, shop, answer, address):
    desk = begin_enrolment(counter, "casey@gmial.com")
    panel = desk.enrol_panel
    assert desk.enrolment.meant == "c••••@gmail.com"
    counter.click(panel.consent_no)
    assert not panel.join.isEnabled()
    counter.click(getattr(panel, answer))
    counter.click(panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert address in shop.gateway.accounts


def test_a_pin_is_typed_twice_and_never_shown(counter, shop):
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.pin)
    entry = counter.window.side.entry
    counter.type("1470")
    assert "1470" not in " ".join(spoken(counter.window))
    assert "••••" in entry.accessibleDescription()
    counter.press(Qt.Key.Key_Return)
    counter.type("1471")
    counter.press(Qt.Key.Key_Return)
    assert "differ" in entry.accessibleDescription()
    for _ in range(2):
        counter.type("0470")
        counter.press(Qt.Key.Key_Return)
    assert desk.enrol_panel.isVisible()
    assert desk.enrolment.has_pin
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert list(shop.gateway.pins.values()) == ["0470"]
    assert "0470" not in "".join(entry.payload.decode() for entry in shop.storage.state.entries)


def test_esc_on_the_pin_goes_back_to_the_questions_with_their_answers(counter):
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.pin)
    counter.press(Qt.Key.Key_Escape)
    assert desk.enrol_panel.isVisible()
    assert desk.enrolment.consent is False
    counter.press(Qt.Key.Key_Escape)
    assert not counter.window.side.panel_open


def test_scanning_goes_on_while_a_customer_is_asked(counter):
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.scan(CAMERA)
    assert counter.names() == ["4K Action Camera Kit"]
    assert desk.enrol_panel.isVisible()
    assert desk.enrolment.consent is False


def test_why_there_are_no_points_for_joining_is_said(counter, shop):
    account = replace(ACCOUNT, member_id="m-9", balance_points=0)
    answer = EnrolmentAnswer(account, offer_status="declined", offer_reason="All 1,000 were given.")
    shop.gateway.join = lambda *_: answer
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert "All 1,000 were given." in desk.enrol_panel.accessibleDescription()


def test_a_similar_address_is_flagged(counter, shop):
    shop.gateway.join = lambda *_: EnrolmentAnswer(replace(ACCOUNT, member_id="m-9"), similar=1)
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert "1 similar address exists: check with the customer." in desk.enrolment.outcome


def test_joining_while_offline_is_provisional_and_the_sale_is_kept_by_address(counter, shop):
    counter.scan(HEADPHONES)
    desk = begin_enrolment(counter)
    shop.go_offline()
    counter.click(desk.enrol_panel.consent_yes)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert "provisional" in desk.enrol_panel.accessibleDescription()
    counter.window.tender.pay_exact_cash()
    assert [entry.kind for entry in shop.storage.state.entries] == ["member_enrolled", "sale"]
    assert set(shop.storage.state.contacts.values()) == {NEW}


def test_a_sale_paid_before_the_joining_was_answered_is_credited_to_the_address(counter, shop):
    answer = threading.Event()
    join = shop.gateway.join
    shop.gateway.join = lambda *given: answer.wait(10) and join(*given)
    counter.scan(HEADPHONES)
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.window.tender.pay_exact_cash()
    sale = counter.window.sale.completed.transaction
    assert shop.storage.state.contacts[sale.member.contact_id] == NEW
    counter.scan(CABLE)
    answer.set()
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert counter.view.basket.member is None


def test_the_full_address_of_somebody_who_joins_is_shown_nowhere(counter):
    desk = begin_enrolment(counter)
    assert not any(NEW in text for text in spoken(counter.window))
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert not any(NEW in text for text in spoken(counter.window))


# --- the card and the panel -------------------------------------------------------------------------------------------


def test_the_card_shows_segment_links_age_and_pending(counter, shop):
    shop.gateway.accounts[EMAIL] = replace(
        ACCOUNT, segment="student", linked=("shopping", "credit_card"), pending_points=120
    )
    counter.attach_member()
    card = counter.window.side.member
    assert card.name.accessibleName() == (
        "j••••@example.com, Student  ·  120 pending, Shopping account linked, Credit card linked"
    )
    assert card.balance.accessibleName() == "Balance · 26 min 1,240 pts"


def test_offline_the_card_says_when_the_balance_was_true(counter, shop):
    counter.attach_member()
    shop.go_offline()
    counter.until(lambda: "Offline" in counter.window.top_bar.online.words)
    assert counter.window.side.member.balance.accessibleName() == "As of 14:00 1,240 pts"


def test_f3_shows_everything_of_the_member_and_esc_goes_back(counter):
    counter.attach_member()
    counter.press(Qt.Key.Key_F3)
    panel = counter.window.functions.desk.member_panel
    assert panel.isVisible()
    assert [row.text() for row in panel.rows] == [
        "Statement", "Link shopping account", "Link credit card", "Set a PIN", "Leave the programme",
        "Remove from this sale",
    ]  # fmt: skip
    counter.window.resize(1024, 768)
    assert all(row.isVisible() for row in panel.rows)
    counter.press(Qt.Key.Key_Escape)
    assert not panel.isVisible()
    counter.press(Qt.Key.Key_F3)
    counter.press(Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert counter.view.basket.member is None


def test_a_shopping_account_is_linked_and_unlinked(counter, shop):
    counter.attach_member()
    desk = counter.window.functions.desk
    desk.open()
    counter.click(desk.member_panel.rows[1])
    assert not desk.text_panel.action.isEnabled()
    counter.type(" casey-42")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account.linked == ("shopping",))
    desk.open()
    assert desk.member_panel.rows[1].text() == "Unlink shopping account"
    counter.click(desk.member_panel.rows[1])
    counter.until(lambda: counter.view.account.linked == ())


def test_a_scan_while_a_name_is_typed_goes_to_the_basket_and_links_nothing(counter, shop):
    counter.attach_member()
    desk = counter.window.functions.desk
    desk.open()
    counter.click(desk.member_panel.rows[1])
    counter.type("ca")
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]
    assert counter.view.account.linked == ()
    desk.open()
    counter.click(desk.member_panel.rows[1])
    counter.press(Qt.Key.Key_Escape)
    assert desk.member_panel.isVisible()


def test_of_a_credit_card_only_the_last_four_digits_are_asked_and_a_scan_is_not_taken(counter, shop):
    counter.attach_member()
    desk = counter.window.functions.desk
    desk.open()
    counter.click(desk.member_panel.rows[2])
    entry = counter.window.side.entry
    counter.type("42424242")
    assert entry.digits == "4242"
    counter.scan(CABLE)
    assert entry.digits == "4242"
    assert counter.names() == ["USB-C Cable, 2 m"]
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account.linked == ("credit_card",))


def test_leaving_asks_once_and_no_key_answers_by_itself(counter, shop):
    counter.scan(HEADPHONES)
    counter.attach_member()
    counter.window.functions.desk.ask_to_leave(counter.view.account)
    counter.press(Qt.Key.Key_Return)
    assert counter.window.question.isVisible()
    assert shop.gateway.left == []
    assert not any(button.hasFocus() for button in counter.window.question.choices)
    counter.click(counter.window.question.choices[1])
    counter.until(lambda: shop.gateway.left == ["m-1"])
    counter.until(lambda: counter.view.basket.member is None)
    assert counter.names() == ["Wireless Headphones WH-7"]


def test_staying_changes_nothing(counter, shop):
    counter.attach_member()
    counter.window.functions.desk.ask_to_leave(counter.view.account)
    counter.click(counter.window.question.choices[0])
    assert counter.view.basket.member is not None
    assert shop.gateway.left == []


def test_what_the_service_refuses_is_said_and_the_sale_goes_on(counter, shop):
    counter.attach_member()
    shop.go_offline()
    counter.window.functions.desk.statement(counter.view.account)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "cannot be reached" in counter.window.sale.banner.detail
    counter.scan(CABLE)
    assert counter.names() == ["USB-C Cable, 2 m"]


def test_offline_an_address_nobody_knows_here_can_still_be_enrolled(counter, shop):
    counter.scan(HEADPHONES)
    shop.go_offline()
    ask_for(counter, NEW)
    counter.until(lambda: counter.view.basket.member is not None)
    counter.press(Qt.Key.Key_F3)
    desk = counter.window.functions.desk
    assert [row.text() for row in desk.member_panel.rows] == ["Enrol as a new member", "Remove from this sale"]
    counter.press(Qt.Key.Key_Return)
    counter.click(desk.enrol_panel.consent_yes)
    counter.click(desk.enrol_panel.join)
    counter.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    assert "provisional" in desk.enrolment.outcome[0]
    assert joined(shop)[0]["marketing_consent"] is True
    assert counter.view.basket.member is not None


def test_a_late_answer_is_not_shown_to_the_next_customer_who_joins(counter, shop):
    answer = threading.Event()
    join = shop.gateway.join
    shop.gateway.join = lambda *given: answer.wait(10) and join(*given)
    desk = begin_enrolment(counter)
    counter.click(desk.enrol_panel.consent_no)
    counter.click(desk.enrol_panel.join)
    counter.press(Qt.Key.Key_Escape)
    begin_enrolment(counter, "second@example.com")
    answer.set()
    counter.until(lambda: NEW in shop.gateway.accounts)
    counter.qtbot.wait(50)
    assert desk.enrolment.stage is EnrolmentStage.ASKING
    assert desk.enrolment.masked == "s••••@example.com"


def test_the_age_of_the_balance_grows_on_the_screen_by_itself(counter, shop):
    counter.attach_member()
    shop.clock.at += timedelta(minutes=4)
    counter.window._age_timer.timeout.emit()
    assert counter.window.side.member.balance.accessibleName() == "Balance · 30 min 1,240 pts"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-30, "now"), (59, "now"), (60, "1 min"), (3600, "1 h"), (47 * 3600, "47 h"), (172_800, "2 days")],
)
def test_how_old_a_balance_is_takes_two_words(seconds, words):
    then = datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert age_words(then.isoformat(), then + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("code", "is_member"),
    [(CARD, True), (CARD.lower(), True), (EMAIL, True), ("4006381333931", False), ("M123", False), (CARD + "9", False)],
)
def test_what_is_sold_is_never_taken_for_a_member(code, is_member):
    assert is_member_code(code) is is_member
