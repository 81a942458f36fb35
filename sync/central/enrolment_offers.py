"""Points for joining: exactly as many as the offer has, however many tills ask at once, and once per person.

The offer's window and its early end are judged by the moment at which somebody joined, the number of those who
were faster by one conditional update of the offer's counter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from sync import contract
from sync.central import former, tables, terms
from sync.central.database import write_rows
from sync.central.ledger import Cause, Posting
from sync.central.members import Joining
from sync.central.moments import last_day_of_use, local_day, parse, stored

POOL = "store"
GRANTED, DECLINED, NONE = "granted", "declined", "none"


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody who joined, and as whom."""

    joining: Joining
    member_id: str
    email_key: str


@dataclass(frozen=True, slots=True)
class _Programme:
    """All versions of the terms, as of now."""

    documents: list[contract.Terms]
    now: datetime

    def at(self, moment: datetime) -> contract.Terms:
        """The version in force at a moment; the oldest one before all of them."""
        begun = [one for one in self.documents if parse(one.effective_from) <= moment]
        return begun[-1] if begun else self.documents[0]

    def latest(self, offer: contract.EnrolmentOfferMessage) -> contract.EnrolmentOfferMessage:
        """The offer as it is written now: its end may have come early."""
        for document in reversed(self.documents):
            if parse(document.effective_from) <= self.now:
                for one in document.enrolment_offers:
                    if one.offer_id == offer.offer_id:
                        return one
        return offer


def decide(
    connection: Connection, posting: Posting, now: datetime, joined: Sequence[Joined]
) -> dict[str, contract.EnrolmentOutcome]:
    """Grant or decline for each who joined: outcomes by event id. The same event again gets the same outcome.

    The caller holds the lock on the accounts and flushes the posting.
    """
    programme = _Programme(terms.every(connection), now)
    if not any(document.enrolment_offers for document in programme.documents):
        return {one.joining.event_id: contract.EnrolmentOutcome() for one in joined}
    account, decision = tables.account, tables.enrolment_decision
    ids = sorted({one.member_id for one in joined})
    accounts = {
        row.member_id: row
        for row in connection.execute(
            select(account.c.member_id, account.c.joined_at, account.c.joined_event_id).where(
                account.c.member_id.in_(ids), account.c.left_at.is_(None)
            )
        )
    }
    decisions = {
        row.member_id: row for row in connection.execute(select(decision).where(decision.c.member_id.in_(ids)))
    }
    left = former.last_left(connection, {one.email_key for one in joined})
    outcomes: dict[str, contract.EnrolmentOutcome] = {}
    for one in sorted(joined, key=lambda one: (one.joining.joined_at, one.joining.event_id)):
        row = accounts.get(one.member_id)
        if row is None:
            outcomes[one.joining.event_id] = contract.EnrolmentOutcome()
            continue
        known = decisions.get(one.member_id)
        if known is None or (known.status == DECLINED and row.joined_at < known.joined_at):
            left_at = left[one.email_key].ended_at if one.email_key in left else ""
            judged = _judge(connection, programme, row.joined_at, left_at)
            if judged.status != NONE:
                known = _keep(connection, now, one, row.joined_at, judged)
                decisions[one.member_id] = known
            if judged.status == GRANTED:
                _post(posting, programme, one, row.joined_at, judged)
        outcomes[one.joining.event_id] = _outcome(one, known)
    return outcomes


def granted_count(connection: Connection, offer_id: str) -> int:
    """How many got the offer."""
    offer = tables.enrolment_offer
    return int(connection.execute(select(offer.c.granted).where(offer.c.offer_id == offer_id)).scalar() or 0)


def in_words(outcome: contract.EnrolmentOutcome) -> str:
    """What the till is told; empty when nothing was on offer."""
    if outcome.status == GRANTED:
        return f"enrolment_granted: {outcome.points} points for joining"
    return f"enrolment_declined: {outcome.reason}" if outcome.status == DECLINED else ""


def _judge(connection: Connection, programme: _Programme, joined_at: str, left_at: str) -> contract.EnrolmentOutcome:
    """What somebody who joined at that moment gets. A grant has taken its place among the offer's number."""
    moment = parse(joined_at)
    document = programme.at(moment)
    declined = contract.EnrolmentOutcome()
    for written in sorted(document.enrolment_offers, key=lambda offer: -offer.points):
        offer = programme.latest(written)
        if not parse(offer.starts_at) <= moment <= parse(offer.ends_at):
            continue
        outcome = contract.EnrolmentOutcome(offer_id=offer.offer_id, status="declined")
        if offer.ended_at and moment > parse(offer.ended_at):
            outcome.reason = "The offer had ended before, since all its places were taken."
        elif left_at and parse(left_at) >= _look_back_from(offer, document.time_zone):
            outcome.reason = f"Only for people who were no members in the {offer.look_back_days} days before it."
        elif not _take_place(connection, offer):
            outcome.reason = f"The first {offer.cap:,} people have joined already."
        else:
            return contract.EnrolmentOutcome(offer_id=offer.offer_id, status="granted", points=offer.points)
        declined = outcome
    return declined


def _look_back_from(offer: contract.EnrolmentOfferMessage, time_zone: str) -> datetime:
    """The first moment at which nobody may have been a member; days are those of the programme's zone."""
    until = parse(offer.look_back_until or offer.starts_at).astimezone(ZoneInfo(time_zone))
    return until - timedelta(days=offer.look_back_days)


def _take_place(connection: Connection, offer: contract.EnrolmentOfferMessage) -> bool:
    """Take one of the offer's places; one conditional update, so never one too many."""
    table, places = tables.enrolment_offer, offer.cap - offer.granted_before
    if granted_count(connection, offer.offer_id) >= places:
        return False
    write_rows(connection, table, [{"offer_id": offer.offer_id, "granted": 0}])
    taken = connection.execute(
        update(table)
        .where(table.c.offer_id == offer.offer_id, table.c.granted < places)
        .values(granted=table.c.granted + 1)
    )
    return taken.rowcount == 1


def _keep(connection: Connection, now: datetime, one: Joined, joined_at: str, judged: contract.EnrolmentOutcome) -> Any:
    decision = tables.enrolment_decision
    row = {
        "member_id": one.member_id,
        "offer_id": judged.offer_id,
        "event_id": one.joining.event_id,
        "joined_at": joined_at,
        "status": judged.status,
        "points": judged.points,
        "reason": judged.reason,
        "decided_at": stored(now),
    }
    others = ", ".join(f"{name} = excluded.{name}" for name in row if name != "member_id")
    write_rows(connection, decision, [row], f"(member_id) DO UPDATE SET {others}")
    return connection.execute(select(decision).where(decision.c.member_id == one.member_id)).one()


def _post(
    posting: Posting, programme: _Programme, one: Joined, joined_at: str, judged: contract.EnrolmentOutcome
) -> None:
    document = programme.at(parse(joined_at))
    earned_on = local_day(parse(joined_at), document.time_zone)
    cause = Cause(one.joining.event_id, joined_at)
    posting.load([one.member_id])
    posting.credit(
        cause,
        one.member_id,
        "enrolment",
        judged.points,
        pool=POOL,
        earned_on=earned_on.isoformat(),
        expires_on=last_day_of_use(earned_on, document.expiry_month_day).isoformat(),
        offer_id=judged.offer_id,
        own_lot=judged.offer_id,
    )
    posting.recover_debt(cause, one.member_id)


def _outcome(one: Joined, known: Any) -> contract.EnrolmentOutcome:
    """What the event is told: the decision when it is about this event, else that somebody is a member already."""
    if known is None:
        return contract.EnrolmentOutcome()
    if known.event_id == one.joining.event_id or known.status == DECLINED:
        return contract.EnrolmentOutcome(
            offer_id=known.offer_id, status=known.status, points=known.points, reason=known.reason
        )
    return contract.EnrolmentOutcome(offer_id=known.offer_id, status="declined", reason="Is a member already.")
