"""What events do: joins, sales, redemptions, posted together in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from pos_app.domain.journal import EventKind
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.ports import IdSource
from sync import contract
from sync.central import (
    enrolment_offers,
    exposure,
    gift_cards,
    loads,
    member_events,
    members,
    revision,
    store_goods,
    tables,
)
from sync.central.candidates import Candidate
from sync.central.database import within, write_new_rows, write_rows
from sync.central.ledger import Cause, Posting
from sync.central.members import Joining, Membership
from sync.central.moments import stored
from sync.central.promotions import codes as promo_codes
from sync.central.receipts import note_return_papers
from sync.central.return_desk import note_without_receipt, sale_trace, trace_rows
from sync.central.returns import STORE_POOL, Returns
from sync.central.sale_facts import Outcome
from sync.central.sale_rows import POINTS_OF_THE_MEMBER, line_rows, sale_row, tender_rows
from sync.central.sales import PoisonError, SalePlan, TermsLookup, plan_sale, read_sale
from sync.central.sold_lines import RETURN_KINDS
from sync.central.vault import Vault


@dataclass(slots=True)
class _Hold:
    member_id: str
    points: int
    state: str
    captured_points: int
    changed: bool = False


class Applying:
    """One transaction of applied events."""

    def __init__(
        self, connection: Connection, vault: Vault, ids: IdSource, now: datetime, terms_of: TermsLookup
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._ids = ids
        self._now = now
        self._received_at = stored(now)
        self._terms_of = terms_of
        self._posting = Posting(connection, self._received_at)
        self._holds: dict[str, _Hold] = {}
        self._members: dict[str, Membership] = {}
        self._sale_ids: set[str] = set()
        self._sales: list[dict[str, Any]] = []
        self._sale_lines: list[dict[str, Any]] = []
        self._sale_tenders: list[dict[str, Any]] = []
        self._sale_traces: list[dict[str, Any]] = []
        self._unclaimed: list[dict[str, Any]] = []
        self._claimed: list[str] = []
        self._offline: set[str] = set()
        self._offline_rows: list[dict[str, Any]] = []
        self.enrolments: dict[str, contract.EnrolmentOutcome] = {}

    def run(self, candidates: Sequence[Candidate]) -> None:
        """Apply all of them in order; each one's outcome tells what became of it."""
        if any(one.event.kind in store_goods.KINDS for one in candidates):
            revision.change(self._connection)  # the store's other tills ask at once
        joined = self.join([one.joining for one in candidates if one.joining is not None])
        for one in candidates:
            if one.joining is not None:
                one.outcome.member_id = joined[one.joining.email]
                enrolment = self.enrolments[one.joining.event_id]
                one.outcome.points, one.outcome.reason = enrolment.points, enrolment_offers.in_words(enrolment)
        sales = [(one, one.sale) for one in candidates if one.sale is not None]
        facts = [one.fact for one in candidates if one.fact is not None]
        if sales or facts:
            self._load(sales, self._returns().lock(facts))
        sold: list[SalePlan] = []
        for one, plan in sales:
            try:
                self._apply_sale(one, plan)
            except PoisonError as poison:
                one.outcome = Outcome(quarantined=True, reason=f"{poison.code}: {poison}")
            else:
                sold.append(plan)
        self._flush()
        for one in candidates:
            if one.load is not None:
                loads.apply(self._connection, self._vault, self._now, one.load)
        self._returns().run(facts, sold)
        note_without_receipt(
            self._connection,
            (
                (one.event.event_id, one.terminal.store_id, bytes(one.event.payload))
                for one in candidates
                if one.event.kind == EventKind.RETURN_WITHOUT_RECEIPT
            ),
        )
        note_return_papers(
            self._connection,
            (
                one.event
                for one in candidates
                if one.event.kind == EventKind.RETURN_WITHOUT_RECEIPT
                or (one.fact is not None and one.event.kind in RETURN_KINDS)
            ),
        )
        for one in candidates:
            if one.member_event is not None:
                member_events.apply(self._connection, self._vault, self._now, one.member_event)

    def join(self, joining: Sequence[Joining]) -> dict[str, str]:
        """Member ids by normalised address; enrolment offers are granted, sales that waited for the news are posted."""
        if not joining:
            return {}
        member_ids = members.join(self._connection, self._vault, self._ids, joining)
        keys = {one.email: self._vault.email_key(one.email) for one in joining}
        joined = [enrolment_offers.Joined(one, member_ids[keys[one.email]], keys[one.email]) for one in joining]
        self.enrolments |= enrolment_offers.decide(self._connection, self._posting, self._now, joined)
        self._claim(tables.unclaimed.c.email_key.in_(sorted(member_ids)))
        return {email: member_ids[key] for email, key in keys.items()}

    def enrol(self, joining: Joining) -> str:
        """One person who joins online; the member id comes back."""
        member_id = self.join([joining])[joining.email]
        self._flush()
        return member_id

    # --- reading ------------------------------------------------------------------------------------------------------

    def _returns(self) -> Returns:
        return Returns(self._connection, self._received_at)

    def _load(self, sales: Sequence[tuple[Candidate, SalePlan]], others: set[str]) -> None:
        """Lock what the sales will change, holds first, then balances: theirs and those of other members."""
        keys = {self._vault.email_key(one.email) for one, _ in sales if one.email}
        self._members = members.memberships(self._connection, sorted(keys))
        hold = tables.hold
        references = sorted({tender.reference for _, plan in sales for tender in plan.tenders_of_points})
        if references:
            rows = self._connection.execute(
                select(hold)
                .where(within(self._connection, hold.c.hold_id, references))
                .order_by(hold.c.hold_id)
                .with_for_update()
            )
            for row in rows:
                self._holds[row.hold_id] = _Hold(row.member_id, row.points, row.state, row.captured_points)
        offline = {reference for reference in references if reference.startswith(OFFLINE_REFERENCE)}
        self._offline = exposure.known_references(self._connection, offline)
        named = {plan.payload.member.member_id for _, plan in sales if plan.payload.member is not None}
        by_address = {membership.member_id for membership in self._members.values()}
        self._posting.load((named | by_address | others | {hold.member_id for hold in self._holds.values()}) - {""})
        sale = tables.sale
        transaction_ids = {plan.payload.header.transaction_id for _, plan in sales}
        rows = self._connection.execute(
            select(sale.c.transaction_id).where(within(self._connection, sale.c.transaction_id, transaction_ids))
        )
        self._sale_ids = {row.transaction_id for row in rows}

    # --- a sale -------------------------------------------------------------------------------------------------------

    def _apply_sale(self, one: Candidate, plan: SalePlan) -> None:
        """Post a sale. What makes it impossible is found before anything of it is posted."""
        header = plan.payload.header
        if header.transaction_id in self._sale_ids:
            raise PoisonError("sale_repeated", "This sale came before, in another event; the first one stays.")
        member_id, remark = self._member_of(one, plan)
        payers = [self._payer(tender, member_id) for tender in plan.tenders_of_points]
        self._sale_ids.add(header.transaction_id)
        cause = Cause(one.event.event_id, plan.ended_at, header.transaction_id, header.store_id)
        remarks = [remark]
        for tender, payer in zip(plan.tenders_of_points, payers, strict=True):
            remarks.append(self._redeem(cause, tender, payer))
        for tender in plan.tenders_of_gift_cards:
            remarks.append(
                gift_cards.capture(
                    self._connection,
                    self._received_at,
                    one.event.event_id,
                    header.transaction_id,
                    tender.tender_id,
                    tender.reference,
                    tender.amount_minor,
                )
            )
        if plan.payload.code_uses:
            remarks.append(promo_codes.use(self._connection, self._received_at, one.event.event_id, plan.payload))
        if member_id:
            plan = self._for_member(plan, member_id)
            one.outcome.points, one.outcome.correction_points = self._earn(cause, plan, member_id)
        one.outcome.member_id = member_id
        one.outcome.reason = "; ".join(remark for remark in remarks if remark)
        self._sales.append(sale_row(plan, one.event.event_id, member_id))
        self._sale_lines += line_rows(plan)
        self._sale_tenders += tender_rows(plan)
        self._sale_traces += trace_rows(plan)
        if remark:
            self._unclaimed.append(self._unclaimed_row(one, plan))

    def _member_of(self, one: Candidate, plan: SalePlan) -> tuple[str, str]:
        """Who earns, or why nobody does. An address counts from the moment at which its owner joined."""
        reference = plan.payload.member
        if reference is None:
            return "", ""
        if reference.member_id:
            if not self._posting.knows(reference.member_id):
                raise PoisonError("unknown_member", "There is no such member.")
            return self._posting.survivor(reference.member_id), ""
        membership = self._members.get(self._vault.email_key(one.email)) if one.email else None
        if membership is None or membership.joined_at > plan.ended_at:
            return "", "unclaimed: nobody had joined with this address when the sale was made"
        return membership.member_id, ""

    def _payer(self, tender: contract.TenderMessage, member_id: str) -> str:
        hold = self._holds.get(tender.reference)
        payer = hold.member_id if hold is not None else member_id
        if not payer:
            raise PoisonError("points_of_nobody", "Points were used and neither a hold nor a member says whose.")
        return payer

    def _redeem(self, cause: Cause, tender: contract.TenderMessage, payer: str) -> str:
        """Take points that paid; the goods are gone, so also after the hold is over, as a debt if need be."""
        offline = tender.reference.startswith(OFFLINE_REFERENCE)
        if offline and tender.reference in self._offline:
            return "offline_reference_repeated"
        hold = self._holds.get(tender.reference)
        remark = "" if offline or (hold is not None and hold.state == "held") else "redeemed_without_hold"
        if hold is not None:
            if hold.state == "held":
                self._posting.give_back_held(payer, hold.points)
            hold.state, hold.changed = "captured", True
            hold.captured_points += tender.points
        owed = self._posting.debit(cause, payer, "redeem", tender.points, part=tender.tender_id)
        if offline:
            self._note_offline(cause, tender, payer, owed)
        return "overdrawn" if owed else remark

    def _note_offline(self, cause: Cause, tender: contract.TenderMessage, payer: str, owed: int) -> None:
        self._offline.add(tender.reference)
        self._offline_rows.append(
            {
                "reference": tender.reference,
                "store_id": cause.store_id,
                "member_id": self._posting.survivor(payer),
                "transaction_id": cause.transaction_id,
                "points": tender.points,
                "overdrawn_points": owed,
                "occurred_at": cause.occurred_at,
                "received_at": self._received_at,
            }
        )

    def _earn(self, cause: Cause, plan: SalePlan, member_id: str) -> tuple[int, int]:
        """Post the points as printed, then the difference to what is right: points earned and correction.

        Points of goods that are still to be shipped are pending.
        """
        earned = correction = 0
        for line in plan.credits:
            if line.to_ship:
                right = line.base + line.bonus
                self._posting.pend(cause, member_id, "sale", right, line_number=line.line_number)
                earned += right
                correction += right - line.printed_base - line.printed_bonus
                continue
            for kind, printed, right in (
                ("base", line.printed_base, line.base),
                ("bonus", line.printed_bonus, line.bonus),
            ):
                offer_id = line.offer_id if kind == "bonus" else ""
                for entry_kind, points in ((f"earn_{kind}", printed), ("correction", right - printed)):
                    self._posting.credit(
                        cause,
                        member_id,
                        entry_kind,
                        points,
                        pool=STORE_POOL,
                        earned_on=plan.earned_on,
                        expires_on=plan.expires_on,
                        part=kind,
                        line_number=line.line_number,
                        offer_id=offer_id,
                    )
                earned += right
                correction += right - printed
        self._posting.recover_debt(cause, member_id)
        return earned, correction

    def _for_member(self, plan: SalePlan, member_id: str) -> SalePlan:
        """A till may have taken the member for another segment than the service knows."""
        if not plan.asks_segment:
            return plan
        person = tables.person
        query = select(person.c.segment).where(person.c.member_id == member_id)
        segment = self._connection.execute(query).scalar()
        return plan if segment is None else plan.for_segment(segment)

    def _unclaimed_row(self, one: Candidate, plan: SalePlan) -> dict[str, Any]:
        return {
            "event_id": one.event.event_id,
            "email_key": self._vault.email_key(one.email) if one.email else "",
            "payload": bytes(one.event.payload),
            "ended_at": plan.ended_at,
            "claimed_by": "",
        }

    # --- sales that waited --------------------------------------------------------------------------------------------

    def claim_waiting(self) -> int:
        """Post all sales that wait for nothing any more; how many they were.

        An enrolment and a sale that come in at the same moment through two processes may not see each other.
        """
        claimed = self._claim(tables.unclaimed.c.email_key != "")
        self._flush()
        return claimed + self._returns().post_waiting()

    def _claim(self, which: ColumnElement[bool]) -> int:
        """Post the sales that were made after their customer had joined but came in before the news of it."""
        waiting = tables.unclaimed
        rows = self._connection.execute(
            select(waiting, tables.account.c.joined_at, tables.account.c.member_id)
            .join(tables.person, tables.person.c.email_key == waiting.c.email_key)
            .join(tables.account, tables.account.c.member_id == tables.person.c.member_id)
            .where(
                which,
                waiting.c.claimed_by == "",
                waiting.c.ended_at >= tables.account.c.joined_at,
            )
            .order_by(waiting.c.ended_at, waiting.c.event_id)
            .with_for_update(of=waiting)
        ).all()
        self._posting.load(row.member_id for row in rows)
        for row in rows:
            payload = read_sale(bytes(row.payload))
            plan = plan_sale(payload, payload.header.store_id, self._terms_of)
            header = payload.header
            cause = Cause(row.event_id, plan.ended_at, header.transaction_id, header.store_id)
            plan = self._for_member(plan, row.member_id)
            self._earn(cause, plan, row.member_id)
            self._claimed.append(header.transaction_id)
            if plan.credits:
                write_rows(self._connection, tables.sale_line, line_rows(plan), POINTS_OF_THE_MEMBER)
            self._connection.execute(
                update(waiting).where(waiting.c.event_id == row.event_id).values(claimed_by=row.member_id)
            )
            self._connection.execute(
                update(tables.sale)
                .where(tables.sale.c.transaction_id == header.transaction_id)
                .values(member_id=row.member_id)
            )
        return len(rows)

    # --- writing ------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Write everything that was collected; what happened to sales that found their member is posted behind."""
        write_new_rows(self._connection, tables.sale, self._sales)
        write_new_rows(self._connection, tables.sale_line, self._sale_lines)
        write_new_rows(self._connection, tables.sale_tender, self._sale_tenders)
        write_new_rows(self._connection, sale_trace, self._sale_traces)
        write_new_rows(self._connection, tables.offline_redemption, self._offline_rows)
        write_new_rows(self._connection, tables.unclaimed, self._unclaimed)
        for hold_id, hold in sorted(self._holds.items()):
            if hold.changed:
                self._connection.execute(
                    update(tables.hold)
                    .where(tables.hold.c.hold_id == hold_id)
                    .values(state=hold.state, captured_points=hold.captured_points)
                )
        self._posting.flush()
        self._returns().replay(self._claimed)
