"""How one scanner is reached and what it sends around a code."""

from dataclasses import dataclass

SERIAL, EVDEV, SIMULATOR = "serial", "evdev", "simulator"
DRIVERS = (SERIAL, EVDEV, SIMULATOR)


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """One scanner that is not a keyboard wedge.

    driver is one of DRIVERS. address is a serial line (hardware/serial_line.py) for serial; for evdev it is
    /dev/input/event5, usb:VVVV:PPPP, or a part of the device's name. prefix and suffix are what the scanner is set to
    send around each code, besides its end mark (CR, LF or Tab); they are taken off, and a code without its prefix is
    a partial one.
    """

    name: str = "scanner"
    driver: str = SIMULATOR
    address: str = ""
    prefix: str = ""
    suffix: str = ""
