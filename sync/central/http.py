"""The service over HTTP: authenticate, decode, call, encode. Nothing is decided here but who may ask how often."""

import asyncio
import hashlib
import logging
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from pos_app import __version__
from sync import contract, receipts
from sync.central import pages, receipt_page
from sync.central.authentication import Authenticator, PartnerSigners
from sync.central.backoffice.routes import build_routes
from sync.central.errors import CentralError, StartError
from sync.central.limits import LookUpLimits, RateLimit, is_miss
from sync.central.logs import tracing
from sync.central.metrics import Metrics
from sync.central.openapi import openapi_document
from sync.central.operations import OPERATIONS, Operation
from sync.central.service import CentralService
from sync.central.settings import CentralSettings
from sync.central.terminals import Terminal
from sync.central.uploads import Upload, read_upload
from sync.central.writer import MAXIMUM_QUEUED, Writer

MAXIMUM_BODY_BYTES = 2 * contract.MAXIMUM_BATCH_BYTES
"""Of a body as it travels, and again of what it unpacks to: a batch and its frame fit, a bomb does not."""
BODY_TIMEOUT_S = 30.0
MAXIMUM_WAITING = 256
WORKERS = 12
SWEEP_EVERY_S = 15.0
RECEIPT_CHECKS_AT_ONCE, RECEIPT_CHECKS_PER_SECOND = 20, 0.2
ENROLMENT_FAILURES_AT_ONCE, ENROLMENT_FAILURES_PER_SECOND = 10, 0.1

_log = logging.getLogger(__name__)
Endpoint = Callable[[Request], Awaitable[Response]]


def build_app(service: CentralService, settings: CentralSettings) -> Starlette:
    """The ASGI application over a service. Its lifespan starts and ends the writer and the sweeper."""
    return _Http(service, settings).app


class _Http:
    def __init__(self, service: CentralService, settings: CentralSettings) -> None:
        self._service = service
        self._metrics = Metrics()
        self._writer = Writer(service, self._metrics)
        self._authenticator = Authenticator(service)
        self._partners = Authenticator(PartnerSigners(service.care, service.clock))
        self._look_ups = LookUpLimits(settings)
        self._enrolment_failures = RateLimit(ENROLMENT_FAILURES_AT_ONCE, ENROLMENT_FAILURES_PER_SECOND)
        self._receipt_checks = RateLimit(RECEIPT_CHECKS_AT_ONCE, RECEIPT_CHECKS_PER_SECOND)
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="central")
        self._waiting = 0
        self._metrics.watch_queues(self._writer.waiting, lambda: self._waiting)
        self._openapi = msgspec.json.encode(openapi_document(OPERATIONS))
        routes = [
            Route(operation.path, self._guarded(operation.name, self._endpoint(operation)), methods=[operation.method])
            for operation in OPERATIONS
        ]
        routes += [
            Route(contract.PATH_HEALTH, self._guarded("health", self._health)),
            Route("/live", self._guarded("live", self._live)),
            Route("/ready", self._guarded("ready", self._ready)),
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
                late, held = await self._in_worker(self._service.watch)
                self._metrics.observe_sweep(time.time(), late, held)
            except (DBAPIError, CentralError) as error:
                _log.warning("holds could not be swept: %s", type(error).__name__)

    # --- every request ------------------------------------------------------------------------------------------------

    def _guarded(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """One place where refusals become answers, failures become log lines, and both are measured."""

        async def guarded(request: Request) -> Response:
            with tracing(request.headers.get(contract.HEADER_TRACE, "")) as trace:
                response = await traced(request)
            response.headers[contract.HEADER_TRACE] = trace
            return response

        async def traced(request: Request) -> Response:
            started_s = time.perf_counter()
            code = ""
            try:
                response = await endpoint(request)
            except CentralError as error:
                code = error.code
                response = _problem(error.status, error.code, error.message, error.retry_after_s)
            except DBAPIError as error:
                code = "database_unavailable"
                _log.error("%s: the database failed: %s", operation, type(error.orig).__name__)
                response = _problem(503, code, "The service cannot reach its database.", 5)
            except ClientDisconnect:
                code = "incomplete"
                response = _problem(400, code, "The request ended before it was complete.")
            except Exception:  # noqa: BLE001 - a bug must not tell its insides, and is logged with its trace
                code = "internal"
                _log.exception("%s failed", operation)
                response = _problem(500, code, "The service failed. It is logged.")
            seconds = time.perf_counter() - started_s
            self._metrics.observe_request(operation, response.status_code, seconds)
            told = {
                "operation": operation,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "terminal": getattr(request.state, "terminal_id", ""),
            }
            _log.info("request", extra=told | ({"code": code} if code else {}))
            # Terminals set their idea of the service's time by this header.
            response.headers["Date"] = format_datetime(self._service.clock.now().astimezone(UTC), usegmt=True)
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers.setdefault("Cache-Control", "no-store")
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
                self._look_ups.take(terminal.terminal_id, _asker(request))
            message = _decoded(body, operation.request) if operation.request is not None else None
            name = next(iter(request.path_params.values()), "") or request.query_params.get("have", "")
            call = operation.call
            if call is None:
                raise LookupError(f"{operation.name} has no call")
            try:
                answer = await self._in_worker(lambda: call(self._service, terminal, message, name))
            except CentralError as error:
                self._note_look_up(operation, terminal, found=error.status != HTTPStatus.NOT_FOUND)
                raise
            self._note_look_up(operation, terminal, found=not is_miss(answer))
            if answer is None:
                return Response(status_code=204)
            answered = contract.encode(answer)
            return _tagged(request, answered) if request.method == "GET" else _json(answered)

        return endpoint

    def _note_look_up(self, operation: Operation, terminal: Terminal, *, found: bool) -> None:
        if operation.look_up:
            self._metrics.observe_look_up(found)
            if not found:
                self._look_ups.found_nobody(terminal.terminal_id)

    async def _upload(self, request: Request) -> Response:
        terminal, body = await self._signed_body(request, self._authenticator)
        upload = read_upload(terminal, body)
        result = await asyncio.wrap_future(self._writer.submit(upload))
        if result.results:
            _log.info("events taken in", extra=_told_of(upload, result))
        return _json(contract.encode(result))

    async def _enrol(self, request: Request) -> Response:
        asker = _asker(request)
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
            return await asyncio.get_running_loop().run_in_executor(self._workers, copy_context().run, work)
        finally:
            self._waiting -= 1

    # --- for people and machines that watch ---------------------------------------------------------------------------

    async def _health(self, request: Request) -> Response:
        """Terminals ask this before they send: can events be taken now."""
        await self._in_worker(self._service.answers)
        return _json(b'{"status":"ready"}')

    async def _live(self, request: Request) -> Response:
        """The process answers; nothing else is asked. A supervisor starts it anew when it does not."""
        return _json(b'{"status":"alive"}')

    async def _ready(self, request: Request) -> Response:
        """Database, schema and room in the queue: a proxy sends requests here as long as this is 200."""
        try:
            schema = await self._in_worker(self._service.ready)
        except StartError as error:
            raise CentralError(503, "wrong_schema", str(error)) from error
        waiting = self._writer.waiting()
        if waiting >= MAXIMUM_QUEUED:
            raise CentralError(503, "busy", "The queue of uploads is full.", 2)
        ready = {"status": "ready", "version": __version__, "schema": schema, "uploads_waiting": waiting}
        return _json(msgspec.json.encode(ready))

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
            self._receipt_checks.take(_asker(request))
            try:
                body = receipt_page.page(await self._in_worker(lambda: self._service.receipts.check(code)))
            except CentralError as error:
                body = receipt_page.page(problem=error.message)
        return Response(body, media_type="text/html", headers=receipt_page.HEADERS)

    async def _no_such_route(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(status, "no_such_address", "There is nothing at this address.")


def _asker(request: Request) -> str:
    """The address that asks: that of the connection, or what a trusted proxy says of it."""
    return request.client.host if request.client else ""


def _told_of(upload: Upload, result: contract.UploadResult) -> dict[str, object]:
    """Which events came in with this request, by number and id: the way from a till's log to the ledger."""
    counted = Counter(one.status for one in result.results)
    return {
        "terminal": upload.terminal.terminal_id,
        "incarnation": upload.incarnation,
        "first": result.results[0].sequence,
        "last": result.results[-1].sequence,
        "first_event": result.results[0].event_id,
        "last_event": result.results[-1].event_id,
        "acknowledged": result.acknowledged,
    } | counted


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
