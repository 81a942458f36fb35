"""Bringing a database to this program's schema: Alembic, on a copy-protected file, with a backup first.

Imported only when the version differs, because Alembic and SQLAlchemy take longer to load than the till to start.
"""

import logging
import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, NullPool, create_engine, event

from pos_app.errors import WorldError
from pos_app.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"

_logger = logging.getLogger(__name__)


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
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, f"{to_version:04d}")
            connection.exec_driver_sql(f"PRAGMA user_version = {to_version}")
    except Exception as error:  # whatever it was, the version before still opens this data
        _logger.exception("schema %s could not become %s", from_version, to_version)
        raise WorldError(
            f"The till's data could not be brought to this version ({error}). It is as it was: "
            "install the version before again, which opens it, and call support."
        ) from error
    return backup


def copy_to(path: Path, database: Database) -> None:
    """A consistent copy under the same key, on disk and proved to be whole. Raises WorldError and OSError."""
    database.one("VACUUM INTO ?", (str(path),))
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    copy = Database(path, database.key, read_only=True)
    try:
        damaged = copy.all("PRAGMA cipher_integrity_check") or copy.all("PRAGMA integrity_check(1)")
        same = copy.one("PRAGMA user_version") == database.one("PRAGMA user_version")
    finally:
        copy.close()
    if damaged != [("ok",)] or not same:
        raise WorldError(f"The copy {path} of the till's data is not whole. The data was left as it was.")


def _back_up(database: Database, name: str) -> Path:
    """The copy that is there when somebody wants the data of before; its path."""
    path = database.path.parent / "backups" / name
    try:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        copy_to(path, database)
    except OSError as error:
        raise WorldError(f"The backup {path} cannot be written: {error}. The data was left as it was.") from error
    return path
