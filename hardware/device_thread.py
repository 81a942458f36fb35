"""One named thread for each physical port, with a bounded queue: a device is touched by its own thread only."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from pos_app.errors import WorldError

T = TypeVar("T")
logger = logging.getLogger(__name__)

_PAUSE_AFTER_BUG_S = 5.0


class DeviceBusyError(WorldError):
    """The device has too much waiting for it, or has been stopped."""


class DeviceThread:
    """Runs what is submitted, in order, and between that an idle function that says when it wants to run next."""

    def __init__(self, name: str, idle: Callable[[], float | None], capacity: int = 32) -> None:
        """Make it, not started. idle returns seconds until it wants to be called again, or None for not by itself."""
        self.name = name
        self._idle = idle
        self._requests: queue.Queue[Callable[[], None] | None] = queue.Queue(capacity)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopping(self) -> threading.Event:
        """Set once the thread is asked to end; long waits look at it."""
        return self._stopping

    def start(self) -> None:
        """Start the thread."""
        if self._thread is not None:
            raise RuntimeError(f"{self.name} is already started")
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Ask the thread to end and wait for it; False when it is still inside a call that has not returned."""
        self._stopping.set()
        self.wake()
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout_s)
        return not thread.is_alive()

    def wake(self) -> None:
        """Call the idle function soon."""
        try:
            self._requests.put_nowait(None)
        except queue.Full:  # there is plenty to wake up for
            return

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run work on the device's thread. Raises DeviceBusyError when its queue is full or it has ended."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked for the work
                future.set_exception(error)

        if self._stopping.is_set():
            raise DeviceBusyError(f"{self.name} has been stopped")
        try:
            self._requests.put_nowait(run)
        except queue.Full:
            raise DeviceBusyError(f"{self.name} has too much to do already") from None
        return future

    def assert_current(self) -> None:
        """Raise RuntimeError on any other thread: a bug of ours."""
        if threading.current_thread() is not self._thread:
            raise RuntimeError(f"{self.name} is used from {threading.current_thread().name}")

    def _run(self) -> None:
        wait_s: float | None = 0.0
        while not self._stopping.is_set():
            try:
                request = self._requests.get(timeout=wait_s)
            except queue.Empty:
                request = None
            if self._stopping.is_set():
                return
            if request is not None:
                request()
            wait_s = self._run_idle()

    def _run_idle(self) -> float | None:
        try:
            return self._idle()
        except Exception:
            logger.exception("device thread %s", self.name)
            return _PAUSE_AFTER_BUG_S
