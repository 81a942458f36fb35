"""Points and gift cards set aside while a customer pays: never more than there is, nothing charged twice."""

import pytest
from fakes.at_once import at_once
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, tender

from sync import contract
from sync.central.errors import CentralError

CARD = "6006491234567890123"


def paid_with_points(journal: Journal, hold_id: str, member_id: str, points: int, price_minor: int = 10_000) -> None:
    """A sale of the hold's name, part of it paid with points; it earns on the rest."""
    paid = tender(hold_id, "points", points, points=points, reference=hold_id)
    earned = (price_minor - points) // 100
    journal.sale(f"sale-of-{hold_id}", price_minor=price_minor, points=earned, member_id=member_id, tenders=[paid])


def test_two_tills_want_the_same_points_and_one_is_told_at_once(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    tills = (TILL, OTHER_STORE_TILL)
    results = at_once(2, lambda index: shop.hold(f"h{index}", member_id, 100, tills[index]).state)
    assert sorted(map(str, results)) == ["held", "not_enough_points"]
    assert shop.balance().available_points == 0


def test_thirty_two_tills_redeem_one_balance_to_the_last_point(shop: CentralShop) -> None:
    member_id = shop.member(points=2_050)
    results = at_once(32, lambda index: shop.hold(f"h{index}", member_id, 100).state)
    assert results.count("held") == 20
    assert results.count("not_enough_points") == 12
    assert shop.balance().available_points == 50


def test_the_same_hold_asked_for_eight_times_at_once_is_one_hold(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    results = at_once(8, lambda index: shop.hold("h", member_id, 300).state)
    assert results == ["held"] * 8
    assert shop.balance().available_points == 200


def test_a_hold_id_never_stands_for_something_else(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    shop.hold("h", member_id, 300)
    with pytest.raises(CentralError, match="placed before"):
        shop.hold("h", member_id, 200)
    with pytest.raises(CentralError, match="placed before"):
        shop.hold("h", member_id, 300, OTHER_STORE_TILL)
    assert shop.balance().available_points == 200


def test_a_sale_captures_its_hold(shop: CentralShop) -> None:
    member_id = shop.member(points=1_000)
    shop.hold("h", member_id, 1_000)
    journal = Journal()
    paid_with_points(journal, "h", member_id, 1_000, price_minor=26_500)
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason, result.points) == ("applied", "", 255)
    member = shop.balance()
    assert (member.balance_points, member.available_points) == (255, 255)
    assert shop.hold("h", member_id, 1_000).state == "captured"


def test_start_200_earn_70_spend_100_leaves_170(shop: CentralShop) -> None:
    member_id = shop.member(points=200)
    shop.hold("h", member_id, 100)
    journal = Journal()
    paid_with_points(journal, "h", member_id, 100, price_minor=7_100)
    shop.upload(journal)
    assert shop.points() == 170


def test_what_is_released_can_be_spent_again(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    shop.hold("h1", member_id, 100)
    shop.service.release_hold(TILL, "h1")
    shop.service.release_hold(TILL, "h1")
    shop.service.release_hold(TILL, "never-heard-of")
    assert shop.hold("h2", member_id, 100).state == "held"
    assert shop.hold("h1", member_id, 100).state == "released"


def test_another_store_cannot_release_a_hold_and_another_till_of_the_store_can(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    shop.hold("h", member_id, 100)
    shop.service.release_hold(OTHER_STORE_TILL, "h")
    assert shop.balance().available_points == 0
    shop.service.release_hold(SAME_STORE_TILL, "h")
    assert shop.balance().available_points == 100


def test_a_hold_of_a_till_that_died_is_over_after_five_minutes_of_the_services_clock(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    shop.hold("h1", member_id, 100)
    shop.pass_time(minutes=4, seconds=59)
    with pytest.raises(CentralError, match="Only 0 points"):
        shop.hold("h2", member_id, 100)
    shop.pass_time(seconds=1)
    assert shop.hold("h2", member_id, 100).state == "held"


def test_the_sweep_gives_expired_holds_back(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    shop.hold("h", member_id, 100)
    gift_card_hold(shop, "g", 500)
    shop.pass_time(minutes=6)
    assert shop.service.sweep() == 2
    assert shop.service.sweep() == 0
    assert shop.balance().available_points == 100


def test_a_sale_that_comes_after_its_hold_is_over_still_takes_the_points(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    shop.hold("h", member_id, 300)
    shop.pass_time(minutes=6)
    shop.service.sweep()
    journal = Journal()
    paid_with_points(journal, "h", member_id, 300)
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason) == ("applied", "redeemed_without_hold")
    assert shop.points() == 500 - 300 + 97


def test_points_spent_twice_after_all_become_a_debt_that_later_sales_pay_back(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    shop.hold("h1", member_id, 300)
    shop.pass_time(minutes=6)
    shop.hold("h2", member_id, 300, OTHER_STORE_TILL)
    here, there = Journal(), Journal(OTHER_STORE_TILL)
    paid_with_points(here, "h1", member_id, 300, price_minor=300)
    there.sale(
        "sale-of-h2",
        price_minor=300,
        points=0,
        member_id=member_id,
        store_id="002",
        tenders=[tender("h2", "points", 300, points=300, reference="h2")],
    )
    assert shop.upload(there).results[0].reason == ""
    late = shop.upload(here).results[0]
    assert (late.status, late.reason) == ("applied", "overdrawn")
    member = shop.balance()
    assert (member.balance_points, member.available_points) == (-300, 0)
    assert [(pool.pool, pool.points) for pool in member.pools] == [("debt", -300)]
    here.sale("t2", price_minor=20_000, points=200, member_id=member_id)
    here.sale("t3", price_minor=25_000, points=250, member_id=member_id)
    shop.upload(here)
    member = shop.balance()
    assert member.balance_points == 150
    assert [(pool.pool, pool.points) for pool in member.pools] == [("store", 150)]
    assert shop.kinds(member_id)["debt_recovered"] == 0


def test_a_hold_captured_by_two_sales_is_charged_twice(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    shop.hold("h", member_id, 100)
    journal = Journal()
    paid_with_points(journal, "h", member_id, 100)
    journal.sale(
        "again", points=99, member_id=member_id, tenders=[tender("p2", "points", 100, points=100, reference="h")]
    )
    results = shop.upload(journal).results
    assert [one.reason for one in results] == ["", "redeemed_without_hold"]
    assert shop.points() == 500 - 200 + 99 + 99


def test_less_than_the_hold_may_be_captured_and_the_rest_is_free_again(shop: CentralShop) -> None:
    member_id = shop.member(points=500)
    shop.hold("h", member_id, 400)
    journal = Journal()
    paid_with_points(journal, "h", member_id, 100)
    shop.upload(journal)
    member = shop.balance()
    assert member.balance_points == member.available_points == 499


def test_the_soonest_to_expire_are_spent_first(shop: CentralShop) -> None:
    from datetime import date

    member_id = shop.member()
    for pool, points, year in (("partner", 100, 2015), ("store", 200, 2014), ("card", 300, 2015)):
        shop.service.grant_points(pool, member_id, points, pool=pool, earned_on=date(year, 1, 2))
    shop.hold("h", member_id, 300)
    journal = Journal()
    paid_with_points(journal, "h", member_id, 300, price_minor=300)
    shop.upload(journal)
    assert {pool.pool: pool.points for pool in shop.balance().pools} == {"card": 200, "partner": 100}


def test_nobody_holds_points_of_a_member_who_is_not_there(shop: CentralShop) -> None:
    with pytest.raises(CentralError) as refused:
        shop.hold("h", "nobody", 100)
    assert (refused.value.status, refused.value.code) == (404, "unknown_member")


def test_a_revoked_terminal_holds_nothing(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    assert shop.service.revoke_terminal(TILL)
    with pytest.raises(CentralError) as refused:
        shop.hold("h", member_id, 100)
    assert refused.value.status == 401


# --- gift cards -------------------------------------------------------------------------------------------------------


def gift_card_hold(
    shop: CentralShop, hold_id: str, amount_minor: int, terminal_id: str = TILL, number: str = CARD
) -> contract.GiftCardHoldAnswer:
    request = contract.PlaceGiftCardHold(
        hold_id=hold_id, number=number, amount_minor=amount_minor, transaction_id=f"sale-of-{hold_id}"
    )
    return shop.service.place_gift_card_hold(terminal_id, request)


def gift_card_balance(shop: CentralShop) -> int:
    return shop.service.find_gift_card(contract.FindGiftCard(number=CARD)).balance_minor


def paid_with_gift_card(journal: Journal, hold_id: str, amount_minor: int) -> None:
    paid = tender(hold_id, "gift_card", amount_minor, reference=hold_id)
    journal.sale(f"sale-of-{hold_id}", tenders=[paid])


def test_a_gift_card_pays_and_is_charged_once(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    assert gift_card_hold(shop, "g", 1_500).balance_minor == 500
    assert gift_card_balance(shop) == 500
    journal = Journal()
    paid_with_gift_card(journal, "g", 1_500)
    shop.upload(journal)
    shop.upload(journal)
    assert gift_card_balance(shop) == 500


def test_a_gift_card_gives_what_is_left_when_more_is_asked(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    answer = gift_card_hold(shop, "g", 5_000)
    assert (answer.amount_minor, answer.balance_minor, answer.state) == (2_000, 0, "held")
    assert gift_card_hold(shop, "g", 5_000) == answer
    with pytest.raises(CentralError, match="nothing left"):
        gift_card_hold(shop, "g2", 100)


def test_sixteen_tills_share_one_gift_card_to_the_last_cent(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_050, "USD")
    results = at_once(16, lambda index: gift_card_hold(shop, f"g{index}", 200).amount_minor)
    amounts = [result for result in results if isinstance(result, int)]
    assert sum(amounts) == 2_050
    assert results.count("gift_card_empty") == 5


def test_a_released_gift_card_hold_gives_the_money_back(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    gift_card_hold(shop, "g", 1_500)
    shop.service.release_hold(TILL, "g")
    shop.service.release_hold(TILL, "g")
    assert gift_card_balance(shop) == 2_000


def test_a_gift_card_is_charged_after_its_hold_is_over_too(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    gift_card_hold(shop, "g1", 1_500)
    shop.pass_time(minutes=6)
    gift_card_hold(shop, "g2", 2_000)
    journal = Journal()
    paid_with_gift_card(journal, "g2", 2_000)
    paid_with_gift_card(journal, "g1", 1_500)
    results = shop.upload(journal).results
    assert [one.status for one in results] == ["applied", "applied"]
    assert [one.reason for one in results] == ["", "gift_card_overdrawn"]
    assert gift_card_balance(shop) == 0


def test_a_sale_paid_with_a_card_nobody_issued_is_kept_with_a_remark(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, tenders=[tender("g", "gift_card", 500, reference="what")])
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason, result.points) == ("applied", "gift_card_unknown", 100)


def test_issuing_a_card_again_changes_nothing_and_never_its_amount(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    assert gift_card_balance(shop) == 2_000
    with pytest.raises(CentralError, match="issued before"):
        shop.service.issue_gift_card(CARD, 3_000, "USD")


def test_a_card_is_found_however_its_number_is_written(shop: CentralShop) -> None:
    shop.service.issue_gift_card(CARD, 2_000, "USD")
    spaced = contract.FindGiftCard(number="6006-4912-3456-7890-123")
    assert shop.service.find_gift_card(spaced).balance_minor == 2_000
    with pytest.raises(CentralError, match="no gift card"):
        shop.service.find_gift_card(contract.FindGiftCard(number="6006491234567890124"))
