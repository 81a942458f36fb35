"""A print queue in memory that can be waited for."""

import threading
from dataclasses import replace

from fakes.receipts import sale_receipt

from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.ports import PrintJob, PrintState


class MemoryPrintQueue:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: dict[str, PrintJob] = {}
        self.history: list[tuple[str, PrintState]] = []

    def add(self, job_id: str, document: ReceiptDocument | None = None, **values: object) -> None:
        job = PrintJob(job_id, "transaction", document or sale_receipt(), **values)  # type: ignore[arg-type]
        with self._changed:
            self._jobs.setdefault(job_id, job)

    def next_job(self) -> PrintJob | None:
        with self._changed:
            return next((job for job in self._jobs.values() if job.state is PrintState.QUEUED), None)

    def job(self, job_id: str) -> PrintJob | None:
        with self._changed:
            return self._jobs.get(job_id)

    def claim(self, job_id: str, bytes_total: int) -> bool:
        with self._changed:
            if self._jobs[job_id].state is not PrintState.QUEUED:
                return False
            self._jobs[job_id] = replace(self._jobs[job_id], bytes_total=bytes_total)
            self.set_state(job_id, PrintState.SENDING)
            return True

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        with self._changed:
            self._jobs[job_id] = replace(
                self._jobs[job_id], state=state, reason=reason, bytes_sent=bytes_sent, in_doubt=in_doubt
            )
            self.history.append((job_id, state))
            self._changed.notify_all()

    def unfinished(self) -> list[PrintJob]:
        with self._changed:
            return [job for job in self._jobs.values() if job.state is PrintState.SENDING or job.in_doubt]

    def wait_for(self, job_id: str, *states: PrintState, timeout_s: float = 20) -> PrintJob:
        """The job once it is in one of these states; fails when it does not get there."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._jobs[job_id].state in states, timeout_s), self._jobs[
                job_id
            ].state
            return self._jobs[job_id]

    def states_of(self, job_id: str) -> list[PrintState]:
        with self._changed:
            return [state for job, state in self.history if job == job_id]
