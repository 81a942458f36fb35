"""What stands at a counter besides printer and card terminal: scanners, pole displays, scales, and a drawer of its own.

Each is made from its settings, started by itself, and can be added and removed while the till sells.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from hardware.barcode_scanner.settings import EVDEV, SERIAL, ScannerSettings
from hardware.barcode_scanner.settings import SIMULATOR as SIMULATED_SCANNER
from hardware.cash_drawer.settings import DrawerSettings
from hardware.line_display.settings import LineDisplaySettings
from hardware.scale.settings import ScaleSettings
from pos_app.domain.receipt_texts import receipt_texts
from pos_app.domain.tills import FIRST_DRAWER
from pos_app.errors import WorldError
from pos_app.ports import DeviceState, DeviceStatus, ScanEvent

if TYPE_CHECKING:
    from hardware.barcode_scanner.assembler import RefusedScan
    from hardware.barcode_scanner.scanner import BarcodeScanner
    from hardware.barcode_scanner.simulator import SimulatedScanner
    from hardware.cash_drawer.serial_drawer import SerialDrawer
    from hardware.line_display.display import LineDisplay
    from hardware.scale.scale import SerialScale

OtherSettings = ScannerSettings | LineDisplaySettings | ScaleSettings | DrawerSettings


class CounterDevice(Protocol):
    """What all of them have."""

    name: str

    @property
    def status(self) -> DeviceStatus:
        """How it is."""

    def start(self) -> None:
        """Start its thread."""

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Let go of its port."""

    @property
    def last_contact(self) -> datetime | None:
        """When it was last heard of in good health."""

    def statistics(self) -> dict[str, int]:
        """Its counters."""


class Listeners(Protocol):
    """Who hears of them, on the devices' threads; looked up at each call, so they may be set after the devices."""

    on_status: Callable[[DeviceStatus], None]
    on_scan: Callable[[ScanEvent], None]
    on_scan_refused: "Callable[[RefusedScan], None]"
    on_drawer: Callable[[bool], None]


class CounterDevices:
    """The devices, by name."""

    def __init__(self, listeners: Listeners, language: str) -> None:
        self._listeners = listeners
        self._language = language
        self._devices: dict[str, CounterDevice] = {}
        self.scanners: list[BarcodeScanner] = []
        self.displays: list[LineDisplay] = []
        self.scale: SerialScale | None = None
        self.drawers: dict[str, SerialDrawer] = {}
        """Those on lines of their own, by what they are at the counter: A, or B for the second."""

    def add(self, settings: OtherSettings) -> CounterDevice:
        """Make it and start it.

        Raises ValueError for settings that make no sense, WorldError for a second of its name.
        """
        if settings.name in self._devices:
            raise WorldError(f"There is a device called {settings.name!r} already.")
        device = self._made(settings)
        self._devices[settings.name] = device
        device.start()
        return device

    def remove(self, name: str) -> None:
        """Stop it and forget it; nothing happens when there is none of this name."""
        device = self._devices.pop(name, None)
        if device is None:
            return
        self.scanners = [scanner for scanner in self.scanners if scanner is not device]
        self.displays = [display for display in self.displays if display is not device]
        self.scale = None if self.scale is device else self.scale
        self.drawers = {place: drawer for place, drawer in self.drawers.items() if drawer is not device}
        device.stop()
        self._tell_status(DeviceStatus(name, device.status.kind, DeviceState.ABSENT, "It was taken away."))

    @property
    def drawer(self) -> "SerialDrawer | None":
        """The first drawer, where it has a line of its own."""
        return self.drawers.get(FIRST_DRAWER)

    def find(self, name: str) -> CounterDevice | None:
        """The device of this name."""
        return self._devices.get(name)

    def stop(self) -> None:
        """Stop them all."""
        for device in self._devices.values():
            device.stop()

    def all(self) -> "list[CounterDevice]":
        """Each device, in the order they were added."""
        return list(self._devices.values())

    def statuses(self) -> list[DeviceStatus]:
        """How each is, in the order they were added."""
        return [device.status for device in self._devices.values()]

    @property
    def simulated_scanner(self) -> "SimulatedScanner | None":
        """The scanner that codes can be injected into."""
        from hardware.barcode_scanner.simulator import SimulatedScanner

        return next((scanner for scanner in self.scanners if isinstance(scanner, SimulatedScanner)), None)

    # --- making ------------------------------------------------------------------------------------------------------

    def _made(self, settings: OtherSettings) -> CounterDevice:
        match settings:
            case ScannerSettings():
                return self._scanner(settings)
            case LineDisplaySettings():
                return self._display(settings)
            case ScaleSettings():
                return self._scale(settings)
            case DrawerSettings():
                return self._drawer(settings)

    def _scanner(self, settings: ScannerSettings) -> CounterDevice:
        from hardware.barcode_scanner.evdev_scanner import EvdevScanner
        from hardware.barcode_scanner.serial_scanner import SerialScanner
        from hardware.barcode_scanner.simulator import SimulatedScanner

        makers: dict[str, type[EvdevScanner | SerialScanner | SimulatedScanner]] = {
            SERIAL: SerialScanner,
            EVDEV: EvdevScanner,
            SIMULATED_SCANNER: SimulatedScanner,
        }
        maker = makers.get(settings.driver)
        if maker is None:
            raise ValueError(f"unknown scanner driver {settings.driver!r}: {', '.join(makers)}")
        scanner = maker(settings, self._tell_scan, self._tell_refusal, self._tell_status)
        self.scanners.append(scanner)
        return scanner

    def _display(self, settings: LineDisplaySettings) -> CounterDevice:
        from hardware.line_display.display import LineDisplay

        display = LineDisplay(settings, receipt_texts(self._language), self._tell_status)
        self.displays.append(display)
        return display

    def _scale(self, settings: ScaleSettings) -> CounterDevice:
        from hardware.scale.scale import SerialScale

        self.scale = SerialScale(settings, self._tell_status)
        return self.scale

    def _drawer(self, settings: DrawerSettings) -> CounterDevice:
        from hardware.cash_drawer.serial_drawer import SerialDrawer

        if settings.drawer in self.drawers:
            raise WorldError(f"There is a drawer {settings.drawer} already: {self.drawers[settings.drawer].name}.")
        drawer = SerialDrawer(settings, self._tell_status)
        drawer.on_position = lambda is_open: self._listeners.on_drawer(is_open)
        self.drawers[settings.drawer] = drawer
        return drawer

    def _tell_status(self, status: DeviceStatus) -> None:
        self._listeners.on_status(status)

    def _tell_scan(self, event: ScanEvent) -> None:
        self._listeners.on_scan(event)

    def _tell_refusal(self, refused: "RefusedScan") -> None:
        self._listeners.on_scan_refused(refused)
