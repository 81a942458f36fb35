"""Who may see and do what: every address of the back office, asked for by every role."""

import pytest
from fakes.central_shop import CentralShop
from fakes.office_client import OfficeClient, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync.central.backoffice.roles import PERMISSIONS, Permission, Role, may
from sync.central.backoffice.routes import ROUTES

NAMES = {
    "{member_id}": "no-such-member",
    "{adjustment_id}": "no-such-request",
    "{terminal_id}": "009-09",
    "{order_id}": "no-such-order",
    "{terms_id}": "standard",
    "{number}": "1",
    "{incarnation}": "first",
    "{sequence}": "1",
    "{entry_hash}": "0" * 64,
}


def path_of(path: str) -> str:
    for name, value in NAMES.items():
        path = path.replace(name, value)
    return path


def ask(client: OfficeClient, method: str, path: str) -> int:
    return client.open(path).status if method == "GET" else client.send(path).status


@pytest.mark.parametrize("role", list(Role))
def test_every_page_and_act_asks_for_the_role(shop: CentralShop, office_url: str, role: Role) -> None:
    client = signed_in(shop, office_url, role)
    for route in ROUTES:
        if route.path == "/office/sign-out":
            continue
        status = ask(client, route.method, path_of(route.path))
        allowed = may(role, route.permission)
        assert (status != 403) is allowed, f"{role} {route.method} {route.path}: {status}"
        assert status < 500, f"{role} {route.method} {route.path}: {status}"


@pytest.mark.parametrize("role", list(Role))
def test_the_menu_leads_nowhere_that_is_refused(shop: CentralShop, office_url: str, role: Role) -> None:
    client = signed_in(shop, office_url, role)
    links = {part.split('"')[0] for part in client.open("/office").source.split('href="')[1:]}
    pages = [link for link in links if link.startswith("/office") and "static" not in link]
    assert len(pages) >= 3
    assert {page: client.open(page).status for page in pages} == dict.fromkeys(pages, 200)


def test_what_no_role_has_is_refused() -> None:
    assert not any(may("owner", permission) for permission in Permission)  # type: ignore[arg-type]
    assert {permission for granted in PERMISSIONS.values() for permission in granted} == set(Permission)


def test_nobody_both_asks_for_and_sees_through_everything() -> None:
    """The four roles differ: customer service approves nothing, managers erase nobody, auditors change nothing."""
    assert not may(Role.CUSTOMER_SERVICE, Permission.APPROVE_ADJUSTMENTS)
    assert not may(Role.PROGRAMME_MANAGER, Permission.ERASE_MEMBERS)
    changes = {route.permission for route in ROUTES if route.method == "POST"}
    own = {Permission.OWN_ACCOUNT, Permission.SEE_MEMBERS}
    assert not [one for one in changes - own if may(Role.AUDITOR, one)]
    assert not may(Role.TECHNICIAN, Permission.SEE_MEMBERS)


def test_every_act_that_changes_something_is_written_down() -> None:
    """Only looking somebody up and publishing terms write the log themselves, when they know about what."""
    silent = {route.path for route in ROUTES if route.method == "POST" and not route.act}
    assert silent == {"/office/members", "/office/terms/new"}


def test_an_address_that_is_not_there_says_so(shop: CentralShop, office_url: str) -> None:
    assert signed_in(shop, office_url, "auditor").open("/office/nothing/here").status == 404
