"""Paper that nobody knows of whether it came out: somebody looks at the printer, and says so or has a copy printed.

Nothing here is decided by the program: what was sent to a printer once is printed again only because a person asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.errors import CashierError
from pos_app.ports import IdSource, PrintJob, PrintQueue, PrintState, Storage


@dataclass(frozen=True, slots=True)
class DoubtfulPaper:
    """One document to look for at the printer. reason is a sentence; is_partial: the printer did not get all of it."""

    job_id: str
    title: str
    reason: str
    is_partial: bool = False


class PaperInDoubt:
    """Answers for print jobs in doubt. Every call touches disk: not on the GUI thread.

    on_queued is called when a copy waits for the printer.
    """

    def __init__(self, *, storage: Storage, print_queue: PrintQueue, ids: IdSource, operator: Operator) -> None:
        self._storage = storage
        self._print_queue = print_queue
        self._ids = ids
        self._operator = operator
        self.on_queued: Callable[[], None] = lambda: None

    def papers(self) -> list[DoubtfulPaper]:
        """What is to be looked for, oldest first."""
        return [
            DoubtfulPaper(job.job_id, job.document.title, job.reason, job.bytes_sent < job.bytes_total)
            for job in self._print_queue.unfinished()
            if job.in_doubt
        ]

    def it_printed(self, job_id: str) -> None:
        """Somebody has the paper in hand. Raises CashierError when somebody answered before."""
        self._answer(job_id, "seen_on_paper", PrintState.PRINTED, copy=False)

    def print_copy(self, job_id: str) -> None:
        """It did not come out, or not whole: print it again, marked as a copy, because the first may exist after all.

        Raises CashierError when somebody answered before.
        """
        self._answer(job_id, "printed_again", PrintState.CANCELLED, copy=True)

    def leave_it(self, job_id: str) -> None:
        """Nobody needs it any more. Raises CashierError when somebody answered before."""
        self._answer(job_id, "not_needed", PrintState.CANCELLED, copy=False)

    def _answer(self, job_id: str, outcome: str, state: PrintState, *, copy: bool) -> None:
        job = self._print_queue.job(job_id)
        with self._storage.unit_of_work() as work:
            if job is None or not work.settle_print_job(job_id, state, outcome):
                raise CashierError("answered", "Somebody has answered for this paper already. Nothing was done twice.")
            work.append(
                EventKind.PRINT_OUTCOME,
                {
                    "job_id": job_id,
                    "document": job.document.title,
                    "transaction_id": job.transaction_id,
                    "outcome": outcome,
                    "reason": job.reason,
                    "operator_id": self._operator.operator_id,
                },
            )
            if copy:
                copy_id = self._ids.new_id()
                work.add_print_job(PrintJob(copy_id, copy_id, replace(job.document, copy=True)))
            work.commit()
        if copy:
            self.on_queued()
