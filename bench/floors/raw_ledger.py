"""Floor of the central ledger: rows and balances, written by the driver in one statement and one commit; no network.

The statement is what PostgreSQL does fastest (`unnest`); on SQLite it is `executemany` in one transaction.
"""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg

_TABLES = (
    "CREATE TABLE raw_ledger (event_id TEXT PRIMARY KEY, member TEXT NOT NULL, points BIGINT NOT NULL)",
    "CREATE TABLE raw_balance (member TEXT PRIMARY KEY, points BIGINT NOT NULL)",
)
_UNNEST = """
    WITH fresh AS (
        INSERT INTO raw_ledger SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
        ON CONFLICT DO NOTHING RETURNING member, points),
    summed AS (SELECT member, sum(points) AS points FROM fresh GROUP BY member ORDER BY member)
    INSERT INTO raw_balance SELECT * FROM summed
    ON CONFLICT (member) DO UPDATE SET points = raw_balance.points + excluded.points
"""
_BALANCE = "INSERT INTO raw_balance VALUES (?, ?) ON CONFLICT (member) DO UPDATE SET points = points + excluded.points"


class PostgresqlLedger:
    """One connection; each batch is durable when write() returns."""

    def __init__(self, url: str, members: int) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._members = members
        self._written = 0
        for table in ("raw_ledger", "raw_balance"):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES:
            self._connection.execute(statement)

    def write(self, count: int) -> None:
        """So many more rows, spread over the members."""
        first, self._written = self._written, self._written + count
        numbers = range(first, first + count)
        values: list[list[Any]] = [
            [f"event-{number}" for number in numbers],
            [f"member-{number * 7919 % self._members}" for number in numbers],
            [29] * count,
        ]
        self._connection.execute(_UNNEST, values, prepare=True)

    def select_one(self) -> None:
        """The least that a question costs."""
        self._connection.execute("SELECT 1").fetchone()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class SqliteLedger:
    """One file; each batch is durable when write() returns."""

    def __init__(self, path: Path, members: int) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._members = members
        self._written = 0
        for statement in _TABLES:
            self._connection.execute(statement)

    def write(self, count: int) -> None:
        """So many more rows, spread over the members."""
        first, self._written = self._written, self._written + count
        rows = [
            (f"event-{number}", f"member-{number * 7919 % self._members}", 29) for number in range(first, first + count)
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO raw_ledger VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)
        self._connection.executemany(_BALANCE, [(member, points) for _, member, points in rows])
        self._connection.execute("COMMIT")

    def select_one(self) -> None:
        """The least that a question costs."""
        self._connection.execute("SELECT 1").fetchone()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
