"""Taking goods back: find the sale, show what a return would do, then make it durable in one commit."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pos_app.domain.item import Item
from pos_app.domain.operator import Operator
from pos_app.domain.paper_return import PaperReceipt, quote_paper, settled
from pos_app.domain.poslog import return_from_plain, return_to_plain, sale_from_plain
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.retail_transaction import RetailTransaction, TransactionHeader
from pos_app.domain.returns import (
    ReturnError,
    ReturnHistory,
    ReturnQuote,
    ReturnRequest,
    ReturnTransaction,
    quote_all,
    quote_return,
)
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import (
    Catalogue,
    Clock,
    Formatter,
    IdSource,
    PrintJob,
    RewardsGateway,
    SaleRecord,
    Storage,
    TermsSource,
)
from pos_app.services.receipts import compose_return_receipt

_RECEIPT_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class OriginalSale:
    """A sale that goods come back of, with what came back already. complete_record is False when only this till's
    own journal could be asked, so that a return at another till may not be known yet."""

    sale: RetailTransaction
    history: ReturnHistory = field(default_factory=ReturnHistory)
    complete_record: bool = True


@dataclass(frozen=True, slots=True)
class CompletedReturn:
    """A return that is durable: what it was, its receipt and the job that prints it."""

    transaction: ReturnTransaction
    document: ReceiptDocument
    print_job_id: str


class Returning:
    """Returns and post-voids at this till."""

    def __init__(
        self,
        *,
        storage: Storage,
        catalogue: Catalogue,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        profile: StoreProfile,
        operator: Operator,
    ) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._profile = profile
        self._operator = operator

    def find_here(self, receipt_number: str) -> OriginalSale | None:
        """The sale in this till's own journal, with the returns taken here; None when it was made elsewhere."""
        entry = self._storage.sale(receipt_number.strip())
        if entry is None:
            return None
        returns = tuple(json.loads(one.payload) for one in self._storage.returns_of(receipt_number.strip()))
        return original_of(SaleRecord(json.loads(entry.payload), returns), complete_record=False)

    def quote(self, original: OriginalSale, requests: Sequence[ReturnRequest]) -> ReturnQuote:
        """What these lines give back, in money and points, to be shown first. Raises CashierError."""
        try:
            return quote_return(
                original.sale, requests, original.history, self._terms_of(original), self._profile.pricing_rules()
            )
        except ReturnError as error:
            raise CashierError("return", str(error)) from error

    def take_back(self, original: OriginalSale, requests: Sequence[ReturnRequest], reason: str) -> CompletedReturn:
        """Take the goods back. Raises CashierError."""
        if not reason.strip():
            raise CashierError("reason_needed", "A return needs a reason.")
        return self._complete_original(original, self.quote(original, requests), reason.strip(), post_void=False)

    def post_void(self, original: OriginalSale, reason: str) -> CompletedReturn:
        """Reverse a whole sale. Raises CashierError when something of it came back already."""
        if not reason.strip():
            raise CashierError("reason_needed", "Voiding a sale needs a reason.")
        if original.history.lines:
            raise CashierError("returned_in_part", "Goods of this sale came back already; return the rest instead.")
        try:
            quote = quote_all(original.sale, original.history, self._terms_of(original), self._profile.pricing_rules())
        except ReturnError as error:
            raise CashierError("return", str(error)) from error
        return self._complete_original(original, quote, reason.strip(), post_void=True)

    def quote_by_paper(self, receipt: PaperReceipt) -> ReturnQuote:
        """What goods of another till's sale give back while the central service is out of reach. Raises CashierError.

        Points that the goods had earned are not in it: the service settles them by its own record of the sale.
        """
        if not _RECEIPT_NUMBER.fullmatch(receipt.receipt_number):
            raise CashierError("receipt_number", "That is no receipt number. Scan it, or type it as printed.")
        if self._storage.sale(receipt.receipt_number) is not None:
            raise CashierError("sale_known", "This till made that sale: take the goods back by its record.")
        items: list[Item] = []
        for line in receipt.lines:
            item = self._catalogue.find_by_code(line.code)
            if item is None:
                raise CashierError("not_on_file", f"{line.code} is not on file, so its tax is not known here.")
            items.append(item)
        try:
            return quote_paper(receipt, items, self._profile.pricing_rules(), self._terms.current_terms())
        except ReturnError as error:
            raise CashierError("return", str(error)) from error

    def take_back_by_paper(self, receipt: PaperReceipt, reason: str) -> CompletedReturn:
        """Take goods of another till's sale back, the central service being out of reach. Raises CashierError."""
        if not reason.strip():
            raise CashierError("reason_needed", "A return needs a reason.")
        quote = self.quote_by_paper(receipt)
        return self._complete(
            _Reversal(quote, receipt.receipt_number, reason=reason.strip(), provisional=True), self._ids.new_id()
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    def _terms_of(self, original: OriginalSale) -> ProgrammeTerms:
        earned = original.sale.earned
        return self._terms.terms_of(earned.terms_id, earned.terms_version)

    def _complete_original(
        self, original: OriginalSale, quote: ReturnQuote, reason: str, *, post_void: bool
    ) -> CompletedReturn:
        sale = original.sale
        completed = self._complete(
            _Reversal(
                quote,
                sale.header.receipt_number,
                sale.header.transaction_id,
                member_id=sale.member.member_id if sale.member else "",
                contact_id=sale.member.contact_id if sale.member else "",
                reason=reason,
                post_void=post_void,
            ),
            self._ids.new_id(),
        )
        original.history.add(quote.lines, quote.refunds)
        return completed

    def _complete(self, reversal: "_Reversal", transaction_id: str) -> CompletedReturn:
        """The one commit. Its event id is the transaction's, so an unknown outcome can be looked up."""
        business_day = self._storage.business_day()
        if not business_day:
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")
        quote, now = reversal.quote, self._clock.now().isoformat(timespec="milliseconds")
        job_id = self._ids.new_id()
        try:
            with self._storage.unit_of_work() as work:
                header = TransactionHeader(
                    transaction_id=transaction_id,
                    sequence_number=work.begin_transaction(),
                    store_id=self._profile.store_id,
                    workstation_id=self._profile.workstation_id,
                    operator_id=self._operator.operator_id,
                    business_day=business_day,
                    began_at=now,
                    currency_code=self._profile.currency.code,
                )
                returned = ReturnTransaction(
                    header=header,
                    ended_at=now,
                    original_transaction_id=reversal.transaction_id,
                    original_receipt_number=reversal.receipt_number,
                    lines=quote.lines,
                    refunds=quote.refunds,
                    member_id=reversal.member_id,
                    contact_id=reversal.contact_id,
                    reason=reversal.reason,
                    post_void=reversal.post_void,
                )
                document = compose_return_receipt(
                    returned, self._profile, self._formatter, provisional=reversal.provisional
                )
                has_cash = any(refund.tender_type is TenderType.CASH for refund in quote.refunds)
                kind = "post_void" if reversal.post_void else "return"
                work.append(kind, return_to_plain(returned), event_id=transaction_id)
                work.add_print_job(PrintJob(job_id, transaction_id, document, open_drawer=has_cash))
                work.save_till_totals(self._storage.till_totals().with_return(quote.refunds, quote.points_reversed))
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(transaction_id):
                raise
        return CompletedReturn(returned, document, job_id)


@dataclass(frozen=True, slots=True)
class _Reversal:
    """What is to be made durable: a quote, of which sale as far as it is known, and why."""

    quote: ReturnQuote
    receipt_number: str
    transaction_id: str = ""
    member_id: str = ""
    contact_id: str = ""
    reason: str = ""
    post_void: bool = False
    provisional: bool = False


def find_everywhere(gateway: RewardsGateway, receipt_number: str) -> OriginalSale | None:
    """The sale as the central service knows it, with returns at every till. May block: not on the GUI thread.

    Raises OfflineError and RefusedError.
    """
    record = gateway.find_sale(receipt_number.strip())
    return None if record is None else original_of(record, complete_record=True)


def original_of(record: SaleRecord, *, complete_record: bool) -> OriginalSale:
    """A sale and its returns of their payloads."""
    original = OriginalSale(sale_from_plain(record.sale), complete_record=complete_record)
    for plain in record.returns:
        original.history.add(*settled(original.sale, original.history, return_from_plain(plain)))
    return original
