"""Money put onto gift cards and store credit: once for each event, whatever the till believed, and never its number."""

from typing import Any

import pytest
from fakes.central_shop import OTHER_STORE_TILL, CentralShop
from fakes.central_till import Journal, line, returned_line, tender
from sqlalchemy import text

from sync import contract
from sync.central.errors import CentralError
from sync.central.loads import proven
from sync.central.terminals import Terminal
from sync.stored_value import HoldLoads, LoadsHeld, LoadStanding

CARD = "6006491234567890555"


def loaded(journal: Journal, load_id: str, number: str = CARD, **changes: Any) -> None:
    """One load of $50.00; the number goes along beside the journal."""
    journal.contacts[load_id] = number
    payload = {
        "contact_id": load_id,
        "kind": "activate",
        "amount_minor": 5_000,
        "currency_code": "USD",
        "last_four": number[-4:],
        "transaction_id": "",
        "line_number": 0,
        "operator_id": "101",
        "reason": "",
        "of_receipt": "",
    }
    journal.append("stored_value_loaded", payload | changes, event_id=load_id)


def balance(shop: CentralShop, number: str = CARD) -> int:
    return shop.service.find_gift_card(contract.FindGiftCard(number=number)).balance_minor


def test_a_card_that_was_sold_holds_its_money_once_however_often_it_is_sent(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1")
    assert shop.upload(journal).results[0].status == "applied"
    assert shop.upload(journal).results[0].status == "duplicate"
    assert balance(shop) == 5_000


def test_a_card_is_topped_up(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1")
    loaded(journal, "load-2", kind="top_up", amount_minor=1_000)
    results = shop.upload(journal).results
    assert [one.reason for one in results] == ["", ""]
    assert balance(shop) == 6_000


@pytest.mark.parametrize(
    ("first", "second", "remarks"),
    [
        ("activate", "activate", ["", "gift_card_known_before"]),
        ("top_up", "top_up", ["gift_card_not_known_before", ""]),
    ],
    ids=["sold twice", "never sold"],
)
def test_what_was_paid_for_is_loaded_also_when_the_till_was_wrong(
    shop: CentralShop, first: str, second: str, remarks: list[str]
) -> None:
    journal = Journal()
    loaded(journal, "load-1", kind=first)
    loaded(journal, "load-2", kind=second)
    assert [one.reason for one in shop.upload(journal).results] == remarks
    assert balance(shop) == 10_000


def test_store_credit_pays_in_another_store_and_is_charged_once(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1", number="992012345678901230", kind="store_credit", amount_minor=3_000)
    shop.upload(journal)
    request = contract.PlaceGiftCardHold(
        hold_id="h1", number="992012345678901230", amount_minor=5_000, transaction_id="t2"
    )
    hold = shop.service.place_gift_card_hold(OTHER_STORE_TILL, request)
    assert (hold.amount_minor, hold.balance_minor) == (3_000, 0)
    other = Journal(OTHER_STORE_TILL)
    paid = [tender("h1", "store_credit", 3_000, reference="h1")]
    other.sale("t2", price_minor=3_000, tenders=paid, store_id="002")
    result = shop.upload(other).results[0]
    assert (result.status, result.reason) == ("applied", "")
    assert balance(shop, "992012345678901230") == 0


def test_store_credit_that_paid_comes_back_with_the_goods(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1", kind="store_credit", amount_minor=3_000)
    journal.sale("t1", price_minor=3_000, tenders=[tender("h1", "store_credit", 3_000, reference="h1")])
    shop.upload(journal, 1, 1)
    request = contract.PlaceGiftCardHold(hold_id="h1", number=CARD, amount_minor=3_000, transaction_id="t1")
    shop.service.place_gift_card_hold("001-01", request)
    shop.upload(journal, 2)
    refund = {
        "tender_type": "store_credit",
        "amount_minor": 3_000,
        "points": 0,
        "original_tender_id": "h1",
        "reference": "h1",
    }
    journal.returned("r1", "t1", returned_line(1), refunds=[refund])
    shop.upload(journal, 3)
    assert balance(shop) == 3_000


def test_a_refund_to_a_new_slip_leaves_the_card_that_paid_alone(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 3_000, "USD")
    request = contract.PlaceGiftCardHold(hold_id="h1", number=CARD, amount_minor=3_000, transaction_id="t1")
    shop.service.place_gift_card_hold("001-01", request)
    journal = Journal()
    journal.sale("t1", price_minor=3_000, tenders=[tender("h1", "gift_card", 3_000, reference="h1")])
    slip = {"tender_type": "store_credit", "amount_minor": 3_000, "points": 0, "original_tender_id": "h1"}
    journal.returned("r1", "t1", returned_line(1), refunds=[slip])
    loaded(journal, "load-1", number="992012345678901230", kind="store_credit", amount_minor=3_000)
    assert [one.reason for one in shop.upload(journal).results] == ["", "", ""]
    assert balance(shop) == 0
    assert balance(shop, "992012345678901230") == 3_000


def test_a_gift_card_that_comes_back_as_goods_is_worth_nothing_any_more(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("t1", lines=[line(1, 5_000, 0, kind="gift_card")])
    loaded(journal, "load-1", transaction_id="t1", line_number=1)
    journal.returned("r1", "t1", returned_line(1))
    shop.upload(journal)
    assert balance(shop) == 0
    journal.returned("r2", "t1", returned_line(1))
    shop.upload(journal, 4)
    assert balance(shop) == 0


def test_what_a_sale_loaded_is_held_for_its_void_taken_once_or_set_free(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("t1", lines=[line(1, 5_000, 0, kind="gift_card")])
    loaded(journal, "load-1", transaction_id="t1", line_number=1)
    desk, till = shop.service.returns, Terminal("001-01", "001", "01", "active", b"")
    asked = HoldLoads(return_id="r1", transaction_id="t1", line_numbers=[1])
    assert desk.hold_loads(till, asked) == LoadsHeld(held=False, loads=[]), "the sale has not come in"
    shop.upload(journal)
    standing = LoadStanding(line_number=1, loaded_minor=5_000, left_minor=5_000)
    for _ in range(2):
        assert desk.hold_loads(till, asked) == LoadsHeld(held=True, loads=[standing])
        assert balance(shop) == 0
    desk.release(till, "r1")
    assert balance(shop) == 5_000
    again = HoldLoads(return_id="r2", transaction_id="t1", line_numbers=[1])
    assert desk.hold_loads(till, again).held
    journal.returned("r2", "t1", returned_line(1))
    shop.upload(journal, 3)
    assert balance(shop) == 0
    assert not desk.hold_loads(till, again).held, "it was taken"
    assert shop.service.verify().findings == ()


def test_a_load_without_its_number_waits_in_quarantine(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1")
    journal.contacts.clear()
    result = shop.upload(journal).results[0]
    assert result.status == "quarantined"
    assert result.reason.startswith("no_number")
    with pytest.raises(CentralError, match="no gift card"):
        balance(shop)


def test_a_card_of_another_currency_is_not_loaded(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 1_000, "EUR")
    journal = Journal()
    loaded(journal, "load-1")
    assert shop.upload(journal).results[0].reason.startswith("other_currency")
    assert balance(shop) == 1_000


def test_a_card_payment_that_was_given_back_is_on_record_and_moves_nothing(shop: CentralShop) -> None:
    journal = Journal()
    payload = {"transaction_id": "t1", "payment_id": "t1-card-1", "refund_payment_id": "t1-refund-2", "amount_minor": 1}
    journal.append("card_payment_reversed", payload, event_id="t1-refund-2")
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason) == ("applied", "")


def test_no_table_has_the_number(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1")
    shop.upload(journal)

    def everything(connection: Any) -> str:
        rows = []
        for name in ("event", "gift_card", "gift_card_entry", "gift_card_load", "event_key"):
            rows += [str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}"))]
        return " ".join(rows)

    assert CARD not in shop.service._run(everything)


def test_books_that_do_not_agree_with_a_load_are_found(shop: CentralShop) -> None:
    journal = Journal()
    loaded(journal, "load-1")
    shop.upload(journal)

    with shop.service._database.engine.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO gift_card_load (event_id, reference, kind, amount_minor, store_id, transaction_id, "
                "line_number, received_at) VALUES ('forged', 'gc-x', 'activate', 100, '001', '', 0, '')"
            )
        )
        findings = list(proven(connection))
        connection.rollback()
    assert findings == ["load forged: 100 minor units were loaded, 0 stand in the account"]
