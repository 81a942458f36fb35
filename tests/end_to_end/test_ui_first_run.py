"""A new computer becomes a store's till: from the first window to the first sale, by touch and by keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.first_run_process import PIN
from fakes.typing_hands import type_by_hand
from fakes.whole_counter import HEADPHONES, patiently
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from pos_app.bootstrap import open_register
from pos_app.counter import Counter
from pos_app.first_run import FirstRun, is_needed
from pos_app.sample_store import staff, store_of
from pos_app.settings import load_settings
from pos_app.storage.keys import KeyFile
from ui.first_run.store_pages import MoneyPage, StorePage
from ui.first_run.window import Chosen, FirstRunWindow
from ui.sale.checkout_window import CheckoutWindow
from ui.theme.tokens import Height
from ui.wedge_scanner import type_code
from ui.widgets.control import Control

FIVE_MINUTES_S = 300
TOUCH_S, KEY_S, THINK_S = 1.1, 0.5, 4.0
"""By the keystroke-level model (Card, Moran, Newell): a finger to a target, a key of somebody who does not type well,
and a moment to read each page."""


class Hands:
    """Somebody in front of the computer; what they do is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touches = self.keys = self.pages = 0
        self.ended: list[Chosen] = []
        self.gone = False
        self.window = self.start()

    def start(self) -> FirstRunWindow:
        resumes = (self.folder / "first-run.json").exists()
        desk = FirstRun(self.folder, KeyFile(self.folder / "till.key"))
        window = FirstRunWindow(desk, resumes=resumes)
        window.ended.connect(self.ended.append)
        window.resize(1280, 800)
        window.show()
        window.activateWindow()
        patiently(lambda: QApplication.focusWindow() is window.windowHandle(), "the window is in front")
        return window

    def put_away(self) -> None:
        """As the program does before it opens the till."""
        self.gone = True
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    @property
    def page(self):
        return self.window.page

    def touch(self, widget: QWidget) -> None:
        assert widget.isVisible(), widget.accessibleName()
        assert widget.isEnabled(), widget.accessibleName()
        self.touches += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        self.keys += len(text)
        type_by_hand(text, self.window.wedge)

    def press(self, key: Qt.Key) -> None:
        self.keys += 1
        QTest.keyClick(QApplication.focusWindow(), key)
        QApplication.processEvents()

    def on(self, title: str) -> None:
        """That page is shown by now."""
        self.pages += 1
        patiently(lambda: self.page is not None and self.page.title == title, f"{title} is shown")

    @property
    def seconds(self) -> float:
        return self.touches * TOUCH_S + self.keys * KEY_S + self.pages * THINK_S


@pytest.fixture
def hands(tmp_path: Path, qtbot: QtBot) -> Iterator[Hands]:
    made = Hands(tmp_path)
    yield made
    if not made.gone:
        made.put_away()


def set_up(hands: Hands) -> None:
    """All of it, most by keys: Enter goes on."""
    hands.touch(hands.window.own)
    hands.on("Your store")
    hands.type("Corner Shop")
    hands.press(Qt.Key.Key_Return)
    hands.type("12 High Street")
    hands.press(Qt.Key.Key_Return)
    hands.type("Springfield")
    hands.touch(hands.page.on_button)
    hands.on("Country and taxes")
    hands.touch(hands.page.on_button)
    hands.on("The manager")
    hands.touch(hands.page.pin.line)
    hands.type(PIN)
    hands.press(Qt.Key.Key_Return)
    hands.type(PIN)
    hands.press(Qt.Key.Key_Return)
    hands.on("Receipt printer")
    hands.touch(hands.page.on_button)
    hands.on("What you sell")
    patiently(lambda: hands.page.list.rows, "the demo goods are offered")
    hands.touch(hands.page.list.rows[0])
    patiently(lambda: hands.page.report.report is not None, "the goods are on file")
    hands.touch(hands.page.on_button)
    hands.on("Rewards service")
    hands.touch(hands.page.on_button)
    hands.on("Ready")
    hands.touch(hands.page.on_button)
    patiently(lambda: hands.ended, "the set-up is over")


class NewTill:
    """The till as the program opens it after the set-up."""

    def __init__(self, folder: Path) -> None:
        self.register = open_register(folder, store_of(folder), KeyFile(folder / "till.key"))
        self.counter = Counter(folder, self.register, load_settings(folder), staff(folder, self.register.data))
        self.window = CheckoutWindow(self.counter.services)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.activateWindow()
        patiently(lambda: QApplication.focusWindow() is self.window.windowHandle(), "the till's window is in front")
        self.counter.start()

    def close(self) -> None:
        queue = self.register.data.print_queue
        patiently(lambda: queue.next_job() is None and not queue.unfinished(), "all paper is out")
        self.window.close()
        self.window.wedge.deleteLater()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.counter.stop()


def test_a_new_store_makes_its_first_sale_in_five_minutes(hands: Hands, tmp_path: Path) -> None:
    set_up(hands)
    assert hands.ended == [Chosen.STORE]
    assert not is_needed(tmp_path)
    hands.put_away()
    till = NewTill(tmp_path)
    try:
        people = till.window.people
        patiently(lambda: people.sign_on.page.isVisible(), "somebody is asked to sign on")
        for keys in ("1", PIN):
            type_by_hand(keys, till.window.wedge)
            hands.keys += len(keys)
            if keys == "1":
                hands.press(Qt.Key.Key_Return)
        patiently(lambda: not people.covering and till.window.till.covering, "the float is counted")
        hands.touch(till.window.till.page.main)
        patiently(lambda: not till.window.covered, "the till sells")
        type_code(QApplication.focusWindow(), HEADPHONES)
        patiently(lambda: till.window.sale.view.priced.lines, "the item is in the basket")
        hands.press(Qt.Key.Key_F12)
        patiently(lambda: till.window.sale.completed is not None, "the sale is complete")
        sale = till.window.sale.completed.transaction
        assert sale.header.receipt_number.startswith("001-01-")
        assert sale.tax_minor > 0
        patiently(lambda: till.counter.peripherals.simulated_printer.receipts(), "the receipt is printed")
        paper = till.counter.peripherals.simulated_printer.receipts()[-1].text()
        assert "Corner Shop" in paper
        assert "12 High Street" in paper
    finally:
        till.close()
    assert hands.touches <= 12
    assert hands.keys <= 75
    assert hands.seconds < FIVE_MINUTES_S / 2


def test_the_demo_store_is_one_touch_away(hands: Hands, tmp_path: Path) -> None:
    hands.touch(hands.window.demo)
    assert hands.ended == [Chosen.DEMO]
    assert hands.touches == 1
    assert not (tmp_path / "store.toml").exists()


def test_closing_the_window_in_the_middle_keeps_what_was_said(hands: Hands) -> None:
    hands.touch(hands.window.own)
    hands.type("Corner Shop")
    hands.touch(hands.page.on_button)
    hands.on("Country and taxes")
    hands.put_away()
    assert hands.ended == [Chosen.NOTHING]
    hands.window = hands.start()
    hands.gone = False
    assert isinstance(hands.page, MoneyPage)
    hands.press(Qt.Key.Key_Escape)
    assert isinstance(hands.page, StorePage)
    assert hands.page.value("store_name") == "Corner Shop"


def test_what_is_missing_is_said_at_its_field(hands: Hands) -> None:
    hands.touch(hands.window.own)
    hands.touch(hands.page.on_button)
    patiently(lambda: hands.page.report.report is not None, "it says what is missing")
    assert "called" in hands.page.report.report.headline
    assert hands.page.fields["store_name"].line.hasFocus()


def test_another_country_brings_its_taxes_as_examples(hands: Hands) -> None:
    hands.touch(hands.window.own)
    hands.type("Laden")
    hands.touch(hands.page.on_button)
    hands.on("Country and taxes")
    hands.touch(hands.page.country)
    hands.touch(hands.page.picker.chips["DE"])
    values = hands.page.values
    assert (values["currency"], values["time_zone"], values["included"]) == ("EUR", "Europe/Berlin", "1")
    assert (values["tax_1_name"], values["tax_1_rate"], values["tax_2_rate"]) == ("MwSt.", "19", "7")


def test_two_pins_that_differ_are_typed_again(hands: Hands) -> None:
    hands.touch(hands.window.own)
    hands.type("Corner Shop")
    hands.touch(hands.page.on_button)
    hands.on("Country and taxes")
    hands.touch(hands.page.on_button)
    hands.on("The manager")
    hands.page.show_value("pin", PIN)
    hands.page.show_value("again", PIN[::-1])
    hands.touch(hands.page.on_button)
    assert "differ" in hands.page.report.report.headline


def test_a_scan_types_into_no_field(hands: Hands) -> None:
    hands.touch(hands.window.own)
    type_code(QApplication.focusWindow(), HEADPHONES)
    patiently(lambda: hands.window.words, "it says that the scan was not used")
    assert hands.page.value("store_name") == ""
    hands.type("Corner Shop")
    patiently(lambda: hands.page.value("store_name") == "Corner Shop", "what a person types is typed")


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800)], ids=["1024", "1280"])
def test_every_step_has_controls_to_touch_that_lie_over_no_other(hands: Hands, size: tuple[int, int]) -> None:
    hands.window.resize(*size)
    hands.touch(hands.window.own)
    for page in hands.window.pages:
        hands.window.show_page(page)
        QApplication.processEvents()
        shown = [part for part in page.findChildren(Control) if part.isVisible()]
        for part in shown:
            assert min(part.width(), part.height()) >= Height.TOUCH, part.accessibleName()
            assert part.accessibleName()
        places = [part.rect().translated(part.mapTo(page, part.rect().topLeft())) for part in shown]
        for number, place in enumerate(places):
            assert not any(place.intersects(other) for other in places[:number]), shown[number].accessibleName()
