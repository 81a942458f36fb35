"""Terminals: how they are doing, letting one in, shutting one out."""

from collections import Counter

from starlette.responses import Response

from sync.central.backoffice import reading
from sync.central.backoffice.web import Ask, go_to
from sync.central.errors import CentralError

TERMINALS = "/office/terminals"
MOST_SHOWN = 200


def terminals(ask: Ask) -> Response:
    """All terminals, or those of a store or in a state: those that need somebody first."""
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
    store, health = ask.query.text("in_store"), ask.query.text("health")
    wanted = [one for one in found if store in ("", one.store_id) and health in ("", one.health)]
    return ask.page(
        "terminals.html",
        status,
        terminals=wanted[:MOST_SHOWN],
        more=max(len(wanted) - MOST_SHOWN, 0),
        counts=Counter(one.health for one in found),
        versions=sorted(Counter(one.version or "not told" for one in found if one.state == "active").items()),
        chosen_store=store,
        chosen_health=health,
        code=code,
        code_for=code_for,
        error=error,
        store=ask.form.text("store") if error else "",
        workstation=ask.form.text("workstation") if error else "",
    )


def terminal(ask: Ask) -> Response:
    """One terminal: how it is, its devices, and what was asked of it."""
    return _terminal_page(ask)


def ask_for_bundle(ask: Ask) -> Response:
    """Ask the till for a support bundle."""
    terminal_id = _known(ask)
    try:
        ask.service.fleet.ask_for_bundle(terminal_id, ask.user.name, ask.form.text("bundle_reason"))
    except CentralError as error:
        return _terminal_page(ask, error.status, {"bundle_reason": error.message})
    return go_to(f"{TERMINALS}/{terminal_id}", "order-made")


def push_settings(ask: Ask) -> Response:
    """Ask the till to change settings."""
    terminal_id, text = _known(ask), ask.form.text("settings")
    try:
        ask.service.fleet.push_settings(terminal_id, ask.user.name, ask.form.text("settings_reason"), text)
    except CentralError as error:
        where = "settings_reason" if error.code == "no_reason" else "settings"
        return _terminal_page(ask, error.status, {where: error.message})
    return go_to(f"{TERMINALS}/{terminal_id}", "order-made")


def withdraw(ask: Ask) -> Response:
    """Take an order back that the till has not done."""
    terminal_id = _known(ask)
    ask.service.fleet.withdraw(terminal_id, ask.path["order_id"])
    return go_to(f"{TERMINALS}/{terminal_id}", "order-withdrawn")


def bundle(ask: Ask) -> Response:
    """The support bundle that the till sent, as a file."""
    content = ask.service.fleet.bundle(ask.path["terminal_id"], ask.path["order_id"])
    name = f"support-{ask.path['terminal_id']}-{ask.path['order_id'][:8]}.zip"
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="application/zip", headers={"Content-Disposition": disposition})


def _terminal_page(ask: Ask, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    terminal_id = ask.path["terminal_id"]
    found = ask.office.database.read(lambda connection: reading.terminals(connection, ask.now, terminal_id))
    if not found:
        raise CentralError(404, "unknown_terminal", "There is no such terminal.")
    one = found[0]
    orders = ask.service.fleet.orders(one.terminal_id)
    typed = {name: ask.form.text(name) for name in ("bundle_reason", "settings", "settings_reason")} if errors else {}
    return ask.page("terminal.html", status, one=one, orders=orders, errors=errors or {}, typed=typed)


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
