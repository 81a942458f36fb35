"""A new version of the terms: what is wrong with it is said in words, and what was sold is never priced anew."""

from datetime import datetime
from typing import Any

import pytest
from fakes.central_shop import CentralShop
from fakes.central_till import Journal, tender

from sync import contract
from sync.central.demo import seed_demo
from sync.central.errors import CentralError

GOOD: dict[str, Any] = {"terms_id": "programme", "version": 2, "effective_from": "2015-01-01T00:00:00-08:00"}
OFFER = contract.OfferMessage(
    offer_id="x", version=1, starts_at="2015-01-01T00:00:00Z", ends_at="2015-02-01T00:00:00Z", multiplier=5
)
JOINING = contract.EnrolmentOfferMessage(
    offer_id="w", points=250, cap=10, starts_at="2015-01-01T00:00:00Z", ends_at="2015-02-01T00:00:00Z"
)


def changed(message: contract.Message, **changes: Any) -> Any:
    copy = contract.decode(contract.encode(message), type(message))
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"effective_from": "tomorrow"}, "a time with an offset from which it is in force"),
        ({"effective_from": "2015-01-01T00:00:00"}, "a time with an offset from which it is in force"),
        ({"time_zone": "Mars/Olympus"}, "no time zone 'Mars/Olympus'"),
        ({"expiry_month_day": "02-29"}, "not every year has that day"),
        ({"expiry_month_day": "13-01"}, "not every year has that day"),
        ({"redeem_points": 0}, "points must be worth something"),
        ({"earn_points_per_unit": -1}, "cannot earn points below zero"),
        ({"offers": [OFFER, OFFER]}, "two offers 'x'"),
        ({"offers": [changed(OFFER, ends_at="2014-12-01T00:00:00Z")]}, "'x' ends before it begins"),
        ({"offers": [changed(OFFER, starts_at="soon")]}, "'x' needs a beginning and an end"),
        ({"offers": [changed(OFFER, multiplier=1)]}, "'x' gives nothing"),
        ({"enrolment_offers": [JOINING, JOINING]}, "two enrolment offers 'w'"),
        ({"enrolment_offers": [changed(JOINING, cap=-1)]}, "'w' has a number of people or days below zero"),
        ({"enrolment_offers": [changed(JOINING, ended_at="early")]}, "early end of the enrolment offer 'w'"),
    ],
)
def test_a_version_that_cannot_be_is_refused_with_the_reason(
    shop: CentralShop, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(CentralError) as refused:
        shop.service.load_terms(contract.Terms(**(GOOD | changes)))
    assert words in refused.value.message
    assert len(shop.service.terms().terms) == 1


def test_everything_that_is_wrong_is_said_at_once(shop: CentralShop) -> None:
    wrong = contract.Terms(**(GOOD | {"time_zone": "X", "expiry_month_day": "02-30", "offers": [OFFER, OFFER]}))
    with pytest.raises(CentralError) as refused:
        shop.service.load_terms(wrong)
    assert all(words in refused.value.message for words in ("time zone", "expire", "two offers"))


def test_offers_may_overlap_and_versions_to_come_are_listed(shop: CentralShop) -> None:
    terms = contract.Terms(**GOOD, offers=[OFFER, changed(OFFER, offer_id="y")], enrolment_offers=[JOINING])
    assert shop.service.load_terms(terms)
    assert [one.version for one in shop.service.terms().terms] == [1, 2]


def test_no_version_comes_into_force_before_sales_that_were_made_without_it(shop: CentralShop) -> None:
    journal = Journal()
    journal.sale("t1", ended_at="2014-11-28T10:05:00-08:00")
    shop.upload(journal)
    with pytest.raises(CentralError, match="later than now"):
        shop.service.load_terms(contract.Terms(**(GOOD | {"effective_from": "2014-11-28T10:00:00-08:00"})))
    assert shop.service.load_terms(contract.Terms(**(GOOD | {"effective_from": "2014-11-28T10:06:00-08:00"})))


def test_who_owes_more_than_the_terms_say_is_reported(shop: CentralShop) -> None:
    shop.service.load_terms(
        contract.Terms(**(GOOD | {"effective_from": "2014-01-02T00:00:00Z"}), largest_debt_points=150)
    )
    journal = Journal()
    member_ids = [shop.member(f"m{number}@example.com") for number in range(3)]
    for number, (member_id, points) in enumerate(zip(member_ids, (100, 200, 300), strict=True)):
        paid = [tender(f"p{number}", "points", points, points=points, reference=f"offline-{number}")]
        journal.sale(f"t{number}", price_minor=points, points=0, member_id=member_id, tenders=paid)
    shop.upload(journal)
    debts = [(one.member_id, one.owed_points) for one in shop.service.large_debts()]
    assert debts == [(member_ids[2], 300), (member_ids[1], 200)]


def test_the_demo_goes_on_in_a_new_year_in_which_somebody_has_bought_already(shop: CentralShop) -> None:
    seed_demo(shop.service)
    journal = Journal()
    journal.sale("t1", ended_at="2015-01-02T10:00:00-08:00", terms=("sample-programme", 2014), points=100)
    shop.upload(journal)
    shop.clock.at = datetime.fromisoformat("2015-01-03T09:00:00-08:00")
    for _ in range(2):
        seed_demo(shop.service)
    assert [one.version for one in shop.service.terms().terms] == [1, 2014, 2015]
