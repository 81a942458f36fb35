"""Another printer steps in: the queue as the backup printer sees it."""

import logging
import time
from collections.abc import Callable

from pos_app.ports import PrintJob, PrintQueue, PrintState

logger = logging.getLogger(__name__)


class BackupQueue:
    """Jobs of which nothing was sent, once the first printer has not been able to print for so many seconds.

    A job is claimed in the queue itself, so that two printers never print the same one. What the first printer began
    stays with it. why_down says what keeps the first printer from printing, empty while it can. on_stepped_in hears of
    each job that the backup takes, on the backup printer's thread.
    """

    def __init__(
        self,
        queue: PrintQueue,
        why_down: Callable[[], str],
        after_s: float,
        on_stepped_in: Callable[[PrintJob], None] = lambda _: None,
    ) -> None:
        self._queue = queue
        self._why_down = why_down
        self._after_s = after_s
        self._on_stepped_in = on_stepped_in
        self._down_since: float | None = None

    def next_job(self) -> PrintJob | None:
        """The oldest queued job while the first printer is down, or None."""
        return self._queue.next_job() if self._is_needed() else None

    def claim(self, job_id: str, bytes_total: int) -> bool:
        """Take a queued job; False when the first printer is back and has it."""
        taken = self._queue.claim(job_id, bytes_total)
        if taken and (job := self._queue.job(job_id)) is not None:
            logger.warning("print job %s goes to the backup printer: %s", job_id, self._why_down())
            self._on_stepped_in(job)
        return taken

    def job(self, job_id: str) -> PrintJob | None:
        """One job."""
        return self._queue.job(job_id)

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        """Record where a job is."""
        self._queue.set_state(job_id, state, reason, bytes_sent=bytes_sent, in_doubt=in_doubt)

    def unfinished(self) -> list[PrintJob]:
        """None: the first printer puts up what an earlier run left behind."""
        return []

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        """The first document of a transaction."""
        return self._queue.of_transaction(transaction_id)

    def held(self) -> list[PrintJob]:
        """Receipts that wait for the customer's choice."""
        return self._queue.held()

    def _is_needed(self) -> bool:
        if not self._why_down():
            self._down_since = None
            return False
        now = time.monotonic()
        if self._down_since is None:
            self._down_since = now
        return now - self._down_since >= self._after_s
