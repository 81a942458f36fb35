"""Who gets into the back office, who is locked out, and what every page carries."""

import re

import pytest
from fakes.central_shop import CentralShop
from fakes.office_client import PASSWORD, SIGN_IN, OfficeClient, add_user, code_for, signed_in
from fakes.office_shop import central_database as central_database
from fakes.office_shop import office_url as office_url

from sync.central.backoffice import totp
from sync.central.backoffice.office import IDLE_TIME, LONGEST_SESSION, REFUSED
from sync.central.backoffice.web import TRIES_AT_ONCE
from sync.central.errors import CentralError


def try_in(client: OfficeClient, name: str, password: str, code: str) -> tuple[int, str]:
    client.open(SIGN_IN)
    answer = client.send(SIGN_IN, name=name, password=password, code=code)
    return answer.status, answer.text


def test_codes_are_those_of_the_rfc() -> None:
    """The published table, SHA-1, its last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    published = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}
    assert {at: totp.code_at(secret, totp.step_of(at)) for at in published} == published
    assert totp.matching_step(secret, "287 082", 59 + 30) == 1
    assert totp.matching_step(secret, "287082", 59 + 90) is None


def test_a_new_user_chooses_a_password_before_anything_else(shop: CentralShop, office_url: str) -> None:
    made = shop.service.office.add_user("service-1", "customer_service")
    client = OfficeClient(office_url)
    assert try_in(client, "service-1", made.password, code_for(shop, made))[0] == 303
    assert client.open("/office/members").goes_to == "/office/password"
    client.open("/office/password")
    short = client.send("/office/password", old=made.password, new="short", again="short")
    assert (short.status, "at least 12" in short.text) == (422, True)
    unlike = client.send("/office/password", old=made.password, new=PASSWORD, again=PASSWORD + "!")
    assert "not the same" in unlike.text
    assert "not your password" in client.send("/office/password", old="wrong", new=PASSWORD, again=PASSWORD).text
    changed = client.send("/office/password", old=made.password, new=PASSWORD, again=PASSWORD)
    assert changed.goes_to == "/office?done=password-changed"
    assert "Your password is changed." in client.open(changed.goes_to).text
    assert client.open("/office/members").status == 200


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("service-1", "wrong", ""), ("service-1", PASSWORD, "000000"), ("nobody", PASSWORD, ""), ("", "", "")],
)
def test_every_refusal_says_the_same(shop: CentralShop, office_url: str, name: str, password: str, code: str) -> None:
    made = add_user(shop, "service-1", "customer_service")
    status, text = try_in(OfficeClient(office_url), name, password, code or code_for(shop, made))
    assert status == 401
    assert REFUSED in text


def test_a_code_works_once(shop: CentralShop, office_url: str) -> None:
    made = add_user(shop, "service-1", "customer_service")
    code = code_for(shop, made)
    assert try_in(OfficeClient(office_url), "service-1", PASSWORD, code)[0] == 303
    assert try_in(OfficeClient(office_url), "service-1", PASSWORD, code)[0] == 401
    shop.pass_time(seconds=30)
    assert try_in(OfficeClient(office_url), "service-1", PASSWORD, code_for(shop, made))[0] == 303


def test_the_fifth_wrong_try_locks_for_a_quarter_of_an_hour(shop: CentralShop, office_url: str) -> None:
    made = add_user(shop, "service-1", "customer_service")
    client = OfficeClient(office_url)
    assert [try_in(client, "service-1", "wrong", "000000")[0] for _ in range(5)] == [401] * 5
    assert try_in(client, "service-1", PASSWORD, code_for(shop, made))[0] == 401
    assert shop.service.office.log(who="service-1")[0].outcome == "refused: locked"
    shop.pass_time(minutes=15, seconds=1)
    assert try_in(client, "service-1", PASSWORD, code_for(shop, made))[0] == 303


def test_trying_many_names_from_one_place_is_slowed_down(shop: CentralShop, office_url: str) -> None:
    client = OfficeClient(office_url)
    client.open(SIGN_IN)
    tries = 0
    while client.send(SIGN_IN, name=f"user-{tries}", password="x", code="1").status == 401:
        tries += 1
        assert tries < 3 * TRIES_AT_ONCE  # some come back while it tries
    assert tries >= TRIES_AT_ONCE


def test_what_is_typed_into_the_wrong_field_is_not_written_down(shop: CentralShop, office_url: str) -> None:
    try_in(OfficeClient(office_url), "my-secret-password", "x", "1")
    assert [(entry.who, entry.outcome) for entry in shop.service.office.log()] == [("", "refused: no such user")]


def test_a_session_ends_by_standing_idle_and_after_a_day_of_work(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "auditor")
    shop.clock.at += IDLE_TIME * 0.9
    assert client.open("/office").status == 200
    shop.clock.at += IDLE_TIME * 0.9
    assert client.open("/office").status == 200  # it was used meanwhile
    shop.clock.at += IDLE_TIME * 1.01
    assert client.open("/office").goes_to == SIGN_IN

    other = signed_in(shop, office_url, "technician")
    ends_at = shop.clock.at + LONGEST_SESSION
    while shop.clock.at < ends_at:
        assert other.open("/office").status == 200
        shop.clock.at += IDLE_TIME * 0.9
    assert other.open("/office").goes_to == SIGN_IN


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "auditor")
    kept = dict(client.cookies)
    assert client.send("/office/sign-out").goes_to == f"{SIGN_IN}?done=signed-out"
    client.cookies = kept
    assert client.open("/office").goes_to == SIGN_IN


def test_somebody_closed_or_reset_is_out_at_once(shop: CentralShop, office_url: str) -> None:
    first, second = signed_in(shop, office_url, "auditor"), signed_in(shop, office_url, "technician")
    shop.service.office.close_user("auditor-1")
    made = shop.service.office.reset_user("technician-1")
    assert first.open("/office").goes_to == second.open("/office").goes_to == SIGN_IN
    assert try_in(first, "technician-1", PASSWORD, code_for(shop, made))[0] == 401
    assert try_in(first, "technician-1", made.password, code_for(shop, made))[0] == 303
    with pytest.raises(CentralError, match="no user"):
        shop.service.office.close_user("nobody")


def test_the_cookie_is_for_this_site_only_and_no_other_can_be_made_up(shop: CentralShop, office_url: str) -> None:
    made = add_user(shop, "auditor-1", "auditor")
    client = OfficeClient(office_url)
    client.open(SIGN_IN)
    answer = client.send(SIGN_IN, name="auditor-1", password=PASSWORD, code=code_for(shop, made))
    cookie = next(one for one in answer.headers.get_all("Set-Cookie") or [] if one.startswith("office_session="))
    assert {"HttpOnly", "Path=/office", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie  # plain HTTP on the loopback interface; behind TLS it is
    client.cookies["office_session"] = f"made-up.{'0' * 64}"
    assert client.open("/office").goes_to == SIGN_IN


def test_behind_a_proxy_with_tls_cookies_are_secure(office_url: str) -> None:
    answer = OfficeClient(office_url).ask("GET", SIGN_IN, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_without_a_session_every_page_leads_to_the_door(office_url: str) -> None:
    client = OfficeClient(office_url)
    for path in ("/office", "/office/members", "/office/terms", "/office/log", "/office/nothing-here"):
        assert (client.open(path).status, client.open(path).goes_to) == (303, SIGN_IN)


@pytest.mark.parametrize("path", [SIGN_IN, "/office", "/office/terms", "/office/nothing-here"])
def test_every_page_carries_the_headers_that_keep_others_out(shop: CentralShop, office_url: str, path: str) -> None:
    page = signed_in(shop, office_url, "auditor").open(path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script" not in page.source
    assert "style=" not in page.source
    assert not re.search(r"\son[a-z]+=", page.source)
    assert not re.search(r'(src|href)="(https?:)?//', page.source)


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    fields = {"store": "003", "workstation": "07"}
    refused = client.send("/office/terminals/enrol", fields, csrf="")
    assert (refused.status, "Nothing was done" in refused.text) == (403, True)
    other = signed_in(shop, office_url, "technician", "technician-2")
    assert client.send("/office/terminals/enrol", fields, csrf=other.csrf).status == 403
    body = f"csrf={client.csrf}&store=003&workstation=07"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://elsewhere.example"}
    assert client.ask("POST", "/office/terminals/enrol", body, headers).status == 403
    as_json = client.ask("POST", "/office/terminals/enrol", "{}", {"Content-Type": "application/json"})
    assert as_json.status == 415
    assert client.send("/office/terminals/enrol", fields).status == 200
    assert OfficeClient(office_url).send(SIGN_IN, name="technician-1", password=PASSWORD, code="1").status == 403


def test_a_form_that_is_too_large_or_no_text_is_refused(shop: CentralShop, office_url: str) -> None:
    client = signed_in(shop, office_url, "technician")
    assert client.send("/office/terminals/enrol", store="x" * 300_000).status == 413
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.ask("POST", "/office/terminals/enrol", "store=%FF%FE", headers).status == 400


def test_static_files_are_kept_by_the_browser_and_nothing_else_is_served(office_url: str) -> None:
    client = OfficeClient(office_url)
    style = client.open("/office/static/style.css")
    assert style.headers["Content-Type"].startswith("text/css")
    assert client.ask("GET", "/office/static/style.css", headers={"If-None-Match": style.headers["ETag"]}).status == 304
    assert client.open("/office/static/..%2Frouting.py").status in (303, 404)
    assert client.open("/office/static/routes.py").status == 404
