"""The service's database: one file of SQLite or a PostgreSQL server, the same statements on both.

Every piece of work is one transaction that is run again as a whole when the engine asks for it, so work must
be free of side effects outside the database and idempotent inside it.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlite  # type: ignore[import-untyped]
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from sync.central.errors import StartError

Result = TypeVar("Result")

MAXIMUM_ATTEMPTS = 5
FIRST_DELAY_S = 0.02
# Serialization failure and deadlock (SQL standard class 40), connection gone (class 08, admin shutdown).
RETRIED_STATES = ("40001", "40P01", "08000", "08003", "08006", "57P01", "57P02", "57P03")
# Older versions can lose a commit when two connections checkpoint the WAL at once (sqlite.org/wal.html).
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 10_000
# How many may wait is limited where they come in; who waits already is not sent away.
POOL_TIMEOUT_S = 120
_POSTGRESQL = PGDialect()  # type: ignore[no-untyped-call]


class LostRaceError(Exception):
    """Another process was faster with the same keys: what this one read is no longer so."""


class Database:
    """One engine and the way transactions are run on it. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = engine.execution_options(read_only=True, **snapshot)
        # SQLite has one connection here; PostgreSQL's pool does its own queueing.
        self._lock = threading.RLock()

    @classmethod
    def open(cls, url: str) -> "Database":
        """The database of a URL: sqlite:///PATH or postgresql://... Raises StartError when it cannot be used."""
        if url.startswith("sqlite:///"):
            return cls(_sqlite_engine(Path(url.removeprefix("sqlite:///"))))
        if url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            _, _, rest = url.partition("://")
            pool = {"pool_size": 16, "max_overflow": 16, "pool_timeout": POOL_TIMEOUT_S}
            # What a statement carried is nobody's business who reads an error in the log.
            return cls(create_engine(f"postgresql+psycopg://{rest}", hide_parameters=True, **pool))
        raise StartError(
            f"{url.split(':', 1)[0]!r} is no database this service knows; use sqlite:///FILE or postgresql://"
        )

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Run work that only reads: it sees the database as of one moment and holds no writer up."""
        return self._transact(self._reading, work)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Run work in one transaction and commit it.

        It is run again, at most MAXIMUM_ATTEMPTS times with full jitter, when the engine gives it up in favour
        of another or the connection breaks: an unknown commit is safe to repeat since all work is idempotent.
        """
        return self._transact(self.engine, work)

    def _transact(self, engine: Engine, work: Callable[[Connection], Result]) -> Result:
        attempt = 1
        while True:
            try:
                with self._serialised(), engine.begin() as connection:
                    return work(connection)
            except (DBAPIError, LostRaceError) as error:
                if attempt >= MAXIMUM_ATTEMPTS or not _may_succeed_again(error):
                    raise
            time.sleep(random.uniform(0, FIRST_DELAY_S * 2**attempt))  # noqa: S311 - jitter, not a secret
            attempt += 1

    @contextmanager
    def _serialised(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._lock:
            yield

    def forget_deleted(self) -> None:
        """Empty SQLite's write-ahead log into the file, so that no older page holds what was deleted.

        PostgreSQL forgets with its next VACUUM, which it runs by itself.
        """
        if self.is_sqlite:
            with self._lock:
                connection = self.engine.raw_connection()
                try:
                    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    connection.close()

    def copy_to(self, file: Path) -> None:
        """A copy of a SQLite database as of one moment, while others go on reading and writing. Raises StartError.

        A PostgreSQL is copied by its own tools (pg_dump, pg_basebackup).
        """
        if not self.is_sqlite:
            raise StartError("A PostgreSQL is backed up with its own tools: see docs/central/backup.md.")
        if file.exists():
            raise StartError(f"{file} is there already; a backup never goes over another one.")
        file.touch(mode=0o600)
        with self._lock:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("VACUUM INTO ?", (str(file),))
            finally:
                connection.close()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            self.engine.dispose()


def _sqlite_engine(path: Path) -> Engine:
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        raise StartError(
            f"SQLite {sqlite.sqlite_version} can lose a commit; at least {'.'.join(map(str, OLDEST_SQLITE))} is needed"
        )

    def connect() -> Any:
        path.touch(mode=0o600)  # balances and sales are nobody else's business
        connection = sqlite.connect(str(path), check_same_thread=False, isolation_level=None)
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite.DatabaseError as error:
            connection.close()
            raise StartError(f"{path} is not a database of this service: {error}") from error
        return connection

    engine = create_engine("sqlite://", module=sqlite, creator=connect, poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: one that finds another writer at its first write cannot wait any more.
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _may_succeed_again(error: DBAPIError | LostRaceError) -> bool:
    if isinstance(error, LostRaceError) or error.connection_invalidated:
        return True
    return getattr(error.orig, "sqlstate", None) in RETRIED_STATES


# --- many rows in one round trip --------------------------------------------------------------------------------------


def within(connection: Connection, column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """The column is one of these values. However many they are, the statement is the same and stays prepared."""
    wanted = sorted(values)
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))
    # Not "= ANY": a scan of a table would read the whole array again for each row.
    return column.in_(select(func.unnest(cast(literal(_text_array(wanted), Text), ARRAY(Text)))))


def one_of(column: ColumnElement[str], constants: Sequence[str]) -> ColumnElement[bool]:
    """The column is one of these, which are written into the statement: only so is an index of these alone found."""
    return column.in_(bindparam(None, list(constants), expanding=True, literal_execute=True))


def _text_array(values: Sequence[str]) -> str:
    """PostgreSQL's array literal. The driver's own takes a search through each value, ten times as long as this."""
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * max(len(values) - 1, 0):
        joined = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return f'{{"{joined}"}}' if values else "{}"


def _array(table: Table, name: str, values: list[Any]) -> Any:
    """One column of many rows as it is bound, for a CAST to an array of the column's type."""
    kind = table.c[name].type
    if None in values:
        return values
    if isinstance(kind, Text):
        return _text_array(values)
    if isinstance(kind, (BigInteger, Integer)):
        return f"{{{','.join(map(str, values))}}}"
    if isinstance(kind, LargeBinary):
        return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
    return values


@lru_cache(maxsize=256)
def _write_statement(table: Table, columns: tuple[str, ...], on_conflict: str, arrays: bool) -> Any:
    names = ", ".join(columns)
    if arrays:
        kinds = [table.c[name].type.compile(_POSTGRESQL) for name in columns]
        source = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in zip(columns, kinds, strict=True))
        body = f"SELECT * FROM unnest({source})"  # noqa: S608 - names of this program's own tables, values bound
    else:
        body = f"VALUES ({', '.join('?' * len(columns))})"
    statement = f"INSERT INTO {table.name} ({names}) {body} ON CONFLICT {on_conflict}"
    return text(statement) if arrays else statement


def write_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: str = "DO NOTHING"
) -> int:
    """Insert many rows in one round trip; all rows have the same columns. Returns how many were written.

    on_conflict is SQL that both engines share, e.g. "(lot_id) DO UPDATE SET granted = lot.granted + excluded.granted".
    """
    if not rows:
        return 0
    columns = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        return _run_many(connection, _write_statement(table, columns, on_conflict, False), columns, rows).rowcount
    arrays = {name: _array(table, name, [row[name] for row in rows]) for name in columns}
    return connection.execute(_write_statement(table, columns, on_conflict, True), arrays).rowcount


def _run_many(
    connection: Connection, statement: str, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> CursorResult[Any]:
    """One statement for many rows on SQLite, as its driver takes them: by place, since binding names costs more than
    writing the row.
    """
    return connection.exec_driver_sql(statement, [tuple([row[name] for name in columns]) for row in rows])


@lru_cache(maxsize=64)
def _add_statement(table: Table, key: str, columns: tuple[str, ...], arrays: bool) -> Any:
    if not arrays:
        sums = ", ".join(f"{name} = {name} + ?" for name in columns)
        return f"UPDATE {table.name} SET {sums} WHERE {key} = ?"  # noqa: S608 - own names, values bound
    names = (key, *columns)
    kinds = [table.c[name].type.compile(_POSTGRESQL) for name in names]
    source = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in zip(names, kinds, strict=True))
    sums = ", ".join(f"{name} = {table.name}.{name} + change.{name}" for name in columns)
    changes = f"unnest({source}) AS change ({', '.join(names)})"
    return text(f"UPDATE {table.name} SET {sums} FROM {changes} WHERE {table.name}.{key} = change.{key}")  # noqa: S608


def add_to_rows(connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the numbers of rows that exist, each found by its key, in one round trip."""
    if not rows:
        return
    columns = tuple(name for name in rows[0] if name != key)
    if connection.dialect.name == "sqlite":
        _run_many(connection, _add_statement(table, key, columns, False), (*columns, key), rows)
        return
    arrays = {name: _array(table, name, [row[name] for row in rows]) for name in rows[0]}
    connection.execute(_add_statement(table, key, columns, True), arrays)


def write_new_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that were found to be missing.

    Raises LostRaceError, which runs the transaction again, when another process wrote one of them meanwhile.
    """
    if write_rows(connection, table, rows) != len(rows):
        raise LostRaceError(f"another process wrote to {table.name} at the same moment")
