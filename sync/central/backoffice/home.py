"""The first page, one's own password, the log."""

from starlette.responses import Response

from sync.central.backoffice import reading
from sync.central.backoffice.web import COOKIE, HOME, SIGN_IN, Ask, go_to

LOG_PAGE = 100


def home(ask: Ask) -> Response:
    """The programme's figures and what waits for somebody."""
    figures = ask.office.database.read(lambda connection: reading.figures(connection, ask.now))
    terms = ask.terms_in_force()
    liability_minor = figures.outstanding_points * terms.redeem_value_minor // terms.redeem_points
    return ask.page(
        "home.html",
        figures=figures,
        liability_minor=liability_minor,
        exposures=ask.service.exposures(),
        debts=ask.service.large_debts(),
        debt_limit=terms.largest_debt_points,
    )


def sign_out(ask: Ask) -> Response:
    """End the session."""
    ask.office.sign_out(ask.token)
    response = go_to(SIGN_IN, "signed-out")
    response.delete_cookie(COOKIE, path=HOME)
    return response


def password_page(ask: Ask) -> Response:
    """The form for a new password."""
    return ask.page("password.html", errors={})


def change_password(ask: Ask) -> Response:
    """Take a new password."""
    old, new, again = (ask.form.secret(name) for name in ("old", "new", "again"))
    errors = (
        {"again": "The two are not the same."}
        if new != again
        else ask.office.change_password(ask.user.name, ask.token, old, new)
    )
    if errors:
        return ask.page("password.html", 422, errors=errors)
    return go_to(HOME, "password-changed")


def log(ask: Ask) -> Response:
    """Who did or saw what, newest first."""
    subject, who, before = (ask.query.text(name) for name in ("subject", "who", "before"))
    entries = ask.office.log(subject=subject, who=who, before=before or "~", most=LOG_PAGE + 1)
    older = entries[LOG_PAGE - 1].at if len(entries) > LOG_PAGE else ""
    return ask.page("log.html", entries=entries[:LOG_PAGE], subject=subject, who=who, older=older)
