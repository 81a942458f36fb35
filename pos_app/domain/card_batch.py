"""What a card terminal took since its batch began, against what the journal knows of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pos_app.domain.journal import EventKind
from pos_app.domain.tenders import TenderType


class BatchPayment(NamedTuple):
    """A payment, or money given back with an amount below zero; shown names it without any card number."""

    payment_id: str
    amount_minor: int
    original_payment_id: str = ""
    shown: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What it is recognised by: a payment by its id, a refund by what it gives back of which payment."""
        return self.original_payment_id or self.payment_id, self.amount_minor


@dataclass(frozen=True, slots=True)
class BatchTotal:
    """What a terminal says of its batch. payments is None where it gives totals and no list."""

    taken_minor: int
    given_minor: int = 0
    payments: tuple[BatchPayment, ...] | None = None

    @property
    def net_minor(self) -> int:
        """What it took and kept."""
        return self.taken_minor - self.given_minor


class CardDifference(NamedTuple):
    """A payment that only one of the two knows."""

    shown: str
    amount_minor: int
    at_terminal: bool


def card_payments_of(kind: str, payload: Mapping[str, Any]) -> list[BatchPayment]:
    """The card payments and refunds that a journal entry tells of."""
    card = TenderType.CARD.value
    match kind:
        case EventKind.SALE | EventKind.DEPOSIT:
            shown = payload["header"]["receipt_number"]
            return [
                BatchPayment(one.get("payment_id") or one["tender_id"], one["amount_minor"], "", f"Sale {shown}")
                for one in payload["tenders"]
                if one["tender_type"] == card
            ]
        case EventKind.RETURN | EventKind.POST_VOID | EventKind.RETURN_WITHOUT_RECEIPT | EventKind.DEPOSIT_REFUNDED:
            shown = payload["header"]["receipt_number"]
            return [
                BatchPayment("", -one["amount_minor"], one["original_tender_id"], f"Return {shown}")
                for one in payload["refunds"]
                if one["tender_type"] == card
            ]
        case EventKind.CARD_PAYMENT_REVERSED:
            taken, amount_minor = payload["payment_id"], payload["amount_minor"]
            return [BatchPayment(taken, amount_minor), BatchPayment("", -amount_minor, taken)]
    return []


def differences(terminal: Iterable[BatchPayment], journal: Iterable[BatchPayment]) -> list[CardDifference]:
    """Payments that the terminal has and the journal does not, then the reverse."""
    at_terminal, in_journal = list(terminal), list(journal)
    return [
        *(CardDifference(one.shown, one.amount_minor, True) for one in _missing(at_terminal, in_journal)),
        *(CardDifference(one.shown, one.amount_minor, False) for one in _missing(in_journal, at_terminal)),
    ]


def _missing(have: Iterable[BatchPayment], others: Iterable[BatchPayment]) -> list[BatchPayment]:
    known = Counter(one.key for one in others)
    found = []
    for one in have:
        if known[one.key]:
            known[one.key] -= 1
        else:
            found.append(one)
    return found
