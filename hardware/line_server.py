"""The far end of a simulated device's line: a TCP port or a pseudo-terminal, served on a thread of its own."""

import os
import select
import socket
import threading
from collections.abc import Callable
from typing import Protocol

Feed = Callable[[bytes], bytes]

_POLL_S = 0.05


class LineServer(Protocol):
    """Where a till finds the device; address is written as hardware/serial_line.py takes it."""

    address: str

    def start(self) -> None:
        """Serve."""

    def stop(self) -> None:
        """Close the line, as a device that is unplugged."""

    def send(self, data: bytes) -> bool:
        """Bytes that nobody asked for; False while nobody is connected."""


class TcpLineServer:
    """One connection at a time, answered by feed; port 0 takes a free one."""

    def __init__(self, feed: Feed, host: str = "127.0.0.1", port: int = 0) -> None:
        """Raises OSError when the port cannot be had."""
        self._feed = feed
        self._listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2
        )
        self._listener.settimeout(_POLL_S)
        self.port = self._listener.getsockname()[1]
        self.address = f"tcp://[{host}]:{self.port}" if ":" in host else f"tcp://{host}:{self.port}"
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="simulated line", daemon=True)

    def start(self) -> None:
        """See LineServer."""
        self._thread.start()

    def stop(self) -> None:
        """See LineServer."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        self._listener.close()

    def send(self, data: bytes) -> bool:
        """See LineServer."""
        with self._lock:
            if self._connection is None:
                return False
            try:
                self._connection.sendall(data)
            except OSError:  # the till has gone
                return False
            return True

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                with self._lock:
                    self._connection = connection
                self._converse(connection)
                with self._lock:
                    self._connection = None

    def _converse(self, connection: socket.socket) -> None:
        while not self._stopping.is_set():
            if not select.select([connection], [], [], _POLL_S)[0]:
                continue
            try:
                data = connection.recv(4096)
            except OSError:  # the till has gone
                return
            if not data:
                return
            answer = self._feed(data)
            if answer:
                self.send(answer)


class PtyLineServer:
    """A pseudo-terminal that looks like a serial port. POSIX only."""

    def __init__(self, feed: Feed) -> None:
        import pty
        import tty

        self._feed = feed
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.address = os.ttyname(self._theirs)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="simulated line", daemon=True)

    def start(self) -> None:
        """See LineServer."""
        self._thread.start()

    def stop(self) -> None:
        """See LineServer."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)
        os.close(self._theirs)
        os.close(self._ours)

    def send(self, data: bytes) -> bool:
        """See LineServer."""
        os.write(self._ours, data)
        return True

    def _serve(self) -> None:
        while not self._stopping.is_set():
            if select.select([self._ours], [], [], _POLL_S)[0]:
                answer = self._feed(os.read(self._ours, 4096))
                if answer:
                    os.write(self._ours, answer)
