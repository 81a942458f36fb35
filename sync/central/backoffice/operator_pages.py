"""Operators of the stores: who may sign on where, PINs and badges, and approvals by telephone."""

from urllib.parse import quote

from starlette.responses import Response

from pos_app.domain.money import currency
from pos_app.domain.operator import Operator, Role
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, may_approve
from sync.central.backoffice.web import Ask, go_to
from sync.central.errors import CentralError
from sync.central.people import desk

OPERATORS = "/office/operators"
OPERATOR_ROLES = {role.value: role.value.capitalize() for role in Role}
_FIELD_OF = {
    "name_form": "name",
    "number_form": "number",
    "number_taken": "number",
    "store_form": "stores",
    "role": "role",
    "id_form": "operator",
    "id_taken": "operator",
}
_TYPED = ("operator", "name", "number", "role", "stores")
_LONGEST_ID = 40


def operators(ask: Ask) -> Response:
    """All operators, or those who may sign on in a store."""
    return _list_page(ask)


def add(ask: Ask) -> Response:
    """A new operator with a PIN that is shown once, to be changed at the till."""
    pin = desk.new_pin()
    try:
        operator, number, stores = _typed(ask)
        ask.service.people.add(operator, number, pin, stores, ask.user.name, replace=False)
    except CentralError as error:
        return _list_page(ask, error)
    return _person_page(ask, operator.operator_id, pin=pin)


def operator(ask: Ask) -> Response:
    """One operator and what was done to them."""
    return _person_page(ask, ask.query.text("operator"))


def change(ask: Ask) -> Response:
    """Another name, number, role or other stores."""
    try:
        changed, number, stores = _typed(ask)
        ask.service.people.change(changed, number, stores, ask.user.name)
    except CentralError as error:
        return _person_page(ask, ask.form.text("operator"), error)
    return _back_to(changed.operator_id, "operator-changed")


def new_pin(ask: Ask) -> Response:
    """Another PIN, shown once."""
    operator_id, pin = ask.form.text("operator"), desk.new_pin()
    ask.service.people.set_pin(operator_id, pin, ask.user.name)
    return _person_page(ask, operator_id, pin=pin)


def new_badge(ask: Ask) -> Response:
    """The code for another badge, shown once."""
    operator_id = ask.form.text("operator")
    return _person_page(ask, operator_id, badge=ask.service.people.new_badge(operator_id, ask.user.name))


def suspend(ask: Ask) -> Response:
    """They sign on nowhere until they are let back in."""
    operator_id = ask.form.text("operator")
    ask.service.people.suspend(operator_id, ask.user.name)
    return _back_to(operator_id, "operator-suspended")


def reinstate(ask: Ask) -> Response:
    """Let them back in."""
    operator_id = ask.form.text("operator")
    ask.service.people.reinstate(operator_id, ask.user.name)
    return _back_to(operator_id, "operator-reinstated")


# --- approvals by telephone -------------------------------------------------------------------------------------------


def phone_page(ask: Ask) -> Response:
    """What a till's screen says is typed here."""
    return _phone_page(ask)


def phone(ask: Ask) -> Response:
    """The answer to the number that a till shows: for this act, this amount and this approver only."""
    store_id, operator_id = ask.form.text("store"), ask.form.text("operator")
    try:
        action = _action(ask.form.text("act"))
        amount_minor = _amount_minor(ask, store_id)
        approver = ask.service.people.find(operator_id).operator
        if not may_approve(DEFAULT_RIGHTS, approver.role, action, amount_minor):
            words = f"{approver.display_name} may not approve this: it is beyond what a {approver.role} may do."
            raise CentralError(403, "may_not", words)
        challenge = "".join(ask.form.text("challenge").split())
        code = ask.service.people.phone_code(store_id, operator_id, challenge, action, amount_minor)
    except CentralError as error:
        ask.log("phone_code_given", "", f"refused: {error.code}")
        return _phone_page(ask, error)
    return _phone_page(ask, code=f"{code[:4]} {code[4:]}")


def _phone_page(ask: Ask, error: CentralError | None = None, code: str = "") -> Response:
    approvers = [
        one
        for one in ask.service.people.everybody()
        if not one.suspended and may_approve(DEFAULT_RIGHTS, one.operator.role, Action.POST_VOID)
    ]
    return ask.page(
        "operator_phone.html",
        error.status if error else 200,
        acts=[(act.value, act.value.replace("_", " ").capitalize()) for act in Action],
        approvers=[
            (one.operator.operator_id, f"{one.operator.display_name} ({one.number}, {one.operator.role})")
            for one in approvers
        ],
        typed={name: ask.form.text(name) for name in ("store", "operator", "act", "amount", "challenge")},
        error=error.message if error else "",
        code=code,
    )


def _action(name: str) -> Action:
    try:
        return Action(name)
    except ValueError as error:
        raise CentralError(422, "act", "Choose what is to be approved.") from error


def _amount_minor(ask: Ask, store_id: str) -> int:
    text = ask.form.text("amount") or "0"
    if not store_id:
        raise CentralError(422, "store_form", "Say which store asks, by its number, such as 001.")
    try:
        amount_minor = currency(ask.service.stores.currency_code(store_id)).parse_minor(text)
    except ValueError as error:
        raise CentralError(422, "amount", "The amount is written as on the till's screen, such as 12.50.") from error
    if amount_minor < 0:
        raise CentralError(422, "amount", "The amount has no minus.")
    return amount_minor


# --- inside -----------------------------------------------------------------------------------------------------------


def _typed(ask: Ask) -> tuple[Operator, str, list[str]]:
    operator_id, name, number, role, stores = (ask.form.text(one) for one in _TYPED)
    if role not in OPERATOR_ROLES:
        raise CentralError(422, "role", "Choose a role.")
    if not operator_id or len(operator_id) > _LONGEST_ID:
        raise CentralError(422, "id_form", "An id is one word of at most 40 characters, such as associate-7.")
    if " " in operator_id or not operator_id.isascii():
        raise CentralError(422, "id_form", "An id is one word of plain letters, such as associate-7.")
    return Operator(operator_id, name, Role(role)), number, stores.replace(",", " ").split()


def _list_page(ask: Ask, error: CentralError | None = None) -> Response:
    store = ask.query.text("in_store")
    found = [one for one in ask.service.people.everybody() if not store or one.works_in(store)]
    return ask.page(
        "operators.html",
        error.status if error else 200,
        operators=found,
        chosen_store=store,
        roles=OPERATOR_ROLES,
        typed={name: ask.form.text(name) for name in _TYPED},
        errors=_errors(error),
    )


def _person_page(
    ask: Ask, operator_id: str, error: CentralError | None = None, *, pin: str = "", badge: str = ""
) -> Response:
    one = ask.service.people.find(operator_id)
    kept = {
        "name": one.operator.display_name,
        "number": one.number,
        "role": one.operator.role.value,
        "stores": " ".join(one.stores),
    }
    return ask.page(
        "operator.html",
        error.status if error else 200,
        one=one,
        history=ask.service.people.history(operator_id),
        roles=OPERATOR_ROLES,
        typed={name: ask.form.text(name) for name in kept} if error else kept,
        errors=_errors(error),
        pin=pin,
        badge=badge,
    )


def _errors(error: CentralError | None) -> dict[str, str]:
    return {_FIELD_OF.get(error.code, "name"): error.message} if error else {}


def _back_to(operator_id: str, done: str) -> Response:
    return go_to(f"{OPERATORS}/person?operator={quote(operator_id, safe='')}", done)
