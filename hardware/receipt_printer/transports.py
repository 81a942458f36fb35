"""The wires to a printer: TCP, serial, USB and files. Every call is bounded in time; errors are sentences.

A transport is opened for one job and closed after it. It is used by its device's thread only.
"""

import errno
import ipaddress
import logging
import os
import select
import socket
from enum import StrEnum
from typing import Any, Protocol

from hardware.receipt_printer.settings import PrinterSettings
from pos_app.errors import WorldError

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3.0
WRITE_TIMEOUT_S = 5.0
CHUNK_BYTES = 4096
DEFAULT_TCP_PORT = 9100
DEFAULT_BAUD = 9600
DRIVERS = ("simulator", "tcp", "serial", "usb", "file", "cups")


class Fault(StrEnum):
    """Why a transport failed. Off: nobody there. Busy: others have it. Stalled: takes no more. Lost: went away."""

    OFF = "off"
    BUSY = "busy"
    STALLED = "stalled"
    LOST = "lost"


class TransportError(WorldError):
    """A wire failed; the message names the address and the cause."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class Transport(Protocol):
    """One way to a printer."""

    address: str
    reads: bool
    bytes_written: int

    def open(self) -> None:
        """Connect. Raises TransportError within about three seconds."""

    def write(self, data: bytes) -> None:
        """Hand over all of the data. Raises TransportError; bytes_written then says how far it got."""

    def complete(self) -> None:
        """The whole job has been written. Raises TransportError from a wire that takes jobs only in one piece."""

    def read(self, timeout_s: float) -> bytes:
        """What the printer sent, or nothing after the time-out. Raises TransportError when the wire is gone."""

    def close(self) -> None:
        """Let go of the printer; never raises."""


class TcpTransport:
    """A network printer, over IPv4 or IPv6."""

    reads = True

    def __init__(self, address: str) -> None:
        self.address = address
        self._host, self._port = split_host_port(address)
        self._socket: socket.socket | None = None
        self.bytes_written = 0

    def open(self) -> None:
        """Connect within three seconds."""
        self.bytes_written = 0
        try:
            self._socket = socket.create_connection((self._host, self._port), timeout=CONNECT_TIMEOUT_S)
        except TimeoutError:
            raise self._error(Fault.OFF, "did not answer: is it switched on, is the address right?") from None
        except socket.gaierror:
            raise self._error(Fault.OFF, "is not known to the network: is the name right?") from None
        except ConnectionRefusedError:
            if _is_loopback(self._host):
                raise self._error(Fault.OFF, "refused the connection: nothing listens there") from None
            raise self._error(
                Fault.BUSY, "is there but refused the connection: another till prints on it, or it is starting up"
            ) from None
        except OSError as error:
            raise self._error(Fault.OFF, f"cannot be reached: {error.strerror or error}") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes) -> None:
        """Send all; each piece may take five seconds as long as something moves."""
        connection = self._connection()
        connection.settimeout(WRITE_TIMEOUT_S)
        view = memoryview(data)
        try:
            while view:
                sent = connection.send(view[:CHUNK_BYTES])
                self.bytes_written += sent
                view = view[sent:]
        except TimeoutError:
            raise self._error(Fault.STALLED, "took no more data for 5 seconds") from None
        except OSError as error:
            raise self._error(Fault.LOST, f"broke the connection: {error.strerror or error}") from None

    def complete(self) -> None:
        """Nothing: every byte has left already."""

    def read(self, timeout_s: float) -> bytes:
        """What arrived within the time-out."""
        connection = self._connection()
        connection.settimeout(max(timeout_s, 0.001))
        try:
            data = connection.recv(4096)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._error(Fault.LOST, f"broke the connection: {error.strerror or error}") from None
        if not data:
            raise self._error(Fault.LOST, "closed the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connection(self) -> socket.socket:
        if self._socket is None:
            raise self._error(Fault.LOST, "is not connected")
        return self._socket

    def _error(self, fault: Fault, cause: str) -> TransportError:
        return TransportError(fault, f"The printer at {self._host}, port {self._port}, {cause}.")


class SerialTransport:
    """A printer on a serial port or a USB port that looks like one; address is port or port@baud."""

    reads = True

    def __init__(self, address: str) -> None:
        self.address = address
        self._port, _, baud = address.partition("@")
        self._baud = int(baud) if baud else DEFAULT_BAUD
        self._serial: Any = None
        self._is_stalled = False
        self.bytes_written = 0

    def open(self) -> None:
        """Open and claim the port."""
        import serial

        self.bytes_written = 0
        self._is_stalled = False
        try:
            self._serial = serial.Serial(
                self._port, self._baud, timeout=0.1, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except serial.SerialException as error:
            busy = error.errno in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK) or "lock" in str(error)
            if busy:
                raise self._error(Fault.BUSY, "is in use by another program") from None
            raise self._error(Fault.OFF, f"cannot be opened: {_serial_cause(error)}") from None

    def write(self, data: bytes) -> None:
        """Write in pieces that leave within their time-out at 9600 baud."""
        import serial

        for start in range(0, len(data), 512):
            piece = data[start : start + 512]
            try:
                self._serial.write(piece)
            except serial.SerialTimeoutException:
                self._is_stalled = True
                raise self._error(Fault.STALLED, "took no more data for 5 seconds: is the printer ready?") from None
            except (serial.SerialException, OSError) as error:
                raise self._error(Fault.LOST, f"went away: {_serial_cause(error)}") from None
            self.bytes_written += len(piece)

    def complete(self) -> None:
        """Nothing: every byte has left already."""

    def read(self, timeout_s: float) -> bytes:
        """What arrived within the time-out."""
        import serial

        try:
            self._serial.timeout = timeout_s
            first: bytes = self._serial.read(1)
            return first + self._serial.read(self._serial.in_waiting) if first else b""
        except (serial.SerialException, OSError) as error:
            raise self._error(Fault.LOST, f"went away: {_serial_cause(error)}") from None

    def close(self) -> None:
        """Let go of the port. What a stalled printer did not take is thrown away, or closing would wait for it."""
        port, self._serial = self._serial, None
        if port is None:
            return
        try:
            if self._is_stalled:
                port.reset_output_buffer()
        except Exception as error:  # noqa: BLE001 - termios.error is no OSError; the port is gone, which closing wants
            logger.debug("serial port %s while closing: %s", self._port, error)
        finally:
            port.close()

    def _error(self, fault: Fault, cause: str) -> TransportError:
        return TransportError(fault, f"The serial port {self._port} {cause}.")


class FileTransport:
    """A device file of a printer (/dev/usb/lp0) or an ordinary file, which is appended to. Nothing is read back.

    Two programs of this machine that print on it take turns: the file is locked while it is open.
    """

    reads = False

    def __init__(self, address: str) -> None:
        self.address = address
        self._descriptor = -1
        self.bytes_written = 0

    def open(self) -> None:
        """Open for appending."""
        self.bytes_written = 0
        try:
            self._descriptor = os.open(self.address, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NON_BLOCKING, 0o600)
        except OSError as error:
            fault = Fault.BUSY if error.errno in (errno.EBUSY, errno.EAGAIN) else Fault.OFF
            raise self._error(fault, f"cannot be opened: {error.strerror}") from None
        if not _locked(self._descriptor):
            raise self._error(Fault.BUSY, "is in use by another program")

    def write(self, data: bytes) -> None:
        """Write all, waiting up to five seconds for each piece."""
        view = memoryview(data)
        while view:
            try:
                written = os.write(self._descriptor, view[:CHUNK_BYTES])
            except BlockingIOError:
                if not select.select([], [self._descriptor], [], WRITE_TIMEOUT_S)[1]:
                    raise self._error(Fault.STALLED, "took no more data for 5 seconds") from None
                continue
            except OSError as error:
                raise self._error(Fault.LOST, f"cannot be written: {error.strerror}") from None
            self.bytes_written += written
            view = view[written:]

    def complete(self) -> None:
        """Nothing: every byte has left already."""

    def read(self, timeout_s: float) -> bytes:
        """Nothing: there is no way back."""
        return b""

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _error(self, fault: Fault, cause: str) -> TransportError:
        return TransportError(fault, f"The printer at {self.address} {cause}.")


_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)


def _locked(descriptor: int) -> bool:
    """True when this program now has the file for itself; closing it gives it back."""
    try:
        import fcntl
    except ImportError:  # Windows opens a device for one program at a time by itself
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a device or a network drive that knows no locks
        return True
    return True


def transport_for(settings: PrinterSettings) -> Transport:
    """The transport of a printer's settings. Raises ValueError for an unknown driver or a malformed address."""
    match settings.driver:
        case "tcp" | "simulator":
            return TcpTransport(settings.address)
        case "serial":
            return SerialTransport(settings.address)
        case "usb":
            from hardware.receipt_printer.usb_transport import UsbTransport

            return UsbTransport(settings.address)
        case "file":
            return FileTransport(settings.address)
        case "cups":
            from hardware.receipt_printer.cups_transport import CupsTransport

            return CupsTransport(settings.address)
    raise ValueError(f"unknown printer driver {settings.driver!r}: {', '.join(DRIVERS)}")


def split_host_port(address: str) -> tuple[str, int]:
    """Host and port of host, host:port, [ipv6]:port or a bare IPv6 address. Raises ValueError when it is none."""
    text = address.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") > 1:
        host, port = text, ""
    else:
        host, _, port = text.partition(":")
    if not host or (port and not port.isdigit()) or not 0 < int(port or DEFAULT_TCP_PORT) < 65536:
        raise ValueError(f"not a printer's network address: {address!r}; write host:port, the port is mostly 9100")
    return host, int(port or DEFAULT_TCP_PORT)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serial_cause(error: Exception) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
