"""Paper of the training till: whatever it prints says that it is none, on top and below."""

from dataclasses import replace

from pos_app.domain.receipt_document import Align, Block, Cut, Feed, ReceiptDocument, Rule, Size, Text
from pos_app.ports import PrintJob, PrintQueue, PrintState

WORDS = "TRAINING, NOT A RECEIPT"


class TrainingPaper:
    """The print queue of the training till, every document of it marked: no part of the program can forget to."""

    def __init__(self, queue: PrintQueue) -> None:
        self._queue = queue

    def next_job(self) -> PrintJob | None:
        """The oldest queued job, or None."""
        return _marked(self._queue.next_job())

    def job(self, job_id: str) -> PrintJob | None:
        """One job."""
        return _marked(self._queue.job(job_id))

    def claim(self, job_id: str, bytes_total: int) -> bool:
        """Take a queued job to send it; False when it is not queued any more."""
        return self._queue.claim(job_id, bytes_total)

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        """Record where a job is."""
        self._queue.set_state(job_id, state, reason, bytes_sent=bytes_sent, in_doubt=in_doubt)

    def unfinished(self) -> list[PrintJob]:
        """Jobs that may need somebody, oldest first."""
        return self._queue.unfinished()

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        """The first document of a transaction: its receipt."""
        return _marked(self._queue.of_transaction(transaction_id))

    def held(self) -> list[PrintJob]:
        """Receipts that wait for the customer's choice, oldest first."""
        return self._queue.held()


def marked(document: ReceiptDocument) -> ReceiptDocument:
    """The document with the words before everything else and before every cut."""
    mark = Text(WORDS, Align.CENTRE, bold=True)
    blocks: list[Block] = [Text("TRAINING", Align.CENTRE, bold=True, size=Size.DOUBLE), mark, Rule()]
    for block in document.blocks:
        blocks += [Rule(), mark, Feed(), block] if isinstance(block, Cut) else [block]
    return replace(document, blocks=tuple(blocks))


def _marked(job: PrintJob | None) -> PrintJob | None:
    return replace(job, document=marked(job.document)) if job is not None else None
