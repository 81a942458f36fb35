"""A member's whole life at a real counter: the window, the till's database, its devices and the central service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.typing_hands import type_by_hand
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pos_app.bootstrap import open_register
from pos_app.counter import Counter as RealCounter
from pos_app.sample_store import sample_store, stock_shelves
from pos_app.settings import TerminalSettings
from pos_app.storage.keys import KeyFile
from sync import contract
from sync.terminal.enrolment import enrol
from ui.member.enrolment import EnrolmentStage
from ui.member.member_view_model import MemberStage
from ui.sale.checkout_window import CheckoutWindow
from ui.wedge_scanner import type_code

EMAIL = "casey.rivers@example.com"
TERMS = contract.Terms(
    terms_id="programme",
    version=1,
    effective_from="2020-01-01T00:00:00+00:00",
    enrolment_offers=[
        contract.EnrolmentOfferMessage(
            offer_id="welcome",
            points=250,
            cap=1000,
            starts_at="2020-01-01T00:00:00+00:00",
            ends_at="2090-01-01T00:00:00+00:00",
        )
    ],
    offline=contract.OfflineRedemption(allowed=True, redemption_limit_points=100, member_allowance_points=500),
    redeem_proofs=["pin", "id_seen"],
    proof_above_points=0,
)


class Hands:
    """What a person does at the counter, and what they wait for."""

    def __init__(self, qtbot: QtBot, counter: RealCounter, central: RealCentral) -> None:
        self.qtbot, self.counter, self.central = qtbot, counter, central
        self.window = CheckoutWindow(counter.services)
        qtbot.addWidget(self.window)
        self.window.resize(1280, 800)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        counter.start()
        self.until(lambda: counter.sync_status().online)
        self.until(lambda: counter.register.data.terms.current_terms().terms_id == "programme")

    def until(self, happened) -> None:
        self.qtbot.waitUntil(happened, timeout=20_000)

    def scan(self, code: str) -> None:
        type_code(QApplication.focusWindow(), code)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWindow(), key)

    def type(self, text: str) -> None:
        type_by_hand(text, self.window.wedge)

    def all_sent(self) -> None:
        self.until(lambda: self.counter.register.data.outbox.pending_count() == 0)

    @property
    def view(self):
        return self.window.sale.view


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = RealCentral(tmp_path / "central")
    made.service.load_terms(TERMS)
    yield made
    made.close()


@pytest.fixture
def hands(qtbot: QtBot, tmp_path: Path, central: RealCentral) -> Iterator[Hands]:
    folder, store = tmp_path / "till", sample_store(people_sign_on=False)
    register = open_register(folder, store, KeyFile(tmp_path / "till.key"))
    stock_shelves(register.data, store.profile.currency)
    code = central.service.open_enrolment(store.profile.store_id, store.profile.workstation_id)
    enrol(central.url, code, register.data.identity, clock=register.clock)
    counter = RealCounter(folder, register, TerminalSettings(central_url=central.url))
    yield Hands(qtbot, counter, central)
    counter.stop()


def join(hands: Hands, pin: str) -> None:
    window = hands.window
    hands.press(Qt.Key.Key_F3)
    hands.type(EMAIL)
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.member.stage is MemberStage.NOT_FOUND)
    hands.press(Qt.Key.Key_F3)
    desk = window.functions.desk
    desk.enrol_panel.consent_no.click()
    desk.enrol_panel.pin.click()
    for _ in range(2):
        hands.type(pin)
        hands.press(Qt.Key.Key_Return)
    desk.enrol_panel.join.click()
    hands.until(lambda: desk.enrolment.stage is EnrolmentStage.DONE)
    desk.enrol_panel.done.click()


def test_join_earn_redeem_read_the_statement_and_leave(hands: Hands):
    window, register = hands.window, hands.counter.register
    code = register.data.catalogue.best_sellers(1)[0].code
    join(hands, "1470")
    assert window.functions.desk.enrolment.outcome[0] == "250 points were granted for joining."
    assert hands.view.account.balance_points == 250

    hands.scan(code)
    window.functions.explain()
    earned = hands.view.earned.points
    assert window.basket.sheet.page.subtitle == f"{earned:,} points"
    hands.press(Qt.Key.Key_Escape)
    window.side.member.points.click()
    hands.type("100")
    hands.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    hands.type("9999")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: window.sale.banner is not None)
    assert "Tries left" in window.sale.banner.detail
    hands.press(Qt.Key.Key_Return)
    hands.type("1470")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.view.points_used == 100)
    window.tender.pay_exact_cash()
    sale = window.sale.completed.transaction
    hands.all_sent()
    assert hands.central.balance(EMAIL) == 250 - 100 + sale.earned.points

    window.sale.next_sale()
    hands.scan(register.data.members.find(EMAIL).card_number)
    hands.until(lambda: hands.view.account is not None)
    hands.press(Qt.Key.Key_F3, Qt.Key.Key_Return)
    hands.until(lambda: window.basket.sheet_open)
    rows = {row.left: row for row in window.basket.sheet.page.rows}
    assert rows["Balance"].right == f"{250 - 100 + sale.earned.points:,} pts"
    assert sale.header.receipt_number in rows["Points for your purchase"].detail
    assert rows["Welcome points"].right == "+250 pts"
    window.basket.sheet.action.click()
    printer = hands.counter.peripherals.simulated_printer
    hands.until(lambda: any("STATEMENT OF POINTS" in receipt.text() for receipt in printer.receipts()))

    window.functions.desk.ask_to_leave(hands.view.account)
    window.question.choices[1].click()
    hands.until(lambda: hands.view.basket.member is None)
    assert hands.central.service.find_member(contract.FindMember(email=EMAIL)).member is None


def test_links_are_kept_by_the_central_service(hands: Hands):
    window = hands.window
    join(hands, "1470")
    window.functions.desk.open()
    window.functions.desk.member_panel.rows[1].click()
    hands.type("00420815")
    hands.press(Qt.Key.Key_Return)
    hands.until(lambda: hands.view.account.linked == ("shopping",))
    found = hands.central.service.find_member(contract.FindMember(email=EMAIL)).member
    assert found.linked == ["shopping"]


def test_a_signed_allowance_pays_while_the_service_is_down_and_is_settled_afterwards(hands: Hands):
    window, register = hands.window, hands.counter.register
    code = register.data.catalogue.best_sellers(1)[0].code
    join(hands, "1470")
    window.sale.ask_to_cancel()
    window.sale.answer(window.sale.question.choices[1])
    window.member.look_up(EMAIL)
    hands.until(lambda: hands.view.account is not None and hands.view.account.allowance is not None)
    hands.scan(code)
    hands.central.server.stop()
    hands.until(lambda: not hands.counter.sync_status().online)
    hands.until(lambda: window.side.member.points.text() == "Offline: use points, up to 100 = $1.00")
    window.side.member.points.click()
    hands.press(Qt.Key.Key_Return)
    kinds = [row.text() for row in window.side.list_panel.rows]
    assert kinds == ["ID seen"]
    hands.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert hands.view.points_used == 100
    window.tender.pay_exact_cash()
    earned = window.sale.completed.transaction.earned.points
    restarted = hands.central
    restarted.server = type(restarted.server)(restarted.service, port=restarted.port).start()
    hands.all_sent()
    assert restarted.balance(EMAIL) == 250 - 100 + earned
