"""Finding sales and returns under way, over a shop in memory; the central service's side of them as well."""

import json
from collections.abc import Sequence
from dataclasses import replace

from fakes.memory_shop import MemoryStorage

from pos_app.domain.journal import JournalEntry
from pos_app.domain.returns import PendingReturn
from pos_app.errors import OfflineError, RefusedError
from pos_app.ports import (
    CardRefund,
    CardResult,
    LoadedCard,
    RewardsGateway,
    SaleQuestion,
    SaleSummary,
    WithoutReceiptRecord,
)
from pos_app.services.finding_sales import summary_of
from pos_app.services.return_parts import OriginalSale, original_of
from pos_app.storage.dataclass_json import from_json, to_json


def sale_everywhere(gateway: RewardsGateway, receipt_number: str) -> OriginalSale | None:
    """A sale as the central service alone knows it."""
    record = gateway.find_sale(receipt_number)
    return None if record is None else original_of(record, complete_record=True)


class MemorySaleFinder:
    """This till's journal, searched."""

    def __init__(self, storage: MemoryStorage) -> None:
        self._storage = storage

    def _of_kind(self, kind: str) -> list[JournalEntry]:
        return [entry for entry in self._storage.state.entries if entry.kind == kind]

    def find(self, question: SaleQuestion, limit: int = 8) -> list[JournalEntry]:
        found = [entry for entry in self._of_kind("sale") if _fits(json.loads(entry.payload), question)]
        return found[::-1][:limit]

    def lowest_price_minor(self, item_id: str, since_day: str) -> int | None:
        prices = [
            line["net_minor"] * 1000 // line["quantity_milli"]
            for entry in self._of_kind("sale")
            if entry.business_day >= since_day
            for line in json.loads(entry.payload)["lines"]
            if line["item_id"] == item_id and not line["voided"]
        ]
        return min(prices, default=None)

    def returns_without_receipt(self, since_day: str) -> list[JournalEntry]:
        return [entry for entry in self._of_kind("return_without_receipt") if entry.business_day >= since_day]


class MemoryPendingReturns:
    """On 'disk': what is kept survives a new set of services."""

    def __init__(self, kept: dict[str, str]) -> None:
        self._kept = kept

    def keep(self, pending: PendingReturn) -> None:
        self._kept[pending.return_id] = to_json(pending)

    def drop(self, return_id: str) -> None:
        self._kept.pop(return_id, None)

    def all(self) -> list[PendingReturn]:
        return [from_json(PendingReturn, text) for text in self._kept.values()]


class MemoryReturnsGateway:
    """The central service for returns: it knows what a test puts in, and refuses what is reserved elsewhere."""

    def __init__(self) -> None:
        self.online = True
        self.sales: list[JournalEntry] = []
        self.reserved: dict[str, list[tuple[int, int]]] = {}
        self.taken_elsewhere: set[str] = set()
        self.record = WithoutReceiptRecord()
        self.cards: dict[int, LoadedCard] = {}

    def _require_line(self) -> None:
        if not self.online:
            raise OfflineError("The rewards service cannot be reached.")

    def find_sales(self, question: SaleQuestion) -> tuple[SaleSummary, ...]:
        self._require_line()
        return tuple(summary_of(entry) for entry in self.sales if _fits(json.loads(entry.payload), question))

    def reserve_return(self, return_id: str, receipt_number: str, lines: Sequence[tuple[int, int]]) -> None:
        self._require_line()
        if receipt_number in self.taken_elsewhere:
            raise RefusedError("returned_elsewhere", "These goods came back already, at another till.")
        self.reserved[return_id] = list(lines)

    def release_return(self, return_id: str) -> None:
        self._require_line()
        self.reserved.pop(return_id, None)

    def hold_loads(
        self, return_id: str, transaction_id: str, line_numbers: Sequence[int]
    ) -> tuple[bool, tuple[LoadedCard, ...]]:
        self._require_line()
        cards = tuple(self.cards[number] for number in line_numbers if number in self.cards)
        whole = len(cards) == len(line_numbers)
        return whole and all(card.left_minor == card.loaded_minor for card in cards), cards

    def returned_without_receipt(self, id_hash: str, since_day: str) -> WithoutReceiptRecord:
        self._require_line()
        return self.record


def _fits(sale: dict, question: SaleQuestion) -> bool:
    member = sale["member"] or {}
    cards = [tender["description"] for tender in sale["tenders"] if tender["tender_type"] == "card"]
    serials = [line.get("serial_number") for line in sale["lines"]]
    return (
        (not question.member_id or member.get("member_id") == question.member_id)
        and (not question.serial_number or question.serial_number in serials)
        and (not question.card_last_four or any(one.endswith(question.card_last_four) for one in cards))
        and (not question.business_day or sale["header"]["business_day"] == question.business_day)
        and (question.amount_minor is None or sale["total_minor"] == question.amount_minor)
    )


class MemoryRefundBook:
    """Card refunds as they were asked for."""

    def __init__(self) -> None:
        self._refunds: dict[str, CardRefund] = {}

    def begin(self, refund: CardRefund) -> None:
        self._refunds[refund.payment_id] = refund

    def settle(self, payment_id: str, result: CardResult) -> None:
        self._refunds[payment_id] = replace(self._refunds[payment_id], result=result)

    def of(self, refund_id: str) -> list[CardRefund]:
        return [one for one in self._refunds.values() if one.refund_id == refund_id]

    def open(self) -> list[CardRefund]:
        return [one for one in self._refunds.values() if one.result is None]
