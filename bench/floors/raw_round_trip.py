"""Floor of a question over the network: as many bytes there and back through a plain socket to another process."""

import socket
import subprocess
import sys

_SERVER = """
import socket, sys
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
accepted, _ = listening.accept()
accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
size = int(sys.argv[1])
while data := accepted.recv(size, socket.MSG_WAITALL):
    accepted.sendall(data)
"""


class RoundTrip:
    """A connection to a process that sends back what it is sent."""

    def __init__(self, size: int) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", _SERVER, str(size)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._message = b"x" * size

    def go(self) -> None:
        """There and back."""
        self._connection.sendall(self._message)
        self._connection.recv(len(self._message), socket.MSG_WAITALL)

    def close(self) -> None:
        """End both."""
        self._connection.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
