"""The sync thread: when to take the next step, and what the status strip says about it."""

import logging
import random
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Clock, Outbox, SyncStatus
from sync.terminal.client import CentralClient, UnavailableError
from sync.terminal.engine import StepResult, SyncEngine
from sync.terminal.link import LinkWatch
from sync.terminal.retry import Attempt, Outcome, decide

HEARTBEAT_S = 30.0
UNWATCHED_HEARTBEAT_S = 5.0
STOP_TIMEOUT_S = 2.0
BUG_REASON = "Something went wrong in the program; it goes on trying. Details are in the log."

_logger = logging.getLogger(__name__)


class SyncWorker:
    """One thread around a SyncEngine. It never raises; what goes wrong is in the status.

    on_status is called on this thread, and only when something in the status changed.
    """

    def __init__(
        self,
        engine: SyncEngine,
        outbox: Outbox,
        client: CentralClient,
        clock: Clock,
        on_status: Callable[[SyncStatus], None] | None = None,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._engine = engine
        self._outbox = outbox
        self._client = client
        self._clock = clock
        self._on_status = on_status
        self._heartbeat_s = heartbeat_s
        self._chance = chance
        self._failures = 0
        self._probe_first = False
        self._heard_ms = clock.monotonic_ms()
        self._status = SyncStatus(online=False, queued=0, offline_since=self._now(), reason="Not connected yet.")
        self._link = LinkWatch(client.central_url)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin. Once per worker."""
        self._thread.start()

    def nudge(self) -> None:
        """Something was committed. Thread-safe, never blocks."""
        try:
            self._wake_writer.send(b"\0")
        except OSError:
            return  # the worker has enough nudges waiting, or is gone

    def status(self) -> SyncStatus:
        """The state now. Thread-safe."""
        return self._status

    def stop(self) -> bool:
        """End within two seconds, a hanging request or not; False when one is left to its time-out.

        Its answer is then lost, as any answer may be.
        """
        self._stopping.set()
        self.nudge()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)
        if self._thread.is_alive():
            return False
        self._close_sockets()  # of a worker that never began
        return True

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_reader, selectors.EVENT_READ)
            due_ms = self._clock.monotonic_ms()
            while not self._stopping.is_set():
                wait_ms = due_ms - self._clock.monotonic_ms()
                if wait_ms <= 0:
                    due_ms = self._clock.monotonic_ms() + int(self._turn() * 1000)
                elif self._wait(selector, wait_ms / 1000) and not self._failures:
                    due_ms = self._clock.monotonic_ms()
                else:
                    self._publish(self._status)  # between two attempts only the queue grows
        self._close_sockets()

    def _close_sockets(self) -> None:
        self._link.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def _wait(self, selector: selectors.BaseSelector, wait_s: float) -> bool:
        """Wait for the time, a nudge or the end of the idle connection; True for the last two."""
        link = self._link.socket
        if link is not None:
            selector.register(link, selectors.EVENT_READ)
        ready = [key.fileobj for key, _ in selector.select(wait_s)]
        if link is not None:
            selector.unregister(link)
            if link in ready:
                self._link.close()
                self._probe_first = True
        if self._wake_reader in ready:
            self._wake_reader.recv(4096)
        return bool(ready)

    def _turn(self) -> float:
        """One attempt; how long to wait for the next one, in seconds."""
        result = self._attempt()
        if self._stopping.is_set():
            return 0.0
        silent_s = (self._clock.monotonic_ms() - self._heard_ms) / 1000
        if result.outcome in (Outcome.DONE, Outcome.REFUSED) or result.retry_after_s:
            self._heard_ms = self._clock.monotonic_ms()
        self._failures = 0 if result.outcome is Outcome.DONE else self._failures + 1
        decision = decide(
            Attempt(result.outcome, self._failures, result.retry_after_s, silent_s),
            self._client.terminal_id,
            self._chance(),
        )
        self._probe_first = decision.probe_first
        self._publish(self._status_after(result))
        if result.outcome is not Outcome.DONE:
            self._link.close()
            return decision.wait_s
        if result.more:
            return 0.0
        watched = self._link.open(self._clock.monotonic_ms())
        return self._heartbeat_s if watched else min(self._heartbeat_s, UNWATCHED_HEARTBEAT_S)

    def _attempt(self) -> StepResult:
        try:
            if self._probe_first:
                self._client.probe()
            return self._engine.step()
        except UnavailableError as error:
            return StepResult(Outcome.UNAVAILABLE, reason=str(error), retry_after_s=error.retry_after_s)
        except OfflineError as error:
            return StepResult(Outcome.UNREACHABLE, reason=str(error))
        except RefusedError as error:
            return StepResult(Outcome.REFUSED, reason=error.message)
        except Exception:
            if self._stopping.is_set():
                _logger.info("an answer came after the data was closed; it will be asked for again")
                return StepResult(Outcome.FAULT, reason=BUG_REASON)
            _logger.exception("sync failed with %s events queued", self._status.queued)
            return StepResult(Outcome.FAULT, reason=BUG_REASON)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _status_after(self, result: StepResult) -> SyncStatus:
        before = self._status
        online = result.outcome is Outcome.DONE or (result.outcome is Outcome.REFUSED and not result.terminal_refused)
        if result.outcome is Outcome.FAULT:
            online = before.online
        return replace(
            before,
            online=online,
            last_success_at=self._now() if result.outcome is Outcome.DONE else before.last_success_at,
            offline_since="" if online else before.offline_since or self._now(),
            reason=result.reason,
            replaced=result.replaced or (before.replaced and result.outcome is not Outcome.DONE),
        )

    def _publish(self, status: SyncStatus) -> None:
        try:
            status = replace(status, queued=self._outbox.pending_count(), quarantined=len(self._outbox.quarantined()))
        except Exception:
            _logger.exception("the queue cannot be counted")
        if status == self._status:
            return
        self._status = status
        if self._on_status is not None:
            try:
                self._on_status(status)
            except Exception:
                _logger.exception("showing the sync status failed")

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")
