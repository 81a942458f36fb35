"""A receipt printer without the machine: obeys ESC/POS over TCP, keeps the paper, and fails as printers do."""

import logging
import re
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from hardware.receipt_printer.escpos_interpreter import EscposInterpreter, Incomplete, UnknownCommandError
from hardware.receipt_printer.paper import Paper, PaperCut, PaperText, Run
from hardware.receipt_printer.picture_memory import CAPACITY_BYTES, PictureMemory

logger = logging.getLogger(__name__)

_REAL_TIME = re.compile(
    rb"\x10\x04[\x01-\x04]|\x10\x05[\x01\x02]|\x10\x14\x01[\x00\x01][\x01-\x08]|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    re.DOTALL,
)
_REAL_TIME_BEGINNING = re.compile(
    rb"\x10(?:[\x04\x05]|\x14(?:\x01[\x00\x01]?|\x08[\x01\x03\x14\x06\x02]{0,5})?)?\Z", re.DOTALL
)
_MOST_RECEIPTS_KEPT = 100
_POLL_S = 0.05
# No bytes of it can be read as an answer: a serial line with a bad contact.
_NOISE = b"\x91\xff\x13\x80\xfe\x11"


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the simulated printer. All off: it works.

    mute answers nothing; no_process_ids is a printer without GS ( H, no_buffered_status one without GS r,
    no_automatic_status one without ASB, nameless one without GS I, no_graphics one that keeps no pictures (GS ( L),
    memory_full one whose memory for pictures has no room; garbage puts noise before each answer; hang reads
    nothing; drawer_stuck stays shut at each pulse, drawer_unwired has no wire at pin 3; slow_bytes_per_s and
    reset_after_bytes are off at 0; paper_lines is how many lines are left on the roll, -1 without end.
    """

    paper_out: bool = False
    paper_near_end: bool = False
    cover_open: bool = False
    offline: bool = False
    cutter_jam: bool = False
    unrecoverable: bool = False
    overheated: bool = False
    mute: bool = False
    no_process_ids: bool = False
    no_buffered_status: bool = False
    no_automatic_status: bool = False
    nameless: bool = False
    no_graphics: bool = False
    memory_full: bool = False
    garbage: bool = False
    hang: bool = False
    drawer_stuck: bool = False
    drawer_unwired: bool = False
    slow_bytes_per_s: int = 0
    reset_after_bytes: int = 0
    paper_lines: int = -1


class SimulatedPrinter:
    """The printer itself, without a wire: bytes in, replies and paper out. Thread-safe."""

    def __init__(self, columns: int = 42, on_change: Callable[[], None] | None = None) -> None:
        self._lock = threading.RLock()
        self._interpreter = EscposInterpreter(columns, self._answer, self._pulsed, self._tell_status)
        self._faults = Faults()
        self._cutter_stopped = False
        self._buffer = b""
        self._tail = b""
        self._send: Callable[[bytes], object] | None = None
        self.on_change = on_change
        self.drawer_pulses = 0
        self.pulses_on_pin: dict[int, int] = {}
        self.drawer_is_open = False
        self.lines_printed = 0
        self.receipts_cut = 0
        self.refusals: list[str] = []

    @property
    def faults(self) -> Faults:
        """The switches as they stand."""
        with self._lock:
            return self._faults

    def set_faults(self, **switches: bool | int) -> None:
        """Turn fault switches: set_faults(paper_out=True). What waited for a repair goes on by itself."""
        with self._lock:
            before = self._status_bytes()
            self._faults = replace(self._faults, **switches)  # type: ignore[arg-type]
            self._interpreter.pictures.capacity_bytes = 0 if self._faults.memory_full else CAPACITY_BYTES
            if "paper_out" in switches and not self._faults.paper_out and self._faults.paper_lines == 0:
                self._faults = replace(self._faults, paper_lines=-1)
            if not self._faults.cutter_jam:
                self._cutter_stopped = False
            self._status_changed(before)
            self._work()
        self._changed()

    def move_drawer(self, is_open: bool) -> None:
        """Push the drawer shut, or pull it open with its key."""
        with self._lock:
            before = self._status_bytes()
            self.drawer_is_open = is_open
            self._status_changed(before)
        self._changed()

    def clear_cutter(self) -> None:
        """Somebody took the paper out of the cutter: the printer still waits to be told how to go on (DLE ENQ)."""
        with self._lock:
            self._faults = replace(self._faults, cutter_jam=False)

    def repair(self) -> None:
        """Turn all faults off."""
        self.set_faults(**{name: getattr(Faults(), name) for name in Faults.__slots__})

    def attach(self, send: Callable[[bytes], object] | None) -> None:
        """Where replies go: the connection that is open, or None."""
        with self._lock:
            self._send = send

    def feed(self, data: bytes) -> None:
        """Receive bytes. Real-time commands are obeyed at once, also between other data and while nothing prints."""
        with self._lock:
            data, self._tail = self._tail + data, b""
            beginning = _REAL_TIME_BEGINNING.search(data)
            if beginning:
                data, self._tail = data[: beginning.start()], beginning.group()
            position = 0
            for found in _REAL_TIME.finditer(data):
                self._buffer += data[position : found.start()]
                self._work()
                self._real_time(found.group())
                position = found.end()
            self._buffer += data[position:]
            self._work()
        self._changed()

    def paper(self) -> Paper:
        """A copy of everything printed and not torn off."""
        with self._lock:
            return Paper(self._interpreter.paper.columns, list(self._interpreter.paper.items))

    def receipts(self) -> list[Paper]:
        """The cut pieces, oldest first; at most the last hundred are kept. receipts_cut counts them all."""
        return [piece for piece in self.paper().receipts() if isinstance(piece.items[-1], PaperCut)]

    @property
    def pictures_written(self) -> int:
        """How often its memory for pictures was written."""
        with self._lock:
            return self._interpreter.pictures.writes

    def forget_pictures(self) -> None:
        """As after an exchange of its board: nothing is in its memory for pictures."""
        with self._lock:
            self._interpreter.pictures = PictureMemory(self._answer)

    def tear_off(self) -> None:
        """Throw the paper away."""
        with self._lock:
            self._interpreter.paper.items.clear()
        self._changed()

    def _changed(self) -> None:
        if self.on_change is None:
            return
        try:
            self.on_change()
        except Exception:  # a listener's bug does not stop the printer
            logger.exception("listener to the simulated printer's paper")

    def _is_ready(self) -> bool:
        faults = self._faults
        stopped = faults.cover_open or faults.offline or faults.overheated or faults.unrecoverable
        return not (stopped or self._paper_is_out() or self._cutter_stopped)

    def _paper_is_out(self) -> bool:
        return self._faults.paper_out or self._faults.paper_lines == 0

    def _work(self) -> None:
        """Execute what is buffered, as far as it is complete and the printer can print."""
        interpreter = self._interpreter
        while self._buffer:
            if not self._is_ready():
                return
            if interpreter.cuts(self._buffer) and self._faults.cutter_jam:
                before = self._status_bytes()
                self._cutter_stopped = True
                self._status_changed(before)
                return
            items = len(interpreter.paper.items)
            interpreter.paper_status = self._buffered_paper_status()
            interpreter.drawer_status = int(self._drawer_level())
            moves_paper = interpreter.prints(self._buffer)
            try:
                self._buffer = self._buffer[interpreter.take(self._buffer) :]
            except Incomplete:
                return
            except UnknownCommandError as error:
                self._refuse(str(error))
                return
            if moves_paper:
                self._moved(len(interpreter.paper.items) - items)

    def _moved(self, lines: int) -> None:
        self.lines_printed += lines
        if self._faults.paper_lines > 0:
            before = self._status_bytes()
            self._faults = replace(self._faults, paper_lines=max(0, self._faults.paper_lines - lines))
            self._status_changed(before)
        items = self._interpreter.paper.items
        cuts = [index for index, item in enumerate(items) if isinstance(item, PaperCut)]
        self.receipts_cut += isinstance(items[-1], PaperCut)
        if len(cuts) > _MOST_RECEIPTS_KEPT:
            del items[: cuts[0] + 1]

    def _refuse(self, reason: str) -> None:
        """Say loudly what no printer understands: on the paper, in the log, in refusals."""
        shown = f"{reason}, in {self._buffer[:12].hex(' ')}"
        self.refusals.append(shown)
        logger.error("the simulated printer received %s", shown)
        self._interpreter.paper.items.append(PaperText((Run(f"## REFUSED: {reason}", bold=True),)))
        self._buffer = b""

    def _pulsed(self, pin: int, on_ms: int) -> None:
        self.drawer_pulses += 1
        self.pulses_on_pin[pin] = self.pulses_on_pin.get(pin, 0) + 1
        if not self._faults.drawer_stuck:
            before = self._status_bytes()
            self.drawer_is_open = True
            self._status_changed(before)
        logger.info("drawer pulse on pin %d for %d ms", pin, on_ms)

    def _real_time(self, command: bytes) -> None:
        if command[1] == 0x04:
            self._reply(bytes((self._status_bytes()[command[2] - 1],)))
        elif command[1] == 0x05 or command[2] == 8:
            before = self._status_bytes()
            if command[1:] != b"\x05\x01":
                self._buffer = b""
            self._cutter_stopped = False
            self._status_changed(before)
            if command[1] == 0x14:
                self._reply(b"\x37\x25\x00")
        else:
            self._pulsed(2 if command[3] == 0 else 5, command[4] * 100)

    def _status_bytes(self) -> tuple[int, int, int, int]:
        """The answers to DLE EOT 1 to 4."""
        faults = self._faults
        printer = 0x12 | (0 if self._is_ready() else 0x08) | self._drawer_level() * 0x04
        cause = (
            0x12
            | faults.cover_open * 0x04
            | self._paper_is_out() * 0x20
            | (self._cutter_stopped or faults.overheated or faults.unrecoverable) * 0x40
        )
        error = 0x12 | self._cutter_stopped * 0x08 | faults.unrecoverable * 0x20 | faults.overheated * 0x40
        paper = 0x12 | (faults.paper_near_end or self._paper_is_out()) * 0x0C | self._paper_is_out() * 0x60
        return printer, cause, error, paper

    def _drawer_level(self) -> bool:
        """Pin 3 of the drawer's connector: high while this drawer is open."""
        return self.drawer_is_open and not self._faults.drawer_unwired

    def _buffered_paper_status(self) -> int:
        return (self._faults.paper_near_end or self._paper_is_out()) * 0x03 | self._paper_is_out() * 0x0C

    def _status_changed(self, before: tuple[int, int, int, int]) -> None:
        if self._interpreter.automatic_status and self._status_bytes() != before:
            self._tell_status()

    def _tell_status(self) -> None:
        """ASB: four bytes."""
        faults = self._faults
        first = 0x10 | (0 if self._is_ready() else 0x08) | faults.cover_open * 0x20 | self._drawer_level() * 0x04
        second = self._cutter_stopped * 0x08 | faults.unrecoverable * 0x20 | faults.overheated * 0x40
        if not faults.no_automatic_status:
            self._reply(bytes((first, second, self._buffered_paper_status(), 0)))

    def _answer(self, data: bytes) -> None:
        """The answer to a buffered command, where this printer has that command."""
        faults = self._faults
        missing = {0x37: faults.no_process_ids, 0x5F: faults.nameless}.get(data[0], faults.no_buffered_status)
        if data[:2] in (b"\x37\x30", b"\x37\x31", b"\x37\x72"):
            missing = faults.no_graphics
        if not missing:
            self._reply(data)

    def _reply(self, data: bytes) -> None:
        if self._send is not None and not self._faults.mute:
            self._send(_NOISE + data if self._faults.garbage else data)


class PrinterServer:
    """A simulated printer on a TCP port, one connection at a time like the real ones. port 0 takes a free one."""

    def __init__(self, printer: SimulatedPrinter, host: str = "127.0.0.1", port: int = 0) -> None:
        self.printer = printer
        self._stopping = threading.Event()
        self._listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=5
        )
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.settimeout(_POLL_S)
        self._bound = self._listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve, name="simulated printer", daemon=True)

    @property
    def address(self) -> str:
        """host:port, as the transports take it."""
        host, port = self._bound
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def start(self) -> None:
        """Take connections."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and the connection that is open."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:  # the listener has been closed
                return
            with connection:
                self._converse(connection)
            self.printer.attach(None)

    def _converse(self, connection: socket.socket) -> None:
        connection.settimeout(_POLL_S)
        self.printer.attach(lambda data: _send(connection, data))
        received = 0
        while not self._stopping.is_set():
            faults = self.printer.faults
            if faults.hang:
                self._stopping.wait(_POLL_S)
                continue
            room = max(1, int(faults.slow_bytes_per_s * _POLL_S)) if faults.slow_bytes_per_s else 4096
            if faults.reset_after_bytes:
                room = max(1, min(room, faults.reset_after_bytes - received))
            try:
                data = connection.recv(room)
            except TimeoutError:
                continue
            except OSError:  # the till has gone
                return
            if not data:
                return
            received += len(data)
            self.printer.feed(data)
            if faults.reset_after_bytes and received >= faults.reset_after_bytes:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if faults.slow_bytes_per_s:
                self._stopping.wait(len(data) / faults.slow_bytes_per_s)


def _send(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:  # nobody reads the answer any more: a printer does not mind
        logger.debug("the simulated printer's answer was not read")
