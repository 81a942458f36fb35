"""The driver's own book of payments: written before a terminal is asked, so that no crash forgets a charge."""

import contextlib
import json
import logging
import os
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pos_app.ports import CardOutcome, CardResult

logger = logging.getLogger(__name__)

KEPT_PAYMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Payment:
    """What was asked of a terminal. asked_at is ISO 8601; original_* are set for a refund only."""

    payment_id: str
    amount_minor: int
    currency_code: str
    asked_at: str = ""
    is_refund: bool = False
    original_payment_id: str = ""
    original_reference: str = ""


@dataclass(frozen=True, slots=True)
class LoggedPayment:
    """A payment and how it ended; result is None while nobody knows."""

    payment: Payment
    result: CardResult | None = None


class PaymentLog:
    """Payments by their id, one JSON line for each step. Thread-safe. Without a path it lasts as long as the process.

    No line holds more of a card than brand, last four digits and authorisation.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read what is there. Raises OSError."""
        self._path = path
        self._lock = threading.Lock()
        self._payments: dict[str, LoggedPayment] = {}
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._load(path)

    def find(self, payment_id: str) -> LoggedPayment | None:
        """What is known of a payment."""
        with self._lock:
            return self._payments.get(payment_id)

    def refunded_minor(self, original_payment_id: str) -> int:
        """What has been given back of a payment, in minor units."""
        with self._lock:
            return sum(
                logged.result.amount_minor
                for logged in self._payments.values()
                if logged.payment.original_payment_id == original_payment_id
                and logged.result is not None
                and logged.result.outcome is CardOutcome.APPROVED
            )

    def begin(self, payment: Payment) -> None:
        """A payment is about to be asked for; on disk when this returns. Raises OSError."""
        with self._lock:
            self._write({"step": "begun", **asdict(payment)})
            self._payments[payment.payment_id] = LoggedPayment(payment)

    def settle(self, payment: Payment, result: CardResult) -> None:
        """How a payment ended. A disk that fails loses nothing: the terminal is asked again after a restart."""
        with self._lock:
            self._payments[payment.payment_id] = LoggedPayment(payment, result)
            try:
                self._write({"step": "settled", **asdict(payment), "result": asdict(result)})
            except OSError as error:
                logger.error("the end of a card payment could not be written: %s", error)

    def _write(self, line: dict[str, Any]) -> None:
        if self._path is None:
            return
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            # The newline goes first: a line that a power failure cut off must not swallow this one.
            file.write(b"\n" + json.dumps(line).encode())
            file.flush()
            os.fsync(file.fileno())

    def _load(self, path: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            lines = path.read_bytes().splitlines()
            for line in lines:
                logged = _parse(line)
                if logged is not None:
                    self._payments[logged.payment.payment_id] = logged
            if len(self._payments) > KEPT_PAYMENTS:
                self._shorten(path)

    def _shorten(self, path: Path) -> None:
        """Keep the newest half: refunds of older payments go by the reference that the sale keeps."""
        self._payments = dict(list(self._payments.items())[-KEPT_PAYMENTS // 2 :])
        shorter = path.with_name(path.name + ".new")
        shorter.unlink(missing_ok=True)
        for logged in self._payments.values():
            line = {"step": "kept", **asdict(logged.payment), "result": logged.result and asdict(logged.result)}
            with shorter.open("ab") as file:
                file.write(b"\n" + json.dumps(line).encode())
        with shorter.open("ab") as file:
            os.fsync(file.fileno())
        shorter.replace(path)


def _parse(line: bytes) -> LoggedPayment | None:
    """One line, or None for an empty one and for one that a power failure cut off."""
    try:
        stored = json.loads(line)
        del stored["step"]
        result = stored.pop("result", None)
        payment = Payment(**stored)
    except (ValueError, KeyError, TypeError):
        return None
    if result is None:
        return LoggedPayment(payment)
    return LoggedPayment(payment, replace(CardResult(**result), outcome=CardOutcome(result["outcome"])))
