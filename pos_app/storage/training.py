"""Scores of the training till, and its journal as the coach reads it."""

import json
from dataclasses import astuple, fields
from typing import Any

from pos_app.domain.training import LessonResult
from pos_app.storage.database import Database

_COLUMNS = ", ".join(field.name for field in fields(LessonResult))
_PLACES = ", ".join("?" for _ in fields(LessonResult))


class SqliteTrainingRecords:
    """Implements ports.TrainingRecords."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def journal_end(self) -> int:
        """Where the journal ends now."""
        row = self._database.one("SELECT coalesce(max(position), 0) FROM journal")
        return int(row[0]) if row else 0

    def entries_after(self, position: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Position, kind and payload of what came after it, oldest first."""
        rows = self._database.all(
            "SELECT position, kind, payload FROM journal WHERE position > ? ORDER BY position", (position,)
        )
        return [(at, kind, json.loads(payload)) for at, kind, payload in rows]

    def save_result(self, result: LessonResult) -> None:
        """Keep how somebody did."""
        with self._database.write() as connection:
            connection.execute(
                f"INSERT INTO training_result ({_COLUMNS}) VALUES ({_PLACES})",  # noqa: S608 - own names, values bound
                astuple(result),
            )
            self._database.commit()

    def everybodys_results(self) -> list[LessonResult]:
        """How everybody did so far, by person, oldest first."""
        rows = self._database.all(f"SELECT {_COLUMNS} FROM training_result ORDER BY operator_id, rowid")  # noqa: S608
        return [LessonResult(*row) for row in rows]

    def results(self, operator_id: str) -> list[LessonResult]:
        """How somebody did so far, oldest first."""
        rows = self._database.all(
            f"SELECT {_COLUMNS} FROM training_result WHERE operator_id = ? ORDER BY rowid",  # noqa: S608 - own names
            (operator_id,),
        )
        return [LessonResult(*row) for row in rows]
