"""A browser without a screen for the back office: keeps cookies, follows nothing by itself, sends forms as told."""

import http.client
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from fakes.central_shop import CentralShop

from sync.central.backoffice import totp, users
from sync.central.backoffice.users import Credentials

PASSWORD = "a calm sentence of words"
SIGN_IN = "/office/sign-in"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class OfficePage:
    """An answer: its status, headers, source, and what a person reads."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.source = response.read().decode(errors="replace")  # a file is no page, and is fetched all the same
        text = _Text()
        text.feed(self.source)
        self.text = " ".join(" ".join(text.parts).split())

    @property
    def goes_to(self) -> str:
        """Where a redirect leads."""
        return self.headers["Location"] or ""

    def field(self, name: str) -> str:
        """What stands in a hidden field."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.source)
        return unescape(found.group(1)) if found else ""


class OfficeClient:
    """One browser. csrf is that of the last page that had one."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 0
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> OfficePage:
        """A request as given, with the cookies."""
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | (headers or {})
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            page = OfficePage(response)
        finally:
            connection.close()
        for cookie in page.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        self.csrf = page.field("csrf") or self.csrf
        return page

    def open(self, path: str) -> OfficePage:
        """A page."""
        return self.ask("GET", path)

    def send(self, path: str, fields: dict[str, str] | None = None, **more: str) -> OfficePage:
        """A form, with the last page's token unless another is given."""
        body = urlencode({"csrf": self.csrf} | (fields or {}) | more)
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})


def code_for(shop: CentralShop, made: Credentials) -> str:
    """What the authenticator app shows now."""
    return totp.code_at(made.secret, totp.step_of(shop.clock.at.timestamp()))


def add_user(shop: CentralShop, name: str, role: str) -> Credentials:
    """A user who has a password of their own already."""
    made = shop.service.office.add_user(name, role)
    shop.service.office.database.run(lambda connection: users.change_password(connection, name, _password_hash()))
    return made


@cache
def _password_hash() -> str:
    return users.hashed(PASSWORD)


def signed_in(shop: CentralShop, url: str, role: str, name: str = "") -> OfficeClient:
    """A browser of somebody of that role, on the first page."""
    made = add_user(shop, name or f"{role.replace('_', '-')}-1", role)
    client = OfficeClient(url)
    client.open(SIGN_IN)
    answer = client.send(SIGN_IN, name=made.name, password=PASSWORD, code=code_for(shop, made))
    assert (answer.status, answer.goes_to) == (303, "/office"), answer.text
    assert client.open("/office").status == 200
    return client
