"""A member's sale played through the real window with keys, as a scanner and an associate would press them."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hardware.receipt_printer.text import receipt_text
from pos_app.counter import Counter
from pos_app.ports import PrintState
from pos_app.sample_store import DEMO_PEOPLE
from ui.sale.checkout_window import CheckoutWindow
from ui.wedge_scanner import type_code

MEMBER_EMAIL = "demo@example.com"
POINTS = 500
CARD_MINOR = 10_000
ONLINE_TIMEOUT_S = 30.0
STEP_TIMEOUT_S = 15.0
PAUSE_BETWEEN_KEYS_MS = 90


class ScriptError(Exception):
    """The script could not go on; the sentence says at which step."""


class _Player:
    def __init__(self, window: CheckoutWindow, folder: Path) -> None:
        self._window = window
        self._folder = folder
        self.timings_ms: dict[str, int] = {}

    def wait_for(self, what: str, happened: Callable[[], bool], timeout_s: float = STEP_TIMEOUT_S) -> None:
        """Let the program run until it happened, and note how long that took. Raises ScriptError."""
        began = time.monotonic()
        while not happened():
            if time.monotonic() - began > timeout_s:
                raise ScriptError(f"The scripted sale waited in vain for: {what}.")
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        self.timings_ms[what] = round((time.monotonic() - began) * 1000)

    def scan(self, code: str) -> None:
        """A scan as a keyboard wedge types it."""
        lines = self._line_count()
        type_code(self._window.windowHandle(), code)
        self.wait_for(f"scan of {code}", lambda: self._line_count() > lines)

    def press(self, key: Qt.Key) -> None:
        """One key."""
        QTest.keyClick(self._window.windowHandle(), key)
        QCoreApplication.processEvents()

    def type_slowly(self, text: str) -> None:
        """Text at the speed of a person, so that it is not taken for a scan."""
        for character in text:
            QTest.keyClick(self._window.windowHandle(), character)
            QTest.qWait(PAUSE_BETWEEN_KEYS_MS)

    def picture(self, name: str) -> None:
        """Save what the window shows."""
        QCoreApplication.processEvents()
        self._window.grab().save(str(self._folder / f"{name}.png"))

    def _line_count(self) -> int:
        return sum(line.quantity_milli for line in self._window.sale.view.basket.lines)


def play(application: QApplication, window: CheckoutWindow, counter: Counter, folder: Path, ready_at: float) -> int:
    """Ring up three items for a member, pay with points, card and cash, and print the receipt; 0 when all went well."""
    folder.mkdir(parents=True, exist_ok=True)
    player = _Player(window, folder)
    try:
        balance = _play(window, counter, player)
    except ScriptError as error:
        player.picture("stopped")
        print(error)
        return 1
    completed = window.sale.completed
    assert completed is not None
    job = counter.register.data.print_queue.job(completed.print_job_id)
    assert job is not None
    print(receipt_text(completed.document, counter.register.profile.receipt_columns))
    (folder / "receipt.bin").write_bytes(counter.peripherals.receipt_bytes(completed.document))
    (folder / "timings.json").write_text(json.dumps(player.timings_ms, indent=2) + "\n", encoding="utf-8")
    sale = completed.transaction
    formatter = counter.register.formatter
    total = formatter.money(sale.total_minor)
    print(f"Sale {sale.header.receipt_number}: {total} is on disk, the receipt is {job.state}.")
    print(f"Member {MEMBER_EMAIL}: earned {sale.earned.points}, used {sale.points_used}, balance now {balance}.")
    print(f"Pictures, receipt bytes and timings are in {folder}.")
    return 0


def _sign_on(window: CheckoutWindow, player: _Player) -> None:
    """As the demo store's associate, with their number and PIN; a till that asks nobody goes on at once."""
    desk = window.people.sign_on
    if desk is not None and desk.locked:
        _, number, pin, _ = DEMO_PEOPLE[0]
        player.picture("0-sign-on")
        player.type_slowly(number)
        player.press(Qt.Key.Key_Return)
        player.type_slowly(pin)
        player.wait_for("signed on", lambda: not desk.locked)


def _play(window: CheckoutWindow, counter: Counter, player: _Player) -> int:
    register, tendering = counter.register, counter.register.tendering
    player.wait_for("central service online", lambda: counter.sync_status().online, ONLINE_TIMEOUT_S)
    _sign_on(window, player)
    player.picture("1-ready")
    items = register.data.catalogue.best_sellers(6)
    for hit in items[1:6:2]:
        player.scan(hit.code)
    player.press(Qt.Key.Key_F3)
    player.type_slowly(MEMBER_EMAIL)
    player.press(Qt.Key.Key_Return)
    player.wait_for("member found", lambda: window.sale.view.account is not None)
    player.picture("2-member")
    window.functions.points()
    player.type_slowly(str(POINTS))
    player.press(Qt.Key.Key_Return)
    player.wait_for("points set aside", lambda: window.sale.view.points_used == POINTS)
    player.picture("3-points")
    window.functions.split()
    player.picture("4-split")
    window.tender.pay_card(CARD_MINOR)
    player.wait_for("card approved", lambda: len(window.sale.view.tenders) == 2)
    player.picture("5-card")
    due_minor = tendering.cash_due_minor
    player.press(Qt.Key.Key_F11)
    player.type_slowly(str(-(-due_minor // 2000) * 2000))
    player.press(Qt.Key.Key_Return)
    player.wait_for("sale complete", lambda: window.sale.completed is not None)
    player.picture("6-complete")
    completed = window.sale.completed
    assert completed is not None
    queue = register.data.print_queue
    printed = (PrintState.PRINTED, PrintState.SENT_UNCONFIRMED, PrintState.FAILED)
    player.wait_for("receipt printed", lambda: getattr(queue.job(completed.print_job_id), "state", None) in printed)
    player.wait_for("points on the ledger", lambda: counter.sync_status().queued == 0)
    account = register.rewards.find_member(MEMBER_EMAIL)
    return account.balance_points if account else 0
