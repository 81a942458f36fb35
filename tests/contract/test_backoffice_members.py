"""Customer service at work: find, see, show, adjust with a second person, merge, erase; and what the log says of it."""

from fakes.central_shop import TILL, CentralShop
from fakes.central_till import Journal, tender
from fakes.office_client import OfficeClient, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync import contract, membership
from sync.central.backoffice.resolving import masked

NASTY = "<script>alert('points')</script>"


def acts(shop: CentralShop, who: str = "") -> list[tuple[str, str]]:
    return [(one.act, one.outcome) for one in shop.service.office.log(who=who) if one.act != "signed_in"]


def find(client: OfficeClient, key: str) -> str:
    client.open("/office/members")
    return client.send("/office/members", key=key).goes_to


def test_a_member_is_found_by_the_whole_address_or_card_only(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 734)
    client = signed_in(shop, office_url, "customer_service")
    assert find(client, "  Customer@Example.com ") == f"/office/members/{member_id}"
    card = shop.balance("customer@example.com").card_number
    assert find(client, card) == f"/office/members/{member_id}"
    client.open("/office/members")
    for part in ("customer", "customer@example", "example.com", card[:-1], "somebody-else@example.com", "%", ""):
        assert client.send("/office/members", key=part).status in (404, 422), part
    subjects = {one.subject for one in shop.service.office.log() if one.act == "member_looked_up"}
    assert subjects == {member_id, "nobody"}


def test_the_page_of_a_member_is_masked_and_shows_every_movement(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 734)
    journal = Journal(TILL)
    journal.sale("t1", member_id=member_id)
    shop.upload(journal)
    client = signed_in(shop, office_url, "auditor")
    page = client.open(f"/office/members/{member_id}")
    assert "c••••@example.com" in page.text
    assert "customer@example.com" not in page.source
    assert shop.balance("customer@example.com").card_number not in page.source
    assert "834" in page.text
    assert "001-01-000001" in page.text
    assert "+100" in page.text
    assert "31 Mar 2015" in page.text
    assert acts(shop, "auditor-1") == [("member_seen", "")]


def test_with_the_linked_card_points_are_shown_to_last_longer(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 734)
    link = membership.LinkAccount(event_id="l", member_id=member_id, kind="credit_card", reference="4000 1234")
    shop.service.desk.link(link)
    text = signed_in(shop, office_url, "auditor").open(f"/office/members/{member_id}").text
    assert "31 Mar 2016" in text
    assert "Credit card since 28 Nov 2014" in text
    assert "4000" not in text


def test_showing_the_address_is_an_act_of_its_own_in_the_log(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com")
    client = signed_in(shop, office_url, "customer_service")
    client.open(f"/office/members/{member_id}")
    shown = client.send(f"/office/members/{member_id}/reveal")
    assert "customer@example.com" in shown.text
    assert shop.balance("customer@example.com").card_number in shown.text
    assert "customer@example.com" not in client.open(f"/office/members/{member_id}").source
    assert acts(shop)[1] == ("member_revealed", "")


def test_an_adjustment_takes_two_people(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 500)
    service = signed_in(shop, office_url, "customer_service")
    manager = signed_in(shop, office_url, "programme_manager")
    service.open(f"/office/members/{member_id}/adjust")
    asked = service.send(f"/office/members/{member_id}/adjust", points="+1,250", pool="store", reason=NASTY)
    assert asked.goes_to == f"/office/members/{member_id}?done=adjustment-requested"
    assert shop.points("customer@example.com") == 500
    assert "1 adjustment to decide" in service.open(asked.goes_to).text

    page = manager.open("/office/adjustments")
    assert NASTY not in page.source
    assert NASTY in page.text
    approve = page.source.split('action="')[2].split('"')[0]
    assert approve.endswith("/approve")
    assert manager.send(approve).goes_to == "/office/adjustments?done=adjustment-approved"
    assert shop.points("customer@example.com") == 1_750
    assert NASTY in service.open(f"/office/members/{member_id}").text
    assert NASTY not in service.open(f"/office/members/{member_id}").source
    assert ("adjustment_requested", "") in acts(shop, "customer-service-1")
    assert acts(shop, "programme-manager-1") == [("adjustment_approved", "")]


def test_nobody_approves_what_they_asked_for(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 500)
    manager = signed_in(shop, office_url, "programme_manager")
    manager.open(f"/office/members/{member_id}/adjust")
    manager.send(f"/office/members/{member_id}/adjust", points="-100", pool="store", reason="Taken back")
    (request,) = shop.service.care.open_adjustments()
    assert "/approve" not in manager.open("/office/adjustments").source
    refused = manager.send(f"/office/adjustments/{request.adjustment_id}/approve")
    assert (refused.status, "cannot approve it" in refused.text) == (403, True)
    assert acts(shop)[0] == ("adjustment_approved", "refused: same_person")
    taken_back = manager.send(f"/office/adjustments/{request.adjustment_id}/decline")
    assert taken_back.goes_to.endswith("adjustment-declined")
    other = signed_in(shop, office_url, "programme_manager", "manager-2")
    assert other.send(f"/office/adjustments/{request.adjustment_id}/approve").status == 409
    assert shop.points("customer@example.com") == 500


def test_a_request_says_beside_the_field_what_is_wrong(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com")
    client = signed_in(shop, office_url, "customer_service")
    client.open(f"/office/members/{member_id}/adjust")
    page = client.send(f"/office/members/{member_id}/adjust", points="1.5", pool="other", reason="for a@example.com")
    assert page.status == 422
    assert page.source.count('class="error"') == 3
    assert 'aria-describedby="points-hint points-error"' in page.source
    assert "without an e-mail address" in page.text
    assert 'value="1.5"' in page.source
    assert shop.service.care.open_adjustments() == []


def test_a_student_gets_the_students_segment(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com")
    client = signed_in(shop, office_url, "customer_service")
    client.open(f"/office/members/{member_id}")
    changed = client.send(f"/office/members/{member_id}/segment", segment="student")
    assert "Student" in client.open(changed.goes_to).text
    assert shop.balance("customer@example.com").segment == "student"
    assert shop.service.office.log(who="customer-service-1")[1].subject == f"{member_id} student"
    assert client.send(f"/office/members/{member_id}/segment", segment="royalty").status == 422


def test_a_merge_is_seen_before_it_is_done(shop: CentralShop, office_url: str) -> None:
    kept, ends = shop.member("kept@example.com", 500), shop.member("ends@example.com", 234)
    client = signed_in(shop, office_url, "customer_service")
    path = f"/office/members/{kept}/merge"
    client.open(path)
    assert client.send(path, key="nobody@example.com", reason="Same person").status == 404
    assert client.send(path, key="kept@example.com", reason="Same person").status == 409
    assert client.send(path, key="ends@example.com", reason="").status == 422
    shown = client.send(path, key="ends@example.com", reason="Same person")
    assert "734 points" in shown.text
    assert shop.points("kept@example.com") == 500
    hidden = {name: shown.field(name) for name in ("key", "reason", "other")}
    assert client.send(path, hidden, do="confirm").goes_to == f"/office/members/{kept}?done=merged"
    assert shop.points("ends@example.com") == shop.points("kept@example.com") == 734
    assert f'href="/office/members/{kept}"' in client.open(f"/office/members/{ends}").source
    assert [one.subject for one in shop.service.office.log() if one.act == "members_merged"] == [f"{kept} {ends}"]


def test_erasing_takes_the_typed_word_and_leaves_nobody(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com", 500)
    client = signed_in(shop, office_url, "customer_service")
    path = f"/office/members/{member_id}/erase"
    client.open(path)
    assert client.send(path, word="erase").status == 422
    assert shop.points("customer@example.com") == 500
    assert client.send(path, word="ERASE").goes_to == f"/office/members/{member_id}?done=erased"
    page = client.open(f"/office/members/{member_id}")
    assert "Erased" in page.text
    assert "••••" not in page.text
    assert find(client, "customer@example.com") == ""
    assert "example.com" not in repr(shop.service.office.log())


def test_reading_goes_on_past_the_first_page(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member("customer@example.com")
    journal = Journal(TILL)
    for number in range(60):
        journal.sale(f"t{number}", member_id=member_id)
    shop.upload(journal)
    client = signed_in(shop, office_url, "auditor")
    first = client.open(f"/office/members/{member_id}")
    assert first.source.count("001-01-000001") == 50
    assert 'href="?skip=50"' in first.source
    assert client.open(f"/office/members/{member_id}?skip=50").source.count("001-01-000001") == 10
    assert client.open(f"/office/members/{member_id}?skip=-1%27").status == 200


def test_names_of_a_hostile_member_do_no_harm(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member('"><img/src=x>@example.com'.replace("<", "").replace(">", "").replace('"', "'"))
    shop.service.grant_points("g", member_id, 5, earned_on=shop.clock.at.date(), reason=NASTY)
    page = signed_in(shop, office_url, "customer_service").open(f"/office/members/{member_id}")
    assert NASTY not in page.source
    assert NASTY in page.text
    for path in (f"/office/members/{NASTY}", f"/office?done={NASTY}", f"/office/log?who={NASTY}&subject={NASTY}"):
        path = path.replace("<", "%3C").replace(">", "%3E").replace("'", "%27")
        assert NASTY not in signed_in(shop, office_url, "auditor", f"auditor-{len(path)}").open(path).source


def test_an_address_typed_into_the_browsers_own_field_is_not_written_down(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "customer_service")
    assert client.open("/office/members/customer@example.com").status == 404
    assert shop.service.office.log()[0].subject == "?"


def test_masking_reaches_every_corner() -> None:
    payload = {"member": {"email": "a@b.example", "id": "m1"}, "lines": [{"name": "Cable for a@b.example"}], "n": 1}
    expected = {"member": {"email": "••••", "id": "m1"}, "lines": [{"name": "Cable for a••••@b.example"}], "n": 1}
    assert masked(payload) == expected


def test_the_first_page_adds_up(shop: CentralShop, office_url: str) -> None:
    shop.member("one@example.com", 1_200)
    shop.member("two@example.com", 34)
    shop.pass_time(minutes=16)
    text = signed_in(shop, office_url, "technician").open("/office").text
    assert "Members 2" in text
    assert "1,234 worth 12.34 USD" in text
    assert "3 late" in text


def test_debts_and_offline_points_are_seen_at_once(shop: CentralShop, office_url: str) -> None:
    member_id = shop.member()
    journal = Journal(TILL)
    paid = tender("p", "points", 500_000, 500_000, "offline-1")
    journal.sale("t1", price_minor=600_000, points=1_000, member_id=member_id, tenders=[paid])
    assert shop.upload(journal).results[0].status == "applied"
    text = signed_in(shop, office_url, "programme_manager").open("/office").text
    assert f"owe more than 100,000 points {member_id} 4" in text
    assert "Points used without a connection" in text
    assert "001 500,000 0 500,000 5,000.00 USD" in text


def test_the_log_of_one_member_is_found_by_the_id(shop: CentralShop, office_url: str) -> None:
    first, second = shop.member("one@example.com"), shop.member("two@example.com")
    auditor = signed_in(shop, office_url, "auditor")
    auditor.open(f"/office/members/{first}")
    auditor.open(f"/office/members/{second}")
    page = auditor.open(f"/office/log?subject={first}")
    assert first in page.source
    assert second not in page.source
    assert contract.FindMember(email="one@example.com").email not in page.source
