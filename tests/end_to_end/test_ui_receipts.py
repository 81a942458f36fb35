"""Receipts at the counter: the last one in one key, the paper before it is printed again, choices, checks, e-mails."""

import json

import pytest
from fakes.ui_shop import ACCOUNT, SHELF, UiShop
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from pos_app.domain.receipt_code import Verdict
from pos_app.domain.receipt_document import QrCode, ReceiptDocument
from pos_app.domain.receipt_template import ReceiptTemplate
from pos_app.ports import MailState, PrintState, ScanEvent
from ui.sale.sale_view_model import Stage
from ui.services_bundle import UiSettings
from ui.theme.tokens import Height

HEADPHONES, CAMERA, CABLE = "4006381333931", "5901234123457", "9780201379624"
CONTROL = Qt.KeyboardModifier.ControlModifier
ADDRESS = "casey@example.com"


def sell(counter, *codes):
    for code in codes:
        counter.scan(code)
    counter.window.tender.pay_exact_cash()
    counter.until(lambda: counter.window.sale.stage is Stage.COMPLETE)
    return counter.window.sale.completed


def reprints(shop):
    return [json.loads(e.payload) for e in shop.storage.state.entries if e.kind == "receipt_reprinted"]


def jobs(shop):
    return list(shop.storage.state.print_jobs.values())


def open_list(counter):
    counter.press(Qt.Key.Key_F8)
    panel = counter.window.functions.receipts.room.panel
    counter.until(lambda: panel.chosen is not None)
    return panel


def qr_of(document: ReceiptDocument) -> str:
    return next(block.data for block in document.blocks if isinstance(block, QrCode))


# --- again ------------------------------------------------------------------------------------------------------------


def test_the_last_receipt_takes_one_key(counter, shop):
    sell(counter, CABLE)
    counter.keys_pressed = 0
    counter.press(Qt.Key.Key_P, modifiers=CONTROL)
    counter.until(lambda: len(reprints(shop)) == 1)
    assert counter.keys_pressed == 1
    assert jobs(shop)[-1].document.copy_mark == "*** COPY 1 ***"
    counter.until(lambda: counter.window.sale.toast is not None)
    assert counter.window.sale.toast.words == "Copy 1 of 001-02-000001 is being printed"


def test_the_last_receipt_from_the_list_takes_two_keys(counter, shop):
    sell(counter, CABLE)
    sell(counter, HEADPHONES, CAMERA)
    counter.keys_pressed = 0
    open_list(counter)
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: len(reprints(shop)) == 1)
    assert counter.keys_pressed == 2
    assert reprints(shop)[0]["receipt_number"] == "001-02-000002"
    assert not counter.window.side.panel_open
    assert counter.window.scan_field.line.hasFocus()


def test_an_earlier_receipt_is_found_by_its_amount_and_seen_before_it_is_printed(counter, shop):
    sell(counter, CABLE)
    total = counter.window.services.formatter.amount(counter.window.sale.completed.transaction.total_minor)
    for _ in range(3):
        sell(counter, HEADPHONES)
    panel = open_list(counter)
    paper = counter.window.functions.receipts.room.paper
    counter.until(lambda: "Wireless Headphones" in paper.accessibleDescription())
    counter.type(total)
    counter.until(lambda: [row.receipt_number for row in panel.rows] == ["001-02-000001"])
    counter.until(lambda: "USB-C Cable" in paper.accessibleDescription())
    assert paper.isVisible()
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: [one["receipt_number"] for one in reprints(shop)] == ["001-02-000001"])
    assert paper.isHidden()


def test_arrows_choose_and_a_touch_chooses(counter, shop):
    for code in (CABLE, HEADPHONES, CAMERA):
        sell(counter, code)
    panel = open_list(counter)
    counter.press(Qt.Key.Key_Down)
    assert panel.chosen.receipt_number == "001-02-000002"
    counter.click(next(row for row in panel._shown if row.row and row.row.receipt_number.endswith("1")))
    assert panel.chosen.receipt_number == "001-02-000001"
    counter.click(panel.print_button)
    counter.until(lambda: [one["receipt_number"] for one in reprints(shop)] == ["001-02-000001"])


def test_words_that_fit_no_receipt_say_so(counter, shop):
    sell(counter, CABLE)
    panel = open_list(counter)
    counter.type("77777")
    counter.until(lambda: not panel.rows)
    assert "No receipt here" in panel._empty
    assert not panel.print_button.isEnabled()
    counter.press(Qt.Key.Key_Return)
    assert reprints(shop) == []


def test_a_scan_of_goods_while_the_list_is_open_goes_to_the_basket(counter):
    sell(counter, CABLE)
    panel = open_list(counter)
    counter.scan(HEADPHONES)
    assert counter.names() == ["Wireless Headphones WH-7"]
    assert panel.isHidden()
    assert panel.line.text() == ""
    assert counter.window.functions.receipts.room.paper.isHidden()


def test_a_scan_of_a_receipt_while_the_list_is_open_finds_it(counter):
    first = sell(counter, CABLE)
    sell(counter, HEADPHONES)
    panel = open_list(counter)
    counter.scan(first.transaction.header.receipt_number)
    counter.until(lambda: [row.receipt_number for row in panel.rows] == ["001-02-000001"])
    counter.window.on_scan(qr_of(counter.window.services.receipts.desk.document("001-02-000002")))
    counter.until(lambda: [row.receipt_number for row in panel.rows] == ["001-02-000002"])


def test_escape_leaves_the_list(counter):
    sell(counter, CABLE)
    panel = open_list(counter)
    counter.press(Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert counter.window.scan_field.line.hasFocus()


def test_one_gift_receipt_for_each_item(counter, shop):
    sell(counter, CABLE, HEADPHONES)
    panel = open_list(counter)
    counter.click(panel.gift_button)
    counter.until(lambda: bool(counter.window.side.list_panel.rows))
    rows = {row.row.name: row for row in counter.window.side.list_panel.rows}
    assert list(rows) == ["All items on one", "One for each item", "USB-C Cable, 2 m", "Wireless Headphones WH-7"]
    counter.click(rows["One for each item"])
    counter.until(lambda: [one["document"] for one in reprints(shop)] == ["gift", "gift"])
    words = [str(job.document.blocks) for job in jobs(shop)[-2:]]
    assert ["USB-C Cable" in each for each in words] == [True, False]
    assert ["Wireless Headphones" in each for each in words] == [False, True]


# --- the customer's choice --------------------------------------------------------------------------------------------


@pytest.fixture
def asking(open_counter):
    return open_counter(UiShop(receipt=ReceiptTemplate(ask=True)))


def choice(counter, name):
    bar = counter.window.basket.complete_page.choices
    return next(button for button in bar.buttons if button.text() == name)


def receipt_job(counter):
    completed = counter.window.sale.completed
    return counter.shop.storage.state.print_jobs[completed.print_job_id]


def test_the_customer_is_asked_below_the_change(asking):
    sell(asking, CABLE)
    bar = asking.window.basket.complete_page.choices
    assert [button.text() for button in bar.buttons] == ["Print", "E-mail", "Both", "No receipt"]
    assert all(button.isVisible() and button.height() >= Height.TOUCH for button in bar.buttons)
    assert receipt_job(asking).state is PrintState.HELD
    asking.click(choice(asking, "Print"))
    asking.until(lambda: receipt_job(asking).state is PrintState.QUEUED)
    assert asking.window.basket.complete_page.choices is None


def test_the_next_scan_waits_for_nobodys_answer(asking):
    sell(asking, CABLE)
    job_id = asking.window.sale.completed.print_job_id
    asking.scan(HEADPHONES)
    assert asking.names() == ["Wireless Headphones WH-7"]
    held = asking.shop.storage.state.print_jobs
    asking.until(lambda: held[job_id].state is PrintState.QUEUED)


def test_no_receipt_prints_nothing(asking):
    sell(asking, CABLE)
    asking.click(choice(asking, "No receipt"))
    asking.until(lambda: receipt_job(asking).state is PrintState.CANCELLED)


def test_an_address_is_typed_once_and_read_back_masked(asking):
    sell(asking, CABLE)
    asking.click(choice(asking, "Both"))
    asking.type(ADDRESS)
    asking.press(Qt.Key.Key_Return)
    asking.until(lambda: asking.window.sale.toast is not None)
    assert asking.window.sale.toast.words == "Receipt goes to c••••@example.com"
    assert receipt_job(asking).state is PrintState.QUEUED
    assert [email.address for email in asking.shop.mail.emails.values()] == [ADDRESS]
    seen = [asking.window, *asking.window.findChildren(QWidget)]
    texts = [f"{w.accessibleName()} {w.accessibleDescription()} {getattr(w, 'text', str)()}" for w in seen]
    assert not any(ADDRESS in text for text in texts), "the whole address is nowhere after it was typed"


def test_an_address_with_a_mistake_is_asked_again_and_nothing_is_lost(asking):
    sell(asking, CABLE)
    asking.press(Qt.Key.Key_E, modifiers=CONTROL)
    asking.type("casey.example.com")
    asking.press(Qt.Key.Key_Return)
    room = asking.window.functions.receipts.room
    asking.until(lambda: "not an e-mail address" in room._email_panel.accessibleDescription())
    assert asking.shop.mail.emails == {}
    asking.type(ADDRESS)
    asking.press(Qt.Key.Key_Return)
    asking.until(lambda: len(asking.shop.mail.emails) == 1)


def test_a_members_receipt_goes_to_the_member_by_keyboard_alone(asking):
    asking.scan(CABLE)
    asking.window.services.selling.attach_member(ACCOUNT)
    asking.window.tender.pay_exact_cash()
    asking.press(Qt.Key.Key_E, modifiers=CONTROL)
    asking.press(Qt.Key.Key_Return)
    asking.until(lambda: len(asking.shop.mail.emails) == 1)
    (email,) = asking.shop.mail.emails.values()
    assert (email.member_id, email.address) == ("m-1", "")


def test_a_store_that_prints_offers_the_email_beside_the_paper(open_counter):
    counter = open_counter(UiShop(receipt=ReceiptTemplate(email=True)))
    sell(counter, CABLE)
    assert receipt_job(counter).state is PrintState.QUEUED
    bar = counter.window.basket.complete_page.choices
    assert [button.text() for button in bar.buttons] == ["E-mail the receipt"]


def test_a_store_that_asks_nothing_shows_the_change_alone(counter):
    sell(counter, CABLE)
    assert counter.window.basket.complete_page.choices is None


def test_what_became_of_the_emails_is_told_with_the_reason(counter, shop):
    sell(counter, CABLE)
    desk = counter.window.services.receipts.desk
    desk.email("001-02-000001", ADDRESS)
    desk.email("001-02-000001", "x@example.org")
    shop.mail.refused(next(iter(shop.mail.emails)), "The mail server refuses this address (550).")
    counter.window.functions.receipts.room.show_emails()
    counter.until(lambda: counter.window.basket.sheet_open)
    rows = [(row.left, row.detail) for row in counter.window.basket.sheet.page.rows]
    assert rows == [
        ("Waiting: x••••@example.org", ""),
        ("Not sent: c••••@example.com", "The mail server refuses this address (550)."),
    ]
    assert [email.state for email in desk.emails()] == [MailState.QUEUED, MailState.REFUSED]


# --- checking ---------------------------------------------------------------------------------------------------------


def test_the_qr_code_of_a_receipt_is_checked_wherever_it_is_scanned(counter):
    document = sell(counter, CABLE).document
    counter.scan(HEADPHONES)
    counter.window._device_scan(ScanEvent(qr_of(document), "]Q1", "scanner"))
    panel = counter.window.functions.receipts.checking.panel
    counter.until(lambda: panel.verdict is Verdict.GENUINE)
    assert counter.names() == ["Wireless Headphones WH-7"], "it is no article, and the sale stays"
    panel.begin()
    counter.scan(qr_of(document))
    counter.until(lambda: panel.verdict is Verdict.GENUINE)
    assert panel.line.text() == "", "a scanner that types does not type into the field"
    assert "Total" in panel.accessibleDescription()
    counter.scan(CAMERA)
    assert len(counter.names()) == 1, "while a receipt is being checked a scan is another receipt"
    counter.until(lambda: "no receipt code" in panel.accessibleDescription())
    counter.press(Qt.Key.Key_Escape)
    counter.scan(CAMERA)
    assert len(counter.names()) == 2


def test_a_typed_code_is_checked(counter):
    document = sell(counter, CABLE).document
    code = next(b.text for b in document.blocks if getattr(b, "text", "").startswith("Check ")).split()[-1]
    counter.window.functions.receipts.checking.open()
    panel = counter.window.functions.receipts.checking.panel
    counter.type(f"001-02-000001 {code.lower()}")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: panel.verdict is Verdict.GENUINE)
    panel.line.setText("001-02-000001 AAAA-AAAA-AAAA")
    counter.press(Qt.Key.Key_Return)
    counter.until(lambda: panel.verdict is Verdict.ALTERED)


# --- template, hostile names, themes ----------------------------------------------------------------------------------


def test_the_manager_looks_at_the_stores_receipts_without_selling(counter, shop):
    counter.window.functions.receipts.room.show_samples()
    paper = counter.window.functions.receipts.room.paper
    counter.until(lambda: "TOTAL" in paper.accessibleDescription())
    rows = {f"{row.row.name} {row.row.detail}": row for row in counter.window.side.list_panel.rows}
    counter.click(rows["Receipt German"])
    counter.until(lambda: "SUMME" in paper.accessibleDescription())
    assert shop.storage.state.entries == []
    counter.press(Qt.Key.Key_Escape)
    assert paper.isHidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_full_of_commands_are_shown_as_words(open_counter, theme):
    from dataclasses import replace

    shop = UiShop(receipt=ReceiptTemplate(ask=True))
    evil = "\x1b@<b>Bold</b>\u202e\n{0}" + "W" * 90
    shop.catalogue.items[CABLE] = replace(SHELF[CABLE], name=evil)
    counter = open_counter(shop, UiSettings(theme=theme, sounds=False))
    sell(counter, CABLE)
    open_list(counter)
    paper = counter.window.functions.receipts.room.paper
    counter.until(lambda: "Bold" in paper.accessibleDescription())
    counter.window.grab()
