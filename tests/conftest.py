"""What every test stands on: fakes on the path, no screen, and nothing unexpected in the log."""

import faulthandler
import logging
import os
import re
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import hypothesis
import pytest

TESTS_FOLDER = Path(__file__).parent
sys.path.insert(0, str(TESTS_FOLDER))  # so that `from fakes.x import Y` works without packages
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
faulthandler.enable()

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Drivers are tested against their simulators, and against the machines that are named."""
    parser.addoption(
        "--device",
        action="append",
        default=[],
        metavar="KIND=DRIVER://ADDRESS",
        help="run the suite of drivers against a real device: receipt_printer=tcp://192.168.1.50:9100, "
        "scale=nci:///dev/ttyUSB0, line_display=cd5220:///dev/ttyS1@9600, barcode_scanner=serial://usb:05e0:1701",
    )


class _Warnings(logging.Handler):
    """Everything of level WARNING and above that was logged, by whatever thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {self.format(record)}")

    def start(self) -> None:
        self.lines.clear()
        self.expected.clear()

    def judge(self) -> None:
        """Fail when something was logged that nobody expected, or not logged that somebody expected."""
        lines, expected = list(self.lines), list(self.expected)
        self.lines.clear()
        unexpected = [line for line in lines if not any(re.search(pattern, line) for pattern in expected)]
        if unexpected:
            pytest.fail("Logged without the test expecting it:\n" + "\n".join(unexpected), pytrace=False)
        silent = [pattern for pattern in expected if not any(re.search(pattern, line) for line in lines)]
        if silent:
            pytest.fail(f"Expected in the log and not found: {silent}", pytrace=False)


_warnings = _Warnings()
logging.getLogger().addHandler(_warnings)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    _warnings.start()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    result = yield
    _warnings.judge()
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    _warnings.start()
    result = yield
    _warnings.judge()
    return result


@pytest.fixture
def expect_log() -> Callable[[str], None]:
    """expect_log(pattern): this test makes the program log a warning or error that matches, and must."""
    return _warnings.expected.append
