"""A small HTTP server that speaks the contract, for what a healthy central service would never answer.

It checks signatures and takes events once, in order; `script` answers the next requests in its stead.
"""

import base64
import contextlib
import gzip
import hashlib
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_app.ports import Enrolment
from sync import contract
from sync.membership import Allowance


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # bytes of the body that still leave before the connection is closed


Reply = Answer | Callable[[Request], Answer] | None


def problem(status: int, code: str, message: str = "No.", **headers: str) -> Answer:
    body = contract.encode(contract.Problem(code=code, message=message))
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


class StubCentral:
    def __init__(self, port: int = 0, key: Ed25519PrivateKey | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.key = key or Ed25519PrivateKey.generate()
        self.requests: list[Request] = []
        self.script: deque[Reply] = deque()  # None: answer as a healthy service would
        self.events: list[contract.Event] = []
        self.contacts: dict[str, str] = {}
        self.terms: list[contract.Terms] = []
        self.allowance_key = Ed25519PrivateKey.generate()
        self.terminal_budget_points = 0
        self.forget_members: list[str] = []
        self.clock_ahead_s = 0.0
        self.arrived = threading.Condition()
        self.connections: list[socket.socket] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def setup(self) -> None:
                stub.connections.append(self.request)
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(Request(self.command, self.path, dict(self.headers), body))

            do_GET = do_POST

            def _answer(self, request: Request) -> None:
                answer = stub.answer(request)
                self.send_response_only(answer.status)
                self.send_header("Date", formatdate(time.time() + stub.clock_ahead_s, usegmt=True))
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut_after])
                self.wfile.flush()
                self.close_connection = answer.cut_after is not None

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_: object) -> None:
                pass  # a client that hangs up is what the tests are about

        self._server = Server(("127.0.0.1", port), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.drop_connections()

    def drop_connections(self) -> None:
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def identity(self, terminal_id: str = "S001-01") -> Enrolment:
        store_id, _, workstation_id = terminal_id.partition("-")
        return Enrolment(terminal_id, store_id, workstation_id, self.url, self.key.private_bytes_raw())

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def wait_for_requests(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, 10), self.paths()

    def wait_for_events(self, count: int) -> None:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.events) >= count, 10), len(self.events)

    def answer(self, request: Request) -> Answer:
        with self.arrived:
            self.requests.append(request)
            self.arrived.notify_all()
            reply = self.script.popleft() if self.script else None
        if callable(reply):
            return reply(request)
        return reply or self.healthy(request)

    def healthy(self, request: Request) -> Answer:
        if request.path == contract.PATH_HEALTH:
            return Answer()
        if not self.is_signed(request):
            return problem(401, "signature", "The signature is wrong.")
        path, _, query = request.path.partition("?")
        if path == contract.PATH_TERMS:
            return Answer(body=contract.encode(self.terms_list(query.removeprefix("have=").split(","))))
        if request.path == contract.PATH_JOURNAL:
            return Answer(body=contract.encode(self.take(contract.decode(plain(request), contract.UploadBatch))))
        return problem(404, "not_found")

    def terms_list(self, have: list[str]) -> contract.TermsList:
        return contract.TermsList(
            terms=[terms for terms in self.terms if f"{terms.terms_id}:{terms.version}" not in have],
            allowance_public_key=base64.b64encode(self.allowance_key.public_key().public_bytes_raw()).decode(),
            terminal_budget_points=self.terminal_budget_points,
            forget_members=self.forget_members,
        )

    def allowance(self, allowance: Allowance) -> contract.SignedAllowance:
        """An allowance as the service signs it."""
        body = contract.encode(allowance)
        return contract.SignedAllowance(
            body=base64.b64encode(body).decode(), signature=base64.b64encode(self.allowance_key.sign(body)).decode()
        )

    def is_signed(self, request: Request) -> bool:
        signed = contract.signing_input(
            request.method,
            request.path,
            request.headers[contract.HEADER_TERMINAL],
            request.headers[contract.HEADER_TIMESTAMP],
            request.headers[contract.HEADER_NONCE],
            hashlib.sha256(request.body).hexdigest(),
        )
        skew_s = abs(int(request.headers[contract.HEADER_TIMESTAMP]) - time.time() - self.clock_ahead_s)
        try:
            self.key.public_key().verify(base64.b64decode(request.headers[contract.HEADER_SIGNATURE]), signed)
        except InvalidSignature:
            return False
        return skew_s <= contract.SIGNATURE_WINDOW_S

    def take(self, batch: contract.UploadBatch) -> contract.UploadResult:
        results = []
        self.contacts |= batch.contacts
        for event in batch.events:
            status = "duplicate"
            if event.sequence == len(self.events) + 1:
                self.events.append(event)
                status = "quarantined" if event.kind == "poison" else "applied"
            results.append(contract.EventResult(sequence=event.sequence, event_id=event.event_id, status=status))
        with self.arrived:
            self.arrived.notify_all()
        version = max((terms.version for terms in self.terms), default=0)
        return contract.UploadResult(acknowledged=len(self.events), results=results, terms_version=version)


def plain(request: Request) -> bytes:
    compressed = request.headers.get("Content-Encoding") == "gzip"
    return gzip.decompress(request.body) if compressed else request.body
