"""Reports at the window: what is asked for is added up behind it, with its progress, and can be stopped."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.report_figures import Period
from pos_app.errors import CashierError, OfflineError, WorldError
from pos_app.ports.reports import Cancelled, Progress
from pos_app.services.record_use import PAPER, REPORT, SCREEN
from pos_app.services.report_files import as_csv, as_xlsx
from pos_app.services.reporting import QUEUE, TITLES
from ui.background import Background
from ui.manager.progress import Progressing
from ui.manager.reports_body import ReportBody, ReportChoice
from ui.till.day_page import PageWords, Way

if TYPE_CHECKING:
    from pos_app.domain.report import Report
    from pos_app.services.approvals import Approval
    from pos_app.services.reporting import ReportScope
    from ui.sale.checkout_window import CheckoutWindow

JOURNAL = "journal"
_LOOKS = {
    "overview": ("layout-dashboard", "The whole day on a page"),
    "hours": ("clock", "When it is busy"),
    "categories": ("tags", "What kind of goods"),
    "items": ("package", "Best sellers first"),
    "tenders": ("wallet", "Cash, card and the rest"),
    "taxes": ("landmark", "Owed to each authority"),
    "reductions": ("badge-percent", "By whom and why"),
    "returns": ("undo-2", "Why goods came back"),
    "cash": ("banknote", "Paid in and out, no sales"),
    "over_short": ("scale", "What counts showed"),
    "rewards": ("star", "Points out and in"),
    "promotions": ("megaphone", "What they took off"),
    "exceptions": ("triangle-alert", "What stands out"),
    QUEUE: ("refresh-cw", "What waits to be sent"),
}
_FIT_TO_OPEN = "Choose what to look at. Nothing here changes a sale."


class ReportsDesk:
    """All reports; made when they are opened for the first time."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        make = window.services.reports
        assert make is not None
        self._parts = make()
        tiles = [(one, TITLES[one], *_LOOKS[one]) for one in TITLES]
        tiles.append((JOURNAL, "Journal", "scroll-text", "Every entry, and its proof"))
        page = window.till.page
        self.choice = ReportChoice(page, tiles)
        self.choice.chosen.connect(self._chosen)
        services = window.services
        self.body = ReportBody(page, services.formatter, services.clock.now().date())
        self.body.wanted.connect(self._make)
        self.body.save_wanted.connect(self._save)
        self.body.tills_chosen.connect(self._open_scope)
        self.report_id = ""
        self.report: Report | None = None
        self._work: Progressing | None = None
        self._offline = ""

    @property
    def _background(self) -> Background:
        return self._window.background

    def open(self) -> None:
        """Everything there is to look at; it needs the right."""
        self._window.side.close_panel()
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self._parts.reporting.check_right(approval)
        self._show_choice()

    def _show_choice(self) -> None:
        self._stop()
        words = self._words("Reports", _FIT_TO_OPEN)
        self._window.till.page.show_step(words, self.choice, Way("Back to the sale", self._window.till.leave, "plain"))

    def _words(self, heading: str, hint: str) -> PageWords:
        services = self._window.services
        place = f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}"
        return PageWords("Reports", place, "chart-column", heading=heading, hint=hint)

    # --- one report ---------------------------------------------------------------------------------------------------

    def _chosen(self, report_id: str) -> None:
        if report_id == JOURNAL:
            self._window.functions.manager.journal.open(Way("All reports", self._show_choice))
            return
        self.report_id = report_id
        self._show_making()
        self._open_scope()

    def _open_scope(self) -> None:
        """What there is to choose from, at this till or at all of them; then the report."""
        self._stop()
        scope = partial(self._parts.reporting.scope, whole_store=self._of_store)
        self._work = Progressing(self._window, scope, self.body.show_progress)
        self._work.start(self._offer, self._failed)

    @property
    def _period(self) -> Period:
        first, last = self.body.period
        return Period(first.isoformat(), last.isoformat(), self.body.operator_id)

    @property
    def _of_store(self) -> bool:
        return self.body.whole_store and self.report_id != QUEUE

    def _offer(self, scope: ReportScope) -> None:
        dated = self.report_id != QUEUE
        known = self._parts.reporting.knows_the_store
        self.body.offer(scope.last_day, scope.operators, dated=dated, knows_store=known)
        self._make()

    def _show_making(self) -> None:
        self.report = None
        self._show_body(self._words(TITLES[self.report_id], " "))
        self._window.till.page.main.setEnabled(False)

    def _show_body(self, words: PageWords) -> None:
        back, main = Way("All reports", self._show_choice), Way("Print", self._print, "accent")
        self._window.till.page.show_step(words, self.body, main, back=back)

    def _make(self) -> None:
        """Make the report for what is chosen now; an answer to what was chosen before comes to nothing."""
        self._stop()
        period = self._period
        self._window.till.page.main.setEnabled(False)
        make = partial(self._looked_at, self.report_id, period, self._of_store)
        self._work = Progressing(self._window, make, self.body.show_progress)
        self._work.start(self._made, self._failed)

    def _looked_at(self, report_id: str, period: Period, whole_store: bool, on_progress: Progress) -> Report:
        """Make it; that it was looked at is journaled. Not on the window's thread."""
        report = self._parts.reporting.make(report_id, period, on_progress, whole_store=whole_store)
        self._parts.use.note(REPORT, report_id, SCREEN, **self._asked(report_id, period, whole_store))
        return report

    def _asked(self, report_id: str, period: Period, whole_store: bool) -> dict[str, str]:
        if report_id == QUEUE:
            return {}
        tills = "whole store" if whole_store else "this till"
        return {
            "first_day": period.first_day,
            "last_day": period.last_day,
            "operator": period.operator_id,
            "tills": tills,
        }

    def _copied(self, form: str) -> None:
        """What is shown was printed or saved. Not on the window's thread."""
        self._parts.use.note(REPORT, self.report_id, form, **self._asked(self.report_id, self._period, self._of_store))

    def _made(self, report: Report) -> None:
        self.report = report
        self.body.show_report(report)
        self._show_body(self._words(report.title, report.scope))
        if self._offline:
            self._window.till.page.say(self._offline, bad=True)
            self._offline = ""

    def _stop(self) -> None:
        if self._work is not None:
            self._work.stop()
            self._work = None

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, CashierError | WorldError | OSError):
            raise error
        if isinstance(error, OfflineError) and self._of_store:
            self._offline = "The other tills cannot be asked now. These are this till's own figures."
            self.body.choose_tills(whole_store=False)
        else:
            self._window.till.page.say(str(error), bad=True)

    # --- paper and files ----------------------------------------------------------------------------------------------

    def _print(self) -> None:
        report, printing = self.report, self._window.services.print_actions
        if report is None or printing is None:
            return

        def print_it() -> None:
            printing.print_document(self._parts.paper(report))
            self._copied(PAPER)

        self._background.run(
            print_it,
            lambda _: self._window.till.page.say(f"{report.title} is printed."),
            self._failed,
        )

    def _save(self, form: str) -> None:
        report = self.report
        if report is None:
            return
        services = self._window.services
        exponent = services.profile.currency.exponent
        if form == "pdf":
            from ui.manager.report_pdf import as_pdf

            made_at = services.formatter.date_time(services.clock.now())
            content = as_pdf(report, services.profile, services.formatter, made_at)
        else:
            content = as_xlsx(report, exponent) if form == "xlsx" else as_csv(report, exponent)
        name = f"{report.report_id}-{'-'.join(report.scope.split('  ·  ')[0].split())}.{form}"

        def save() -> object:
            path = self._parts.save(name, (content,))
            self._copied(form)
            return path

        self._background.run(
            save,
            lambda path: self._window.till.page.say(f"Saved: {path}"),
            self._failed,
        )
