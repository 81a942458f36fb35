"""Goods that come back and goods that go out on one ticket: the refund pays first, the rest is paid or given back.

The refund's money pays in the reverse of the refund order, cash first, so that what is left over goes back in the
order of every refund. Points that had paid are given back as points and pay nothing here: they are the member's again.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_app.domain.returns import REFUND_ORDER, PendingReturn, Refund
from pos_app.domain.rounding import Rounding, round_to_step
from pos_app.domain.tenders import Tender, TenderType


def exchange_credit_minor(pending: PendingReturn) -> int:
    """What the goods that come back are worth in the new sale."""
    return sum(refund.amount_minor for refund in pending.quote.refunds if not refund.points)


def credit_tenders(pending: PendingReturn | None, total_minor: int) -> tuple[Tender, ...]:
    """The parts of a sale of that total that an exchange pays, one for each tender whose money it is.

    Each keeps what its money was in reference, and what a card's terminal needs: it goes back there if the new goods
    come back one day.
    """
    if pending is None:
        return ()
    cards = {card.tender_id: card for card in pending.cards}
    tenders: list[Tender] = []
    for number, (refund, taken) in enumerate(_taken(pending, total_minor), 1):
        if not taken:
            continue
        card = cards.get(refund.original_tender_id)
        words = f"Used as credit ({card.description})" if card is not None else "Used as credit"
        tender = Tender(
            f"{pending.return_id}-{number}",
            TenderType.EXCHANGE,
            taken,
            taken,
            reference=refund.tender_type.value,
            description=words,
        )
        if card is not None:
            tender = replace(tender, payment_id=card.payment_id, processor_reference=card.processor_reference)
        tenders.append(tender)
    return tuple(tenders)


def paid_out(pending: PendingReturn, total_minor: int, cash_step_minor: int, rounding: Rounding) -> tuple[Refund, ...]:
    """What still goes back to the customer when the new goods come to less: points and money, in the refund order."""
    left = [refund for refund in pending.quote.refunds if refund.points]
    for refund, taken in _taken(pending, total_minor):
        amount_minor = refund.amount_minor - taken
        if refund.tender_type is TenderType.CASH:
            amount_minor = round_to_step(amount_minor, cash_step_minor, rounding)
        if amount_minor:
            left.append(replace(refund, amount_minor=amount_minor))
    return tuple(sorted(left, key=_rank))


def exchange_refunds(pending: PendingReturn, total_minor: int, given_back: Sequence[Refund]) -> tuple[Refund, ...]:
    """The refunds of the return's event: what is given back, and what went into the new sale."""
    credited = [
        Refund(TenderType.EXCHANGE, taken, 0, refund.original_tender_id)
        for refund, taken in _taken(pending, total_minor)
        if taken
    ]
    return (*given_back, *credited)


def _taken(pending: PendingReturn, total_minor: int) -> list[tuple[Refund, int]]:
    """How much of each part of the refund the new sale takes."""
    left_minor = max(0, total_minor)
    parts: list[tuple[Refund, int]] = []
    for refund in sorted((one for one in pending.quote.refunds if not one.points), key=_rank, reverse=True):
        taken = min(left_minor, refund.amount_minor)
        left_minor -= taken
        parts.append((refund, taken))
    return parts


def _rank(refund: Refund) -> int:
    return REFUND_ORDER.index(refund.tender_type)
