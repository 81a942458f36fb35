"""Scales: only a weight that stands is a weight, and everything else says what to do."""

import queue
from collections.abc import Callable

import pytest
from fakes.lines import serving
from hypothesis import given
from hypothesis import strategies as st

from hardware.line_server import TcpLineServer
from hardware.scale.protocols import Nci, Toledo8217, Weighed
from hardware.scale.scale import SerialScale
from hardware.scale.settings import NCI, TOLEDO_8217, ScaleSettings
from hardware.scale.simulator import SimulatedScale
from pos_app.ports import DeviceState, DeviceStatus, WeightReading, WeightState

PROTOCOLS = {NCI: Nci, TOLEDO_8217: lambda: Toledo8217("kg")}


@pytest.mark.parametrize(
    ("answer", "weighed"),
    [
        (b"\n0001.25LB\r\n00\r\x03", Weighed(WeightState.STABLE, 1250, "lb")),
        (b"\n01.234KG\r\nS00\r\x03", Weighed(WeightState.STABLE, 1234, "kg")),
        (b"\n  0.500kg\r\n00\r\x03", Weighed(WeightState.STABLE, 500, "kg")),
        (b"\n  1250g\r\n00\r\x03", Weighed(WeightState.STABLE, 1250, "kg")),
        (b"\n01.234KG\r\n10\r\x03", Weighed(WeightState.MOTION, 1234, "kg")),
        (b"\n00.000KG\r\n20\r\x03", Weighed(WeightState.ZERO, 0, "kg")),
        (b"\n01\r\x03", Weighed(WeightState.UNDER_ZERO)),
        (b"\n02\r\x03", Weighed(WeightState.OVER_CAPACITY)),
        (b"\n-0.100KG\r\n00\r\x03", Weighed(WeightState.UNDER_ZERO)),
        (b"\n80\r\x03", Weighed(WeightState.FAULT)),
        (b"\n01.234KG\r\n0p0\r\x03", Weighed(WeightState.STABLE, 1234, "kg")),
        (b"\n?\r\x03", None),
        (b"", None),
        (b"\xff\xff", None),
        (b"\n01.234KG\r\n0", None),
    ],
    ids=repr,
)
def test_what_an_nci_scale_says(answer: bytes, weighed: Weighed | None) -> None:
    assert Nci().read(answer) == weighed


@pytest.mark.parametrize(
    ("answer", "weighed"),
    [
        (b"\x0201.234\r", Weighed(WeightState.STABLE, 1234, "kg")),
        (b"\x02 1.23N\r", Weighed(WeightState.STABLE, 1230, "kg")),
        (b"\x0201234\r", Weighed(WeightState.STABLE, 1234, "kg")),
        (b"\x0200.000\r", Weighed(WeightState.ZERO, 0, "kg")),
        (b"\x02?A\r", Weighed(WeightState.MOTION)),
        (b"\x02?B\r", Weighed(WeightState.OVER_CAPACITY)),
        (b"\x02?D\r", Weighed(WeightState.UNDER_ZERO)),
        (b"\x02?P\r", Weighed(WeightState.ZERO, 0, "kg")),
        (b"\x02?\r", None),
        (b"01.234\r", None),
    ],
    ids=repr,
)
def test_what_a_toledo_scale_says(answer: bytes, weighed: Weighed | None) -> None:
    assert Toledo8217("kg").read(answer) == weighed


def test_pounds_without_a_point_are_hundredths() -> None:
    assert Toledo8217("lb").read(b"\x0200125\r") == Weighed(WeightState.STABLE, 1250, "lb")


@given(st.binary(max_size=40))
def test_no_bytes_at_all_break_a_protocol(answer: bytes) -> None:
    for make in PROTOCOLS.values():
        weighed = make().read(answer)
        assert weighed is None or weighed.weight_milli >= 0


@given(st.integers(0, 99_999), st.sampled_from(sorted(PROTOCOLS)))
def test_what_the_simulated_scale_shows_is_what_is_read(weight_milli: int, protocol: str) -> None:
    scale = SimulatedScale(protocol)
    scale.put(weight_milli)
    weighed = PROTOCOLS[protocol]().read(scale.feed(b"W\r"))
    assert weighed == Weighed(WeightState.STABLE if weight_milli else WeightState.ZERO, weight_milli, "kg")


@pytest.mark.parametrize("kind", ["pty", "tcp"])
@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_a_weight_is_told_once_it_stands(kind: str, protocol: str) -> None:
    machine = SimulatedScale(protocol)
    readings: queue.Queue[WeightReading] = queue.Queue()
    with serving(machine.feed, kind) as line:
        scale = SerialScale(ScaleSettings(driver=protocol, address=line.address))
        scale.start()
        scale.watch(readings.put)
        _until(readings, WeightState.ZERO)
        machine.set_faults(motion=True)
        machine.put(1234)
        moving = _until(readings, WeightState.MOTION)
        assert "wait" in moving.words
        machine.set_faults(motion=False)
        assert _until(readings, WeightState.STABLE) == WeightReading(WeightState.STABLE, 1234, "kg")
        machine.set_faults(over_capacity=True)
        assert "Too heavy" in _until(readings, WeightState.OVER_CAPACITY).words
        machine.set_faults(over_capacity=False, under_zero=True)
        assert "zero key" in _until(readings, WeightState.UNDER_ZERO).words
        machine.set_faults(under_zero=False)
        machine.put(31_000)
        assert "Too heavy" in _until(readings, WeightState.OVER_CAPACITY).words
        assert scale.stop()


def test_a_scale_that_says_nothing_or_nonsense_is_told_so_and_comes_back(expect_log: Callable[[str], None]) -> None:
    expect_log("no answer in")
    machine = SimulatedScale()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    with serving(machine.feed) as line:
        scale = SerialScale(ScaleSettings(driver=NCI, address=line.address), statuses.put)
        machine.set_faults(mute=True)
        scale.start()
        scale.watch(lambda _: None)
        assert "does not answer" in _state(statuses, DeviceState.OFFLINE).reason
        machine.set_faults(mute=False)
        _state(statuses, DeviceState.READY)
        machine.set_faults(garbage=True)
        assert "not understood" in _state(statuses, DeviceState.ERROR).reason
        machine.set_faults(garbage=False)
        _state(statuses, DeviceState.READY)
        assert scale.stop()


def test_a_scale_that_is_switched_off_comes_back_by_itself() -> None:
    machine = SimulatedScale()
    statuses: queue.Queue[DeviceStatus] = queue.Queue()
    first = TcpLineServer(machine.feed)
    first.start()
    scale = SerialScale(ScaleSettings(driver=NCI, address=first.address), statuses.put)
    scale.start()
    scale.watch(lambda _: None)
    _state(statuses, DeviceState.READY)
    first.stop()
    _state(statuses, DeviceState.OFFLINE)
    second = TcpLineServer(machine.feed, port=first.port)
    second.start()
    _state(statuses, DeviceState.READY)
    assert scale.stop()
    second.stop()


def test_nobody_asks_a_scale_that_nobody_watches() -> None:
    machine = SimulatedScale()
    with serving(machine.feed) as line:
        scale = SerialScale(ScaleSettings(driver=NCI, address=line.address))
        scale.start()
        assert scale.check_health().result(10).state is WeightState.ZERO
        assert machine.requests <= 2
        assert scale.stop()


def test_an_unknown_protocol_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="unknown scale driver 'kitchen'"):
        SerialScale(ScaleSettings(driver="kitchen", address="/dev/ttyS0"))


def _until(readings: "queue.Queue[WeightReading]", state: WeightState) -> WeightReading:
    while True:
        reading = readings.get(timeout=10)
        if reading.state is state:
            return reading


def _state(statuses: "queue.Queue[DeviceStatus]", state: DeviceState) -> DeviceStatus:
    while True:
        status = statuses.get(timeout=10)
        if status.state is state:
            return status
