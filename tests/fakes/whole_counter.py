"""A whole counter: the window over the till's real database, its simulated devices and a real central service.

It can be worked by a test or by the program that takes pictures; both wait for what happens, never for time.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from fakes.real_central import RealCentral
from fakes.typing_hands import type_by_hand
from PySide6.QtCore import QEvent, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pos_app.bootstrap import open_register
from pos_app.counter import Counter
from pos_app.sample_store import sample_store, staff, stock_shelves, store_of
from pos_app.settings import TerminalSettings
from pos_app.storage.keys import KeyFile
from pos_app.store_people import SignOnRules
from sync.central.demo import seed_demo
from sync.terminal.enrolment import enrol
from ui.sale.checkout_window import CheckoutWindow
from ui.sale.rows import Row
from ui.services_bundle import UiSettings
from ui.wedge_scanner import type_code

PATIENCE_S = 20
LAST_ANSWERS_S = 5
"""So long a window waits for what is under way behind it, before it is taken apart."""
NO_MODIFIER = Qt.KeyboardModifier.NoModifier

HEADPHONES, SPEAKER, CABLE = "9520000001025", "9520000001070", "9520000001230"
TELEVISION, CAMERA, PHONE = "9520000001117", "9520000001162", "9520000001285"
MEMBER = "demo@example.com"
GIFT_CARD = "6006491234567890123"
BADGE = {"associate": "OPB-ASSOCIATE", "supervisor": "OPB-SUPERVISOR", "manager": "OPB-MANAGER"}


def patiently(happened: Callable[[], object], what: str = "") -> None:
    """Let the window live until this is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        assert time.monotonic() < deadline, what or "it never came about"


def open_central(folder: Path) -> RealCentral:
    """The central service of the demo store, with its members and gift cards."""
    central = RealCentral(folder)
    seed_demo(central.service)
    return central


@cache
def _stocked(workstation_id: str) -> TemporaryDirectory[str]:
    """The data of a till with its goods and its people, made once: it takes two seconds."""
    made = TemporaryDirectory(prefix="stocked-till-")
    folder = Path(made.name)
    store = sample_store()
    store = replace(store, profile=replace(store.profile, workstation_id=workstation_id))
    register = open_register(folder, store, KeyFile(folder / "till.key"))
    stock_shelves(register.data, register.profile.currency)
    staff(folder, register.data)
    register.close()
    return made


class WholeCounter:
    """The demo store's till in a folder; opening it again is what a restart does."""

    def __init__(
        self,
        folder: Path,
        central: RealCentral,
        *,
        settings: UiSettings | None = None,
        sign_on: bool = False,
        size: tuple[int, int] = (1280, 800),
        **store: object,
    ) -> None:
        self.folder, self.central = folder, central
        shop = store_of(folder)
        if not sign_on:
            shop = replace(shop, sign_on=SignOnRules(required=False))
        if store:
            shop = replace(shop, profile=replace(shop.profile, **store))
        if not folder.exists():
            copytree(_stocked(shop.profile.workstation_id).name, folder)
        self.register = open_register(folder, shop, KeyFile(folder / "till.key"))
        pins = staff(folder, self.register.data)
        if self.register.data.identity.enrolment() is None:
            code = central.service.open_enrolment(shop.profile.store_id, shop.profile.workstation_id)
            enrol(central.url, code, self.register.data.identity, clock=self.register.clock)
        self.counter = Counter(folder, self.register, TerminalSettings(central_url=central.url), pins)
        self.counter.services.settings = settings or replace(self.counter.services.settings, sounds=False)
        self.window = CheckoutWindow(self.counter.services)
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        patiently(lambda: QApplication.focusWindow() is not None, "the window is shown")
        self.counter.start()
        patiently(lambda: self.counter.sync_status().online, "the till is online")
        patiently(lambda: self.printer is not None and self.printer_is_ready(), "the devices are ready")
        self.keys_pressed = 0
        self._last_code = ""
        self.touches = 0
        self.closed = False

    # --- hands --------------------------------------------------------------------------------------------------------

    def scan(self, *codes: str) -> None:
        """A wedge scanner types codes as fast as a machine, into whatever window has the focus."""
        for code in codes:
            if code == self._last_code:  # no hand scans the same thing twice as fast as a scanner that stutters
                QTest.qWait(2 * TerminalSettings().scanner_double_ms)
            self._last_code = code
            type_code(QApplication.focusWindow(), code)
            QApplication.processEvents()

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
        """Keys pressed by a person, counted."""
        for key in keys:
            self.keys_pressed += 1
            QTest.keyClick(QApplication.focusWindow(), key, modifiers)

    def type(self, text: str) -> None:
        """Text typed by a person, slowly enough to be no scan; not counted."""
        type_by_hand(text, self.window.wedge)

    def touch(self, widget: QWidget) -> None:
        """A finger on the middle of something that can be seen, counted."""
        assert widget.isVisible(), f"{widget.accessibleName()} is not in sight"
        assert widget.isEnabled(), f"{widget.accessibleName()} cannot be used"
        self.touches += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def until(self, happened: Callable[[], object], what: str = "") -> None:
        try:
            patiently(happened, what)
        except AssertionError as error:
            sale, queue = self.window.sale, self.register.data.print_queue
            banner, question = getattr(sale.banner, "title", ""), getattr(sale.question, "title", "")
            seen = f"{sale.stage}, banner {banner!r}, question {question!r}, printer {self.printer_state()}"
            seen += f", member {self.window.member.stage}, line {self.counter.sync_status()}"
            raise AssertionError(f"{error}: {seen}, next {queue.next_job()}, left {queue.unfinished()}") from error

    # --- what is seen -------------------------------------------------------------------------------------------------

    @property
    def view(self):
        return self.window.sale.view

    @property
    def side(self):
        return self.window.side

    @property
    def sale(self):
        """The completed sale; waits for it."""
        self.until(lambda: self.window.sale.completed is not None, "the sale is complete")
        return self.window.sale.completed.transaction

    @property
    def printer(self):
        return self.counter.peripherals.simulated_printer

    def printer_state(self) -> str:
        statuses = {one.kind: one.state.value for one in self.counter.peripherals.statuses()}
        return statuses.get("receipt_printer", "absent")

    def printer_is_ready(self) -> bool:
        return self.printer_state() == "ready"

    @property
    def card_terminal(self):
        return self.counter.peripherals.simulated_terminal

    def rows(self) -> dict[str, QWidget]:
        """The rows of the list in the side column, by name."""
        return {button.row.name: button for button in self.side.list_panel.rows}

    def printed(self, count: int = 1) -> list[str]:
        """The words of so many receipts; waits for them."""
        self.until(lambda: len(self.printer.receipts()) >= count, f"{count} receipts are printed")
        return [paper.text() for paper in self.printer.receipts()]

    def rows_of_sale(self) -> list[Row]:
        return self.window.basket.canvas.rows

    def names(self) -> list[str]:
        return [row.name for row in self.rows_of_sale()]

    def attach_member(self, email: str = MEMBER) -> None:
        self.window.member.look_up(email)
        self.until(lambda: self.view.account is not None, "the member is known")

    def approve(self, badge: str = BADGE["manager"]) -> None:
        """Somebody else chooses a reason and shows a badge."""
        approvals = self.window.people.approvals
        self.until(lambda: approvals.asking, "an approval is asked for")
        if approvals.overlay.lacks_reason:
            self.touch(approvals.overlay.reasons[0])
        self.scan(badge)
        self.until(lambda: not approvals.asking, "the approval is given")

    def sell(self, *codes: str, card: bool = False) -> str:
        """A sale from first scan to the next customer; its receipt number."""
        self.scan(*codes)
        self.window.tender.pay_card() if card else self.window.tender.pay_exact_cash()
        number = self.sale.header.receipt_number
        self.window.sale.next_sale()
        return str(number)

    def go_offline(self) -> None:
        """Nobody answers any more."""
        self.central.server.stop()
        self.until(lambda: not self.counter.sync_status().online, "the till has noticed")

    def all_sent(self) -> None:
        self.until(lambda: self.register.data.outbox.pending_count() == 0, "everything is sent")

    def close(self) -> None:
        """As when somebody closes the program, once what is being printed is on paper."""
        self.until(self._all_paper_is_out, "all paper is out")
        self.window.close()
        self.window.background.finish(LAST_ANSWERS_S)
        self.window.wedge.deleteLater()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.counter.stop()
        self.closed = True

    def _all_paper_is_out(self) -> bool:
        queue = self.register.data.print_queue
        printing = queue.next_job() is not None or bool(queue.unfinished())
        return self.printer_state() not in ("ready", "busy") or not printing

    def end(self) -> None:
        """As when the power fails: nothing is put away; what is on disk is all that is left."""
        self.window.background.finish(LAST_ANSWERS_S)
        self.window.wedge.deleteLater()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.counter.stop()
        self.closed = True
