"""Every page and act of the back office in one table: its address, who may, and what the log says of it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.central.backoffice import (
    account_pages,
    day_pages,
    home,
    member_pages,
    operator_pages,
    promotion_pages,
    quarantine_pages,
    report_pages,
    static_files,
    terminal_pages,
    terms_pages,
)
from sync.central.backoffice.roles import Permission
from sync.central.backoffice.web import HOME, PASSWORD, SIGN_IN, Ask, InWorker, OfficeRoute, Web
from sync.central.service import CentralService

OPERATORS = operator_pages.OPERATORS
TERMINAL = "/office/terminals/{terminal_id}"
MEMBER = "/office/members/{member_id}"
QUARANTINED = "/office/quarantine/{terminal_id}/{incarnation}/{sequence}/{entry_hash}"
Endpoint = Callable[[Request], Awaitable[Response]]


def _nothing_here(ask: Ask) -> Response:
    return ask.page("refusal.html", 404, title="Nothing here", sentence="There is nothing at this address.")


ROUTES = (
    OfficeRoute("GET", HOME, home.home, Permission.SEE_HOME),
    OfficeRoute("POST", "/office/sign-out", home.sign_out, Permission.OWN_ACCOUNT, "signed_out"),
    OfficeRoute("GET", PASSWORD, home.password_page, Permission.OWN_ACCOUNT),
    OfficeRoute("POST", PASSWORD, home.change_password, Permission.OWN_ACCOUNT, "password_changed"),
    OfficeRoute("GET", "/office/members", member_pages.find_page, Permission.SEE_MEMBERS),
    OfficeRoute("POST", "/office/members", member_pages.find, Permission.SEE_MEMBERS),
    OfficeRoute("GET", MEMBER, member_pages.member, Permission.SEE_MEMBERS, "member_seen"),
    OfficeRoute(
        "POST",
        f"{MEMBER}/reveal",
        member_pages.reveal,
        Permission.REVEAL_MEMBERS,
        "member_revealed",
    ),
    OfficeRoute("GET", f"{MEMBER}/adjust", account_pages.adjust_page, Permission.REQUEST_ADJUSTMENTS, "member_seen"),
    OfficeRoute(
        "POST", f"{MEMBER}/adjust", account_pages.adjust, Permission.REQUEST_ADJUSTMENTS, "adjustment_requested"
    ),
    OfficeRoute("GET", "/office/adjustments", account_pages.requests, Permission.SEE_ADJUSTMENTS),
    OfficeRoute(
        "POST",
        "/office/adjustments/{adjustment_id}/approve",
        account_pages.approve,
        Permission.APPROVE_ADJUSTMENTS,
        "adjustment_approved",
    ),
    OfficeRoute(
        "POST",
        "/office/adjustments/{adjustment_id}/decline",
        account_pages.decline,
        Permission.APPROVE_ADJUSTMENTS,
        "adjustment_declined",
    ),
    OfficeRoute(
        "POST",
        f"{MEMBER}/segment",
        account_pages.set_segment,
        Permission.CHANGE_SEGMENTS,
        "segment_changed",
        ("segment",),
    ),
    OfficeRoute("GET", f"{MEMBER}/merge", account_pages.merge_page, Permission.MERGE_MEMBERS, "member_seen"),
    OfficeRoute("POST", f"{MEMBER}/merge", account_pages.merge, Permission.MERGE_MEMBERS, "merge_previewed"),
    OfficeRoute("GET", f"{MEMBER}/erase", account_pages.erase_page, Permission.ERASE_MEMBERS, "member_seen"),
    OfficeRoute("POST", f"{MEMBER}/erase", account_pages.erase, Permission.ERASE_MEMBERS, "member_erased"),
    OfficeRoute("GET", "/office/terms", terms_pages.versions, Permission.SEE_TERMS),
    OfficeRoute("GET", "/office/terms/new", terms_pages.new_page, Permission.PUBLISH_TERMS),
    OfficeRoute("POST", "/office/terms/new", terms_pages.new, Permission.PUBLISH_TERMS),
    OfficeRoute("GET", "/office/terms/{terms_id}/{number}", terms_pages.version, Permission.SEE_TERMS),
    OfficeRoute("GET", "/office/promotions", promotion_pages.promotions, Permission.SEE_TERMS),
    OfficeRoute("GET", "/office/days", day_pages.days, Permission.SEE_DAYS),
    OfficeRoute("GET", "/office/reports", report_pages.reports, Permission.SEE_DAYS),
    OfficeRoute("GET", "/office/terminals", terminal_pages.terminals, Permission.SEE_TERMINALS),
    OfficeRoute(
        "POST",
        "/office/terminals/enrol",
        terminal_pages.enrol,
        Permission.MANAGE_TERMINALS,
        "terminal_code_made",
        ("store", "workstation"),
    ),
    OfficeRoute("GET", TERMINAL, terminal_pages.terminal, Permission.SEE_TERMINALS),
    OfficeRoute(
        "POST", f"{TERMINAL}/bundle", terminal_pages.ask_for_bundle, Permission.MANAGE_TERMINALS, "bundle_asked"
    ),
    OfficeRoute(
        "POST", f"{TERMINAL}/settings", terminal_pages.push_settings, Permission.MANAGE_TERMINALS, "settings_pushed"
    ),
    OfficeRoute(
        "POST",
        f"{TERMINAL}/orders/{{order_id}}/withdraw",
        terminal_pages.withdraw,
        Permission.MANAGE_TERMINALS,
        "order_withdrawn",
    ),
    OfficeRoute(
        "GET",
        f"{TERMINAL}/orders/{{order_id}}/bundle",
        terminal_pages.bundle,
        Permission.MANAGE_TERMINALS,
        "bundle_fetched",
    ),
    OfficeRoute(
        "GET", "/office/terminals/{terminal_id}/revoke", terminal_pages.revoke_page, Permission.MANAGE_TERMINALS
    ),
    OfficeRoute(
        "POST",
        "/office/terminals/{terminal_id}/revoke",
        terminal_pages.revoke,
        Permission.MANAGE_TERMINALS,
        "terminal_revoked",
    ),
    OfficeRoute("GET", OPERATORS, operator_pages.operators, Permission.SEE_PEOPLE),
    OfficeRoute(
        "POST", OPERATORS, operator_pages.add, Permission.MANAGE_PEOPLE, "operator_added", ("operator", "role")
    ),
    OfficeRoute("GET", f"{OPERATORS}/person", operator_pages.operator, Permission.SEE_PEOPLE),
    OfficeRoute(
        "POST",
        f"{OPERATORS}/person",
        operator_pages.change,
        Permission.MANAGE_PEOPLE,
        "operator_changed",
        ("operator", "role"),
    ),
    *(
        OfficeRoute("POST", f"{OPERATORS}/{name}", view, Permission.MANAGE_PEOPLE, act, ("operator",))
        for name, view, act in (
            ("pin", operator_pages.new_pin, "operator_pin_made"),
            ("badge", operator_pages.new_badge, "operator_badge_made"),
            ("suspend", operator_pages.suspend, "operator_suspended"),
            ("reinstate", operator_pages.reinstate, "operator_reinstated"),
        )
    ),
    OfficeRoute("GET", f"{OPERATORS}/phone", operator_pages.phone_page, Permission.GIVE_PHONE_CODES),
    OfficeRoute(
        "POST",
        f"{OPERATORS}/phone",
        operator_pages.phone,
        Permission.GIVE_PHONE_CODES,
        "phone_code_given",
        ("store", "operator", "act"),
    ),
    OfficeRoute("GET", "/office/quarantine", quarantine_pages.events, Permission.SEE_QUARANTINE),
    OfficeRoute("GET", QUARANTINED, quarantine_pages.event, Permission.SEE_QUARANTINE, "event_seen"),
    OfficeRoute("POST", QUARANTINED, quarantine_pages.decide, Permission.DECIDE_QUARANTINE, "event_tried"),
    OfficeRoute("GET", "/office/log", home.log, Permission.SEE_LOG),
)


def build_routes(
    service: CentralService, in_worker: InWorker, guarded: Callable[[str, Endpoint], Endpoint]
) -> list[Route]:
    """The routes for the service's application. guarded measures and logs each request."""
    web = Web(service, in_worker)
    routes = [
        Route("/office/static/{name}", guarded("office_static", web.public(static_files.answer))),
        Route(SIGN_IN, guarded("office", web.public(web.sign_in_page))),
        Route(SIGN_IN, guarded("office", web.public(web.sign_in)), methods=["POST"]),
    ]
    routes += [Route(one.path, guarded("office", web.endpoint(one)), methods=[one.method]) for one in ROUTES]
    lost = OfficeRoute("GET", "/office/{rest:path}", _nothing_here, Permission.SEE_HOME)
    return [*routes, Route(lost.path, guarded("office", web.endpoint(lost)), methods=["GET", "POST"])]
