"""What stands around a counter: plugged in, and, where somebody asks for it, on the network. Not for the GUI thread.

Nothing is sent into a network by itself. Epson printers answer a broadcast (ENPC), others announce themselves (mDNS);
every other network printer is found by a connection to port 9100 and asked who it is (GS I).
"""

import errno
import ipaddress
import logging
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from threading import Event
from typing import Any

from hardware.address_check import ProbeWire
from hardware.mdns import announced_printers
from hardware.receipt_printer.health import identity_words
from hardware.receipt_printer.session import Patience, PrinterSession
from hardware.receipt_printer.transports import DEFAULT_TCP_PORT, TransportError, split_host_port
from hardware.serial_line import PortIdentity, ports_present
from pos_app.errors import WorldError
from pos_app.ports.maintenance import FoundDevice

logger = logging.getLogger(__name__)

FoundListener = Callable[[FoundDevice], None]

MOST_ADDRESSES = 1024
_CONNECT_S = 1.2
_ANSWER_S = 0.5
_AT_ONCE = 128
_ASKED_AT_ONCE = 16
_PRINTER_CLASS = 7
_ENPC_PORT = 3289
_ENPC_QUESTION = b"EPSONQ\x03\x00\x00\x00\x10\x00\x00\x00"
_ENPC_ANSWER = b"EPSONq"
_ENPC_WAIT_S = 1.0


def attached(usb_backend: Any = None) -> list[FoundDevice]:
    """Serial ports and USB printers of this machine, with who they say they are."""
    return [_of_port(port) for port in ports_present()] + usb_printers(usb_backend)


def _of_port(port: PortIdentity) -> FoundDevice:
    """A port may have anything on it: the technician says what."""
    known = port.description if port.description not in ("", "n/a") else "Serial port"
    return FoundDevice("serial_port", "serial", port.address, known, port.port)


def usb_printers(backend: Any = None) -> list[FoundDevice]:
    """Devices of the printer class on USB; none where libusb is not installed."""
    import usb.core

    try:
        devices = list(usb.core.find(find_all=True, backend=backend))
    except (usb.core.NoBackendError, usb.core.USBError) as error:
        logger.info("USB is not looked at: %s", error)
        return []
    return [_of_usb(device) for device in devices if _is_printer(device)]


def _is_printer(device: Any) -> bool:
    return any(interface.bInterfaceClass == _PRINTER_CLASS for configuration in device for interface in configuration)


def _of_usb(device: Any) -> FoundDevice:
    address = f"{device.idVendor:04x}:{device.idProduct:04x}"
    maker, product, serial_number = (_usb_text(device, name) for name in ("manufacturer", "product", "serial_number"))
    if serial_number:
        address += f":{serial_number}"
    title = f"{maker} {product}".strip() or "USB printer"
    detail = f"serial number {serial_number}" if serial_number else "does not say its serial number"
    return FoundDevice("receipt_printer", "usb", address, title, detail)


def _usb_text(device: Any, name: str) -> str:
    """A device's own words; it may not be permitted to be asked for them."""
    import usb.core

    try:
        text = getattr(device, name)
    except (usb.core.USBError, ValueError, NotImplementedError):
        return ""
    return "".join(character for character in text or "" if character.isprintable()).strip()


def on_network(hosts: str, found: FoundListener, cancelled: Event, port: int = DEFAULT_TCP_PORT) -> int:
    """Tell of every printer among hosts as it is met; how many addresses were tried.

    hosts is an address, a network such as 192.168.1.0/24, or empty for this machine's own. Raises WorldError for a
    network that is none, too large, or not private.
    """
    if not hosts:
        for device in chain(announced_printers(cancelled), epson_printers(cancelled)):
            found(device)
    addresses = addresses_of(hosts)
    tried = 0
    for start in range(0, len(addresses), _AT_ONCE):
        if cancelled.is_set():
            break
        some = addresses[start : start + _AT_ONCE]
        tried += len(some)
        listening = _that_listen(some, port, cancelled)
        with ThreadPoolExecutor(_ASKED_AT_ONCE, "discovery") as pool:
            for device in pool.map(lambda address: who_is(address, port), listening):
                if not cancelled.is_set():
                    found(device)
    return tried


def addresses_of(hosts: str) -> list[str]:
    """The addresses meant. Raises WorldError."""
    text = hosts.strip() or str(own_network())
    if "/" not in text:
        return [split_host_port(text)[0]]
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise WorldError(f"{text} is no network; write it as 192.168.1.0/24.") from None
    if not network.is_private:
        raise WorldError(f"{text} is not a private network: only a store's own network is searched.")
    if network.num_addresses > MOST_ADDRESSES:
        raise WorldError(
            f"{text} has {network.num_addresses} addresses; at most {MOST_ADDRESSES} are searched at once."
        )
    return [str(host) for host in network.hosts()]


def own_network() -> ipaddress.IPv4Network:
    """The 256 addresses around this machine's own. Raises WorldError where there is no network."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # chooses the way out, sends nothing
        except OSError as error:
            raise WorldError(f"This till is on no network: {error.strerror or error}.") from None
        own = asking.getsockname()[0]
    return ipaddress.ip_network(f"{own}/24", strict=False)  # type: ignore[return-value]


def who_is(host: str, port: int = DEFAULT_TCP_PORT) -> FoundDevice:
    """Something that takes connections: asked how it is, and only when it answers like a printer, who it is."""
    address = host if port == DEFAULT_TCP_PORT else f"{host}:{port}"
    wire = ProbeWire(f"{host}:{port}", _CONNECT_S)
    title, detail = "Takes print jobs", "does not say what it is"
    try:
        wire.open()
        session = PrinterSession(wire, Patience(answer_s=_ANSWER_S), Event())
        condition = session.condition()
        if condition is not None:
            title = identity_words(session.identity()) or "Receipt printer"
            detail = condition.reason or "ready"
    except TransportError as error:
        detail = str(error)
    finally:
        wire.close()
    return FoundDevice("receipt_printer", "tcp", address, title, detail)


def epson_printers(cancelled: Event, port: int = _ENPC_PORT, to: str = "255.255.255.255") -> Iterator[FoundDevice]:
    """Epson's network printers, which answer a broadcast with their model."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        deadline = time.monotonic() + _ENPC_WAIT_S
        try:
            asking.sendto(_ENPC_QUESTION, (to, port))
        except OSError as error:
            logger.info("no broadcast for Epson printers: %s", error)
            return
        seen: set[str] = set()
        while (left := deadline - time.monotonic()) > 0 and not cancelled.is_set():
            asking.settimeout(min(left, 0.2))
            try:
                answer, (host, _) = asking.recvfrom(2048)
            except TimeoutError:
                continue
            except OSError:  # somebody refused the broadcast; others may still answer
                continue
            if answer.startswith(_ENPC_ANSWER) and host not in seen:
                seen.add(host)
                yield FoundDevice("receipt_printer", "tcp", host, f"Epson {_model_in(answer)}".strip(), "by broadcast")


def _model_in(answer: bytes) -> str:
    """The longest word of letters and digits behind the head of the answer."""
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "\n" for byte in answer[len(_ENPC_ANSWER) :])
    return max((part.strip() for part in text.split("\n") if len(part.strip()) >= 4), key=len, default="")


def _that_listen(hosts: list[str], port: int, cancelled: Event) -> list[str]:
    """Those that take a connection within a second or so, all asked at once."""
    selector = selectors.DefaultSelector()
    listening = []
    try:
        for host in hosts:
            _begin(selector, host, port)
        deadline = time.monotonic() + _CONNECT_S
        while selector.get_map() and (left := deadline - time.monotonic()) > 0 and not cancelled.is_set():
            for key, _ in selector.select(min(left, 0.1)):
                connection: Any = key.fileobj
                selector.unregister(connection)
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    listening.append(key.data)
                connection.close()
    finally:
        for key in list(selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        selector.close()
    return sorted(listening, key=hosts.index)


def _begin(selector: selectors.BaseSelector, host: str, port: int) -> None:
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    error = connection.connect_ex(place)
    if error in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
        selector.register(connection, selectors.EVENT_WRITE, host)
    else:
        connection.close()
