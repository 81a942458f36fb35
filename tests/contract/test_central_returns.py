"""Goods that come back, whole sales reversed, goods shipped: what the ledger then says, whatever came in first."""

import itertools
from datetime import date
from typing import Any

import msgspec
import pytest
from fakes.central_shop import OTHER_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, line, returned_line, tender

from sync import contract


def refund(kind: str, of: str, amount_minor: int, points: int = 0) -> dict[str, Any]:
    return {
        "tender_type": kind,
        "amount_minor": amount_minor,
        "points": points,
        "original_tender_id": of,
        "reference": "",
    }


def test_of_two_sold_one_comes_back_and_half_the_points_go(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, lines=[line(1, 10_000, 100, quantity_milli=2000, unit_price_minor=5_000)])
    journal.returned("r1", "t1", returned_line(1), points_reversed=50)
    result = shop.upload(journal).results[1]
    assert (result.status, result.reason, result.member_id) == ("applied", "", member_id)
    assert (result.points, result.correction_points) == (-50, 0)
    assert shop.points() == 50
    assert shop.kinds(member_id) == {"earn_base": 100, "return": -50}


def test_points_paid_come_back_and_points_earned_go_when_everything_is_returned(shop: CentralShop) -> None:
    member_id = shop.member(points=200)
    hold = shop.hold("h1", member_id, 100)
    journal = Journal()
    paid = [tender("p1", "points", 100, points=100, reference=hold.hold_id)]
    journal.sale("sale-of-h1", price_minor=7_100, points=70, member_id=member_id, tenders=paid)
    shop.upload(journal)
    assert shop.points() == 170
    journal.returned("r1", "sale-of-h1", returned_line(1))
    assert shop.upload(journal).results[1].points == -70
    assert shop.points() == 200
    assert shop.balance().available_points == 200


def test_points_that_paid_go_back_to_their_lots_the_last_one_taken_first(shop: CentralShop) -> None:
    member_id = shop.member()
    shop.service.grant_points(
        "old", member_id, 60, pool="card", earned_on=date(2014, 5, 1), expires_on=date(2014, 12, 31)
    )
    shop.service.grant_points("new", member_id, 100, earned_on=date(2014, 5, 1))
    hold = shop.hold("h1", member_id, 100)
    journal = Journal()
    paid = [tender("p1", "points", 100, points=100, reference=hold.hold_id)]
    journal.sale("sale-of-h1", lines=[line(1, 5_000, 50), line(2, 5_000, 49)], member_id=member_id, tenders=paid)
    journal.returned("r1", "sale-of-h1", returned_line(2))
    shop.upload(journal)
    # 60 of the card's points and 40 of the store's had paid; half of the goods came back: 40 and 10 come back.
    restored = {one.pool: one.points for one in shop.service.movements(member_id) if one.kind == "restore"}
    assert restored == {"store": 40, "card": 10}
    assert {pool.pool: pool.points for pool in shop.balance().pools} == {"card": 10, "store": 60 + 40 + 50}


def test_the_last_part_takes_the_remainder(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, lines=[line(1, 10_000, 100, quantity_milli=3000, unit_price_minor=3_333)])
    for number in range(3):
        journal.returned(f"r{number}", "t1", returned_line(1))
    assert [one.points for one in shop.upload(journal).results] == [100, -33, -33, -34]
    assert shop.points() == 0


def test_what_came_back_already_is_not_taken_twice_and_somebody_is_told(shop: CentralShop) -> None:
    member_id = shop.member()
    journal, other = Journal(), Journal(OTHER_STORE_TILL)
    journal.sale("t1", member_id=member_id)
    journal.returned("r1", "t1", returned_line(1))
    other.returned("r2", "t1", returned_line(1), store_id="002")
    other.returned("r3", "t1", returned_line(9), store_id="002")
    shop.upload(journal)
    results = shop.upload(other).results
    assert [one.points for one in results] == [0, 0]
    assert all(one.status == "applied" and one.reason.startswith("surplus: ") for one in results)
    assert shop.points() == 0
    surplus = {(one.store_id, one.line_number, one.quantity_milli) for one in shop.service.surplus_returns()}
    assert surplus == {("002", 1, 1000), ("002", 9, 1000)}


def test_a_return_in_another_store_waits_for_its_sale(shop: CentralShop) -> None:
    member_id = shop.member(points=10)
    journal, other = Journal(), Journal(OTHER_STORE_TILL)
    journal.sale("t1", member_id=member_id)
    other.returned("r1", "t1", returned_line(1), store_id="002")
    result = shop.upload(other).results[0]
    assert (result.status, result.points) == ("applied", 0)
    assert result.reason.startswith("waiting: ")
    assert [(one.kind, one.sale, one.store_id) for one in shop.service.waiting_facts()] == []
    shop.pass_time(hours=1)
    assert [(one.kind, one.sale, one.store_id) for one in shop.service.waiting_facts()] == [("return", "t1", "002")]
    assert shop.points() == 10
    shop.upload(journal)
    assert shop.points() == 10
    assert shop.service.waiting_facts() == []


def test_with_only_the_paper_the_sale_and_the_line_are_found_by_receipt_and_code(shop: CentralShop) -> None:
    member_id = shop.member()
    journal, other = Journal(), Journal(OTHER_STORE_TILL)
    journal.sale("t1", member_id=member_id, lines=[line(1, 5_000, 50, code="111"), line(2, 3_000, 30, code="222")])
    other.returned("r1", "", returned_line(0, code="222"), store_id="002")
    shop.upload(other)
    assert shop.upload(journal).results[0].points == 80
    assert shop.points() == 50


def test_a_void_takes_all_that_is_still_open(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    hold = shop.hold("h1", member_id, 300)
    journal = Journal()
    paid = [tender("p1", "points", 300, points=300, reference=hold.hold_id)]
    sold = [line(1, 5_000, 49), line(2, 5_000, 48)]
    journal.sale("sale-of-h1", lines=sold, member_id=member_id, tenders=paid)
    journal.returned("r1", "sale-of-h1", returned_line(2))
    journal.voided("v1", "sale-of-h1", returned_line(1))
    journal.voided("v2", "sale-of-h1", returned_line(1), returned_line(2))
    results = shop.upload(journal).results
    assert [one.points for one in results] == [97, -48, -49, 0]
    assert results[2].reason == ""
    assert results[3].reason.startswith("surplus: ")
    assert shop.points() == 500


def test_what_was_earned_and_spent_becomes_a_debt_and_is_recovered(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    shop.upload(journal)
    hold = shop.hold("h1", member_id, 100)
    paid = [tender("p1", "points", 100, points=100, reference=hold.hold_id)]
    journal.sale("sale-of-h1", price_minor=100, points=0, member_id=member_id, tenders=paid)
    journal.returned("r1", "t1", returned_line(1))
    shop.upload(journal)
    assert shop.points() == -100
    assert shop.balance().available_points == 0
    journal.sale("t3", price_minor=15_000, member_id=member_id)
    shop.upload(journal)
    assert shop.points() == 50
    assert [pool.points for pool in shop.balance().pools] == [50]


def test_points_that_had_been_a_debt_pay_it_first(shop: CentralShop) -> None:
    member_id = shop.member(points=40)
    journal = Journal()
    paid = [tender("p1", "points", 100, points=100, reference="offline-1")]
    journal.sale("t1", price_minor=100, points=0, member_id=member_id, tenders=paid)
    journal.sale("t2", price_minor=2_000, member_id=member_id)
    shop.upload(journal)
    assert shop.points() == -40
    journal.returned("r1", "t1", returned_line(1))
    shop.upload(journal)
    assert shop.points() == 60
    assert [pool.points for pool in shop.balance().pools] == [60]


def test_a_gift_card_gets_back_what_it_paid_and_no_more(shop: CentralShop) -> None:
    shop.service.issue_gift_card("6006491234567890123", 2_000, "USD")
    request = contract.PlaceGiftCardHold(
        hold_id="g1", number="6006491234567890123", amount_minor=2_000, transaction_id="t1"
    )
    shop.service.place_gift_card_hold(TILL, request)
    journal = Journal()
    journal.sale("t1", price_minor=5_000, tenders=[tender("g", "gift_card", 2_000, reference="g1")])
    journal.returned("r1", "t1", returned_line(1), refunds=[refund("gift_card", "g", 2_000)])
    journal.returned("r2", "t1", returned_line(1), refunds=[refund("gift_card", "g", 2_000)])
    shop.upload(journal)
    assert shop.service.find_gift_card(contract.FindGiftCard(number="6006491234567890123")).balance_minor == 2_000


def test_a_return_that_was_only_practised_changes_nothing(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    journal.returned("r1", "t1", returned_line(1), training=True)
    assert shop.upload(journal).results[1].reason == "training"
    assert shop.points() == 100


def test_the_same_return_in_two_events_counts_once(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, lines=[line(1, 10_000, 100, quantity_milli=2000, unit_price_minor=5_000)])
    journal.returned("r1", "t1", returned_line(1))
    journal.append("return", msgspec.json.decode(journal.entries[1].payload), event_id="r1-again")
    results = shop.upload(journal).results
    assert [one.status for one in results] == ["applied", "applied", "quarantined"]
    assert results[2].reason.startswith("return_repeated: ")
    assert shop.points() == 50


@pytest.mark.parametrize("order", list(itertools.permutations(["join", "sale", "return", "ship"])))
def test_enrolment_sale_return_and_shipment_in_any_order(shop: CentralShop, order: tuple[str, ...]) -> None:
    journals = {
        "join": Journal("001-01"),
        "sale": Journal("001-02"),
        "return": Journal("002-01"),
        "ship": Journal("002-02"),
    }
    shop.let_in("002-02")
    journals["join"].joined("a@example.com", joined_at="2014-11-28T09:00:00-08:00")
    sold = [line(1, 6_000, 60), line(2, 3_000, 30, to_ship=True), line(3, 1_000, 10, to_ship=True)]
    journals["sale"].contacts["c9"] = "a@example.com"
    journals["sale"].sale("t1", lines=sold, contact_id="c9")
    journals["return"].returned("r1", "t1", returned_line(1), store_id="002")
    journals["ship"].shipped("t1", 2)
    for name in order:
        shop.upload(journals[name])
    member = shop.balance()
    assert (member.balance_points, member.pending_points) == (30, 10)


def test_points_of_goods_to_be_shipped_are_pending_until_they_are(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    sold = [line(1, 5_000, 50, to_ship=True), line(2, 2_000, 20, to_ship=True), line(3, 1_000, 10)]
    journal.sale("t1", lines=sold, member_id=member_id)
    result = shop.upload(journal).results[0]
    assert (result.points, result.correction_points) == (80, 0)
    assert (shop.points(), shop.balance().pending_points) == (10, 70)
    journal.shipped("t1", 1)
    journal.shipped("t1", 2, cancelled=True)
    assert [one.points for one in shop.upload(journal).results[1:]] == [0, -20]
    assert (shop.points(), shop.balance().pending_points) == (60, 0)
    # It was sent after all: the goods are with the customer.
    journal.shipped("t1", 2)
    shop.upload(journal)
    assert (shop.points(), shop.balance().pending_points) == (80, 0)


def test_goods_that_come_back_before_they_were_shipped_take_from_what_is_pending(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    sold = [line(1, 10_000, 100, quantity_milli=2000, unit_price_minor=5_000, to_ship=True)]
    journal.sale("t1", lines=sold, member_id=member_id)
    journal.returned("r1", "t1", returned_line(1), points_reversed=50)
    result = shop.upload(journal).results[1]
    assert (result.points, result.correction_points) == (-50, 0)
    assert (shop.points(), shop.balance().pending_points) == (0, 50)
    journal.shipped("t1", 1)
    shop.upload(journal)
    assert (shop.points(), shop.balance().pending_points) == (50, 0)


def test_a_sale_is_found_by_its_receipt_with_all_that_came_back(shop: CentralShop) -> None:
    journal, other = Journal(), Journal(OTHER_STORE_TILL)
    journal.sale("t1", lines=[line(1, 5_000, 50, quantity_milli=2000, unit_price_minor=2_500)])
    other.returned("r1", "t1", returned_line(1), store_id="002", ended_at="2014-11-30T12:00:00-08:00")
    journal.returned("r2", "t1", returned_line(1), ended_at="2014-11-29T12:00:00-08:00")
    shop.upload(journal)
    shop.upload(other)
    found = shop.service.find_sale(contract.FindSale(receipt_number="001-01-000001")).found
    assert found is not None
    assert bytes(found.sale) == journal.entries[0].payload
    assert [bytes(one) for one in found.returns] == [journal.entries[1].payload, other.entries[0].payload]
    assert shop.service.find_sale(contract.FindSale(receipt_number="001-01-000009")).found is None
