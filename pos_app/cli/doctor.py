"""`doctor`: what this machine has, what it lacks, and what to do about it.

Runs on the standard library, because it is wanted most where the environment does not stand; what only the environment
knows is asked of it.
"""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator

from pos_app.commands import DEVELOPMENT_LOCK, RUNTIME_LOCK
from pos_app.environment import Environment
from pos_app.system_packages import missing_libraries, needed_libraries

# Printed by the environment's own interpreter: one line per finding, "ok" or what is wrong first.
PROBE = """
import sqlcipher3
from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication
connection = sqlcipher3.connect(":memory:")
sqlite = tuple(int(part) for part in sqlcipher3.sqlite_version.split("."))
cipher = connection.execute("PRAGMA cipher_version").fetchone()
print("ok" if sqlite >= (3, 51, 3) and cipher else "bad",
      f"database: SQLite {sqlcipher3.sqlite_version}, SQLCipher {cipher[0] if cipher else 'absent'}", sep="\\t")
application = QGuiApplication([])
size = application.primaryScreen().size()
print("ok", f"display: Qt {qVersion()} on {application.platformName()}, {size.width()} x {size.height()}", sep="\\t")
families = QFontDatabase.families()
print("ok" if families else "bad", f"fonts: {len(families)} families of the system, Inter with the program", sep="\\t")
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none."""


def main(args: argparse.Namespace) -> int:
    """Print one line per finding; the status is 1 when something is missing."""
    sound = True
    for good, finding in findings(Environment()):
        print(f"{'  ok  ' if good else 'MISSES'}  {finding}")
        sound = sound and good
    return 0 if sound else 1


def findings(environment: Environment) -> Iterator[tuple[bool, str]]:
    """Each thing looked at: whether it is well, and the sentence."""
    yield True, f"Python {platform.python_version()} at {sys.executable}"
    yield True, f"system: {platform.platform()}"
    needed = needed_libraries()
    missing = missing_libraries(needed)
    packages = " ".join(needed[library] for library in missing)
    yield (
        not missing,
        f"system libraries for the window: {f'sudo apt install {packages}' if missing else 'all there'}",
    )
    yield environment.stands(RUNTIME_LOCK), f"environment for the register: {environment.folder} (built by: run)"
    if not environment.stands(RUNTIME_LOCK):
        return
    if environment.stands(DEVELOPMENT_LOCK):
        yield True, "environment for the tests: in the same folder"
    yield from _asked_of(environment)


def _asked_of(environment: Environment) -> Iterator[tuple[bool, str]]:
    variables = dict(os.environ)
    if not (variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")) and sys.platform.startswith("linux"):
        variables["QT_QPA_PLATFORM"] = "offscreen"
    probe = subprocess.run([environment.python, "-c", PROBE], env=variables, capture_output=True, text=True)
    for line in probe.stdout.splitlines():
        state, finding = line.split("\t")
        yield state == "ok", finding
    if probe.returncode:
        yield False, f"the environment does not work: {probe.stderr.strip().splitlines()[-1:] or probe.returncode}"
