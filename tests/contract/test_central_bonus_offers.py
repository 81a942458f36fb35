"""Bonus offers as the service recomputes them: fixed points, thresholds, and offers for some members only."""

from typing import Any

import pytest
from fakes.central_shop import CentralShop
from fakes.central_till import Journal, line, returned_line, sale_payload
from sqlalchemy import update

from sync import contract
from sync.central import tables

WINDOW: dict[str, Any] = {"starts_at": "2014-11-01T00:00:00-07:00", "ends_at": "2014-12-31T23:59:59-08:00"}
TERMS = ("programme", 2)


def offer(offer_id: str, **details: Any) -> contract.OfferMessage:
    return contract.OfferMessage(offer_id=offer_id, version=1, **(WINDOW | {"multiplier": 1} | details))


@pytest.fixture
def offering(shop: CentralShop) -> CentralShop:
    students = contract.OfferScopeMessage(segments=["student"])
    shop.service.load_terms(
        contract.Terms(
            terms_id="programme",
            version=2,
            effective_from="2014-01-02T00:00:00Z",
            offers=[
                offer("welcome-back", fixed_points=50, minimum_minor=10_000),
                offer("students", multiplier=3, scope=students),
            ],
        )
    )
    return shop


def sell(journal: Journal, transaction_id: str, member_id: str, bonus: int, segment: str = "consumer") -> None:
    payload = sale_payload(transaction_id, member_id=member_id, bonus=bonus, terms=TERMS)
    payload["points"]["segment"] = segment
    journal.append("sale", payload)


def make_student(shop: CentralShop, member_id: str) -> None:
    person = tables.person
    change = update(person).where(person.c.member_id == member_id).values(segment="student")
    with shop.service._database.engine.begin() as connection:
        connection.execute(change)


def test_fixed_points_come_once_per_sale_from_its_threshold(offering: CentralShop) -> None:
    member_id = offering.member()
    journal = Journal()
    journal.sale("t1", price_minor=10_000, points=100, bonus=50, member_id=member_id, terms=TERMS)
    journal.sale("t2", price_minor=9_999, points=99, bonus=50, member_id=member_id, terms=TERMS)
    results = offering.upload(journal).results
    assert [(one.points, one.correction_points) for one in results] == [(150, 0), (99, -50)]
    assert offering.kinds(member_id) == {"earn_base": 199, "earn_bonus": 100, "correction": -50}


def test_an_offer_for_students_is_for_members_who_are_students_here(offering: CentralShop) -> None:
    member_id = offering.member()
    journal = Journal()
    sell(journal, "t1", member_id, 250, "student")
    assert [(one.points, one.correction_points) for one in offering.upload(journal).results] == [(150, -200)]
    make_student(offering, member_id)
    sell(journal, "t2", member_id, 50)
    sell(journal, "t3", member_id, 250, "student")
    results = offering.upload(journal).results[1:]
    assert [(one.points, one.correction_points) for one in results] == [(350, 200), (350, 0)]


def test_what_a_corrected_line_earned_is_what_its_return_takes(offering: CentralShop) -> None:
    member_id = offering.member()
    journal = Journal()
    sell(journal, "t1", member_id, 250, "student")
    journal.returned("r1", "t1", returned_line(1), points_reversed=350)
    result = offering.upload(journal).results[1]
    assert (result.points, result.correction_points) == (-150, 200)
    assert offering.points() == 0


def test_a_sale_before_the_news_of_an_enrolment_is_computed_for_the_member_it_turns_out_to_be(
    offering: CentralShop,
) -> None:
    journal = Journal()
    journal.contacts["c9"] = "a@example.com"
    payload = sale_payload("t1", contact_id="c9", bonus=250, terms=TERMS, lines=[line(1, 10_000, 100, 250)])
    payload["points"]["segment"] = "student"
    journal.append("sale", payload)
    journal.returned("r1", "t1", returned_line(1, 500))
    journal.joined("a@example.com", joined_at="2014-11-28T09:00:00-08:00")
    offering.upload(journal)
    assert offering.points() == 75
