"""Promotions published once, and promo codes that are used up: on both engines, whatever comes twice or late."""

from typing import Any

import pytest
from fakes.at_once import at_once
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, return_payload, returned_line, sale_payload
from sqlalchemy import text

from sync import promotions as wire
from sync.central.errors import CentralError

FIVE_OFF = {"id": "five", "kind": "amount", "amount": "5.00", "name": "Five off"}
ONCE = {"code": "ONCE", "promotion": "five", "uses": 1}
TWICE = {"code": "twice ", "promotion": "five", "uses": 2, "offline_up_to": "10.00"}
ANY = {"code": "ANY", "promotion": "five", "uses": 0}


def edition(version: int = 1, **changes: Any) -> wire.Edition:
    """An edition in force since long ago."""
    values: dict[str, Any] = {
        "document_id": "autumn",
        "version": version,
        "effective_from": "2014-11-01T00:00:00-07:00",
        "currency_code": "USD",
        "promotions": [FIVE_OFF],
        "promo_codes": [ONCE, TWICE, ANY],
    }
    return wire.Edition(**(values | changes))


@pytest.fixture
def promoted(shop: CentralShop) -> CentralShop:
    """A service that has published its promotions."""
    assert shop.service.promotions.publish(edition())
    return shop


def hold(shop: CentralShop, hold_id: str, code: str = "ONCE", terminal_id: str = TILL) -> wire.PromoCodeHoldAnswer:
    """One use set aside for the sale of the hold's name."""
    request = wire.PlacePromoCodeHold(
        hold_id=hold_id, code=code, transaction_id=f"sale-of-{hold_id}", promotions_id="autumn:1"
    )
    return shop.service.place_promo_code_hold(terminal_id, request)


def use(
    code: str = "ONCE", hold_id: str = "", *, off: int = 500, offline: bool = False, uses: int = 1
) -> dict[str, Any]:
    """What a sale says of a code."""
    return {
        "code": code,
        "promotion_id": "five",
        "reduction_minor": off,
        "hold_id": hold_id,
        "offline": offline,
        "uses": uses,
    }


def sell(journal: Journal, transaction_id: str, *uses: dict[str, Any], edition_id: str = "autumn:1") -> None:
    """A sale with these codes."""
    more = {"code_uses": list(uses), "promotions_id": edition_id, "promo_codes": [one["code"] for one in uses]}
    journal.append("sale", sale_payload(transaction_id, store_id=journal.terminal_id[:3]) | more)


def counted(shop: CentralShop, code: str = "ONCE") -> tuple[int, int, int]:
    """Used, held and used beyond the limit."""
    found = [one for one in shop.service.promotions.counts() if one.code == code]
    return (found[0].used, found[0].held, found[0].over_used) if found else (0, 0, 0)


# --- publishing -------------------------------------------------------------------------------------------------------


def test_an_edition_is_published_once_and_never_rewritten(promoted: CentralShop) -> None:
    assert not promoted.service.promotions.publish(edition())
    with pytest.raises(CentralError, match="new one"):
        promoted.service.promotions.publish(edition(promo_codes=[ONCE]))


def test_every_mistake_is_named_with_its_key(shop: CentralShop) -> None:
    wrong = edition(promotions=[FIVE_OFF | {"amount": 5}, {"id": "x", "kind": "free"}], promo_codes=[ONCE | {"use": 1}])
    with pytest.raises(CentralError) as refused:
        shop.service.promotions.publish(wrong)
    for key in ("promotions[0].amount", "promotions[1].kind", "promo_codes[0].use"):
        assert key in str(refused.value)


def test_tills_get_what_is_in_force_and_to_come_for_their_store(promoted: CentralShop) -> None:
    desk = promoted.service.promotions
    desk.publish(edition(2, effective_from="2014-11-15T00:00:00-08:00"))
    desk.publish(edition(3, effective_from="2014-12-24T00:00:00-08:00"))
    desk.publish(edition(4, effective_from="2014-12-26T00:00:00-08:00", stores=["002"]))
    assert [one.version for one in desk.for_terminal("001").editions] == [2, 3]
    assert [one.version for one in desk.for_terminal("002").editions] == [2, 3, 4]
    assert [one.version for one in desk.for_terminal("001", frozenset({"autumn:2"})).editions] == [3]


def test_a_new_edition_is_told_to_the_tills_with_their_next_upload(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("a")
    before = shop.upload(journal).terms_version
    shop.service.promotions.publish(edition())
    assert shop.upload(journal).terms_version != before


# --- holds ------------------------------------------------------------------------------------------------------------


def test_two_stores_want_the_last_use_and_one_is_told_at_once(promoted: CentralShop) -> None:
    tills = (TILL, OTHER_STORE_TILL)
    results = at_once(2, lambda index: hold(promoted, f"h{index}", terminal_id=tills[index]).state)
    assert sorted(map(str, results)) == ["held", "promo_code_used_up"]
    assert counted(promoted) == (0, 1, 0)


def test_the_same_hold_asked_for_again_is_one_hold(promoted: CentralShop) -> None:
    assert at_once(6, lambda index: hold(promoted, "h", "TWICE").state) == ["held"] * 6
    assert hold(promoted, "h", "twice").uses_left == 1
    with pytest.raises(CentralError, match="placed before"):
        hold(promoted, "h", "TWICE", OTHER_STORE_TILL)


def test_a_code_that_was_taken_out_of_a_sale_is_free_again(promoted: CentralShop) -> None:
    hold(promoted, "h")
    promoted.service.release_hold(OTHER_STORE_TILL, "h")
    assert counted(promoted) == (0, 1, 0)
    for _ in range(2):
        promoted.service.release_hold(TILL, "h")
    assert counted(promoted) == (0, 0, 0)
    assert hold(promoted, "next").state == "held"


def test_a_hold_that_nobody_released_ends_by_itself(promoted: CentralShop) -> None:
    hold(promoted, "h")
    promoted.pass_time(minutes=29)
    with pytest.raises(CentralError, match="as often as it may"):
        hold(promoted, "next")
    promoted.pass_time(minutes=2)
    assert hold(promoted, "next").state == "held"
    assert hold(promoted, "h").state == "expired"


def test_a_code_that_no_edition_has_is_refused(promoted: CentralShop) -> None:
    with pytest.raises(CentralError, match="no such promo code"):
        hold(promoted, "h", "NEVER")


def test_the_codes_of_a_stores_own_file_are_that_stores_alone(promoted: CentralShop) -> None:
    def own(hold_id: str, terminal_id: str) -> str:
        request = wire.PlacePromoCodeHold(
            hold_id=hold_id, code="own", transaction_id=f"sale-of-{hold_id}", promotions_id="store", uses=1
        )
        return promoted.service.place_promo_code_hold(terminal_id, request).state

    assert own("a", TILL) == own("b", OTHER_STORE_TILL) == "held"
    with pytest.raises(CentralError, match="as often as it may"):
        own("c", SAME_STORE_TILL)


# --- sales ------------------------------------------------------------------------------------------------------------


def test_a_sale_takes_its_use_exactly_once_however_often_it_comes(promoted: CentralShop) -> None:
    hold(promoted, "h")
    journal = Journal()
    sell(journal, "sale-of-h", use(hold_id="h"))
    assert [promoted.upload(journal).results[0].status for _ in range(3)] == ["applied", "duplicate", "duplicate"]
    assert counted(promoted) == (1, 0, 0)
    with pytest.raises(CentralError, match="as often as it may"):
        hold(promoted, "next")


def test_a_code_that_did_not_count_gives_its_use_back(promoted: CentralShop) -> None:
    hold(promoted, "h")
    journal = Journal()
    sell(journal, "sale-of-h", use(hold_id="h", off=0))
    promoted.upload(journal)
    assert counted(promoted) == (0, 0, 0)


def test_over_use_is_flagged_and_the_sale_stays_sold(promoted: CentralShop) -> None:
    hold(promoted, "h")
    offline, online = Journal(OTHER_STORE_TILL), Journal()
    sell(offline, "offline", use(offline=True))
    sell(online, "sale-of-h", use(hold_id="h"))
    first, second = promoted.upload(offline).results[0], promoted.upload(online).results[0]
    assert (first.status, first.reason) == ("applied", "")
    assert (second.status, second.reason) == ("applied", "promo_code_overused: ONCE")
    assert counted(promoted) == (2, 0, 1)


def test_a_hold_that_ended_before_its_sale_came_in_still_counts_the_use(promoted: CentralShop) -> None:
    hold(promoted, "h")
    promoted.pass_time(hours=1)
    promoted.service.sweep()
    journal = Journal()
    sell(journal, "sale-of-h", use(hold_id="h"))
    assert promoted.upload(journal).results[0].reason == ""
    assert counted(promoted) == (1, 0, 0)


def test_codes_without_a_limit_are_counted_all_the_same(promoted: CentralShop) -> None:
    journal = Journal()
    for number in range(3):
        sell(journal, f"sale-{number}", use("ANY", uses=0))
    assert {one.reason for one in promoted.upload(journal).results} == {""}
    assert counted(promoted, "ANY") == (3, 0, 0)


def test_three_tills_sell_with_one_code_at_once_and_every_sale_counts(promoted: CentralShop) -> None:
    journals = [Journal(terminal_id) for terminal_id in (TILL, SAME_STORE_TILL, OTHER_STORE_TILL)]
    for number, journal in enumerate(journals):
        for sale in range(5):
            sell(journal, f"s{number}-{sale}", use("TWICE", uses=2, offline=True), use("ANY", uses=0))
    at_once(3, lambda index: promoted.upload(journals[index]))
    assert counted(promoted, "TWICE") == (15, 0, 13)
    assert counted(promoted, "ANY") == (15, 0, 0)


def test_the_code_of_a_sale_that_was_voided_whole_may_be_used_again(promoted: CentralShop) -> None:
    hold(promoted, "h")
    journal = Journal()
    sell(journal, "sale-of-h", use(hold_id="h"))
    promoted.upload(journal)
    for number in range(2):
        voided = return_payload(f"void-{number}", "sale-of-h", [returned_line(1)], post_void=True)
        journal.append("post_void", voided, event_id=f"void-{number}")
        promoted.upload(journal)
    assert counted(promoted) == (0, 0, 0)
    assert hold(promoted, "next").state == "held"


def test_goods_that_come_back_do_not_bring_the_code_back(promoted: CentralShop) -> None:
    hold(promoted, "h")
    journal = Journal()
    sell(journal, "sale-of-h", use(hold_id="h"))
    journal.append("return", return_payload("back", "sale-of-h", [returned_line(1)]), event_id="back")
    promoted.upload(journal)
    assert counted(promoted) == (1, 0, 0)


def test_a_count_that_is_not_the_sum_of_its_sales_is_found(promoted: CentralShop) -> None:
    hold(promoted, "h")
    promoted.assert_proven()
    for column, said in (("used", "used 1 times, 0 sales"), ("held", "2 uses held, 1 holds open")):
        with promoted.service._database.engine.begin() as connection:
            connection.execute(text(f"UPDATE promo_code SET {column} = {column} + 1"))
        assert any(said in finding for finding in promoted.service.verify().findings)
        with promoted.service._database.engine.begin() as connection:
            connection.execute(text(f"UPDATE promo_code SET {column} = {column} - 1"))
