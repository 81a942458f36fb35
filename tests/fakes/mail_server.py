"""A mail server of one message at a time: real sockets, as much SMTP as a client needs."""

import socketserver
import threading
from collections.abc import Iterator

import pytest


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server  # type: ignore[assignment]
        self._say("220 ready")
        for raw in self.rfile:
            word = raw.decode().split()[0].upper()
            if word == "DATA":
                self._say("354 go on")
                body = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    body.append(line.decode())
                server.messages.append("".join(body))
                self._say("250 taken")
            elif word == "RCPT" and server.refuses:
                self._say("550 nobody here")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """What it was given is in messages."""

    daemon_threads = False
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[str] = []
        self.refuses = False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server while a test runs."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
