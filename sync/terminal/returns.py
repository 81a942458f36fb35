"""Goods that come back, as the till asks the central service about them."""

from collections.abc import Callable, Sequence

from pos_app.errors import OfflineError
from pos_app.ports import LoadedCard, SaleQuestion, SaleSummary, WithoutReceiptRecord
from sync import returning, stored_value
from sync.terminal.client import CentralClient


class CentralReturns:
    """Implements pos_app.ports.ReturnsGateway over HTTP; is_online is what the sync worker knows."""

    def __init__(self, client: CentralClient, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._is_online = is_online

    def find_sales(self, question: SaleQuestion) -> tuple[SaleSummary, ...]:
        """Sales of all stores that fit, newest first."""
        self._require_line()
        request = returning.FindSales(
            member_id=question.member_id,
            serial_number=question.serial_number,
            card_last_four=question.card_last_four,
            business_day=question.business_day,
            amount_minor=question.amount_minor,
        )
        found = self._client.post(returning.PATH_FIND_SALES, request, returning.FoundSales)
        return tuple(
            SaleSummary(one.receipt_number, one.ended_at, one.store_id, one.total_minor, tuple(one.goods))
            for one in found.sales
        )

    def reserve_return(self, return_id: str, receipt_number: str, lines: Sequence[tuple[int, int]]) -> None:
        """Set goods aside for one return; the same return id again changes nothing."""
        self._require_line()
        pieces = [returning.ReturnPiece(line_number=number, quantity_milli=milli) for number, milli in lines]
        request = returning.ReserveReturn(return_id=return_id, receipt_number=receipt_number, pieces=pieces)
        self._client.post_unanswered(returning.PATH_RESERVE_RETURN, request)

    def release_return(self, return_id: str) -> None:
        """The return is not made after all; harmless when nothing was set aside."""
        self._require_line()
        self._client.post_unanswered(returning.PATH_RELEASE_RETURN.format(return_id=return_id))

    def hold_loads(
        self, return_id: str, transaction_id: str, line_numbers: Sequence[int]
    ) -> tuple[bool, tuple[LoadedCard, ...]]:
        """Set aside all that a sale put onto gift cards, for its void: whether it is, and what the cards hold."""
        self._require_line()
        request = stored_value.HoldLoads(
            return_id=return_id, transaction_id=transaction_id, line_numbers=list(line_numbers)
        )
        answer = self._client.post(stored_value.PATH_HOLD_LOADS, request, stored_value.LoadsHeld)
        return answer.held, tuple(LoadedCard(one.line_number, one.loaded_minor, one.left_minor) for one in answer.loads)

    def returned_without_receipt(self, id_hash: str, since_day: str) -> WithoutReceiptRecord:
        """What this person brought without receipts to all stores since that day."""
        self._require_line()
        request = returning.AskWithoutReceipt(id_hash=id_hash, since_day=since_day)
        found = self._client.post(returning.PATH_WITHOUT_RECEIPT, request, returning.WithoutReceipt)
        return WithoutReceiptRecord(found.returns, found.total_minor)

    def _require_line(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")
