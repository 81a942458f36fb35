"""Terminals: how they are doing, letting one in, shutting one out."""

from starlette.responses import Response

from sync.central.backoffice import reading
from sync.central.backoffice.web import Ask, go_to
from sync.central.errors import CentralError

TERMINALS = "/office/terminals"


def terminals(ask: Ask) -> Response:
    """All terminals: those that need somebody first."""
    return _page(ask)


def enrol(ask: Ask) -> Response:
    """A one-time code for one workstation, shown once."""
    store_id, workstation_id = ask.form.text("store"), ask.form.text("workstation")
    try:
        code = ask.service.open_enrolment(store_id, workstation_id)
    except CentralError as error:
        return _page(ask, 422, error=error.message)
    parts = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    return _page(ask, code=parts, code_for=f"{store_id}-{workstation_id}")


def _page(ask: Ask, status: int = 200, *, code: str = "", code_for: str = "", error: str = "") -> Response:
    found = ask.office.database.read(lambda connection: reading.terminals(connection, ask.now))
    return ask.page(
        "terminals.html",
        status,
        terminals=found,
        code=code,
        code_for=code_for,
        error=error,
        store=ask.form.text("store") if error else "",
        workstation=ask.form.text("workstation") if error else "",
    )


def revoke_page(ask: Ask) -> Response:
    """Ask before a terminal is shut out."""
    return ask.page("terminal_revoke.html", terminal_id=_known(ask))


def revoke(ask: Ask) -> Response:
    """Shut a terminal out."""
    ask.service.revoke_terminal(_known(ask))
    return go_to(TERMINALS, "terminal-revoked")


def _known(ask: Ask) -> str:
    found = ask.service.find_terminal(ask.path["terminal_id"])
    if found is None or not found.active:
        raise CentralError(404, "unknown_terminal", "There is no such terminal, or it is shut out already.")
    return found.terminal_id
