"""What the back office sees of a real till, and what the till does when it is asked, by its own policy."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.whole_counter import WholeCounter, open_central, patiently

from pos_app import __version__
from pos_app.domain.journal import EventKind
from pos_app.services.till_control import TillControl
from pos_app.settings import load_settings
from pos_app.settings_book import SettingsFile
from pos_app.storage.journal import incarnations, stream_entries
from sync import fleet
from sync.central.fleet.desk import Order
from sync.terminal.client import CentralClient
from sync.terminal.fleet import FleetReporter

TILL = "001-02"
TECHNICIAN = "technician-1"
DARK = 'theme = "dark"\nscanner_double_ms = 300'


@pytest.fixture
def central(tmp_path: Path) -> Iterator[RealCentral]:
    made = open_central(tmp_path / "central")
    yield made
    made.close()


@pytest.fixture
def counter(tmp_path: Path, central: RealCentral, qapp: object) -> Iterator[WholeCounter]:
    made = WholeCounter(tmp_path / "till", central)
    yield made
    made.close()


class Line:
    """The till's line, which reports when a test says so."""

    def __init__(self, counter: WholeCounter, central: RealCentral) -> None:
        self._counter, self._central = counter, central
        register = counter.register
        enrolment = register.data.identity.enrolment()
        assert enrolment is not None
        self._client = CentralClient(central.url, enrolment, register.clock)

    def report(self) -> Order:
        """The till tells how it is and does what is asked; the newest order as it is then."""
        register = self._counter.register
        room = self._counter.counter._fleet_room()
        assert room is not None
        FleetReporter(self._client, room, register.data.outbox, register.clock).tell_when_due()
        return self._central.service.fleet.orders(TILL)[0]

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def line(counter: WholeCounter, central: RealCentral) -> Iterator[Line]:
    made = Line(counter, central)
    yield made
    made.close()


def allow(counter: WholeCounter, policy: str) -> None:
    with (counter.folder / "settings.toml").open("a", encoding="utf-8") as file:
        file.write(f'remote_orders = "{policy}"\n')


def close_the_day(counter: WholeCounter) -> None:
    """What the last step of closing does to the till; its count is no matter here."""
    storage = counter.register.data.storage
    if storage.business_day():
        with storage.unit_of_work() as work:
            work.close_till()
            work.commit()


def test_a_till_tells_how_it_is_as_soon_as_it_is_online(counter: WholeCounter, central: RealCentral) -> None:
    patiently(lambda: central.service.fleet.report_of(TILL) is not None, "the till reports")
    found = central.service.fleet.report_of(TILL)
    assert found is not None
    report = found[1]
    assert report.software_version == __version__
    assert report.disk_free_bytes > 0
    assert report.data_bytes > 100_000
    assert {device.kind for device in report.devices} >= {"receipt_printer", "cash_drawer"}


def test_a_support_bundle_is_sent_without_anybodys_address(
    counter: WholeCounter, central: RealCentral, line: Line
) -> None:
    (counter.folder / "till.log").write_text("2026-11-22 sold to jo@example.com\n")
    order_id = central.service.fleet.ask_for_bundle(TILL, TECHNICIAN, "The printer stops")
    order = line.report()
    assert (order.state, order.has_bundle) == ("done", True), order.words
    with zipfile.ZipFile(io.BytesIO(central.service.fleet.bundle(TILL, order_id))) as bundle:
        assert {"machine.json", "devices.json", "settings.toml"} <= set(bundle.namelist())
        assert json.loads(bundle.read("machine.json"))["program"] == __version__
        assert b"jo@example.com" not in b"".join(bundle.read(name) for name in bundle.namelist())
    assert list((counter.folder / "support").glob("support-*.zip")), "the till keeps what left it"


def test_a_till_whose_policy_is_never_sends_nothing(counter: WholeCounter, central: RealCentral, line: Line) -> None:
    allow(counter, "never")
    central.service.fleet.ask_for_bundle(TILL, TECHNICIAN, "Curiosity")
    order = line.report()
    assert (order.state, order.has_bundle) == ("refused", False)
    assert order.words == "This till sends no support bundles by itself."


def test_settings_are_taken_once_the_day_is_closed_and_are_written_down(
    counter: WholeCounter, central: RealCentral, line: Line
) -> None:
    allow(counter, "settings")
    central.service.fleet.push_settings(TILL, TECHNICIAN, "Scanners that bounce", DARK)
    register = counter.register
    if not register.data.storage.business_day():
        TillControl(storage=register.data.storage, clock=register.clock, operator=register.operator).open_day(20_000)
    order = line.report()
    assert (order.state, order.words) == ("open", "It waits until the business day is closed.")
    assert load_settings(counter.folder).theme == "system"
    close_the_day(counter)
    order = line.report()
    assert order.state == "done", order.words
    settings = load_settings(counter.folder)
    assert (settings.theme, settings.scanner_double_ms) == ("dark", 300)
    newest = SettingsFile(counter.folder).versions()[0]
    assert (newest.by, newest.words) == (f"back office: {TECHNICIAN}", "Scanners that bounce")
    database = register.data.database
    ((number, _),) = incarnations(database)
    kinds = [entry.kind for entry in stream_entries(database, TILL, number)]
    assert kinds.count(EventKind.SETTINGS_CHANGED) == 1
    assert line.report().words == order.words, "an answer that was lost is given again, and changes nothing"


@pytest.mark.parametrize(
    ("policy", "text", "state", "words"),
    [
        ("bundles", DARK, "refused", "takes no settings from afar"),
        ("settings", 'central_url = "https://elsewhere.example"', "refused", "only somebody at the till"),
        ("settings", 'remote_orders = "settings"\ntheme = "dark"', "refused", "remote_orders: only somebody"),
        ("settings", 'theme = "pink"', "failed", "theme must be one of"),
        ("settings", "scanner_gap_s = 1", "failed", "there is no setting 'scanner_gap_s'"),
    ],
    ids=["not-allowed", "the-line", "its-own-policy", "a-wrong-value", "no-such-key"],
)
def test_what_a_till_does_not_take_changes_nothing(
    counter: WholeCounter, central: RealCentral, line: Line, policy: str, text: str, state: str, words: str
) -> None:
    allow(counter, policy)
    close_the_day(counter)
    before = (counter.folder / "settings.toml").read_text()
    central.service.fleet.push_settings(TILL, TECHNICIAN, "Trying", text)
    order = line.report()
    assert order.state == state
    assert words in order.words
    assert (counter.folder / "settings.toml").read_text() == before


def test_an_order_that_was_withdrawn_is_not_done(counter: WholeCounter, central: RealCentral, line: Line) -> None:
    order_id = central.service.fleet.ask_for_bundle(TILL, TECHNICIAN, "A mistake")
    central.service.fleet.withdraw(TILL, order_id)
    assert line.report().state == "withdrawn"
    assert not (counter.folder / "support").exists()


def test_a_service_that_is_older_than_reports_is_no_fault(
    counter: WholeCounter, line: Line, central: RealCentral, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(fleet, "PATH_REPORT", "/v1/terminals/not-yet")
    central.service.fleet.ask_for_bundle(TILL, TECHNICIAN, "It never hears of it")
    assert line.report().state == "open"
