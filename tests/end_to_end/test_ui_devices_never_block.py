"""Whatever a device does, the window goes on: nothing of a device is ever waited for in the window's thread.

The time-outs of devices are half a second and more, so a call in the window's thread would be seen as a stalled till.
Which thread a call runs on is certain, how long a busy test machine pauses is not: it is the thread that is asserted.
"""

import socket
import threading
from collections import defaultdict

import pytest
from fakes.memory_print_queue import MemoryPrintQueue
from PySide6.QtCore import QTimer

from hardware.barcode_scanner.settings import ScannerSettings
from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_display.settings import LineDisplaySettings
from hardware.peripherals import Peripherals, PeripheralsSettings
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import PrinterServer, SimulatedPrinter
from hardware.receipt_printer.transports import TcpTransport
from hardware.scale.settings import ScaleSettings
from hardware.serial_line import SerialLine
from pos_app.counter_settings import PoleDisplays
from pos_app.errors import WorldError

HEADPHONES = "4006381333931"
CALLS = ("open", "read", "write")


@pytest.fixture
def calls(monkeypatch):
    """Which threads used the wires of which device."""
    seen: dict[str, set[str]] = defaultdict(set)

    def spy(kind: type, name: str) -> None:
        real = getattr(kind, name)

        def call(wire, *args):
            seen[wire.address].add(threading.current_thread().name)
            return real(wire, *args)

        monkeypatch.setattr(kind, name, call)

    for kind in (SerialLine, TcpTransport):
        for name in CALLS:
            spy(kind, name)
    return seen


@pytest.fixture
def hung(tmp_path, expect_log):
    """A counter at which every device hangs, refuses or raves."""
    expect_log("cannot be reached")
    machine = SimulatedPrinter(42)
    machine.set_faults(hang=True)
    printer = PrinterServer(machine)
    printer.start()
    silent = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    nobody = socket.create_server(("127.0.0.1", 0))
    free_port = nobody.getsockname()[1]
    nobody.close()
    addresses = [f"tcp://127.0.0.1:{each.getsockname()[1]}" for each in silent]
    devices = Peripherals(
        PeripheralsSettings(
            PrinterSettings(driver="tcp", address=printer.address),
            (ScannerSettings("left", "serial", addresses[0]),),
            tmp_path,
            others=(
                LineDisplaySettings("pole", "cd5220", addresses[1]),
                ScaleSettings("scale", "nci", addresses[2]),
                DrawerSettings("drawer", "serial", f"tcp://127.0.0.1:{free_port}"),
            ),
        ),
        MemoryPrintQueue(),
    )
    yield devices
    devices.stop()
    printer.stop()
    for each in silent:
        each.close()


def test_no_device_is_ever_waited_for_in_the_windows_thread(counter, calls, hung):
    window, bridge = counter.window, counter.shop.bridge
    hung.on_scan, hung.on_status, hung.on_drawer = bridge.on_scan, bridge.on_device, bridge.on_drawer
    beats: list[int] = []
    heart = QTimer(window, interval=10)
    heart.timeout.connect(lambda: beats.append(1))
    heart.start()
    hung.start()
    window.services.customer_displays = [PoleDisplays(hung)]
    window.functions.start_displays()
    window.services.scale = lambda: hung.others.scale
    for number in range(20):
        counter.scan(HEADPHONES)
        hung.print_nudge()
        hung.drawer_wanted()
        if number == 10:
            window.tender.pay_exact_cash()
    kicked = hung.kick_drawer("no sale")
    counter.until(kicked.done)
    with pytest.raises(WorldError, match="was not opened"):
        kicked.result()
    wires = {status.name for status in hung.statuses() if status.kind in ("line_display", "scale", "barcode_scanner")}
    assert wires == {"left", "pole", "scale"}
    counter.until(lambda: len(calls) >= 5 and len(beats) > 20)
    assert all(name.startswith("device: ") for threads in calls.values() for name in threads), dict(calls)
