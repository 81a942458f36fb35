"""What the associate does about paper: a document nobody knows of whether it came out, and a jammed cutter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from ui.messages import Banner

if TYPE_CHECKING:
    from pos_app.ports import PrintJob
    from pos_app.services.paper_in_doubt import DoubtfulPaper
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import PaperParts
    from ui.widgets.list_panel import ListRow


class Papers:
    """Speaks up when paper needs somebody; F8 then asks what came out before it shows the receipts."""

    def __init__(self, window: CheckoutWindow, parts: PaperParts) -> None:
        self._window = window
        self._parts = parts
        self._count = 0
        window.services.bridge.paper_in_doubt.connect(self._noticed)
        window.services.bridge.backup_printed.connect(self._came_out_elsewhere)

    @property
    def waiting(self) -> bool:
        """True while somebody has to look at the printer."""
        return self._count > 0 or self._parts.jammed()

    def look(self) -> None:
        """What an earlier run of the till left open."""
        self._window.background.run(self._parts.doubts.papers, self._found, self._failed)

    def open(self, all_receipts: Callable[[], None]) -> None:
        """F8 while paper is in doubt: each document with its reason, and the way to the receipts."""

        def show(papers: list[DoubtfulPaper]) -> None:
            self._count = len(papers)
            self._show(papers, all_receipts)

        self._window.background.run(self._parts.doubts.papers, show, self._failed)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _found(self, papers: Sequence[DoubtfulPaper]) -> None:
        told_already, self._count = self._count > 0, max(self._count, len(papers))
        if papers and not told_already:
            many = f"{len(papers)} papers were" if len(papers) > 1 else f"{papers[0].title} was"
            self._warn(f"{many} on the way to the printer when the till stopped. Look at the printer, then press F8.")

    def _noticed(self, job: PrintJob) -> None:
        self._count += 1
        self._warn(f"{job.document.title} may not be on paper; the sale is safe. Look at the printer, then press F8.")

    def _warn(self, words: str) -> None:
        self._window.sale.warn(Banner("Did it print?", words, "warn"))
        self._window.sale.announced.emit(f"Did it print? {words}", False)

    def _came_out_elsewhere(self, job: PrintJob) -> None:
        self._window.sale.say(f"{job.document.title} comes out of the backup printer")

    def _show(self, papers: list[DoubtfulPaper], all_receipts: Callable[[], None]) -> None:
        from ui.widgets.list_panel import ListRow

        jammed = self._parts.jammed()
        if not papers and not jammed:
            all_receipts()
            return
        rows: list[ListRow] = []
        if jammed:
            again, go_on = "If the receipt came out torn", "If only the cut is missing"
            rows.append(ListRow("Cutter cleared: go on", go_on, lambda: self._recover(False), "scissors"))
            rows.append(ListRow("Cutter cleared: print it again", again, lambda: self._recover(True), "printer"))
        if len(papers) == 1:
            rows += self._choices(papers[0])
        else:
            rows += [
                ListRow(
                    paper.title,
                    _how_much(paper),
                    self._asker(paper, all_receipts),
                    "circle-question-mark",
                    closes=False,
                )
                for paper in papers
            ]
        rows.append(
            ListRow("All receipts", "Copies, gift receipts, e-mail", all_receipts, "receipt-text", closes=False)
        )
        title = "Did it print?" if len(papers) == 1 and not jammed else "Look at the printer"
        self._window.side.show_list(title, rows)

    def _asker(self, paper: DoubtfulPaper, all_receipts: Callable[[], None]) -> Callable[[], None]:
        def ask() -> None:
            self._window.side.show_list("Did it print?", self._choices(paper), back=lambda: self.open(all_receipts))

        return ask

    def _choices(self, paper: DoubtfulPaper) -> list[ListRow]:
        from ui.widgets.list_panel import ListRow

        doubts = self._parts.doubts
        return [
            ListRow(
                "It printed", f"{paper.title} is here, and whole", self._answerer(doubts.it_printed, paper, ""), "check"
            ),
            ListRow(
                "Print it again",
                "Marked COPY, as the first may exist",
                self._answerer(doubts.print_copy, paper, f"A copy of {paper.title} is being printed"),
                "printer",
            ),
            ListRow("Not needed", "Nobody waits for it", self._answerer(doubts.leave_it, paper, ""), "x"),
        ]

    def _answerer(self, act: Callable[[str], None], paper: DoubtfulPaper, words: str) -> Callable[[], None]:
        def answered(_: None) -> None:
            self._count = max(0, self._count - 1)
            sale = self._window.sale
            if sale.banner is not None and sale.banner.title == "Did it print?":
                sale.dismiss_banner()
            sale.say(words or "Noted")

        return lambda: self._window.background.run(lambda: act(paper.job_id), answered, self._failed)

    def _recover(self, again: bool) -> None:
        self._parts.recover(again)
        self._window.sale.say("The printer prints the receipt again" if again else "The printer goes on")

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        self._window.sale.refuse(Banner("Not done", str(error)))


def _how_much(paper: DoubtfulPaper) -> str:
    return "Only a part of it was sent" if paper.is_partial else "Sent, but not confirmed"
