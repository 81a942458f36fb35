"""The persisted queue of documents to print: a crash or an empty roll loses none."""

import json
from typing import Any

from pos_app.domain.receipt_document import from_plain
from pos_app.ports import PrintJob, PrintState
from pos_app.storage.database import Database

_SELECT = """
    SELECT job_id, transaction_id, document, open_drawer, state, reason, bytes_sent, bytes_total, in_doubt, drawer
    FROM print_job
"""
# Literally the conditions of the partial indexes, or SQLite reads the receipts of years.
_WAITING = "state IN ('queued', 'held', 'sending')"


class SqlitePrintQueue:
    """The queue as the printer's thread sees it. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_job(self) -> PrintJob | None:
        """The oldest queued job, or None."""
        row = self._database.one(
            f"{_SELECT} WHERE {_WAITING} AND state = ? ORDER BY position LIMIT 1", (PrintState.QUEUED.value,)
        )
        return _job(row) if row else None

    def job(self, job_id: str) -> PrintJob | None:
        """One job."""
        row = self._database.one(f"{_SELECT} WHERE job_id = ?", (job_id,))
        return _job(row) if row else None

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        """The first document of a transaction: its receipt."""
        row = self._database.one(f"{_SELECT} WHERE transaction_id = ? ORDER BY position LIMIT 1", (transaction_id,))
        return _job(row) if row else None

    def claim(self, job_id: str, bytes_total: int) -> bool:
        """Take a queued job to send it; False when it is not queued any more."""
        with self._database.write() as connection:
            taken = connection.execute(
                "UPDATE print_job SET state = ?, reason = '', bytes_sent = 0, bytes_total = ?"
                " WHERE job_id = ? AND state = ?",
                (PrintState.SENDING, bytes_total, job_id, PrintState.QUEUED),
            ).rowcount
            self._database.commit()
        return taken == 1

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        """Record where a job is."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE print_job SET state = ?, reason = ?, bytes_sent = ?, in_doubt = ? WHERE job_id = ?",
                (state, reason, bytes_sent, in_doubt, job_id),
            )
            self._database.commit()

    def unfinished(self) -> list[PrintJob]:
        """Jobs that need somebody: being sent, or in doubt; oldest first."""
        sending = self._database.all(
            f"{_SELECT} WHERE {_WAITING} AND state = ? ORDER BY position", (PrintState.SENDING.value,)
        )
        in_doubt = self._database.all(f"{_SELECT} WHERE in_doubt = 1 ORDER BY position")
        return [_job(row) for row in (*sending, *in_doubt)]

    def held(self) -> list[PrintJob]:
        """Receipts that wait for the customer's choice, oldest first."""
        rows = self._database.all(
            f"{_SELECT} WHERE {_WAITING} AND state = ? ORDER BY position", (PrintState.HELD.value,)
        )
        return [_job(row) for row in rows]


def _job(row: tuple[Any, ...]) -> PrintJob:
    job_id, transaction_id, document, open_drawer, state, reason, bytes_sent, bytes_total, in_doubt, drawer = row
    return PrintJob(
        job_id,
        transaction_id,
        from_plain(json.loads(document)),
        bool(open_drawer),
        PrintState(state),
        reason,
        bytes_sent,
        bytes_total,
        bool(in_doubt),
        drawer,
    )
