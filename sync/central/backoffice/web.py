"""Every request of the back office: who asks, whether they may, that it is written down, and what goes back.

A view is a plain function of an Ask; it runs outside the event loop. Who may see it and what the log says of it
stands in the table of routes.
"""

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync import contract
from sync.central import terms
from sync.central.backoffice import rendering
from sync.central.backoffice.forms import MAXIMUM_FORM_BYTES, Form
from sync.central.backoffice.office import Office
from sync.central.backoffice.roles import Permission, may
from sync.central.backoffice.users import User
from sync.central.errors import CentralError
from sync.central.limits import RateLimit
from sync.central.service import CentralService

T = TypeVar("T")
InWorker = Callable[[Callable[[], Response]], Awaitable[Response]]

HOME = "/office"
SIGN_IN = "/office/sign-in"
PASSWORD = "/office/password"  # noqa: S105 - an address
COOKIE = "office_session"
SIGN_IN_COOKIE = "office_sign_in"
CSRF_FIELD = "csrf"
FORM_TIMEOUT_S = 30.0
TRIES_AT_ONCE, TRIES_PER_SECOND = 15, 0.2

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger(__name__)
EXPIRED_FORM = "This page is too old or was not opened here. Nothing was done. Open the page again and repeat it."


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of somebody who is signed in and may."""

    service: CentralService
    office: Office
    user: User
    token: str
    now: datetime
    form: Form
    query: Form
    path: Mapping[str, str]
    secure: bool
    current: str

    def may(self, permission: Permission) -> bool:
        """True when the role of who asks has it."""
        return may(self.user.role, permission)

    def terms_in_force(self) -> contract.Terms:
        """The programme's terms of this moment."""
        return self.office.database.read(lambda connection: terms.in_force(connection, self.now))

    def log(self, act: str, subject: str = "", outcome: str = "") -> None:
        """Write down what the table of routes cannot know before the view ran."""
        self.office.write_log(self.user.name, act, subject, outcome)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page for who asks."""
        body = rendering.render(
            template,
            user=self.user,
            may=self.may,
            csrf=self.office.signature("csrf", self.token),
            notice=self.query.text("done"),
            now=self.now,
            current=self.current,
            **values,
        )
        return Response(body, status, media_type="text/html")


View = Callable[[Ask], Response]


def go_to(path: str, done: str = "") -> Response:
    """After an act: the next page, with a sentence of the table of notices."""
    separator = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{separator}done={done}" if done else path, 303)


@dataclass(frozen=True, slots=True)
class OfficeRoute:
    """An address, who may ask for it, and what the log says of it ("" for what concerns nobody).

    The log names what it was about by the names in the address and by these fields of the form.
    """

    method: str
    path: str
    view: View
    permission: Permission
    act: str = ""
    about: tuple[str, ...] = ()


class Web:
    """Wraps views into endpoints."""

    def __init__(self, service: CentralService, in_worker: InWorker) -> None:
        self._service = service
        self._office = service.office
        self._in_worker = in_worker
        self._tries = RateLimit(TRIES_AT_ONCE, TRIES_PER_SECOND)

    def endpoint(self, route: OfficeRoute) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a route: signed in, allowed, the form's own token right, written down, then the view."""

        async def endpoint(request: Request) -> Response:
            form = await _form(request) if request.method == "POST" else Form()
            return await self._in_worker(lambda: self._answer(request, form, route))

        return self._finished(endpoint)

    def _answer(self, request: Request, form: Form, route: OfficeRoute) -> Response:
        token = self._token(request, COOKIE)
        user = self._office.session_user(token) if token else None
        if user is None:
            return go_to(SIGN_IN)
        ask = Ask(
            self._service,
            self._office,
            user,
            token,
            self._office.clock.now(),
            form,
            Form.of_query(request.url.query),
            request.path_params,
            _is_secure(request),
            route.path,
        )
        if not may(user.role, route.permission):
            return ask.page("refusal.html", 403, title="Not for your role", sentence="Your role does not include this.")
        if request.method == "POST" and not self._own_form(request, form, "csrf", token):
            return ask.page("refusal.html", 403, title="Not done", sentence=EXPIRED_FORM)
        if user.must_change and route.permission is not Permission.OWN_ACCOUNT:
            return go_to(PASSWORD)
        return self._logged(ask, route)

    def _logged(self, ask: Ask, route: OfficeRoute) -> Response:
        named = [*ask.path.values(), *(ask.form.text(name) for name in route.about)]
        subject = " ".join(_identifier(name) for name in named)
        if route.act:
            ask.log(route.act, subject)
        try:
            return route.view(ask)
        except CentralError as error:
            if route.act:
                ask.log(route.act, subject, f"refused: {error.code}")
            return ask.page("refusal.html", error.status, title="Not done", sentence=error.message)

    # --- signing in ---------------------------------------------------------------------------------------------------

    async def sign_in_page(self, request: Request) -> Response:
        """The form; its token is bound to a cookie of its own, since there is no session yet."""
        return self._sign_in_form(request, notice=Form.of_query(request.url.query).text("done"))

    async def sign_in(self, request: Request) -> Response:
        """Name, password and code; after that, a session."""
        asker = request.client.host if request.client else ""
        form = await _form(request)
        if not self._own_form(request, form, "sign-in", self._token(request, SIGN_IN_COOKIE)):
            return self._sign_in_form(request, 403, EXPIRED_FORM)
        try:
            self._tries.take(asker)
            return await self._in_worker(lambda: self._begin_session(request, form))
        except CentralError as error:
            return self._sign_in_form(request, error.status, error.message)

    def _begin_session(self, request: Request, form: Form) -> Response:
        token = self._office.sign_in(form.text("name").lower(), form.secret("password"), form.text("code"))
        response = go_to(HOME)
        self._set_cookie(request, response, COOKIE, token)
        response.delete_cookie(SIGN_IN_COOKIE, path=HOME)
        return response

    def _sign_in_form(self, request: Request, status: int = 200, error: str = "", notice: str = "") -> Response:
        token = self._token(request, SIGN_IN_COOKIE) or secrets.token_urlsafe(32)
        body = rendering.render(
            "sign_in.html", csrf=self._office.signature("sign-in", token), error=error, notice=notice, user=None
        )
        response = Response(body, status, media_type="text/html")
        self._set_cookie(request, response, SIGN_IN_COOKIE, token)
        return response

    def public(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for everybody, with the same headers."""
        return self._finished(endpoint)

    # --- cookies and forms --------------------------------------------------------------------------------------------

    def _token(self, request: Request, cookie: str) -> str:
        """The cookie's token when the service signed it, else "": a guessed one never reaches the database."""
        token, _, signature = request.cookies.get(cookie, "").partition(".")
        right = hmac.compare_digest(signature.encode(), self._office.signature(cookie, token).encode())
        return token if token and right else ""

    def _set_cookie(self, request: Request, response: Response, cookie: str, token: str) -> None:
        response.set_cookie(
            cookie,
            f"{token}.{self._office.signature(cookie, token)}",
            path=HOME,
            httponly=True,
            samesite="strict",
            secure=_is_secure(request),
        )

    def _own_form(self, request: Request, form: Form, purpose: str, token: str) -> bool:
        """True for a form that this service made for this very session and that a page of ours sent."""
        origin = request.headers.get("Origin", "")
        if origin and origin != f"{request.url.scheme}://{request.url.netloc}":
            return False
        expected = self._office.signature(purpose, token)
        return bool(token) and hmac.compare_digest(form.secret(CSRF_FIELD).encode(), expected.encode())

    def _finished(self, endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The same headers on everything; a failure becomes a page that tells nothing of the insides."""

        async def finished(request: Request) -> Response:
            try:
                response = await endpoint(request)
            except CentralError as error:
                response = _plain_page(error.status, error.message)
            except DBAPIError as error:
                _log.error("office: the database failed: %s", type(error.orig).__name__)
                response = _plain_page(503, "The service cannot reach its database. Try again in a moment.")
            except Exception:  # noqa: BLE001 - a bug must not tell its insides, and is logged
                _log.exception("office: %s failed", request.url.path)
                response = _plain_page(500, "The service failed. It is logged.")
            for name, value in rendering.HEADERS.items():
                response.headers.setdefault(name, value)
            if _is_secure(request):
                response.headers.update(rendering.HTTPS_HEADERS)
            return response

        return finished


def _identifier(text: str) -> str:
    """What may stand in the log: an id. Anything else that was typed may be somebody's address."""
    return text if _IDENTIFIER.fullmatch(text) else "?"


def _plain_page(status: int, sentence: str) -> Response:
    body = rendering.render("plain.html", title="Not done", sentence=sentence, user=None, notice="")
    return Response(body, status, media_type="text/html")


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


async def _form(request: Request) -> Form:
    body = bytearray()
    try:
        async with asyncio.timeout(FORM_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > MAXIMUM_FORM_BYTES:
                    raise CentralError(413, "too_large", "The form is too large.")
    except TimeoutError as error:
        raise CentralError(408, "too_slow", "The form came too slowly.") from error
    return Form.read(request.headers.get("Content-Type", ""), bytes(body))
