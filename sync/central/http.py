"""The service over HTTP: authenticate, decode, call, encode. Nothing is decided here but who may ask how often."""

import asyncio
import hashlib
import logging
import re
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import format_datetime

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sync import contract, receipts
from sync.central import pages, receipt_page
from sync.central.authentication import Authenticator, PartnerSigners
from sync.central.backoffice.routes import build_routes
from sync.central.errors import CentralError
from sync.central.limits import RateLimit
from sync.central.metrics import Metrics
from sync.central.openapi import openapi_document
from sync.central.operations import OPERATIONS, Operation
from sync.central.service import CentralService
from sync.central.terminals import Terminal
from sync.central.uploads import read_upload
from sync.central.writer import Writer

MAXIMUM_BODY_BYTES = 2 * contract.MAXIMUM_BATCH_BYTES
"""Of a body as it travels, and again of what it unpacks to: a batch and its frame fit, a bomb does not."""
BODY_TIMEOUT_S = 30.0
MAXIMUM_WAITING = 256
WORKERS = 12
SWEEP_EVERY_S = 15.0
LOOK_UPS_AT_ONCE, LOOK_UPS_PER_SECOND = 60, 1.0
RECEIPT_CHECKS_AT_ONCE, RECEIPT_CHECKS_PER_SECOND = 20, 0.2
ENROLMENT_FAILURES_AT_ONCE, ENROLMENT_FAILURES_PER_SECOND = 10, 0.1

_log = logging.getLogger(__name__)
_TRACE = re.compile(r"[A-Za-z0-9._-]{1,64}")
Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(service: CentralService) -> Starlette:
    """The ASGI application over a service. Its lifespan starts and ends the writer and the sweeper."""
    return _Http(service).app


class _Http:
    def __init__(self, service: CentralService) -> None:
        self._service = service
        self._metrics = Metrics()
        self._writer = Writer(service, self._metrics)
        self._authenticator = Authenticator(service)
        self._partners = Authenticator(PartnerSigners(service.care, service.clock))
        self._look_ups = RateLimit(LOOK_UPS_AT_ONCE, LOOK_UPS_PER_SECOND)
        self._enrolment_failures = RateLimit(ENROLMENT_FAILURES_AT_ONCE, ENROLMENT_FAILURES_PER_SECOND)
        self._receipt_checks = RateLimit(RECEIPT_CHECKS_AT_ONCE, RECEIPT_CHECKS_PER_SECOND)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="central")
        self._waiting = 0
        self._openapi = msgspec.json.encode(openapi_document(OPERATIONS))
        routes = [
            Route(operation.path, self._guarded(operation.name, self._endpoint(operation)), methods=[operation.method])
            for operation in OPERATIONS
        ]
        routes += [
            Route(contract.PATH_HEALTH, self._guarded("health", self._health)),
            Route("/ready", self._guarded("ready", self._health)),
            Route("/metrics", self._guarded("metrics", self._metrics_text)),
            Route("/openapi.json", self._guarded("openapi", self._openapi_json)),
            Route("/", self._guarded("page", self._page)),
            Route("/docs", self._guarded("page", self._page)),
            Route(receipts.PATH_PUBLIC_CHECK, self._guarded("receipt_page", self._receipt_page)),
            *build_routes(service, self._in_worker, self._guarded),
        ]
        self.app = Starlette(
            routes=routes, lifespan=self._lifespan, exception_handlers={HTTPException: self._no_such_route}
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        self._writer.start()
        sweeper = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            sweeper.cancel()
            await asyncio.to_thread(self._writer.stop)
            self._workers.shutdown()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            try:
                await self._in_worker(self._service.sweep)
                await self._in_worker(self._service.care.make_due_digest)
            except (DBAPIError, CentralError) as error:
                _log.warning("holds could not be swept: %s", type(error).__name__)

    # --- every request ------------------------------------------------------------------------------------------------

    def _guarded(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """One place where refusals become answers, failures become log lines, and both are measured."""

        async def guarded(request: Request) -> Response:
            started = time.perf_counter()
            trace = request.headers.get(contract.HEADER_TRACE, "")
            trace = trace if _TRACE.fullmatch(trace) else ""
            try:
                response = await endpoint(request)
            except CentralError as error:
                response = _problem(error.status, error.code, error.message, error.retry_after_s)
            except DBAPIError as error:
                _log.error("%s: the database failed: %s, trace %s", operation, type(error.orig).__name__, trace)
                response = _problem(503, "database_unavailable", "The service cannot reach its database.", 5)
            except ClientDisconnect:
                response = _problem(400, "incomplete", "The request ended before it was complete.")
            except Exception:  # noqa: BLE001 - a bug must not tell its insides, and is logged with its trace
                _log.exception("%s failed, trace %s", operation, trace)
                response = _problem(500, "internal", "The service failed. It is logged.")
            seconds = time.perf_counter() - started
            self._metrics.observe_request(operation, response.status_code, seconds)
            _log.info(
                "request operation=%s status=%d ms=%.1f terminal=%s trace=%s",
                operation,
                response.status_code,
                seconds * 1000,
                getattr(request.state, "terminal_id", ""),
                trace,
            )
            # Terminals set their idea of the service's time by this header.
            response.headers["Date"] = format_datetime(self._service.clock.now().astimezone(UTC), usegmt=True)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers.setdefault("Cache-Control", "no-store")
            if trace:
                response.headers[contract.HEADER_TRACE] = trace
            return response

        return guarded

    def _endpoint(self, operation: Operation) -> Endpoint:
        if operation.name == "upload_journal":
            return self._upload
        if operation.name == "enrol_terminal":
            return self._enrol

        authenticator = self._partners if operation.by_partner else self._authenticator

        async def endpoint(request: Request) -> Response:
            terminal, body = await self._signed_body(request, authenticator)
            if operation.look_up:
                self._look_ups.take(terminal.terminal_id)
            message = _decoded(body, operation.request) if operation.request is not None else None
            name = next(iter(request.path_params.values()), "") or request.query_params.get("have", "")
            call = operation.call
            if call is None:
                raise LookupError(f"{operation.name} has no call")
            answer = await self._in_worker(lambda: call(self._service, terminal, message, name))
            if answer is None:
                return Response(status_code=204)
            answered = contract.encode(answer)
            return _tagged(request, answered) if request.method == "GET" else _json(answered)

        return endpoint

    async def _upload(self, request: Request) -> Response:
        terminal, body = await self._signed_body(request, self._authenticator)
        upload = read_upload(terminal, body)
        result = await asyncio.wrap_future(self._writer.submit(upload))
        return _json(contract.encode(result))

    async def _enrol(self, request: Request) -> Response:
        asker = request.client.host if request.client else ""
        self._enrolment_failures.require(asker)
        message = _decoded(_unpacked(request, await _read(request)), contract.EnrolTerminal)
        try:
            answer = await self._in_worker(lambda: self._service.enrol_terminal(message))
        except CentralError:
            self._enrolment_failures.take(asker)
            raise
        return _json(contract.encode(answer))

    async def _signed_body(self, request: Request, authenticator: Authenticator) -> tuple[Terminal, bytes]:
        """Who asks and with what; the signature covers the body as it travels, so it is checked before unpacking."""
        version = request.headers.get(contract.HEADER_CONTRACT, str(contract.CONTRACT_VERSION))
        if not version.isdecimal() or int(version[:6]) < contract.OLDEST_SUPPORTED_VERSION:
            raise CentralError(426, "contract_too_old", "This terminal's software is too old for the service.")
        body = await _read(request)
        path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
        if request.url.query:
            path += f"?{request.url.query}"

        def authenticate() -> Terminal:
            return authenticator.authenticate(request.method, path, request.headers, body)

        if authenticator.is_cached(request.headers.get(contract.HEADER_TERMINAL, "")):
            terminal = authenticate()
        else:
            terminal = await self._in_worker(authenticate)
        request.state.terminal_id = terminal.terminal_id
        return terminal, _unpacked(request, body)

    async def _in_worker(self, work: Callable[[], contract.T]) -> contract.T:
        """Run what may block outside the event loop. Raises CentralError (503) when too many wait."""
        if self._waiting >= MAXIMUM_WAITING:
            raise CentralError(503, "busy", "The service is busy. Try again in a moment.", 2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._workers, work)
        finally:
            self._waiting -= 1

    # --- for people and machines that watch ---------------------------------------------------------------------------

    async def _health(self, request: Request) -> Response:
        await self._in_worker(self._service.ready)
        return _json(b'{"status":"ready"}')

    async def _metrics_text(self, request: Request) -> Response:
        return Response(self._metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _openapi_json(self, request: Request) -> Response:
        return _json(self._openapi)

    async def _page(self, request: Request) -> Response:
        return Response(pages.API_PAGE, media_type="text/html", headers=pages.HEADERS)

    async def _receipt_page(self, request: Request) -> Response:
        """For customers: anybody may ask, and nobody often."""
        code = request.query_params.get("c", "")[: receipts.LONGEST_CODE]
        body = receipt_page.page()
        if code:
            self._receipt_checks.take(request.client.host if request.client else "")
            try:
                body = receipt_page.page(await self._in_worker(lambda: self._service.receipts.check(code)))
            except CentralError as error:
                body = receipt_page.page(problem=error.message)
        return Response(body, media_type="text/html", headers=receipt_page.HEADERS)

    async def _no_such_route(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(status, "no_such_address", "There is nothing at this address.")


async def _read(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for part in request.stream():
                body += part
                if len(body) > MAXIMUM_BODY_BYTES:
                    raise CentralError(413, "too_large", f"A request has at most {MAXIMUM_BODY_BYTES} bytes.")
    except TimeoutError as error:
        raise CentralError(408, "too_slow", "The request came too slowly.") from error
    return bytes(body)


def _unpacked(request: Request, body: bytes) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise CentralError(415, "unknown_encoding", "Bodies are plain or gzip.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, MAXIMUM_BODY_BYTES + 1)
    except zlib.error as error:
        raise CentralError(400, "bad_gzip", "The body is not gzip.") from error
    if len(unpacked) > MAXIMUM_BODY_BYTES:
        raise CentralError(413, "too_large", f"A request unpacks to at most {MAXIMUM_BODY_BYTES} bytes.")
    if not unpacker.eof or unpacker.unused_data:
        raise CentralError(400, "bad_gzip", "The body is not one whole gzip member.")
    return unpacked


def _decoded(body: bytes, kind: type[contract.T]) -> contract.T:
    try:
        return contract.decode(body, kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise CentralError(422, "bad_request", f"The request cannot be read: {str(error)[:300]}") from error


def _tagged(request: Request, body: bytes) -> Response:
    """The answer under the hash of its bytes; empty (304) for who has exactly this one already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    same = request.headers.get("If-None-Match") == tag
    response = Response(status_code=304) if same else _json(body)
    response.headers["ETag"] = tag
    return response


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _problem(status: int, code: str, message: str, retry_after_s: int = 0) -> Response:
    response = Response(
        contract.encode(contract.Problem(code=code, message=message)), status, media_type="application/json"
    )
    if retry_after_s:
        response.headers["Retry-After"] = str(retry_after_s)
    return response
