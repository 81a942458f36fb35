"""A TCP proxy that does to HTTP requests what bad networks do, one fault per request.

Each request is read whole, then forwarded on a connection of its own, so that "the service did it and we never
heard" can be produced exactly. `plan` decides by the request's number; `seeded` makes plans that a seed repeats.
"""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    PASS = "pass"
    REFUSE = "refuse"  # the connection is reset before anything is forwarded
    CUT_REQUEST = "cut_request"  # the service gets a part of the request, then the connection ends
    HALF_CLOSE = "half_close"  # the same, but the service's side stays open for an answer
    DROP_ANSWER = "drop_answer"  # the service did it, the terminal never hears
    CUT_ANSWER = "cut_answer"  # the terminal hears the first bytes
    DUPLICATE = "duplicate"  # delivered twice at once on two connections, one answer comes back
    LATE = "late"  # lost for the terminal, delivered after a few newer requests
    SLOW = "slow"  # a few bytes at a time, both ways
    DELAY = "delay"


@dataclass(frozen=True)
class Fault:
    kind: Kind = Kind.PASS
    bytes: int = 20
    delay_s: float = 0.0


PASS = Fault()
LATE_BY_REQUESTS = 3
Plan = Callable[[int], Fault]


def seeded(seed: int, share: float = 0.5, kinds: tuple[Kind, ...] = tuple(Kind)) -> Plan:
    """Faults for about this share of the requests."""

    def plan(number: int) -> Fault:
        chance = random.Random(f"{seed}-{number}")
        if chance.random() >= share:
            return PASS
        return Fault(chance.choice(kinds), bytes=chance.randrange(0, 400), delay_s=chance.random() * 0.02)

    return plan


class FaultProxy:
    """Listens on `url`; forwards to a port of this machine that may change (a service that was started again)."""

    def __init__(self, upstream_port: int, plan: Plan = lambda number: PASS) -> None:
        self.upstream_port = upstream_port
        self.plan = plan
        self.log: list[Fault] = []
        self._late: list[tuple[int, bytes]] = []
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._spawn(self._accept)

    def close(self) -> None:
        # shutdown wakes accept(), close alone does not
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)

    def drop_connections(self) -> None:
        """Pull the cable: every open connection ends."""
        with self._lock:
            sockets = list(self._sockets)
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def deliver_late(self) -> None:
        """Deliver everything that is still held back."""
        with self._lock:
            late, self._late = self._late, []
        for _, request in late:
            self._ask(request)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _spawn(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._sockets.add(connection)
        try:
            with connection, contextlib.suppress(OSError):
                while (request := read_message(connection)) is not None:
                    if not self._handle(connection, request):
                        return
        finally:
            with self._lock:
                self._sockets.discard(connection)

    def _handle(self, connection: socket.socket, request: bytes) -> bool:
        """Answer one request as its fault wills; False ends the terminal's connection."""
        with self._lock:
            number = len(self.log)
            fault = self.plan(number)
            self.log.append(fault)
            due = [late for at, late in self._late if at <= number]
            self._late = [(at, late) for at, late in self._late if at > number]
        for late in due:
            self._ask(late)
        match fault.kind:
            case Kind.REFUSE:
                return False
            case Kind.CUT_REQUEST | Kind.HALF_CLOSE:
                self._cut_request(request, fault)
                return False
            case Kind.LATE:
                with self._lock:
                    self._late.append((number + LATE_BY_REQUESTS, request))
                return False
            case Kind.DUPLICATE:
                copy = self._spawn(self._ask, request)
                answer = self._ask(request)
                copy.join()
            case Kind.SLOW:
                answer = self._ask(request, pieces=8)
            case _:
                time.sleep(fault.delay_s if fault.kind is Kind.DELAY else 0)
                answer = self._ask(request)
        if answer is None or fault.kind is Kind.DROP_ANSWER:
            return False
        if fault.kind is Kind.CUT_ANSWER:
            connection.sendall(answer[: min(fault.bytes, len(answer) - 1)])
            return False
        if fault.kind is Kind.SLOW:
            for at in range(0, len(answer), max(1, len(answer) // 8)):
                connection.sendall(answer[at : at + max(1, len(answer) // 8)])
        else:
            connection.sendall(answer)
        return True

    def _cut_request(self, request: bytes, fault: Fault) -> None:
        with contextlib.suppress(OSError), self._connect() as upstream:
            upstream.sendall(request[: min(fault.bytes, len(request) - 1)])
            if fault.kind is Kind.HALF_CLOSE:
                upstream.shutdown(socket.SHUT_WR)
                while upstream.recv(4096):
                    pass

    def _ask(self, request: bytes, pieces: int = 1) -> bytes | None:
        """The service's whole answer, or None when it gave none."""
        size = max(1, len(request) // pieces)
        with contextlib.suppress(OSError), self._connect() as upstream:
            for at in range(0, len(request), size):
                upstream.sendall(request[at : at + size])
            return read_message(upstream)
        return None

    def _connect(self) -> socket.socket:
        upstream = socket.create_connection(("127.0.0.1", self.upstream_port), 10)
        upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return upstream


def read_message(connection: socket.socket) -> bytes | None:
    """One HTTP message with a Content-Length, or None when the connection ends before it does."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    length = 0
    for line in bytes(data[:end]).split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(data) < end + 4 + length:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    return bytes(data)
