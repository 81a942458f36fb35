"""Where windows are drawn while they are measured: off-screen, and an X server of our own where there is one."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Display:
    """A Qt platform and, for xcb, the X display."""

    name: str
    platform: str
    display: str = ""


OFFSCREEN = Display("offscreen", "offscreen")


@contextmanager
def displays() -> Iterator[list[Display]]:
    """Off-screen, and Xvfb when it is installed."""
    if shutil.which("Xvfb") is None:
        yield [OFFSCREEN]
        return
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        number = server.stdout.readline().strip()
        yield [OFFSCREEN, Display("Xvfb", "xcb", f":{number}")]
    finally:
        server.terminate()
        server.wait(10)
        assert server.stdout is not None
        server.stdout.close()
