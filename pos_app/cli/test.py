"""`test`: style, types and import rules, then the tests; with arguments of its own only pytest, which gets them."""

import argparse
import os
import subprocess
import sys

from pos_app.environment import PROJECT_FOLDER
from pos_app.system_packages import BROWSER_PROGRAMS, install_if_offered

CHECKS = (
    ("style", ["-m", "ruff", "check", "--quiet"]),
    ("format", ["-m", "ruff", "format", "--check", "--quiet"]),
    ("types", ["-m", "mypy", "--no-error-summary"]),
    ("import rules", ["-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-logo"]),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to draw, and what goes to pytest."""
    parser.add_argument("--display", action="store_true", help="draw windows on the real display, not off-screen")
    parser.set_defaults(passed_on=[])
    parser.epilog = "All other arguments go to pytest, and then only pytest runs: test tests/unit -k receipt"


def main(args: argparse.Namespace) -> int:
    """Run everything, also after a failure; the status is that of the first part that failed.

    pytest comes last, so that its summary is the last line printed.
    """
    if not args.display:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if args.passed_on:
        return _python(["-m", "pytest", *args.passed_on])
    install_if_offered(BROWSER_PROGRAMS, lambda line: print(line, file=sys.stderr, flush=True))
    statuses = [_check(name, arguments) for name, arguments in CHECKS]
    statuses.append(_python(["-m", "pytest", "-q", "-n", "logical", "--maxprocesses", "4"]))
    return next((status for status in statuses if status), 0)


def _check(name: str, arguments: list[str]) -> int:
    result = subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT_FOLDER, capture_output=True, text=True, errors="replace"
    )
    print(f"{name}: {'passed' if result.returncode == 0 else 'FAILED'}", flush=True)
    if result.returncode:
        print(result.stdout + result.stderr, flush=True)
    return result.returncode


def _python(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, *arguments], cwd=PROJECT_FOLDER)
