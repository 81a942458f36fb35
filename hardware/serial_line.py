"""A serial line to a device: a port by its name or by who is plugged in there, or a serial server on the network.

Addresses: /dev/ttyUSB0 or COM3, with @baud or @baud-7E1 where the device is set so; usb:VVVV:PPPP or
usb:VVVV:PPPP:SERIAL, whatever port it comes up on; tcp://host:port for serial servers and simulators.
"""

import errno
import os
import re
import socket
from dataclasses import dataclass
from typing import Any

from hardware.receipt_printer.transports import Fault, TransportError

DEFAULT_BAUD = 9600
WRITE_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 3.0
_SEVEN = 7
_MODE = re.compile(r"(?P<baud>\d+)?(?:-?(?P<bits>[78])(?P<parity>[NEO])(?P<stops>[12]))?", re.IGNORECASE)
_USB = re.compile(r"usb:(?P<vendor>[0-9a-f]{4}):(?P<product>[0-9a-f]{4})(?::(?P<serial>.+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LineMode:
    """Speed and frame of a serial line; a USB port that only looks like one ignores them.

    Seven bits with parity travel as eight bits without, the parity being the eighth: not every adapter can do the
    former, and both are the same on the wire.
    """

    baud: int = DEFAULT_BAUD
    bits: int = 8
    parity: str = "N"
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class PortIdentity:
    """A serial port that is there now, and who is plugged in: the USB ids and serial number, or empty."""

    port: str
    vendor_id: int | None = None
    product_id: int | None = None
    serial_number: str = ""
    description: str = ""

    @property
    def address(self) -> str:
        """The address that finds this device again on any port; the port itself where it has no identity."""
        if self.vendor_id is None or self.product_id is None:
            return self.port
        serial_number = f":{self.serial_number}" if self.serial_number else ""
        return f"usb:{self.vendor_id:04x}:{self.product_id:04x}{serial_number}"


def ports_present() -> list[PortIdentity]:
    """Every serial port of this machine now. Reads the system's device tree: not on the GUI thread."""
    from serial.tools import list_ports

    return [
        PortIdentity(port.device, port.vid, port.pid, port.serial_number or "", port.description or "")
        for port in list_ports.comports()
    ]


def split_address(address: str, default: LineMode | None = None) -> tuple[str, LineMode]:
    """Place and mode of an address. Raises ValueError for a mode that is none, or an empty address."""
    mode = default or LineMode()
    place, _, wanted = address.strip().partition("@")
    found = _MODE.fullmatch(wanted)
    if not place or found is None:
        raise ValueError(f"not a serial line: {address!r}; write /dev/ttyUSB0, COM3, usb:vvvv:pppp or tcp://host:port")
    if found["baud"]:
        mode = LineMode(int(found["baud"]), mode.bits, mode.parity, mode.stop_bits)
    if found["bits"]:
        mode = LineMode(mode.baud, int(found["bits"]), found["parity"].upper(), int(found["stops"]))
    return place, mode


class SerialLine:
    """One line, opened and closed by its device's thread only. Errors are TransportErrors with a sentence."""

    def __init__(self, address: str, default: LineMode | None = None) -> None:
        """Raises ValueError for a malformed address."""
        self.address = address
        self._place, self.mode = split_address(address, default)
        self._serial: Any = None
        self._socket: socket.socket | None = None
        self.port = ""

    @property
    def is_open(self) -> bool:
        """True between open and close."""
        return self._serial is not None or self._socket is not None

    def open(self) -> None:
        """Open and claim the line. Raises TransportError."""
        if self._place.startswith("tcp://"):
            self._connect()
        else:
            self.port = self._find_port()
            self._claim()

    def read(self, timeout_s: float) -> bytes:
        """What arrived, or nothing after the time-out. Raises TransportError when the device is gone."""
        if self._socket is not None:
            return self._receive(self._socket, timeout_s)
        try:
            if self._serial.timeout != timeout_s:
                self._serial.timeout = timeout_s
            first: bytes = self._serial.read(1)
            data = first + self._serial.read(self._serial.in_waiting) if first else b""
        except _port_errors() as error:
            raise self._error(Fault.LOST, f"went away: {_cause(error)}") from None
        return bytes(byte & 0x7F for byte in data) if self.mode.bits == _SEVEN else data

    def write(self, data: bytes) -> None:
        """Send all of it within two seconds. Raises TransportError."""
        if self._socket is not None:
            self._send(self._socket, data)
            return
        import serial

        try:
            self._serial.write(_with_parity(data, self.mode) if self.mode.bits == _SEVEN else data)
        except serial.SerialTimeoutException:
            raise self._stalled() from None
        except _port_errors() as error:
            raise self._error(Fault.LOST, f"went away: {_cause(error)}") from None

    def control_lines(self) -> tuple[bool, bool]:
        """Whether CTS and DSR are on; both off on a line that has no such wires. Raises TransportError."""
        if self._serial is None:
            return False, False
        try:
            return bool(self._serial.cts), bool(self._serial.dsr)
        except OSError as error:
            if error.errno in (errno.ENOTTY, errno.EINVAL):  # a line without such wires
                return False, False
            raise self._error(Fault.LOST, f"went away: {_cause(error)}") from None

    def close(self) -> None:
        """Let go of the line; never raises."""
        port, self._serial = self._serial, None
        connection, self._socket = self._socket, None
        for opened in (port, connection):
            if opened is not None:
                opened.close()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _stalled(self) -> TransportError:
        """What was not taken is thrown away, or closing would wait for it."""
        try:
            self._serial.reset_output_buffer()
        except _port_errors() as error:
            return self._error(Fault.LOST, f"went away: {_cause(error)}")
        return self._error(Fault.STALLED, "takes no data: is the device switched on?")

    def _find_port(self) -> str:
        wanted = _USB.fullmatch(self._place)
        if wanted is None:
            return self._place
        vendor, product = int(wanted["vendor"], 16), int(wanted["product"], 16)
        for port in ports_present():
            same_kind = (port.vendor_id, port.product_id) == (vendor, product)
            if same_kind and wanted["serial"] in (None, port.serial_number):
                return port.port
        self.port = self._place
        raise self._error(Fault.OFF, "is not plugged in")

    def _claim(self) -> None:
        import serial

        mode = self.mode
        try:
            self._serial = serial.Serial(
                self.port,
                mode.baud,
                parity="N" if mode.bits == _SEVEN else mode.parity,
                stopbits=mode.stop_bits,
                timeout=0.1,
                write_timeout=WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except _port_errors() as error:
            if _number(error) in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES) or "lock" in str(error):
                permitted = "you may not use it" if _number(error) == errno.EACCES else "another program uses it"
                raise self._error(Fault.BUSY, f"cannot be had: {permitted}") from None
            raise self._error(Fault.OFF, f"cannot be opened: {_cause(error)}") from None

    def _connect(self) -> None:
        self.port = self._place
        host, _, port = self._place.removeprefix("tcp://").rpartition(":")
        if not host or not port.isdigit():
            raise self._error(Fault.OFF, "is no address: write tcp://host:port")
        try:
            self._socket = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_TIMEOUT_S)
        except OSError as error:
            raise self._error(Fault.OFF, f"cannot be reached: {_cause(error)}") from None

    def _receive(self, connection: socket.socket, timeout_s: float) -> bytes:
        connection.settimeout(max(timeout_s, 0.001))
        try:
            data = connection.recv(4096)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._error(Fault.LOST, f"broke: {_cause(error)}") from None
        if not data:
            raise self._error(Fault.LOST, "was closed by the device")
        return data

    def _send(self, connection: socket.socket, data: bytes) -> None:
        connection.settimeout(WRITE_TIMEOUT_S)
        try:
            connection.sendall(data)
        except TimeoutError:
            raise self._error(Fault.STALLED, "takes no data: is the device switched on?") from None
        except OSError as error:
            raise self._error(Fault.LOST, f"broke: {_cause(error)}") from None

    def _error(self, fault: Fault, cause: str) -> TransportError:
        place = self._place if self.port in ("", self._place) else f"{self._place} ({self.port})"
        return TransportError(fault, f"The line {place} {cause}.")


def _with_parity(data: bytes, mode: LineMode) -> bytes:
    odd = {"E": 0, "O": 1}.get(mode.parity)
    if odd is None:
        return data
    return bytes(byte | ((byte.bit_count() + odd) % 2) << _SEVEN for byte in data)


def _port_errors() -> tuple[type[Exception], ...]:
    """What pyserial raises for a port that is gone; termios.error is no OSError and slips through it."""
    import serial

    try:
        import termios
    except ImportError:  # Windows
        return serial.SerialException, OSError
    return serial.SerialException, OSError, termios.error


def _number(error: Exception) -> int | None:
    number = error.args[0] if error.args else None
    return number if isinstance(number, int) else getattr(error, "errno", None)


def _cause(error: Exception) -> str:
    number = _number(error)
    return os.strerror(number) if number else str(error)
