"""The environment the program runs in: a folder of the project, built from a lock file of exact hashes.

Standard library only. The environment stands when it holds a copy of the lock it was built from, under the path of the
interpreter it was built for. The copy is written last, so a build that was interrupted, a lock that changed and a
Python that the system replaced are all noticed, and the build is done again.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pos_app.commands import BUILD_LOCK, DEVELOPMENT_LOCK, RUNTIME_LOCK
from pos_app.system_packages import SetupError, ensure, failure_of

__all__ = ["Environment", "SetupError"]

PROJECT_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # standard output belongs to the command


class Environment:
    """One project folder and an environment in it; program is what the environment's interpreter starts with."""

    def __init__(
        self,
        project_folder: str = PROJECT_FOLDER,
        say: Callable[[str], None] = _say,
        name: str = ".venv",
        program: Sequence[str] = ("-m", "pos_app"),
    ) -> None:
        self.project_folder = project_folder
        self.folder = os.path.join(project_folder, name)
        self._program = program
        in_folder = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        self.python = os.path.join(self.folder, *in_folder)
        self._say = say

    def prepare(self, lock: str, *, window: bool, arguments: list[str]) -> None:
        """Return inside an environment of this lock: at once when already there, else by starting again in it.

        Builds it first when it does not stand. Raises SetupError when that cannot be done without a person.
        """
        if self._entered() and self.stands(lock):
            return
        stands = self.stands(lock)
        ensure(self._say, window=window, packages=[] if stands or _uv() else _missing_for_pip())
        if not stands:
            self.build(lock)
        self._enter(arguments)

    def stands(self, lock: str) -> bool:
        """True when the environment was built, completely, from this lock as it is now."""
        stamp = self._stamp_path(lock)
        return os.path.exists(self.python) and os.path.exists(stamp) and _read(stamp) == self._stamp_of(lock)

    def build(self, lock: str) -> None:
        """Build the environment with uv where it works, else with venv and pip."""
        if not os.access(self.project_folder, os.W_OK):
            raise SetupError(
                f"The folder {self.project_folder} cannot be written, and the program keeps its environment there.\n"
                "Copy the project to a folder of your own, or make this one writable, then try again."
            )
        try:
            with self._alone():
                if not self.stands(lock):  # another command may have built it while this one waited
                    self._build(lock)
        except OSError as error:
            raise SetupError(f"The environment could not be built: {error}") from error

    def _build(self, lock: str) -> None:
        self._say(f"Building the environment in {self.folder} (once; some 150 MB to fetch) ...")
        if not (lock != RUNTIME_LOCK and self.stands(RUNTIME_LOCK)):
            self._clear()
        uv = _uv()
        failure = self._build_with_uv(uv, lock) if uv else ""
        if failure:
            self._say(f"Going on with pip, because uv said: {failure.splitlines()[-1]}")
            self._clear()
        if failure or not uv:
            self._build_with_pip(lock)
        self._stamp(lock)

    def _build_with_uv(self, uv: str, lock: str) -> str:
        """Empty when it worked, else why not."""
        # The system's certificates, by both names uv gave that: a shop's network may have its own authority.
        variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
        variables.pop("VIRTUAL_ENV", None)
        if not os.path.exists(self.python):
            failure = failure_of([uv, "venv", "-q", "--python", _base_python(), self.folder], variables)
            if failure:
                return failure
        installing = [uv, "pip", "install", "-q", "--python", self.python, "--require-hashes", "--only-binary", ":all:"]
        return failure_of([*installing, "-r", self._lock_path(lock)], variables)

    def _build_with_pip(self, lock: str) -> None:
        ensure(self._say, window=False, packages=_missing_for_pip())
        if os.path.exists(
            self.python
        ):  # to be added to: made by another Python perhaps, by uv perhaps, then without pip
            failure = failure_of([self.python, "-m", "ensurepip"])
        else:
            failure = failure_of([_base_python(), "-m", "venv", self.folder])
        if not failure:
            pip = [self.python, "-m", "pip", "--disable-pip-version-check"]
            installing = ["install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", self._lock_path(lock)]
            failure = failure_of([*pip, *installing])
            if failure:  # the hashes make every index equally safe, so a broken one need not be the end
                self._say("pip did not manage with this user's settings; once more with the machine's alone.")
                failure = failure_of([*pip, "--isolated", *installing])
        if failure:
            raise SetupError(f"The environment could not be built:\n{failure}")

    def _clear(self) -> None:
        import shutil

        for lock in (RUNTIME_LOCK, DEVELOPMENT_LOCK, BUILD_LOCK):  # first of all it no longer counts as standing
            if os.path.exists(self._stamp_path(lock)):
                os.remove(self._stamp_path(lock))
        if os.path.exists(self.folder):
            shutil.rmtree(self.folder)

    def _stamp(self, lock: str) -> None:
        locks = [lock] if lock == RUNTIME_LOCK else [RUNTIME_LOCK, lock]  # the others hold all of this one
        for name in locks:
            part = self._stamp_path(name) + ".part"
            with open(part, "wb") as file:
                file.write(self._stamp_of(name))
            os.replace(part, self._stamp_path(name))

    def _stamp_of(self, lock: str) -> bytes:
        return os.fsencode(f"# for {os.path.realpath(self.python)}\n") + _read(self._lock_path(lock))

    def _entered(self) -> bool:
        return os.path.exists(self.folder) and os.path.samefile(sys.prefix, self.folder)

    def _enter(self, arguments: list[str]) -> None:
        command = [self.python, *self._program, *arguments]
        if os.name == "nt":  # there exec returns to the shell at once
            import subprocess

            raise SystemExit(subprocess.call(command))
        os.execv(self.python, command)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One build at a time: a lock on the lock file itself, gone with the process that held it."""
        with open(self._lock_path(RUNTIME_LOCK), "rb") as file:
            if sys.platform == "win32":
                import msvcrt

                os.lseek(file.fileno(), 1 << 30, os.SEEK_SET)  # beyond the content, which must stay readable
                while True:
                    try:
                        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                        break
                    except OSError as error:
                        if error.errno != errno.EDEADLOCK:  # it gave up after ten seconds; a build takes longer
                            raise
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _lock_path(self, lock: str) -> str:
        return os.path.join(self.project_folder, lock)

    def _stamp_path(self, lock: str) -> str:
        return os.path.join(self.folder, lock)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _uv() -> str | None:
    import shutil

    return shutil.which("uv")


def _missing_for_pip() -> list[str]:
    """Debian and Ubuntu keep the part of Python that puts pip into an environment in a package of its own."""
    without = sys.platform.startswith("linux") and failure_of([_base_python(), "-c", "import ensurepip, venv"])
    return [f"python3.{sys.version_info.minor}-venv"] if without else []


def _base_python() -> str:
    """The interpreter outside any environment: the one within may be the one to replace."""
    base: str = getattr(sys, "_base_executable", None) or sys.executable
    return base
