"""The service on a socket: in the foreground for the command, in a thread for the demo store and tests."""

import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import uvicorn

from sync.central.errors import StartError
from sync.central.http import build_app
from sync.central.service import CentralService
from sync.central.settings import CentralSettings

START_TIMEOUT_S = 20.0
MAXIMUM_CONNECTIONS = 2000


class _Server(uvicorn.Server):
    """Tells when it takes requests, and leaves the process's signals to whoever owns the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self.on_ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
        if self.started and self.on_ready is not None:
            self.on_ready()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class CentralServer:
    """One listening service. Port 0 takes a free one; url tells which."""

    def __init__(
        self,
        service: CentralService,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        certificate: Path | None = None,
        private_key: Path | None = None,
        settings: CentralSettings | None = None,
    ) -> None:
        """Bind the address; with a certificate (PEM) it is spoken to over TLS. Raises StartError.

        The settings say how often may be asked, which proxies are believed and how long stopping may take.

        Terminals on other machines insist on TLS, by this or by a proxy in front.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named as TCP: asyncio sends small answers at once (TCP_NODELAY) only where the protocol says so.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise StartError(f"{host}:{port} cannot be used: {error.strerror}. Choose another --port.") from error
        shown = f"[{host}]" if family is socket.AF_INET6 else host
        self.url = f"{'https' if certificate else 'http'}://{shown}:{self._socket.getsockname()[1]}"
        settings = settings or CentralSettings()
        config = uvicorn.Config(
            build_app(service, settings),
            http="h11",
            loop="asyncio",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=True,
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=settings.stop_timeout_s,
            backlog=1024,
            limit_concurrency=MAXIMUM_CONNECTIONS,
            ssl_certfile=certificate,
            ssl_keyfile=private_key,
        )
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            self._socket.close()
            raise StartError(f"the certificate {certificate} cannot be used: {error}") from error
        self._server = _Server(config)
        self._thread: threading.Thread | None = None

    def serve(self, on_ready: Callable[[], None] | None = None) -> None:
        """Serve in this thread until end() is called; on_ready is called once requests are taken."""
        self._server.on_ready = on_ready
        self._socket.listen(1024)
        self._server.run(sockets=[self._socket])

    def start(self) -> Self:
        """Serve in a thread of its own; returns when requests are taken. Raises StartError."""
        self._thread = threading.Thread(target=self.serve, name="central-server", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(START_TIMEOUT_S) or not self._server.started:
            raise StartError("the central service did not start")
        return self

    def end(self) -> None:
        """Let serve() answer what is under way and return. Safe in a signal handler."""
        self._server.should_exit = True

    def stop(self) -> None:
        """End, wait for it and give the address back."""
        self.end()
        if self._thread is not None:
            self._thread.join()
        self._socket.close()
