"""Closing the till: sales stop, the drawer is counted without a word of what should be in it, then the day is settled.

Every step is one commit, so that a closing goes on where the power left it. The Z covers every journal entry since the
one before: it is added up again whenever something was journaled meanwhile, and sealed with the hash of the last.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pos_app.domain.card_batch import BatchTotal, CardDifference
from pos_app.domain.cash_count import CountedPieces, pieces_to_count, with_counts
from pos_app.domain.journal import EventKind, JournalEntry
from pos_app.domain.operator import Operator
from pos_app.domain.period_figures import figures_of
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.till_closing import (
    MOST_COUNTS,
    ClosingStep,
    CountedTender,
    TenderToCount,
    TillClosing,
    needs_reason,
    results_of,
    tenders_to_count,
)
from pos_app.domain.till_slip import code_of_slip
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import Catalogue, Clock, IdSource, Storage, TermsSource, TillRecords
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.card_batches import CardBatches
from pos_app.services.till_control import check_bag
from pos_app.services.till_moving import check_workstation, moved_out_payload, slip_of
from pos_app.services.till_papers import TillPapers, ZReport, z_report_of

_UNKNOWN_SALES = "Finish, park or cancel the sale under way first."


class Closing:
    """One closing at a time. Calls raise CashierError; seal may take a part of a second, so not on the GUI thread."""

    def __init__(
        self,
        approvals: Approvals,
        papers: TillPapers,
        *,
        storage: Storage,
        records: TillRecords,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        operator: Operator,
        profile: StoreProfile,
        catalogue: Catalogue,
        secret: Callable[[], bytes],
    ) -> None:
        """catalogue tells goods from the bags of a bank; secret is the store's, for slips of tills that move."""
        self._approvals = approvals
        self._papers = papers
        self._storage = storage
        self._records = records
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._operator = operator
        self._profile = profile
        self._catalogue = catalogue
        self._batches = CardBatches(storage=storage, records=records)
        self._secret = secret

    @property
    def current(self) -> TillClosing | None:
        """The closing under way, as it is on disk."""
        return self._records.closing()

    def cash_rows(self) -> tuple[CountedPieces, ...]:
        """What the drawer is counted by, with what was counted so far."""
        rows = pieces_to_count(self._profile.cash_denominations_minor, self._profile.till.rolls)
        closing = self.current
        return with_counts(rows, closing.cash if closing else ())

    def tenders(self) -> tuple[TenderToCount, ...]:
        """What else is counted."""
        return tenders_to_count(self._profile)

    def sale_under_way(self) -> bool:
        """True when something was rung up that is neither sold nor parked."""
        sale = self._storage.open_transaction()
        if sale is None:
            return False
        return bool(sale.tenders or sale.card_attempt or any(not line.voided for line in sale.basket.lines))

    # --- step by step ------------------------------------------------------------------------------------------------

    def stop_sales(
        self, parked: Sequence[str] = (), approval: Approval | None = None, *, to_workstation: str = ""
    ) -> TillClosing:
        """From here on nothing is sold, and the drawer opens to be counted.

        parked are the receipt numbers of sales that are carried into the next day. to_workstation: the till goes on
        there, with its cash.
        """
        business_day = self._storage.business_day()
        if not business_day:
            raise CashierError("store_closed", "The business day is not open.")
        if self.sale_under_way():
            raise CashierError("sale_under_way", _UNKNOWN_SALES)
        if to_workstation:
            check_workstation(to_workstation, self._profile.workstation_id)
            detail = f"To workstation {to_workstation}"
            self._approvals.require(Action.MOVE_TILL, detail=detail, reason="Move the till", approval=approval)
        else:
            self._approvals.require(Action.COUNT_TILL, approval=approval)
        closing = TillClosing(
            closing_id=self._ids.new_id(),
            business_day=business_day,
            operator_id=self._operator.operator_id,
            began_at=self._clock.now().isoformat(timespec="milliseconds"),
            float_minor=0 if to_workstation else self._profile.till.float_minor,
            to_workstation=to_workstation,
        )
        payload = self._who(closing) | {"parked_carried": list(parked)}
        with self._storage.unit_of_work() as work:
            work.append(EventKind.SALES_STOPPED, payload)
            work.save_closing(closing)
            work.add_print_job(self._papers.drawer_job())
            work.commit()
        return closing

    def resume_sales(self) -> None:
        """Sell again; only while nobody has seen what should be in the drawer."""
        closing = self._at(ClosingStep.COUNT_CASH, ClosingStep.COUNT_TENDERS)
        if closing.counts:
            raise CashierError("counted", "The till is counted: its day is closed now, and the next one opened.")
        with self._storage.unit_of_work() as work:
            work.append(EventKind.SALES_RESUMED, self._who(closing))
            work.save_closing(None)
            work.commit()

    def save_cash(self, cash: Sequence[CountedPieces]) -> None:
        """Keep what was counted so far."""
        closing = self._at(ClosingStep.COUNT_CASH)
        self._keep(replace(closing, cash=tuple(one for one in cash if one.number)))

    def seal_uncounted(self) -> TillClosing:
        """The cash of a till that goes to another workstation stays in its bag; the slips are counted here."""
        closing = self._at(ClosingStep.COUNT_CASH)
        if not closing.to_workstation:
            raise CashierError("closing_step", "Only a till that moves can be sealed.")
        closing = replace(closing, sealed=True, cash=(), step=ClosingStep.COUNT_TENDERS)
        self._keep(closing)
        return closing

    def save_tenders(self, tenders: Sequence[CountedTender]) -> None:
        """Keep what the slips come to so far."""
        closing = self._at(ClosingStep.COUNT_TENDERS)
        self._keep(replace(closing, tenders=tuple(tenders)))

    def take_batch(self, batch: BatchTotal) -> TillClosing:
        """The card terminal says what it took: that is its count, and the other slips stay as they were counted.

        Reads the journal: not for the GUI thread.
        """
        closing = self._at(ClosingStep.COUNT_TENDERS)
        card, payments = self._batches.counted(batch)
        others = tuple(one for one in closing.tenders if one.tender != card.tender)
        closing = replace(closing, tenders=(card, *others), card_payments=payments)
        self._keep(closing)
        return closing

    def card_differences(self) -> list[CardDifference]:
        """Why the card's total is another one than the journal's. Reads the journal: not for the GUI thread."""
        return self._batches.differences(self._at())

    def go_to(self, step: ClosingStep) -> TillClosing:
        """On to another step: back and forth while counting, forward only after it was confirmed."""
        closing = self._at()
        before_count = (ClosingStep.COUNT_CASH, ClosingStep.COUNT_TENDERS)
        allowed = (
            (closing.step in before_count and step in before_count)
            or (closing.step is ClosingStep.REVEAL and step is ClosingStep.DEPOSIT and not self.open_reasons())
            or (closing.step is ClosingStep.SIGN and step is ClosingStep.DEPOSIT)
        )
        if not allowed:
            raise CashierError("closing_step", "Something is missing on this page.")
        if step is ClosingStep.COUNT_CASH:
            closing = replace(closing, sealed=False)
        closing = replace(closing, step=step)
        self._keep(closing)
        return closing

    def confirm_count(self) -> TillClosing:
        """The count stands: what should be there may be looked at now. It is journaled with both."""
        closing = self._at(ClosingStep.COUNT_TENDERS)
        results = results_of(closing, self._storage.till_totals(), self.tenders())
        closing = replace(closing, step=ClosingStep.REVEAL, counts=closing.counts + 1, results=results)
        payload = self._who(closing) | {
            "count_number": closing.counts,
            "cash": [list(one) for one in closing.cash],
            "results": [list(one) for one in results],
            "card_listed": closing.card_payments is not None,
        }
        self._keep(closing, EventKind.TILL_COUNTED, payload)
        return closing

    def recount(self) -> TillClosing:
        """Count once more; both counts stay in the journal."""
        closing = self._at(ClosingStep.REVEAL)
        if closing.counts >= MOST_COUNTS:
            raise CashierError("counted_twice", "The till was counted twice. Say why it differs.")
        closing = replace(closing, step=ClosingStep.COUNT_CASH, results=())
        self._keep(closing)
        return closing

    def open_reasons(self) -> list[str]:
        """Tenders that differ by more than the store's tolerance, and of which nobody has said why."""
        tolerance = self._profile.till.tolerance_minor
        return [one.tender for one in self._at().results if needs_reason(one, tolerance) and not one.reason]

    def give_reason(self, tender: str, reason: str) -> TillClosing:
        """Say why a tender differs."""
        closing = self._at(ClosingStep.REVEAL)
        results = (one._replace(reason=reason.strip()) if one.tender == tender else one for one in closing.results)
        closing = replace(closing, results=tuple(results))
        self._keep(closing)
        return closing

    def keep_deposit(self, float_minor: int, bag_number: str) -> None:
        """Keep what was typed so far of float and bag; nothing of it is proved yet."""
        closing = self._at(ClosingStep.DEPOSIT)
        self._keep(replace(closing, float_minor=float_minor, bag_number=bag_number))

    def set_deposit(self, float_minor: int, bag_number: str) -> TillClosing:
        """What stays in the drawer for tomorrow; the rest goes to the bank in a bag with a number."""
        closing = self._at(ClosingStep.DEPOSIT)
        if closing.to_workstation:
            return self._set_seal(closing, bag_number)
        if not 0 <= float_minor <= closing.cash_minor:
            raise CashierError("float", "No more can stay in the drawer than was counted.")
        closing = replace(closing, float_minor=float_minor, bag_number=bag_number.strip())
        if closing.deposit_minor:
            check_bag(bag_number, self._catalogue)
        elif bag_number.strip():
            raise CashierError("bag_number", "Nothing is left to put into a bag.")
        closing = replace(closing, step=ClosingStep.SIGN)
        self._keep(closing)
        return closing

    def bag_problem(self, text: str) -> str:
        """Why this is no number of a bag; empty when it is one."""
        try:
            check_bag(text, self._catalogue)
        except CashierError as error:
            return str(error)
        return ""

    def _set_seal(self, closing: TillClosing, bag_number: str) -> TillClosing:
        """The bag that a till goes to another workstation in; one that was not counted has to have one."""
        if closing.sealed or bag_number.strip():
            check_bag(bag_number, self._catalogue)
        closing = replace(closing, bag_number=bag_number.strip(), step=ClosingStep.SIGN)
        self._keep(closing)
        return closing

    def check_signature(self, approval: Approval | None) -> None:
        """The manager's yes to what was counted. Raises ApprovalNeededError when whoever is signed on is none."""
        closing = self._at(ClosingStep.SIGN)
        over_short_minor = sum(one.over_short_minor for one in closing.results if not one.currency_code)
        self._approvals.require(
            Action.CLOSE_DAY,
            amount_minor=abs(over_short_minor),
            detail=f"Business day {closing.business_day}",
            reason="Closing the day",
            approval=approval,
        )

    def seal(self, approval: Approval | None) -> ZReport:
        """Settle the till, print its Z and close the day: one commit. check_signature comes before."""
        closing = self._at(ClosingStep.SIGN)
        approver_id = approval.approver_id if approval is not None else self._operator.operator_id
        while True:
            try:
                report = self._seal(closing, approver_id)
            except CommitUnknownError:
                if not self._storage.has_event(closing.closing_id):
                    raise
                report = z_report_of(self._records.z_reports(1)[0])
            if report is not None:
                return report

    # --- inside ------------------------------------------------------------------------------------------------------

    def _seal(self, closing: TillClosing, approver_id: str) -> ZReport | None:
        """None when something was journaled while the entries were added up: they are added up again."""
        last = self._records.last_entry()
        period = list(self._records.period())
        others = len(self._storage.open_tills()) - 1
        z_payload = self._z_payload(closing, period, approver_id)
        settled = self._who(closing) | {
            "approver_id": approver_id,
            "results": z_payload["results"],
            "float_minor": closing.float_minor,
            "deposit_minor": closing.deposit_minor,
            "bag_number": closing.bag_number,
        }
        slip = None
        if closing.to_workstation:
            slip = slip_of(closing, self._storage.current_till(), self._profile, self._moved_minor(closing))
        code = code_of_slip(slip, self._secret()) if slip else ""
        with self._storage.unit_of_work() as work:
            entry = work.append(EventKind.TILL_SETTLED, settled)
            if not _follows(entry, last):
                return None
            if slip is not None:
                work.append(EventKind.TILL_MOVED_OUT, self._who(closing) | moved_out_payload(slip, approver_id))
                work.add_print_job(self._papers.moving_job(slip, code))
            kind = EventKind.TILL_CLOSED if others else EventKind.BUSINESS_DAY_CLOSED
            closed = work.append(kind, self._who(closing) | {"z_number": z_payload["z_number"]})
            z_payload["period"] |= {"to": _place(closed), "last_hash": closed.entry_hash}
            report = z_report_of(work.append(EventKind.Z_REPORT, z_payload, event_id=closing.closing_id))
            work.add_print_job(self._papers.z_job(report))
            work.close_till()
            work.commit()
        return report

    def _z_payload(self, closing: TillClosing, period: Sequence[JournalEntry], approver_id: str) -> dict[str, Any]:
        before = self._records.z_reports(1)
        last_z = z_report_of(before[0]) if before else None
        figures, terms = figures_of(period), self._terms.current_terms()
        return (
            self._who(closing)
            | {
                "z_number": max(last_z.number if last_z else 0, _lost_z_number(period)) + 1,
                "approver_id": approver_id,
                "closed_at": self._clock.now().isoformat(timespec="milliseconds"),
                "period": {"from": _place(period[0])},
                "currency_code": self._profile.currency.code,
                "figures": figures.to_plain(),
                "points_worth": [terms.redeem_points, terms.redeem_value_minor],
                "grand_total_minor": (last_z.grand_total_minor if last_z else 0) + figures.sales_minor,
                "grand_returns_minor": (last_z.grand_returns_minor if last_z else 0)
                + figures.returns_minor
                + figures.voids_minor,
                "results": [list(one) for one in closing.results],
                "counts": closing.counts,
                "float_minor": closing.float_minor,
                "deposit_minor": closing.deposit_minor,
                "bag_number": closing.bag_number,
                "expected_cash_minor": self._storage.till_totals().expected_cash_minor,
                "unsent_count": self._records.unsent().count,
            }
            | self._left_and_moved(closing)
        )

    def _left_and_moved(self, closing: TillClosing) -> dict[str, Any]:
        """What a Z says besides where a workstation has several tills, or where this one went on."""
        others = len(self._storage.open_tills()) - 1
        said: dict[str, Any] = {"tills_open": others} if others else {}
        if closing.to_workstation:
            said |= {"moved_to": closing.to_workstation, "moved_minor": self._moved_minor(closing)}
        return said

    def _moved_minor(self, closing: TillClosing) -> int:
        """Counted cash goes on as counted, since what was missing is settled here; sealed cash as it should be."""
        return self._storage.till_totals().expected_cash_minor if closing.sealed else closing.cash_minor

    def _who(self, closing: TillClosing) -> dict[str, Any]:
        return {
            "closing_id": closing.closing_id,
            "business_day": closing.business_day,
            "operator_id": self._operator.operator_id,
        }

    def _at(self, *steps: ClosingStep) -> TillClosing:
        closing = self.current
        if closing is None:
            raise CashierError("not_closing", "The till is not being closed.")
        if steps and closing.step not in steps:
            raise CashierError("closing_step", "The closing is at another page by now.")
        return closing

    def _keep(self, closing: TillClosing, kind: EventKind | None = None, payload: dict[str, Any] | None = None) -> None:
        with self._storage.unit_of_work() as work:
            if kind is not None:
                work.append(kind, payload or {})
            work.save_closing(closing)
            work.commit()


def _lost_z_number(period: Sequence[JournalEntry]) -> int:
    """The last Z report that was made before the data was restored from an older copy; 0 when it was not."""
    restored = (json.loads(entry.payload) for entry in period if entry.kind == EventKind.DATA_RESTORED)
    return max((payload["z_number"] for payload in restored), default=0)


def _place(entry: JournalEntry) -> dict[str, Any]:
    return {"incarnation": entry.incarnation, "sequence": entry.sequence}


def _follows(entry: JournalEntry, before: JournalEntry) -> bool:
    """True when nothing stands between two entries; a restored copy begins anew with number 1."""
    if entry.incarnation != before.incarnation:
        return entry.sequence == 1
    return entry.previous_hash == before.entry_hash
