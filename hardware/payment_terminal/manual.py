"""A card terminal that stands alone: the associate types the amount on it, and tells the till what its slip says."""

import re
import threading

from hardware.base import StatusListener
from hardware.payment_terminal import card_data
from hardware.payment_terminal.driver import Now, PaymentDriver, nothing
from hardware.payment_terminal.payment_log import Payment, PaymentLog
from pos_app.manual_card import ManualCardPrompt, ManualCardPurpose, ManualCardQuestion, SlipEntry
from pos_app.ports import CardOutcome, CardResult, DeviceState, PaymentPhase

LONGEST_REFERENCE = 32

NO_WHOLE_NUMBERS = "Never type a whole card number: enter the authorisation code and the last four digits."
NEEDS_REFERENCE = "Enter the authorisation code or reference that the slip shows."
NEEDS_FOUR_DIGITS = "Enter the last four digits of the card, or leave them empty."
NOT_SAID = "The card terminal was not checked. Look at its slip before the card is charged again."

_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z .\-/]*")
_WORDS = {
    CardOutcome.APPROVED: "Approved on the card terminal.",
    CardOutcome.DECLINED: "Declined on the card terminal. Nothing charged.",
    CardOutcome.CANCELLED: "Nothing charged on the card terminal.",
    CardOutcome.UNKNOWN: NOT_SAID,
}


class ManualTerminal(PaymentDriver):
    """Implements ports.PaymentTerminal by asking the associate."""

    def __init__(
        self,
        prompt: ManualCardPrompt,
        log: PaymentLog,
        name: str = "card terminal",
        on_status: StatusListener | None = None,
        now: Now | None = None,
    ) -> None:
        super().__init__(name, log, on_status, now)
        self._prompt = prompt
        self._one_question = threading.Lock()
        self.report(DeviceState.READY)

    def cancel(self) -> None:
        """Close the open question; unless the associate says how it ended, that stays unknown."""
        super().cancel()
        self._prompt.dismiss()

    def _take(self, payment: Payment) -> CardResult:
        self._show(PaymentPhase.WAITING_CARD)
        return self._ask_associate(
            payment, ManualCardPurpose.REFUND if payment.is_refund else ManualCardPurpose.PAYMENT
        )

    def _ask(self, payment_id: str, begun: Payment | None) -> CardResult | None:
        return None if begun is None else self._ask_associate(begun, ManualCardPurpose.SLIP)

    def _ask_associate(self, payment: Payment, purpose: ManualCardPurpose) -> CardResult:
        problem = ""
        while True:
            question = ManualCardQuestion(purpose, payment.amount_minor, payment.currency_code, problem)
            with self._one_question:
                entry = self._prompt.ask(question)
            if entry is None:
                return nothing(CardOutcome.UNKNOWN, payment.amount_minor, NOT_SAID)
            problem = _problem_of(entry)
            if not problem:
                return _result(entry, payment.amount_minor)


def _problem_of(entry: SlipEntry) -> str:
    """What is wrong with an entry; empty when it can be kept."""
    if any(card_data.has_card_number(text) for text in (entry.reference, entry.last_four, entry.brand)):
        return NO_WHOLE_NUMBERS
    if entry.last_four and not re.fullmatch(r"[0-9]{4}", entry.last_four):
        return NEEDS_FOUR_DIGITS
    reference = entry.reference.strip()
    if reference and (len(reference) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(reference)):
        return NEEDS_REFERENCE
    return NEEDS_REFERENCE if entry.outcome is CardOutcome.APPROVED and not reference else ""


def _result(entry: SlipEntry, amount_minor: int) -> CardResult:
    if entry.outcome in (CardOutcome.CANCELLED, CardOutcome.UNKNOWN):
        return nothing(entry.outcome, amount_minor, _WORDS[entry.outcome])
    return CardResult(
        entry.outcome,
        amount_minor,
        authorisation=entry.reference.strip(),
        brand=card_data.brand(entry.brand),
        last_four=entry.last_four,
        message=_WORDS[entry.outcome],
    )
