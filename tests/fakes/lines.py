"""Simulated devices on real lines: a pseudo-terminal, or TCP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hardware.line_server import LineServer, PtyLineServer, TcpLineServer

LINES: dict[str, Callable[[Callable[[bytes], bytes]], LineServer]] = {"pty": PtyLineServer, "tcp": TcpLineServer}


@contextmanager
def serving(feed: Callable[[bytes], bytes], kind: str = "pty") -> Iterator[LineServer]:
    """A device at the far end of a line of this kind."""
    server = LINES[kind](feed)
    server.start()
    try:
        yield server
    finally:
        server.stop()
