"""Noticing at once, and at no cost to the central service, that it went away.

One idle TCP connection is kept open. A service that stops closes it; a pulled cable makes the kernel's keep-alive
fail within about three seconds. Either way the socket becomes readable and the worker asks properly.
"""

import socket
from urllib.parse import urlsplit

OPEN_TIMEOUT_S = 2.0
SHORTEST_LIFE_MS = 5000
KEEP_ALIVE = (("TCP_KEEPIDLE", 1), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 2))


class LinkWatch:
    """The idle connection. Used by one thread only."""

    def __init__(self, central_url: str) -> None:
        parts = urlsplit(central_url)
        self._address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        self._opened_ms = -SHORTEST_LIFE_MS
        self.socket: socket.socket | None = None

    def open(self, now_ms: int) -> bool:
        """Connect unless connected; False when there is nothing to watch, and requests have to tell.

        A balancer that ends idle connections at once is not asked again and again.
        """
        if self.socket is not None:
            return True
        if now_ms - self._opened_ms < SHORTEST_LIFE_MS:
            return False
        self._opened_ms = now_ms
        try:
            link = socket.create_connection(self._address, OPEN_TIMEOUT_S)
        except OSError:
            return False
        link.setblocking(False)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEP_ALIVE:
            if hasattr(socket, name):
                link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        self.socket = link
        return True

    def close(self) -> None:
        """Let go of the connection."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
