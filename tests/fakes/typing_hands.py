"""Text typed by a person into whatever has the focus, and not done before the window has taken it."""

import time

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui.wedge_scanner import WedgeScanner

TYPING_PAUSE_MS = 60
_PATIENCE_S = 20


def type_by_hand(text: str, wedge: WedgeScanner) -> None:
    """Type slowly enough to be no scan, and wait until the last key is known to be none.

    On a busy machine the window gives typed keys more time to become a scan, so no fixed pause would do.
    """
    for character in text:
        QTest.keyClick(QGuiApplication.focusWindow(), character, delay=TYPING_PAUSE_MS)
    deadline = time.monotonic() + _PATIENCE_S
    while wedge.holds_keys:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        assert time.monotonic() < deadline, f"{text!r} was never taken for typing"
