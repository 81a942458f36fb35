"""A checkout window over a shop in memory, and hands for it: scanner, keyboard and patience."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.typing_hands import type_by_hand
from fakes.ui_shop import EMAIL, UiShop
from fakes.whole_counter import LAST_ANSWERS_S, WholeCounter, open_central
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.application import build_application
from ui.sale.checkout_window import CheckoutWindow
from ui.services_bundle import UiSettings
from ui.wedge_scanner import type_code


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    application = build_application()
    application.setCursorFlashTime(0)  # a text cursor that blinks would differ between two pictures of one state
    return application


@pytest.fixture(autouse=True)
def _no_window_outlives_its_test() -> Iterator[None]:
    """A window that was closed is taken apart before the next opens: its scanner would listen to that one's keys."""
    yield
    if QApplication.instance() is None:  # a test of other programs' windows
        return
    for window in QApplication.topLevelWidgets():
        if isinstance(window, CheckoutWindow) and not window.isVisible():
            window.background.finish(LAST_ANSWERS_S)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Counter:
    """A window and everything a person or a scanner can do at it."""

    def __init__(self, qtbot: QtBot, shop: UiShop, settings: UiSettings | None = None) -> None:
        self.qtbot = qtbot
        self.shop = shop
        self.window = CheckoutWindow(shop.services(settings))
        self.window.resize(1280, 800)
        qtbot.addWidget(self.window)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWindow() is not None)
        self.keys_pressed = 0

    @property
    def view(self):
        return self.window.sale.view

    def scan(self, code: str, *ends: Qt.Key) -> None:
        """A wedge scanner types a code, as fast as a machine, into whatever window has the focus."""
        type_code(QApplication.focusWindow(), code, *ends)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Keys pressed by a person."""
        for key in keys:
            self.keys_pressed += 1
            QTest.keyClick(QApplication.focusWindow(), key, modifiers)

    def type(self, text: str) -> None:
        """Text typed by a person: slowly enough to be no scan."""
        type_by_hand(text, self.window.wedge)

    def click(self, widget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def until(self, happened: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(happened, timeout=10_000)

    def attach_member(self, email: str = EMAIL) -> None:
        """The member of this address belongs to the sale."""
        self.window.member.look_up(email)
        self.until(lambda: self.view.account is not None)

    def approve(self, badge: str = "OPB-MANAGER") -> None:
        """Somebody else says why it may be done and shows a badge."""
        approvals = self.window.people.approvals
        self.until(lambda: approvals.asking)
        self.click(approvals.overlay.reasons[0])
        self.scan(badge)
        self.until(lambda: not approvals.asking)

    def names(self) -> list[str]:
        return [row.name for row in self.window.basket.canvas.rows]


@pytest.fixture
def shop() -> UiShop:
    return UiShop()


@pytest.fixture
def counter(qtbot: QtBot, shop: UiShop) -> Iterator[Counter]:
    return Counter(qtbot, shop)


@pytest.fixture
def open_counter(qtbot: QtBot) -> Callable[..., Counter]:
    """open_counter(shop): another window over the same shop, as after a restart."""
    return lambda shop, settings=None: Counter(qtbot, shop, settings)


@pytest.fixture
def open_till(qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., WholeCounter]]:
    """open_till(): the demo store's whole till over real data; opening it again is what a restart does."""
    central = open_central(tmp_path / "central")
    opened: list[WholeCounter] = []

    def open_it(**how: object) -> WholeCounter:
        opened.append(WholeCounter(tmp_path / "till", central, **how))
        return opened[-1]

    yield open_it
    if opened and not opened[-1].closed:
        opened[-1].close()
    central.close()


@pytest.fixture
def till(open_till: Callable[..., WholeCounter]) -> WholeCounter:
    """The demo store's till, with somebody signed on."""
    return open_till()
