"""Copies of the till's data at the window: made, checked, restored step by step, and the recovery key shown once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent

from pos_app.errors import CashierError, WorldError
from pos_app.ports.backup import RECOVERY_MARK, CopyState
from pos_app.ports.maintenance import TrialReport
from pos_app.ports.reports import Cancelled
from ui.backup.backup_body import BackupBody, PlacesBody, when
from ui.manager.progress import Progressing
from ui.receipts.paper_view import PaperView
from ui.till import doing
from ui.till.day_page import DayPage, PageBody, PageWords, Way
from ui.till.facts import Fact, FactList
from ui.till.one_field import OneFieldBody

if TYPE_CHECKING:
    from pos_app.domain.receipt_document import ReceiptDocument
    from pos_app.ports.backup import BackupCopy, BackupHealth, Progress, RestorePlan
    from pos_app.services.approvals import Approval
    from pos_app.services.backing_up import BackingUp
    from ui.sale.checkout_window import CheckoutWindow

_STEPS = ("Choose a copy", "What it will do", "Prepare the data", "Start the till again")


def _no_key(code: str) -> str:
    """Why a scanned code is no recovery key."""
    return "" if code.startswith(RECOVERY_MARK) else "That is no recovery key: the scan was not used."


class KeyBody(PageBody):
    """The paper with the recovery key."""

    def __init__(self, page: DayPage) -> None:
        super().__init__(page, "Recovery key")
        self.paper = PaperView(self)
        self.paper.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The page keys move the paper."""
        pages = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if pages is None:
            super().keyPressEvent(event)
        else:
            self.paper.scroll_by(pages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.paper.setGeometry(0, 0, self.width(), self.height())


class BackupDesk:
    """Made when somebody looks at the copies for the first time."""

    def __init__(self, window: CheckoutWindow, desk: BackingUp) -> None:
        self._window = window
        self._desk = desk
        self._page = window.till.page
        self.body = BackupBody(self._page)
        self.body.check_wanted.connect(self._check)
        self.body.restore_wanted.connect(self._ask_what)
        self.body.key_wanted.connect(self._ask_key)
        self.body.place_wanted.connect(self._ask_place)
        self.plan_body = FactList(self._page, "What it will do")
        self._work: Progressing | None = None

    @cached_property
    def places_body(self) -> PlacesBody:
        """Shows where copies could go."""
        return PlacesBody(self._page)

    @cached_property
    def asked_key_body(self) -> OneFieldBody:
        """Asks for the recovery key of a copy that another machine made."""
        body = OneFieldBody(self._page, "Recovery key")
        body.finished.connect(self._page.main.click)
        body.refused.connect(lambda words: self._page.say(words, bad=True))
        return body

    @cached_property
    def key_body(self) -> KeyBody:
        """Shows the recovery key."""
        return KeyBody(self._page)

    def open(self) -> None:
        """The copies; it needs the right."""
        self._window.side.close_panel()
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self._desk.begin(approval)
        self.list_copies()

    # --- the list -----------------------------------------------------------------------------------------------------

    def list_copies(self, say: str = "") -> None:
        """The list as it is now."""
        words = self._words("Copies of this till's data", "Made by themselves every few hours and after each Z report.")
        self._page.show_step(words, self.body, Way("Make a copy now", self._make, "accent"), back=self._back())
        self._page.say(say)
        self._window.background.run(self._look, self._show, self._failed)

    def _look(self) -> tuple[list[BackupCopy], str, BackupHealth, str]:
        backups = self._desk.backups
        health, refusal = backups.health(), ""
        try:
            copies = backups.copies()
        except WorldError as error:
            copies, refusal = [], str(error)
        if not refusal and not health.overdue and not backups.recovery_id():
            refusal = "Only this machine can open the copies. Make a recovery key, and keep it in the safe."
        elif not refusal and not health.overdue and backups.is_on_the_same_disk():
            refusal = "The copies lie on the same disk as the data. Plug in a stick, and choose where they go."
        return copies, str(backups.folder()), health, refusal

    def _show(self, found: tuple[list[BackupCopy], str, BackupHealth, str]) -> None:
        copies, folder, health, refusal = found
        self.body.show_copies(copies, self._window.services.clock.now().tzinfo)
        self.body.show_note(refusal or health.words, bad=bool(refusal) or health.overdue)
        self._page.say(self._page.note or f"In {folder}")
        if self._page.body is self.body:
            self.body.begin()

    def _make(self) -> None:
        self._run("Making a copy", self._desk.make, self._made, "Stop")

    def _made(self, copy: BackupCopy) -> None:
        good = copy.state is CopyState.GOOD
        self.list_copies("The copy was made, and read back." if good else copy.words)

    def _check(self) -> None:
        copy = self.body.chosen
        if copy is None:
            return
        self.body.report.show_busy("Reading all of it …")

        def show(faults: list[str]) -> None:
            self._idle()
            if faults:
                self.body.report.show_report(TrialReport(False, f"Not as it was made. {faults[0]}"))
            else:
                self.body.report.show_report(TrialReport(True, "The copy is as it was made: every page, every entry."))

        self._run("Reading the copy", lambda progress: self._desk.check(copy, progress), show, "Stop")

    # --- restoring ----------------------------------------------------------------------------------------------------

    def _ask_what(self) -> None:
        copy = self.body.chosen
        if copy is not None:
            doing.with_approval(self._window, self._page, lambda approval: self._may_restore(copy, approval))

    def _may_restore(self, copy: BackupCopy, approval: Approval | None) -> None:
        self._desk.may_restore(copy, approval)
        self._window.background.run(
            lambda: self._desk.plan(copy),
            lambda plan: self._show_plan(plan) if plan is not None else self._ask_recovery_key(copy),
            self._failed,
        )

    def _ask_recovery_key(self, copy: BackupCopy) -> None:
        """Another machine made the copy: whoever has the key from the safe may open it here."""
        number = f" {copy.recovery_id}" if copy.recovery_id else ""
        words = self._words(
            "Another machine made this copy",
            f"Scan the QR code of recovery key{number}, or type its seven groups. It is kept in the safe.",
            step=1,
        )
        body = self.asked_key_body
        body.ask("Recovery key", "", "Letters and digits as they are printed; hyphens may be left out.", 40, _no_key)
        way = Way("Open the copy", lambda: self._open_copy(copy), "accent")
        self._page.show_step(words, body, way, back=Way("Not now", self._leave_key))

    def _open_copy(self, copy: BackupCopy) -> None:
        key = self.asked_key_body.value
        if key:
            self._window.background.run(
                lambda: self._desk.plan(copy, key), lambda plan: self._show_plan(plan, key), self._failed
            )
        else:
            self._page.say("The recovery key is needed: scan it or type it.", bad=True)

    def _leave_key(self) -> None:
        self._put_key_away()
        self.list_copies()

    def _put_key_away(self) -> None:
        """The key is seen no longer than it is needed."""
        self.asked_key_body.ask("Recovery key", "", "", 40, _no_key)

    def _show_plan(self, plan: RestorePlan, recovery_key: str = "") -> None:
        self._put_key_away()
        loses = plan.lost_entries > 0 or not plan.same_machine
        looks = ("good", "look" if loses else "good", "good", "look", "" if plan.same_machine else "look", "good")
        self.plan_body.show_facts(
            [Fact(name, detail, look=look) for (name, detail), look in zip(plan.points, looks, strict=True)]
        )
        words = self._words(
            f"Restore the copy of {when(plan.copy, self._window.services.clock.now().tzinfo)}?",
            "Nothing happens before you touch the button; the data changes at the next start of the till.",
            step=1,
        )
        way = Way("Restore this copy", lambda: self._stage(plan.copy, recovery_key), "danger")
        self._page.show_step(words, self.plan_body, way, back=Way("Not now", self.list_copies))

    def _stage(self, copy: BackupCopy, recovery_key: str) -> None:
        self._page.rail.show_steps(_STEPS, 2)

        def stage(progress: Progress) -> None:
            self._desk.stage(copy, progress, recovery_key)

        self._run("Preparing the data", stage, self._staged, "Stop")

    def _staged(self, _: None) -> None:
        words = self._words(
            "The copy is ready", "The till closes now. Start it again: then the data is that of the copy.", step=3
        )
        self.plan_body.show_facts(
            (
                Fact("Close the till now", "What is sold from here on will not be in the restored data.", look="look"),
                Fact("Whole or not at all", "Should the power fail meanwhile, the next start ends it.", look="good"),
            )
        )
        self._page.show_step(words, self.plan_body, Way("Close the till", self._window.functions.close, "accent"))

    # --- where copies go ----------------------------------------------------------------------------------------------

    def _ask_place(self) -> None:
        doing.with_approval(self._window, self._page, self._may_choose_place)

    def _may_choose_place(self, approval: Approval | None) -> None:
        self._desk.may_choose_place(approval)
        words = self._words(
            "Where should copies go?",
            "Plug in a stick or connect a share, and look again: then a broken machine costs no data.",
        )
        way = Way("Use this place", self._use_place, "accent")
        self.places_body.show_places(())
        self._page.show_step(
            words,
            self.places_body,
            way,
            back=Way("Not now", self.list_copies),
            extra=Way("Look again", self._look_for_places),
        )
        self._look_for_places()

    def _look_for_places(self) -> None:
        self._window.background.run(self._desk.backups.places, self.places_body.show_places, self._failed)

    def _use_place(self) -> None:
        place = self.places_body.chosen
        if place is not None:
            used = "Copies go there from now on."
            self._window.background.run(
                lambda: self._desk.use_place(place), lambda _: self.list_copies(used), self._failed
            )

    # --- the recovery key ---------------------------------------------------------------------------------------------

    def _ask_key(self) -> None:
        doing.with_approval(self._window, self._page, self._may_make_key)

    def _may_make_key(self, approval: Approval | None) -> None:
        self._desk.may_make_key(approval)
        self._window.background.run(self._new_key, self._show_key, self._failed)

    def _new_key(self) -> tuple[ReceiptDocument, bytes]:
        reports = self._window.services.reports
        assert reports is not None
        document = self._desk.new_key()
        return document, reports().picture(document)

    def _show_key(self, made: tuple[ReceiptDocument, bytes]) -> None:
        document, picture = made
        self.key_body.paper.show_paper(
            "Recovery key", picture, "Seven groups of four letters and digits, and a QR code"
        )
        words = self._words(
            "The recovery key, shown only now", "Print it or write it down, and keep it in the safe, not at the till."
        )
        done = Way("I have it", self._forget_key, "accent")
        extra = Way("Print it", lambda: self._print(document)) if self._window.services.print_actions else None
        self._page.show_step(words, self.key_body, done, extra=extra)

    def _print(self, document: ReceiptDocument) -> None:
        printing = self._window.services.print_actions
        assert printing is not None
        say = self._page.say
        self._window.background.run(
            lambda: printing.print_document(document), lambda _: say("It is on its way to the printer."), self._failed
        )

    def _forget_key(self) -> None:
        self.key_body.paper.show_words("", "")
        self.list_copies()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _words(self, heading: str, hint: str, step: int = -1) -> PageWords:
        profile = self._window.services.profile
        place = f"{profile.store_name}  ·  Till {profile.workstation_id}"
        steps = _STEPS if step >= 0 else ()
        return PageWords("Backup", place, "database-backup", steps, step, heading, hint)

    def _back(self) -> Way:
        return Way("Back to the sale", self._leave)

    def _leave(self) -> None:
        self._stop()
        self._window.till.leave()

    def _run(self, words: str, work: Callable[[Progress], Any], then: Callable[[Any], None], stop: str) -> None:
        """Long work with its progress; the button in front stops it."""
        if self._work is not None:
            self._stop()
            self.list_copies("Stopped. Nothing was changed.")
            return

        def whole(step: Callable[[int, int], bool]) -> Any:
            def progress(done: int, of: int) -> None:
                if not step(done, of):
                    raise Cancelled

            return work(progress)

        def finished(result: Any) -> None:
            self._idle()
            then(result)

        self._page.main.rename(stop)
        self._page.extra.setEnabled(False)
        for button in (self.body.check, self.body.restore, self.body.key, self.body.place):
            button.setEnabled(False)
        self._page.say(f"{words} …")

        def told(done: int, of: int) -> None:
            self._page.say(f"{words}: {done * 100 // max(of, 1)} %")

        self._work = Progressing(self._window, whole, told)
        self._work.start(finished, self._failed)

    def _idle(self) -> None:
        """Nothing is under way any more."""
        self._work = None
        if self._page.body is self.body:
            self._page.main.rename("Make a copy now")
            self._page.say("")
            for button in (self.body.check, self.body.restore, self.body.key, self.body.place):
                button.setEnabled(True)

    def _stop(self) -> None:
        if self._work is not None:
            self._work.stop()
            self._work = None

    def _failed(self, error: Exception) -> None:
        self._idle()
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, CashierError | WorldError):
            raise error
        self.body.report.show_report(None)
        self._page.say(str(error), bad=True)
