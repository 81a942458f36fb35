"""Events in quarantine: look at one, say what is to be done, see what that would do, then do it."""

from datetime import timedelta

from starlette.responses import Response

from sync.central.backoffice import resolving
from sync.central.backoffice.resolving import ACCEPTED, CORRECTED, DISMISSED, Held, Place, Wish
from sync.central.backoffice.web import Ask, go_to
from sync.central.candidates import KINDS
from sync.central.errors import CentralError
from sync.central.sale_facts import Outcome

QUARANTINE = "/office/quarantine"
# A sale may come in after its return when two tills were cut off; one that is missing for longer is looked for.
ORPHAN_AFTER = timedelta(days=1)


def events(ask: Ask) -> Response:
    """What waits, and what was decided lately."""
    waiting, decided = ask.office.database.read(
        lambda connection: (resolving.undecided(connection), resolving.decided(connection))
    )
    return ask.page(
        "quarantine.html",
        waiting=waiting,
        decided=decided,
        surplus=ask.service.surplus_returns(),
        orphans=ask.service.waiting_facts(ORPHAN_AFTER),
    )


def event(ask: Ask) -> Response:
    """One event with what it says."""
    return _page(ask, _held(ask))


def decide(ask: Ask) -> Response:
    """First what it would do; when that was seen and confirmed, do it."""
    held = _held(ask)
    wish = _wish(ask, held)
    if ask.form.text("do") == "confirm":
        resolving.decide(ask.office, held.place, wish, ask.user.name)
        return go_to(QUARANTINE, f"event-{wish.act}")
    try:
        outcome = resolving.tried(ask.office, held.place, wish)
    except CentralError as error:
        return _page(ask, held, wish, status=error.status, error=error.message)
    return _page(ask, held, wish, outcome=outcome)


def _page(
    ask: Ask,
    held: Held,
    wish: Wish | None = None,
    *,
    status: int = 200,
    error: str = "",
    outcome: Outcome | None = None,
) -> Response:
    return ask.page(
        "quarantine_event.html",
        status,
        held=held,
        wish=wish or Wish("", "", held.kind),
        payload=wish.payload if wish and wish.payload else held.readable,
        kinds=[(kind, kind) for kind in sorted(KINDS)],
        error=error,
        outcome=outcome,
    )


def _wish(ask: Ask, held: Held) -> Wish:
    act = ask.form.text("act")
    if act not in (ACCEPTED, CORRECTED, DISMISSED):
        raise CentralError(422, "no_act", "Choose what is to be done.")
    if held.act:
        raise CentralError(409, "decided_before", "Somebody has decided about this event.")
    reason, email = ask.form.text("reason"), ask.form.text("email")
    if act == CORRECTED:
        return Wish(act, reason, ask.form.text("kind"), ask.form.text("payload"), email)
    return Wish(act, reason, held.kind)


def _held(ask: Ask) -> Held:
    sequence = ask.path["sequence"]
    if not sequence.isdecimal() or len(sequence) > 16:
        raise CentralError(404, "unknown_event", "There is no such event in quarantine.")
    place = Place(ask.path["terminal_id"], ask.path["incarnation"], int(sequence), ask.path["entry_hash"])
    return ask.office.database.read(lambda connection: resolving.find(connection, place))
