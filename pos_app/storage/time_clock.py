"""Who came and went, read from the journal."""

import json
from collections.abc import Sequence

from pos_app.domain.journal import EventKind
from pos_app.ports import TimeClockEntry
from pos_app.storage.database import Database

_LATEST = """
    SELECT kind, occurred_at, payload FROM journal WHERE kind IN ('clocked_in', 'clocked_out')
    AND (?1 = '' OR json_extract(CAST(payload AS TEXT), '$.operator_id') = ?1)
    ORDER BY position DESC LIMIT ?2
"""


class SqliteTimeClock:
    """See TimeClockRecords. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, limit: int, operator_id: str = "") -> Sequence[TimeClockEntry]:
        """See TimeClockRecords."""
        return [
            TimeClockEntry(json.loads(payload)["operator_id"], kind == EventKind.CLOCKED_IN, at)
            for kind, at, payload in self._database.all(_LATEST, (operator_id, limit))
        ]
