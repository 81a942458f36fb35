"""What all drivers of card terminals share: one payment at a time, once for each payment id, and where it stands."""

import threading
from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime

from hardware.base import Device, StatusListener
from hardware.payment_terminal.payment_log import Payment, PaymentLog
from pos_app.domain.card_batch import BatchTotal
from pos_app.domain.money import CURRENCIES
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, CardResult, DeviceState, DeviceStatus, PaymentPhase

Now = Callable[[], datetime]

NOT_KNOWN = "The terminal has no such payment. Nothing charged."
NOT_YET_KNOWN = "Nothing given back: it is not known yet whether the payment was taken."
NEVER_CHARGED = "That payment was never charged: there is nothing to give back."
STILL_UNDER_WAY = "The payment is still under way."


class NotTakenError(WorldError):
    """Nothing was charged and the same payment may be asked for again; the sentence says why."""


class PaymentDriver(Device):
    """Implements ports.PaymentTerminal over two questions: take this payment, and what became of that one.

    The payment is in the log before the terminal hears of it. Whoever asks for it again, after a crash too, gets its
    result; where nobody knows it, the terminal is asked first.
    """

    def __init__(self, name: str, log: PaymentLog, on_status: StatusListener | None = None, now: Now | None = None):
        super().__init__(name, "payment_terminal", on_status)
        self._log = log
        self._now = now or (lambda: datetime.now(UTC))
        self._guard = threading.Lock()
        self._current: Payment | None = None
        self._cancelled = threading.Event()
        self._recovering: list[str] = []
        self._phase = PaymentPhase.IDLE

    @property
    def phase(self) -> PaymentPhase:
        """Where it is with the last payment."""
        with self._guard:
            return self._phase

    def authorise(self, payment_id: str, amount_minor: int, currency_code: str) -> CardResult:
        """Take a payment, once. Raises ValueError for what is none. currency_code is ISO 4217."""
        return self._once(Payment(payment_id, amount_minor, currency_code, self._now().isoformat()))

    def refund(
        self,
        payment_id: str,
        original_payment_id: str,
        amount_minor: int,
        currency_code: str,
        original_reference: str = "",
    ) -> CardResult:
        """Give back all or part of a payment, once. Raises ValueError for what is no refund."""
        original = self._log.find(original_payment_id)
        if original is not None:
            taken = original.result or self.recover(original_payment_id)
            if taken.outcome is CardOutcome.UNKNOWN:
                return nothing(CardOutcome.CANCELLED, amount_minor, f"{NOT_YET_KNOWN} {taken.message}")
            if taken.outcome is not CardOutcome.APPROVED:
                return nothing(CardOutcome.DECLINED, amount_minor, NEVER_CHARGED)
            original_reference = original_reference or taken.reference
        asked_at = self._now().isoformat()
        return self._once(
            Payment(payment_id, amount_minor, currency_code, asked_at, True, original_payment_id, original_reference)
        )

    def recover(self, payment_id: str) -> CardResult:
        """The truth about a payment: its result, unknown while nobody can tell, or that nothing was charged."""
        with self._guard:
            if self._current is not None and self._current.payment_id == payment_id:
                return nothing(CardOutcome.UNKNOWN, self._current.amount_minor, STILL_UNDER_WAY)
            logged = self._log.find(payment_id)
            if logged is not None and logged.result is not None:
                return logged.result
            self._recovering.append(payment_id)
        begun = logged.payment if logged is not None else None
        try:
            return self._asked(payment_id, begun)
        finally:
            with self._guard:
                self._recovering.remove(payment_id)

    def cancel(self) -> None:
        """Ask the terminal to stop waiting for a card. Thread-safe; returns at once."""
        self._cancelled.set()

    def batch_total(self, currency_code: str) -> BatchTotal | None:
        """See ports.PaymentTerminal: unless a driver can ask its terminal, the total is typed in from its slip."""
        return None

    def end_batch(self) -> None:
        """See ports.PaymentTerminal: whoever types the total in ends the batch on the terminal, too."""

    def check(self) -> DeviceStatus:
        """How the terminal is."""
        return self.status

    # --- what a driver does ------------------------------------------------------------------------------------------

    @abstractmethod
    def _take(self, payment: Payment) -> CardResult:
        """Ask for a payment or refund. Raises NotTakenError when nothing was charged and it may be asked for again."""

    @abstractmethod
    def _ask(self, payment_id: str, begun: Payment | None) -> CardResult | None:
        """What the terminal says of a payment: its result, unknown, or None when it never had it."""

    # --- inside ------------------------------------------------------------------------------------------------------

    def _asked(self, payment_id: str, begun: Payment | None) -> CardResult:
        found = self._ask(payment_id, begun)
        amount_minor = begun.amount_minor if begun is not None else 0
        result = found if found is not None else nothing(CardOutcome.CANCELLED, amount_minor, NOT_KNOWN)
        return self._ended(begun, result) if begun is not None else result

    def _once(self, payment: Payment) -> CardResult:
        if payment.amount_minor <= 0 or not payment.payment_id or payment.currency_code not in CURRENCIES:
            raise ValueError(
                f"not a card payment: {payment.payment_id!r}, {payment.amount_minor} {payment.currency_code!r}"
            )
        with self._guard:
            logged = self._log.find(payment.payment_id)
            if logged is not None and logged.result is not None:
                return logged.result
            if payment.payment_id in self._recovering:  # never charge what is just being asked about
                return nothing(CardOutcome.UNKNOWN, payment.amount_minor, STILL_UNDER_WAY)
            if self._current is not None:
                same = self._current.payment_id == payment.payment_id
                outcome = CardOutcome.UNKNOWN if same else CardOutcome.CANCELLED
                return nothing(outcome, payment.amount_minor, "The card terminal is busy with another payment.")
            self._current = payment
            self._cancelled.clear()
        self.report(DeviceState.BUSY, "giving money back" if payment.is_refund else "taking a payment")
        try:
            return self._take_or_recover(payment, logged.payment if logged is not None else None)
        except NotTakenError as reason:
            self._show(PaymentPhase.CANCELLED)
            return nothing(CardOutcome.CANCELLED, payment.amount_minor, str(reason))
        finally:
            with self._guard:
                self._current = None
            if self.status.state is DeviceState.BUSY:
                self.report(DeviceState.READY)

    def _take_or_recover(self, payment: Payment, begun: Payment | None) -> CardResult:
        if begun is not None:
            self._show(PaymentPhase.AUTHORISING)
            found = self._ask(begun.payment_id, begun)
            if found is not None:
                return self._ended(begun, found)
            payment = begun
        else:
            try:
                self._log.begin(payment)
            except OSError as error:
                raise NotTakenError(f"The payment could not be noted down ({error}). Nothing charged.") from error
        return self._ended(payment, self._take(payment))

    def _ended(self, payment: Payment, result: CardResult) -> CardResult:
        self._show(PaymentPhase(result.outcome.value))
        if result.outcome is not CardOutcome.UNKNOWN:
            self._log.settle(payment, result)
            kind = "Refund" if payment.is_refund else "Payment"
            self.count(f"{result.outcome.value.capitalize()}{kind}Count")
        return result

    def _show(self, phase: PaymentPhase) -> None:
        with self._guard:
            self._phase = phase


def nothing(outcome: CardOutcome, amount_minor: int, message: str) -> CardResult:
    """A result without a card: cancelled or unknown, and why."""
    return CardResult(outcome, amount_minor, message=message)
