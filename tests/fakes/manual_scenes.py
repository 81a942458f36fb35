"""Screens that the manual shows with more in them than a walk over all screens needs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.central_till import Journal, public_key_text
from fakes.report_screens import REPORT_SCREENS
from fakes.till_screens import _begin, _on
from fakes.typing_hands import type_by_hand
from fakes.ui_screens import SCREENS
from fakes.whole_counter import BADGE, CABLE, CAMERA, HEADPHONES, SPEAKER, WholeCounter, open_central, patiently
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pos_app.domain.till_closing import ClosingStep
from pos_app.first_run import FirstRun
from pos_app.sample_store import sample_store
from pos_app.storage.keys import KeyFile
from sync import contract
from ui.first_run.window import FirstRunWindow
from ui.services_bundle import UiSettings
from ui.till.day_page import DayPage

ENTER = Qt.Key.Key_Return
_COUNTED = ("4", "1", "", "1", "1", "4", "2", "", "", "4")
"""The float and the headphones paid in cash, $469.54, from hundreds to cents."""


def _returned(counter: WholeCounter) -> None:
    SCREENS["return"](counter)
    returns = counter.window.functions.returns
    counter.until(lambda: returns is not None and not returns.checking, "the other tills were asked")


def _counting(counter: WholeCounter, numbers: tuple[str, ...] = _COUNTED) -> DayPage:
    counter.sell(HEADPHONES)
    page = _on(counter, _begin(counter), ClosingStep.COUNT_CASH)
    for number in numbers:
        counter.type(number)
        counter.press(ENTER)
    return page


def _short(counter: WholeCounter) -> None:
    _on(counter, _counting(counter, (*_COUNTED[:4], "", *_COUNTED[5:])), ClosingStep.REVEAL)


def _deposit(counter: WholeCounter) -> None:
    _on(counter, _counting(counter), ClosingStep.DEPOSIT)


def _sign(counter: WholeCounter) -> DayPage:
    page = _on(counter, _counting(counter), ClosingStep.DEPOSIT)
    counter.press(ENTER)
    counter.type("BAG-4711")
    return _on(counter, page, ClosingStep.SIGN)


def _store_day(counter: WholeCounter) -> None:
    """This till is closed, another one is not."""
    service = counter.central.service
    key = public_key_text(Ed25519PrivateKey.generate())
    code = service.open_enrolment("001", "09")
    service.enrol_terminal(contract.EnrolTerminal(code=code, public_key=key, incarnation="first"))
    other, day = Journal("001-09"), counter.register.data.storage.business_day()
    opened = {"operator_id": "manager-2"}
    other.append("business_day_opened", opened, business_day=day, occurred_at=f"{day}T08:00:00-08:00")
    service.upload("001-09", other.batch(len(other.entries)))
    _sign(counter).main.click()
    counter.until(lambda: counter.register.data.till_records.z_reports(1), "the till is closed")
    counter.all_sent()
    desk = counter.window.functions.manager.store_day
    desk.open()
    counter.until(lambda: desk.days and not desk.busy and desk.body.sheet.isVisible(), "the day is shown")


def _at_a_glance(counter: WholeCounter) -> None:
    for codes in ((HEADPHONES, CABLE), (SPEAKER,), (CAMERA,)):
        counter.sell(*codes, card=HEADPHONES in codes)
    counter.printed(3)
    REPORT_SCREENS["reports"](counter)
    desk = counter.window.functions.manager.reports
    next(iter(desk.choice.tiles.values())).click()
    counter.until(lambda: desk.report is not None, "the report is made")


def _journal(counter: WholeCounter) -> None:
    for codes in ((HEADPHONES, CABLE), (SPEAKER,)):
        counter.sell(*codes)
    counter.printed(2)
    REPORT_SCREENS["reports"](counter)
    counter.window.functions.manager.reports.choice.tiles["journal"].click()
    body = counter.window.functions.manager.journal.body
    counter.until(lambda: body.isVisible() and body.entries, "the entries are found")
    counter.until(counter.window.till.page.extra.isEnabled, "the newest one is drawn")


SCENES: dict[str, Callable[[WholeCounter], object]] = {
    "a-return": _returned,
    "cash-counted": _counting,
    "cash-short": _short,
    "deposit": _deposit,
    "to-be-signed": _sign,
    "the-store-day": _store_day,
    "a-day-at-a-glance": _at_a_glance,
    "a-journal": _journal,
}


def opening(folder: Path, size: tuple[int, int]) -> QImage:
    """A day begins: the float is counted."""
    central = open_central(folder / "central")
    rules = replace(sample_store().profile.till, counts_opening=True)
    settings = UiSettings(theme="light", sounds=False)
    counter = WholeCounter(folder / "till", central, settings=settings, size=size, sign_on=True, till=rules)
    try:
        counter.scan(BADGE["manager"])
        counter.until(lambda: counter.window.till.covering, "the float is asked for")
        for number in ("1", "", "3", "2", "2", "5"):
            counter.type(number)
            counter.press(ENTER)
        return counter.window.grab().toImage()
    finally:
        counter.close()
        central.close()


def device_panel(counter: WholeCounter) -> QImage:
    """The demo store's simulated devices, as they are beside the window."""
    functions = counter.window.functions
    functions.devices()
    panel = functions.device_panel
    assert panel is not None
    panel.resize(1000, 760)
    SCREENS["complete"](counter)
    counter.until(lambda: panel.paper.has_paper, "the receipt is seen")
    QApplication.processEvents()
    image = panel.grab().toImage()
    panel.close()
    return image


def first_start(folder: Path, size: tuple[int, int]) -> dict[str, QImage]:
    """The first pages of a new computer that becomes a store's till."""
    folder.mkdir()
    window = FirstRunWindow(FirstRun(folder, KeyFile(folder / "till.key")), resumes=False)
    window.resize(*size)
    window.show()
    window.activateWindow()
    patiently(lambda: QApplication.focusWindow() is window.windowHandle(), "the window is in front")
    pictures = {"first-start": window.grab().toImage()}
    QTest.mouseClick(window.own, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    patiently(lambda: window.page is not None and window.page.title == "Your store", "the store is asked for")
    for text in ("Corner Shop", "12 High Street", "Springfield"):
        type_by_hand(text, window.wedge)
        if text != "Springfield":
            QApplication.processEvents()
            _press_enter(window)
    pictures["first-start-store"] = window.grab().toImage()
    QTest.mouseClick(window.page.on_button, Qt.MouseButton.LeftButton)
    patiently(lambda: window.page.title == "Country and taxes", "the taxes are asked for")
    pictures["first-start-taxes"] = window.grab().toImage()
    window.close()
    window.wedge.deleteLater()
    window.deleteLater()
    return pictures


def _press_enter(window: FirstRunWindow) -> None:
    QTest.keyClick(window.windowHandle(), ENTER)
    QApplication.processEvents()
