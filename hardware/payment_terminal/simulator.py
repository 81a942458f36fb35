"""A card terminal without the machine: approves, declines, waits in vain, or loses its answer.

It remembers its payments on disk, as a real terminal does while the till is switched off and on, so that asking it
again after a crash is answered truly.
"""

import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from hardware.base import Device, StatusListener
from pos_app.ports import CardOutcome, CardResult, DeviceState


class Behaviour(StrEnum):
    """What the next card does. lost: the money is taken, but the answer does not arrive."""

    APPROVE = "approve"
    DECLINE = "decline"
    TIMEOUT = "timeout"
    LOST = "lost"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class TerminalSwitches:
    """How the simulated terminal behaves; delay_ms is how long the customer takes."""

    behaviour: Behaviour = Behaviour.APPROVE
    delay_ms: int = 0
    brand: str = "Visa"
    last_four: str = "4242"


class SimulatedPaymentTerminal(Device):
    """Implements ports.PaymentTerminal. One payment at a time; a payment id charges at most once, ever."""

    def __init__(
        self, name: str = "card terminal", memory: Path | None = None, on_status: StatusListener | None = None
    ) -> None:
        """memory is the file its payments are kept in; without one they are forgotten with the process."""
        super().__init__(name, "payment_terminal", on_status)
        self._memory = memory
        self._guard = threading.Lock()
        self._switches = TerminalSwitches()
        self._cancelled = threading.Event()
        self._in_progress = ""
        self._results = self._load()
        self.report(DeviceState.READY)

    @property
    def switches(self) -> TerminalSwitches:
        """How it behaves now."""
        with self._guard:
            return self._switches

    def set_switches(self, **switches: object) -> None:
        """Change how it behaves: set_switches(behaviour=Behaviour.DECLINE, delay_ms=500)."""
        with self._guard:
            self._switches = replace(self._switches, **switches)  # type: ignore[arg-type]
            offline = self._switches.behaviour is Behaviour.OFFLINE
        if offline:
            self.report(DeviceState.OFFLINE, "The card terminal cannot be reached.")
        else:
            self.report(DeviceState.READY)

    def charged_minor(self) -> int:
        """What has been taken from cards altogether, in minor units."""
        with self._guard:
            return sum(r.amount_minor for r in self._results.values() if r.outcome is CardOutcome.APPROVED)

    def authorise(self, payment_id: str, amount_minor: int, currency_code: str) -> CardResult:
        """Take a payment. Raises ValueError for an amount that is not positive. currency_code is ISO 4217."""
        if amount_minor <= 0 or not payment_id or len(currency_code) != 3:
            raise ValueError(f"not a card payment: {payment_id!r}, {amount_minor} {currency_code!r}")
        with self._guard:
            known = self._results.get(payment_id)
            if known is not None:
                return known
            switches = self._switches
            if switches.behaviour is Behaviour.OFFLINE:
                return _nothing(
                    CardOutcome.CANCELLED, amount_minor, "The card terminal cannot be reached. Nothing charged."
                )
            if self._in_progress:
                outcome = CardOutcome.UNKNOWN if self._in_progress == payment_id else CardOutcome.CANCELLED
                return _nothing(outcome, amount_minor, "The card terminal is busy with another payment.")
            self._in_progress = payment_id
            self._cancelled.clear()
        self.report(DeviceState.BUSY, "waiting for the card")
        try:
            interrupted = self._cancelled.wait(switches.delay_ms / 1000)
            return self._decide(payment_id, amount_minor, switches, interrupted)
        finally:
            with self._guard:
                self._in_progress = ""
            self.report(DeviceState.READY)

    def recover(self, payment_id: str) -> CardResult:
        """The truth about a payment: its result, unknown while it is under way, or that nothing was charged."""
        with self._guard:
            if self._switches.behaviour is Behaviour.OFFLINE:
                return _nothing(CardOutcome.UNKNOWN, 0, "The card terminal cannot be reached.")
            if self._in_progress == payment_id:
                return _nothing(CardOutcome.UNKNOWN, 0, "The payment is still under way.")
            known = self._results.get(payment_id)
        return known or _nothing(CardOutcome.CANCELLED, 0, "The terminal has no such payment. Nothing charged.")

    def cancel(self) -> None:
        """Stop waiting for a card."""
        self._cancelled.set()

    def _decide(self, payment_id: str, amount_minor: int, switches: TerminalSwitches, interrupted: bool) -> CardResult:
        if interrupted:
            result = _nothing(CardOutcome.CANCELLED, amount_minor, "Cancelled. Nothing charged.")
        elif switches.behaviour is Behaviour.TIMEOUT:
            result = _nothing(CardOutcome.CANCELLED, amount_minor, "No card was presented in time. Nothing charged.")
        elif switches.behaviour is Behaviour.DECLINE:
            result = CardResult(
                CardOutcome.DECLINED,
                amount_minor,
                "",
                switches.brand,
                switches.last_four,
                "Declined by the card's bank.",
            )
        else:
            authorisation = f"{secrets.randbelow(1_000_000):06d}"
            result = CardResult(
                CardOutcome.APPROVED, amount_minor, authorisation, switches.brand, switches.last_four, "Approved."
            )
        self._remember(payment_id, result)
        self.count(f"{result.outcome.value.capitalize()}PaymentCount")
        if switches.behaviour is Behaviour.LOST and not interrupted:
            return _nothing(CardOutcome.UNKNOWN, amount_minor, "The card terminal's answer was lost.")
        return result

    def _remember(self, payment_id: str, result: CardResult) -> None:
        with self._guard:
            if self._memory is not None:
                self._memory.parent.mkdir(parents=True, exist_ok=True)
                with self._memory.open("a", encoding="utf-8") as file:
                    # The newline goes first: a line that a power failure cut off must not swallow this one.
                    file.write("\n" + json.dumps({"payment_id": payment_id, **asdict(result)}))
                    file.flush()
                    os.fsync(file.fileno())
            self._results[payment_id] = result

    def _load(self) -> dict[str, CardResult]:
        if self._memory is None or not self._memory.exists():
            return {}
        results: dict[str, CardResult] = {}
        for line in self._memory.read_text(encoding="utf-8").splitlines():
            try:
                stored = json.loads(line)
            except ValueError:  # a line cut off by a power failure: its payment was never answered
                continue
            payment_id = stored.pop("payment_id")
            results[payment_id] = CardResult(**{**stored, "outcome": CardOutcome(stored["outcome"])})
        return results


def _nothing(outcome: CardOutcome, amount_minor: int, message: str) -> CardResult:
    return CardResult(outcome, amount_minor, message=message)
