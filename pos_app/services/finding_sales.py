"""Finding the sale that goods come back of: by its receipt, or by what the customer knows without it.

The central service knows every store's sales; while it cannot be reached this till's own journal answers, and
whoever asked is told so. Everything here may block, except here().
"""

import json
import re
from dataclasses import dataclass

from pos_app.domain.journal import JournalEntry
from pos_app.domain.receipt_code import GIFT_MARK, is_receipt_qr, number_of_gift_code, read_code
from pos_app.domain.returns import refundable_milli
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.ports import ReturnsGateway, RewardsGateway, SaleFinder, SaleQuestion, SaleSummary
from pos_app.services.return_parts import OriginalSale
from pos_app.services.returning import Returning

_NUMBER = re.compile(r"[A-Za-z0-9]{1,24}-[A-Za-z0-9]{1,24}-[0-9]{6,12}")
_MOST_GOODS = 3
_TODAY = 200


@dataclass(frozen=True, slots=True)
class ReceiptInHand:
    """What a scan or the associate said: a receipt's number; a gift receipt gives store credit only."""

    receipt_number: str
    gift: bool = False


@dataclass(frozen=True, slots=True)
class FoundSales:
    """Sales to choose from. complete is False when only this till could be asked."""

    sales: tuple[SaleSummary, ...]
    complete: bool


class FindingSales:
    """Looks for sales at the central service, and in this till's journal while that is out of reach."""

    def __init__(
        self, gateway: RewardsGateway, returns: ReturnsGateway, finder: SaleFinder, returning: Returning
    ) -> None:
        self._gateway = gateway
        self._returns = returns
        self._finder = finder
        self._returning = returning

    def here(self, receipt_number: str) -> OriginalSale | None:
        """The sale as this till knows it, at once: one look into the journal's index."""
        return self._returning.find_here(receipt_number)

    def everywhere(self, receipt_number: str) -> OriginalSale:
        """The sale with returns at every till; while offline, as this till knows it.

        Raises CashierError when there is none, or none here while nobody else can be asked, and RefusedError.
        """
        try:
            found = self._gateway.find_sale(receipt_number)
        except OfflineError as error:
            known = self.here(receipt_number)
            if known is None:
                raise CashierError(
                    "sale_elsewhere",
                    f"Receipt {receipt_number} is not of this till, and the rewards service cannot be reached. "
                    "Try again when the line is back, or take the goods back by what the paper says.",
                ) from error
            return known
        if found is not None:
            return self._returning.known_everywhere(found)
        known = self.here(receipt_number)
        if known is None:
            raise CashierError("no_such_sale", f"There is no sale with the receipt number {receipt_number}.")
        known.complete_record = True  # it was not uploaded yet, so nobody else can have taken anything back
        return known

    def search(self, question: SaleQuestion) -> FoundSales:
        """Sales that fit what the customer knows, newest first. Raises RefusedError."""
        try:
            return FoundSales(self._returns.find_sales(question), complete=True)
        except OfflineError:
            return FoundSales(tuple(summary_of(entry) for entry in self._finder.find(question)), complete=False)

    def sold_piece(self, item_id: str, serial_number: str) -> str:
        """The receipt on which the piece of this serial number was sold, at any till, and has not come back; or empty.

        Empty as well while the central service cannot say: then this till's own rule is all there is.
        """
        try:
            found = self._returns.find_sales(SaleQuestion(serial_number=serial_number))
            for summary in found:
                original = self.everywhere(summary.receipt_number)
                still_open = refundable_milli(original.sale, original.history)
                for line in original.sale.lines:
                    piece = (line.item_id, line.serial_number) == (item_id, serial_number)
                    if piece and still_open.get(line.line_number):
                        return summary.receipt_number
        except (OfflineError, RefusedError, CashierError):
            return ""
        return ""

    def voidable(self, limit: int = 6) -> list[SaleSummary]:
        """Sales of the open business day at this till of which nothing came back, newest first."""
        day = self._returning.business_day
        entries = self._finder.find(SaleQuestion(business_day=day), limit=_TODAY) if day else []
        found: list[SaleSummary] = []
        for entry in entries:
            summary = summary_of(entry)
            original = self.here(summary.receipt_number)
            if original is not None and not original.history.lines:
                found.append(summary)
            if len(found) == limit:
                break
        return found


def receipt_in_hand(text: str) -> ReceiptInHand | None:
    """The receipt that a scanned or typed text names, or None when it is something else."""
    cleaned = text.strip()
    gift = cleaned.startswith(GIFT_MARK)
    if gift:
        cleaned = number_of_gift_code(cleaned)
    elif is_receipt_qr(cleaned):
        cleaned = read_code(cleaned).receipt_number
    return ReceiptInHand(cleaned, gift) if _NUMBER.fullmatch(cleaned) else None


def summary_of(entry: JournalEntry) -> SaleSummary:
    """A sale of the journal as a row of a list."""
    sale = json.loads(entry.payload)
    names = tuple(line["name"] for line in sale["lines"] if not line["voided"])
    header = sale["header"]
    return SaleSummary(
        header["receipt_number"], sale["ended_at"], header["store_id"], sale["total_minor"], names[:_MOST_GOODS]
    )
