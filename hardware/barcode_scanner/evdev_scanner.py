"""A keyboard scanner taken away from the keyboard: Linux gives its keys to us alone, so it can type nowhere.

Needs read access to /dev/input/event* (group input, or the udev rule of the package). Uses the kernel's interface by
itself: the package evdev needs a compiler on every machine it is installed on.
"""

import os
import select
from dataclasses import dataclass
from pathlib import Path

from hardware.barcode_scanner.key_events import KeyDecoder
from hardware.barcode_scanner.scanner import BarcodeScanner, RefusalListener, ScanListener
from hardware.barcode_scanner.settings import ScannerSettings
from hardware.base import StatusListener
from hardware.device_thread import DeviceThread
from pos_app.ports import DeviceState

_GRAB = 0x40044590
"""EVIOCGRAB: _IOW('E', 0x90, int)"""
_RETRY_S = 1.0
_READ_S = 0.1
_SILENCE_READS = 5
_SYSFS = Path("/sys/class/input")


@dataclass(frozen=True, slots=True)
class InputDevice:
    """An input device that is there now."""

    path: str
    name: str
    vendor_id: int
    product_id: int

    @property
    def address(self) -> str:
        """The address that finds it again."""
        return f"usb:{self.vendor_id:04x}:{self.product_id:04x}"


def input_devices(sysfs: Path = _SYSFS) -> list[InputDevice]:
    """The input devices of this machine, in the order of their numbers; none on other systems than Linux."""
    found = []
    for event in sorted(sysfs.glob("event*"), key=lambda path: int(path.name[5:])):
        device = event / "device"
        try:
            name = (device / "name").read_text().strip()
            vendor, product = ((device / "id" / key).read_text() for key in ("vendor", "product"))
        except OSError:  # unplugged while we looked
            continue
        found.append(InputDevice(f"/dev/input/{event.name}", name, int(vendor, 16), int(product, 16)))
    return found


class EvdevScanner(BarcodeScanner):
    """Reads the keys of one input device and keeps them from everybody else."""

    def __init__(
        self,
        settings: ScannerSettings,
        on_scan: ScanListener,
        on_refused: RefusalListener,
        on_status: StatusListener | None = None,
    ) -> None:
        super().__init__(settings, on_scan, on_refused, on_status)
        self._address = settings.address
        self._descriptor = -1
        self._decoder = KeyDecoder()
        self._silent_reads = 0
        self._thread = DeviceThread(f"device: {settings.name}", self._when_idle)

    def start(self) -> None:
        """Take the device and read, on a thread of its own."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Give the device back to the keyboard."""
        stopped = self._thread.stop(timeout_s)
        self._close()
        return stopped

    def _when_idle(self) -> float:
        try:
            if self._descriptor < 0:
                self._open()
            data = b""
            if select.select([self._descriptor], [], [], _READ_S)[0]:
                data = os.read(self._descriptor, 4096)
        except OSError as error:
            self._lost(error)
            return _RETRY_S
        if data:
            self._silent_reads = 0
            self._received(self._decoder.feed(data))
        elif self._assembler.is_waiting:
            self._silent_reads += 1
            if self._silent_reads >= _SILENCE_READS:
                self._went_silent()
        return 0.0

    def _open(self) -> None:
        import fcntl  # not on Windows, where there are no such devices

        path = self._path()
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            fcntl.ioctl(descriptor, _GRAB, 1)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor, self._decoder = descriptor, KeyDecoder()
        self.report(DeviceState.READY, f"on {path}, kept from the keyboard")

    def _path(self) -> str:
        if self._address.startswith("/"):
            return self._address
        for device in input_devices():
            if self._address in (device.address, device.path) or (
                self._address and not self._address.startswith("usb:") and self._address.lower() in device.name.lower()
            ):
                return device.path
        raise FileNotFoundError(2, f"no input device is called {self._address}")

    def _lost(self, error: OSError) -> None:
        if self._descriptor >= 0:
            self.count("CommunicationErrorCount")
        self._close()
        self._went_silent()
        advice = {
            PermissionError: "The scanner's keys may not be read: let the till's user into the group input.",
            FileNotFoundError: f"The scanner {self._address} is not plugged in.",
        }.get(type(error), f"The scanner {self._address} cannot be had: {error.strerror}.")
        self.report(DeviceState.OFFLINE, advice)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
