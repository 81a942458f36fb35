"""Points for joining: who gets them, how many get them, and what everybody else is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from fakes.central_databases import new_postgresql_database
from fakes.central_shop import OTHER_STORE_TILL, SAME_STORE_TILL, CentralShop
from fakes.central_till import Journal

from sync import contract, membership

OFFER = contract.EnrolmentOfferMessage(
    offer_id="welcome",
    points=250,
    cap=1_000,
    starts_at="2014-09-21T00:00:00-07:00",
    ends_at="2014-12-31T23:59:59-08:00",
    look_back_until="2014-09-21T00:00:00-07:00",
)


def put_on_offer(shop: CentralShop, version: int = 2, **changes: object) -> None:
    offer = contract.decode(contract.encode(OFFER), contract.EnrolmentOfferMessage)
    for name, value in changes.items():
        setattr(offer, name, value)
    effective_from = f"2014-01-0{version}T00:00:00-08:00"
    shop.service.load_terms(
        contract.Terms(terms_id="programme", version=version, effective_from=effective_from, enrolment_offers=[offer])
    )


def enrol(
    shop: CentralShop, email: str, event_id: str = "", joined_at: str = "2014-11-28T10:00:00-08:00"
) -> contract.MemberAnswer:
    request = contract.EnrolMember(
        event_id=event_id or f"join-{email}", email=email, marketing_consent=False, joined_at=joined_at
    )
    return shop.service.enrol_member(request)


def outcome(answer: contract.MemberAnswer) -> tuple[str, int]:
    assert answer.enrolment is not None
    return answer.enrolment.status, answer.enrolment.points


@pytest.fixture
def offering(shop: CentralShop) -> CentralShop:
    put_on_offer(shop)
    return shop


def test_whoever_joins_gets_the_points_at_once(offering: CentralShop) -> None:
    answer = enrol(offering, "a@example.com")
    assert outcome(answer) == ("granted", 250)
    assert answer.member is not None
    assert answer.member.balance_points == 250
    assert offering.kinds(answer.member.member_id) == {"enrolment": 250}


def test_the_same_enrolment_again_is_answered_alike_and_grants_once(offering: CentralShop) -> None:
    answers = [enrol(offering, "a@example.com", "e1") for _ in range(2)]
    assert [outcome(answer) for answer in answers] == [("granted", 250)] * 2
    journal = Journal()
    journal.joined("a@example.com", joined_at="2014-11-28T10:00:00-08:00")
    journal.entries.clear()
    payload = {"contact_id": "c1", "marketing_consent": False, "joined_at": "2014-11-28T10:00:00-08:00"}
    journal.append("member_enrolled", payload, event_id="e1")
    result = offering.upload(journal).results[0]
    assert (result.points, result.reason) == (250, "enrolment_granted: 250 points for joining")
    assert offering.points() == 250


def test_who_is_a_member_already_gets_nothing_for_joining_again(offering: CentralShop) -> None:
    enrol(offering, "a@example.com", "e1")
    answer = enrol(offering, "a@example.com", "e2")
    assert answer.already_member
    assert outcome(answer) == ("declined", 0)
    offering.member("old@example.com", joined_at="2014-01-01T12:00:00-08:00")
    assert outcome(enrol(offering, "old@example.com", "e3")) == ("none", 0)
    assert offering.points("old@example.com") == 0


@pytest.mark.parametrize(
    ("joined_at", "points"),
    [
        ("2014-09-20T23:59:59-07:00", 0),
        ("2014-09-21T00:00:00-07:00", 250),
        ("2014-12-31T23:59:00-08:00", 250),
        ("2015-01-01T00:00:00-08:00", 0),
    ],
)
def test_the_moment_of_joining_decides(offering: CentralShop, joined_at: str, points: int) -> None:
    assert outcome(enrol(offering, "a@example.com", joined_at=joined_at))[1] == points
    assert offering.points() == points


def test_an_offline_joining_is_judged_by_its_own_time_however_late_it_comes_in(offering: CentralShop) -> None:
    offering.pass_time(days=60)
    journal = Journal()
    journal.joined("in@example.com", "c1", joined_at="2014-12-31T23:30:00-08:00")
    journal.joined("late@example.com", "c2", joined_at="2015-01-01T00:30:00-08:00")
    results = offering.upload(journal).results
    assert [(one.points, one.reason) for one in results] == [
        (250, "enrolment_granted: 250 points for joining"),
        (0, ""),
    ]


def test_after_the_last_place_everybody_is_told_why_not(shop: CentralShop) -> None:
    put_on_offer(shop, cap=2)
    first = [outcome(enrol(shop, f"m{number}@example.com")) for number in range(2)]
    assert first == [("granted", 250)] * 2
    answer = enrol(shop, "m3@example.com")
    assert answer.enrolment is not None
    assert (answer.enrolment.status, answer.enrolment.reason) == ("declined", "The first 2 people have joined already.")
    journal = Journal()
    journal.joined("m4@example.com")
    assert shop.upload(journal).results[0].reason == "enrolment_declined: The first 2 people have joined already."
    assert [shop.points(f"m{number}@example.com") for number in (0, 1, 3, 4)] == [250, 250, 0, 0]


def test_the_sponsor_may_end_the_offer_early(shop: CentralShop) -> None:
    put_on_offer(shop)
    put_on_offer(shop, version=3, ended_at="2014-11-01T00:00:00-07:00")
    assert outcome(enrol(shop, "a@example.com", joined_at="2014-10-31T12:00:00-07:00")) == ("granted", 250)
    answer = enrol(shop, "b@example.com", joined_at="2014-11-01T12:00:00-07:00")
    assert outcome(answer) == ("declined", 0)


@pytest.mark.parametrize(("left_at", "granted"), [("2014-06-01", True), ("2014-07-01", False), ("2014-10-01", False)])
def test_who_was_a_member_shortly_before_gets_nothing(offering: CentralShop, left_at: str, granted: bool) -> None:
    member_id = offering.member("a@example.com")
    offering.clock.at = datetime.fromisoformat(f"{left_at}T12:00:00-07:00")
    offering.service.desk.leave(membership.LeaveProgramme(event_id="left", member_id=member_id))
    offering.clock.at += timedelta(days=150)
    answer = enrol(offering, "a@example.com", "again", "2014-11-28T10:00:00-08:00")
    assert outcome(answer) == (("granted", 250) if granted else ("declined", 0))


def test_two_tills_that_were_cut_off_tell_of_the_same_person_in_either_order(offering: CentralShop) -> None:
    inside, outside = Journal(SAME_STORE_TILL), Journal(OTHER_STORE_TILL)
    inside.joined("a@example.com", joined_at="2014-12-31T23:00:00-08:00")
    outside.joined("a@example.com", joined_at="2015-01-01T01:00:00-08:00")
    inside.joined("b@example.com", "c2", joined_at="2014-12-31T23:00:00-08:00")
    outside.joined("b@example.com", "c2", joined_at="2015-01-01T01:00:00-08:00")
    for journal, first, last in ((inside, 1, 1), (outside, 1, 2), (inside, 2, 2)):
        offering.upload(journal, first, last)
    assert [offering.points("a@example.com"), offering.points("b@example.com")] == [250, 250]


def test_of_1200_who_join_from_64_tills_at_once_exactly_1000_get_the_points(postgresql_url: str) -> None:
    shop = CentralShop(new_postgresql_database(postgresql_url))
    put_on_offer(shop)
    begin = threading.Barrier(64)

    def till(number: int) -> list[tuple[str, int]]:
        begin.wait()
        return [outcome(enrol(shop, f"m{number}@example.com")) for number in range(number, 1_200, 64)]

    with ThreadPoolExecutor(64) as pool:
        outcomes = [one for till_outcomes in pool.map(till, range(64)) for one in till_outcomes]
    assert len(outcomes) == 1_200
    assert outcomes.count(("granted", 250)) == 1_000
    assert outcomes.count(("declined", 0)) == 200
    assert sum(shop.points(f"m{number}@example.com") for number in range(1_200)) == 250_000
    assert shop.service.enrolments_granted("welcome") == 1_000
    shop.assert_proven()
    shop.service.close()
