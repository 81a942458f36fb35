"""A vendor of the program with keys and a repository behind a real web server, and packages that really unpack."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from pos_app.updates.channel import Channel
from pos_app.updates.publishing import Repository, new_keys, read_keys
from pos_app.updates.release import Release, platform_name

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = """#!/bin/sh
cd {project} && exec {python} -c 'import sys; from pos_app.commands import find
{before}
sys.exit(find(sys.argv[1]).run(sys.argv[2:]))' "$@"
"""


class Vendor:
    """Keys in one folder, the repository in another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        root = self.keys / "root.json"
        self.root = (root if root.exists() else new_keys(self.keys, datetime.now(UTC))).read_bytes()
        self.place = folder / "repository"

    def repository(self, at: datetime | None = None) -> Repository:
        made = Repository(self.place, read_keys(self.keys), at or datetime.now(UTC))
        made.begin(self.root)
        return made

    def offer(
        self, version: str, ring: str = "stable", content: bytes = b"", at: datetime | None = None, package: str = ""
    ) -> Release:
        """A package of this version, made of these bytes, offered to a ring."""
        release = Release(version, package or f"pos-terminal_{version}_amd64.deb", f"What is new in {version}")
        path = self.folder / "built.deb"
        path.write_bytes(content or f"the program, {version}".encode())
        self.repository(at).publish(path, release, ring, platform_name())
        return release

    def channel(self, folder: Path, ring: str = "stable", url: str = "") -> Channel:
        return Channel(url or str(self.place), ring, folder, self.root)

    @contextmanager
    def served(self) -> Iterator[str]:
        """The repository behind a web server; its address."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(self.place)))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def this_program(before: str) -> str:
    """This checkout as a program, after the lines of Python that make it another version."""
    return PROGRAM.format(project=PROJECT, python=sys.executable, before=before)


def debian_package(folder: Path, script: str) -> bytes:
    """A package with this as its program."""
    root = folder / "package"
    shutil.rmtree(root, ignore_errors=True)
    program = root / "opt" / "pos-terminal" / "pos-terminal"
    program.parent.mkdir(parents=True)
    program.write_text(script)
    program.chmod(0o755)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        "Package: pos-terminal\nVersion: 9.0.0\nArchitecture: amd64\nMaintainer: test\nDescription: test\n"
    )
    command = ["dpkg-deb", "--root-owner-group", "--build", str(root), str(folder / "made.deb")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (folder / "made.deb").read_bytes()
