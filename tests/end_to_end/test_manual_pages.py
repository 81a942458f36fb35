"""The manual as pages: nothing is loaded from elsewhere, and the words of a refusal are found in a real browser."""

import argparse
import re
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fakes.web_browser import BROWSER, DRIVER, Browser

from pos_app.cli import manual

LOADED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["']?(?:https?:)?//[^"'\s>]+""", re.I)
NO_PAGE_OF_OURS = re.compile(r"""rel=["']?(?:canonical|license)""")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is for what failed."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manual, built strictly: a page without a place and a link that leads nowhere fail it."""
    folder = tmp_path_factory.mktemp("manual")
    assert manual._build(folder) == 0
    return folder


@pytest.fixture
def url(pages: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(pages))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_no_page_loads_anything_from_elsewhere(pages: Path) -> None:
    built = sorted(pages.rglob("*.html"))
    assert len(built) > 50
    loaded = {
        (page.name, found)
        for page in built
        for found in LOADED.findall(page.read_text(encoding="utf-8"))
        if not NO_PAGE_OF_OURS.search(found)
    }
    assert loaded == set()


def test_every_page_has_its_place_in_the_index_that_is_searched(pages: Path) -> None:
    index = (pages / "search" / "search_index.json").read_text(encoding="utf-8")
    for page in (
        "technician/symptoms.html",
        "manager/reports.html",
        "reference/journal.html",
        "central/incidents.html",
    ):
        assert f'"location":"{page}"' in index


@pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser here: install the packages chromium and chromium-driver"
)
def test_the_words_of_a_refusal_lead_to_its_page(url: str) -> None:
    with Browser() as browser:
        browser.go(f"{url}/index.html")
        browser.run("document.querySelector('label[for=__search]').click()")
        browser.type("input.md-search__input", "This card is already charged")
        found = "return [...document.querySelectorAll('.md-search-result__link')].map(one => one.getAttribute('href'))"
        links = browser.wait_for(lambda: browser.run(found))
        assert any("reference/refusals.html" in link for link in links), links
        loaded = browser.run("return performance.getEntriesByType('resource').map(one => one.name)")
        assert [name for name in loaded if not name.startswith((url, "data:", "blob:"))] == []


def test_an_installed_program_serves_its_pages_and_builds_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[str] = []
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "pos-terminal"))
    monkeypatch.setattr(manual, "_serve", lambda folder, port: served.append(folder))
    assert manual.main(argparse.Namespace(folder=None, port=0)) == 1
    assert "built from the sources" in capsys.readouterr().err
    (tmp_path / "manual").mkdir()
    (tmp_path / "manual" / "index.html").write_text("<p>", encoding="utf-8")
    assert manual.main(argparse.Namespace(folder=None, port=0)) == 0
    assert served == [str(tmp_path / "manual")]
    assert manual.main(argparse.Namespace(folder=tmp_path / "out", port=0)) == 1
