"""Reports of this till, or of all tills of its store: any period, any operator, made of figures kept by day."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos_app.domain import report_people
from pos_app.domain.report import Report
from pos_app.domain.report_cells import Section
from pos_app.domain.report_figures import Period
from pos_app.domain.report_pages import Figures
from pos_app.domain.report_people import QueueFacts
from pos_app.domain.reports import PAGES
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError, OfflineError
from pos_app.ports import Clock, Formatter, Outbox, SyncStatus
from pos_app.ports.reports import Progress, ReportFigures
from pos_app.ports.store import StoreGateway
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.store_figures import FiguresMovedError, StoreFigures, quarantine_notes, tills_table

QUEUE = "queue"
TITLES = {report_id: title for report_id, (title, _) in PAGES.items()} | {QUEUE: "Queue and sync"}
"""Every report, in the order it is offered."""

_REFUSED_SHOWN = 20
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class ReportScope:
    """What there is to choose from: days up to the last one with figures, and everybody who has some."""

    last_day: date
    operators: tuple[str, ...]


class Reporting:
    """Makes reports. All but check_right touch the disk: not on the GUI thread. Calls raise WorldError."""

    def __init__(
        self,
        figures: ReportFigures,
        approvals: Approvals,
        *,
        outbox: Outbox,
        sync_status: Callable[[], SyncStatus],
        clock: Clock,
        formatter: Formatter,
        profile: StoreProfile,
        store: StoreGateway | None = None,
    ) -> None:
        """store: its figures over all tills, where there is a central service."""
        self._figures = figures
        self._store = store
        self._approvals = approvals
        self._outbox = outbox
        self._sync_status = sync_status
        self._clock = clock
        self._formatter = formatter
        self._profile = profile

    def check_right(self, approval: Approval | None = None) -> None:
        """Raises ApprovalNeededError, or NotAllowedError, for who may not look at reports."""
        self._approvals.require(Action.REPORTS, reason="Reports", approval=approval)

    def scope(self, on_progress: Progress, *, whole_store: bool = False) -> ReportScope:
        """Catch up with the journal, or the service with all tills, and say what there is. Raises Cancelled."""
        if whole_store:
            state = StoreFigures(self._gateway).catch_up(on_progress)
            newest = state.last_day or self._clock.now().date().isoformat()
            return ReportScope(date.fromisoformat(newest), state.operators)
        self._figures.catch_up(on_progress)
        today = self._clock.now().date()
        newest = self._figures.last_day()
        last = date.fromisoformat(newest) if newest else today
        return ReportScope(last, tuple(self._figures.operators()))

    @property
    def knows_the_store(self) -> bool:
        """True where reports may be of all tills."""
        return self._store is not None

    def make(self, report_id: str, period: Period, on_progress: Progress, *, whole_store: bool = False) -> Report:
        """A report of a period, with all that was journaled up to now, here or at all tills of the store.

        Raises Cancelled, and OfflineError for the store's while there is no line.
        """
        if report_id == QUEUE:
            return replace(self._queue(), scope=f"Now  ·  {self._till}")
        if whole_store:
            return self._of_store(report_id, period, on_progress)
        self._figures.catch_up(on_progress)
        _, page = PAGES[report_id]
        report = page(Figures(self._figures, period, self._profile))
        unread = sum(found.cell.times for found in self._figures.figures(Section.UNREADABLE, period))
        notes = (f"{unread} entries of the journal could not be read and are not in here.",) if unread else ()
        return replace(report, scope=self._scope_words(period, self._till), notes=(*report.notes, *notes))

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _till(self) -> str:
        return f"Store {self._profile.store_id}, till {self._profile.workstation_id}"

    @property
    def _gateway(self) -> StoreGateway:
        if self._store is None:
            raise OfflineError("This till is not connected to the store's other tills.")
        return self._store

    def _of_store(self, report_id: str, period: Period, on_progress: Progress) -> Report:
        """Made again when tills sent more meanwhile: a report is of one moment."""
        for _ in range(_MOST_TRIES):
            figures = StoreFigures(self._gateway)
            state = figures.catch_up(on_progress)
            try:
                report = PAGES[report_id][1](Figures(figures, period, self._profile))
            except FiguresMovedError:
                continue
            number = len(state.tills)
            where = f"Store {self._profile.store_id}, {number} {'till' if number == 1 else 'tills'}"
            return replace(
                report,
                scope=self._scope_words(period, where),
                tables=(*report.tables, tills_table(state, self._formatter)),
                notes=(*report.notes, *quarantine_notes(state)),
            )
        raise CashierError("figures_moved", "The tills send faster than this can be added up. Try again in a moment.")

    def _scope_words(self, period: Period, where: str) -> str:
        first, last = period.first_day, period.last_day
        days = first if first == last else f"{first} to {last}"
        who = period.operator_id or "Everybody"
        return f"{days}  ·  {where}  ·  {who}"

    def _queue(self) -> Report:
        status, waiting = self._sync_status(), self._figures.waiting()
        refused = self._outbox.quarantined()
        oldest = self._outbox.pending(1)
        facts = QueueFacts(
            online=status.online,
            reason=status.reason,
            last_success=self._moment(status.last_success_at),
            unsent=self._outbox.pending_count(),
            oldest_unsent=self._moment(oldest[0].occurred_at) if oldest else "",
            quarantined=len(refused),
            papers_waiting=waiting.papers,
            emails_waiting=waiting.emails,
        )
        shown = [(f"Entry {one.sequence}, {one.status}", one.reason) for one in refused[-_REFUSED_SHOWN:]]
        return report_people.queue(facts, shown)

    def _moment(self, at: str) -> str:
        return self._formatter.date_time(datetime.fromisoformat(at)) if at else ""
