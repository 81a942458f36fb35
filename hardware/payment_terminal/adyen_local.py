"""A terminal of Adyen on the store's own network (Terminal API, local): the till asks it directly, over HTTPS.

An answer that does not come, or cannot be believed, is never taken for a no: the terminal is asked what became of the
payment, and only it can say that nothing was charged.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from hardware.base import StatusListener
from hardware.device_thread import DeviceThread
from hardware.payment_terminal import nexo_messages as nexo
from hardware.payment_terminal.driver import STILL_UNDER_WAY, NotTakenError, Now, PaymentDriver, nothing
from hardware.payment_terminal.nexo_line import AnswerLostError, NexoLine, NotSentError
from hardware.payment_terminal.payment_log import Payment, PaymentLog
from pos_app.domain.card_batch import BatchTotal
from pos_app.errors import WorldError
from pos_app.ports import CardOutcome, CardResult, DeviceState, DeviceStatus, PaymentPhase

logger = logging.getLogger(__name__)
T = TypeVar("T")

NEVER_ARRIVED = "The payment never reached the card terminal. Nothing charged."

# The terminal gives up waiting for a card after 120 s (Adyen, "Verify transaction status"): its answer comes then.
PAYMENT_ANSWER_WITHIN_S = 150.0
ANSWER_WITHIN_S = 10.0
ASK_AGAIN_AFTER_S = 2.0
CHECK_EVERY_S = 60.0
CHECK_AGAIN_AFTER_S = 5.0


class AdyenLocalTerminal(PaymentDriver):
    """Implements ports.PaymentTerminal over the Terminal API."""

    def __init__(
        self,
        line: NexoLine,
        log: PaymentLog,
        name: str = "card terminal",
        on_status: StatusListener | None = None,
        now: Now | None = None,
        payment_answer_within_s: float = PAYMENT_ANSWER_WITHIN_S,
        answer_within_s: float = ANSWER_WITHIN_S,
        ask_again_after_s: float = ASK_AGAIN_AFTER_S,
    ) -> None:
        super().__init__(name, log, on_status, now)
        self._line = line
        self._payment_answer_within_s = payment_answer_within_s
        self._answer_within_s = answer_within_s
        self._ask_again_after_s = ask_again_after_s
        self._at_terminal: tuple[str, str] | None = None
        self._stopped = threading.Event()
        self._health = DeviceThread(name, self._look_after)

    def start(self) -> None:
        """Look after the terminal's health from now on."""
        self._health.start()

    def stop(self) -> None:
        """Stop looking; a payment under way is left to the terminal, which knows it when asked again."""
        self._stopped.set()
        self._health.stop()

    def cancel(self) -> None:
        """Stop waiting for a card, or do not begin; what the terminal had already decided stays decided."""
        with self._guard:
            self._cancelled.set()
            at_terminal = self._at_terminal
        if at_terminal is not None:
            threading.Thread(target=self._abort, args=at_terminal, name=f"{self.name} cancel", daemon=True).start()

    def check(self) -> DeviceStatus:
        """Ask the terminal how it and its line to the card network are."""
        with self._guard:
            if self._current is not None:
                return self.status
        try:
            wrong = nexo.read_diagnosis(self._exchange(nexo.diagnosis_request()))
        except nexo.RejectedError:
            self.report(DeviceState.ERROR, "The card terminal refuses this till's messages: compare the shared key.")
        except AnswerLostError as error:
            self.report(DeviceState.ERROR, str(error))
        except nexo.UnbelievableAnswerError as error:
            self.report(DeviceState.ERROR, f"The card terminal's answer cannot be believed: {error}.")
        except NotSentError as error:
            self.report(DeviceState.OFFLINE, str(error))
        else:
            self.report(DeviceState.WARNING if wrong else DeviceState.READY, wrong)
        return self.status

    def batch_total(self, currency_code: str) -> BatchTotal | None:
        """The terminal's totals since its reconciliation period began (GetTotals); it lists no payments."""
        request = nexo.totals_request(self._line.poi_id)
        return self._about_the_batch(request, lambda answer: nexo.read_totals(answer, currency_code))

    def end_batch(self) -> None:
        """Begin a new reconciliation period (Reconciliation)."""
        self._about_the_batch(nexo.reconciliation_request(), nexo.read_reconciliation)

    # --- what a driver does ------------------------------------------------------------------------------------------

    def _take(self, payment: Payment) -> CardResult:
        request = self._request_for(payment)
        try:
            connection = self._line.connect()
        except NotSentError as error:
            self.report(DeviceState.OFFLINE, str(error))
            raise NotTakenError(f"{error} Nothing charged.") from error
        refusal = ""
        try:
            with self._guard:
                if self._cancelled.is_set():
                    raise NotTakenError("Cancelled. Nothing charged.")
                self._at_terminal = (payment.payment_id, request.category)
                no_card = request.category == "Reversal"
                self._phase = PaymentPhase.AUTHORISING if no_card else PaymentPhase.WAITING_CARD
            result = self._read(payment, connection.ask(request, self._payment_answer_within_s))
        except (AnswerLostError, nexo.UnbelievableAnswerError) as error:
            logger.warning("%s The terminal is asked what became of the payment.", error)
            self.count("CommunicationErrorCount")
            result = None
        except nexo.RejectedError:
            result, refusal = None, "The card terminal refuses this till's messages. Nothing charged."
        except nexo.NotBegunError as reason:
            result, refusal = None, str(reason)
        finally:
            connection.close()
        return self._finish(result if result is not None else self._ask_until_known(payment, refusal))

    def _ask(self, payment_id: str, begun: Payment | None) -> CardResult | None:
        payment = begun or Payment(payment_id, 0, "")
        try:
            result = self._fate_of(payment)
        except KeyError:
            with self._guard:
                self._at_terminal = None
            return None
        except (NotSentError, AnswerLostError, nexo.RejectedError, nexo.UnbelievableAnswerError) as error:
            return nothing(CardOutcome.UNKNOWN, payment.amount_minor, _could_not_ask(error))
        if result is None:
            with self._guard:  # so that cancel() reaches a payment that a till before this one began
                self._at_terminal = (payment.payment_id, nexo.category_of(payment))
            return nothing(CardOutcome.UNKNOWN, payment.amount_minor, STILL_UNDER_WAY)
        return self._finish(result)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _request_for(self, payment: Payment) -> nexo.Request:
        if not payment.is_refund:
            return nexo.payment_request(payment)
        if not payment.original_reference:
            return nexo.refund_to_card_request(payment)
        original = self._result_of(payment.original_payment_id)
        given_back_minor = self._log.refunded_minor(payment.original_payment_id)
        whole = original is not None and given_back_minor == 0 and payment.amount_minor == original.amount_minor
        return nexo.reversal_request(payment, whole)

    def _result_of(self, payment_id: str) -> CardResult | None:
        logged = self._log.find(payment_id)
        return logged.result if logged is not None else None

    def _read(self, payment: Payment, answer: dict[str, Any]) -> CardResult | None:
        if "ReversalResponse" not in answer:
            return nexo.read_payment(answer, payment)
        return nexo.read_reversal(answer, payment, self._result_of(payment.original_payment_id))

    def _fate_of(self, payment: Payment) -> CardResult | None:
        """The result, or None while it is under way. Raises KeyError when the terminal never had the payment."""
        category = nexo.category_of(payment)
        question = nexo.status_request(payment.payment_id, category, self._line.sale_id, self._line.poi_id)
        try:
            return nexo.read_status(
                self._exchange(question), payment.payment_id, lambda repeated: self._read(payment, repeated)
            )
        except nexo.NotBegunError:
            raise KeyError(payment.payment_id) from None

    def _ask_until_known(self, payment: Payment, refusal: str) -> CardResult:
        """Ask until the terminal knows, as long as it says that the customer is at it.

        refusal is what it said when it did not begin, empty when its answer was lost. A refusal is asked about too: it
        may have refused because it has this very payment already.
        """
        attempts_left = max(1, int(self._payment_answer_within_s / self._ask_again_after_s))
        self._show(PaymentPhase.AUTHORISING)
        while True:
            try:
                result = self._fate_of(payment)
            except KeyError:
                raise NotTakenError(refusal or NEVER_ARRIVED) from None
            except (NotSentError, AnswerLostError, nexo.RejectedError, nexo.UnbelievableAnswerError) as error:
                if refusal and isinstance(error, nexo.RejectedError):  # it reads nothing of ours, so it began nothing
                    raise NotTakenError(refusal) from None
                return nothing(CardOutcome.UNKNOWN, payment.amount_minor, _could_not_ask(error))
            attempts_left -= 1
            if result is not None:
                return result
            if attempts_left == 0 or self._stopped.wait(self._ask_again_after_s):
                return nothing(CardOutcome.UNKNOWN, payment.amount_minor, STILL_UNDER_WAY)

    def _finish(self, result: CardResult) -> CardResult:
        if result.outcome is not CardOutcome.UNKNOWN:
            with self._guard:
                self._at_terminal = None
        return result

    def _about_the_batch(self, request: nexo.Request, read: Callable[[dict[str, Any]], T]) -> T:
        """The answer as it is read. Raises WorldError where there is none to be believed; then totals are typed in."""
        try:
            return read(self._exchange(request))
        except nexo.NotBegunError as reason:
            raise WorldError(str(reason)) from reason
        except nexo.RejectedError as error:
            raise WorldError("The card terminal refuses this till's messages: compare the shared key.") from error
        except nexo.UnbelievableAnswerError as error:
            raise WorldError(f"The card terminal's answer cannot be believed: {error}.") from error

    def _exchange(self, request: nexo.Request) -> dict[str, Any]:
        connection = self._line.connect()
        try:
            return connection.ask(request, self._answer_within_s)
        finally:
            connection.close()

    def _abort(self, payment_id: str, category: str) -> None:
        request = nexo.abort_request(payment_id, category, self._line.sale_id, self._line.poi_id)
        try:
            connection = self._line.connect()
        except NotSentError as error:
            logger.warning("the card payment could not be cancelled: %s", error)
            return
        try:
            connection.tell(request, self._answer_within_s)
        except AnswerLostError as error:
            logger.warning("nobody knows whether the card payment was cancelled: %s", error)
        finally:
            connection.close()

    def _look_after(self) -> float:
        with self._guard:
            taking = self._current is not None
        if taking:
            return CHECK_AGAIN_AFTER_S
        state = self.check().state
        return CHECK_EVERY_S if state is DeviceState.READY else CHECK_AGAIN_AFTER_S


def _could_not_ask(error: Exception) -> str:
    if isinstance(error, nexo.RejectedError):
        return "The card terminal refuses this till's messages: nobody knows whether the card was charged."
    return f"{error} Nobody knows whether the card was charged."
