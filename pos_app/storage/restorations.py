"""Restorations that took place: their entry in the journal, and what the central service has that they lost."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from pos_app.domain.journal import EventKind
from pos_app.ports.backup import Lacking
from pos_app.storage.database import Connection, Database
from pos_app.storage.unit_of_work import SqliteStorage

_HELD = """
    SELECT i.incarnation, coalesce(max(j.sequence), 0) FROM incarnation i
    LEFT JOIN journal j ON j.incarnation_number = i.number GROUP BY i.number ORDER BY i.number
"""


def journal_restorations(database: Database, storage: SqliteStorage) -> None:
    """A restoration is the first entry of the incarnation it began: from when, who, and where the numbers go on."""
    row = database.one(
        "SELECT number, copy_made_at, staged_at, by, numbers_from, z_number FROM restoration "
        "WHERE incarnation IS NOT NULL AND NOT is_journaled ORDER BY number DESC LIMIT 1"
    )
    if row is None:
        return
    number, copy_made_at, staged_at, by, numbers_from, z_number = row
    with storage.unit_of_work() as work:
        work.run("UPDATE restoration SET is_journaled = 1 WHERE number <= ?", (number,))
        work.append(
            EventKind.DATA_RESTORED,
            {
                "copy_made_at": copy_made_at,
                "restored_at": staged_at,
                "by": by,
                "numbers_from": numbers_from or 0,
                "z_number": z_number or 0,
            },
        )
        work.commit()


def held_journals(source: Database | Connection) -> Sequence[tuple[str, int]]:
    """Every incarnation that is here, and its last entry."""
    return source.all(_HELD) if isinstance(source, Database) else source.execute(_HELD).fetchall()


class SqliteRestorations:
    """See ports.backup.Restorations. Threads may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unasked(self) -> bool:
        """True while nobody knows what the last restoration lost."""
        return self._last("lacking IS NULL") is not None

    def held(self) -> Sequence[tuple[str, int]]:
        """Every incarnation that is here, and its last entry."""
        return held_journals(self._database)

    def save_lacking(self, lacking: Lacking) -> None:
        """The central service said what it has beyond."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE restoration SET lacking = ? WHERE lacking IS NULL", (json.dumps(asdict(lacking)),)
            )
            self._database.commit()

    def last(self) -> tuple[str, Lacking | None] | None:
        """From the copy of when the data was restored the last time, and what it lacks; None when it never was."""
        row = self._last("1")
        return (row[0], Lacking(**json.loads(row[1])) if row[1] else None) if row else None

    def _last(self, condition: str) -> tuple[str, str | None] | None:
        return self._database.one(
            "SELECT copy_made_at, lacking FROM restoration "  # noqa: S608 - constants only
            f"WHERE incarnation IS NOT NULL AND {condition} ORDER BY number DESC LIMIT 1"
        )
