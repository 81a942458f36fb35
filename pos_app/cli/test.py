"""`test`: style, types, import rules and documents, then the tests; with arguments only pytest, which gets them."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pos_app.cli.manual import BUILD
from pos_app.environment import PROJECT_FOLDER
from pos_app.system_packages import BROWSER_PROGRAMS, install_if_offered

CHECKS = (
    ("style", ["-m", "ruff", "check", "--quiet"]),
    ("format", ["-m", "ruff", "format", "--check", "--quiet"]),
    ("types", ["-m", "mypy", "--no-error-summary"]),
    ("import rules", ["-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-logo"]),
)

WHOLE_SUITE = ["-q", "-n", "logical", "--maxprocesses", "4"]
MOST_UNSTEADY = 15


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
    with TemporaryDirectory(prefix="pos-manual-") as pages:
        statuses.append(_check("documents", [*BUILD, pages]))
    statuses.append(_whole_suite())
    return next((status for status in statuses if status), 0)


def _whole_suite() -> int:
    """Every test, several at once; a few that failed run once more by themselves, and that is what counts.

    Windows, real services and simulated devices share a machine with all other tests then, and one that waits for
    somebody else's turn may give up. Whatever passes alone only is named, so that it gets mended and not forgotten.
    """
    with TemporaryDirectory(prefix="pos-tests-") as cache:
        remember = ["-m", "pytest", "-o", f"cache_dir={cache}"]
        status = _python([*remember, *WHOLE_SUITE])
        failed = _failed_tests(Path(cache))
        if status != 1 or not 0 < len(failed) <= MOST_UNSTEADY:
            return status
        print(f"\n{len(failed)} failed among the others; once more by themselves:", *failed, sep="\n  ", flush=True)
        return _python([*remember, "-q", "--last-failed", "--last-failed-no-failures=none"])


def _failed_tests(cache: Path) -> list[str]:
    """The tests that the last run remembers as failed."""
    remembered = cache / "v" / "cache" / "lastfailed"
    return sorted(json.loads(remembered.read_text(encoding="utf-8"))) if remembered.exists() else []


def _check(name: str, arguments: Sequence[str]) -> int:
    result = subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT_FOLDER, capture_output=True, text=True, errors="replace"
    )
    print(f"{name}: {'passed' if result.returncode == 0 else 'FAILED'}", flush=True)
    if result.returncode:
        print(result.stdout + result.stderr, flush=True)
    return result.returncode


def _python(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, *arguments], cwd=PROJECT_FOLDER)
