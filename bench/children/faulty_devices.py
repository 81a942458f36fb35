"""The checkout window beside devices that fail: `python -m bench.children.faulty_devices FOLDER`."""

import logging
import sys
import time
from dataclasses import fields
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from bench.checkout import Checkout
from bench.child_process import serve
from bench.generated_catalogue import gtin
from bench.till_data import open_till, pay_cash
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.line_display.settings import LineDisplaySettings
from hardware.line_server import TcpLineServer
from hardware.peripherals import Peripherals, PeripheralsSettings
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.simulator import Faults, PrinterServer, SimulatedPrinter
from hardware.scale.settings import ScaleSettings
from pos_app.counter_settings import PoleDisplays
from pos_app.quick_start import quick_start
from ui.application import build_application
from ui.background import after_paint

_SCANS, _BETWEEN_MS, _AFTERWARDS_MS = 6, 40, 700
_NOISE = bytes(range(0x80, 0x100)) * 64


class Heart:
    """Beats in the window's thread as often as it can, and remembers its longest pause."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=1)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def forget(self) -> None:
        """Begin anew."""
        self.longest_ms, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest_ms, self._last = max(self.longest_ms, (now - self._last) * 1000), now


def main(folder: Path) -> None:
    """`FAULT [VALUE]` -> the longest time in milliseconds that the window stood still while a customer was served.

    FAULT is a switch of the simulated printer, `well`, or `noise`: the serial scanner raves. Scale, pole display and
    scanner take the connection and say nothing all the time.
    """
    logging.disable(logging.CRITICAL)  # faults are what is measured here
    with quick_start():
        application = build_application()
        register = open_till(folder, after_paint)
        checkout = Checkout(register, application)
    machine = SimulatedPrinter(42)
    printer = PrinterServer(machine)
    lines = [TcpLineServer(lambda _: b"") for _ in range(3)]
    for server in (printer, *lines):
        server.start()
    settings = PeripheralsSettings(
        PrinterSettings(driver="tcp", address=printer.address),
        (ScannerSettings("scanner", "serial", lines[0].address),),
        folder,
        others=(
            LineDisplaySettings("pole", "cd5220", lines[1].address),
            ScaleSettings("scale", "nci", lines[2].address),
        ),
    )
    devices = Peripherals(settings, register.data.print_queue, register.data.printer_records)
    window, bridge = checkout.window, checkout.window.services.bridge
    devices.on_scan, devices.on_status = bridge.on_scan, bridge.on_device
    devices.on_scan_refused = lambda refused: bridge.on_scan_refused(refused.reason)
    window.services.customer_displays = [PoleDisplays(devices)]
    devices.start()
    window.functions.start_displays()
    heart, customers = Heart(), 0

    def served(command: str) -> float:
        nonlocal customers
        customers += 1
        fault, _, value = command.partition(" ")
        machine.repair()
        if fault in {field.name for field in fields(Faults)}:
            machine.set_faults(**{fault: int(value) if value else True})
        checkout.settle(200)
        heart.forget()
        for number in range(_SCANS):
            if fault == "noise":
                lines[0].send(_NOISE + b"\r")
            checkout.scan(gtin(customers * _SCANS + number), _BETWEEN_MS)
        pay_cash(register)
        devices.print_nudge()
        window.sale.next_sale()
        QTest.qWait(_AFTERWARDS_MS)
        return heart.longest_ms

    serve(served)
    machine.repair()
    devices.stop()
    for server in (printer, *lines):
        server.stop()
    register.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
