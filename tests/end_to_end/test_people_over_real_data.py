"""From signing on to an approved discount at a till with its real database: what the journal says afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.typing_hands import type_by_hand
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pos_app.bootstrap import Register, open_register
from pos_app.counter import Counter
from pos_app.sample_store import DEMO_PEOPLE, sample_store, staff, stock_shelves
from pos_app.settings import TerminalSettings
from pos_app.storage.journal_audit import audit
from pos_app.storage.keys import KeyFile
from ui.sale.checkout_window import CheckoutWindow
from ui.wedge_scanner import type_code

ENTER = Qt.Key.Key_Return


class Till:
    """A window over real data in a folder; opening it again is what a restart does."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.register: Register = open_register(folder, sample_store(), KeyFile(folder / "till.key"))
        stock_shelves(self.register.data, self.register.profile.currency)
        settings = TerminalSettings(central_url="http://127.0.0.1:1")
        self.counter = Counter(folder, self.register, settings, staff(folder, self.register.data))
        self.window = CheckoutWindow(self.counter.services)
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWindow() is not None)

    def type(self, text: str) -> None:
        type_by_hand(text, self.window.wedge)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWindow(), key)

    def until(self, happened) -> None:
        self.qtbot.waitUntil(happened, timeout=20_000)

    def events(self) -> list[tuple[str, dict]]:
        rows = self.register.data.database.all("SELECT kind, payload FROM journal ORDER BY position")
        return [(kind, json.loads(payload)) for kind, payload in rows]

    def close(self) -> None:
        self.window.close()
        self.counter.stop()


@pytest.fixture
def till(tmp_path: Path, qtbot: QtBot) -> Iterator[Till]:
    made = Till(tmp_path, qtbot)
    yield made
    made.close()


def test_a_day_with_a_discount_that_a_supervisor_approves(till, tmp_path):
    page = till.window.people.sign_on.page
    assert page.isVisible()
    till.type("101")
    till.press(ENTER)
    till.type("111111")
    till.until(lambda: not page.isVisible())
    item = till.register.data.catalogue.best_sellers(1)[0]
    type_code(QApplication.focusWindow(), item.code)
    till.until(lambda: len(till.window.sale.view.priced.lines) == 1)
    till.press(Qt.Key.Key_F4)
    till.type("20")
    till.press(ENTER, ENTER)
    overlay = till.window.people.approvals.overlay
    assert overlay.isVisible()
    till.type("201")
    till.press(ENTER)
    till.type("222222")
    till.until(lambda: till.window.sale.view.priced.discount_minor > 0)
    till.window.tender.pay_exact_cash()
    till.until(lambda: till.window.sale.completed is not None)
    kinds = [kind for kind, _ in till.events()]
    assert kinds[-5:] == ["signed_on", "business_day_opened", "tender_loan", "approval", "sale"]
    approval, sale = (payload for _, payload in till.events()[-2:])
    assert approval["transaction_id"] == sale["header"]["transaction_id"]
    assert (approval["operator_id"], approval["approver_id"]) == ("associate-1", "supervisor-1")
    assert approval["reason"] == sale["lines"][0]["given_discounts"][0][0]
    text = str(till.events())
    for _, _, pin, badge in DEMO_PEOPLE:
        assert f"'{pin}'" not in text
        assert badge not in text
    assert audit(till.register.data.database).faults == []


def test_wrong_pins_still_count_after_the_program_was_started_again(tmp_path, qtbot):
    till = Till(tmp_path, qtbot)
    for _ in range(5):
        assert till.register.data.people.by_pin("101", "000000") is None
    till.close()
    till.window.wedge.deleteLater()
    again = Till(tmp_path, qtbot)
    try:
        pad = again.window.people.sign_on.page.pad
        pad.entered.emit("101", "111111")
        again.until(lambda: "can be tried again in" in pad.words)
        type_code(QApplication.focusWindow(), DEMO_PEOPLE[2][3])
        again.until(lambda: not again.window.people.sign_on.page.isVisible())
        assert again.register.operator.operator_id == "manager-1"
    finally:
        again.close()
