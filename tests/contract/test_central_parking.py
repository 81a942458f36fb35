"""Parked sales at the central service, on each engine: one till gets a sale, whatever is lost or asked twice."""

from datetime import timedelta

import pytest
from fakes.at_once import at_once
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from sqlalchemy import select

from sync import parking
from sync.central.errors import CentralError
from sync.central.parking import parked_sale

DOCUMENT = '{"everything":"the till wrote"}'


def terminal(shop: CentralShop, terminal_id: str):
    found = shop.service.find_terminal(terminal_id)
    assert found is not None
    return found


def offer(shop: CentralShop, parking_id: str = "p-1", terminal_id: str = TILL, hours: float = 24) -> None:
    now = shop.clock.now()
    summary = parking.ParkedSummary(
        parking_id=parking_id,
        receipt_number="001-01-000007",
        parked_at=now.isoformat(),
        operator_id="associate-1",
        operator_name="Associate",
        total_minor=12_345,
        item_count=3,
        member_name="Recipient",
        note="blue bag",
    )
    until = (now + timedelta(hours=hours)).isoformat()
    message = parking.OfferParked(summary=summary, document=DOCUMENT, expires_at=until)
    shop.service.parking.offer(terminal(shop, terminal_id), message)


def look(
    shop: CentralShop, terminal_id: str = TILL, *offered: str, settled: tuple[str, ...] = (), seconds: float = 60
) -> parking.ParkedList:
    until = (shop.clock.now() + timedelta(seconds=seconds)).isoformat()
    question = parking.LookParked(offered=list(offered), offered_until=until, settled=list(settled))
    return shop.service.parking.look(terminal(shop, terminal_id), question)


def take(shop: CentralShop, terminal_id: str, parking_id: str = "p-1") -> str:
    return shop.service.parking.take(terminal(shop, terminal_id), parking_id).document


def seen(shop: CentralShop, terminal_id: str) -> list[str]:
    return [each.summary.parking_id for each in look(shop, terminal_id).sales]


def test_a_sale_parked_at_one_till_is_listed_and_taken_at_another(shop: CentralShop) -> None:
    offer(shop)
    look(shop, TILL, "p-1")
    (found,) = look(shop, SAME_STORE_TILL).sales
    assert (found.terminal_id, found.summary.total_minor, found.summary.member_name) == (TILL, 12_345, "Recipient")
    assert take(shop, SAME_STORE_TILL) == DOCUMENT
    assert [(o.state, o.taken_by) for o in look(shop, TILL, "p-1").offers] == [("taken", SAME_STORE_TILL)]


def test_two_tills_recall_the_same_sale_and_one_gets_it(shop: CentralShop) -> None:
    shop.let_in("001-03")
    for number in range(8):
        offer(shop, f"p-{number}")
    look(shop, TILL, *(f"p-{number}" for number in range(8)))
    tills = (SAME_STORE_TILL, "001-03", TILL)
    for number in range(8):
        results = at_once(3, lambda index, n=number: take(shop, tills[index], f"p-{n}"))
        assert sorted(map(str, results)) == ["parked_taken", "parked_taken", DOCUMENT]


def test_a_lost_answer_is_asked_for_again_until_the_till_has_settled(shop: CentralShop) -> None:
    offer(shop)
    look(shop, TILL, "p-1")
    assert at_once(4, lambda index: take(shop, SAME_STORE_TILL)) == [DOCUMENT] * 4
    listed = look(shop, SAME_STORE_TILL)
    assert (listed.taken_here, listed.sales[0].taken_here) == (["p-1"], True)
    assert look(shop, SAME_STORE_TILL, settled=("p-1",)).taken_here == []
    with pytest.raises(CentralError, match="has this sale"):
        take(shop, SAME_STORE_TILL)
    assert [(o.state, o.taken_by) for o in look(shop, TILL, "p-1").offers] == [("ended", SAME_STORE_TILL)]


def test_nobody_takes_what_its_own_till_does_not_offer_any_more(shop: CentralShop) -> None:
    offer(shop)
    with pytest.raises(CentralError, match="own till has it"):
        take(shop, SAME_STORE_TILL)
    look(shop, TILL, "p-1")
    shop.pass_time(seconds=61)
    assert seen(shop, SAME_STORE_TILL) == []
    with pytest.raises(CentralError, match="own till has it"):
        take(shop, SAME_STORE_TILL)
    look(shop, TILL, "p-1")
    assert seen(shop, SAME_STORE_TILL) == ["p-1"]
    look(shop, TILL)
    assert seen(shop, SAME_STORE_TILL) == []
    assert take_refused(shop, SAME_STORE_TILL) == "parked_gone"


def take_refused(shop: CentralShop, terminal_id: str) -> str:
    with pytest.raises(CentralError) as refused:
        take(shop, terminal_id)
    return refused.value.code


def test_a_till_with_a_wrong_clock_cannot_offer_for_ever(shop: CentralShop) -> None:
    offer(shop)
    look(shop, TILL, "p-1", seconds=86_400)
    shop.pass_time(minutes=3)
    assert take_refused(shop, SAME_STORE_TILL) == "parked_gone"


def test_another_store_sees_and_takes_nothing(shop: CentralShop) -> None:
    offer(shop)
    look(shop, TILL, "p-1")
    assert seen(shop, OTHER_STORE_TILL) == []
    assert take_refused(shop, OTHER_STORE_TILL) == "parked_gone"
    with pytest.raises(CentralError, match="Another till"):
        offer(shop, terminal_id=OTHER_STORE_TILL)


def test_an_expired_sale_is_not_handed_out(shop: CentralShop) -> None:
    offer(shop, hours=1)
    shop.pass_time(minutes=59)
    look(shop, TILL, "p-1")
    assert seen(shop, SAME_STORE_TILL) == ["p-1"]
    shop.pass_time(minutes=2)
    look(shop, TILL, "p-1")
    assert seen(shop, SAME_STORE_TILL) == []


def test_what_was_withdrawn_can_be_offered_again_by_its_till_alone(shop: CentralShop) -> None:
    offer(shop)
    look(shop, TILL)
    assert [o.state for o in look(shop, TILL, "p-1").offers] == ["withdrawn"]
    offer(shop)
    look(shop, TILL, "p-1")
    assert take(shop, SAME_STORE_TILL) == DOCUMENT
    offer(shop)
    assert [o.state for o in look(shop, TILL, "p-1").offers] == ["taken"]


def test_names_and_goods_are_sealed_and_gone_when_the_sale_has_ended(shop: CentralShop) -> None:
    offer(shop)

    def row():
        return shop.service._database.read(lambda connection: connection.execute(select(parked_sale)).one())

    assert all(b"Recipient" not in bytes(str(value), "utf-8") for value in row())
    assert b"Recipient" not in row().sealed
    look(shop, TILL, "p-1")
    take(shop, SAME_STORE_TILL)
    look(shop, SAME_STORE_TILL, settled=("p-1",))
    assert (row().state, bytes(row().sealed)) == ("ended", b"")
    shop.pass_time(days=8)
    look(shop, SAME_STORE_TILL)
    assert shop.service._database.read(lambda connection: connection.execute(select(parked_sale)).all()) == []


def test_a_time_without_offset_is_refused(shop: CentralShop) -> None:
    question = parking.LookParked(offered=[], offered_until="2026-11-22T10:00:00", settled=[])
    with pytest.raises(CentralError, match="no offset"):
        shop.service.parking.look(terminal(shop, TILL), question)
