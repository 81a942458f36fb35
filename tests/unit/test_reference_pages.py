"""The manual's reference is the program: each page is written from it, and this test keeps it true."""

import os
from pathlib import Path

import pytest
from fakes.reference_pages import PAGES
from fakes.reference_tables import VARIABLES, event_meanings, variables_read

from pos_app.domain.journal import EventKind
from sync.central.backoffice.routes import ROUTES
from sync.central.settings import KEYS

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_what_the_program_says(name):
    path, now = FOLDER / f"{name}.md", PAGES[name]()
    if os.environ.get("WRITE_DOCS"):
        path.write_text(now, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == now, f"run this test with WRITE_DOCS=1 to write docs/reference/{name}.md"


def test_every_kind_of_journal_entry_says_what_it_records():
    assert [kind for kind in EventKind if not event_meanings().get(kind)] == []


def test_every_variable_that_counts_has_its_meaning():
    assert sorted(variables_read() - VARIABLES.keys()) == []


def test_everything_of_the_service_and_the_back_office_says_what_it_is_for():
    assert [key.name for key in KEYS if not key.about] == []
    assert [route.path for route in ROUTES if not route.view.__doc__] == []
