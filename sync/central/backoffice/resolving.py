"""What is done about events in quarantine: applied as they came, applied corrected, or dismissed with a reason.

The event itself stays as it came, for ever. What a correction says is kept beside it, and its effect is posted as new
entries under the event's own id, so that the same event under another number can never be applied as well.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, text

from pos_app.domain.journal import canonical_json
from pos_app.domain.member import mask_email
from sync import contract
from sync.central import tables, terminals, terms
from sync.central.applying import Applying
from sync.central.backoffice import tables as office_tables
from sync.central.backoffice.office import Office
from sync.central.candidates import KINDS, candidate
from sync.central.database import write_rows
from sync.central.errors import CentralError
from sync.central.leaving import without_address
from sync.central.ledger import derived_id
from sync.central.moments import stored
from sync.central.sale_facts import Outcome
from sync.central.sales import PoisonError

ACCEPTED, CORRECTED, DISMISSED = "accepted", "corrected", "dismissed"
LONGEST_REASON = 300
_ADDRESS = re.compile(r"[^\s\"'<>@]+@[^\s\"'<>@]+\.[^\s\"'<>@]+")
_PERSONAL = frozenset(
    {"email", "e_mail", "display_name", "phone", "address", "customer_name", "first_name", "last_name"}
)
_MASK = "••••"


@dataclass(frozen=True, slots=True)
class Place:
    """Which event: its number in a terminal's journal, and its hash, since a number may have come twice."""

    terminal_id: str
    incarnation: str
    sequence: int
    entry_hash: str


@dataclass(frozen=True, slots=True)
class Held:
    """An event in quarantine. decided_* are empty while nobody has decided; times as stored."""

    place: Place
    event_id: str
    kind: str
    payload: bytes
    reason: str
    received_at: str
    act: str = ""
    decided_by: str = ""
    decided_at: str = ""
    decision_reason: str = ""
    outcome: str = ""

    @property
    def code(self) -> str:
        """The stable name of what was wrong."""
        return self.reason.partition(":")[0]

    @property
    def sentence(self) -> str:
        """What was wrong, in words."""
        return self.reason.partition(":")[2].strip() or self.reason

    @property
    def readable(self) -> str:
        """The payload as people read it, personal data masked."""
        try:
            plain = json.loads(self.payload)
        except (ValueError, RecursionError):
            return _ADDRESS.sub(lambda found: mask_email(found.group()), self.payload.decode("utf-8", "replace"))
        return json.dumps(masked(plain), indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be done. payload "" means as it came; email is of the person the event names, if any."""

    act: str
    reason: str
    kind: str = ""
    payload: str = ""
    email: str = ""


class _OnlyTriedError(Exception):
    """Takes a trial back, with what it would have done."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def masked(value: Any) -> Any:
    """The same JSON without anybody's address or name."""
    if isinstance(value, dict):
        return {key: _MASK if key.lower() in _PERSONAL else masked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    if isinstance(value, str):
        return _ADDRESS.sub(lambda found: mask_email(found.group()), value)
    return value


# --- reading ----------------------------------------------------------------------------------------------------------

_HELD = """
SELECT held.terminal_id, held.incarnation, held.sequence, held.entry_hash, held.event_id, held.kind, held.payload,
held.reason, held.received_at, decided.act, decided.decided_by, decided.decided_at, decided.reason AS decision_reason,
decided.outcome FROM quarantine AS held LEFT JOIN quarantine_decision AS decided
ON decided.terminal_id = held.terminal_id AND decided.incarnation = held.incarnation
AND decided.sequence = held.sequence AND decided.entry_hash = held.entry_hash
"""


def undecided(connection: Connection, most: int = 200) -> list[Held]:
    """What waits, the oldest first."""
    query = f"{_HELD} WHERE decided.act IS NULL ORDER BY held.received_at, held.terminal_id, held.sequence LIMIT :most"
    return list(_read(connection, query, {"most": most}))


def decided(connection: Connection, most: int = 50) -> list[Held]:
    """What was decided, the newest first."""
    query = f"{_HELD} WHERE decided.act IS NOT NULL ORDER BY decided.decided_at DESC LIMIT :most"
    return list(_read(connection, query, {"most": most}))


def find(connection: Connection, place: Place) -> Held:
    """One event. Raises CentralError when there is none in that place."""
    query = (
        f"{_HELD} WHERE held.terminal_id = :terminal_id AND held.incarnation = :incarnation "
        "AND held.sequence = :sequence AND held.entry_hash = :entry_hash"
    )
    names = {"terminal_id": place.terminal_id, "incarnation": place.incarnation}
    for held in _read(connection, query, {**names, "sequence": place.sequence, "entry_hash": place.entry_hash}):
        return held
    raise CentralError(404, "unknown_event", "There is no such event in quarantine.")


def _read(connection: Connection, query: str, values: dict[str, Any]) -> Iterator[Held]:
    for row in connection.execute(text(query), values):
        yield Held(
            Place(row.terminal_id, row.incarnation, row.sequence, row.entry_hash),
            row.event_id,
            row.kind,
            bytes(row.payload),
            row.reason,
            row.received_at,
            row.act or "",
            row.decided_by or "",
            row.decided_at or "",
            row.decision_reason or "",
            row.outcome or "",
        )


# --- deciding ---------------------------------------------------------------------------------------------------------


def tried(office: Office, place: Place, wish: Wish) -> Outcome:
    """What a decision would do; nothing of it stays. Raises CentralError when it cannot be done."""

    def work(connection: Connection) -> None:
        raise _OnlyTriedError(_decide(connection, office, place, wish, "nobody"))

    try:
        office.database.run(work)
    except _OnlyTriedError as trial:
        return trial.outcome
    raise AssertionError("a trial always ends by being taken back")


def decide(office: Office, place: Place, wish: Wish, by: str) -> Outcome:
    """Do it. Raises CentralError when it cannot be done, or was decided before."""

    def work(connection: Connection) -> Outcome:
        outcome = _decide(connection, office, place, wish, by)
        about = f"{place.terminal_id} {place.incarnation} {place.sequence} {place.entry_hash}"
        office.note(connection, by, f"event_{wish.act}", about)
        return outcome

    return office.database.run(work)


def _decide(connection: Connection, office: Office, place: Place, wish: Wish, by: str) -> Outcome:
    if not wish.reason or len(wish.reason) > LONGEST_REASON:
        raise CentralError(422, "reason_needed", "Say why, in a sentence.")
    without_address(wish.reason)
    now = office.clock.now()
    held = find(connection, place)
    outcome, event_id, payload = Outcome(), "", b""
    if wish.act != DISMISSED:
        event_id = _own_id(connection, held)
        kind, payload = _corrected(held, wish) if wish.act == CORRECTED else _as_it_came(held)
        event = _event(held, event_id, kind, payload)
        outcome = _apply(connection, office, now, event, wish.email, place.terminal_id)
    row = {
        "terminal_id": place.terminal_id,
        "incarnation": place.incarnation,
        "sequence": place.sequence,
        "entry_hash": place.entry_hash,
        "act": wish.act,
        "reason": wish.reason,
        "decided_by": by,
        "decided_at": stored(now),
        "event_id": event_id,
        "payload": payload,
        "member_id": outcome.member_id,
        "outcome": outcome.reason,
    }
    if not write_rows(connection, office_tables.decision, [row]):
        raise CentralError(409, "decided_before", "Somebody decided about this event meanwhile.")
    if event_id:
        key = {name: row[name] for name in ("event_id", "terminal_id", "incarnation", "sequence")}
        key["payload_hash"] = hashlib.sha256(held.payload).hexdigest()
        connection.execute(tables.event_key.insert().values(**key))
    return outcome


def _own_id(connection: Connection, held: Held) -> str:
    """The event's own id; where another event has it, or it has none, one that its bytes make again and again."""
    key = tables.event_key
    used = connection.execute(select(key.c.event_id).where(key.c.event_id == held.event_id)).first()
    return held.event_id if held.event_id and used is None else derived_id("quarantined", held.place.entry_hash)


def _as_it_came(held: Held) -> tuple[str, bytes]:
    """What was applied is kept for ever, so it must hold nobody's address."""
    if _ADDRESS.search(held.payload.decode("utf-8", "replace")):
        raise CentralError(409, "address_in_payload", "It holds an e-mail address: correct it, which masks that.")
    return held.kind, held.payload


def _corrected(held: Held, wish: Wish) -> tuple[str, bytes]:
    kind = wish.kind or held.kind
    if kind not in KINDS:
        raise CentralError(422, "unknown_kind", "Choose a kind of event that the service knows.")
    if _ADDRESS.search(wish.payload):
        raise CentralError(422, "address_in_payload", "Write no e-mail address into it: there is a field for that.")
    try:
        plain = json.loads(wish.payload)
        return kind, canonical_json(plain)
    except (ValueError, TypeError, RecursionError) as error:
        raise CentralError(422, "bad_payload", f"The corrected content is no JSON: {str(error)[:200]}") from error


def _event(held: Held, event_id: str, kind: str, payload: bytes) -> contract.Event:
    return contract.Event(
        sequence=held.place.sequence,
        event_id=event_id,
        kind=kind,
        version=1,
        occurred_at=held.received_at,
        business_day=held.received_at[:10],
        payload=msgspec.Raw(payload),
        previous_hash=held.place.entry_hash,
        entry_hash=held.place.entry_hash,
    )


def _apply(
    connection: Connection, office: Office, now: datetime, event: contract.Event, email: str, terminal_id: str
) -> Outcome:
    """Post what the event does. Raises CentralError, and leaves nothing, when it cannot be applied this way either."""
    terminal = terminals.find(connection, terminal_id)
    if terminal is None:
        raise CentralError(404, "unknown_terminal", "The terminal of this event is not known.")
    if event.kind not in KINDS:
        raise CentralError(409, "unknown_kind", f"Events of kind {event.kind or 'none'} are not known here.")
    try:
        one = candidate(terminal, event, _contacts(bytes(event.payload), email), _lookup(connection))
    except PoisonError as poison:
        raise CentralError(409, poison.code, f"It still cannot be applied: {poison}") from poison
    Applying(connection, office.vault, office.ids, now, _lookup(connection)).run([one])
    if one.outcome.quarantined:
        code, _, sentence = one.outcome.reason.partition(":")
        raise CentralError(409, code, f"It still cannot be applied: {sentence.strip()}")
    return replace(one.outcome)


def _contacts(payload: bytes, email: str) -> dict[str, str]:
    """The address under the contact id that the event names; a sale has it within its member."""
    if not email:
        return {}
    try:
        plain = json.loads(payload)
        named = plain.get("contact_id") or (plain.get("member") or {}).get("contact_id") or ""
    except (ValueError, AttributeError, RecursionError):
        return {}
    return {str(named): email}


def _lookup(connection: Connection) -> Any:
    known = {(one.terms_id, one.version): one for one in terms.every(connection)}

    def lookup(terms_id: str, version: int) -> terms.Version | None:
        document = known.get((terms_id, version))
        return None if document is None else terms.Version(document, terms.checked(document))

    return lookup
