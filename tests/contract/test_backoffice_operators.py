"""Operators on the back office's pages: added, changed, suspended, with PINs, badges and codes for the telephone."""

import re

import pytest
from fakes.central_shop import CentralShop
from fakes.office_client import OfficeClient, OfficePage, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from pos_app.domain.operator import Operator, Role
from pos_app.domain.rights import Action
from pos_app.ports import BADGE_PREFIX

PAGE = "/office/operators"
MANAGER = Operator("manager-7", "Manager", Role.MANAGER)
NEW = {"operator": "associate-7", "name": "Associate", "number": "107", "role": "associate", "stores": "001"}
HOSTILE = '<b>"O\'Brien"</b> & {{ 7*7 }}'


@pytest.fixture
def manager(shop: CentralShop, office_url: str) -> OfficeClient:
    client = signed_in(shop, office_url, "programme_manager")
    client.open(PAGE)
    return client


def secret(page: OfficePage) -> str:
    found = re.search(r'class="secret" role="status">([^<]*)<', page.source)
    assert found is not None, page.text
    return found.group(1)


def delivered(shop: CentralShop, store_id: str = "001") -> list[str]:
    return [one.operator_id for one in shop.service.people.for_store(store_id).operators]


def acts(shop: CentralShop) -> list[tuple[str, str]]:
    return [(entry.act, entry.subject) for entry in shop.service.office.log() if "operator" in entry.act]


def test_who_is_added_gets_a_pin_that_is_shown_once(shop: CentralShop, manager: OfficeClient) -> None:
    page = manager.send(PAGE, NEW)
    pin = secret(page).replace(" ", "")
    assert (len(pin), pin.isdigit()) == (6, True)
    assert delivered(shop) == ["associate-7"]
    assert delivered(shop, "002") == []
    assert pin not in manager.open(f"{PAGE}/person?operator=associate-7").source.replace(" ", "")
    assert "107 Associate associate-7 Associate 001 set none Active" in manager.open(PAGE).text
    assert acts(shop) == [("operator_added", "associate-7 associate")]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": "10a"}, "An operator number has up to 8 digits."),
        ({"number": "307"}, "The number 307 belongs to manager-7."),
        ({"operator": "manager-7"}, "There is an operator manager-7 already."),
        ({"operator": "two words"}, "An id is one word of plain letters, such as associate-7."),
        ({"operator": ""}, "An id is one word of at most 40 characters, such as associate-7."),
        ({"name": "x" * 41}, "A name and an id are one line of at most 40 characters."),
        ({"role": "owner"}, "Choose a role."),
    ],
    ids=["letters", "number-taken", "id-taken", "two-words", "no-id", "long-name", "no-such-role"],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    shop: CentralShop, manager: OfficeClient, wrong: dict[str, str], sentence: str
) -> None:
    shop.service.people.add(MANAGER, "307", "864202")
    page = manager.send(PAGE, NEW | wrong)
    assert page.status in (409, 422)
    assert sentence in page.text
    assert 'value="001"' in page.source
    assert delivered(shop) == ["manager-7"]


def test_role_and_stores_change_and_pin_and_badge_stay(shop: CentralShop, manager: OfficeClient) -> None:
    manager.send(PAGE, NEW)
    (before,) = shop.service.people.for_store("001").operators
    answer = manager.send(f"{PAGE}/person", NEW | {"role": "supervisor", "stores": "001, 002"})
    assert answer.goes_to == f"{PAGE}/person?operator=associate-7&done=operator-changed"
    (after,) = shop.service.people.for_store("002").operators
    assert (after.role, after.pin_proof) == ("supervisor", before.pin_proof)
    manager.send(f"{PAGE}/person", NEW | {"role": "supervisor", "stores": "002 001"})
    text = manager.open(f"{PAGE}/person?operator=associate-7").text
    assert text.count("Name, number, role or stores changed programme-manager-1") == 1, "what is so is no change"


def test_another_pin_and_badge_are_shown_once_and_count(shop: CentralShop, manager: OfficeClient) -> None:
    manager.send(PAGE, NEW)
    (before,) = shop.service.people.for_store("001").operators
    secret(manager.send(f"{PAGE}/pin", operator="associate-7"))
    assert secret(manager.send(f"{PAGE}/badge", operator="associate-7")).startswith(BADGE_PREFIX)
    (after,) = shop.service.people.for_store("001").operators
    assert after.pin_proof != before.pin_proof
    assert after.badge_digest
    assert [act for act, _ in acts(shop)][:2] == ["operator_badge_made", "operator_pin_made"]


def test_who_is_suspended_is_delivered_nowhere_until_let_back_in(shop: CentralShop, manager: OfficeClient) -> None:
    manager.send(PAGE, NEW)
    (before,) = shop.service.people.for_store("001").operators
    manager.send(f"{PAGE}/suspend", operator="associate-7")
    assert delivered(shop) == []
    assert "Suspended" in manager.open(PAGE).text
    manager.send(f"{PAGE}/reinstate", operator="associate-7")
    assert shop.service.people.for_store("001").operators == [before]


def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(shop: CentralShop, manager: OfficeClient) -> None:
    shop.service.people.add(Operator("a/b?c&d#e%20", HOSTILE, Role.MANAGER), "307", "864202")
    for path in (PAGE, f"{PAGE}/person?operator=a/b%3Fc%26d%23e%2520", f"{PAGE}/phone"):
        page = manager.open(path)
        assert HOSTILE in page.text
        assert "<b>" not in page.source
    assert manager.send(f"{PAGE}/suspend", operator="a/b?c&d#e%20").status == 303
    assert manager.send(f"{PAGE}/suspend", operator="nobody").status == 404


def test_a_code_is_given_by_telephone_for_one_act_and_amount(shop: CentralShop, manager: OfficeClient) -> None:
    people = shop.service.people
    people.add(MANAGER, "307", "864202")
    asked = {"store": "001", "operator": "manager-7", "act": "discount", "amount": "50.00", "challenge": "1234 5678"}
    manager.open(f"{PAGE}/phone")
    code = secret(manager.send(f"{PAGE}/phone", asked))
    assert code.replace(" ", "") == people.phone_code("001", "manager-7", "12345678", Action.DISCOUNT, 5_000)
    entries = [(one.act, one.subject) for one in shop.service.office.log()]
    assert ("phone_code_given", "001 manager-7 discount") in entries


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"challenge": "123"}, "The number on the till's screen has 8 digits."),
        ({"amount": "much"}, "The amount is written as on the till's screen, such as 12.50."),
        ({"amount": "-1"}, "The amount has no minus."),
        ({"act": "fly"}, "Choose what is to be approved."),
        ({"store": "002"}, "Supervisor does not work in store 002."),
        ({"amount": "500.00"}, "may not approve this"),
        ({"operator": "nobody"}, "There is no operator nobody."),
    ],
    ids=["short", "no-amount", "minus", "no-act", "other-store", "beyond-the-limit", "nobody"],
)
def test_no_code_is_given_for_what_does_not_fit(
    shop: CentralShop, manager: OfficeClient, wrong: dict[str, str], sentence: str
) -> None:
    shop.service.people.add(Operator("supervisor-7", "Supervisor", Role.SUPERVISOR), "207", "864202", ["001"])
    asked = {"store": "001", "operator": "supervisor-7", "act": "discount", "amount": "50", "challenge": "12345678"}
    page = manager.send(f"{PAGE}/phone", asked | wrong)
    assert page.status >= 400
    assert sentence in page.text
    assert "Read this out" not in page.text
    assert shop.service.office.log()[0].outcome.startswith("refused")


def test_who_is_suspended_approves_nothing(shop: CentralShop, manager: OfficeClient) -> None:
    shop.service.people.add(MANAGER, "307", "864202")
    shop.service.people.suspend("manager-7", "programme-manager-1")
    asked = {"store": "001", "operator": "manager-7", "act": "discount", "challenge": "12345678"}
    assert "Manager is suspended." in manager.send(f"{PAGE}/phone", asked).text


def test_an_auditor_sees_and_changes_nothing(shop: CentralShop, office_url: str) -> None:
    shop.service.people.add(MANAGER, "307", "864202")
    client = signed_in(shop, office_url, "auditor")
    page = client.open(f"{PAGE}/person?operator=manager-7")
    assert "Manager" in page.text
    assert "Suspend" not in page.text
    assert "Add an operator" not in client.open(PAGE).text
    assert client.send(f"{PAGE}/suspend", operator="manager-7").status == 403
