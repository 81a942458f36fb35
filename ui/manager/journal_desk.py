"""The journal at the window: found, read as on paper, checked as a whole, and saved for an auditor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.report import Column, Report, Table, Unit
from pos_app.errors import CashierError, WorldError
from pos_app.ports.reports import Cancelled, Progress
from pos_app.services.record_use import JOURNAL, PAPER, SCREEN
from ui.manager.journal_body import JournalBody
from ui.manager.progress import Progressing
from ui.till.day_page import PageWords, Way

if TYPE_CHECKING:
    from pos_app.domain.receipt_document import ReceiptDocument
    from pos_app.ports.reports import Proof
    from pos_app.services.approvals import Approval
    from pos_app.services.journal_browsing import BrowsedEntry
    from ui.sale.checkout_window import CheckoutWindow

_HINT = "Each entry is checked as it is shown: that it is as it was written, and follows the one before it."
_FAULTS_SHOWN = 200


class JournalDesk:
    """Made when the journal is opened for the first time."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        make = window.services.reports
        assert make is not None
        self._parts = make()
        self.body = JournalBody(window.till.page, window.services.formatter)
        self.body.searched.connect(self._search)
        self.body.chosen_changed.connect(self._show_paper)
        self.body.older_wanted.connect(self._fetch_older)
        self.body.export_wanted.connect(self._export)
        self._searching: Progressing | None = None
        self._proving: Progressing | None = None
        self._shown: ReceiptDocument | None = None
        self._back = Way("Back to the sale", window.till.leave)

    def open(self, back: Way | None = None) -> None:
        """The newest entries; it needs the right. back is where it was opened from, the sale when not said."""
        self._back = back or Way("Back to the sale", self._window.till.leave)
        self._window.side.close_panel()
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self._parts.browsing.check_right(approval)
        services = self._window.services
        words = PageWords(
            "Journal",
            f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}",
            "scroll-text",
            heading="Everything that happened at this till",
            hint=_HINT,
        )
        self._window.till.page.show_step(
            words,
            self.body,
            Way("Check all of it", self._prove, "accent"),
            back=Way(self._back.name, self._leave),
            extra=Way("Print", self._print),
        )
        self._search()

    def _leave(self) -> None:
        for work in (self._searching, self._proving):
            if work is not None:
                work.stop()
        words, group = self.body.line.text(), self.body.group
        if words:  # a search is journaled as it was when it was left, not letter by letter
            note = partial(self._parts.use.note, JOURNAL, "entries", SCREEN, words=words, group=group)
            self._window.background.run(note, lambda _: None, self._failed)
        self.body.forget()
        self._back.act()

    # --- finding ------------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        self._find(self.body.show_entries, None)

    def _fetch_older(self) -> None:
        self._find(self.body.add_entries, self.body.entries[-1].found.position)

    def _find(self, show: Callable[[list[BrowsedEntry]], None], before: int | None) -> None:
        if self._searching is not None:
            self._searching.stop()
        words, group = self.body.line.text(), self.body.group
        work = partial(self._looked_at, words, group, before)
        self._searching = Progressing(self._window, work, self._say_progress)
        self._searching.start(show, self._failed)

    def _looked_at(self, words: str, group: str, before: int | None, on_progress: Progress) -> list[BrowsedEntry]:
        """Find it; that it was looked at is journaled, once for each kind. Not on the window's thread."""
        found = self._parts.browsing.find(words, group, on_progress, before=before)
        if before is None and not words:
            self._parts.use.note(JOURNAL, "entries", SCREEN, group=group)
        return found

    def _say_progress(self, done: int, whole: int) -> None:
        self._window.till.page.say(f"Reading the journal: {done * 100 // max(whole, 1)} %" if done < whole else "")

    def _show_paper(self) -> None:
        chosen = self.body.chosen
        self._shown = None
        self._window.till.page.extra.setEnabled(False)
        if chosen is None:
            self.body.paper.show_words("", "")
            return
        work = partial(self._paper_of, chosen)
        self._window.background.run(work, self._paper_made, self._failed)

    def _paper_of(self, chosen: BrowsedEntry) -> tuple[BrowsedEntry, ReceiptDocument, bytes]:
        document = self._parts.browsing.paper(chosen.found)
        return chosen, document, self._parts.picture(document)

    def _paper_made(self, made: tuple[BrowsedEntry, ReceiptDocument, bytes]) -> None:
        chosen, document, picture = made
        if chosen is self.body.chosen:
            self._shown = document
            title = f"Entry {chosen.found.entry.sequence}"
            self.body.paper.show_paper(title, picture, f"{chosen.title}, {chosen.detail}")
            self._window.till.page.extra.setEnabled(True)

    def _print(self) -> None:
        document, printing = self._shown, self._window.services.print_actions
        if document is not None and printing is not None:
            say = self._window.till.page.say

            def print_it() -> None:
                printing.print_document(document)
                self._parts.use.note(JOURNAL, "entry", PAPER, words=document.title)

            self._window.background.run(print_it, lambda _: say("The entry is printed."), self._failed)

    # --- proof and files ----------------------------------------------------------------------------------------------

    def _prove(self) -> None:
        page = self._window.till.page
        if self._proving is not None:
            self._end_proof("Stopped: not all of the journal was checked.")
            return
        self._proving = Progressing(self._window, self._parts.browsing.prove, self._proof_goes_on)
        page.main.rename("Stop checking")
        page.say("Checking every entry…")
        self._proving.start(self._proved, self._proof_failed)

    def _end_proof(self, words: str, *, bad: bool = False) -> None:
        if self._proving is not None:
            self._proving.stop()
        self._proving = None
        self._window.till.page.main.rename("Check all of it")
        self._window.till.page.say(words, bad=bad)

    def _proof_goes_on(self, done: int, whole: int) -> None:
        self._window.till.page.say(f"Checking every entry: {done * 100 // max(whole, 1)} %")

    def _proof_failed(self, error: Exception) -> None:
        self._end_proof("")
        self._failed(error)

    def _proved(self, proof: Proof) -> None:
        if proof.faults:
            count = len(proof.faults)
            self._end_proof(f"The journal is not as it was written: {count} place{'s' * (count > 1)}.", bad=True)
        else:
            self._end_proof("The journal is as it was written, from its first entry to its last.")
        self.body.show_proof(proof_report(proof))

    def _export(self, form: str) -> None:
        page = self._window.till.page
        page.say("Saving the journal…")
        number = self._window.services.profile
        day = self._window.services.clock.now().date().isoformat()
        name = f"journal-{number.store_id}-{number.workstation_id}-{day}.{form}"

        def export() -> object:
            path = self._parts.save(name, self._parts.export_journal(form))
            self._parts.use.note(JOURNAL, "whole journal", form)
            return path

        self._window.background.run(
            export,
            lambda path: page.say(f"Saved: {path}"),
            self._failed,
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, CashierError | WorldError | OSError):
            raise error
        self._window.till.page.say(str(error), bad=True)


def proof_report(proof: Proof) -> Report:
    """What a check came to, as a report."""
    verdict = "Not as it was written" if proof.faults else "As it was written"
    facts = (("Entries", proof.entries), ("Transactions", proof.transactions))
    faults = tuple((fault,) for fault in proof.faults[:_FAULTS_SHOWN])
    notes = [f"Last hash: {proof.last_hash}" if proof.last_hash else "The journal is empty.", *proof.notes]
    tables = (
        Table(verdict, (Column("Checked"), Column("Number", Unit.COUNT)), facts),
        Table("Faults, with their places", (Column("What is wrong"),), faults, empty="None."),
    )
    return Report("proof", "Check of the journal", "", tables, None, tuple(notes))
