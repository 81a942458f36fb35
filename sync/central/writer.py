"""Group commit: uploads that arrive while one transaction is under way share the next one."""

import logging
import queue
import threading
import time
from concurrent.futures import Future

from sync import contract
from sync.central.errors import CentralError
from sync.central.metrics import Metrics
from sync.central.service import CentralService
from sync.central.uploads import Upload

MAXIMUM_QUEUED = 256
MAXIMUM_GROUP_UPLOADS = 64
MAXIMUM_GROUP_EVENTS = 2000
RETRY_AFTER_S = 2

_log = logging.getLogger(__name__)
_Waiting = tuple[Upload, "Future[contract.UploadResult]"]


class Writer:
    """One thread that takes uploads from a bounded queue and writes them in groups."""

    def __init__(self, service: CentralService, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(MAXIMUM_QUEUED)
        self._thread = threading.Thread(target=self._work, name="central-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, then end."""
        self._queue.put(None)
        self._thread.join()

    def waiting(self) -> int:
        """How many uploads wait for a commit."""
        return self._queue.qsize()

    def submit(self, upload: Upload) -> "Future[contract.UploadResult]":
        """The future answer to an upload, done when it is durable. Raises CentralError (503) when too many wait."""
        answer: Future[contract.UploadResult] = Future()
        try:
            self._queue.put_nowait((upload, answer))
        except queue.Full:
            raise CentralError(503, "busy", "The service is busy. Try again in a moment.", RETRY_AFTER_S) from None
        return answer

    def _work(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                self._write(group)
            if last:
                return

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """What waits now, at least one; True with it when nothing comes after."""
        group: list[_Waiting] = []
        events = 0
        item = self._queue.get()
        while True:
            if item is None:
                return group, True
            group.append(item)
            events += len(item[0].arrivals)
            if len(group) >= MAXIMUM_GROUP_UPLOADS or events >= MAXIMUM_GROUP_EVENTS:
                return group, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return group, False

    def _write(self, group: list[_Waiting]) -> None:
        started_s = time.perf_counter()
        try:
            results = self._service.ingest([upload for upload, _ in group])
        except Exception as error:  # noqa: BLE001 - the thread must live; each failure goes to whoever waits for it
            self._write_one_by_one(group, error)
            return
        self._metrics.observe_group(results, time.perf_counter() - started_s)
        for (_, answer), result in zip(group, results, strict=True):
            answer.set_result(result)

    def _write_one_by_one(self, group: list[_Waiting], error: Exception) -> None:
        """One upload must not fail the others it happened to share a transaction with."""
        if len(group) == 1:
            _log.error("an upload of terminal %s failed", group[0][0].terminal.terminal_id, exc_info=error)
            group[0][1].set_exception(error)
            return
        for waiting in group:
            self._write([waiting])
