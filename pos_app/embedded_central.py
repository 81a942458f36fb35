"""The central service of a demo store: the real program in a process of its own, on this machine only.

It starts behind the window, so what it needs is imported then. It ends with the till however that one ends: the till
holds its standard input open.
"""

import os
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pos_app.commands import own_command_line
from pos_app.errors import WorldError

if TYPE_CHECKING:
    import subprocess

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 5.0


class EmbeddedCentral:
    """Starts and stops `central serve` over a data folder; its address stays the same while the till runs."""

    def __init__(self, folder: Path, *, store_id: str, workstation_id: str) -> None:
        self._folder = folder
        self._store_id = store_id
        self._workstation_id = workstation_id
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    @cached_property
    def _port(self) -> int:
        return _free_port()

    @property
    def url(self) -> str:
        """Where it listens, or will."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it answers. Takes a second: never on the GUI thread. Raises WorldError."""
        import subprocess

        with self._lock:
            if self.running:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            command = ["serve", "--host", "127.0.0.1", "--port", str(self._port), "--demo", "--until-input-ends"]
            with open(self._folder / "central.log", "a", encoding="utf-8") as log:
                self._process = subprocess.Popen(
                    self._command(command), stdout=subprocess.PIPE, stderr=log, stdin=subprocess.PIPE, text=True
                )
            assert self._process.stdout is not None
            ready = threading.Timer(READY_TIMEOUT_S, self._process.kill)
            ready.start()
            line = self._process.stdout.readline()
            ready.cancel()
            if not line:
                self._process.wait()
                raise WorldError(f"The demo's central service did not start; {self._folder / 'central.log'} says why.")

    def enrolment_code(self) -> str:
        """A one-time code that lets this till in. Raises WorldError."""
        import subprocess

        command = ["enrol-code", "--store", self._store_id, "--workstation", self._workstation_id]
        try:
            done = subprocess.run(
                self._command(command), capture_output=True, text=True, timeout=READY_TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise WorldError("The demo's central service takes too long to give an enrolment code.") from error
        if done.returncode or not done.stdout.strip():
            raise WorldError(f"The demo's central service gave no enrolment code: {done.stderr.strip()}")
        return done.stdout.split()[-1]

    def stop(self) -> None:
        """Stop it; what it acknowledged stays."""
        import subprocess

        with self._lock:
            if self._process is None:
                return
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def _command(self, arguments: list[str]) -> list[str]:
        return own_command_line("central", *arguments, "--data", os.fspath(self._folder))


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
