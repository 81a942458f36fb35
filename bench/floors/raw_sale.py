"""Floor of a durable sale: the eight inserts of a five-line sale in one commit, by the database driver alone."""

from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

_TABLES = """
    CREATE TABLE sale (id TEXT PRIMARY KEY, number INTEGER, store TEXT, at TEXT, subtotal INTEGER, tax INTEGER,
                       total INTEGER, member TEXT);
    CREATE TABLE line (sale_id TEXT, number INTEGER, sku TEXT, name TEXT, quantity INTEGER, price INTEGER,
                       total INTEGER, points INTEGER, PRIMARY KEY (sale_id, number)) WITHOUT ROWID;
    CREATE TABLE tender (sale_id TEXT, number INTEGER, kind TEXT, amount INTEGER, PRIMARY KEY (sale_id, number))
        WITHOUT ROWID;
    CREATE TABLE outbox (sequence INTEGER PRIMARY KEY, sale_id TEXT UNIQUE, payload BLOB);
"""
_PAYLOAD = b"x" * 700
"""As large as a five-line sale in compact JSON."""


class RawSales:
    """One WAL database with synchronous=FULL; `encrypted` adds the cipher of the same library."""

    def __init__(self, path: Path, *, encrypted: bool) -> None:
        self._connection: Any = dbapi2.connect(str(path), isolation_level=None, cached_statements=256)
        if encrypted:
            self._connection.execute(f"PRAGMA key = \"x'{bytes(range(32)).hex()}'\"")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(_TABLES)
        self._number = 0

    def store(self) -> None:
        """One sale: header, five lines, tender, outbox."""
        self._number += 1
        number, sale_id = self._number, f"01234567-89ab-7def-8123-{self._number:012d}"
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute(
            "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (sale_id, number, "001", "2026-11-22T10:00:00.000-08:00", 45_000, 3713, 48_713, "m-1"),
        )
        for line in range(5):
            execute(
                "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (sale_id, line, f"S{number:07d}", "Wireless Headphones, black", 1000, 9000, 9000, 90),
            )
        execute("INSERT INTO tender VALUES (?, ?, ?, ?)", (sale_id, 0, "cash", 48_713))
        execute("INSERT INTO outbox VALUES (?, ?, ?)", (number, sale_id, _PAYLOAD))
        execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
