"""When a till tells the service how it is: every five minutes, and soon when a device failed or came back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.real_central import RealCentral
from fakes.real_till import RealTill

from pos_app.clock import SetClock
from pos_app.errors import OfflineError, WorldError
from pos_app.ports import DeviceState
from pos_app.ports.fleet import OrderOutcome, OrderResult, RemoteOrder, TillHealth
from pos_app.ports.maintenance import DeviceRow
from sync.terminal.fleet import EVERY_MS, LOOK_EVERY_MS, FleetReporter

TILL = "001-01"


class Counter:
    """A till with one printer, which a test jams."""

    def __init__(self) -> None:
        self.printer = DeviceState.READY
        self.disk_is_gone = False
        self.asked: list[RemoteOrder] = []

    def health(self) -> TillHealth:
        if self.disk_is_gone:
            raise WorldError("/data cannot be looked at: Input/output error.")
        row = DeviceRow("Receipt printer", "receipt_printer", "simulator", "", self.printer)
        return TillHealth("0.1.0", "Linux", 1_000, 1_000, "", "2026-11-22T08:00:00+00:00", 1, (row,))

    def carry_out(self, order: RemoteOrder) -> OrderResult:
        self.asked.append(order)
        return OrderResult(OrderOutcome.REFUSED, "Not today.")


class Told:
    """The reporter of a real till at a real service."""

    def __init__(self, central: RealCentral, till: RealTill) -> None:
        self.central, self.counter = central, Counter()
        self.clock = SetClock(datetime.now(UTC))
        self.reporter = FleetReporter(till.client, self.counter, till.data.outbox, self.clock)

    def after(self, ms: int) -> str:
        """What the service knows of the printer after so long; empty when it was told nothing."""
        self.clock.at += timedelta(milliseconds=ms)
        self.central.service.office.database.run(
            lambda connection: connection.exec_driver_sql("DELETE FROM terminal_report")
        )
        self.reporter.tell_when_due()
        found = self.central.service.fleet.report_of(TILL)
        return found[1].devices[0].state if found is not None else ""


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    central = RealCentral(tmp_path / "central")
    till = RealTill(tmp_path / "till")
    till.enrol(central.url, central.service.open_enrolment("001", "01"))
    till.connect()
    yield Told(central, till)
    till.close()
    central.close()


def test_a_till_tells_at_once_and_then_every_five_minutes(told: Told) -> None:
    assert told.after(0) == "ready"
    assert told.after(LOOK_EVERY_MS) == ""
    assert told.after(EVERY_MS - LOOK_EVERY_MS - 1) == ""
    assert told.after(LOOK_EVERY_MS) == "ready"


def test_a_device_that_fails_is_told_within_a_minute(told: Told) -> None:
    told.after(0)
    told.counter.printer = DeviceState.ERROR
    assert told.after(1_000) == "", "not more often than that"
    assert told.after(LOOK_EVERY_MS) == "error"
    told.counter.printer = DeviceState.READY
    assert told.after(LOOK_EVERY_MS) == "ready"
    assert told.after(LOOK_EVERY_MS) == ""


def test_what_is_asked_is_handed_to_the_till_with_who_asked(told: Told) -> None:
    told.central.service.fleet.push_settings(TILL, "technician-1", "Glare", 'theme = "dark"')
    told.after(0)
    (order,) = told.counter.asked
    assert (order.kind, order.asked_by, order.reason, order.values) == (
        "settings",
        "technician-1",
        "Glare",
        {"theme": "dark"},
    )
    assert told.central.service.fleet.orders(TILL)[0].words == "Not today."


def test_a_disk_that_cannot_be_looked_at_stops_no_sale_from_going_up(told: Told, expect_log) -> None:
    expect_log("how this till is could not be told")
    told.counter.disk_is_gone = True
    assert told.after(0) == ""


def test_without_a_network_the_worker_hears_of_it(told: Told) -> None:
    told.central.server.stop()
    with pytest.raises(OfflineError):
        told.after(0)
    told.central.serve_again()
    assert told.after(LOOK_EVERY_MS) == "ready"
