"""Who is asking: signed requests of enrolled terminals, each accepted once."""

import base64
import binascii
import hashlib
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pos_app.ports import Clock
from sync import contract
from sync.central.care import CustomerCare
from sync.central.errors import CentralError
from sync.central.terminals import Terminal

TERMINAL_CACHE_S = 1.0
SEEN_EVERY_S = 30.0
MAXIMUM_NONCES = 1_000_000
_NONCE_LENGTHS = range(16, 65)


class Nonces:
    """Nonces seen within the signature window.

    They are kept by each process for itself: all that changes anything is idempotent by its own id, so that a
    replay at another process has no effect beyond an answer to whoever had the signed request already.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str]] = set()
        self._order: deque[tuple[float, tuple[str, str]]] = deque()

    def use(self, terminal_id: str, nonce: str, now_s: float) -> bool:
        """True the first time within the window."""
        key = (terminal_id, nonce)
        with self._lock:
            while self._order and (
                self._order[0][0] < now_s - 2 * contract.SIGNATURE_WINDOW_S or len(self._order) >= MAXIMUM_NONCES
            ):
                self._seen.discard(self._order.popleft()[1])
            if key in self._seen:
                return False
            self._seen.add(key)
            self._order.append((now_s, key))
            return True


class Signers(Protocol):
    """Who may sign requests: the service for its terminals, PartnerSigners for partners."""

    @property
    def clock(self) -> Clock:
        """The service's clock."""

    def find_terminal(self, terminal_id: str) -> Terminal | None:
        """The signer of an id, also one who was shut out."""

    def note_seen(self, terminal_id: str) -> None:
        """The signer asked something just now."""


class PartnerSigners:
    """Partners, who sign as terminals do and are of no store."""

    def __init__(self, care: CustomerCare, clock: Clock) -> None:
        self._care = care
        self.clock = clock

    def find_terminal(self, terminal_id: str) -> Terminal | None:
        """The partner of an id."""
        try:
            partner = self._care.partner(terminal_id)
        except CentralError:
            return None
        return Terminal(partner.partner_id, "", "", partner.state, partner.public_key)

    def note_seen(self, terminal_id: str) -> None:
        """Partners' requests are seen by what they post."""


class Authenticator:
    """Checks signatures against the known signers; a revocation is noticed within a second. Thread-safe."""

    def __init__(self, signers: Signers) -> None:
        self._service = signers
        self._nonces = Nonces()
        self._cache: dict[str, tuple[float, Terminal]] = {}
        self._seen_at: dict[str, float] = {}

    def authenticate(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Terminal:
        """The terminal that signed this request. Raises CentralError (401).

        What is wrong is told only to who has the key: without it, every refusal looks the same.
        """
        terminal_id = headers.get(contract.HEADER_TERMINAL, "")
        timestamp, nonce = headers.get(contract.HEADER_TIMESTAMP, ""), headers.get(contract.HEADER_NONCE, "")
        signature = headers.get(contract.HEADER_SIGNATURE, "")
        if not (terminal_id and timestamp and nonce and signature):
            raise CentralError(401, "not_signed", "Requests are signed by an enrolled terminal.")
        terminal = self._terminal(terminal_id)
        signed = contract.signing_input(method, path, terminal_id, timestamp, nonce, hashlib.sha256(body).hexdigest())
        if terminal is None or not _verifies(terminal.public_key, signature, signed):
            self._cache.pop(terminal_id, None)  # it may have been let in again with another key just now
            raise CentralError(401, "not_authenticated", "The signature is not that of a terminal enrolled here.")
        if not terminal.active:
            self._cache.pop(terminal_id, None)
            raise CentralError(401, "terminal_revoked", "This terminal was shut out. Enrol it again.")
        now_s = self._service.clock.now().timestamp()
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12) or (
            abs(now_s - int(timestamp)) > contract.SIGNATURE_WINDOW_S
        ):
            raise CentralError(401, "request_out_of_time", "The request's time is too far from the service's.")
        if len(nonce) not in _NONCE_LENGTHS or not self._nonces.use(terminal_id, nonce, now_s):
            raise CentralError(401, "request_replayed", "This request came before.")
        self._note_seen(terminal_id)
        return terminal

    def _note_seen(self, terminal_id: str) -> None:
        """Tell the service, but not with each request: it writes that down, and somebody waits for the answer."""
        if self._is_news(terminal_id):
            self._seen_at[terminal_id] = time.monotonic()
            self._service.note_seen(terminal_id)

    def _terminal(self, terminal_id: str) -> Terminal | None:
        cached = self._cache.get(terminal_id)
        if cached is not None and cached[0] > time.monotonic():
            return cached[1]
        found = self._service.find_terminal(terminal_id) if len(terminal_id) <= 64 else None
        if found is not None:
            self._cache[terminal_id] = (time.monotonic() + TERMINAL_CACHE_S, found)
        return found

    def is_cached(self, terminal_id: str) -> bool:
        """True when authenticating would not ask the database."""
        cached = self._cache.get(terminal_id)
        return cached is not None and cached[0] > time.monotonic() and not self._is_news(terminal_id)

    def _is_news(self, terminal_id: str) -> bool:
        seen_at = self._seen_at.get(terminal_id)
        return seen_at is None or seen_at + SEEN_EVERY_S <= time.monotonic()


def _verifies(public_key: bytes, signature: str, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(base64.b64decode(signature, validate=True), signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
