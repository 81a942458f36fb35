"""Does a printer answer at an address? Told within three seconds, with the cause in words. Nothing is printed."""

import queue
import socket
import threading
import time
from threading import Event

from hardware.receipt_printer.health import identity_words
from hardware.receipt_printer.session import Patience, PrinterSession
from hardware.receipt_printer.settings import PrinterSettings
from hardware.receipt_printer.transports import (
    DEFAULT_TCP_PORT,
    Fault,
    Transport,
    TransportError,
    split_host_port,
    transport_for,
)
from pos_app.ports.maintenance import TrialReport, TrialStep

CONNECT_S = 1.9
"""For the name and the connection together; two questions to the printer come on top."""
_ANSWER_S = 0.5


class ProbeWire:
    """A connection to a network printer that is only asked something, with time-outs of its own."""

    reads = True

    def __init__(self, address: str, timeout_s: float = CONNECT_S) -> None:
        """Raises ValueError for a malformed address."""
        self.address = address
        self._host, self._port = split_host_port(address)
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None
        self.bytes_written = 0

    def open(self) -> None:
        """Find the name and connect. Raises TransportError within the time-out."""
        deadline = time.monotonic() + self._timeout_s
        place = f"{self._host}, port {self._port}"
        try:
            found = _resolve(self._host, self._port, self._timeout_s * 0.7)
            self._socket = _connect(found, deadline)
        except TimeoutError:
            cause = f"Nothing answers at {place}. Is it switched on, and on the same network as this till?"
            raise TransportError(Fault.OFF, cause) from None
        except socket.gaierror:
            cause = f"The name {self._host} is not known. Check its spelling, or use the number on its self-test page."
            raise TransportError(Fault.OFF, cause) from None
        except ConnectionRefusedError:
            other = "" if self._port == DEFAULT_TCP_PORT else f" Printers mostly take jobs on {DEFAULT_TCP_PORT}."
            cause = (
                f"{self._host} is there and refuses port {self._port}: no printer, or busy with another till.{other}"
            )
            raise TransportError(Fault.BUSY, cause) from None
        except OSError as error:
            raise TransportError(Fault.OFF, f"{place} cannot be reached: {error.strerror or error}.") from None

    def write(self, data: bytes) -> None:
        """Send a question."""
        try:
            self._wire.settimeout(_ANSWER_S)
            self._wire.sendall(data)
            self.bytes_written += len(data)
        except OSError as error:
            raise self._lost(error) from None

    def complete(self) -> None:
        """Nothing: every byte has left already."""

    def read(self, timeout_s: float) -> bytes:
        """What arrived within the time-out."""
        try:
            self._wire.settimeout(max(timeout_s, 0.001))
            data = self._wire.recv(4096)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._lost(error) from None
        if not data:
            raise self._lost("it was closed")
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def _wire(self) -> socket.socket:
        if self._socket is None:
            raise TransportError(Fault.LOST, f"{self.address} is not connected.")
        return self._socket

    def _lost(self, cause: object) -> TransportError:
        return TransportError(Fault.BUSY, f"{self.address} breaks the connection off ({cause}): busy, or no printer.")


def check_printer(driver: str, address: str) -> TrialReport:
    """Connect, ask how it is and who it is. Never raises for what the world does."""
    try:
        wire = ProbeWire(address) if driver == "tcp" else transport_for(PrinterSettings(driver=driver, address=address))
    except ValueError as error:
        return TrialReport(False, _sentence(str(error)))
    try:
        wire.open()
        return _asked(wire, address)
    except TransportError as error:
        return TrialReport(False, str(error))
    finally:
        wire.close()


def _asked(wire: Transport, address: str) -> TrialReport:
    steps = [TrialStep("Connected", True)]
    if not wire.reads:
        steps.append(TrialStep("Nothing is read back: print a test page and look at it", True))
        return TrialReport(True, f"Something takes print jobs at {address}.", tuple(steps))
    session = PrinterSession(wire, Patience(answer_s=_ANSWER_S), Event())
    condition = session.condition()
    if condition is None:
        steps.append(TrialStep("Asked how it is: no answer", False))
        headline = f"{address} takes the connection and says nothing: busy with another till, or no receipt printer."
        return TrialReport(False, headline, tuple(steps))
    steps.append(TrialStep(condition.reason or "It answers and is ready", condition.can_print))
    who = identity_words(session.identity())
    steps.append(TrialStep(who or "It does not say what it is", True))
    if not condition.can_print:
        return TrialReport(False, f"The printer at {address} answers. {condition.reason}", tuple(steps))
    return TrialReport(True, f"A receipt printer answers at {address}.", tuple(steps))


def _resolve(host: str, port: int, timeout_s: float) -> list[tuple[int, tuple[str, int]]]:
    """Addresses of a name. Asking the network for one may take a minute, so it is not waited for longer than this."""
    answers: queue.SimpleQueue[list[tuple[int, tuple[str, int]]] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(one[0], one[4][:2]) for one in found])  # type: ignore[misc]
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else socket.gaierror(str(error)))

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise socket.gaierror(f"{host} was not found in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _connect(found: list[tuple[int, tuple[str, int]]], deadline: float) -> socket.socket:
    """To the first address that takes the connection, the time shared among them."""
    failure: OSError = TimeoutError()
    for number, (_, place) in enumerate(found):
        share = (deadline - time.monotonic()) / (len(found) - number)
        if share <= 0:
            break
        try:
            return socket.create_connection(place, timeout=share)
        except OSError as error:
            failure = error
    raise failure


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."
