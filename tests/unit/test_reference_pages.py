"""The manual's reference is the program: each page is written from it, and this test keeps it true."""

import os
from pathlib import Path

import pytest
from fakes.reference_pages import PAGES

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_program_says(name):
    path, now = FOLDER / f"{name}.md", PAGES[name]()
    if os.environ.get("WRITE_DOCS"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now, f"run this test with WRITE_DOCS=1 to write docs/reference/{name}.md"
