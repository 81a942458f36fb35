"""Receipts of a shop in memory: the index, the print queue and the mail queue that the receipt desk works with."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from fakes.memory_shop import MemoryStorage

from pos_app.domain.journal import JournalEntry
from pos_app.ports import MailState, PrintJob, PrintState, ReceiptEmail

_WITH_RECEIPT = ("sale", "return", "post_void", "return_without_receipt", "deposit", "deposit_refunded")


class MemoryReceiptIndex:
    """Receipts in the journal."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def find(
        self, limit: int, number: str = "", amount_minor: int | None = None, times_of_day: Collection[str] = ()
    ) -> list[JournalEntry]:
        def wanted(entry: JournalEntry) -> bool:
            payload = json.loads(entry.payload)
            return (
                not (number or amount_minor is not None or times_of_day)
                or (bool(number) and number in payload["header"]["receipt_number"])
                or payload["total_minor"] == amount_minor
                or any(f"T{each}" in entry.occurred_at for each in times_of_day)
            )

        found = [e for e in reversed(self._storage.state.entries) if e.kind in _WITH_RECEIPT and wanted(e)]
        return found[:limit]

    def entry(self, receipt_number: str) -> JournalEntry | None:
        return next((e for e in self.find(10**6) if _number(e) == receipt_number), None)

    def copies(self, receipt_number: str) -> int:
        reprints = [json.loads(e.payload) for e in self._storage.state.entries if e.kind == "receipt_reprinted"]
        return sum(one["receipt_number"] == receipt_number and one["document"] == "copy" for one in reprints)


class MemoryPrintQueue:
    """The print jobs of the storage, as the printer sees them."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def claim(self, job_id: str, bytes_total: int) -> bool:
        jobs = self._storage.state.print_jobs
        if jobs[job_id].state is not PrintState.QUEUED:
            return False
        jobs[job_id] = replace(jobs[job_id], state=PrintState.SENDING, bytes_total=bytes_total)
        return True

    def set_state(
        self, job_id: str, state: PrintState, reason: str = "", *, bytes_sent: int = 0, in_doubt: bool = False
    ) -> None:
        jobs = self._storage.state.print_jobs
        jobs[job_id] = replace(jobs[job_id], state=state, reason=reason, bytes_sent=bytes_sent, in_doubt=in_doubt)

    def job(self, job_id: str) -> PrintJob | None:
        return self._storage.state.print_jobs.get(job_id)

    def next_job(self) -> PrintJob | None:
        return next(iter(self._in(PrintState.QUEUED)), None)

    def of_transaction(self, transaction_id: str) -> PrintJob | None:
        return next((j for j in self._storage.state.print_jobs.values() if j.transaction_id == transaction_id), None)

    def held(self) -> list[PrintJob]:
        return self._in(PrintState.HELD)

    def unfinished(self) -> list[PrintJob]:
        jobs = self._storage.state.print_jobs.values()
        return [job for job in jobs if job.state is PrintState.SENDING or job.in_doubt]

    def _in(self, *states: PrintState) -> list[PrintJob]:
        return [job for job in self._storage.state.print_jobs.values() if job.state in states]


class MemoryMailQueue:
    """E-mails on their way."""

    def __init__(self) -> None:
        self.emails: dict[str, ReceiptEmail] = {}
        self.due: dict[str, datetime] = {}

    def add(self, email: ReceiptEmail) -> None:
        self.emails.setdefault(email.email_id, email)

    def next_due(self, now: datetime) -> ReceiptEmail | None:
        waiting = (e for e in self.emails.values() if e.state is MailState.QUEUED)
        return next((e for e in waiting if self.due.get(e.email_id, now) <= now), None)

    def seconds_to_next(self, now: datetime) -> float | None:
        waits = [
            (self.due.get(e.email_id, now) - now).total_seconds()
            for e in self.emails.values()
            if e.state is MailState.QUEUED
        ]
        return max(0.0, min(waits)) if waits else None

    def sent(self, email_id: str) -> None:
        self._set(email_id, state=MailState.SENT, address="")

    def refused(self, email_id: str, reason: str) -> None:
        self._set(email_id, state=MailState.REFUSED, address="", reason=reason)

    def try_again(self, email_id: str, due_at: datetime, reason: str) -> None:
        self.due[email_id] = due_at
        self._set(email_id, attempts=self.emails[email_id].attempts + 1, reason=reason)

    def recent(self, limit: int) -> list[ReceiptEmail]:
        return [replace(e, address="") for e in reversed(self.emails.values())][:limit]

    def _set(self, email_id: str, **changes: Any) -> None:
        self.emails[email_id] = replace(self.emails[email_id], **changes)


def _number(entry: JournalEntry) -> str:
    return str(json.loads(entry.payload)["header"]["receipt_number"])
