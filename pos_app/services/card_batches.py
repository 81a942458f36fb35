"""The card terminal's batch at the close of a till: asked for, taken for the count, and compared payment by payment."""

import json

from pos_app.domain.card_batch import BatchPayment, BatchTotal, CardDifference, card_payments_of, differences
from pos_app.domain.tenders import TenderType
from pos_app.domain.till_closing import CountedTender, TillClosing
from pos_app.ports import Storage, TillRecords

CARD = TenderType.CARD.value


class CardBatches:
    """Reads the journal, so it is not for the GUI thread."""

    def __init__(self, *, storage: Storage, records: TillRecords) -> None:
        self._storage = storage
        self._records = records

    def counted(self, batch: BatchTotal) -> tuple[CountedTender, tuple[BatchPayment, ...] | None]:
        """What of the batch belongs to the till being closed, and its payments where the terminal lists them.

        A terminal serves all tills of a workstation: what the journal knows of the others is not this till's. What
        nobody knows is, so that it is seen.
        """
        others = self._of_other_tills()
        if batch.payments is None:
            return CountedTender(CARD, batch.net_minor - sum(one.amount_minor for one in others)), None
        left = {one.key for one in others}
        payments = tuple(one for one in batch.payments if one.key not in left)
        wrong_minor = batch.net_minor - sum(one.amount_minor for one in batch.payments)
        return CountedTender(CARD, sum(one.amount_minor for one in payments) + wrong_minor), payments

    def differences(self, closing: TillClosing) -> list[CardDifference]:
        """Payments that only the terminal or only the journal knows; none where the terminal gave no list."""
        if closing.card_payments is None:
            return []
        journal = [
            payment
            for entry in self._records.period()
            for payment in card_payments_of(entry.kind, json.loads(entry.payload))
        ]
        return differences(closing.card_payments, journal)

    def _of_other_tills(self) -> list[BatchPayment]:
        till_id = self._storage.current_till().till_id
        found = []
        for entry in self._records.day():
            payload = json.loads(entry.payload)
            if payload.get("till_id", "") != till_id:
                found += card_payments_of(entry.kind, payload)
        return found
