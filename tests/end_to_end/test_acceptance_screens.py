"""Acceptance points 36 to 38 on every screen of the demo store: sizes, places, words in full, names, keyboard focus.

And a scan on each of them is neither lost nor typed, and presses nothing.
"""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from fakes.scan_witness import a_scan_is_neither_lost_nor_typed_nor_presses
from fakes.ui_screens import SCREENS, Screens
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QAccessible, QFont, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from pos_app.sample_store import FOLDER, sample_store
from ui.theme import paint
from ui.theme.fonts import width
from ui.theme.tokens import Height
from ui.widgets.keypad import Keypad

SMALL, USUAL = (1024, 768), (1280, 800)
DENSE = "hold_on_the_screen and (cash or return-finder or approval-phone or more-end or orders-address)"
OUT_OF_PAPER = "paper-out"
INTERRUPTED = {"card-pending", "card-unknown"}
"""What is typed behind these screens stays as it is: somebody looks at the card terminal first."""


@pytest.fixture(scope="module")
def screens(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    made = Screens(tmp_path_factory.mktemp("screens"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _faults_are_told(request: pytest.FixtureRequest, expect_log) -> None:
    if OUT_OF_PAPER in request.node.name:
        expect_log("out of paper")


def shown(window: QWidget) -> list[QAbstractButton]:
    return [control for control in window.findChildren(QAbstractButton) if control.isVisible()]


def place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


PLACES: dict[tuple[object, str], QRect] = {}


def large_enough_and_alone(window: QWidget) -> None:
    """Point 36: at least 48 pixels both ways, inside the window, and over no other control."""
    controls = shown(window)
    for control in controls:
        assert min(control.width(), control.height()) >= Height.TOUCH, control.accessibleName()
        assert window.rect().contains(place(control, window)), control.accessibleName()
    for number, first in enumerate(controls):
        for second in controls[:number]:
            if first.parentWidget() is second.parentWidget():
                over = place(first, window).intersects(place(second, window))
                assert not over, (first.accessibleName(), second.accessibleName())


def where_it_always_is(window: QWidget, size: tuple[int, int]) -> None:
    """Point 36: what is there on more than one screen is in the same place on all of them."""
    pay = window.side.pay
    fixed = {
        **window.actions_bar.tiles,
        "exact": pay.exact,
        "gift": pay.gift_card,
        "split": pay.split,
        "other": pay.other,
        "card": pay.card,
        "lock": window.top_bar.lock_button,
        "basket": window.basket,
    }
    for what, widget in fixed.items():
        if widget.isVisible():
            assert PLACES.setdefault((size, what), place(widget, window)) == place(widget, window), what


def named(window: QWidget) -> None:
    """Point 38: a screen reader has a name for everything, and a role for every control."""
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible():
            assert widget.accessibleName().strip(), type(widget).__name__
    for control in shown(window):
        seen = QAccessible.queryAccessibleInterface(control)
        assert seen.role() is not QAccessible.Role.NoRole, control.accessibleName()


def reached_by_keyboard(window: QWidget) -> None:
    """Point 38: the Tab key comes to every control that can be used, and the focus is in sight all the way."""
    wanted = {control for control in shown(keeps_the_keyboard(window)) if _takes_focus(control, window)}
    for _ in range(160):
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.isVisible(), focused.accessibleName()
        wanted.discard(focused)
        if not wanted:
            return
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
    raise AssertionError([control.accessibleName() for control in wanted])


def keeps_the_keyboard(window: QWidget) -> QWidget:
    """What is in front of all else until it is answered or left by Esc, or the whole window."""
    widget = QApplication.focusWidget()
    while widget is not None and widget is not window:
        if "focusNextPrevChild" in vars(type(widget)):
            return widget
        widget = widget.parentWidget()
    return window


def _takes_focus(control: QAbstractButton, window: QWidget) -> bool:
    """Keys of a keypad are for fingers: at the keyboard digits are typed, and Esc goes back."""
    typed = isinstance(control.parentWidget(), Keypad) or control.text() == "Back"
    by_keyboard = bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus) and not typed
    at = window.childAt(place(control, window).center())
    covered = at is None or not (at is control or control.isAncestorOf(at))
    return by_keyboard and control.isEnabled() and not covered


def _of_any_length() -> set[str]:
    """Words of the store's own, which are shortened where they must be: goods, brands, offers, policies, people."""
    profile = sample_store().profile
    with open(FOLDER / "items.csv", encoding="utf-8", newline="") as file:
        goods = {word for row in csv.DictReader(file) for word in (row["name"], row["brand"], row["gtin"])}
    policies = {clause.text for clause in profile.return_policy.clauses}
    return {profile.store_name, *goods, *policies, "$10 off with gift card", "Holiday season: 5 points"}


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Words that were painted into less room than they need."""
    found: list[str] = []
    plain, wrapped = paint.text, paint.wrapped

    def text(painter: QPainter, rect: QRectF, words: str, made: QFont, *rest: object, **more: object) -> float:
        if width(words, made) > rect.width() + 1:
            found.append(words)
        return plain(painter, rect, words, made, *rest, **more)

    def paragraph(painter: QPainter, rect: QRectF, words: str, made: QFont, *rest: object, **more: object) -> None:
        if paint.wrapped_height(words, made, rect.width()) > rect.height() + 1:
            found.append(words)
        wrapped(painter, rect, words, made, *rest, **more)

    monkeypatch.setattr(paint, "text", text)
    monkeypatch.setattr(paint, "wrapped", paragraph)
    return found


@pytest.mark.parametrize("name", SCREENS)
def test_points_36_37_and_38_hold_on_the_screen(screens, cut, name):
    counter = screens.show(name, "dark", SMALL)
    window = counter.window
    own = _of_any_length()
    for size in (SMALL, USUAL):
        window.resize(*size)
        QApplication.processEvents()
        large_enough_and_alone(window)
        if name != OUT_OF_PAPER:  # one more sign in the top bar takes room from the find field, and from nothing else
            where_it_always_is(window, size)
        cut.clear()
        window.grab()
        assert [words for words in cut if not any(word and word in words for word in own)] == [], size
    named(window)
    if name not in INTERRUPTED:
        reached_by_keyboard(window)
    a_scan_is_neither_lost_nor_typed_nor_presses(counter)


@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_point_37_holds_on_dense_screens_too(scale, request):
    """Letters are measured anew at each scale: some screens with much to say, in a program of their own."""
    if "QT_SCALE_FACTOR" in os.environ:
        pytest.skip("This is the program at another scale")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(request.path), "-k", DENSE],
        env={**os.environ, "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_point_37_a_window_that_is_made_larger_says_again_what_it_had_no_room_for(screens):
    window = screens.show("idle", "light", SMALL).window
    window.resize(*USUAL)
    QApplication.processEvents()
    assert window.side.pay.card.text() == "Pay by card"
