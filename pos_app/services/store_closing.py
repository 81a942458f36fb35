"""Closing the store over all its tills: at the service, from the tills' own Zs; journaled and printed here.

The close is made at the service first. What is journaled here carries an id made of the close's seal: asked again
after a lost answer or a power cut, it is the same close, journaled and printed once.
"""

from datetime import date, timedelta
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.receipt_document import Cut, Feed, Pair, ReceiptDocument
from pos_app.domain.report import Report
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.store_close import StoreClose, StoreDay
from pos_app.ports import Clock, Formatter, IdSource, PrintJob, Storage
from pos_app.ports.store import StoreGateway
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.report_files import as_paper
from pos_app.services.store_day_report import deposit_report, own_day_report, store_close_report, store_day_report
from pos_app.services.till_papers import TillPapers

SHOWN = timedelta(days=14)
_SIGNATURE = "_" * 24


class StoreClosing:
    """Calls but check_right touch network and disk: not on the GUI thread. They raise OfflineError and RefusedError."""

    def __init__(
        self,
        gateway: StoreGateway,
        approvals: Approvals,
        *,
        storage: Storage,
        clock: Clock,
        ids: IdSource,
        operator: Operator,
        formatter: Formatter,
        profile: StoreProfile,
        papers: TillPapers,
    ) -> None:
        """papers: this till's own, for when nothing is known of the others."""
        self._gateway = gateway
        self._papers = papers
        self._approvals = approvals
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._operator = operator
        self._formatter = formatter
        self._profile = profile

    def check_right(self, approval: Approval | None = None) -> None:
        """Raises ApprovalNeededError, or NotAllowedError, for who may not look at the store's days."""
        self._approvals.require(Action.REPORTS, reason="Look at the store's day", approval=approval)

    def check_close(self, business_day: str, approval: Approval | None = None) -> str:
        """Who approved the close, empty when whoever is signed on may do it alone. Raises ApprovalNeededError."""
        detail = f"Business day {business_day}"
        self._approvals.require(Action.CLOSE_STORE, detail=detail, reason="Closing the store", approval=approval)
        return approval.approver_id if approval is not None else ""

    def days(self) -> list[tuple[StoreDay, StoreClose | None]]:
        """The last two weeks of the store, newest first, each with its last close."""
        since: date = self._clock.now().date() - SHOWN
        return self._gateway.days(since.isoformat())

    def report(self, day: StoreDay, close: StoreClose | None) -> Report:
        """A day laid out."""
        return store_day_report(day, close, self._profile, self._formatter, self._clock.now())

    def own_report(self) -> Report:
        """What is known without the service: this till alone."""
        return own_day_report(self._storage.business_day(), self._papers.z_reports(), self._profile)

    def close(self, business_day: str, approver_id: str) -> StoreClose:
        """Close the day with the tills that have closed it, journal it and print it. check_close comes before."""
        made = self._gateway.close(business_day, self._operator.operator_id, approver_id)
        event_id = f"store-close-{self._profile.workstation_id}-{made.digest[:32]}"
        if self._storage.has_event(event_id):
            return made
        payload: dict[str, Any] = {
            "operator_id": self._operator.operator_id,
            "approver_id": approver_id,
            "store_close": made.number,
            "amendment": made.amendment,
            "closed_business_day": made.day.business_day,
            "digest": made.digest,
            "tills": [[till.name, till.z_number] for till in made.day.closed_tills],
            "net_sales_minor": made.day.figures.net_sales_minor,
            "bank_minor": made.day.bank_minor,
        }
        with self._storage.unit_of_work() as work:
            work.append(EventKind.STORE_CLOSED, payload, event_id=event_id)
            for document in self.papers(made):
                job_id = self._ids.new_id()
                work.add_print_job(PrintJob(job_id, job_id, document))
            work.commit()
        return made

    def print_copy(self, close: StoreClose) -> None:
        """Print a close again, marked as a copy; it is journaled."""
        payload = {
            "operator_id": self._operator.operator_id,
            "store_close": close.number,
            "amendment": close.amendment,
        }
        with self._storage.unit_of_work() as work:
            work.append(EventKind.REPORT_REPRINTED, payload)
            for document in self.papers(close, copy=True):
                job_id = self._ids.new_id()
                work.add_print_job(PrintJob(job_id, job_id, document))
            work.commit()

    def papers(self, close: StoreClose, *, copy: bool = False) -> tuple[ReceiptDocument, ReceiptDocument]:
        """The close and the bank's slip, each with a line to sign."""
        reports = (store_close_report(close, self._profile, self._formatter), deposit_report(close, self._profile))
        now = self._clock.now()
        papers = (as_paper(one, self._profile, self._formatter, now) for one in reports)
        first, second = (self._signed(paper, copy=copy) for paper in papers)
        return first, second

    def _signed(self, paper: ReceiptDocument, *, copy: bool) -> ReceiptDocument:
        blocks = tuple(block for block in paper.blocks if not isinstance(block, Feed | Cut))
        return ReceiptDocument(paper.title, (*blocks, Feed(2), Pair("Signature", _SIGNATURE), Cut()), copy=copy)
