"""A port by which a test or a technician works a simulated device: one JSON object a line, one a line back.

{"set": {"paper_out": true}} turns fault switches, {"do": "scan", "text": "4006381333931"} does something, {} only
asks. Every answer has "ok", and "state" or "error".
"""

import json
import logging
import socketserver
import threading
from collections.abc import Mapping
from typing import Any, Protocol

logger = logging.getLogger(__name__)

_LONGEST_LINE = 65_536


class Controlled(Protocol):
    """A simulated device as the port works it. set and do raise TypeError, KeyError or ValueError for nonsense."""

    def set(self, switches: Mapping[str, Any]) -> None:
        """Turn fault switches."""

    def do(self, act: str, arguments: Mapping[str, Any]) -> None:
        """Do what a person would do at the device."""

    def state(self) -> dict[str, Any]:
        """How it stands, in plain values."""


class ControlPort:
    """Serves on the loopback interface only: whoever reaches it rules the device. port 0 takes a free one."""

    def __init__(self, device: Controlled, port: int = 0) -> None:
        """Raises OSError when the port cannot be had."""

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while line := self.rfile.readline(_LONGEST_LINE):
                    self.wfile.write(json.dumps(answer(device, line)).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="control", daemon=True)

    def start(self) -> None:
        """Take connections."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()


def answer(device: Controlled, line: bytes) -> dict[str, Any]:
    """Obey one line."""
    try:
        wanted = json.loads(line)
        if not isinstance(wanted, dict):
            raise TypeError("write one JSON object a line")
        switches = wanted.pop("set", {})
        act = wanted.pop("do", None)
        if switches:
            device.set(switches)
        if act is not None:
            device.do(str(act), wanted)
    except (TypeError, KeyError, ValueError) as error:
        return {"ok": False, "error": str(error)}
    return {"ok": True, "state": device.state()}
