"""A member's whole life over real parts: joins, earns five times, redeems with a gift card, returns an item in
another store that is offline, reads the statement. The window, both tills' data, the printer's paper and the
central service are the real ones. POS_PICTURES=DIR keeps a picture of each screen and paper.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.typing_hands import type_by_hand
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pos_app.bootstrap import Register, open_register
from pos_app.central_line import connect
from pos_app.counter import Counter
from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.ports import PrintState
from pos_app.sample_store import sample_store, stock_shelves
from pos_app.settings import TerminalSettings
from pos_app.storage.keys import KeyFile
from sync import contract
from sync.terminal.enrolment import enrol
from ui.application import open_checkout
from ui.member.enrolment import EnrolmentStage
from ui.member.member_view_model import MemberStage
from ui.wedge_scanner import type_code

EMAIL = "new.person@example.com"
SOUNDBAR, MICROPHONE, SPEAKER = "9520000001063", "9520000001018", "9520000001070"
GIFT_CARD = "6006491234567890123"


def terms(now: datetime) -> contract.Terms:
    """250 points for joining and five times the points, both now."""
    window = {"starts_at": (now - timedelta(days=9)).isoformat(), "ends_at": (now + timedelta(days=9)).isoformat()}
    return contract.Terms(
        terms_id="sample-programme",
        version=1,
        effective_from=(now - timedelta(days=30)).isoformat(),
        offers=[
            contract.OfferMessage(offer_id="holiday", version=1, multiplier=5, name="5 points for every $1", **window)
        ],
        enrolment_offers=[contract.EnrolmentOfferMessage(offer_id="join250", points=250, cap=1000, **window)],
    )


def open_till(folder: Path, central: RealCentral, store_id: str) -> Register:
    """A till of a store, let in at the central service."""
    store = sample_store(people_sign_on=False)
    profile = replace(store.profile, store_id=store_id, store_name=f"{store.profile.store_name} {store_id}")
    register = open_register(folder, replace(store, profile=profile), KeyFile(folder / "key"))
    stock_shelves(register.data, profile.currency)
    code = central.service.open_enrolment(store_id, profile.workstation_id)
    enrol(central.url, code, register.data.identity, "test")
    return register


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    central = RealCentral(tmp_path / "central")
    central.service.load_terms(terms(datetime.now(UTC)))
    central.service.issue_gift_card(GIFT_CARD, 2000, "USD")
    yield central
    central.close()


class Desk:
    """Hands at the checkout window of a whole counter."""

    def __init__(self, qtbot, counter: Counter) -> None:
        self.qtbot, self.counter = qtbot, counter
        self.window = open_checkout(counter.services)
        qtbot.addWidget(self.window)
        qtbot.waitUntil(lambda: QApplication.focusWindow() is not None)
        counter.start()
        self.until(lambda: counter.sync_status().online)

    @property
    def view(self):
        return self.window.sale.view

    def until(self, happened) -> None:
        self.qtbot.waitUntil(happened, timeout=20_000)

    def scan(self, code: str) -> None:
        type_code(QApplication.focusWindow(), code)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWindow(), key)

    def type(self, text: str) -> None:
        type_by_hand(text, self.window.wedge)

    def picture(self, name: str) -> None:
        folder = os.environ.get("POS_PICTURES")
        if folder:
            QApplication.processEvents()
            self.window.grab().save(str(Path(folder) / f"{name}.png"))

    def paper(self, name: str) -> str:
        """The text of the receipt that the printer cut last."""
        printer = self.counter.peripherals.simulated_printer
        folder = os.environ.get("POS_PICTURES")
        if folder:
            (Path(folder) / f"{name}.png").write_bytes(printer.receipts()[-1].picture())
        return printer.receipts()[-1].text()

    def finish(self) -> RetailTransaction:
        """Wait until the sale is paid, its receipt printed and the central service has it."""
        self.until(lambda: self.window.sale.completed is not None)
        completed = self.window.sale.completed
        queue, outbox = self.counter.register.data.print_queue, self.counter.register.data.outbox
        self.until(lambda: queue.job(completed.print_job_id).state is PrintState.PRINTED)
        self.until(lambda: outbox.pending_count() == 0)
        return completed.transaction


def test_a_member_joins_earns_redeems_returns_and_reads_the_statement(qtbot, tmp_path, central) -> None:
    settings = TerminalSettings(central_url=central.url)
    counter = Counter(tmp_path / "till-1", open_till(tmp_path / "till-1", central, "001"), settings)
    other_store = open_till(tmp_path / "till-2", central, "002")
    desk = Desk(qtbot, counter)
    try:
        first = join_and_buy(desk)
        assert central.balance(EMAIL) == 250 + 5 * (265 + 49)
        redeem_with_a_gift_card(desk)
        balance = central.balance(EMAIL)
        assert balance == 250 + 5 * (265 + 49) - 500 + 5 * (79 - 5)

        # The other store never was online: it takes the microphone back by the paper of the first sale.
        line = next(line for line in first.lines if line.code == MICROPHONE)
        paper = PaperReceipt(first.header.receipt_number, (PaperLine(MICROPHONE, 1000, line.net_minor),), points_paid=0)
        refund = other_store.returning.take_back_by_paper(paper, "changed mind")
        assert refund.transaction.total_minor == line.net_minor + line.tax_minor
        assert central.balance(EMAIL) == balance

        # Back online, the service takes off exactly what that line had earned.
        connect(other_store, central.url, lambda: "")
        desk.until(lambda: other_store.data.outbox.pending_count() == 0)
        assert central.balance(EMAIL) == balance - line.points

        read_the_statement(desk, central.balance(EMAIL))
        assert central.service.verify().findings == ()
    finally:
        desk.window.close()
        counter.stop()
        other_store.close()


def join_and_buy(desk: Desk):
    """Joins at the till, with consent asked and 250 points granted, and buys with five times the points."""
    desk.scan(SOUNDBAR)
    desk.scan(MICROPHONE)
    desk.press(Qt.Key.Key_F3)
    desk.type(EMAIL)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.window.member.stage is MemberStage.NOT_FOUND)
    desk.picture("1-not-a-member-yet")
    desk.press(Qt.Key.Key_F3)
    member_desk = desk.window.functions.desk
    desk.picture("2-joining")
    desk.press(Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Return)
    desk.until(lambda: member_desk.enrolment.stage is EnrolmentStage.DONE)
    desk.picture("3-joined")
    assert desk.view.account.balance_points == 250
    desk.press(Qt.Key.Key_Return)
    desk.press(Qt.Key.Key_F1)
    desk.until(lambda: desk.window.basket.sheet_open)
    desk.picture("4-why-these-points")
    desk.press(Qt.Key.Key_Escape)
    desk.press(Qt.Key.Key_F12)
    sale = desk.finish()
    desk.picture("5-paid-by-card")
    printed = desk.paper("5-receipt")
    assert "1,570" in printed
    assert EMAIL not in printed
    return sale


def redeem_with_a_gift_card(desk: Desk) -> None:
    """500 points, a gift card of $20 and the rest in cash."""
    desk.scan(SPEAKER)
    desk.press(Qt.Key.Key_F3)
    desk.type(EMAIL)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.view.account is not None)
    desk.window.functions.points()
    desk.type("500")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.view.points_used == 500)
    desk.window.functions.gift_card()
    desk.type(GIFT_CARD)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: len(desk.view.tenders) == 2)
    desk.picture("6-points-and-gift-card")
    desk.press(Qt.Key.Key_F11)
    desk.press(Qt.Key.Key_Return)
    desk.finish()
    desk.picture("7-the-rest-in-cash")
    assert "Points used" in desk.paper("7-receipt")


def read_the_statement(desk: Desk, balance: int) -> None:
    """On the screen and on paper, with both stores in it."""
    desk.press(Qt.Key.Key_F3)
    desk.type(EMAIL)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.view.account is not None)
    desk.press(Qt.Key.Key_F3, Qt.Key.Key_Return)
    desk.until(lambda: desk.window.basket.sheet_open)
    sheet = desk.window.basket.sheet
    rows = {row.left: row.right for row in sheet.page.rows}
    assert rows["Balance"] == f"{balance:,} pts"
    assert any("Store 002" in row.detail for row in sheet.page.rows)
    desk.picture("8-statement")
    cut = desk.counter.peripherals.simulated_printer.receipts_cut
    QTest.mouseClick(sheet.action, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.counter.peripherals.simulated_printer.receipts_cut > cut)
    assert f"{balance:,}" in desk.paper("8-statement-on-paper")
