"""Every way this program can drive a device: what a technician chooses from. Simulators are drivers like others."""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.ports.maintenance import AddressKind, DriverChoice

RECEIPT_PRINTER, BARCODE_SCANNER, LINE_DISPLAY = "receipt_printer", "barcode_scanner", "line_display"
SCALE, BACKUP_PRINTER, CARD_TERMINAL = "scale", "backup_printer", "payment_terminal"
CASH_DRAWER = "cash_drawer"

_SERIAL_EXAMPLE = "/dev/ttyUSB0@9600 or usb:05e0:1200"

_DRIVERS = (
    DriverChoice(
        RECEIPT_PRINTER, "tcp", "Network printer", AddressKind.NETWORK, "192.168.1.50", "Knows when paper came out"
    ),
    DriverChoice(RECEIPT_PRINTER, "usb", "USB printer", AddressKind.USB, "04b8:0202", "Knows when paper came out"),
    DriverChoice(
        RECEIPT_PRINTER, "serial", "Serial printer", AddressKind.SERIAL, _SERIAL_EXAMPLE, "Knows when paper came out"
    ),
    DriverChoice(
        RECEIPT_PRINTER, "file", "Device file", AddressKind.PATH, "/dev/usb/lp0", "Nothing is read back from it"
    ),
    DriverChoice(
        RECEIPT_PRINTER, "cups", "Print service", AddressKind.QUEUE, "receipts", "Handed over, never confirmed"
    ),
    DriverChoice(RECEIPT_PRINTER, "simulator", "Simulated printer", AddressKind.NONE, "", "For trials"),
    DriverChoice(BARCODE_SCANNER, "serial", "Serial scanner", AddressKind.SERIAL, _SERIAL_EXAMPLE),
    DriverChoice(
        BARCODE_SCANNER,
        "evdev",
        "Keyboard scanner",
        AddressKind.PATH,
        "usb:05e0:1200",
        "Its keys go to the till alone (Linux)",
    ),
    DriverChoice(BARCODE_SCANNER, "simulator", "Simulated scanner", AddressKind.NONE, "", "For trials"),
    DriverChoice(LINE_DISPLAY, "cd5220", "CD5220 display", AddressKind.SERIAL, _SERIAL_EXAMPLE),
    DriverChoice(LINE_DISPLAY, "escpos", "ESC/POS display", AddressKind.SERIAL, _SERIAL_EXAMPLE),
    DriverChoice(SCALE, "nci", "NCI scale", AddressKind.SERIAL, _SERIAL_EXAMPLE),
    DriverChoice(SCALE, "toledo_8217", "Toledo 8217 scale", AddressKind.SERIAL, _SERIAL_EXAMPLE),
    DriverChoice(
        CASH_DRAWER, "serial", "Serial drawer", AddressKind.SERIAL, _SERIAL_EXAMPLE, "In place of the printer's"
    ),
    DriverChoice(CARD_TERMINAL, "adyen_local", "Adyen terminal", AddressKind.NETWORK, "192.168.1.60:8443"),
    DriverChoice(CARD_TERMINAL, "manual", "Not connected", AddressKind.NONE, "", "Amounts by hand"),
    DriverChoice(CARD_TERMINAL, "simulator", "Simulated terminal", AddressKind.NONE, "", "For trials"),
)


def drivers_of(kind: str) -> Sequence[DriverChoice]:
    """The ways to drive a kind of device, best first."""
    if kind == BACKUP_PRINTER:
        return [replace(choice, kind=kind) for choice in drivers_of(RECEIPT_PRINTER) if choice.driver != "simulator"]
    return [choice for choice in _DRIVERS if choice.kind == kind]


def driver(kind: str, name: str) -> DriverChoice:
    """One of them. Raises ValueError for one that is none."""
    found = next((choice for choice in drivers_of(kind) if choice.driver == name), None)
    if found is None:
        known = ", ".join(choice.driver for choice in drivers_of(kind))
        raise ValueError(f"there is no driver {name!r} for {kind}: {known or 'none'}")
    return found
