"""Barcode scanners that type: their bursts are caught before any widget, shortcut or dialog sees a key.

Qt hands keys to the window in focus first. There, printable keys are held back as long as they follow one another
faster than people type; enough of them and Enter or Tab make a scan, everything else is given back in order to
whatever has the focus. So a scan lands in the basket whichever field, button or dialog is in front.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from shiboken6 import isValid

_TERMINATORS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_LINE_FEEDS = (*_TERMINATORS, Qt.Key.Key_Down)
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_AltGr, Qt.Key.Key_Control)
_GROUP_SEPARATOR = "\x1d"
LONGEST_TYPED_SCAN = 512
_SLOWEST_SCANNER_MS, _FASTEST_GAP_MS = 150, 20
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass(frozen=True, slots=True)
class WedgeTiming:
    """What tells a scanner from a person: the longest pause between two keys, and the shortest code.

    prefix and suffix are what the scanner types around each code; they are taken off, and a code without them is a
    partial one.
    """

    gap_ms: int = 45
    minimum_length: int = 4
    prefix: str = ""
    suffix: str = ""


def learned_timing(scans: Sequence[Sequence[int]], lengths: Sequence[int], known: WedgeTiming) -> WedgeTiming:
    """The timing of a scanner from the pauses (ms) between the keys of some test scans and the lengths of its codes.

    The longest pause seen counts half as much again. Raises ValueError with a sentence for a scanner that types as
    slowly as people do: it needs a prefix, or another mode.
    """
    pauses = [pause for scan in scans for pause in scan]
    if not pauses:
        raise ValueError("Nothing was scanned. Scan the same code three times.")
    slowest = max(pauses)
    if slowest > _SLOWEST_SCANNER_MS:
        raise ValueError(
            f"This scanner waits up to {slowest} ms between two keys, as long as people do. Set it to a faster mode."
        )
    gap_ms = max(_FASTEST_GAP_MS, slowest + slowest // 2 + 5)
    return replace(known, gap_ms=gap_ms, minimum_length=max(3, min(known.minimum_length, *lengths)))


@dataclass(frozen=True, slots=True)
class _HeldKey:
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    is_press: bool


class WedgeScanner(QObject):
    """Watches the windows of the application for typed bursts."""

    def __init__(
        self,
        on_scan: Callable[[str], None],
        timing: WedgeTiming | None = None,
        parent: QObject | None = None,
        on_refused: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(parent)
        self._on_scan = on_scan
        self._on_refused = on_refused
        self._timing = timing or WedgeTiming()
        self._held: list[_HeldKey] = []
        self._window: QWindow | None = None
        self._last_at_ms = 0
        self._swallow_release: set[int] = set()
        self._line_feed_until_ms = 0
        self._replaying = False
        self._now = QElapsedTimer()
        self._now.start()
        self._pause = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._pause.timeout.connect(self._on_pause)
        self._pause_due_ms = 0
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self.watch)
            self.watch(application.focusWindow())

    @property
    def timing(self) -> WedgeTiming:
        """What tells a scanner from a person now."""
        return self._timing

    def use(self, timing: WedgeTiming) -> None:
        """From the next key on."""
        self._give_back()
        self._timing = timing

    def watch(self, window: QWindow | None) -> None:
        """Catch scans typed into this window too; every window that gets the focus is watched by itself."""
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.KeyPress:
            return not self._replaying and self._on_press(watched, event)  # type: ignore[arg-type]
        if kind is QEvent.Type.KeyRelease:
            return not self._replaying and self._on_release(event)  # type: ignore[arg-type]
        if kind is QEvent.Type.ShortcutOverride and event.key() not in _LINE_FEEDS:  # type: ignore[attr-defined]
            self._line_feed_until_ms = 0
        return False

    @property
    def holds_keys(self) -> bool:
        """Whether keys wait until it is clear that they are no scan."""
        return bool(self._held)

    @property
    def is_giving_back(self) -> bool:
        """True while keys that were no scan go on to whatever has the focus."""
        return self._replaying

    # --- keys --------------------------------------------------------------------------------------------------------

    def _on_press(self, watched: QObject, event: QKeyEvent) -> bool:
        at_ms = event.timestamp() or self._now.elapsed()
        if self._held and not (0 <= at_ms - self._last_at_ms <= self._timing.gap_ms and watched is self._window):
            self._give_back()
        key = event.key()
        if key in _MODIFIERS:
            return False
        line_feed_until_ms, self._line_feed_until_ms = self._line_feed_until_ms, 0
        if key in _LINE_FEEDS and not self._held and at_ms <= line_feed_until_ms:
            # The line feed of a scanner that ends its codes with CR LF; some keyboards turn it into an arrow key.
            self._swallow_release.add(key)
            return True
        if key in _TERMINATORS:
            return self._on_terminator(key, at_ms)
        if self._is_code_character(event):
            self._held.append(_HeldKey(key, event.modifiers(), event.text(), True))
            self._window = watched if isinstance(watched, QWindow) else None
            self._last_at_ms = at_ms
            self._wait(self._timing.gap_ms)
            return True
        self._give_back()
        return False

    def _on_terminator(self, key: int, at_ms: int) -> bool:
        code = "".join(held.text for held in self._held if held.is_press)
        if len(code) < self._timing.minimum_length:
            self._give_back()
            return False
        self._pause.stop()
        self._held.clear()
        self._swallow_release.add(key)
        self._line_feed_until_ms = at_ms + self._timing.gap_ms
        self._hand_over(code)
        return True

    def _hand_over(self, code: str) -> None:
        prefix, suffix = self._timing.prefix, self._timing.suffix
        if not code.startswith(prefix) or not code.endswith(suffix) or len(code) <= len(prefix) + len(suffix):
            self._on_refused("Part of the code is missing: scan again.")
        elif len(code) > LONGEST_TYPED_SCAN:
            self._on_refused(f"The code is longer than {LONGEST_TYPED_SCAN} characters: no product or receipt has one.")
        else:
            self._on_scan(code[len(prefix) : len(code) - len(suffix)])

    def _on_release(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in self._swallow_release:
            self._swallow_release.discard(key)
            return True
        if self._held and any(held.key == key for held in self._held):
            self._held.append(_HeldKey(key, event.modifiers(), event.text(), False))
            return True
        return False

    @staticmethod
    def _is_code_character(event: QKeyEvent) -> bool:
        text = event.text()
        if text == _GROUP_SEPARATOR:
            return True  # between the parts of a GS1 code; scanners type it as Ctrl and a bracket
        return len(text) == 1 and text.isprintable() and not event.modifiers() & _COMMANDS and not event.isAutoRepeat()

    # --- giving typed keys back --------------------------------------------------------------------------------------

    def _wait(self, milliseconds: int) -> None:
        self._pause_due_ms = self._now.elapsed() + milliseconds
        self._pause.start(milliseconds)

    def _on_pause(self) -> None:
        """No key for a while: it was typing. When we were late ourselves, keys may still be waiting to be read."""
        late_ms = self._now.elapsed() - self._pause_due_ms
        if late_ms > self._timing.gap_ms // 2:
            self._wait(self._timing.gap_ms)
            return
        self._give_back()

    def _give_back(self) -> None:
        self._pause.stop()
        held, self._held = self._held, []
        window = self._window
        if not held or window is None or not isValid(window):
            return
        self._replaying = True
        try:
            for key in held:
                kind = QEvent.Type.KeyPress if key.is_press else QEvent.Type.KeyRelease
                QCoreApplication.sendEvent(window, QKeyEvent(kind, key.key, key.modifiers, key.text))
        finally:
            self._replaying = False


def type_code(window: QWindow, code: str, *ends: Qt.Key) -> None:
    """Type a code into a window exactly as a wedge scanner does, a key a millisecond, however busy the machine is.

    For demonstrations, measurements and tests: keys clicked one by one come as late as the machine is slow.
    The code ends with Enter unless other keys are given.
    """
    keys = [(ord(character.upper()), character) for character in code]
    keys += [(end.value, "\r") for end in ends or (Qt.Key.Key_Return,)]
    type_keys(window, keys)


def type_keys(window: QWindow, keys: Sequence[tuple[int, str]], began_ms: int = 1) -> None:
    """Press and release keys, each given with its text, a millisecond apart from a moment on."""
    for number, (key, text) in enumerate(keys):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            event.setTimestamp(began_ms + number)
            QCoreApplication.sendEvent(window, event)
