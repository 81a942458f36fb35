"""Long work behind the window: it says how far it is, in the GUI thread, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from pos_app.ports.reports import Progress
    from ui.background import Task
    from ui.sale.checkout_window import CheckoutWindow

_TOLD_EVERY_S = 0.05
_SHORT_S = 0.15
"""What is done sooner than this says nothing of its progress."""


class Progressing(QObject):
    """One piece of work. Stopped, it ends at its next step, and neither its answer nor its progress comes any more."""

    _told = Signal(int, int)

    def __init__(
        self,
        window: CheckoutWindow,
        work: Callable[[Progress], Any],
        on_progress: Callable[[int, int], None] = lambda done, whole: None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._work = work
        self._on_progress = on_progress
        self._stopped = Event()
        self._task: Task | None = None
        self._last_told_s = time.monotonic() + _SHORT_S - _TOLD_EVERY_S
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self, on_result: Callable[[Any], None], on_error: Callable[[Exception], None]) -> None:
        """Do it; on_result or on_error is called in the GUI thread, unless it was stopped."""
        self._task = self._window.background.run(lambda: self._work(self._step), on_result, on_error)

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._stopped.set()
        if self._task is not None:
            self._task.cancel()

    def _step(self, done: int, whole: int) -> bool:
        """On the thread of the work."""
        now_s = time.monotonic()
        if now_s - self._last_told_s >= _TOLD_EVERY_S:
            self._last_told_s = now_s
            self._told.emit(done, whole)
        return not self._stopped.is_set()

    def _tell(self, done: int, whole: int) -> None:
        if not self._stopped.is_set() and self._task is not None and not self._task.finished:
            self._on_progress(done, whole)
