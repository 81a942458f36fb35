"""What tills write into their journals of a member's life beside joining: left, linked, unlinked.

The same is asked for online; whichever comes first counts, the other changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from pos_app.domain.journal import EventKind
from sync import contract, membership
from sync.central import former, leaving, links, members
from sync.central.errors import CentralError
from sync.central.sale_facts import Outcome
from sync.central.sales import PoisonError
from sync.central.vault import Vault

Payload = membership.MemberLeftPayload | membership.AccountLinkedPayload | membership.AccountUnlinkedPayload
_PAYLOADS: dict[str, type[Payload]] = {
    EventKind.MEMBER_LEFT: membership.MemberLeftPayload,
    EventKind.ACCOUNT_LINKED: membership.AccountLinkedPayload,
    EventKind.ACCOUNT_UNLINKED: membership.AccountUnlinkedPayload,
}
KINDS = frozenset(str(kind) for kind in _PAYLOADS)


@dataclass(frozen=True, slots=True)
class MemberEvent:
    """One event, read. reference is the linked account's own number, which travels beside the journal."""

    event_id: str
    payload: Payload
    outcome: Outcome
    reference: str = ""


def read_member_event(event: contract.Event, contacts: Mapping[str, str], outcome: Outcome) -> MemberEvent:
    """The event of a journal entry. Raises PoisonError for one that cannot be applied."""
    try:
        payload = contract.decode(bytes(event.payload), _PAYLOADS[event.kind])
    except (msgspec.DecodeError, RecursionError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error
    reference = ""
    if isinstance(payload, membership.AccountLinkedPayload):
        reference = contacts.get(payload.contact_id, "")
        if not reference:
            raise PoisonError("no_reference", "The number of the account to link did not come along.")
    return MemberEvent(event.event_id, payload, outcome, reference)


def apply(connection: Connection, vault: Vault, now: datetime, one: MemberEvent) -> None:
    """Do what an event says; what is refused is quarantined with the reason."""
    payload = one.payload
    member_id = former.survivor(connection, payload.member_id)
    one.outcome.member_id = member_id
    try:
        if isinstance(payload, membership.MemberLeftPayload):
            leaving.leave(connection, now, one.event_id, member_id, payload.reason)
            return
        members.address_of(connection, vault, member_id)
        if isinstance(payload, membership.AccountLinkedPayload):
            links.link(connection, vault, now, one.event_id, member_id, payload.kind, one.reference)
        else:
            links.unlink(connection, member_id, payload.kind)
    except CentralError as refused:
        one.outcome.quarantined, one.outcome.reason = True, f"{refused.code}: {refused.message}"
