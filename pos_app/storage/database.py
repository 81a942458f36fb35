"""The database file: its connections, its one writer and what its errors mean.

Scan and tender paths run prepared SQL on the driver's connection. There is one writing connection, used by one
thread at a time; readers have their own connections and never wait for a writer.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlcipher3 import dbapi2  # type: ignore[import-untyped]

from pos_app.errors import CommitUnknownError, WorldError

Connection = sqlite3.Connection
"""The driver's connection has the interface of the standard library's."""

FILE_NAME = "terminal.db"
OLDEST_SQLITE = (3, 51, 3)
"""Older ones can lose a committed transaction when two connections meet a WAL reset (sqlite.org/wal.html)."""

_WRITER_WAIT_S = 30.0
_CACHE_KIB = 2 * 1024
"""Each connection's. Eight times as much made no look-up among a million items faster, and filled up within a day."""


class Reader:
    """A connection for reading, which threads may share: each query is fetched whole before the next begins."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None. Raises WorldError when the file cannot be read."""
        with self._lock:
            try:
                return cast("tuple[Any, ...] | None", self._connection.execute(sql, parameters).fetchone())
            except dbapi2.DatabaseError as error:
                raise_world_error(error)
                raise

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows. Raises WorldError when the file cannot be read."""
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except dbapi2.DatabaseError as error:
                raise_world_error(error)
                raise

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


class Database:
    """One open database file. Threads may share it."""

    def __init__(self, path: Path, key: bytes, *, read_only: bool = False) -> None:
        """Open the file, or make an empty one. Raises WorldError with the reason in a sentence."""
        require_safe_sqlite(dbapi2.sqlite_version_info)
        self.path = path
        self.key = key
        self.read_only = read_only
        self.generation = 0
        """Goes up when the writing connection was replaced: whatever was remembered of the journal is to be re-read."""
        self._write_lock = threading.Lock()
        self._owner = 0
        self._unsettled = False
        self._readers: list[Reader] = []
        self._writer = connect(path, key, read_only=read_only)
        self._reader = self.new_reader()

    def new_reader(self) -> Reader:
        """A reading connection of its own, for a thread that must not keep others waiting."""
        reader = Reader(connect(self.path, self.key, read_only=self.read_only))
        self._readers.append(reader)
        return reader

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None; a thread in the middle of a write sees its own changes. Raises WorldError."""
        if self._owner == threading.get_ident():
            return cast("tuple[Any, ...] | None", self._writer.execute(sql, parameters).fetchone())
        return self._reader.one(sql, parameters)

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows; a thread in the middle of a write sees its own changes. Raises WorldError."""
        if self._owner == threading.get_ident():
            return self._writer.execute(sql, parameters).fetchall()
        return self._reader.all(sql, parameters)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The writing connection within BEGIN IMMEDIATE; what commit() did not make durable is undone at the end.

        Raises WorldError when the file cannot be written.
        """
        if self._owner == threading.get_ident():
            raise RuntimeError("a write was begun within another one")
        if not self._write_lock.acquire(timeout=_WRITER_WAIT_S):
            raise WorldError("The till's database is busy with another task. Wait a moment and try again.")
        try:
            if self._unsettled:
                self._settle()
            self._owner = threading.get_ident()
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
            except dbapi2.DatabaseError as error:
                raise_world_error(error)
                raise
            finally:
                self._owner = 0
                self._roll_back()
        finally:
            self._write_lock.release()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Every read inside sees the data of one moment, whatever is written meanwhile."""
        self._reader.one("BEGIN")
        try:
            yield
        finally:
            self._reader.one("COMMIT")

    def commit(self) -> None:
        """Make the write under way durable. Raises CommitUnknownError: after it, settle() decides."""
        try:
            self._writer.execute("COMMIT")
        except dbapi2.DatabaseError as error:
            self._unsettled = True
            raise CommitUnknownError(f"It is not known whether the last change was stored: {error}.") from error

    def settle(self) -> None:
        """After a commit of unknown outcome: make sure that what can be read now is what will stay.

        Raises WorldError while the disk still refuses to store anything.
        """
        with self._write_lock:
            if self._unsettled:
                self._settle()

    def close(self) -> None:
        """Close every connection; the last one folds the WAL into the file."""
        with self._write_lock:
            for reader in self._readers:
                reader.close()
            self._writer.close()

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            try:
                self._writer.execute("ROLLBACK")
            except dbapi2.DatabaseError:
                self._unsettled = True

    def _settle(self) -> None:
        """A failed commit may have left its pages in the WAL, where a crash would bring them back to life.

        A later commit overwrites them, so one small write makes the answer final.
        """
        self._writer.close()
        self._writer = connect(self.path, self.key)
        self.generation += 1
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            self._writer.execute("UPDATE terminal SET settle_count = settle_count + 1")
            self._writer.execute("COMMIT")
        except dbapi2.DatabaseError as error:
            raise_world_error(error)
            raise
        self._unsettled = False


def connect(path: Path, key: bytes, *, read_only: bool = False) -> Connection:
    """A connection to the encrypted file with the settings every one of them has. Raises WorldError."""
    connection: Connection | None = None
    try:
        connection = cast(
            "Connection",
            dbapi2.connect(
                f"{path.absolute().as_uri()}?mode={'rw' if read_only else 'rwc'}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
                timeout=10.0,
            ),
        )
        # Else SQLCipher writes its own lines to the error output.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except dbapi2.DatabaseError as error:
        if connection is not None:
            connection.close()
        text = str(error)
        if "not a database" in text:
            raise WorldError(
                f"The data in {path} cannot be opened: the key does not fit it, or its first page is damaged."
            ) from error
        raise_world_error(error)
        raise
    return connection


def require_safe_sqlite(version: tuple[int, ...]) -> None:
    """Raises WorldError for a SQLite that can lose a commit."""
    if version < OLDEST_SQLITE:
        found, needed = (".".join(map(str, v)) for v in (version, OLDEST_SQLITE))
        raise WorldError(f"SQLite {found} can lose a stored sale; {needed} or newer is needed. Reinstall the program.")


_SENTENCES = (
    ("disk is full", "The disk is full: nothing was stored. Make room on the disk of the till's data, then try again."),
    ("readonly", "The till's data cannot be written to: the disk or the folder is read-only."),
    ("malformed", "The till's data is damaged: a part of it cannot be read. Restore the last backup."),
    ("not a database", "The till's data is damaged: a page of it cannot be read. Restore the last backup."),
    ("disk I/O error", "The disk failed while the till's data was read or written. Check the disk."),
    ("locked", "Another program is writing to the till's data. Close it and try again."),
    ("unable to open", "The till's data cannot be opened. Check the disk and the rights of its folder."),
)


def raise_world_error(error: Exception) -> None:
    """Raises the world's failures as a sentence; a broken constraint or wrong SQL is our bug and stays what it is."""
    if type(error) not in (dbapi2.OperationalError, dbapi2.DatabaseError):
        return
    text = str(error)
    for fragment, sentence in _SENTENCES:
        if fragment in text:
            raise WorldError(sentence) from error
