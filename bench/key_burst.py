"""Codes as fast as a machine can type them, while the window is held up now and then."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

_KEY_MS = 1
_STALL_EVERY_MS = 250
_STALL_S = 0.05


def type_burst(
    application: QApplication, window: QWindow, codes: Sequence[str], all_there: Callable[[], bool]
) -> float:
    """Put the keys of all codes into the event queue at once; seconds until they are all there and painted."""
    stall = QTimer()
    stall.timeout.connect(lambda: time.sleep(_STALL_S))
    stall.start(_STALL_EVERY_MS)
    at_ms = 1
    began = time.perf_counter()
    for code in codes:
        for key, text in [*((Qt.Key(ord(digit)), digit) for digit in code), (Qt.Key.Key_Return, "\r")]:
            at_ms += _KEY_MS
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
                event.setTimestamp(at_ms)
                QCoreApplication.postEvent(window, event)
    while not all_there():
        application.processEvents()
    application.processEvents()  # what the last one changed is painted in this round
    took_s = time.perf_counter() - began
    stall.stop()
    return took_s
