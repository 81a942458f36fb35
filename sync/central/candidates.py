"""Events as they come in, read and checked by themselves, before anything is applied."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from pos_app.domain.journal import EventKind
from pos_app.domain.member import EmailError, normalise_email
from sync import contract
from sync.central import loads, member_events
from sync.central.members import Joining
from sync.central.moments import parse, stored
from sync.central.return_desk import check_without_receipt
from sync.central.sale_facts import KINDS as FACT_KINDS
from sync.central.sale_facts import ArrivedFact, Outcome, read_fact
from sync.central.sales import PoisonError, SalePlan, TermsLookup, plan_sale, read_sale
from sync.central.terminals import Terminal

# What this version of the service applies. A kind that it does not know waits in quarantine for one that does: were
# it taken in without its effect, nobody would ever see that points are missing.
_WITHOUT_POINTS = (
    EventKind.TERMINAL_ENROLLED,
    EventKind.BUSINESS_DAY_OPENED,
    EventKind.BUSINESS_DAY_CLOSED,
    EventKind.TILL_OPENED,
    EventKind.TILL_CLOSED,
    EventKind.TILL_ASSIGNED,
    EventKind.TILL_MOVED_OUT,
    EventKind.TILL_MOVED_IN,
    EventKind.SALES_STOPPED,
    EventKind.SALES_RESUMED,
    EventKind.TILL_COUNTED,
    EventKind.TILL_SETTLED,
    EventKind.Z_REPORT,
    EventKind.STORE_CLOSED,
    EventKind.REPORT_REPRINTED,
    EventKind.RECORDS_READ,
    EventKind.TENDER_PICKUP,
    EventKind.SIGNED_ON,
    EventKind.SIGNED_OFF,
    EventKind.SIGN_ON_FAILED,
    EventKind.SALE_HANDED_OVER,
    EventKind.APPROVAL,
    EventKind.OPERATOR_CHANGED,
    EventKind.SETTINGS_CHANGED,
    EventKind.STORE_SETTINGS_CHANGED,
    EventKind.GOODS_CHANGED,
    EventKind.GOODS_TAKEN,
    EventKind.CATALOGUE_IMPORTED,
    EventKind.PRICES_CHANGED,
    EventKind.PROMOTIONS_CHANGED,
    EventKind.DATA_RESTORED,
    EventKind.RECOVERY_KEY_MADE,
    EventKind.CLOCKED_IN,
    EventKind.CLOCKED_OUT,
    EventKind.TRANSACTION_CANCELLED,
    EventKind.TRANSACTION_SUSPENDED,
    EventKind.TRANSACTION_RETRIEVED,
    EventKind.TRANSACTION_TAKEN_ELSEWHERE,
    EventKind.TENDER_LOAN,
    EventKind.PAID_OUT,
    EventKind.PAID_IN,
    EventKind.NO_SALE,
    EventKind.PRINT_OUTCOME,
    EventKind.RETURN_WITHOUT_RECEIPT,
    EventKind.CARD_PAYMENT_REVERSED,
    EventKind.RECEIPT_REPRINTED,
    EventKind.DEVICE_EVENT,
    EventKind.ORDER_PLACED,
    EventKind.ORDER_READY,
    EventKind.ORDER_COMPLETED,
    EventKind.ORDER_CANCELLED,
    EventKind.DEPOSIT,
    EventKind.DEPOSIT_REFUNDED,
)
_WITH_POINTS = (EventKind.SALE, EventKind.MEMBER_ENROLLED, *FACT_KINDS, *member_events.KINDS, *loads.KINDS)
KINDS = frozenset(str(kind) for kind in (*_WITHOUT_POINTS, *_WITH_POINTS))


@dataclass(slots=True)
class Candidate:
    """An event in its place, read and checked by itself; email is the normalised address of its contact, if any."""

    terminal: Terminal
    event: contract.Event
    sale: SalePlan | None = None
    joining: Joining | None = None
    fact: ArrivedFact | None = None
    member_event: member_events.MemberEvent | None = None
    load: loads.ArrivedLoad | None = None
    email: str = ""
    outcome: Outcome = field(default_factory=Outcome)


def candidate(
    terminal: Terminal, event: contract.Event, contacts: Mapping[str, str], terms_of: TermsLookup
) -> Candidate:
    """Read what an event is about. Raises PoisonError for one that cannot be applied."""
    found = Candidate(terminal, event)
    if event.kind == EventKind.SALE:
        payload = read_sale(bytes(event.payload))
        if payload.header.training:
            found.outcome.reason = "training"
            return found
        found.sale = plan_sale(payload, terminal.store_id, terms_of)
        if payload.member is not None and not payload.member.member_id:
            found.email = _email(contacts.get(payload.member.contact_id, ""))
    elif event.kind == EventKind.MEMBER_ENROLLED:
        found.joining = _joining(event, contacts)
    elif event.kind == EventKind.RETURN_WITHOUT_RECEIPT:
        check_without_receipt(bytes(event.payload))
    elif event.kind in FACT_KINDS:
        found.fact = read_fact(event, terminal.store_id, found.outcome)
    elif event.kind in loads.KINDS:
        found.load = loads.read_load(event, terminal.store_id, contacts, found.outcome)
    elif event.kind in member_events.KINDS:
        found.member_event = member_events.read_member_event(event, contacts, found.outcome)
    return found


def _joining(event: contract.Event, contacts: Mapping[str, str]) -> Joining:
    try:
        payload = contract.decode(bytes(event.payload), contract.MemberEnrolledPayload)
        joined_at = stored(parse(payload.joined_at))
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError) as error:
        raise PoisonError("bad_payload", str(error)[:300]) from error
    email = _email(contacts.get(payload.contact_id, ""))
    if not email:
        raise PoisonError("no_address", "The address of the person who joined did not come along or is none.")
    return Joining(event.event_id, email, payload.marketing_consent, joined_at)


def _email(text: str) -> str:
    try:
        return normalise_email(text)
    except EmailError:
        return ""
