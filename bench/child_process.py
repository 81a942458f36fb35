"""A measured program in a process of its own: asked on standard input, answering in JSON lines.

Two children asked in turns are what interleaves a window with its floor.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

ENVIRONMENT = ("QT_QPA_PLATFORM", "QT_QPA_UPDATE_IDLE_TIME", "QT_SCALE_FACTOR")


class Child:
    """`python -m MODULE ARGUMENTS`, alive until closed."""

    def __init__(self, module: str, *arguments: str, platform: str = "offscreen", display: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(platform, display),
        )
        self.ready = self._read()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, command: str) -> Any:
        """One command, and what it answered. Raises ChildProcessError when it died."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError(f"a measured program ended with status {self._process.wait(30)}")
        return json.loads(line)


def environment(platform: str = "offscreen", display: str = "") -> dict[str, str]:
    """This process's environment with nothing in it that changes how Qt draws, for this platform."""
    clean = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return {**clean, "QT_QPA_PLATFORM": platform, **({"DISPLAY": display} if display else {})}


def answer(value: object) -> None:
    """In a child: one line to whoever asked."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(commands: Callable[[str], object]) -> None:
    """In a child: say that it is ready, then answer commands until the asker hangs up."""
    answer("ready")
    for line in sys.stdin:
        answer(commands(line.strip()))
