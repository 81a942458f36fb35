"""Listens to every key of the keyboard, with the time between them, without taking any: for the scanner test."""

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from pos_app.domain.scan_report import END_NAMES, KeyHeard
from ui.wedge_scanner import WedgeScanner

_SILENCE_MS = 250


class KeyRecorder(QObject):
    """Collects keys to bursts: one ends with Enter or Tab, or with a silence."""

    burst = Signal(object)
    """a tuple of KeyHeard"""

    def __init__(self, wedge: WedgeScanner, parent: QObject) -> None:
        super().__init__(parent)
        self._wedge = wedge
        self._keys: list[KeyHeard] = []
        self._last_ms = 0
        self._clock = QElapsedTimer()
        self._clock.start()
        self._silence = QTimer(self, singleShot=True, interval=_SILENCE_MS)
        self._silence.timeout.connect(self._end)
        self.listening = False

    def listen(self, on: bool) -> None:
        """Begin or end."""
        application = QCoreApplication.instance()
        if application is None or on == self.listening:
            return
        self.listening = on
        self._keys.clear()
        application.installEventFilter(self) if on else application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # What the till held back and gives back later was heard when it was typed.
        if self._wedge.is_giving_back:
            return False
        if event.type() is QEvent.Type.KeyPress and watched.isWindowType() and isinstance(event, QKeyEvent):
            self._heard(event)
        return False

    def _heard(self, event: QKeyEvent) -> None:
        text = event.text()
        if len(text) != 1:
            return
        at_ms = event.timestamp() or self._clock.elapsed()
        gap_ms = at_ms - self._last_ms if self._keys else 0
        self._last_ms = at_ms
        self._keys.append(KeyHeard(text, max(0, gap_ms)))
        if text in END_NAMES:
            self._end()
        else:
            self._silence.start()

    def _end(self) -> None:
        self._silence.stop()
        keys, self._keys = tuple(self._keys), []
        if len(keys) > 1:
            self.burst.emit(keys)
