"""The year's end: points expire at the right instant, once, and what is set aside or comes back is seen to."""

from datetime import date, datetime

import pytest
from fakes.central_shop import TILL, CentralShop
from fakes.central_till import Journal, returned_line, tender

from sync import contract, membership
from sync.central.errors import CentralError

MIDNIGHT = datetime.fromisoformat("2015-04-01T00:00:00-07:00")
"""In daylight saving time; the points were earned outside of it."""
BEFORE = datetime.fromisoformat("2015-03-31T23:59:59-07:00")


def test_points_of_a_year_can_be_used_to_the_end_of_march_in_the_programmes_zone(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    shop.service.grant_points("later", member_id, 40, earned_on=date(2015, 1, 2))
    shop.clock.at = BEFORE
    assert shop.service.expire().points == 0
    assert shop.points() == 340
    shop.clock.at = MIDNIGHT
    expired = shop.service.expire()
    assert (expired.members, expired.lots, expired.points) == (1, 1, 300)
    assert shop.points() == 40
    movement = [one for one in shop.service.movements(member_id) if one.kind == "expire"]
    assert [(one.points, one.occurred_at) for one in movement] == [(-300, "2015-04-01T07:00:00.000000Z")]


def test_it_happens_once_however_often_and_by_however_many_processes_it_is_run(shop: CentralShop) -> None:
    shop.member(points=300)
    shop.clock.at = MIDNIGHT
    assert [shop.service.expire().points for _ in range(3)] == [300, 0, 0]
    assert shop.points() == 0


def test_the_running_service_does_it_by_itself_when_the_day_begins(shop: CentralShop) -> None:
    shop.member(points=300)
    shop.clock.at = BEFORE
    shop.service.sweep()
    assert shop.points() == 300
    shop.clock.at = MIDNIGHT
    shop.service.sweep()
    assert shop.points() == 0


def test_a_dry_run_says_what_would_be_and_a_moment_to_come_is_refused(shop: CentralShop) -> None:
    shop.member(points=300)
    assert shop.service.expire(MIDNIGHT, dry_run=True).points == 300
    assert shop.points() == 300
    with pytest.raises(CentralError, match="still to come"):
        shop.service.expire(MIDNIGHT)


def test_with_the_linked_card_points_last_a_year_longer(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    link = membership.LinkAccount(event_id="l1", member_id=member_id, kind="credit_card", reference="4111-x")
    shop.service.desk.link(link)
    shop.clock.at = MIDNIGHT
    assert shop.service.expire().points == 0
    shop.clock.at = datetime.fromisoformat("2016-04-01T00:00:00-07:00")
    assert shop.service.expire().points == 300


def test_points_that_are_set_aside_stay_until_the_sale_is_over(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    shop.clock.at = BEFORE
    hold = shop.hold("h1", member_id, 100)
    shop.clock.at = MIDNIGHT
    assert shop.service.expire().points == 200
    journal = Journal()
    paid = [tender("p1", "points", 100, points=100, reference=hold.hold_id)]
    journal.sale("sale-of-h1", price_minor=100, points=0, member_id=member_id, tenders=paid)
    assert shop.upload(journal).results[0].reason == ""
    assert shop.points() == 0
    shop.pass_time(days=1)
    assert shop.service.expire().points == 0


def test_a_hold_that_comes_too_late_finds_nothing_even_before_the_daily_run(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    shop.clock.at = MIDNIGHT
    with pytest.raises(CentralError, match="Only 0 points"):
        shop.hold("h1", member_id, 100)


def test_what_comes_back_to_an_expired_lot_expires_again(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    hold = shop.hold("h1", member_id, 100)
    journal = Journal()
    paid = [tender("p1", "points", 100, points=100, reference=hold.hold_id)]
    journal.sale("sale-of-h1", price_minor=100, points=0, member_id=member_id, tenders=paid)
    shop.upload(journal)
    shop.clock.at = MIDNIGHT
    shop.service.grant_points("second", member_id, 5, earned_on=date(2014, 6, 1))
    assert shop.service.expire().points == 5
    journal.returned("r1", "sale-of-h1", returned_line(1), ended_at="2015-04-02T12:00:00-07:00")
    shop.pass_time(days=2)
    shop.upload(journal)
    assert shop.points() == 100
    assert shop.service.expire().points == 100
    assert shop.points() == 0


def test_the_statement_says_so_before(shop: CentralShop) -> None:
    member_id = shop.member(points=300)
    ask = membership.AskStatement(member_id=member_id)
    assert shop.service.desk.statement(ask).expiring == []
    shop.clock.at = datetime.fromisoformat("2015-03-02T12:00:00-08:00")
    expiring = [(one.points, one.expires_on) for one in shop.service.desk.statement(ask).expiring]
    assert expiring == [(300, "2015-03-31")]


def test_a_debt_never_expires(shop: CentralShop) -> None:
    member_id = shop.member()
    journal = Journal(TILL)
    paid = [tender("p1", "points", 100, points=100, reference="offline-1")]
    journal.sale("t1", price_minor=100, points=0, member_id=member_id, tenders=paid)
    shop.upload(journal)
    shop.clock.at = MIDNIGHT
    assert shop.service.expire().points == 0
    assert shop.points() == -100


def test_another_last_day_can_be_set_in_the_terms(shop: CentralShop) -> None:
    terms = contract.Terms(
        terms_id="other",
        version=2,
        effective_from="2014-01-02T00:00:00Z",
        expiry_month_day="06-30",
        time_zone="Asia/Tokyo",
    )
    shop.service.load_terms(terms)
    member_id = shop.member()
    journal = Journal()
    journal.sale("t1", member_id=member_id, terms=("other", 2))
    shop.upload(journal)
    shop.clock.at = datetime.fromisoformat("2015-06-30T23:59:59+09:00")
    assert shop.service.expire().points == 0
    shop.clock.at = datetime.fromisoformat("2015-07-01T00:00:00+09:00")
    assert shop.service.expire().points == 100
