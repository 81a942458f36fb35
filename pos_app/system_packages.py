"""What the program needs of the operating system, and how to get it. Standard library only.

Qt's wheels link a few libraries that a bare Linux lacks, also for drawing off-screen. Each was proven needed on a bare
Debian 12 and Ubuntu 24.04. Windows and macOS bring everything.
"""

import os
import sys
from collections.abc import Callable, Iterable

# library as the loader knows it -> the Debian and Ubuntu package that holds it
OFFSCREEN_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",  # newer releases call it libglib2.0-0t64 and apt finds it by this name
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
WAYLAND_LIBRARIES = {"libwayland-cursor.so.0": "libwayland-cursor0"}
# program -> package: a browser without a window, with which `test` looks at the pages of the back office
BROWSER_PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver"}


class SetupError(Exception):
    """Set-up cannot go on by itself; the message says what to do."""


def needed_libraries() -> dict[str, str]:
    """Libraries that a window needs on this machine as it is now, each with its package."""
    if not sys.platform.startswith("linux"):
        return {}
    needed = dict(OFFSCREEN_LIBRARIES)
    if os.environ.get("DISPLAY"):
        needed |= X11_LIBRARIES
    if os.environ.get("WAYLAND_DISPLAY"):
        needed |= WAYLAND_LIBRARIES
    return needed


def missing_libraries(libraries: Iterable[str]) -> list[str]:
    """Those that the loader does not find."""
    import ctypes

    missing = []
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(library)
    return missing


def ensure(say: Callable[[str], None], *, window: bool, packages: list[str]) -> None:
    """Install these packages and what a window lacks on this machine, or raise SetupError with the one line to type."""
    needed = needed_libraries() if window else {}
    missing = missing_libraries(needed)
    wanted = [needed[library] for library in missing] + packages
    if wanted:
        install(wanted, say)
        still_missing = missing_libraries(missing)
        if still_missing:
            raise SetupError(f"The packages are installed, yet the loader lacks: {', '.join(still_missing)}")


def install(packages: list[str], say: Callable[[str], None]) -> None:
    """Install Debian packages as root or with password-less sudo; otherwise raise SetupError with the line to type."""
    import shutil

    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise SetupError(
            f"System packages are missing, by their Debian names: {names}\n"
            "This system has no apt-get: install its own packages of the same libraries, then try again."
        )
    prefix = _administrator_prefix()
    if prefix is None:
        raise SetupError(
            f"System packages are missing. Install them with this line, then try again:\nsudo apt install {names}"
        )
    say(f"Installing system packages {'with sudo' if prefix else 'as root'}: {names}")
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    installing = [*apt_get, "install", "-y", "--no-install-recommends", *packages]
    if failure_of(installing):
        failure_of([*apt_get, "update"])  # lists that are absent or old are the usual reason
        failure = failure_of(installing)
        if failure:
            raise SetupError(f"apt-get did not install them:\n{failure}\nTo try by hand: sudo apt install {names}")


def install_if_offered(programs: dict[str, str], say: Callable[[str], None]) -> None:
    """Install what is missing of these programs where this system offers them; else say so and go on without."""
    import shutil

    missing = [package for program, package in programs.items() if not shutil.which(program)]
    if not missing:
        return
    # Asked first, since a system that does not know them would be asked in vain with every run.
    if not shutil.which("apt-cache") or failure_of(["apt-cache", "show", *missing]):
        say(f"Going on without {' and '.join(missing)}, which this system does not offer.")
        return
    try:
        install(missing, say)
    except SetupError as error:
        say(f"Going on without {' and '.join(missing)}: {error}")


def _administrator_prefix() -> list[str] | None:
    """What to put before a command so that it runs as root; None when that needs a password."""
    import shutil

    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not failure_of(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def failure_of(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command silently: empty when it succeeded, else the end of what it said."""
    import subprocess

    try:
        result = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
    except OSError as error:
        return str(error)
    if result.returncode == 0:
        return ""
    said = (result.stderr.strip() or result.stdout.strip()).splitlines()
    return "\n".join(said[-8:]) or f"{command[0]} ended with status {result.returncode}"
