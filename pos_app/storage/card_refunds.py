"""The book of card refunds: on disk before a card terminal is asked (ADR 0011)."""

from dataclasses import fields, replace
from typing import Any

from pos_app.ports import CardOutcome, CardRefund, CardResult
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json, to_json

_NAMES = tuple(field.name for field in fields(CardRefund) if field.name != "result")
_COLUMNS = ", ".join(_NAMES)
_SELECT = f"SELECT {_COLUMNS}, result FROM card_refund"  # noqa: S608 - constants only
_INSERT = f"INSERT INTO card_refund ({_COLUMNS}, outcome, result) VALUES ({'?, ' * len(_NAMES)}'unknown', '')"  # noqa: S608


class SqliteCardRefunds:
    """Implements ports.CardRefundBook. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, refund: CardRefund) -> None:
        """About to be asked for; on disk when this returns. Raises WorldError."""
        with self._database.write() as connection:
            connection.execute(_INSERT, tuple(getattr(refund, name) for name in _NAMES))
            self._database.commit()

    def settle(self, payment_id: str, result: CardResult) -> None:
        """How it ended; on disk when this returns. Raises WorldError."""
        if result.outcome is CardOutcome.UNKNOWN:
            raise ValueError("an unknown result settles nothing")
        with self._database.write() as connection:
            connection.execute(
                "UPDATE card_refund SET outcome = ?, result = ? WHERE payment_id = ?",
                (result.outcome.value, to_json(result), payment_id),
            )
            self._database.commit()

    def of(self, refund_id: str) -> list[CardRefund]:
        """All tries of one refund, oldest first."""
        return [
            _read(row)
            for row in self._database.all(f"{_SELECT} WHERE refund_id = ? ORDER BY asked_at, payment_id", (refund_id,))
        ]

    def open(self) -> list[CardRefund]:
        """Refunds of which nobody knows how they ended, oldest first."""
        return [
            _read(row)
            for row in self._database.all(f"{_SELECT} WHERE outcome = 'unknown' ORDER BY asked_at, payment_id")
        ]


def _read(row: tuple[Any, ...]) -> CardRefund:
    *values, result = row
    return replace(CardRefund(*values), result=from_json(CardResult, result) if result else None)
