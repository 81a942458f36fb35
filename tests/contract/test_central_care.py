"""What customer service does: adjustments by two people, one account out of two, erasure, the day's digest."""

import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fakes.at_once import at_once
from fakes.central_shop import OTHER_STORE_TILL, TILL, CentralShop
from fakes.central_till import Journal, tender
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sync import contract, membership
from sync.central.errors import CentralError


def code(refused: pytest.ExceptionInfo[CentralError]) -> str:
    return refused.value.code


def sql(shop: CentralShop, statement: str, **values: object) -> int:
    """What somebody with access to the database does behind the service's back."""
    return shop.service._database.run(lambda connection: connection.execute(text(statement), values).rowcount)


# --- adjustments ------------------------------------------------------------------------------------------------------


def test_points_by_customer_service_take_two_people(shop: CentralShop) -> None:
    member_id = shop.member(points=100)
    request = shop.service.care.request_adjustment(member_id, 250, "the display model was broken", "clara")
    assert shop.points() == 100
    assert [one.reason for one in shop.service.care.open_adjustments()] == ["the display model was broken"]
    with pytest.raises(CentralError) as refused:
        shop.service.care.approve_adjustment(request, " Clara ")
    assert code(refused) == "same_person"
    for _ in range(2):
        assert shop.service.care.approve_adjustment(request, "ben").state == "approved"
    assert shop.points() == 350
    assert shop.service.care.open_adjustments() == []
    assert shop.kinds(member_id)["adjust"] == 250
    with pytest.raises(CentralError) as refused:
        shop.service.care.refuse_adjustment(request, "dora")
    assert code(refused) == "decided_before"


def test_two_who_approve_at_once_post_once(shop: CentralShop) -> None:
    request = shop.service.care.request_adjustment(shop.member(), 250, "goodwill", "clara")
    results = at_once(2, lambda index: shop.service.care.approve_adjustment(request, f"person-{index}").state)
    assert sorted(map(str, results)) == ["approved", "decided_before"]
    assert shop.points() == 250


def test_points_taken_beyond_the_balance_are_a_debt(shop: CentralShop) -> None:
    request = shop.service.care.request_adjustment(shop.member(points=100), -250, "credited to the wrong one", "clara")
    shop.service.care.approve_adjustment(request, "ben")
    assert shop.points() == -150


def test_a_refused_request_moves_nothing(shop: CentralShop) -> None:
    request = shop.service.care.request_adjustment(shop.member(), 250, "goodwill", "clara")
    assert shop.service.care.refuse_adjustment(request, "clara").state == "refused"
    with pytest.raises(CentralError):
        shop.service.care.approve_adjustment(request, "ben")
    assert shop.points() == 0


@pytest.mark.parametrize(
    ("points", "reason", "why"),
    [
        (0, "x", "bad_points"),
        (10**7, "x", "bad_points"),
        (5, " ", "reason_needed"),
        (5, "for jo@example.com", "address_in_reason"),
    ],
)
def test_a_request_says_how_much_and_why(shop: CentralShop, points: int, reason: str, why: str) -> None:
    with pytest.raises(CentralError) as refused:
        shop.service.care.request_adjustment(shop.member(), points, reason, "clara")
    assert code(refused) == why


# --- merge ------------------------------------------------------------------------------------------------------------


def test_two_accounts_become_one_with_all_lots(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com", 300), shop.member("b@example.com")
    shop.service.grant_points("x", gone, 70, pool="card", earned_on=date(2013, 5, 1))
    shop.service.grant_points("y", gone, 30, earned_on=date(2014, 5, 1))
    card = shop.balance("b@example.com").card_number
    for _ in range(2):
        assert shop.service.care.merge(kept, gone) == kept
    member = shop.balance("a@example.com")
    assert member.balance_points == 400
    assert {pool.pool: pool.points for pool in member.pools} == {"card": 70, "store": 330}
    assert shop.kinds(gone) == {"grant": 100, "merge_out": -100}
    assert shop.balance("b@example.com").member_id == kept  # the other address leads to the same member
    assert shop.service.find_member(contract.FindMember(card_number=card)).member == member
    assert shop.service.terms("001").forget_members == [gone]


def test_what_names_the_old_id_lands_on_the_account_that_goes_on(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com"), shop.member("b@example.com", 500)
    shop.hold("h", gone, 300)
    shop.service.care.merge(kept, gone)
    assert shop.balance().available_points == 200
    assert shop.hold("h", gone, 300).member_id == kept  # asked again by a till that knows the old id
    paid = tender("h", "points", 300, points=300, reference="h")
    journal = Journal()
    journal.sale("sale-of-h", price_minor=10_000, points=97, member_id=gone, tenders=[paid])
    journal.contacts["c1"] = "b@example.com"
    journal.sale("by-address", contact_id="c1")
    results = shop.upload(journal).results
    assert [(one.member_id, one.points) for one in results] == [(kept, 97), (kept, 100)]
    assert shop.points() == 200 + 97 + 100
    said = shop.service.desk.statement(membership.AskStatement(member_id=gone))
    assert said.member_id == kept


def test_a_debt_moves_and_is_recovered(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com", 300), shop.member("b@example.com")
    request = shop.service.care.request_adjustment(gone, -120, "mistake", "clara")
    shop.service.care.approve_adjustment(request, "ben")
    shop.service.care.merge(kept, gone)
    assert shop.points() == 180
    assert [pool.points for pool in shop.balance().pools] == [180]


def test_goods_of_a_merged_account_come_back(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com"), shop.member("b@example.com", 500)
    journal = Journal()
    shop.hold("h", gone, 500)
    paid = tender("h", "points", 500, points=500, reference="h")
    journal.sale("sale-of-h", price_minor=10_000, points=95, member_id=gone, tenders=[paid])
    shop.upload(journal)
    shop.service.care.merge(kept, gone)
    journal.voided("void", of="sale-of-h")
    assert shop.upload(journal).results[-1].status in ("applied", "duplicate")
    assert shop.points() == 500


def test_accounts_are_merged_along_a_line(shop: CentralShop) -> None:
    first, second, third = (shop.member(f"{name}@example.com", 10) for name in "abc")
    shop.service.care.merge(second, first)
    shop.service.care.merge(third, second)
    assert shop.balance("a@example.com").member_id == third
    assert shop.points("a@example.com") == 30
    shop.service.desk.leave(membership.LeaveProgramme(event_id="l", member_id=first))
    for name in "abc":
        assert shop.service.find_member(contract.FindMember(email=f"{name}@example.com")).member is None


def test_tills_spend_while_accounts_are_merged(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com", 1_000), shop.member("b@example.com", 1_000)

    def work(index: int) -> str:
        if index == 0:
            return shop.service.care.merge(kept, gone)
        return shop.hold(f"h{index}", gone if index % 2 else kept, 300, (TILL, OTHER_STORE_TILL)[index % 2]).state

    results = at_once(9, work)
    assert kept in results
    held = results.count("held")
    assert shop.balance().available_points == 2_000 - 300 * held


def test_nobody_is_merged_with_somebody_who_left(shop: CentralShop) -> None:
    kept, gone = shop.member("a@example.com"), shop.member("b@example.com")
    shop.service.desk.leave(membership.LeaveProgramme(event_id="l", member_id=gone))
    with pytest.raises(CentralError) as refused:
        shop.service.care.merge(kept, gone)
    assert code(refused) == "unknown_member"


# --- erasure ----------------------------------------------------------------------------------------------------------

ADDRESS = "erika.mustermann@example.com"


def test_an_erased_person_is_nowhere_and_the_books_balance(shop: CentralShop, tmp_path: Path) -> None:
    joined = shop.service.enrol_member(
        contract.EnrolMember(
            event_id="j", email=ADDRESS, marketing_consent=True, joined_at="2014-11-01T00:00:00Z", pin="4711"
        )
    ).member
    assert joined is not None
    member_id = joined.member_id
    link = membership.LinkAccount(event_id="l", member_id=member_id, kind="shopping", reference=ADDRESS)
    shop.service.desk.link(link)
    shop.service.desk.send_code(membership.SendCode(member_id=member_id))
    journal = Journal()
    journal.contacts["c1"] = ADDRESS
    journal.sale("early", contact_id="c1", ended_at="2014-10-01T00:00:00Z")
    journal.sale("t1", contact_id="c1")
    journal.append("of-a-later-version", {"to": ADDRESS})
    journal.append("sale", {"header": {"note": ADDRESS.upper()}}, event_id="broken")
    results = shop.upload(journal).results
    assert [one.status for one in results] == ["applied", "applied", "quarantined", "quarantined"]
    for _ in range(2):
        assert shop.service.care.erase(member_id) == member_id
    assert shop.kinds(member_id) == {"earn_base": 100, "forfeited": -100}
    assert shop.service.find_member(contract.FindMember(email=ADDRESS)).member is None
    assert shop.service.terms("001").forget_members == [member_id]
    shop.assert_proven()
    if shop.url.startswith("sqlite"):
        for file in tmp_path.glob("central.db*"):
            content = file.read_bytes().lower()
            assert ADDRESS.encode() not in content, file.name
            for key in (shop.vault.email_key(ADDRESS), joined.card_number.lower()):
                assert key.encode() not in content, file.name
    again = shop.upload(journal)  # the till repeats all of it
    assert [one.status for one in again.results] == ["duplicate", "duplicate", "quarantined", "quarantined"]
    assert shop.service.find_member(contract.FindMember(email=ADDRESS)).member is None


def test_the_joining_of_an_erased_person_does_not_come_back_with_late_news(shop: CentralShop) -> None:
    journal = Journal()
    journal.contacts["c1"] = ADDRESS
    payload = {"contact_id": "c1", "marketing_consent": False, "joined_at": "2014-11-28T09:00:00-08:00"}
    journal.append("member_enrolled", payload, event_id="j")
    joining = contract.EnrolMember(
        event_id="j", email=ADDRESS, marketing_consent=False, joined_at="2014-11-28T09:00:00-08:00"
    )
    member = shop.service.enrol_member(joining).member
    assert member is not None
    shop.service.care.erase(member.member_id)
    shop.upload(journal)
    assert shop.service.find_member(contract.FindMember(email=ADDRESS)).member is None


def test_who_left_can_be_erased_too(shop: CentralShop) -> None:
    member_id = shop.member(ADDRESS)
    shop.service.desk.leave(membership.LeaveProgramme(event_id="l", member_id=member_id))
    key = shop.vault.email_key(ADDRESS)
    assert sql(shop, "UPDATE former_member SET ended_by = ended_by WHERE email_key = :key", key=key) == 1
    shop.service.care.erase(member_id)
    assert sql(shop, "UPDATE former_member SET ended_by = ended_by WHERE email_key = :key", key=key) == 0


def test_quarantined_bytes_give_way_to_nothing_but_the_mark(shop: CentralShop) -> None:
    journal = Journal()
    journal.append("of-a-later-version", {"points": 5})
    journal.sale("t1")
    shop.upload(journal)
    for change in (
        "UPDATE event SET payload = :payload WHERE status = 'quarantined'",
        "UPDATE event SET reason = 'x', payload = :mark WHERE status = 'quarantined'",
        "UPDATE event SET payload = :mark WHERE status = 'applied'",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            sql(shop, change, payload=b"{}", mark=b'{"erased":true}')


# --- digests ----------------------------------------------------------------------------------------------------------


def test_a_day_has_one_digest_once_it_is_over(shop: CentralShop) -> None:
    shop.clock.at = datetime(2014, 11, 28, 23, 0, tzinfo=UTC)
    journal = Journal()
    journal.sale("t1", member_id=shop.member())
    shop.upload(journal)
    with pytest.raises(CentralError) as refused:
        shop.service.care.make_digest(date(2014, 11, 28))
    assert code(refused) == "day_not_over"
    shop.pass_time(hours=2)
    made = shop.service.care.make_digest()
    assert (made.day, made.entries, made.points) == ("2014-11-28", 1, 100)
    journal.sale("t2", member_id=shop.member())
    shop.upload(journal)
    assert shop.service.care.make_digest() == made
    shop.pass_time(days=1)
    following = shop.service.care.make_digest()
    assert (following.day, following.points, following.previous_digest) == ("2014-11-29", 100, made.digest)
    with pytest.raises(CentralError) as refused:
        shop.service.care.make_digest(date(2014, 11, 27))
    assert code(refused) == "day_passed"


def test_the_service_makes_yesterdays_digest_by_itself_and_logs_it(
    shop: CentralShop, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal()
    journal.sale("t1", member_id=shop.member())
    shop.upload(journal)
    shop.clock.at = datetime(2014, 11, 29, 0, 5, tzinfo=UTC)
    with caplog.at_level(logging.INFO):
        shop.service.care.make_due_digest()
        assert caplog.messages == []  # a transaction of yesterday may still be under way
        shop.pass_time(minutes=6)
        for _ in range(2):
            shop.service.care.make_due_digest()
    made = shop.service.care.make_digest()
    assert caplog.messages == [f"digest of 2014-11-28: {made.digest} over 1 entries"]


def test_an_edit_behind_the_services_back_is_noticed(central_database: str) -> None:
    shop = CentralShop(central_database)
    journal = Journal()
    journal.sale("t1", member_id=shop.member())
    shop.upload(journal)
    shop.pass_time(days=1)
    shop.service.care.make_digest()
    on = "" if central_database.startswith("sqlite") else " ON ledger"
    sql(shop, f"DROP TRIGGER ledger_no_update{on}")
    # All sums stay right: without the digest, nobody would notice.
    sql(shop, "UPDATE ledger SET reason = 'as agreed', store_id = '009'")
    findings = shop.service.verify().findings
    assert findings == ("digest of 2014-11-28: the ledger or a journal's head was changed afterwards",)
    sql(shop, "UPDATE ledger SET points = points + 5")
    sql(shop, "UPDATE lot SET remaining = remaining + 5")
    sql(shop, "UPDATE balance SET points = points + 5")
    assert any(
        "1 entries of 100 points were posted, there are 1 of 105" in one for one in shop.service.verify().findings
    )
    shop.service.close()
