"""Notices when nobody has touched the till for a while."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

_TOUCHES = frozenset((QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.Wheel))


class IdleWatch(QObject):
    """Calls when so many milliseconds went by without a key, a touch or a scan."""

    def __init__(self, idle_ms: int, on_idle: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._idle_ms = idle_ms
        self._on_idle = on_idle
        self._since = QElapsedTimer()
        self._since.start()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        self._timer.start(idle_ms)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.focusWindowChanged.connect(self._watch)
            self._watch(application.focusWindow())

    def touched(self) -> None:
        """Somebody is there."""
        self._since.restart()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._since.restart()
        return False

    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def _look(self) -> None:
        """The timer runs once per span, however often the till is touched meanwhile."""
        left_ms = self._idle_ms - self._since.elapsed()
        if left_ms > 0:
            self._timer.start(max(1, left_ms))
            return
        self._on_idle()
        self._since.restart()
        self._timer.start(self._idle_ms)
