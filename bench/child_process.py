"""A measured program in a process of its own: asked on standard input, answering in JSON lines.

Two children asked in turns are what interleaves a window with its floor.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

_NOT_PASSED_ON = (
    *("QT_QPA_PLATFORM", "QT_QPA_UPDATE_IDLE_TIME", "QT_SCALE_FACTOR"),
    *("DISPLAY", "WAYLAND_DISPLAY", "PYTHONDONTWRITEBYTECODE"),
)


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
    """This process's environment for a measured program: nothing in it changes how Qt draws on this platform.

    Compiled modules are kept, as on a till, but apart from the sources.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    compiled = os.path.join(tempfile.gettempdir(), f"pos-bench-compiled-{os.getuid() if hasattr(os, 'getuid') else 0}")
    kept |= {"QT_QPA_PLATFORM": platform, "PYTHONPYCACHEPREFIX": compiled}
    return kept | ({"DISPLAY": display} if display else {})


def answer(value: object) -> None:
    """In a child: one line to whoever asked."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def serve(commands: Callable[[str], object]) -> None:
    """In a child: say that it is ready, then answer commands until the asker hangs up."""
    answer("ready")
    for line in sys.stdin:
        answer(commands(line.strip()))
