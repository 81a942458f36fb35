"""Receipts to be sent by e-mail. The addresses are here, in the encrypted file, and nowhere else on the till."""

import json
from datetime import datetime, timedelta
from typing import Any

from pos_app.domain.receipt_document import ReceiptDocument, from_plain, to_plain
from pos_app.ports.receipts import MailState, ReceiptEmail
from pos_app.storage.database import Database

_SELECT = """
    SELECT email_id, transaction_id, receipt_number, document, shown, address, member_id, state, attempts, reason,
           created_at
    FROM receipt_email
"""
_KEPT = timedelta(days=90)
_NOTHING = ReceiptDocument("", ())


class SqliteMailQueue:
    """The queue as window and mail thread share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: ReceiptEmail) -> None:
        """Queue an e-mail, due at once; the same id again changes nothing. What ended long ago leaves the list."""
        long_ago = datetime.fromisoformat(email.created_at) - _KEPT
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM receipt_email WHERE state <> 'queued' AND created_at < ?",
                (long_ago.isoformat(timespec="seconds"),),
            )
            connection.execute(
                """
                INSERT INTO receipt_email (email_id, transaction_id, receipt_number, document, shown, address,
                                           member_id, state, attempts, due_at_s, reason, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', 0, 0, '', ?) ON CONFLICT (email_id) DO NOTHING
                """,
                (
                    email.email_id,
                    email.transaction_id,
                    email.receipt_number,
                    json.dumps(to_plain(email.document), ensure_ascii=False),
                    email.shown,
                    email.address,
                    email.member_id,
                    email.created_at,
                ),
            )
            self._database.commit()

    def next_due(self, now: datetime) -> ReceiptEmail | None:
        """The e-mail whose turn it is, or None."""
        row = self._database.one(
            f"{_SELECT} WHERE state = 'queued' AND due_at_s <= ? ORDER BY due_at_s, created_at LIMIT 1",
            (int(now.timestamp()),),
        )
        return _email(row) if row else None

    def seconds_to_next(self, now: datetime) -> float | None:
        """How long until one is due; None when none waits."""
        row = self._database.one("SELECT min(due_at_s) FROM receipt_email WHERE state = 'queued'")
        return max(0.0, row[0] - now.timestamp()) if row and row[0] is not None else None

    def sent(self, email_id: str) -> None:
        """It is gone; its address and text are forgotten."""
        self._end(email_id, MailState.SENT, "")

    def refused(self, email_id: str, reason: str) -> None:
        """It never will; the reason stays, its address and text are forgotten."""
        self._end(email_id, MailState.REFUSED, reason)

    def try_again(self, email_id: str, due_at: datetime, reason: str) -> None:
        """It could not be sent now."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE receipt_email SET attempts = attempts + 1, due_at_s = ?, reason = ? WHERE email_id = ?",
                (int(due_at.timestamp()), reason, email_id),
            )
            self._database.commit()

    def recent(self, limit: int) -> list[ReceiptEmail]:
        """The last ones, newest first, without their addresses."""
        rows = self._database.all(f"{_SELECT} ORDER BY created_at DESC, email_id DESC LIMIT ?", (limit,))
        return [_email((*row[:5], "", *row[6:])) for row in rows]

    def _end(self, email_id: str, state: MailState, reason: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                """
                UPDATE receipt_email SET state = ?, reason = ?, address = '', document = '', attempts = attempts + 1
                WHERE email_id = ?
                """,
                (state.value, reason, email_id),
            )
            self._database.commit()


def _email(row: tuple[Any, ...]) -> ReceiptEmail:
    email_id, transaction_id, receipt_number, document, shown, address, member_id, state, attempts, reason, made = row
    return ReceiptEmail(
        email_id,
        transaction_id,
        receipt_number,
        from_plain(json.loads(document)) if document else _NOTHING,
        shown,
        address,
        member_id,
        MailState(state),
        attempts,
        reason,
        made,
    )
