"""Devices, scans and what a screen or paper is formatted with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pos_app.domain.card_batch import BatchTotal


class DeviceState(StrEnum):
    """How a device is, in words a badge can show."""

    READY = "ready"
    BUSY = "busy"
    WARNING = "warning"
    OFFLINE = "offline"
    ERROR = "error"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A device's state and the reason in words."""

    name: str
    kind: str
    state: DeviceState
    reason: str = ""


class CardOutcome(StrEnum):
    """How a card payment ended. Unknown means: ask the terminal before anything else."""

    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CardResult:
    """The terminal's answer. Of the card there is never more than brand and last four digits.

    reference is the processor's own name of the payment: with it any till can refund it. It holds no card data.
    """

    outcome: CardOutcome
    amount_minor: int
    authorisation: str = ""
    brand: str = ""
    last_four: str = ""
    message: str = ""
    reference: str = ""


class PaymentPhase(StrEnum):
    """Where the card terminal is with the payment it was last asked for."""

    IDLE = "idle"
    WAITING_CARD = "waiting_card"
    AUTHORISING = "authorising"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class PaymentTerminal(Protocol):
    """A card terminal. authorise and refund block until the customer is done: never on the GUI thread."""

    @property
    def phase(self) -> PaymentPhase:
        """Where it is with the last payment."""

    def authorise(self, payment_id: str, amount_minor: int, currency_code: str) -> CardResult:
        """Take a payment; the same payment id again asks for the result of the first."""

    def refund(
        self,
        payment_id: str,
        original_payment_id: str,
        amount_minor: int,
        currency_code: str,
        original_reference: str = "",
    ) -> CardResult:
        """Give back all or part of a payment, once for its own payment id.

        original_reference is the result's reference of a payment that another till took. A payment that neither this
        terminal nor a reference names is given back to a card that the customer presents.
        """

    def recover(self, payment_id: str) -> CardResult:
        """The result of a payment or refund whose answer was lost."""

    def cancel(self) -> None:
        """Ask the terminal to stop waiting for a card. Thread-safe."""

    def batch_total(self, currency_code: str) -> BatchTotal | None:
        """What it took since its batch began, in this currency; None for a terminal that cannot say.

        Asking changes nothing, so it may be asked again. May block up to its time-out. Raises WorldError.
        """

    def end_batch(self) -> None:
        """What comes from here on belongs to the next batch. May block up to its time-out. Raises WorldError."""

    def check(self) -> DeviceStatus:
        """Ask the terminal how it is. May block up to its time-out."""


@dataclass(frozen=True, slots=True)
class ScanEvent:
    """What a scanner read. symbology is its AIM identifier where the scanner sends one, else empty."""

    text: str
    symbology: str = ""
    source: str = ""


class Formatter(Protocol):
    """Amounts, points and times as the store's customers read them; the same everywhere."""

    def money(self, amount_minor: int) -> str:
        """An amount with its currency sign: $1,234.50, −$5.00."""

    def amount(self, amount_minor: int) -> str:
        """An amount without the sign: 1,234.50."""

    def points(self, points: int) -> str:
        """A number of points with grouping: 1,240."""

    def date_time(self, at: datetime) -> str:
        """A date and time of day, short."""
