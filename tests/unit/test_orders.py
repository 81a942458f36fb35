"""Orders that leave later: sent, picked up, or ordered specially with a deposit; every step once, whatever fails."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.order_till import ADDRESS, CABLE, GIFT_CARD, TV, faults, journal_text, kinds, open_till, person

from hardware.receipt_printer.text import receipt_text
from pos_app.bootstrap import Register
from pos_app.domain.basket import Discount
from pos_app.domain.orders import (
    OrderContact,
    OrderError,
    OrderKind,
    OrderRules,
    OrderState,
    checked_address,
    order_code,
    order_number_of,
)
from pos_app.domain.receipt_document import Barcode, ReceiptDocument, from_plain
from pos_app.domain.receipt_template import ReceiptTemplate
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult
from pos_app.services.tendering import CompletedSale


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Register]:
    opened = open_till(tmp_path)
    yield opened
    assert faults(opened) == []
    opened.close()


def pay(till: Register) -> CompletedSale:
    completed = till.tendering.add_cash(till.tendering.due_minor).completed
    assert completed is not None
    return completed


def shipped_sale(till: Register) -> CompletedSale:
    till.selling.add_item(TV)
    till.selling.add_item(CABLE)
    till.orders.ship([1], ADDRESS)
    return pay(till)


def deposit(till: Register, amount_minor: int = 20_000) -> str:
    till.selling.add_item(TV)
    till.orders.order_specially(person(), amount_minor)
    return pay(till).transaction.header.receipt_number


# --- sent to the customer ---------------------------------------------------------------------------------------------


def test_a_television_is_sent_with_its_delivery_fee_and_the_taxes_of_where_it_goes(till: Register) -> None:
    sale = shipped_sale(till).transaction
    television, cable = sale.lines
    assert (television.to_ship, cable.to_ship) == (True, False)
    assert [(fee.fee_id, fee.amount_minor) for fee in television.fees] == [("recycling", 600), ("delivery", 2_500)]
    assert {tax.tax_id: tax.tax_minor for tax in sale.taxes} == {"general": 83, "nj": 3_478}  # 6.625 % of 525.00
    assert sale.total_minor == 50_000 + 600 + 2_500 + 3_478 + 1_000 + 83
    assert sale.ship_region == "NJ"


def test_the_address_is_beside_the_journal_while_the_order_is_open_and_then_gone(till: Register) -> None:
    number = shipped_sale(till).transaction.header.receipt_number
    assert till.orders.contact(number) == ADDRESS
    till.orders.print_packing_slip(number)
    assert "Recipient" not in journal_text(till)
    assert till.orders.leave(number).state is OrderState.DONE
    assert till.orders.contact(number) is None
    documents = till.data.database.all("SELECT document FROM print_job")
    assert not [text for (text,) in documents if "Recipient" in text or "Example Street" in text]


def test_goods_that_were_sent_leave_once(till: Register) -> None:
    number = shipped_sale(till).transaction.header.receipt_number
    till.orders.leave(number)
    with pytest.raises(CashierError, match="is done already"):
        till.orders.leave(number)
    assert kinds(till).count("shipped") == 1
    assert till.orders.open_orders() == []


def test_delivery_is_charged_once_and_goes_when_the_goods_are_handed_over_after_all(till: Register) -> None:
    till.selling.add_item(TV)
    till.selling.add_item(CABLE)
    till.orders.ship([1, 2], ADDRESS)
    assert till.selling.view.priced.fees_minor == 600 + 2_500
    till.orders.ship([2], ADDRESS)
    assert [line.line.to_ship for line in till.selling.view.priced.lines] == [False, True]
    assert till.selling.view.priced.fees_minor == 600 + 2_500
    till.orders.hand_over_now()
    assert till.selling.view.priced.fees_minor == 600
    pay(till)
    assert till.orders.open_orders() == []
    assert "order_placed" not in kinds(till)


def test_an_undone_shipment_places_no_order(till: Register) -> None:
    till.selling.add_item(TV)
    till.orders.ship([1], ADDRESS)
    assert till.selling.undo()
    pay(till)
    assert till.orders.open_orders() == []


def test_a_sale_to_be_sent_survives_the_program_being_killed(tmp_path: Path) -> None:
    till = open_till(tmp_path)
    till.selling.add_item(TV)
    till.orders.ship([1], ADDRESS)
    total_minor = till.selling.view.priced.total_minor
    till.data.close()
    again = open_till(tmp_path)
    assert again.selling.view.priced.total_minor == total_minor
    number = pay(again).transaction.header.receipt_number
    assert again.orders.contact(number) == ADDRESS
    assert faults(again) == []
    again.close()


# --- picked up later --------------------------------------------------------------------------------------------------


def test_goods_are_paid_now_and_picked_up_later_with_a_slip(till: Register) -> None:
    till.selling.add_item(CABLE)
    till.orders.pick_up_later([1], person())
    sale = pay(till).transaction
    number = sale.header.receipt_number
    slips = [job for job in _papers(till) if job.title == f"Order {number}"]
    assert [block.data for block in slips[0].blocks if isinstance(block, Barcode)] == [order_code(number)]
    found = till.orders.find(order_code(number))
    assert found is not None
    assert found.kind is OrderKind.PICK_UP
    assert till.orders.mark_ready(number).state is OrderState.READY
    with pytest.raises(CashierError):
        till.orders.mark_ready(number)
    assert till.orders.leave(number).state is OrderState.DONE
    assert kinds(till)[-3:] == ["order_placed", "order_ready", "shipped"]


def test_an_order_of_which_everything_came_back_is_cancelled(till: Register) -> None:
    number = shipped_sale(till).transaction.header.receipt_number
    assert till.orders.settle_returned(number, {1: 1_000, 2: 1_000}) is None
    cancelled = till.orders.settle_returned(number, {1: 0, 2: 1_000})
    assert cancelled is not None
    assert cancelled.state is OrderState.CANCELLED


# --- special orders ---------------------------------------------------------------------------------------------------


def test_a_deposit_is_money_and_no_sale(till: Register) -> None:
    number = deposit(till)
    totals = till.data.storage.till_totals()
    assert (totals.cash_sales_minor, totals.sales_total_minor, totals.sale_count) == (20_000, 0, 0)
    assert kinds(till)[-1] == "deposit"
    assert till.data.storage.sale(number) is None
    order = till.orders.find(number)
    assert order is not None
    assert (order.deposit_minor, order.expected_total_minor) == (20_000, 54_725)


def test_a_special_order_is_sold_with_its_deposit_as_the_first_payment(till: Register) -> None:
    number = deposit(till)
    till.orders.ring_up(number)
    assert till.tendering.due_minor == 54_725 - 20_000
    sale = pay(till).transaction
    assert [tender.tender_type for tender in sale.tenders] == [TenderType.DEPOSIT, TenderType.CASH]
    assert till.orders.open_orders() == []
    totals = till.data.storage.till_totals()
    assert (totals.cash_sales_minor, totals.sales_total_minor, totals.sale_count) == (54_725, 54_725, 1)
    assert kinds(till)[-2:] == ["sale", "order_completed"]
    with pytest.raises(CashierError, match="is done"):
        till.orders.ring_up(number)


def test_the_goods_of_a_special_order_cost_no_more_than_was_promised(till: Register) -> None:
    till.selling.add_item(CABLE)
    till.selling.discount_line(1, Discount("Deal", percent_micro=500_000))
    till.orders.order_specially(person(), 541)
    number = pay(till).transaction.header.receipt_number
    till.orders.ring_up(number)
    assert till.tendering.due_minor == 0
    completed = till.tendering.complete_if_paid()
    assert completed is not None
    assert completed.transaction.total_minor == 541


def test_a_special_order_that_is_being_rung_up_goes_on_after_a_crash_and_can_be_left(tmp_path: Path) -> None:
    till = open_till(tmp_path)
    number = deposit(till)
    till.orders.ring_up(number)
    with pytest.raises(CashierError, match="being rung up"):
        till.orders.cancel_special(number, "changed mind")
    with pytest.raises(CashierError, match="belongs to this order"):
        till.tendering.remove_tender(till.selling.view.tenders[0].tender_id)
    till.data.close()
    again = open_till(tmp_path)
    assert again.tendering.due_minor == 54_725 - 20_000
    again.selling.cancel("customer left")
    assert [order.number for order in again.orders.open_orders()] == [number]
    assert faults(again) == []
    again.close()


def test_a_cancelled_special_order_gives_its_deposit_back_by_the_policy(till: Register) -> None:
    number = deposit(till)
    back = till.orders.cancel_special(number, "changed mind")
    assert (back.total_minor, back.kept_minor) == (15_000, 5_000)
    assert till.data.storage.till_totals().cash_sales_minor == 5_000
    assert till.orders.contact(number) is None
    with pytest.raises(CashierError, match="was cancelled"):
        till.orders.cancel_special(number, "again")


def test_a_deposit_paid_by_card_goes_back_to_the_card(till: Register) -> None:
    till.selling.add_item(TV)
    till.orders.order_specially(person(), 20_000)
    till.tendering.add_cash(5_000)
    till.tendering.add_card(CardResult(CardOutcome.APPROVED, 15_000, "A1", "Visa", "4242"))
    (order,) = till.orders.open_orders()
    back = till.orders.deposit_back(order.number)
    assert [(one.tender_type, one.amount_minor) for one in back.refunds] == [(TenderType.CARD, 15_000)]


def test_a_sale_paid_with_a_deposit_is_given_back_in_cash(till: Register) -> None:
    till.orders.ring_up(deposit(till))
    sale = pay(till).transaction
    original = till.returning.find_here(sale.header.receipt_number)
    assert original is not None
    returned = till.returning.post_void(original, "wrong colour").transaction
    assert {refund.tender_type for refund in returned.refunds} == {TenderType.CASH}
    assert till.data.storage.till_totals().cash_sales_minor == 0


def test_nothing_else_is_rung_up_with_a_deposit(till: Register) -> None:
    till.selling.add_item(TV)
    till.orders.order_specially(person(), 20_000)
    with pytest.raises(CashierError, match="deposit"):
        till.selling.add_item(CABLE)
    assert till.selling.undo()
    till.selling.add_item(CABLE)
    assert till.selling.view.priced.subtotal_minor == 51_000
    pay(till)
    assert kinds(till)[-1] == "sale"


def test_a_gift_card_is_sold_and_not_ordered(till: Register) -> None:
    till.selling.add_item(TV)
    till.selling.add_item(GIFT_CARD)
    with pytest.raises(CashierError, match="gift card"):
        till.orders.order_specially(person(), 20_000)
    assert len(till.selling.view.priced.lines) == 2


@pytest.mark.parametrize("amount_minor", [pytest.param(10_944, id="too-little"), pytest.param(54_726, id="too-much")])
def test_a_deposit_is_at_least_what_the_store_asks_and_at_most_the_order(till: Register, amount_minor: int) -> None:
    till.selling.add_item(TV)
    assert till.orders.least_deposit_minor() == 10_945
    with pytest.raises(CashierError, match="between"):
        till.orders.order_specially(person(), amount_minor)


def test_the_policy_rounds_and_never_asks_more_than_the_order() -> None:
    rules = OrderRules(200_000, 1_000, 100_000)
    assert [rules.least_deposit_minor(total) for total in (500, 4_000, 10_003)] == [500, 1_000, 2_001]
    assert rules.kept_minor(2_005) == 201


def test_the_papers_of_a_deposit_are_among_the_receipts_and_can_be_printed_again(till: Register) -> None:
    number = deposit(till)
    till.orders.cancel_special(number, "changed mind")
    back, paid = till.receipt_desk.find("", 10)
    assert (paid.kind, paid.receipt_number, paid.total_minor) == ("deposit", number, 20_000)
    assert (back.kind, back.total_minor, back.first_item) == ("deposit_refunded", 15_000, f"Order {number}")
    assert till.receipt_desk.reprint(number) == 1
    assert till.receipt_desk.document(back.receipt_number).title.startswith("Deposit back")


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "SPECIAL ORDER"), ("de", "BESTELLUNG"), ("es", "PEDIDO ESPECIAL"), ("fr", "COMMANDE")],
)
def test_papers_speak_the_language_of_the_receipts(tmp_path: Path, language: str, title: str) -> None:
    till = open_till(tmp_path, receipt=ReceiptTemplate(language=language))
    number = deposit(till)
    till.orders.cancel_special(number, "changed mind")
    printed = [receipt_text(document, 42) for document in _papers(till)]
    assert any(title in paper for paper in printed)
    assert all(len(line) <= 42 for paper in printed for line in paper.splitlines())
    till.close()


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"name": " "}, "name is missing", id="no-name"),
        pytest.param({"lines": ()}, "street", id="no-street"),
        pytest.param({"region": ""}, "state or province", id="no-state"),
        pytest.param({"postal_code": "8601"}, "no postal code of United States: it looks like 94103", id="short-zip"),
        pytest.param({"postal_code": "0860١"}, "no postal code", id="digits-of-another-script"),
        pytest.param({"country": "DE", "postal_code": "1011"}, "Germany", id="german-code"),
        pytest.param({"country": "XX"}, "does not ship to XX", id="unknown-country"),
        pytest.param({"name": "A\x1b[31m"}, "one line", id="control-characters"),
        pytest.param({"phone": "call me"}, "telephone", id="no-number"),
    ],
)
def test_an_address_that_no_carrier_would_take_says_what_is_wrong(changes: dict[str, object], words: str) -> None:
    with pytest.raises(OrderError, match=words):
        checked_address(replace(ADDRESS, **changes))


@pytest.mark.parametrize(
    ("country", "region", "postal_code"),
    [
        pytest.param("us", "nj", "08601-1234", id="zip-plus-four"),
        pytest.param("CA", "ON", "k1a 0b1", id="canada"),
        pytest.param("GB", "", "SW1A 1AA", id="united-kingdom"),
        pytest.param("DE", "", "10115", id="germany"),
    ],
)
def test_addresses_are_kept_as_carriers_write_them(country: str, region: str, postal_code: str) -> None:
    kept = checked_address(
        OrderContact("  Recipient  Example ", (" 1 Street ", ""), "Town", region, postal_code, country)
    )
    assert (kept.name, kept.lines, kept.country) == ("Recipient Example", ("1 Street",), country.upper())
    assert kept.postal_code == postal_code.upper()


def test_an_order_slip_is_told_from_a_receipt() -> None:
    assert order_number_of(order_code("001-02-000147")) == "001-02-000147"
    assert order_number_of("001-02-000147") == order_number_of("O-1") == ""


def _papers(till: Register) -> list[ReceiptDocument]:
    return [from_plain(json.loads(text)) for (text,) in till.data.database.all("SELECT document FROM print_job")]
