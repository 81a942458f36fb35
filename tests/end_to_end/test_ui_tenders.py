"""Every way to pay at the window: the store's own tenders, foreign cash, gift cards, cards that go back or get lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.ui_shop import UiShop
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from hardware.payment_terminal.manual import ManualTerminal
from hardware.payment_terminal.payment_log import PaymentLog
from pos_app.domain.money import currency
from pos_app.domain.tenders import TenderType, quick_cash
from pos_app.errors import OfflineError
from pos_app.ports import CardOutcome, CardRefund, CardResult, DeviceState, DeviceStatus
from pos_app.services.approvals import Approvals
from pos_app.services.card_refunds import CardRefunds
from pos_app.store_profile import load_store_file
from ui.sale.sale_view_model import Stage
from ui.tender.manual_prompt import ManualPrompt

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
GIFT_CARD, NEW_CARD = "6006491234567890123", "6006491234567890999"
TOTAL = 63_216
STORE = load_store_file(Path(__file__).parents[2] / "resources" / "sample_store" / "store.toml").profile


@pytest.fixture
def shop() -> UiShop:
    return UiShop(tenders=STORE.tenders, foreign_cash=STORE.foreign_cash, gift_cards=STORE.gift_cards)


def ring_up_three(counter) -> None:
    for code in (HEADPHONES, CAMERA, CABLE):
        counter.scan(code)


def rows(counter) -> dict:
    return {button.row.name: button for button in counter.window.side.list_panel.rows}


def touch(counter, name: str) -> None:
    counter.click(rows(counter)[name])


def answer(counter, words: str) -> None:
    counter.until(lambda: counter.window.sale.question is not None)
    counter.click(next(button for button in counter.window.question.choices if words in button.text()))


def pay_by_card(counter, amount_minor: int) -> None:
    before = len(counter.view.tenders)
    counter.window.tender.pay_card(amount_minor)
    counter.until(lambda: len(counter.view.tenders) == before + 1)


def completed(counter):
    counter.until(lambda: counter.window.sale.completed is not None)
    return counter.window.sale.completed.transaction


# --- the store's own tenders ------------------------------------------------------------------------------------------


def test_financing_by_touch_alone_with_its_contract_number_and_the_rest_by_card(counter):
    ring_up_three(counter)
    counter.click(counter.window.side.pay.other)
    touch(counter, "Financing")
    entry = counter.window.side.entry
    assert entry.digits == str(TOTAL)
    for key in entry.keypad.keys:
        if key.value == "5":
            counter.click(key)
    for _ in range(2):
        counter.click(next(key for key in entry.keypad.keys if key.value == "00"))
    counter.click(entry.action_buttons[0])
    panel = counter.window.functions.ways_to_pay.reference
    assert not panel.action.isEnabled()
    counter.click(next(key for key in panel.keys.keys["123"] if key.value == "ABC"))
    for letter in "AB":
        counter.click(next(key for key in panel.keys.keys["ABC"] if key.value == letter))
    counter.click(next(key for key in panel.keys.keys["ABC"] if key.value == "123"))
    for digit in "12345678":
        counter.click(next(key for key in panel.keys.keys["123"] if key.value == digit))
    assert panel.action.text() == "Take $500.00"
    counter.click(panel.action)
    assert counter.window.side.pay.total_text == "$132.16"
    counter.click(counter.window.side.pay.card)
    sale = completed(counter)
    assert [(one.definition_id, one.amount_minor) for one in sale.tenders] == [("financing", 50_000), ("", 13_216)]
    assert sale.tenders[0].reference == "AB12345678"


def test_by_keyboard_alone_a_company_account_is_three_rows_down(counter):
    ring_up_three(counter)
    counter.window.functions.other_tender()
    counter.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Return)
    counter.type("K-77/4711")
    counter.press(Qt.Key.Key_Return)
    sale = completed(counter)
    assert (sale.tenders[0].definition_id, sale.tenders[0].reference) == ("company_account", "K-77/4711")


def test_a_wrong_reference_says_what_it_must_be_and_a_scan_never_types_into_it(counter):
    ring_up_three(counter)
    counter.window.functions.ways_to_pay.configured(STORE.tenders[0])
    counter.press(Qt.Key.Key_Return)
    panel = counter.window.functions.ways_to_pay.reference
    counter.type("AB12")
    assert "two letters and eight digits" in panel.accessibleDescription()
    counter.press(Qt.Key.Key_Return)
    assert counter.view.tenders == ()
    counter.scan(CABLE)
    assert "9780" not in panel.line.text()
    assert len(counter.names()) == 3
    assert counter.window.sale.view.priced.lines[-1].line.quantity_milli == 2000


def test_above_its_limit_a_second_person_approves_and_the_part_is_taken(counter, shop):
    counter.type("20*")
    counter.scan(HEADPHONES)
    counter.window.tender.pay_configured(STORE.tenders[0], 300_000, "AB12345678")
    assert counter.view.tenders == ()
    counter.approve()
    counter.until(lambda: len(counter.view.tenders) == 1)
    approval = next(json.loads(e.payload) for e in shop.storage.state.entries if e.kind == "approval")
    assert (approval["action"], approval["amount_minor"]) == ("tender_above_limit", 300_000)


def test_offline_a_tender_that_needs_the_line_says_so_and_needs_approval(counter, shop):
    ring_up_three(counter)
    shop.go_offline()
    counter.window.functions.other_tender()
    assert "needs approval" in rows(counter)["Bank transfer"].row.detail
    counter.window.tender.pay_configured(STORE.tenders[3], 10_000, "T-1")
    counter.approve()
    counter.until(lambda: len(counter.view.tenders) == 1)


# --- foreign cash -----------------------------------------------------------------------------------------------------


def test_euros_show_both_amounts_and_the_change_is_in_dollars(counter, shop):
    counter.scan(CABLE)
    counter.click(counter.window.side.pay.other)
    touch(counter, "Cash in EUR")
    entry = counter.window.side.entry
    assert entry.digits == "1500"
    assert "EUR 15.00" in entry.accessibleDescription()
    assert "Worth $16.26; change $0.03" in entry.accessibleDescription()
    counter.type("2000")
    counter.press(Qt.Key.Key_Return)
    sale = completed(counter)
    assert counter.window.basket.complete_page.change_text == "$5.45"
    assert shop.storage.till_totals().foreign_cash == (("EUR", 2_000),)
    job = shop.storage.state.print_jobs[counter.window.sale.completed.print_job_id]
    assert "1 EUR = 1.0842 USD" in str(job.document)
    assert job.open_drawer
    assert sale.tenders[0].rate == "1 EUR = 1.0842 USD"


# --- parts that go back -----------------------------------------------------------------------------------------------


def test_each_part_can_be_taken_back_until_the_last_a_cards_on_its_terminal(counter, shop):
    ring_up_three(counter)
    counter.window.tender.pay_cash(2_000)
    pay_by_card(counter, 10_000)
    counter.window.tender.pay_foreign_cash("EUR", 5_000)
    counter.click(counter.window.side.pay.split)
    touch(counter, "Remove Visa •••• 4242")
    assert "$100.00" in counter.window.sale.question.detail
    answer(counter, "Give $100.00 back")
    counter.until(lambda: len(counter.view.tenders) == 2)
    assert shop.terminal.charged_minor() == 0
    counter.click(counter.window.side.pay.split)
    touch(counter, "Remove EUR 50.00")
    assert counter.window.sale.banner.detail == "Hand EUR 50.00 back."
    counter.click(counter.window.side.pay.split)
    touch(counter, "Remove Cash")
    assert counter.view.tenders == ()
    assert counter.window.side.pay.total_text == "$632.16"
    assert [e.kind for e in shop.storage.state.entries] == ["card_payment_reversed"]


def test_a_card_that_is_not_refunded_stays_in_the_sale(counter, shop):
    ring_up_three(counter)
    pay_by_card(counter, 10_000)
    shop.terminal.outcome = CardOutcome.DECLINED
    counter.window.tender.remove(counter.view.tenders[0])
    answer(counter, "Give $100.00 back")
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.window.sale.banner.title == "Card not refunded"
    assert len(counter.view.tenders) == 1


def test_cancelling_a_part_paid_sale_gives_every_part_back(counter, shop):
    ring_up_three(counter)
    counter.window.tender.use_gift_card(GIFT_CARD, 1_000)
    counter.until(lambda: len(counter.view.tenders) == 1)
    counter.window.tender.pay_cash(2_000)
    pay_by_card(counter, 10_000)
    pay_by_card(counter, 5_000)
    counter.press(Qt.Key.Key_Delete, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert counter.window.sale.question.title == "Cancel this part-paid sale?"
    assert "$20.00 in cash, then $100.00 to Visa" in counter.window.sale.question.detail
    answer(counter, "Give everything back")
    counter.until(lambda: counter.view.header is None)
    assert shop.terminal.charged_minor() == 0
    assert [amount for _, amount in shop.terminal.refunds] == [10_000, 5_000]
    assert counter.window.sale.banner.detail == "Hand back: $20.00 in cash."
    counter.until(lambda: len(shop.gateway.released) == 1)
    cancelled = json.loads(shop.storage.state.entries[-1].payload)
    assert cancelled["given_back"] == [["cash", 2_000]]
    cash_put_in, slip = shop.storage.state.print_jobs.values()
    assert cash_put_in.open_drawer
    assert slip.open_drawer
    assert "SALE CANCELLED" in str(slip.document)


def test_a_cancel_stops_at_the_card_that_cannot_be_given_back(counter, shop):
    ring_up_three(counter)
    pay_by_card(counter, 10_000)
    shop.terminal.outcome = CardOutcome.DECLINED
    counter.window.tender.ask_to_cancel()
    answer(counter, "Give everything back")
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.view.header is not None
    assert len(counter.view.tenders) == 1


# --- unknown results --------------------------------------------------------------------------------------------------


def test_after_a_restart_the_terminal_is_asked_before_anything_else(counter, shop, open_counter):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.question is not None)
    shop.terminal.recovered = CardOutcome.APPROVED
    again = open_counter(shop)
    assert again.window.sale.stage is Stage.CARD_PENDING
    sale = completed(again)
    assert sale.tenders[0].amount_minor == TOTAL
    assert len(shop.terminal.payments) == 1


def test_a_terminal_that_starts_late_is_asked_as_soon_as_it_is_there(counter, shop, open_counter):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.sale.question is not None)
    shop.terminal.recovered = CardOutcome.APPROVED
    terminal, shop.terminal = shop.terminal, None
    again = open_counter(shop)
    assert again.window.side.pay.check_card.isVisible()
    again.window.services.payment_terminal = terminal
    shop.bridge.on_device(DeviceStatus("card terminal", "payment_terminal", DeviceState.READY))
    assert completed(again).tenders[0].amount_minor == TOTAL


def test_what_nobody_approves_stays_unknown_and_can_be_asked_about_again(counter, shop):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    answer(counter, "It shows: approved")
    approvals = counter.window.people.approvals
    counter.until(lambda: approvals.asking)
    counter.press(Qt.Key.Key_Escape)
    counter.until(lambda: not approvals.asking)
    assert counter.window.sale.stage is Stage.CARD_PENDING
    assert counter.view.tenders == ()
    counter.click(counter.window.side.pay.check_card)
    answer(counter, "It shows: approved")
    counter.approve()
    assert completed(counter).tenders[0].reference == "by hand"


def test_the_till_may_be_closed_while_a_result_is_unknown_since_it_is_on_disk(counter, shop):
    shop.terminal.outcome = shop.terminal.recovered = CardOutcome.UNKNOWN
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F12)
    counter.until(lambda: counter.window.tender.card.unknown)
    assert shop.storage.state.open_transaction.card_attempt is not None
    assert counter.window.close()


class RefundBook:
    """Card refunds without a disk."""

    def __init__(self) -> None:
        self.kept: dict[str, CardRefund] = {}

    def begin(self, refund: CardRefund) -> None:
        self.kept[refund.payment_id] = refund

    def settle(self, payment_id: str, result: CardResult) -> None:
        self.kept[payment_id] = replace(self.kept[payment_id], result=result)

    def of(self, refund_id: str) -> list[CardRefund]:
        return [one for one in self.kept.values() if one.refund_id == refund_id]

    def open(self) -> list[CardRefund]:
        return [one for one in self.kept.values() if one.result is None]


@pytest.fixture
def refunds(counter, shop) -> CardRefunds:
    """A refund of a sale that was paid by card, whose answer was lost."""
    made = CardRefunds(
        RefundBook(),
        terminal=lambda: shop.terminal,
        clock=shop.clock,
        currency_code="USD",
        approvals=Approvals(shop.operator, clock=shop.clock),
    )
    counter.window.services.card_refunds = lambda: made
    counter.scan(CABLE)
    counter.press(Qt.Key.Key_F12)
    tender = completed(counter).tenders[0]
    shop.terminal.outcome = CardOutcome.UNKNOWN
    assert made.refund("return-1", tender, 1_000, "001-02-000001").outcome is CardOutcome.UNKNOWN
    return made


def test_a_card_refund_that_nobody_knows_of_stays_in_sight_until_the_terminal_says(counter, shop, refunds):
    counter.window.functions.more()
    touch(counter, "Card refunds to check")
    touch(counter, "Receipt 001-02-000001")
    counter.press(Qt.Key.Key_Return)
    assert counter.window.sale.question.title == "Check the card terminal"
    answer(counter, "Ask the terminal again")
    counter.until(lambda: refunds.open() == [])
    assert shop.terminal.charged_minor() == 623
    counter.window.functions.more()
    assert "Card refunds to check" not in rows(counter)


def test_a_card_refund_read_off_the_terminal_needs_a_second_person(counter, shop, refunds):
    shop.terminal.recovered = CardOutcome.UNKNOWN
    counter.window.functions.check_refunds()
    touch(counter, "Receipt 001-02-000001")
    answer(counter, "Ask the terminal again")
    counter.until(lambda: counter.window.sale.question is not None)
    answer(counter, "It shows: refunded")
    assert len(refunds.open()) == 1
    counter.approve()
    counter.until(lambda: refunds.open() == [])


# --- the terminal that stands alone -----------------------------------------------------------------------------------


@pytest.fixture
def alone(shop, open_counter, qtbot):
    """A window with a card terminal that is not connected."""
    prompt = ManualPrompt()
    services = shop.services

    def with_prompt(settings=None):
        made = services(settings)
        made.manual_card = prompt
        return made

    shop.services = with_prompt
    shop.terminal = ManualTerminal(prompt, PaymentLog())
    counter = open_counter(shop)
    yield counter
    prompt.dismiss()
    counter.until(lambda: counter.window.sale.stage is not Stage.CARD_PENDING or counter.window.tender.card.unknown)


def panel_of(counter):
    counter.until(lambda: counter.window.functions._manual is not None and counter.window.functions._manual.isVisible())
    return counter.window.functions._manual


def test_a_slip_is_typed_in_with_its_authorisation_and_the_last_four_digits(alone):
    ring_up_three(alone)
    alone.press(Qt.Key.Key_F12)
    panel = panel_of(alone)
    assert "$632.16" in panel.accessibleDescription()
    assert not panel.approved.isEnabled()
    alone.type("A1B2C3")
    alone.press(Qt.Key.Key_Tab)
    alone.type("4242")
    alone.press(Qt.Key.Key_Return)
    tender = completed(alone).tenders[0]
    assert (tender.reference, tender.description) == ("A1B2C3", "•••• 4242".strip(" •") or tender.description)


def test_a_whole_card_number_is_refused_and_what_was_typed_can_be_mended(alone):
    ring_up_three(alone)
    alone.press(Qt.Key.Key_F12)
    panel = panel_of(alone)
    alone.type("4111111111111111")
    alone.press(Qt.Key.Key_Return)
    alone.until(lambda: "Never type a whole card number" in panel.accessibleDescription())
    panel.authorisation.clear()
    alone.type("A1")
    alone.click(panel.approved)
    assert completed(alone).tenders[0].reference == "A1"


@pytest.mark.parametrize(("button", "title"), [("declined", "Card not charged"), ("nothing_done", "")])
def test_declined_or_not_done_leaves_the_sale_open(alone, button, title):
    ring_up_three(alone)
    alone.press(Qt.Key.Key_F12)
    alone.click(getattr(panel_of(alone), button))
    alone.until(lambda: alone.window.sale.stage is Stage.SALE)
    assert (alone.window.sale.banner.title if alone.window.sale.banner else "") == title
    assert alone.view.tenders == ()
    assert not alone.window.side.panel_open


def test_a_part_goes_back_on_the_terminal_that_stands_alone(alone, shop):
    ring_up_three(alone)
    alone.window.tender.pay_card(10_000)
    panel = panel_of(alone)
    alone.type("A1")
    alone.click(panel.approved)
    alone.until(lambda: len(alone.view.tenders) == 1)
    alone.window.tender.remove(alone.view.tenders[0])
    answer(alone, "Give $100.00 back")
    alone.until(lambda: panel.isVisible() and panel.accessibleName() == "Refund on the terminal")
    assert panel.authorisation.text() == ""
    alone.type("R1")
    alone.press(Qt.Key.Key_Return)
    alone.until(lambda: alone.view.tenders == ())
    reversed_payment = json.loads(shop.storage.state.entries[-1].payload)
    assert (reversed_payment["amount_minor"], reversed_payment["authorisation"]) == (10_000, "R1")


def test_a_slip_that_was_put_away_is_asked_for_again_before_anything_else(alone):
    ring_up_three(alone)
    alone.press(Qt.Key.Key_F12)
    panel = panel_of(alone)
    alone.press(Qt.Key.Key_Escape)
    alone.until(lambda: not panel.isVisible())
    alone.click(alone.window.side.pay.cancel_card)
    alone.until(lambda: panel.isVisible() and panel.accessibleName() == "What does its slip say?")
    alone.type("A1")
    alone.press(Qt.Key.Key_Return)
    assert completed(alone).tenders[0].reference == "A1"


def test_a_scan_while_the_slip_is_asked_for_types_nothing_and_is_heard(alone):
    ring_up_three(alone)
    alone.press(Qt.Key.Key_F12)
    panel = panel_of(alone)
    alone.scan(CABLE)
    assert panel.authorisation.text() == ""
    assert panel.isVisible()
    assert alone.window.sale.banner.title == "Finish payment first"
    alone.click(panel.declined)
    alone.until(lambda: alone.window.sale.stage is Stage.SALE)


# --- gift cards -------------------------------------------------------------------------------------------------------


def test_a_gift_card_is_sold_by_two_scans_and_a_touch(counter, shop):
    counter.scan(CABLE)
    counter.window.functions.ways_to_pay.gift_cards.ask_sale()
    counter.scan(NEW_CARD)
    counter.until(lambda: counter.window.side.entry.accessibleName() == "New gift card")
    counter.click(counter.window.side.entry.picks[1])
    counter.click(counter.window.side.entry.action_buttons[0])
    assert counter.names() == ["USB-C Cable, 2 m", "Gift card •••• 0999"]
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    sale = completed(counter)
    assert sale.total_minor == 5_000 + 1_623
    load = json.loads(shop.storage.state.entries[-1].payload)
    assert (load["kind"], load["amount_minor"], load["last_four"]) == ("activate", 5_000, "0999")
    assert NEW_CARD not in str([entry.payload for entry in shop.storage.state.entries])
    assert list(shop.storage.state.contacts.values()) == [NEW_CARD]


def test_the_balance_of_a_card_is_shown_after_a_scan_and_offline_is_not_known(counter, shop):
    desk = counter.window.functions.ways_to_pay.gift_cards
    desk.ask_balance()
    counter.scan(GIFT_CARD)
    counter.until(lambda: "$20.00 can be spent" in rows(counter))
    shop.go_offline()
    desk.ask_balance()
    counter.scan(GIFT_CARD)
    counter.until(lambda: "The balance is not known now" in rows(counter))


def test_a_gift_card_that_was_sold_cannot_be_chosen_in_its_return_and_says_why(counter):
    counter.scan(CABLE)
    counter.window.functions.ways_to_pay.gift_cards.ask_sale()
    counter.scan(NEW_CARD)
    counter.until(lambda: counter.window.side.entry.accessibleName() == "New gift card")
    counter.click(counter.window.side.entry.picks[1])
    counter.click(counter.window.side.entry.action_buttons[0])
    counter.press(Qt.Key.Key_F11, Qt.Key.Key_Return)
    number = completed(counter).header.receipt_number
    counter.scan(number)
    returns = counter.window.functions.returns
    counter.until(lambda: returns.model is not None and not returns.checking)
    cable, gift_card = returns.model.lines()
    assert (cable.open_milli, gift_card.open_milli) == (1_000, 0)
    assert "stays loaded" in gift_card.words
    assert not returns.model.step(gift_card.line.line_number, 1)
    assert returns.model.step(cable.line.line_number, 1)


def test_offline_a_card_is_not_sold_and_the_reason_is_said(counter, shop):
    shop.gateway.online = False
    counter.window.functions.ways_to_pay.gift_cards.ask_sale()
    counter.scan(NEW_CARD)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert "out of reach" in counter.window.sale.banner.detail
    assert counter.window.side.entry.accessibleName() != "New gift card"
    assert counter.names() == []


def test_a_part_of_a_payment_by_gift_card_comes_from_the_split_panel(counter):
    ring_up_three(counter)
    counter.click(counter.window.side.pay.split)
    counter.type("1500")
    counter.click(counter.window.side.entry.action_buttons[2])
    counter.scan(GIFT_CARD)
    counter.until(lambda: len(counter.view.tenders) == 1)
    assert counter.view.tenders[0].amount_minor == 1_500


# --- quick cash (acceptance 19), change (20), less than the total (21) ------------------------------------------------

NOTES = {
    "USD": (100, 500, 1000, 2000, 5000, 10000),
    "EUR": (500, 1000, 2000, 5000, 10000, 20000),
    "JPY": (1000, 2000, 5000, 10000),
    "KWD": (250, 500, 1000, 5000, 10000, 20000),
    "CHF": (1000, 2000, 5000, 10000, 20000, 100000),
    "GBP": (500, 1000, 2000, 5000),
}


@pytest.mark.parametrize("code", NOTES)
@given(due=st.integers(1, 10**8))
def test_quick_amounts_are_distinct_ascending_above_the_total_and_made_of_notes(code: str, due: int) -> None:
    assert currency(code).code == code
    amounts = quick_cash(due, NOTES[code])
    assert len(amounts) <= 3
    assert amounts == sorted(set(amounts))
    assert all(amount > due and any(amount % note == 0 for note in NOTES[code]) for amount in amounts)


@pytest.mark.parametrize("quantity", ["1", "9", "45", "340"])
def test_quick_amounts_of_five_figures_are_readable_in_the_narrow_window(counter, quantity):
    counter.window.resize(1024, 768)
    counter.type(f"{quantity}*")
    counter.scan(HEADPHONES)
    shown = [button for button in counter.window.side.pay.quick if button.isVisible()]
    assert len(shown) == len(counter.window.tender.quick_cash())
    assert all(button.fits(button.text()) for button in shown)


def test_the_card_button_is_never_cut_short(counter):
    counter.window.resize(1024, 768)
    counter.type("450*")
    counter.scan(HEADPHONES)
    card = counter.window.side.pay.card
    assert card.text() == "Card"
    assert card.has_room_for(card.text(), "$121,776.38")
    assert "$121,776.38" in card.accessibleName()


def test_cash_below_the_total_leaves_the_sale_open_and_shows_what_is_left(counter):
    ring_up_three(counter)
    counter.press(Qt.Key.Key_F11)
    counter.type("10000")
    assert "$532.16 will be left to pay" in counter.window.side.entry.accessibleDescription()
    counter.press(Qt.Key.Key_Return)
    assert counter.window.sale.stage is Stage.SALE
    assert counter.window.side.pay.total_text == "$532.16"
    assert counter.view.tenders[0].tender_type is TenderType.CASH


def test_a_gateway_that_fails_leaves_the_gift_card_out_of_the_sale(counter, shop):
    def gone(number: str) -> int:
        raise OfflineError("The rewards service cannot be reached.")

    shop.gateway.gift_card_balance = gone
    ring_up_three(counter)
    counter.window.tender.use_gift_card(GIFT_CARD)
    counter.until(lambda: counter.window.sale.banner is not None)
    assert counter.view.tenders == ()
