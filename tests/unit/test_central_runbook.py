"""The runbook's commands are commands of the program, with the options that they have."""

import argparse
import re
import shlex
from pathlib import Path

import pytest

from pos_app.cli import central

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "docs" / "central").glob("*.md"))
# In a block, a whole line; in a sentence, what stands between two backticks.
_BEFORE = r"^(?:[A-Z_]+=\S+ )*(?:pos-terminal|python3 -m pos_app) central "
IN_BLOCK = re.compile(_BEFORE + r"([^#\n]*?)\s*(?:#.*|&|\\)?$", re.MULTILINE)
IN_SENTENCE = re.compile(r"`(?:pos-terminal )?central ([a-z][^`\n]*)`")


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        found += [(page.name, command) for command in IN_BLOCK.findall(text) + IN_SENTENCE.findall(text)]
    return found


@pytest.fixture(scope="module")
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="central", allow_abbrev=False)
    central.add_arguments(made)
    return made


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) > 25
    assert len(PAGES) >= 7


@pytest.mark.parametrize(("page", "command"), commands(), ids=lambda value: value)
def test_a_command_of_the_runbook_can_be_typed(parser: argparse.ArgumentParser, page: str, command: str) -> None:
    words = [word.replace("…", "x") for word in shlex.split(command)]
    try:
        parser.parse_args(words)
    except SystemExit as refused:
        pytest.fail(f"{page}: central {command}: {refused}")


def test_every_part_of_the_package_is_named_in_the_runbook() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    files = [path.name for path in (ROOT / "resources" / "packaging" / "central").iterdir()]
    assert [name for name in files if name not in text] == []
