"""One thread for each port: work in order, bounded, and only there."""

import threading
from collections.abc import Callable

import pytest

from hardware.base import Device
from hardware.device_thread import DeviceBusyError, DeviceThread
from pos_app.ports import DeviceState, DeviceStatus


def test_work_runs_in_order_on_the_named_thread_and_errors_reach_who_asked() -> None:
    thread = DeviceThread("device: test", lambda: None)
    thread.start()
    names = [thread.submit(lambda: threading.current_thread().name) for _ in range(3)]
    failing = thread.submit(lambda: 1 // 0)
    assert [name.result(5) for name in names] == ["device: test"] * 3
    with pytest.raises(ZeroDivisionError):
        failing.result(5)
    assert thread.stop()


def test_a_device_is_touched_by_its_own_thread_only() -> None:
    thread = DeviceThread("device: test", lambda: None)
    thread.start()
    thread.submit(thread.assert_current).result(5)
    with pytest.raises(RuntimeError, match="used from MainThread"):
        thread.assert_current()
    assert thread.stop()
    with pytest.raises(DeviceBusyError, match="stopped"):
        thread.submit(lambda: None)


def test_the_queue_is_bounded() -> None:
    thread = DeviceThread("device: test", lambda: None, capacity=2)
    thread.submit(lambda: None)
    thread.submit(lambda: None)
    with pytest.raises(DeviceBusyError, match="too much to do"):
        thread.submit(lambda: None)
    thread.wake()


def test_a_bug_in_a_device_is_logged_and_the_thread_goes_on(expect_log: Callable[[str], None]) -> None:
    expect_log("device thread device: test")

    def broken() -> float | None:
        raise ArithmeticError("bug")

    thread = DeviceThread("device: test", broken)
    thread.start()
    assert thread.submit(lambda: "alive").result(5) == "alive"
    assert thread.stop()


def test_a_status_is_told_when_it_changes_and_only_then() -> None:
    heard: list[DeviceStatus] = []
    device = Device("scanner 1", "barcode scanner", heard.append)
    device.report(DeviceState.READY)
    device.report(DeviceState.READY)
    device.report(DeviceState.OFFLINE, "unplugged")
    assert [(status.state, status.reason) for status in heard] == [
        (DeviceState.READY, ""),
        (DeviceState.OFFLINE, "unplugged"),
    ]
    device.count("GoodScanCount")
    device.count("GoodScanCount", 2)
    assert device.statistics() == {"GoodScanCount": 3}
