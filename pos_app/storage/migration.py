"""Bringing a database to this program's schema: Alembic, on a copy-protected file, with a backup first.

Imported only when the version differs, because Alembic and SQLAlchemy take longer to load than the till to start.
"""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, NullPool, create_engine, event

from pos_app.errors import WorldError
from pos_app.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, from_version: int, to_version: int, backup_name: str) -> Path | None:
    """Migrate to a version; the path of the backup comes back, or None when there was nothing to back up.

    Raises WorldError when the backup or the migration fails; the file is then as it was.
    """
    backup = _back_up(database, backup_name) if from_version else None
    engine = create_engine(
        URL.create("sqlite+pysqlcipher", password=f"x'{database.key.hex()}'", database=str(database.path)),
        poolclass=NullPool,
        connect_args={"isolation_level": None},
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, f"{to_version:04d}")
        connection.exec_driver_sql(f"PRAGMA user_version = {to_version}")
    return backup


def _back_up(database: Database, name: str) -> Path:
    """A consistent copy under the same key."""
    path = database.path.parent / "backups" / name
    try:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        database.one("VACUUM INTO ?", (str(path),))
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise WorldError(f"The backup {path} cannot be written: {error}. The data was left as it was.") from error
    return path
