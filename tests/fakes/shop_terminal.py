"""The simulated card terminal with hands of a test: it waits, loses answers, stays silent and charges too much."""

import threading
from dataclasses import replace

from hardware.payment_terminal.driver import nothing
from hardware.payment_terminal.payment_log import Payment
from hardware.payment_terminal.simulator import Behaviour, SimulatedPaymentTerminal, TerminalSwitches
from pos_app.ports import CardOutcome, CardResult

_BEHAVIOURS = {
    CardOutcome.APPROVED: Behaviour.APPROVE,
    CardOutcome.DECLINED: Behaviour.DECLINE,
    CardOutcome.CANCELLED: Behaviour.TIMEOUT,
    CardOutcome.UNKNOWN: Behaviour.LOST,
}


class ShopTerminal(SimulatedPaymentTerminal):
    """outcome is what the next card does, recovered what the terminal says when it is asked again: APPROVED the truth,
    UNKNOWN nothing. It waits while `go` is cleared; surcharge_minor is what it wrongly charges on top.
    """

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.recovered = CardOutcome.APPROVED
        self.surcharge_minor = 0
        self.payments: list[tuple[str, int]] = []
        self.refunds: list[tuple[str, int]] = []

    @property
    def outcome(self) -> CardOutcome:
        return next(outcome for outcome, one in _BEHAVIOURS.items() if one is self.switches.behaviour)

    @outcome.setter
    def outcome(self, outcome: CardOutcome) -> None:
        self.set_switches(behaviour=_BEHAVIOURS[outcome])

    def cancel(self) -> None:
        super().cancel()
        self.go.set()

    def _take(self, payment: Payment) -> CardResult:
        asked = self.refunds if payment.is_refund else self.payments
        asked.append((payment.payment_id, payment.amount_minor))
        self.go.wait(10)
        return super()._take(payment)

    def _ask(self, payment_id: str, begun: Payment | None) -> CardResult | None:
        if self.recovered is CardOutcome.UNKNOWN:
            return nothing(CardOutcome.UNKNOWN, 0, "The card terminal does not answer.")
        return super()._ask(payment_id, begun)

    def _decide(self, payment: Payment, switches: TerminalSwitches, interrupted: bool) -> CardResult:
        result = super()._decide(payment, switches, interrupted)
        over = 0 if payment.is_refund else self.surcharge_minor
        return replace(result, amount_minor=result.amount_minor + over)
