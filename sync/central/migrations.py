"""The schema's versions, one function each, applied in order inside one transaction."""

from collections.abc import Callable

from sqlalchemy import Connection, Inspector, func, inspect, select, text

from sync.central import tables
from sync.central.database import Database
from sync.central.errors import StartError

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
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text(_POSTGRESQL_REFUSE))
    for table in tables.APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            name = f"{table.name}_no_{action.lower()}"
            if sqlite:
                body = f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
                connection.execute(text(f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} {body}"))
            else:
                body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                connection.execute(text(f"CREATE TRIGGER {name} BEFORE {action} ON {table.name} {body}"))
        if not sqlite:
            body = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            connection.execute(text(f"CREATE TRIGGER {table.name}_no_truncate BEFORE TRUNCATE ON {table.name} {body}"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)


def migrate(database: Database) -> None:
    """Bring the schema to this program's version.

    Raises StartError when the database was written by a newer program.
    """

    def work(connection: Connection) -> None:
        if connection.dialect.name != "sqlite":
            # Several processes may start at once; the lock ends with the transaction.
            connection.execute(text("SELECT pg_advisory_xact_lock(7303014)"))
        inspector: Inspector = inspect(connection)
        version = 0
        if inspector.has_table(tables.schema_version.name):
            version = connection.execute(select(func.max(tables.schema_version.c.version))).scalar_one() or 0
        if version > len(MIGRATIONS):
            raise StartError(f"the database has schema {version}, this program knows {len(MIGRATIONS)}: update it")
        for number, step in enumerate(MIGRATIONS[version:], version + 1):
            step(connection)
            connection.execute(tables.schema_version.insert().values(version=number))

    database.run(work)
