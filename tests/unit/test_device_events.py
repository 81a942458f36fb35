"""The journal of a till says when a device failed and when it was back, and no more than that."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fakes.memory_shop import MemoryStorage
from hypothesis import given
from hypothesis import strategies as st

from pos_app.clock import SetClock
from pos_app.ports import DeviceState, DeviceStatus
from pos_app.services.device_events import DeviceEvents
from sync.central.candidates import KINDS

LOW, OUT = "The paper is nearly used up.", "The printer is out of paper."
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def printer(state: DeviceState, reason: str = "") -> DeviceStatus:
    return DeviceStatus("receipt printer", "receipt_printer", state, reason)


READY, BUSY = printer(DeviceState.READY), printer(DeviceState.BUSY, "printing")
WARNING, ERROR = printer(DeviceState.WARNING, LOW), printer(DeviceState.ERROR, OUT)
OFFLINE = printer(DeviceState.OFFLINE, "No answer.")


def journal_of(*statuses: DeviceStatus) -> list[str]:
    storage = MemoryStorage()
    events = DeviceEvents(storage, SetClock(NOON))
    for status in statuses:
        events.heard(status)
    entries = [entry for entry in storage.state.entries if entry.kind == "device_event"]
    return [json.loads(entry.payload)["state"] for entry in entries]


@pytest.mark.parametrize(
    ("statuses", "written"),
    [
        pytest.param((READY, BUSY, READY), [], id="printing"),
        pytest.param((ERROR, ERROR, BUSY, READY, READY), ["error", "ready"], id="paper-out-and-back"),
        pytest.param((OFFLINE, ERROR, READY), ["offline", "error", "ready"], id="off-then-out-of-paper"),
        pytest.param((WARNING, BUSY, WARNING, READY, WARNING), ["warning"], id="low-paper-once-for-a-roll"),
        pytest.param((WARNING, ERROR, READY, WARNING), ["warning", "error", "ready", "warning"], id="the-next-roll"),
        pytest.param((ERROR, WARNING, READY), ["error", "warning"], id="back-with-little-paper"),
    ],
)
def test_what_is_written_down(statuses: tuple[DeviceStatus, ...], written: list[str]) -> None:
    assert journal_of(*statuses) == written


def test_a_loose_plug_fills_no_journal_and_is_heard_again_an_hour_later() -> None:
    storage, clock = MemoryStorage(), SetClock(NOON)
    events = DeviceEvents(storage, clock)
    for _ in range(500):
        events.heard(OFFLINE)
        events.heard(READY)
    assert len(storage.state.entries) == 20
    clock.at += timedelta(hours=2)
    events.heard(OFFLINE)
    assert len(storage.state.entries) == 21


@given(st.lists(st.sampled_from([READY, BUSY, WARNING, ERROR, OFFLINE]), max_size=60))
def test_trouble_that_is_written_down_is_never_written_twice_in_a_row(statuses: list[DeviceStatus]) -> None:
    written = journal_of(*statuses)
    assert len(written) <= 20
    assert all(one != other for one, other in pairwise(written))


def test_the_central_service_takes_them() -> None:
    assert "device_event" in KINDS
