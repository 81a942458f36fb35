"""A till's update room: looks for newer versions in a process of its own, tries them, hands them to the machine."""

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from pos_app import __version__
from pos_app.commands import own_command_line
from pos_app.errors import WorldError
from pos_app.ports.updates import UpdateRoom, UpdateState
from pos_app.updates.places import FOLDER, INCOMING, MACHINE, REQUEST, RESULT, RUNNING, STATE, read_json, write_json
from pos_app.updates.release import is_newer

FIRST_LOOK_AFTER_S = 60.0
LOOK_EVERY_S = 24 * 3600.0
_LOOK_S = 1800
_REHEARSAL_S = 900
_HELPER_ANSWERS_WITHIN_S = 15.0

if TYPE_CHECKING:
    from pos_app.services.updating import Updating
    from pos_app.storage.terminal_database import TerminalDatabase

_logger = logging.getLogger(__name__)


class LocalUpdates:
    """See ports.updates.UpdateRoom. machine and running are the helper's side of this machine."""

    def __init__(
        self,
        folder: Path,
        ring: str,
        *,
        machine: Path = MACHINE,
        running: Path = RUNNING,
        wait: Callable[[float], None] = time.sleep,
        answers_within_s: float = _HELPER_ANSWERS_WITHIN_S,
    ) -> None:
        self._data = folder
        self._folder = folder / FOLDER
        self._ring = ring
        self._machine = machine
        self._running = running
        self._wait = wait
        self._answers_within_s = answers_within_s

    def state(self) -> UpdateState:
        """What is known now; a version that is not newer than this program is none."""
        kept = read_json(self._folder / STATE)
        result = read_json(self._machine / RESULT)
        installed = f"{result['at'][:16].replace('T', ' ')} UTC: {result['words']}" if "words" in result else ""
        state = UpdateState(
            __version__, self._ring, installed=installed, installed_well=result.get("good", True) is True
        )
        state = replace(state, asked_at=str(kept.get("asked_at", "")), trouble=str(kept.get("trouble", "")))
        version = str(kept.get("version", ""))
        if kept.get("ring") != self._ring or not version or not is_newer(version, __version__):
            return state
        ready = self._package(kept) is not None
        return replace(state, version=version, notes=str(kept.get("notes", "")), ready=ready)

    def look(self) -> UpdateState:
        """Ask and fetch, as `update download` does, so that nothing of it is in the way of the till."""
        command = own_command_line("update", "download", "--data", str(self._data))
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LOOK_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return replace(self.state(), trouble=f"Looking for a newer version came to nothing: {error}")
        return self.state()

    def rehearse(self) -> None:
        """Unpack the newer program beside the data and let it try itself on a copy."""
        package = self._require_package()
        if package.suffix != ".deb":
            raise WorldError(f"On this system an administrator installs newer versions: {package} is here and proved.")
        trial = self._folder / "trial"
        shutil.rmtree(trial, ignore_errors=True)
        try:
            _done(["dpkg-deb", "--extract", str(package), str(trial)], "The newer version could not be unpacked")
            program = str(trial / "opt" / "pos-terminal" / "pos-terminal")
            _done([program, "update", "rehearse", "--data", str(self._data)], "The newer version did not prove itself")
        finally:
            shutil.rmtree(trial, ignore_errors=True)

    def hand_over(self) -> None:
        """Put package and proofs where the machine's helper looks for them, and wait until it has begun."""
        package = self._require_package()
        incoming = self._machine / INCOMING
        if not os.access(incoming, os.W_OK):
            raise WorldError(
                "This machine has no helper that installs for the till, or its user is not in the group pos-terminal. "
                f"An administrator can install {package} by hand."
            )
        request = incoming / REQUEST
        try:
            shutil.copytree(self._folder / "metadata", incoming / "metadata", dirs_exist_ok=True)
            (incoming / "packages").mkdir(exist_ok=True)
            for name in ("ring.json", package.name):
                shutil.copyfile(package.with_name(name), incoming / "packages" / name)
            write_json(request, {"ring": self._ring})
        except OSError as error:
            raise WorldError(f"The newer version could not be handed over: {error}") from error
        deadline = time.monotonic() + self._answers_within_s
        while request.exists() and not self._running.exists():
            if time.monotonic() > deadline:
                request.unlink(missing_ok=True)
                raise WorldError(
                    "The helper that installs, pos-terminal-update.path, does not answer. Nothing changed."
                )
            self._wait(0.2)

    def _require_package(self) -> Path:
        found = self._package(read_json(self._folder / STATE))
        if found is None:
            raise WorldError("The newer version is not here yet. Look for it again.")
        return found

    def _package(self, kept: dict[str, object]) -> Path | None:
        path = self._folder / "packages" / Path(str(kept.get("file", "")) or "-").name
        return path if path.is_file() else None


def updating_of(data: "TerminalDatabase", room: UpdateRoom) -> "Updating":
    """Installing at the till of this data."""
    from pos_app.services.updating import Updating

    return Updating(room, storage=data.storage, print_queue=data.print_queue, parked=data.parked)


class UpdateWatch:
    """Looks for newer versions after the start and once a day, while the till sells."""

    def __init__(self, room: UpdateRoom) -> None:
        self.room = room
        self._stopping = Event()
        self._newer = ""

    def start(self) -> None:
        """Returns at once."""
        Thread(target=self._watch, name="updates", daemon=True).start()

    def stop(self) -> None:
        """No further look; one under way is a process of its own and ends by itself."""
        self._stopping.set()

    def newer(self) -> str:
        """The version that waits to be installed, as of the last look."""
        return self._newer

    def look(self) -> None:
        """Look once, and keep what was found."""
        state = self.room.look()
        self._newer = state.version if state.ready else ""
        _logger.info("this is %s, newer: %s. %s", state.current, self._newer or "none", state.trouble)

    def _watch(self) -> None:
        wait_s = FIRST_LOOK_AFTER_S
        while not self._stopping.wait(wait_s):
            self.look()
            wait_s = LOOK_EVERY_S


def _done(command: list[str], trouble: str) -> None:
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_REHEARSAL_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorldError(f"{trouble}: {error}. Nothing was changed.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise WorldError(f"{trouble}: {said[0] if said else done.returncode} Nothing was changed.")
