"""Signed HTTP requests to the central service: the one home of `requests`.

Every request may be sent again: ids are made here and stored before the first send, so the service answers a
repeat with what it answered first. No body, address or key is ever logged.
"""

import base64
import gzip
import hashlib
import ipaddress
import logging
import os
import secrets
import socket
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import Clock, Enrolment
from sync import contract

if TYPE_CHECKING:
    import requests

T = TypeVar("T", bound=contract.Message)

TIMEOUTS_S = (3.0, 10.0)  # to connect, and between two pieces of an answer
PROBE_TIMEOUT_S = 2.0
ANSWER_DEADLINE_S = 30.0
MAXIMUM_ANSWER_BYTES = 8 * 1024 * 1024
COMPRESS_ABOVE_BYTES = 2048
COMPRESSION_LEVEL = 1  # more costs 3 times the time of the whole request for 5 % of its size
UNACKNOWLEDGED_TIMEOUT_MS = 3000  # a cable pulled in the middle of a request
CLOCK_TOLERANCE_S = 5.0  # the Date header counts whole seconds and travels

_logger = logging.getLogger(__name__)


class UnavailableError(OfflineError):
    """The service answered, or took too long, without doing its work. retry_after_s is its own wish, 0 for none."""

    def __init__(self, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RequestRefusedError(RefusedError):
    """A refusal with its HTTP status: 401 and 403 concern the terminal, the others the request itself."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = status


class AddressError(ValueError):
    """The address of the central service cannot be used; the text says why."""


def checked_address(central_url: str) -> str:
    """The address without a trailing slash. Raises AddressError unless it is https, or http on this machine."""
    parts = urlsplit(central_url.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise AddressError("The address of the central service must look like https://rewards.example.com.")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise AddressError("The address of the central service is only a host and a port, with nothing behind them.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise AddressError("The central service is reached over https; plain http is for this machine only.")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class CentralClient:
    """One session with the central service. Thread-safe.

    All calls raise OfflineError (UnavailableError when the service could be reached) and RefusedError.
    identity is None only while the terminal asks in. ca_file names the certificates of a company's own authority;
    there is no way to leave certificates unchecked.
    """

    def __init__(self, central_url: str, identity: Enrolment | None, clock: Clock, *, ca_file: str = "") -> None:
        self.central_url = checked_address(central_url)
        self._identity = identity
        self._clock = clock
        self._ca_file = ca_file
        self._signer = _Signer(identity) if identity else None
        self._clock_offset_s = 0.0
        self._session: requests.Session | None = None
        self._session_lock = threading.Lock()

    @property
    def terminal_id(self) -> str:
        """Whose requests these are; empty while the terminal asks in."""
        return self._identity.terminal_id if self._identity else ""

    @property
    def clock_offset_s(self) -> float:
        """How far the service's clock was ahead of this machine's when it last answered, in seconds."""
        return self._clock_offset_s

    def post(self, path: str, message: contract.Message | None, answer: type[T]) -> T:
        """Send a message; the answer comes back decoded."""
        body = contract.encode(message) if message else b""
        return _decoded(self._exchange("POST", path, body, about=_about(message)), answer)

    def post_unanswered(self, path: str, message: contract.Message | None = None) -> None:
        """Send a request, empty or not, of which only the success matters."""
        self._exchange("POST", path, contract.encode(message) if message else b"")

    def get(self, path: str, answer: type[T]) -> T:
        """Ask for something."""
        return _decoded(self._exchange("GET", path, b""), answer)

    def probe(self) -> None:
        """The cheapest question there is: returns when the service can take events, raises as the others do."""
        self._exchange("GET", contract.PATH_HEALTH, b"", (PROBE_TIMEOUT_S, PROBE_TIMEOUT_S))

    def close(self) -> None:
        """Give the connections back. A request under way ends by its time-out."""
        with self._session_lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    # --- one exchange -------------------------------------------------------------------------------------------------

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes,
        timeouts_s: tuple[float, float] = TIMEOUTS_S,
        about: str = "",
    ) -> bytes:
        headers = {contract.HEADER_CONTRACT: str(contract.CONTRACT_VERSION), "Accept": "application/json"}
        if body:
            headers["Content-Type"] = "application/json"
            if len(body) > COMPRESS_ABOVE_BYTES:
                body = gzip.compress(body, COMPRESSION_LEVEL, mtime=0)
                headers["Content-Encoding"] = "gzip"
        try:
            return self._attempt(method, path, body, headers, timeouts_s, about)
        except _AgainError:
            # A kept connection may die of age in the moment it is used, and a wrong clock shows at the first answer
            # only: once more, on a fresh connection and with the right time, and what that says is the truth.
            pass
        try:
            return self._attempt(method, path, body, headers, timeouts_s, about)
        except _AgainError as again:
            raise again.failure from again

    def _attempt(
        self, method: str, path: str, body: bytes, headers: dict[str, str], timeouts_s: tuple[float, float], about: str
    ) -> bytes:
        import requests

        trace = secrets.token_hex(8)
        signed = self._signer.headers(method, path, body, self._server_time_s()) if self._signer else {}
        started_ms = time.monotonic_ns() // 1_000_000
        try:
            with self._open_session().request(
                method,
                self.central_url + path,
                data=body or None,
                headers={**headers, **signed, contract.HEADER_TRACE: trace},
                timeout=timeouts_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = _read_bounded(response)
        except requests.exceptions.SSLError as error:
            raise OfflineError("The central service's certificate is not trusted here.") from error
        except requests.exceptions.ConnectTimeout as error:
            raise OfflineError("The central service cannot be reached.") from error
        except requests.exceptions.Timeout as error:
            raise UnavailableError("The central service did not answer in time.") from error
        except requests.exceptions.RequestException as error:
            raise _AgainError(OfflineError("The central service cannot be reached.")) from error
        # The service's own log has the same trace: what it made of these entries is found there.
        is_worth_a_line = bool(about) or response.status_code >= 400
        _logger.log(
            logging.INFO if is_worth_a_line else logging.DEBUG,
            "central %s %s%s: %s in %s ms, trace %s",
            method,
            path,
            about,
            response.status_code,
            time.monotonic_ns() // 1_000_000 - started_ms,
            trace,
        )
        clock_corrected = self._learn_clock(response.headers.get("Date", ""))
        if 200 <= response.status_code < 300:
            return answer
        failure = _failure(response.status_code, response.headers.get("Retry-After", ""), answer)
        if isinstance(failure, RefusedError) and failure.code == "request_replayed":
            raise _AgainError(UnavailableError("The network delivered the request twice."))
        raise _AgainError(failure) if response.status_code == 401 and clock_corrected else failure

    def _open_session(self) -> "requests.Session":
        from http.cookiejar import DefaultCookiePolicy

        import requests

        with self._session_lock:
            if self._session is None:
                if self._ca_file and not os.access(self._ca_file, os.R_OK):
                    raise OfflineError(f"The certificates in {self._ca_file} cannot be read.")
                # What urllib3 warns about is a failed request here anyway, with a state and a reason of its own.
                logging.getLogger("urllib3").setLevel(logging.ERROR)
                session = requests.Session()
                session.trust_env = False  # neither proxies nor certificates nor passwords of the environment
                session.verify = self._ca_file or True
                session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
                session.mount(self.central_url, _adapter())
                self._session = session
            return self._session

    def _server_time_s(self) -> int:
        return int(self._clock.now().timestamp() + self._clock_offset_s)

    def _learn_clock(self, date: str) -> bool:
        """Take the service's time from an answer; True when it moved what we sign with."""
        try:
            offset_s = parsedate_to_datetime(date).timestamp() - self._clock.now().timestamp()
        except (ValueError, OverflowError):
            return False
        if abs(offset_s - self._clock_offset_s) <= CLOCK_TOLERANCE_S:
            return False
        self._clock_offset_s = offset_s
        return True


def _adapter() -> "requests.adapters.HTTPAdapter":
    """Connections that notice a dead link by themselves, where the system can."""
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
            socket_options = list(HTTPConnection.default_socket_options)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                socket_options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_TIMEOUT_MS))
            super().init_poolmanager(connections, maxsize, block, **options, socket_options=socket_options)

    return Adapter(pool_connections=1, pool_maxsize=4, max_retries=0)


class _AgainError(Exception):
    """A failure that the very next attempt may not meet."""

    def __init__(self, failure: OfflineError | RefusedError) -> None:
        super().__init__(str(failure))
        self.failure = failure


class _Signer:
    """The device key at work."""

    def __init__(self, identity: Enrolment) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._terminal_id = identity.terminal_id
        self._key = Ed25519PrivateKey.from_private_bytes(identity.private_key)

    def headers(self, method: str, path: str, body: bytes, timestamp_s: int) -> dict[str, str]:
        timestamp, nonce = str(timestamp_s), secrets.token_hex(16)
        body_sha256 = hashlib.sha256(body).hexdigest()
        signature = self._key.sign(
            contract.signing_input(method, path, self._terminal_id, timestamp, nonce, body_sha256)
        )
        return {
            contract.HEADER_TERMINAL: self._terminal_id,
            contract.HEADER_TIMESTAMP: timestamp,
            contract.HEADER_NONCE: nonce,
            contract.HEADER_SIGNATURE: base64.b64encode(signature).decode(),
        }


def _about(message: contract.Message | None) -> str:
    """Which entries of the journal go up with it; empty for all other messages and for a sign of life."""
    if not isinstance(message, contract.UploadBatch) or not message.events:
        return ""
    return f" entries {message.events[0].sequence} to {message.events[-1].sequence}"


def _read_bounded(response: "requests.Response") -> bytes:
    """The body, at most so large and so slow."""
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    if response.status_code != 204 and not response.headers.keys() & {"Content-Length", "Transfer-Encoding"}:
        # Headers that were cut off look like an answer without a length, complete at any length.
        raise _AgainError(OfflineError("The connection to the central service broke."))
    deadline_s = time.monotonic() + ANSWER_DEADLINE_S
    body = bytearray()
    try:
        while part := response.raw.read1(65536, decode_content=True):
            body += part
            if len(body) > MAXIMUM_ANSWER_BYTES:
                raise UnavailableError("The central service's answer is larger than any it should give.")
            if time.monotonic() > deadline_s:
                raise UnavailableError("The central service's answer came too slowly.")
    except ReadTimeoutError as error:
        raise UnavailableError("The central service did not answer in time.") from error
    except HTTPError as error:
        raise _AgainError(OfflineError("The connection to the central service broke.")) from error
    return bytes(body)


def _decoded(body: bytes, answer: type[T]) -> T:
    try:
        return contract.decode(body, answer)
    except msgspec.DecodeError as error:
        raise UnavailableError("The answer did not come from a central service of this programme.") from error


def _failure(status: int, retry_after: str, body: bytes) -> OfflineError | RefusedError:
    if status in (408, 425, 429) or status >= 500:
        return UnavailableError(f"The central service is busy or failing (HTTP {status}).", _seconds(retry_after))
    if status < 400:
        return UnavailableError(f"The answer did not come from the central service (HTTP {status}).")
    try:
        problem = contract.decode(body, contract.Problem)
    except msgspec.DecodeError:
        return UnavailableError(f"The answer did not come from the central service (HTTP {status}).")
    return RequestRefusedError(status, problem.code, problem.message)


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds; its date form is not used by the service and counts as none."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 7 else 0.0
