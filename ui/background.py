"""Slow work off the GUI thread, its result back in it."""

import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

_AFTER_PAINT_MS = 10


class Task:
    """Work under way. Cancelling drops its answer; the work itself ends by its own time-out."""

    def __init__(self, on_result: Callable[[Any], None], on_error: Callable[[Exception], None]) -> None:
        self._on_result = on_result
        self._on_error = on_error
        self.finished = False
        self.cancelled = False

    def cancel(self) -> None:
        """Let the answer come to nothing."""
        self.cancelled = True

    def deliver(self, result: Any, error: Exception | None) -> None:
        """Hand the outcome to whoever asked, unless they no longer want it."""
        self.finished = True
        if self.cancelled:
            return
        if error is not None:
            self._on_error(error)
        else:
            self._on_result(result)


class Background(QObject):
    """Runs callables on threads of their own and calls back in the GUI thread."""

    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self, work: Callable[[], Any], on_result: Callable[[Any], None], on_error: Callable[[Exception], None]
    ) -> Task:
        """Start the work. on_result or on_error is called in the GUI thread, once, unless the task is cancelled."""
        task = Task(on_result, on_error)
        thread = threading.Thread(target=self._work, args=(task, work), name="ui-background", daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()
        return task

    def finish(self, patience_s: float) -> bool:
        """Wait for what is under way, before the window is taken apart: a thread must not answer to what is gone.

        False when something takes longer than that.
        """
        deadline = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self, task: Task, work: Callable[[], Any]) -> None:
        try:
            result, error = work(), None
        except Exception as caught:  # noqa: BLE001 - whatever it is, the GUI thread decides what it means
            result, error = None, caught
        try:
            self._finished.emit(task, result, error)
        except RuntimeError:
            # The window is gone and nobody waits for the answer any more.
            return

    def _deliver(self, task: Task, result: Any, error: Exception | None) -> None:
        task.deliver(result, error)


def after_paint(work: Callable[[], None]) -> None:
    """Do something in the GUI thread as soon as what is on its way to the screen has got there."""
    QTimer.singleShot(_AFTER_PAINT_MS, work)
