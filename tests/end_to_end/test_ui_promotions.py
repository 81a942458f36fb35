"""Promotions and promo codes in the real window: scanned, typed, touched; online, offline, and given back."""

import pytest
from fakes.promoted_shop import CABLE, CAMERA, CONTROLLER, HEADPHONES, POWER_BANK, promoted_shop
from fakes.ui_shop import MEMBER, UiShop
from PySide6.QtCore import Qt

from pos_app.domain.price_list import PriceEntry

GIFT_CARD = "6006491234567890123"


@pytest.fixture
def shop() -> UiShop:
    return promoted_shop()


def pay_rows(counter) -> dict[str, str]:
    return {name: amount for name, amount, _ in counter.window.side.pay._lines}


def hint(counter) -> str:
    """What the head of the basket says is almost there."""
    return counter.window.basket._hint


def says(counter, words: str) -> None:
    """It comes behind the paint of the scan."""
    counter.until(lambda: hint(counter) == words)


def entered(counter) -> tuple[str, ...]:
    return counter.view.basket.promo_codes


def choose(counter, name: str) -> None:
    """Touch the row of a list that begins like this."""
    rows = [row for row in counter.window.side.list_panel.rows if row.row.name.startswith(name)]
    counter.click(rows[0])


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_line_shows_the_promotions_name_and_what_it_saved(counter):
    counter.scan(CONTROLLER)
    (row,) = counter.window.basket.canvas.rows
    assert row.chip == "Gaming week −$9.75"
    assert (row.total, row.old_total) == ("$55.24", "$64.99")
    assert pay_rows(counter)["Promotions"] == "−$9.75"


def test_almost_there_is_said_once_and_without_a_sound(counter):
    counter.scan(CABLE)
    says(counter, "")
    counter.scan(CABLE)
    says(counter, "1 more: 3 for 2 on cables, one is free")
    counter.scan(CABLE)
    says(counter, "")
    assert counter.window.basket.canvas.rows[0].chip == "3 for 2 on cables −$14.99"


def test_a_little_money_more_is_a_hint_too(counter):
    counter.scan(POWER_BANK)
    says(counter, "$10.05 more: Charge up, $10 off")


def test_why_a_line_costs_less_stands_on_the_explanation_and_on_the_receipt(counter, shop):
    counter.scan(CONTROLLER)
    counter.window.services.selling.attach_member(MEMBER)
    explained = counter.window.services.explaining.explain_current()
    step = next(step for step in explained.lines[0].steps if step.what == "Gaming week")
    assert step.value == -975
    assert "15% off" in step.clause
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.completed is not None)
    document = counter.window.sale.completed.document
    assert any(getattr(block, "left", "") == "Gaming week" for block in document.blocks)


# --- promo codes ------------------------------------------------------------------------------------------------------


def test_a_scanned_coupon_is_entered_wherever_one_is(counter):
    counter.scan(HEADPHONES)
    counter.scan("SAVE5")
    assert entered(counter) == ("SAVE5",)
    assert pay_rows(counter)["Code SAVE5"] == "−$5.00"
    assert counter.window.sale.toast.words == "SAVE5 saves $5.00"
    assert counter.window.sale.banner is None


def test_a_code_typed_in_the_find_field_costs_its_letters_and_enter(counter):
    counter.scan(HEADPHONES)
    counter.type("save5")
    counter.press(Qt.Key.Key_Return)
    assert entered(counter) == ("SAVE5",)
    assert counter.keys_pressed == 1


def test_the_same_code_by_touch_alone(counter):
    counter.scan(HEADPHONES)
    counter.click(counter.window.actions_bar.tiles["more"])
    panel = counter.window.side.list_panel
    while not any(row.row.name == "Promo code" and row.isVisible() for row in panel.rows):
        counter.click(panel.next_button)
    choose(counter, "Promo code")
    asked = counter.window.functions.promo_codes._panel
    letters = {key.value: key for page in asked.keys.keys.values() for key in page if key.isVisible()}
    for letter in "SAVE":
        counter.click(letters[letter])
    assert not asked.action.isEnabled()
    counter.click(letters["123"])
    counter.click(next(key for key in asked.keys.keys["123"] if key.value == "5"))
    counter.click(asked.action)
    assert entered(counter) == ("SAVE5",)
    assert not counter.window.side.panel_open


def test_a_code_is_taken_out_from_the_list_and_by_undo(counter):
    counter.scan(HEADPHONES)
    counter.scan("SAVE5")
    counter.press(Qt.Key.Key_F4, modifiers=Qt.KeyboardModifier.ShiftModifier)
    choose(counter, "Remove SAVE5")
    assert entered(counter) == ()
    counter.press(Qt.Key.Key_Z, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert entered(counter) == ("SAVE5",)


def test_a_code_waits_for_the_goods_it_asks_for(counter):
    counter.scan("SAVE5")
    counter.scan(CABLE)
    assert pay_rows(counter)["Code SAVE5"] == "no effect"
    counter.scan(HEADPHONES)
    assert pay_rows(counter)["Code SAVE5"] == "−$5.00"


def test_f4_comes_to_the_promo_code_after_the_reductions_by_hand(counter):
    counter.scan(HEADPHONES)
    counter.press(*(Qt.Key.Key_F4 for _ in range(4)))
    assert counter.window.functions.promo_codes._panel.isVisible()
    counter.type("NOSUCH")
    assert not counter.window.functions.promo_codes._panel.action.isEnabled()
    for _ in range(6):
        counter.press(Qt.Key.Key_Backspace)
    counter.type("save5")
    counter.press(Qt.Key.Key_Return)
    assert entered(counter) == ("SAVE5",)


def test_a_single_use_code_is_set_aside_and_the_payment_waits_for_the_answer(counter, shop):
    counter.scan(HEADPHONES)
    counter.scan("ONCE20")
    assert not counter.window.tender.can_pay
    counter.until(lambda: entered(counter) == ("ONCE20",))
    assert counter.window.tender.can_pay
    (use,) = counter.view.basket.code_uses
    assert use.hold_id in shop.gateway.code_holds


@pytest.mark.parametrize("how", ["removed", "undone", "cancelled"])
def test_a_use_that_is_not_needed_is_given_back(counter, shop, how):
    counter.scan(HEADPHONES)
    counter.scan("ONCE20")
    counter.until(lambda: entered(counter) == ("ONCE20",))
    if how == "removed":
        counter.window.functions.promo_codes.remove("ONCE20")
    elif how == "undone":
        counter.press(Qt.Key.Key_Z, modifiers=Qt.KeyboardModifier.ControlModifier)
    else:
        counter.window.sale.cancel()
    counter.until(lambda: shop.gateway.released == list(shop.gateway.code_holds))


def test_a_use_goes_with_its_sale_and_is_never_given_back(counter, shop):
    counter.scan(HEADPHONES)
    counter.scan("ONCE20")
    counter.until(lambda: entered(counter) == ("ONCE20",))
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.completed is not None)
    (use,) = counter.window.sale.completed.transaction.code_uses
    assert (use.code, use.reduction_minor, use.offline, use.uses) == ("ONCE20", 5_000, False, 1)
    counter.scan(CAMERA)
    counter.scan("ONCE20")
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "as often as it may" in counter.window.sale.banner.detail
    assert shop.gateway.released == []


def test_offline_a_code_is_taken_by_its_rule_and_up_to_its_limit(counter, shop):
    counter.scan(HEADPHONES)
    shop.go_offline()
    counter.scan("ONCE20")
    counter.until(lambda: entered(counter) == ("ONCE20",))
    assert pay_rows(counter)["Code ONCE20"] == "−$20.00"
    assert counter.window.sale.toast.words == "ONCE20 saves $20.00, taken offline"
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    counter.until(lambda: counter.window.sale.completed is not None)
    (use,) = counter.window.sale.completed.transaction.code_uses
    assert (use.offline, use.reduction_minor) == (True, 2_000)


def test_offline_a_code_without_a_rule_is_refused_and_the_sale_goes_on(counter, shop):
    counter.scan(HEADPHONES)
    shop.go_offline()
    counter.scan("ONLINE20")
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "can only be checked online" in counter.window.sale.banner.detail
    assert entered(counter) == ()
    assert counter.window.tender.can_pay


def test_a_lost_answer_finds_the_same_hold_the_second_time(counter, shop):
    shop.gateway.lost_answers = 1
    counter.scan(HEADPHONES)
    counter.scan("ONLINE20")
    counter.until(lambda: counter.window.sale.banner is not None)
    counter.scan("ONLINE20")
    counter.until(lambda: entered(counter) == ("ONLINE20",))
    assert len(shop.gateway.code_holds) == 1


def test_an_answer_for_a_sale_that_is_over_is_given_back(counter, shop):
    counter.scan(HEADPHONES)
    counter.scan("ONCE20")
    counter.window.sale.cancel()
    counter.until(lambda: len(shop.gateway.released) == 1)
    assert entered(counter) == ()


def test_a_code_survives_a_crash_with_its_hold(counter, shop, open_counter):
    counter.scan(HEADPHONES)
    counter.scan("ONCE20")
    counter.until(lambda: entered(counter) == ("ONCE20",))
    (use,) = counter.view.basket.code_uses
    counter.window.services.selling.save()
    counter.window.deleteLater()
    again = open_counter(shop)
    assert again.view.basket.code_uses == (use,)


# --- promotions of a payment ------------------------------------------------------------------------------------------


def test_what_another_way_to_pay_would_save_is_said_before_paying(counter):
    counter.scan(HEADPHONES)
    counter.until(lambda: "Save $13.53 with Northgate Card" in pay_rows(counter))


def test_our_card_is_charged_less_and_the_total_is_what_was_charged(counter, shop):
    shop.terminal.set_switches(brand="Northgate Card")
    counter.scan(HEADPHONES)
    counter.click(counter.window.side.pay.other)
    choose(counter, "Pay with Northgate Card")
    counter.until(lambda: counter.window.sale.completed is not None)
    sale = counter.window.sale.completed.transaction
    assert shop.terminal.payments[0][1] == sale.total_minor == 25_708
    assert counter.window.side.pay.total_text == "$257.08"
    assert sale.lines[0].promotions[0].name == "5% with our card"


def test_plain_pay_by_card_asks_for_the_brand_before_it_charges_and_nothing_is_lost(counter, shop):
    shop.terminal.set_switches(brand="Northgate Card")
    counter.scan(CAMERA)
    full = counter.view.settlement.due_minor
    counter.press(Qt.Key.Key_F12)
    question = counter.window.sale.question
    assert question.title == "Paying with Northgate Card?"
    assert shop.terminal.charged_minor() == 0
    counter.window.sale.answer(question.choices[1])
    counter.until(lambda: counter.window.sale.completed is not None)
    sale = counter.window.sale.completed.transaction
    assert sale.total_minor == shop.terminal.charged_minor() < full
    assert sale.lines[0].promotions[0].name == "5% with our card"


def test_any_other_card_pays_what_is_due_after_the_question(counter, shop):
    counter.scan(CAMERA)
    full = counter.view.settlement.due_minor
    counter.press(Qt.Key.Key_F12)
    counter.window.sale.answer(counter.window.sale.question.choices[0])
    counter.until(lambda: shop.terminal.charged_minor() == full)


def test_another_card_for_the_lower_amount_leaves_the_rest_to_pay(counter, shop):
    counter.scan(HEADPHONES)
    counter.click(counter.window.side.pay.other)
    choose(counter, "Pay with Northgate Card")
    counter.until(lambda: bool(counter.view.tenders))
    assert counter.window.sale.completed is None
    assert counter.view.settlement.due_minor == 1_353


def test_a_gift_card_brings_its_ten_dollars_and_takes_them_along(counter, shop):
    shop.gateway.gift_cards[GIFT_CARD] = 15_000
    counter.scan(HEADPHONES)
    before = counter.view.priced.total_minor
    counter.window.tender.use_gift_card(GIFT_CARD)
    counter.until(lambda: bool(counter.view.tenders))
    assert before - counter.view.priced.total_minor == 1_082
    counter.window.tender.remove(counter.view.tenders[0])
    counter.until(lambda: not counter.view.tenders)
    assert counter.view.priced.total_minor == before


def test_a_gift_card_that_pays_all_pays_the_lower_price(counter, shop):
    shop.gateway.gift_cards[GIFT_CARD] = 90_000
    counter.scan(HEADPHONES)
    counter.window.tender.use_gift_card(GIFT_CARD)
    counter.until(lambda: counter.window.sale.completed is not None)
    sale = counter.window.sale.completed.transaction
    assert [tender.amount_minor for tender in sale.tenders] == [sale.total_minor] == [25_979]


# --- prices -----------------------------------------------------------------------------------------------------------


def test_a_student_sees_old_and_new_price_on_the_line(counter, shop):
    shop.price_lists.entries.append(PriceEntry("campus", "student", HEADPHONES, 22_900))
    counter.scan(HEADPHONES)
    counter.window.services.selling.attach_member(MEMBER)
    (row,) = counter.window.basket.canvas.rows
    assert row.meta.startswith("$249.99 → $229.00")
    assert row.unit_price == "$229.00"


def test_a_price_that_changed_meanwhile_is_said_at_the_next_scan(counter, shop):
    counter.scan(HEADPHONES)
    shop.price_lists.entries.append(PriceEntry("new", "consumer", HEADPHONES, 21_900))
    assert counter.view.priced.subtotal_minor == 24_999
    counter.scan(HEADPHONES)
    assert counter.window.sale.toast.words.startswith("Price changed, $249.99 → $219.00")
    assert counter.view.priced.subtotal_minor == 43_800


def test_what_is_found_shows_the_price_it_is_sold_at(counter, shop):
    shop.price_lists.entries.append(PriceEntry("week", "consumer", CAMERA, 29_900))
    counter.type("camera")
    counter.until(lambda: bool(counter.window.hits.hits))
    assert counter.window.hits.hits[0].price_minor == 29_900
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: bool(counter.view.priced.lines))
    assert counter.view.priced.subtotal_minor == 29_900
