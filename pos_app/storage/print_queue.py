"""The persisted queue of documents to print: a crash or an empty roll loses none."""

import json
from typing import Any

from pos_app.domain.receipt_document import from_plain
from pos_app.ports import PrintJob, PrintState
from pos_app.storage.database import Database

_SELECT = "SELECT job_id, transaction_id, document, open_drawer, state, reason FROM print_job"


class SqlitePrintQueue:
    """The queue as the printer's thread sees it. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_job(self) -> PrintJob | None:
        """The oldest queued job, or None."""
        row = self._database.one(
            f"{_SELECT} WHERE state NOT IN ('printed', 'cancelled') AND state = ? ORDER BY position LIMIT 1",
            (PrintState.QUEUED.value,),
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

    def set_state(self, job_id: str, state: PrintState, reason: str = "") -> None:
        """Record where a job is."""
        with self._database.write() as connection:
            connection.execute("UPDATE print_job SET state = ?, reason = ? WHERE job_id = ?", (state, reason, job_id))
            self._database.commit()

    def unfinished(self) -> list[PrintJob]:
        """Jobs that may need somebody: sending, sent unconfirmed or failed, oldest first."""
        rows = self._database.all(
            f"{_SELECT} WHERE state NOT IN ('printed', 'cancelled') AND state NOT IN (?, ?) ORDER BY position",
            (PrintState.QUEUED.value, PrintState.HELD.value),
        )
        return [_job(row) for row in rows]

    def held(self) -> list[PrintJob]:
        """Receipts that wait for the customer's choice, oldest first."""
        rows = self._database.all(
            f"{_SELECT} WHERE state NOT IN ('printed', 'cancelled') AND state = ? ORDER BY position",
            (PrintState.HELD.value,),
        )
        return [_job(row) for row in rows]


def _job(row: tuple[Any, ...]) -> PrintJob:
    job_id, transaction_id, document, open_drawer, state, reason = row
    return PrintJob(
        job_id, transaction_id, from_plain(json.loads(document)), bool(open_drawer), PrintState(state), reason
    )
