"""Newer versions at the window: a till at work keeps its own, a till at rest is replaced by a touch."""

import json
import shutil

import pytest
from fakes.update_screens import asks_a_vendor, close_the_day, fetches, updates_page
from fakes.update_vendor import debian_package
from fakes.whole_counter import CABLE, WholeCounter
from PySide6.QtWidgets import QApplication

from pos_app import __version__
from ui.technician.updates_page import UpdatesPage

PROVES_ITSELF = "#!/bin/sh\nexit 0\n"
LOSES_ITEMS = "#!/bin/sh\necho 'The newer version lost items: 60 became 0.' >&2\nexit 1\n"
needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb, which makes packages, is not here")


def said(page: UpdatesPage) -> list[str]:
    assert page.report.report is not None
    return [page.report.report.headline, *(f"{'+' if s.good else '-'} {s.words}" for s in page.report.report.steps)]


def test_without_an_update_server_the_page_says_how_versions_come(till: WholeCounter) -> None:
    page = updates_page(till)
    assert said(page)[0].startswith(f"This is version {__version__}. Newer versions are installed by hand")
    assert not page.look.isEnabled()
    assert not page.install.isEnabled()


def test_a_till_at_work_is_told_what_is_missing_and_cannot_install(till: WholeCounter) -> None:
    vendor = asks_a_vendor(till)
    till.scan(CABLE)
    fetches(till, vendor)
    page = updates_page(till)
    headline, *steps = said(page)
    assert headline.endswith("Version 9.0.0 is here. It is installed when the till rests.")
    assert any(step.startswith("- The business day of") for step in steps)
    assert "- A sale is under way: finish it or park it" in steps
    assert not page.install.isEnabled()
    assert page.look.isEnabled()


@needs_dpkg
def test_a_till_at_rest_is_handed_over_and_ends(till: WholeCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = asks_a_vendor(till)
    fetches(till, vendor, debian_package(vendor.folder, PROVES_ITSELF))
    close_the_day(till)
    page = updates_page(till)
    ended: list[int] = []
    monkeypatch.setattr(QApplication, "exit", ended.append)
    till.touch(page.install)
    till.until(lambda: ended, "the till ends to be replaced")
    assert ended == [75]
    (changed,) = till.register.data.database.all("SELECT payload FROM journal WHERE kind = 'settings_changed'")
    assert json.loads(changed[0]) == {"by": "manager-1", "words": f"Program {__version__} to be replaced by 9.0.0"}
    assert (till.folder / "machine" / "incoming" / "packages" / "pos-terminal_9.0.0_amd64.deb").exists()


@needs_dpkg
def test_a_version_that_does_not_prove_itself_is_told_of_and_the_till_stays(till: WholeCounter) -> None:
    vendor = asks_a_vendor(till)
    fetches(till, vendor, debian_package(vendor.folder, LOSES_ITEMS))
    close_the_day(till)
    page = updates_page(till)
    till.touch(page.install)
    till.until(lambda: page.report.report is not None, "it is told")
    (headline,) = said(page)
    assert "The newer version lost items: 60 became 0. Nothing was changed." in headline
    assert page.look.isEnabled()
    assert not page.install.isEnabled()
    assert not list((till.folder / "machine" / "incoming").iterdir())


def test_more_tells_of_a_version_that_waits(till: WholeCounter, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = asks_a_vendor(till)
    fetches(till, vendor)
    watch = till.counter._updates
    monkeypatch.setattr(watch.room, "look", watch.room.state)  # what the server said is here already
    watch.look()
    till.counter.services.newer_version = watch.newer
    (row,) = [row for row in till.window.technician.more_rows() if row.name == "Technician's console"]
    assert row.detail == "Version 9.0.0 waits to be installed"


def test_from_the_closed_day_it_is_one_touch_to_the_newer_version(till: WholeCounter) -> None:
    vendor = asks_a_vendor(till)
    fetches(till, vendor)
    till.counter.services.newer_version = lambda: "9.0.0"
    close_the_day(till)
    till.window.till.opening.open()
    till.until(lambda: till.window.till.covering, "the till asks to open the next day")
    way = till.window.till.page.back
    assert way.text() == "Newer version"
    till.touch(way)
    console = till.window.technician.console
    till.until(lambda: console.isVisible() and console.updates.report.report is not None, "the page is shown")
    assert console.updates.install.isEnabled()
    till.touch(console.close_button)
    till.until(lambda: not console.isVisible(), "back at the opening")
    assert till.window.till.covering
