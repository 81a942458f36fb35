"""Whole sales at the window, by keyboard and by touch, counted in keys."""

import threading

from fakes.ui_shop import ACCOUNT, EMAIL
from PySide6.QtCore import Qt

from pos_app.domain.tenders import TenderType
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, SyncStatus
from ui.member.member_view_model import MemberStage
from ui.sale.complete_page import SMALLEST_CHANGE_SIZE
from ui.sale.sale_view_model import Stage
from ui.services_bundle import UiSettings

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
GIFT_CARD = "6006491234567890123"


def ring_up_three(counter) -> None:
    for code in (HEADPHONES, CAMERA, CABLE):
        counter.scan(code)


def attach(counter) -> None:
    counter.window.member.look_up(EMAIL)
    counter.until(lambda: counter.view.account is not None)


def test_three_items_a_typed_member_and_exact_cash_take_four_keys(counter, shop):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F3)
    counter.type(EMAIL)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.account is not None)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    completed = counter.window.sale.completed
    assert counter.keys_pressed == 4
    assert completed.change_minor == 0
    assert completed.transaction.member.member_id == ACCOUNT.member_id
    job = shop.storage.state.print_jobs[completed.print_job_id]
    assert job.open_drawer
    assert counter.window.basket.complete_page.change_text == "$0.00"


def test_a_scanned_member_code_saves_two_keys(counter):
    ring_up_three(counter)
    counter.scan(EMAIL)
    counter.until(lambda: counter.view.account is not None)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert counter.keys_pressed == 2
    assert counter.window.sale.completed.transaction.member is not None


def test_three_items_by_card_take_one_key(counter, shop):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    assert counter.keys_pressed == 1
    assert shop.terminal.payments[0][1] == counter.window.sale.completed.transaction.total_minor


def test_exact_cash_takes_one_touch_after_the_last_scan(counter):
    ring_up_three(counter)
    counter.click(counter.window.side.pay.exact)
    assert counter.window.sale.completed is not None


def test_twenty_in_cash_and_the_rest_by_card(counter):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F11)
    counter.type("2000")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.side.pay.total_text == "$612.16"
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)
    tenders = counter.window.sale.completed.transaction.tenders
    assert [(t.tender_type, t.amount_minor) for t in tenders] == [(TenderType.CASH, 2000), (TenderType.CARD, 61_216)]


def test_a_quick_note_gives_change_in_large_letters_until_the_next_action(counter):
    counter.scan(CABLE)
    quick = counter.window.side.pay.quick
    assert [button.text() for button in quick if button.isVisible()] == ["$17", "$20", "$50"]
    counter.click(quick[1])
    page = counter.window.basket.complete_page
    assert page.isVisible()
    assert page.change_text == "$3.77"
    assert page.change_size >= SMALLEST_CHANGE_SIZE == 72
    counter.scan(CABLE)
    assert not page.isVisible()


def test_points_gift_card_card_and_cash_pay_one_sale(counter, shop):
    ring_up_three(counter)
    attach(counter)
    counter.click(counter.window.side.member.points)
    counter.type("500")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.points_used == 500)
    counter.click(counter.window.side.pay.gift_card)
    counter.type(GIFT_CARD)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: len(counter.view.tenders) == 2)
    counter.window.tender.pay_card(10_000)
    counter.until(lambda: len(counter.view.tenders) == 3)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    sale = counter.window.sale.completed.transaction
    assert [t.tender_type for t in sale.tenders] == [
        TenderType.POINTS, TenderType.GIFT_CARD, TenderType.CARD, TenderType.CASH,
    ]  # fmt: skip
    assert sum(t.amount_minor for t in sale.tenders) == sale.total_minor


def test_points_show_their_value_and_the_balance_after_and_refuse_what_does_not_fit(counter):
    ring_up_three(counter)
    attach(counter)
    counter.click(counter.window.side.member.points)
    entry = counter.window.side.entry
    assert entry.digits == "1200"
    assert "Pays $12.00; 40 points are left" in entry.accessibleDescription()
    counter.type("1300")
    assert "Only 1,240 points to use" in entry.accessibleDescription()
    assert not entry.action_buttons[0].isEnabled()
    counter.press(Qt.Key.Key_Backspace)
    counter.type("5")
    assert "steps of 100" in entry.accessibleDescription()


def test_points_can_be_given_back_before_the_sale_is_paid(counter, shop):
    ring_up_three(counter)
    attach(counter)
    counter.window.tender.use_points(500)
    counter.until(lambda: counter.view.points_used == 500)
    counter.click(counter.window.side.member.points)
    assert counter.view.points_used == 0
    counter.until(lambda: len(shop.gateway.released) == 1)


def test_offline_points_are_refused_with_the_reason_and_the_member_is_kept_by_address(counter, shop):
    counter.scan(HEADPHONES)
    shop.go_offline()
    counter.press(Qt.Key.Key_F3)
    counter.type("someone@example.com")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.view.basket.member is not None)
    points = counter.window.side.member.points
    assert not points.isEnabled()
    assert points.text() == "Offline: points can't be used now"
    counter.window.tender.pay_exact_cash()
    assert list(shop.storage.state.contacts.values()) == ["someone@example.com"]


def test_a_member_still_being_looked_up_is_credited_when_the_sale_is_paid_first(counter, shop):
    answer = threading.Event()
    find = shop.gateway.find_member
    shop.gateway.find_member = lambda email: answer.wait(10) and find(email)
    counter.scan(HEADPHONES)
    counter.window.member.look_up(EMAIL)
    counter.scan(CABLE)
    assert len(counter.names()) == 2
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    assert list(shop.storage.state.contacts.values()) == [EMAIL]
    counter.scan(CABLE)
    answer.set()
    counter.qtbot.wait(100)
    assert counter.view.basket.member is None


def test_a_late_answer_still_attaches_the_member(counter, shop):
    answer = threading.Event()
    find = shop.gateway.find_member
    shop.gateway.find_member = lambda email: answer.wait(10) and find(email)
    counter.window.member.look_up(EMAIL)
    counter.scan(HEADPHONES)
    answer.set()
    counter.until(lambda: counter.view.account is not None)
    assert counter.view.earned.points == 249


def test_an_unknown_address_offers_to_enrol(counter):
    counter.scan(HEADPHONES)
    counter.press(Qt.Key.Key_F3)
    counter.type("new@example.com")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.member.stage is MemberStage.NOT_FOUND)
    counter.click(counter.window.side.member.enrol)
    panel = counter.window.functions.desk.enrol_panel
    counter.click(panel.consent_no)
    counter.click(panel.join)
    counter.until(lambda: counter.view.account is not None)


def test_what_is_no_address_says_so_and_asks_again(counter):
    counter.press(Qt.Key.Key_F3)
    counter.type("nobody")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: counter.window.member.problem != "")
    assert counter.window.member.stage is MemberStage.ENTRY
    assert "not an e-mail address" in counter.window.side.member.accessibleDescription()


def test_undo_after_each_change_restores_lines_and_totals_exactly(counter):
    ring_up_three(counter)
    sale = counter.window.sale
    changes = (
        lambda: counter.scan(CABLE),
        lambda: sale.step_quantity(1, 1),
        lambda: sale.remove_line(2),
        lambda: (counter.press(Qt.Key.Key_F4), counter.type("10"), counter.press(*(Qt.Key.Key_Return,) * 2)),
        lambda: attach(counter),
    )
    for change in changes:
        before = counter.view.basket
        change()
        assert counter.view.basket != before
        counter.press(Qt.Key.Key_Z, modifiers=Qt.KeyboardModifier.ControlModifier)
        assert counter.view.basket == before


def test_keys_act_on_the_selected_line(counter):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_Up, Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Minus)
    counter.until(lambda: [row.quantity for row in counter.window.basket.canvas.rows] == ["1", "2", "1"])
    counter.press(Qt.Key.Key_Delete)
    assert counter.names() == ["Wireless Headphones WH-7", "USB-C Cable, 2 m"]
    counter.press(Qt.Key.Key_F5)
    counter.type("7")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.basket.canvas.rows[1].quantity == "7"


def test_the_stepper_works_by_touch(counter, qtbot):
    counter.scan(CABLE)
    canvas = counter.window.basket.canvas
    minus, plus = canvas.stepper_rects(1)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=plus.center().toPoint())
    assert canvas.rows[0].quantity == "2"
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=minus.center().toPoint())
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=minus.center().toPoint())
    assert canvas.rows == []


def test_a_card_payment_can_be_cancelled_and_nothing_is_charged(counter, shop):
    shop.terminal.go.clear()
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    assert counter.window.sale.stage is Stage.CARD_PENDING
    counter.click(counter.window.side.pay.cancel_card)
    counter.until(lambda: counter.window.sale.stage is Stage.SALE)
    assert counter.view.tenders == ()
    assert "Nothing was charged" in counter.window.sale.toast.words


def test_a_declined_card_leaves_the_sale_open_and_says_so(counter, shop):
    shop.terminal.outcome = CardOutcome.DECLINED
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.window.sale.banner.title == "Card not charged"
    assert counter.window.sale.stage is Stage.SALE


def test_a_lost_card_answer_is_asked_for_before_anybody_is_bothered(counter, shop):
    shop.terminal.outcome = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.completed is not None)


def test_an_unknown_card_result_blocks_until_somebody_looked_at_the_terminal(counter, shop):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.question is not None)
    counter.press(Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_F11, Qt.Key.Key_F12)
    counter.scan(CABLE)
    assert counter.window.sale.question.title == "Check the card terminal"
    assert len(shop.terminal.payments) == 1
    shop.terminal.recovered = CardOutcome.APPROVED
    counter.click(counter.window.question.choices[0])
    counter.until(lambda: counter.window.sale.completed is not None)


def test_it_shows_not_charged_goes_back_to_the_sale(counter, shop):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.question is not None)
    counter.click(counter.window.question.choices[1])
    counter.approve()
    assert counter.window.sale.stage is Stage.SALE
    assert counter.view.tenders == ()


def test_cancelling_a_sale_asks_once_and_journals_it(counter, shop):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_Delete, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert counter.window.sale.question.title == "Cancel this sale?"
    counter.click(counter.window.question.choices[1])
    assert counter.names() == []
    assert shop.storage.kinds() == ["transaction_cancelled"]


def test_a_sale_that_costs_nothing_is_completed_by_the_same_key(counter):
    counter.scan("0000000000017")
    assert counter.window.side.pay.card.text() == "Complete"
    counter.press(Qt.Key.Key_F12)
    assert counter.window.sale.completed is not None


def test_a_sale_interrupted_by_a_crash_is_there_again(counter, shop, open_counter):
    ring_up_three(counter)
    counter.window.deleteLater()
    again = open_counter(shop)
    assert again.names() == ["Wireless Headphones WH-7", "4K Action Camera Kit", "USB-C Cable, 2 m"]
    assert again.window.sale.banner.title == "Sale restored"


def test_a_commit_that_fails_blocks_and_the_second_try_stores_the_sale_once(counter, shop):
    ring_up_three(counter)
    counter.window.services.selling.save()
    real = shop.storage.unit_of_work
    failing = iter([None, real])

    def sometimes():
        work = next(failing, real)
        if work is None:
            raise WorldError("The disk is full.")
        return work()

    shop.storage.unit_of_work = sometimes
    counter.window.tender.pay_exact_cash()
    assert counter.window.sale.question.title == "The sale is not stored yet"
    counter.click(counter.window.question.choices[0])
    assert counter.window.sale.completed is not None
    assert shop.storage.kinds() == ["sale"]


def test_search_as_you_type_and_enter_picks_the_highlighted_hit(counter):
    counter.type("ca")
    hits = counter.window.hits
    counter.until(lambda: [hit.name for hit in hits.hits] == ["4K Action Camera Kit", "USB-C Cable, 2 m"])
    counter.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert counter.names() == ["USB-C Cable, 2 m"]
    assert not hits.isVisible()
    assert counter.window.scan_field.text() == ""


def test_the_badge_says_offline_with_the_queue_and_counts_down_by_itself(counter, shop):
    shop.go_offline(queued=3)
    pill = counter.window.top_bar.online
    counter.until(lambda: pill.words == "Offline · 3 queued")
    shop.status = SyncStatus(online=True, queued=0)
    shop.bridge.on_sync(shop.status)
    counter.until(lambda: pill.words == "Online")


def test_a_sale_by_keyboard_alone_keeps_the_focus_in_sight(counter):
    ring_up_three(counter)
    seen = set()
    for _ in range(40):
        counter.press(Qt.Key.Key_Tab)
        focused = counter.window.focusWidget()
        assert focused is not None
        assert focused.isVisible()
        seen.add(focused)
    assert counter.window.side.pay.card in seen
    assert counter.window.actions_bar.tiles["more"] in seen


def test_no_cash_is_no_payment(counter):
    counter.scan(CABLE)
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Backspace)
    counter.type("0")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.sale.completed is None
    assert counter.window.side.panel_open


def test_a_paid_sale_that_a_crash_kept_from_the_journal_is_completed_after_the_restart(counter, shop, open_counter):
    counter.scan(CABLE)
    real = shop.storage.unit_of_work
    works = iter([None, real])

    def fails_first():
        work = next(works, real)
        if work is None:
            raise WorldError("The power went.")
        return work()

    shop.storage.unit_of_work = fails_first
    counter.window.tender.pay_exact_cash()
    shop.storage.unit_of_work = real
    again = open_counter(shop)
    assert again.window.side.pay.card.text() == "Complete"
    again.click(again.window.side.pay.card)
    assert shop.storage.kinds() == ["sale"]


def test_a_mistyped_address_comes_back_for_correction_and_is_masked_while_looking(counter, shop):
    answer = threading.Event()
    find = shop.gateway.find_member
    shop.gateway.find_member = lambda email: answer.wait(10) and find(email)
    counter.press(Qt.Key.Key_F3)
    counter.type("jj@example.com")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.side.member.email.text() == ""
    assert counter.window.member.masked == "j••••@example.com"
    answer.set()
    counter.until(lambda: counter.window.member.stage is MemberStage.NOT_FOUND)
    counter.click(counter.window.side.member.again)
    assert counter.window.side.member.email.text() == "jj@example.com"
    counter.press(Qt.Key.Key_Escape)
    counter.press(Qt.Key.Key_F3)
    assert counter.window.side.member.email.text() == ""


def test_a_charge_that_the_sale_cannot_take_has_to_be_refunded_before_anything_else(counter, shop):
    ring_up_three(counter)
    shop.terminal.surcharge_minor = 500
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.question is not None)
    assert counter.window.sale.question.title == "Refund this card"
    assert "$637.16" in counter.window.sale.question.detail
    counter.click(counter.window.question.choices[0])
    counter.until(lambda: counter.window.sale.stage is Stage.SALE)
    assert shop.terminal.charged_minor() == 0
    assert counter.view.tenders == ()


def test_the_window_does_not_close_while_a_card_is_being_charged(counter, shop):
    shop.terminal.go.clear()
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    assert not counter.window.close()
    assert counter.window.sale.banner.title == "Card payment under way"
    shop.terminal.go.set()
    counter.until(lambda: counter.window.sale.completed is not None)


def test_a_completed_sale_clears_by_itself_after_a_while(open_counter, shop):
    counter = open_counter(shop, UiSettings(sounds=False, complete_clears_after_ms=50))
    counter.scan(CABLE)
    counter.window.tender.pay_exact_cash()
    assert counter.window.sale.stage is Stage.COMPLETE
    counter.until(lambda: counter.window.sale.stage is Stage.SALE)
    assert counter.names() == []


def test_an_amount_too_large_for_its_button_is_not_offered_rather_than_cut(counter):
    counter.window.resize(1024, 768)
    counter.type("900*")
    counter.scan(HEADPHONES)
    for button in counter.window.side.pay.quick:
        assert not button.isVisible() or button.fits(button.text())


def test_a_gift_card_is_scanned_where_its_number_is_asked(counter):
    ring_up_three(counter)
    counter.click(counter.window.side.pay.gift_card)
    counter.scan(GIFT_CARD)
    counter.until(lambda: len(counter.view.tenders) == 1)
    assert counter.view.tenders[0].amount_minor == 2000
    assert not counter.window.side.panel_open
    assert counter.window.sale.banner is None
