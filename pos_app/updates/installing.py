"""What the privileged helper of a machine does: prove once more what the till fetched, and install it.

The helper trusts the keys of the program that is installed and its own memory of what it saw before, nothing that the
till's user can write. The request stays until the work is done, so that a power cut in the middle is made good at the
next start of the machine.
"""

import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tuf.api.exceptions import DownloadHTTPError

from pos_app import __version__
from pos_app.errors import OfflineError, WorldError
from pos_app.updates.channel import Channel, FolderFetcher
from pos_app.updates.places import INCOMING, KEPT, MACHINE, PROGRAM, REQUEST, RESULT, RUNNING, read_json, write_json
from pos_app.updates.release import is_newer

_TILL_ENDS_WITHIN_S = 120.0
_BETWEEN_LOOKS_S = 0.5
_APT = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends")
_VERSIONED = re.compile(r"[0-9]+\.(root|snapshot|targets)\.json")
_HASHED = re.compile(r"[0-9a-f]{64}\.(.+)")


class Installer:
    """One request, from proof to result."""

    def __init__(
        self,
        root: bytes,
        *,
        machine: Path = MACHINE,
        running: Path = RUNNING,
        till_runs: Callable[[], bool] | None = None,
        install: Callable[[Path], None] | None = None,
    ) -> None:
        self._root = root
        self._incoming = machine / INCOMING
        self._machine = machine
        self._running = running
        self._till_runs = till_runs or program_runs
        self._install = install or install_debian

    def run(self) -> tuple[bool, str]:
        """Do what is asked for, if anything; whether it is well, and what happened, in a sentence."""
        request = self._incoming / REQUEST
        if not request.exists():
            return True, "Nothing is to be installed."
        ring = str(read_json(request).get("ring", ""))
        self._running.mkdir(parents=True, exist_ok=True)
        try:
            good, words = True, self._work(ring)
        except WorldError as error:
            good, words = False, str(error)
        try:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            write_json(self._machine / RESULT, {"at": at, "good": good, "words": words})
            (self._machine / RESULT).chmod(0o644)
            request.unlink(missing_ok=True)
        finally:
            shutil.rmtree(self._running, ignore_errors=True)
        return good, words

    def _work(self, ring: str) -> str:
        fetcher = FolderFetcher(self._place)
        channel = Channel("incoming:/", ring, self._machine / KEPT, self._root, fetcher)
        try:
            release = channel.newest()
        except OfflineError as error:
            raise WorldError("What the till handed over is not whole. Look for the newer version again.") from error
        if release is None:
            raise WorldError(f"Nothing is signed for the ring {ring}. Nothing was installed.")
        if not is_newer(release.version, __version__):
            finish_interrupted()
            return f"Version {__version__} is installed."
        try:
            package = channel.fetch(release)
        except OfflineError as error:
            raise WorldError("The package that the till handed over is not there. Look for it again.") from error
        self._wait_for_the_till()
        self._install(package)
        return f"Version {release.version} was installed."

    def _wait_for_the_till(self) -> None:
        deadline = time.monotonic() + _TILL_ENDS_WITHIN_S
        while self._till_runs():
            if time.monotonic() > deadline:
                raise WorldError("The till did not end. Nothing was installed.")
            time.sleep(_BETWEEN_LOOKS_S)

    def _place(self, url: str) -> Path:
        """Where the till put what a channel asks for: its cache has no versions and no hashes in the names."""
        name = url.rsplit("/", 1)[-1]
        if "/metadata/" in url:
            versioned = _VERSIONED.fullmatch(name)
            if versioned is None or versioned[1] == "root":
                inside = "root_history" if versioned else "."
                return _plain_file(self._incoming / "metadata" / inside / name)
            return _plain_file(self._incoming / "metadata" / f"{versioned[1]}.json")
        hashed = _HASHED.fullmatch(name)
        plain = hashed[1] if hashed else name
        in_ring = url.count("/targets/") == 1 and "/" in url.split("/targets/")[1]
        return _plain_file(self._incoming / "packages" / ("ring.json" if in_ring else plain))


def _plain_file(path: Path) -> Path:
    """Links and pipes are nothing that a till fetched."""
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            return path
    except OSError:
        pass
    raise DownloadHTTPError(f"{path.name} is not there", 404)


def program_runs() -> bool:
    """True while somebody runs the installed program, this process apart."""
    own = {os.getpid(), os.getppid()}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) not in own and Path(os.readlink(process / "exe")) == PROGRAM:
                return True
        except OSError:  # it ended meanwhile
            continue
    return False


def install_debian(package: Path) -> None:
    """By the machine's own package manager, which refuses an older version and what does not fit. Raises WorldError."""
    finish_interrupted()
    _run([*_APT, str(package)], "The package manager refused it")


def finish_interrupted() -> None:
    """What a power cut left half installed. Raises WorldError."""
    _run(["dpkg", "--configure", "--pending"], "What was half installed could not be finished")


def _run(command: list[str], trouble: str) -> None:
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        raise WorldError(f"{trouble}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise WorldError(f"{trouble}: {said[0] if said else done.returncode}")
