"""A card terminal without the machine: approves, declines, waits in vain, or loses its answer.

It remembers its payments on disk, as a real terminal does while the till is switched off and on, so that asking it
again after a crash is answered truly.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from hardware.base import StatusListener
from hardware.payment_terminal.driver import NotTakenError, PaymentDriver, nothing
from hardware.payment_terminal.payment_log import Payment, PaymentLog
from pos_app.domain.card_batch import BatchPayment, BatchTotal
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, CardResult, DeviceState, PaymentPhase


class Behaviour(StrEnum):
    """What the next card does. lost: the money is taken, but the answer does not arrive."""

    APPROVE = "approve"
    DECLINE = "decline"
    TIMEOUT = "timeout"
    LOST = "lost"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class TerminalSwitches:
    """How the simulated terminal behaves; delay_ms is how long the customer takes, wrong_total_minor by how much its
    batch total is off.
    """

    behaviour: Behaviour = Behaviour.APPROVE
    delay_ms: int = 0
    brand: str = "Visa"
    last_four: str = "4242"
    wrong_total_minor: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the terminal itself remembers; refund_of is empty for a payment."""

    result: CardResult
    refund_of: str = ""
    is_refund: bool = False

    @property
    def charged_minor(self) -> int:
        if self.result.outcome is not CardOutcome.APPROVED:
            return 0
        return -self.result.amount_minor if self.is_refund else self.result.amount_minor


class SimulatedPaymentTerminal(PaymentDriver):
    """Implements ports.PaymentTerminal. One payment at a time; a payment id charges at most once, ever."""

    def __init__(
        self, name: str = "card terminal", memory: Path | None = None, on_status: StatusListener | None = None
    ) -> None:
        """memory is the file its payments are kept in; without one they are forgotten with the process."""
        super().__init__(name, PaymentLog(), on_status)
        self._memory = memory
        self._switches = TerminalSwitches()
        self._settled: set[str] = set()
        self._taken = self._load()
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
        """What has been taken from cards altogether and not given back, in minor units."""
        with self._guard:
            return sum(taken.charged_minor for taken in self._taken.values())

    def batch_total(self, currency_code: str) -> BatchTotal | None:
        """The sums of the payments that it took since its batch began, with each of them."""
        with self._guard:
            if self._switches.behaviour is Behaviour.OFFLINE:
                raise WorldError("The card terminal cannot be reached.")
            taken = {name: one for name, one in self._taken.items() if one.charged_minor and name not in self._settled}
            wrong_minor = self._switches.wrong_total_minor
        payments = tuple(
            BatchPayment(
                payment_id,
                one.charged_minor,
                one.refund_of,
                f"{one.result.brand} •••• {one.result.last_four}, {one.result.authorisation}",
            )
            for payment_id, one in taken.items()
        )
        into = sum(one.amount_minor for one in payments if one.amount_minor > 0)
        out = -sum(one.amount_minor for one in payments if one.amount_minor < 0)
        return BatchTotal(into + wrong_minor, out, payments)

    def end_batch(self) -> None:
        """Forget in the sums, not in the book, what was taken so far."""
        with self._guard:
            ended = [name for name in self._taken if name not in self._settled]
            self._write({"batch_ended": ended})
            self._settled.update(ended)

    # --- what a driver does ------------------------------------------------------------------------------------------

    def _take(self, payment: Payment) -> CardResult:
        known = self._found(payment.payment_id)
        if known is not None:
            return known
        switches = self.switches
        if switches.behaviour is Behaviour.OFFLINE:
            self.report(DeviceState.OFFLINE, "The card terminal cannot be reached.")
            raise NotTakenError("The card terminal cannot be reached. Nothing charged.")
        self._show(PaymentPhase.WAITING_CARD)
        interrupted = self._cancelled.wait(switches.delay_ms / 1000)
        result = self._decide(payment, switches, interrupted)
        self._remember(payment, result)
        if switches.behaviour is Behaviour.LOST and not interrupted:
            return nothing(CardOutcome.UNKNOWN, payment.amount_minor, "The card terminal's answer was lost.")
        return result

    def _ask(self, payment_id: str, begun: Payment | None) -> CardResult | None:
        if self.switches.behaviour is Behaviour.OFFLINE:
            return nothing(CardOutcome.UNKNOWN, 0, "The card terminal cannot be reached.")
        return self._found(payment_id)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _found(self, payment_id: str) -> CardResult | None:
        with self._guard:
            taken = self._taken.get(payment_id)
        return taken.result if taken is not None else None

    def _decide(self, payment: Payment, switches: TerminalSwitches, interrupted: bool) -> CardResult:
        if interrupted:
            return nothing(CardOutcome.CANCELLED, payment.amount_minor, "Cancelled. Nothing charged.")
        if switches.behaviour is Behaviour.TIMEOUT:
            message = "No card was presented in time. Nothing charged."
            return nothing(CardOutcome.CANCELLED, payment.amount_minor, message)
        if switches.behaviour is Behaviour.DECLINE:
            outcome, authorisation, message = CardOutcome.DECLINED, "", "Declined by the card's bank."
        elif payment.is_refund and not self._may_give_back(payment):
            outcome, authorisation, message = CardOutcome.DECLINED, "", "That is more than was paid."
        else:
            outcome, authorisation = CardOutcome.APPROVED, f"{secrets.randbelow(1_000_000):06d}"
            message = "Refunded." if payment.is_refund else "Approved."
        reference = f"simulated-{payment.payment_id}" if authorisation else ""
        brand, last_four = switches.brand, switches.last_four
        return CardResult(outcome, payment.amount_minor, authorisation, brand, last_four, message, reference)

    def _may_give_back(self, refund: Payment) -> bool:
        """A payment that this terminal took is given back once; any other goes to the card that is presented."""
        original = refund.original_payment_id
        with self._guard:
            if original not in self._taken:
                return True
            given_back = sum(t.charged_minor for t in self._taken.values() if t.refund_of == original)
            return self._taken[original].charged_minor + given_back >= refund.amount_minor

    def _remember(self, payment: Payment, result: CardResult) -> None:
        taken = _Taken(result, payment.original_payment_id, payment.is_refund)
        with self._guard:
            self._write({"payment_id": payment.payment_id, **asdict(taken)})
            self._taken[payment.payment_id] = taken

    def _write(self, line: dict[str, Any]) -> None:
        if self._memory is None:
            return
        self._memory.parent.mkdir(parents=True, exist_ok=True)
        with self._memory.open("a", encoding="utf-8") as file:
            # The newline goes first: a line that a power failure cut off must not swallow this one.
            file.write("\n" + json.dumps(line))
            file.flush()
            os.fsync(file.fileno())

    def _load(self) -> dict[str, _Taken]:
        if self._memory is None or not self._memory.exists():
            return {}
        found: dict[str, _Taken] = {}
        for line in self._memory.read_text(encoding="utf-8").splitlines():
            try:
                stored = json.loads(line)
                if "batch_ended" in stored:
                    self._settled.update(stored["batch_ended"])
                    continue
                result = CardResult(**{**stored["result"], "outcome": CardOutcome(stored["result"]["outcome"])})
                found[stored["payment_id"]] = _Taken(result, stored["refund_of"], stored["is_refund"])
            except (ValueError, KeyError, TypeError):  # cut off by a power failure: its payment was never answered
                continue
        return found
