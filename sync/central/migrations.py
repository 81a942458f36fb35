"""The schema's versions, one function each, applied in order inside one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Inspector, Table, func, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from sync.central import (
    earlier_sales,
    forks,
    loads,
    receipts,
    return_desk,
    store_goods,
    store_settings,
    tables,
    till_days,
)
from sync.central.backoffice import tables as office_tables
from sync.central.database import Database
from sync.central.errors import StartError
from sync.central.people import tables as people_tables
from sync.central.promotions import tables as promotion_tables
from sync.central.store import tables as store_tables

_QUARANTINE = """
CREATE VIEW quarantine AS
SELECT terminal_id, incarnation, sequence, entry_hash, event_id, kind, payload, reason, received_at
FROM event WHERE status = 'quarantined'
UNION ALL
SELECT terminal_id, incarnation, sequence, entry_hash, event_id, kind, payload, reason, received_at
FROM event_fork
"""

_POSTGRESQL_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""


def _first(connection: Connection) -> None:
    tables.metadata.create_all(connection)
    connection.execute(text(_QUARANTINE))
    if connection.dialect.name != "sqlite":
        connection.execute(text(_POSTGRESQL_REFUSE))
    _append_only(connection, tables.APPEND_ONLY)


def _second(connection: Connection) -> None:
    """A member's life: card numbers, links, proofs, adjustments, partners, erasure, digests."""
    for column in (tables.person.c.similar_key, tables.person.c.segment):
        _add_column(connection, column)
    tables.metadata.create_all(connection)
    for index in tables.person.indexes:
        index.create(connection, checkfirst=True)
    _append_only(connection, tables.APPEND_ONLY_SINCE_2)
    _let_quarantine_be_erased(connection)


def _third(connection: Connection) -> None:
    """The back office: its users, sessions and log, and what was decided about quarantined events."""
    tables.metadata.create_all(connection)
    _append_only(connection, office_tables.APPEND_ONLY)


def _fourth(connection: Connection) -> None:
    """What happens to a sale after it was paid: returns, shipments, points that wait for a shipment."""
    for column in (tables.sale.c.earned_on, tables.sale.c.expires_on):
        _add_column(connection, column)
    tables.metadata.create_all(connection)
    for index in tables.lot.indexes:
        index.create(connection, checkfirst=True)
    _append_only(connection, tables.APPEND_ONLY_SINCE_4)
    earlier_sales.keep_lines(connection)


def _fifth(connection: Connection) -> None:
    """A day's entries are found without reading all others, where the engine has an index that costs next to nothing.

    BRIN suits tables that grow in the order of a column; SQLite reads the whole table, once a day.
    """
    if connection.dialect.name == "sqlite":
        return
    if connection.execute(text("SELECT 1 FROM pg_am WHERE amname = 'brin'")).first() is not None:
        for table in (tables.ledger, tables.event):
            connection.execute(text(f"CREATE INDEX {table.name}_by_day ON {table.name} USING brin (received_at)"))


def _sixth(connection: Connection) -> None:
    """What the counter needs beyond sales and members: each part has its tables in a module of its own."""
    tables.metadata.create_all(connection)
    return_desk.SALE_BY_MEMBER.create(connection, checkfirst=True)
    till_days.EVENT_OF_DAYS.create(connection, checkfirst=True)
    _append_only(connection, return_desk.APPEND_ONLY)
    _append_only(connection, loads.APPEND_ONLY)
    _append_only(connection, promotion_tables.APPEND_ONLY)
    _append_only(connection, people_tables.APPEND_ONLY)


def _seventh(connection: Connection) -> None:
    """What a store of several tills and a fleet of stores need: each part has its tables in a module of its own."""
    _add_column(connection, tables.schema_version.c.oldest_program)
    _add_column(connection, tables.terminal_chain.c.journal_end)
    _add_column(connection, people_tables.operator.c.state)
    tables.metadata.create_all(connection)
    store_tables.EVENT_OF_CLOSING.create(connection, checkfirst=True)
    store_settings.EVENT_OF_SETTINGS.create(connection, checkfirst=True)
    store_goods.EVENT_OF_GOODS.create(connection, checkfirst=True)
    _append_only(connection, store_tables.APPEND_ONLY)
    _append_only(connection, forks.APPEND_ONLY)
    _append_only(connection, receipts.APPEND_ONLY)


def _let_quarantine_be_erased(connection: Connection) -> None:
    """What was quarantined may hold an address that a till put in the wrong place: its bytes, and only they, may
    give way to a fixed mark. What was applied stays under its hash for ever.
    """
    for table, quarantined in ((tables.event, "OLD.status = 'quarantined' AND "), (tables.event_fork, "")):
        mark, name = tables.ERASED_PAYLOAD.hex(), f"{table.name}_no_update"
        others = [column.name for column in table.c if column.name != "payload"]
        same = " AND ".join(f"NEW.{column} = OLD.{column}" for column in others)
        if connection.dialect.name == "sqlite":
            erasing = f"{quarantined}NEW.payload = X'{mark}' AND {same}"
            body = f"WHEN NOT ({erasing}) BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
            connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            erasing = f"{quarantined}NEW.payload = decode('{mark}', 'hex') AND {same}"
            body = f"FOR EACH ROW WHEN (NOT ({erasing})) EXECUTE FUNCTION refuse_change()"
            connection.execute(text(f"DROP TRIGGER {name} ON {table.name}"))
        connection.execute(text(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table.name} {body}"))


def _add_column(connection: Connection, column: Column[Any]) -> None:
    """A database that was made by this version has the column already."""
    table = column.table.name
    if column.name not in {one["name"] for one in inspect(connection).get_columns(table)}:
        kind = CreateColumn(column).compile(dialect=connection.dialect)
        connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {kind}"))


def _append_only(connection: Connection, append_only: Sequence[Table]) -> None:
    """Let the database itself refuse to change or delete what was posted."""
    for table in append_only:
        for action in ("UPDATE", "DELETE"):
            name = f"{table.name}_no_{action.lower()}"
            if connection.dialect.name == "sqlite":
                body = f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
                connection.execute(text(f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} {body}"))
            else:
                body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                connection.execute(text(f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} {body}"))
        if connection.dialect.name != "sqlite":
            body = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            connection.execute(text(f"CREATE TRIGGER {table.name}_no_truncate BEFORE TRUNCATE ON {table.name} {body}"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, _fourth, _fifth, _sixth, _seventh)


OLDEST_PROGRAM = 7
"""The oldest program, by the number of its last migration, that may write to the schema as it is now.

Migrations only add (expand): tables, columns that an older program may leave out, indexes. Old processes go on while
one runs and after it. What nobody writes any more is taken away (contract) by a later one, which raises this number.
"""
LOCK_TIMEOUT_MS = 2000
LOCK_ATTEMPTS = 30
_LOCK_NOT_AVAILABLE = "55P03"


def schema_version(database: Database) -> int:
    """The version that the database has, 0 when it is empty.

    Raises StartError when a newer program wrote it and this one must not write to it.
    """
    return database.read(_checked_version)


def require_current(database: Database) -> None:
    """Raise StartError when the schema is older than this program: somebody has to migrate it first."""
    version = schema_version(database)
    if version < len(MIGRATIONS):
        raise StartError(
            f"The database has schema {version}, this program needs {len(MIGRATIONS)}. Run: central migrate"
        )


def migrate(database: Database, said: Callable[[str], None] = lambda words: None) -> int:
    """Bring the schema to this program's version; how many steps that took.

    Each step is a transaction of its own: what was reached stays. On PostgreSQL it waits for a table that others are
    using for LOCK_TIMEOUT_MS at most, so that what queues behind it is not held up for longer, and tries again.
    Raises StartError when the database was written by a newer program, or others never let go of a table.
    """
    steps = 0
    while _run_step(database, said):
        steps += 1
    return steps


def _run_step(database: Database, said: Callable[[str], None]) -> bool:
    """The next step; a database that is empty gets all of them at once. False when there was none."""
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            done = database.run(_next_step)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            said(f"Others use a table; trying again ({attempt} of {LOCK_ATTEMPTS}).")
            continue
        if done:
            said(f"The schema has version {done} now.")
        return done > 0
    raise StartError("Others did not let go of a table. End long reports and backups, and try again.")


def _next_step(connection: Connection) -> int:
    if connection.dialect.name != "sqlite":
        # Several processes may start at once, and wait here for as long as it takes. Both end with the transaction.
        connection.execute(text("SELECT pg_advisory_xact_lock(7303014)"))
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
    version = _checked_version(connection)
    pending = MIGRATIONS[version : version + 1] if version else MIGRATIONS
    for number, step in enumerate(pending, version + 1):
        step(connection)
        connection.execute(tables.schema_version.insert().values(version=number))
        version = number
    if pending and version == len(MIGRATIONS):
        connection.execute(
            update(tables.schema_version)
            .where(tables.schema_version.c.version == version)
            .values(oldest_program=OLDEST_PROGRAM)
        )
    return version if pending else 0


def _checked_version(connection: Connection) -> int:
    found: Inspector = inspect(connection)
    if not found.has_table(tables.schema_version.name):
        return 0
    table = tables.schema_version
    version: int = connection.execute(select(func.max(table.c.version))).scalar_one() or 0
    if version <= len(MIGRATIONS):
        return version
    oldest = connection.execute(select(table.c.oldest_program).where(table.c.version == version)).scalar_one()
    if oldest is None or oldest > len(MIGRATIONS):
        raise StartError(f"the database has schema {version}, this program knows {len(MIGRATIONS)}: update it")
    return len(MIGRATIONS)
