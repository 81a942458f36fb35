"""The table of promises names tests that exist, and no promise is left out."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TABLE = TESTS.parent / "docs" / "acceptance.md"
ROWS = [line.split("|")[1:4] for line in TABLE.read_text("utf-8").splitlines() if re.match(r"\| \d+ \|", line)]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`(test_\w+\.py::[\w*]+)`", row[2])})


def test_every_promise_has_its_row() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 41))
    assert all(kept.strip() for _, _, kept in ROWS)


@pytest.mark.parametrize("name", NAMES)
def test_the_test_that_keeps_a_promise_exists(name: str) -> None:
    file, function = name.split("::")
    (found,) = TESTS.rglob(file)
    wanted = "test_" if function == "*" else f"{function}("
    assert f"def {wanted}" in found.read_text("utf-8")


def test_every_test_of_a_point_is_in_the_table() -> None:
    for file in TESTS.rglob("test_*.py"):
        for function in re.findall(r"def (test_points?_\d\w*)\(", file.read_text("utf-8")):
            assert f"{file.name}::{function}" in NAMES, function
