"""What tills ask before goods come back: never at two tills at once, found by what customers know, limits counted."""

import json

import pytest
from fakes.at_once import at_once
from fakes.central_shop import OTHER_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, line, returned_line, tender

from sync import returning
from sync.central.errors import CentralError
from sync.central.terminals import Terminal


def terminal(shop: CentralShop, terminal_id: str) -> Terminal:
    found = shop.service.find_terminal(terminal_id)
    assert found is not None
    return found


def reserve(shop: CentralShop, return_id: str, receipt: str, *pieces: tuple[int, int], at: str = TILL) -> str:
    """reserved, or the code of the refusal."""
    request = returning.ReserveReturn(
        return_id=return_id,
        receipt_number=receipt,
        pieces=[returning.ReturnPiece(line_number=number, quantity_milli=milli) for number, milli in pieces],
    )
    try:
        shop.service.returns.reserve(terminal(shop, at), request)
    except CentralError as error:
        return error.code
    return "reserved"


def sold(shop: CentralShop, **details: object) -> tuple[Journal, str]:
    """A sale that came in, and its receipt number."""
    journal = Journal()
    entry = journal.sale("t1", **details)
    shop.upload(journal)
    return journal, json.loads(entry.payload)["header"]["receipt_number"]


def test_two_tills_that_take_the_same_piece_back_at_once_are_one_return(shop: CentralShop) -> None:
    _, receipt = sold(shop)
    tills = (TILL, OTHER_STORE_TILL)
    answers = at_once(2, lambda index: reserve(shop, f"r{index}", receipt, (1, 1000), at=tills[index]))
    assert sorted(answers) == ["reserved", "returned_elsewhere"]


def test_the_same_question_again_changes_nothing(shop: CentralShop) -> None:
    _, receipt = sold(shop)
    assert [reserve(shop, "r1", receipt, (1, 1000)) for _ in range(3)] == ["reserved"] * 3


def test_two_pieces_of_two_are_for_two_tills_and_a_third_is_nobodys(shop: CentralShop) -> None:
    _, receipt = sold(shop, lines=[line(1, 10_000, 100, quantity_milli=2000, unit_price_minor=5_000)])
    answers = [reserve(shop, f"r{n}", receipt, (1, 1000)) for n in range(3)]
    assert answers == ["reserved", "reserved", "returned_elsewhere"]


def test_what_came_back_is_not_there_any_more(shop: CentralShop) -> None:
    journal, receipt = sold(shop)
    journal.returned("r1", "t1", returned_line(1))
    shop.upload(journal)
    assert reserve(shop, "r2", receipt, (1, 1000)) == "returned_elsewhere"


def test_a_reservation_counts_once_with_its_return_and_not_after_its_time(shop: CentralShop) -> None:
    journal, receipt = sold(shop, lines=[line(1, 10_000, 100, quantity_milli=2000, unit_price_minor=5_000)])
    assert reserve(shop, "r1", receipt, (1, 1000)) == "reserved"
    journal.returned("r1", "t1", returned_line(1))
    shop.upload(journal)
    assert reserve(shop, "r2", receipt, (1, 1000)) == "reserved"
    assert reserve(shop, "r3", receipt, (1, 1000)) == "returned_elsewhere"
    shop.pass_time(minutes=31)
    assert reserve(shop, "r3", receipt, (1, 1000)) == "reserved"


def test_a_return_that_is_not_made_gives_its_goods_free(shop: CentralShop) -> None:
    _, receipt = sold(shop)
    reserve(shop, "r1", receipt, (1, 1000))
    shop.service.returns.release(terminal(shop, OTHER_STORE_TILL), "r1")
    assert reserve(shop, "r2", receipt, (1, 1000)) == "returned_elsewhere"
    shop.service.returns.release(terminal(shop, TILL), "r1")
    assert reserve(shop, "r2", receipt, (1, 1000)) == "reserved"


def test_a_sale_that_has_not_come_in_can_be_returned_where_it_was_made(shop: CentralShop) -> None:
    assert reserve(shop, "r1", "001-01-000099", (1, 1000)) == "reserved"


def find(shop: CentralShop, **question: object) -> list[str]:
    found = shop.service.returns.find_sales(returning.FindSales(**question))
    return [f"{one.receipt_number} {one.total_minor} {', '.join(one.goods)}" for one in found.sales]


def test_sales_are_found_by_member_card_and_serial_number(shop: CentralShop) -> None:
    member_id = shop.member()
    paid = tender("p1", "card", 10_000)
    paid["description"] = "Visa •••• 4242"
    _, receipt = sold(
        shop,
        member_id=member_id,
        lines=[line(1, 10_000, 100, serial_number="SN-4711")],
        tenders=[paid],
    )
    expected = [f"{receipt} 10000 Wireless microphone"]
    assert find(shop, member_id=member_id) == expected
    assert find(shop, serial_number="SN-4711") == expected
    assert find(shop, card_last_four="4242", amount_minor=10_000) == expected
    assert find(shop, card_last_four="4242", amount_minor=9_999) == []
    assert find(shop, card_last_four="4242", business_day="2001-01-01") == []
    assert find(shop, card_last_four="1111") == []
    assert find(shop) == []


def without_receipt(journal: Journal, event_id: str, id_hash: str, total_minor: int) -> None:
    journal.append(
        "return_without_receipt",
        {
            "ended_at": "2014-11-28T10:00:00-08:00",
            "total_minor": total_minor,
            "identification": {"kind": "Passport", "last_four": "4567", "id_hash": id_hash},
        },
        event_id,
    )


def test_returns_without_a_receipt_are_counted_by_person_and_once(shop: CentralShop) -> None:
    journal = Journal()
    without_receipt(journal, "e1", "a" * 64, 1_000)
    without_receipt(journal, "e2", "a" * 64, 500)
    without_receipt(journal, "e3", "b" * 64, 700)
    assert [result.status for result in shop.upload(journal).results] == ["applied"] * 3
    shop.upload(journal)
    ask = returning.AskWithoutReceipt(id_hash="a" * 64, since_day="2014-11-01")
    answer = shop.service.returns.without_receipt(ask)
    assert (answer.returns, answer.total_minor) == (2, 1_500)
    later = returning.AskWithoutReceipt(id_hash="a" * 64, since_day="2014-12-01")
    assert shop.service.returns.without_receipt(later).returns == 0


def test_one_that_cannot_be_read_waits_in_quarantine(shop: CentralShop) -> None:
    journal = Journal()
    journal.append("return_without_receipt", {"ended_at": "yesterday"}, "e1")
    assert shop.upload(journal).results[0].status == "quarantined"


@pytest.mark.parametrize("kind", ["exchange", "store_credit"])
def test_refunds_into_other_goods_or_store_credit_take_the_points_of_the_goods_alike(
    shop: CentralShop, kind: str
) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id)
    refund = {"tender_type": kind, "amount_minor": 10_000, "points": 0, "original_tender_id": "x", "reference": ""}
    journal.returned("r1", "t1", returned_line(1), points_reversed=100, refunds=[refund])
    assert [result.status for result in shop.upload(journal).results] == ["applied", "applied"]
    assert shop.points() == 0
    shop.assert_proven()
