"""Points that tills took without asking: taken once, a debt when there were none, counted for the store."""

from fakes.central_shop import OTHER_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, tender

from sync import contract


def pay_offline(journal: Journal, transaction_id: str, member_id: str, points: int, reference: str) -> None:
    paid = [tender(f"p-{transaction_id}", "points", points, points=points, reference=reference)]
    store_id = journal.terminal_id[:3]
    journal.sale(transaction_id, price_minor=points, points=0, member_id=member_id, tenders=paid, store_id=store_id)


def test_points_taken_offline_come_off_the_balance_when_the_sale_comes_in(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    journal = Journal()
    pay_offline(journal, "t1", member_id, 200, "offline-1")
    result = shop.upload(journal).results[0]
    assert (result.status, result.reason) == ("applied", "")
    assert shop.points() == 100
    exposure = shop.service.exposure("001")
    assert (exposure.offline_points, exposure.overdrawn_points, exposure.value_minor) == (200, 0, 0)


def test_what_two_stores_let_be_spent_of_one_balance_is_a_debt_of_the_second(shop: CentralShop) -> None:
    shop.service.load_terms(
        contract.Terms(
            terms_id="t",
            version=2,
            effective_from="2014-01-02T00:00:00Z",
            offline=contract.OfflineRedemption(allowed=True, store_budget_points=5_000),
        )
    )
    member_id = shop.member(points=300)
    here, there = Journal(TILL), Journal(OTHER_STORE_TILL)
    pay_offline(here, "t1", member_id, 300, "offline-1")
    pay_offline(there, "t2", member_id, 200, "offline-2")
    shop.upload(here)
    assert shop.upload(there).results[0].reason == "overdrawn"
    assert shop.points() == -200
    by_store = {one.store_id: (one.offline_points, one.overdrawn_points) for one in shop.service.exposures()}
    assert by_store == {"001": (300, 0), "002": (200, 200)}
    exposure = shop.service.exposure("002")
    assert (exposure.budget_points, exposure.value_minor) == (5_000, 200)


def test_the_same_reference_is_taken_once(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    journal, other = Journal(), Journal(OTHER_STORE_TILL)
    pay_offline(journal, "t1", member_id, 100, "offline-1")
    pay_offline(journal, "t2", member_id, 100, "offline-1")
    pay_offline(other, "t3", member_id, 100, "offline-1")
    assert [one.reason for one in shop.upload(journal).results] == ["", "offline_reference_repeated"]
    shop.upload(journal)
    assert shop.upload(other).results[0].reason == "offline_reference_repeated"
    assert shop.points() == 200


def test_what_was_long_ago_is_no_exposure_any_more(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    journal = Journal()
    pay_offline(journal, "t1", member_id, 100, "offline-1")
    shop.upload(journal)
    shop.pass_time(days=31)
    assert shop.service.exposure("001").offline_points == 0
    assert shop.service.exposures() == []
