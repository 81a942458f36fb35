"""Makes copies by itself: after each Z, every few hours, and soon after a start that comes later than it should."""

import logging
import os
import sys
import time
from collections.abc import Callable
from threading import Event, Thread, get_native_id
from typing import TYPE_CHECKING

from pos_app.errors import WorldError
from pos_app.ports import DeviceState, DeviceStatus
from pos_app.ports.reports import Cancelled

if TYPE_CHECKING:
    from pos_app.backup_room import LocalBackups

FIRST_AFTER_S = 45.0
"""The till opens undisturbed."""
LOOK_EVERY_S, AGAIN_AFTER_S = 60.0, 15 * 60.0
"""How often it looks at the time; how long it waits after a copy that could not be made."""
_PAUSE_S = 0.002
"""Between two steps: whoever sells gets the interpreter."""
_LOWER = 10
NAME, KIND = "backup", "backup"

_logger = logging.getLogger(__name__)


class BackupKeeper:
    """A thread that waits most of the time. on_status gets how the backup stands, on that thread."""

    def __init__(self, backups: "Callable[[], LocalBackups]", on_status: Callable[[DeviceStatus], None]) -> None:
        self._make_backups = backups
        self._on_status = on_status
        self._wake, self._stopping = Event(), Event()
        self._thread: Thread | None = None

    def start(self, first_after_s: float = FIRST_AFTER_S) -> None:
        """Begin; returns at once."""
        self._thread = Thread(target=self._run, args=(first_after_s,), name="backup", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Something was journaled; it may have been a Z. Never blocks."""
        self._wake.set()

    def stop(self) -> None:
        """End; a copy under way is given up."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self, first_after_s: float) -> None:
        _run_below_the_till()
        if self._stopping.wait(first_after_s):
            return
        backups = self._make_backups()
        next_look_s, failed = time.monotonic(), False
        while not self._stopping.is_set():
            self._wake.wait(max(0.0, next_look_s - time.monotonic()))
            self._wake.clear()
            in_time = time.monotonic() >= next_look_s
            if self._stopping.is_set() or (failed and not in_time):
                continue
            reason = self._reason(backups, in_time=in_time)
            if reason or in_time:
                failed = bool(reason) and not self._make(backups, reason)
                next_look_s = time.monotonic() + (AGAIN_AFTER_S if failed else LOOK_EVERY_S)
                self._tell(backups)

    def _reason(self, backups: "LocalBackups", *, in_time: bool) -> str:
        """Why a copy is made now; empty when none is. Between two looks only a Z is a reason: it costs no disk."""
        try:
            if backups.lacks_last_z():
                return "after the day was closed"
            return "as planned" if in_time and backups.is_due() else ""
        except WorldError as error:
            _logger.warning("nobody knows whether a copy is due: %s", error)
            return ""

    def _make(self, backups: "LocalBackups", reason: str) -> bool:
        try:
            backups.make(reason, self._go_on)
        except Cancelled:
            return True
        except WorldError as error:
            _logger.warning("no copy was made: %s", error)
            return False
        return True

    def _go_on(self, done: int, whole: int) -> None:
        if self._stopping.wait(_PAUSE_S):
            raise Cancelled

    def _tell(self, backups: "LocalBackups") -> None:
        health = backups.health()
        state = DeviceState.WARNING if health.overdue else DeviceState.READY
        self._on_status(DeviceStatus(NAME, KIND, state, health.words))


def _run_below_the_till() -> None:
    """Whoever sells comes first. Linux alone knows priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), _LOWER)
