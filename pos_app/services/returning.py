"""Taking goods back: find the sale, show what a return would do, then make it durable in one commit.

A return is decided first (plan), with the rights it needs; its money may then be on its way for a while, at a card
terminal; what is complete makes it durable. Between the two it is kept on disk, so that a crash loses neither.
"""

import json
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pos_app.domain.item import Item
from pos_app.domain.kept_goods import KeptGoods, price_kept
from pos_app.domain.operator import Operator
from pos_app.domain.paper_return import PaperReceipt, quote_paper
from pos_app.domain.poslog import return_to_plain
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.retail_transaction import RetailTransaction, SaleLine, TransactionHeader
from pos_app.domain.return_policy import PromotionRule, Verdict
from pos_app.domain.return_quote import quote_all, quote_return
from pos_app.domain.returns import (
    PendingReturn,
    ReturnError,
    ReturnQuote,
    ReturnRequest,
    ReturnTransaction,
    refundable_milli,
)
from pos_app.domain.rewards import ProgrammeTerms
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.tenders import TenderType
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import (
    Catalogue,
    Clock,
    Formatter,
    IdSource,
    PrintJob,
    ReceiptSigner,
    SaleRecord,
    Storage,
    TermsSource,
    UnitOfWork,
)
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.receipt_seal import sealed
from pos_app.services.return_parts import (
    OriginalSale,
    RefundTo,
    ReturnPreview,
    approved,
    as_card,
    check_serials,
    kind_of,
    need,
    original_of,
    redirected,
)
from pos_app.services.return_receipts import compose_return_labels, compose_return_receipt

STAYS_LOADED = "It stays loaded and cannot come back."
_RECEIPT_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,64}")


class StoreCredit(Protocol):
    """Issues store credit as a part of another write."""

    def issue_in(self, work: UnitOfWork, amount_minor: int, reason: str, receipt_number: str = "") -> object:
        """New store credit with its slip; the caller commits."""


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
        approvals: Approvals,
        credit: StoreCredit | None = None,
        signer: ReceiptSigner | None = None,
    ) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self.formatter = formatter
        self.profile = profile
        self._operator = operator
        self._approvals = approvals
        self._credit = credit
        self._signer = signer

    @property
    def gives_store_credit(self) -> bool:
        """True where this till can issue store credit."""
        return self._credit is not None

    @property
    def business_day(self) -> str:
        """The open business day, or empty."""
        return self._storage.business_day()

    # --- finding and showing -----------------------------------------------------------------------------------------

    def find_here(self, receipt_number: str) -> OriginalSale | None:
        """The sale in this till's own journal, with the returns taken here; None when it was made elsewhere."""
        entry = self._storage.sale(receipt_number.strip())
        if entry is None:
            return None
        returns = tuple(json.loads(one.payload) for one in self._storage.returns_of(receipt_number.strip()))
        return original_of(SaleRecord(json.loads(entry.payload), returns), complete_record=False)

    def known_everywhere(self, record: SaleRecord) -> OriginalSale:
        """A sale as the central service knows it, with what this till took back and has not sent yet."""
        known = {returned["header"]["transaction_id"] for returned in record.returns}
        number = record.sale["header"]["receipt_number"]
        mine = [json.loads(entry.payload) for entry in self._storage.returns_of(number)]
        unsent = tuple(one for one in mine if one["header"]["transaction_id"] not in known)
        return original_of(SaleRecord(record.sale, (*record.returns, *unsent)), complete_record=True)

    def open_milli(self, original: OriginalSale) -> dict[int, int]:
        """How much of each line can still come back; nothing of a gift card that was loaded."""
        still_open = refundable_milli(original.sale, original.history)
        return still_open | {line.line_number: 0 for line in original.sale.lines if self.stays_loaded(line)}

    def stays_loaded(self, line: SaleLine) -> bool:
        """True for a gift card that was sold: its money is on the card, or spent, and does not come back."""
        return line.item_id == self.profile.gift_cards.item_id and not line.voided

    def verdict(self, original: OriginalSale, request: ReturnRequest, *, exchange: bool = False) -> Verdict:
        """What the store's policy says to one line in that condition."""
        sale = original.sale
        category = next((line.category for line in sale.lines if line.line_number == request.line_number), "")
        bought_on = datetime.fromisoformat(sale.ended_at).date()
        today = self._clock.now().date()
        return self.profile.return_policy.judge(category, request.condition, bought_on, today, exchange=exchange)

    def preview(
        self,
        original: OriginalSale,
        requests: Sequence[ReturnRequest],
        *,
        to: RefundTo = RefundTo.ORIGINAL,
        exchange: bool = False,
    ) -> ReturnPreview:
        """What these lines give back, in money and points, to be shown first. Raises CashierError."""
        verdicts = {one.line_number: self.verdict(original, one, exchange=exchange) for one in requests}
        kept = self._kept(original, requests)
        before_minor = original.history.promotion_loss_minor
        try:
            quote = quote_return(
                original.sale,
                requests,
                original.history,
                self._terms_of(original),
                self.profile.pricing_rules(),
                fees_micro={number: one.restocking_fee_micro for number, one in verdicts.items()},
                promotion_loss_minor=(kept.loss_minor if kept else 0) - before_minor,
            )
        except ReturnError as error:
            raise CashierError("return", str(error)) from error
        return ReturnPreview(redirected(quote, to, self.profile.tenders if self._credit else ()), verdicts, kept)

    def quote(self, original: OriginalSale, requests: Sequence[ReturnRequest]) -> ReturnQuote:
        """The quote of preview alone. Raises CashierError."""
        return self.preview(original, requests).quote

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
            return quote_paper(
                receipt,
                items,
                self.profile.pricing_rules(),
                self._terms.current_terms(),
                self._clock.now().date(),
            )
        except ReturnError as error:
            raise CashierError("return", str(error)) from error

    # --- deciding ----------------------------------------------------------------------------------------------------

    def plan(
        self,
        original: OriginalSale,
        requests: Sequence[ReturnRequest],
        reason: str,
        *,
        to: RefundTo = RefundTo.ORIGINAL,
        exchange: bool = False,
        approval: Approval | None = None,
    ) -> PendingReturn:
        """A return that somebody may make, not made yet.

        Raises CashierError, among them ApprovalNeededError with the clause that only a manager can set aside.
        """
        need(reason, "A return needs a reason.")
        check_serials(original.sale, requests)
        self._refuse_loaded_cards(original.sale, {request.line_number for request in requests})
        preview = self.preview(original, requests, to=to, exchange=exchange)
        total_minor, set_aside = preview.quote.total_minor, preview.against_policy
        if set_aside:
            detail = " ".join(dict.fromkeys(f"{one.problem} {one.words}" for one in set_aside))
            self._approvals.require(
                Action.RETURN_AGAINST_POLICY, amount_minor=total_minor, detail=detail, approval=approval
            )
        else:
            self._approvals.require(
                Action.RETURN,
                amount_minor=total_minor,
                detail=f"Return of receipt {original.sale.header.receipt_number}",
                approval=approval,
            )
        clauses = dict.fromkeys(one.clause.clause_id for one in set_aside if one.clause)
        return self._pending(original, preview.quote, reason, approval, against_policy=tuple(clauses))

    def quote_void(self, original: OriginalSale) -> ReturnQuote:
        """What the reversal of a whole sale gives back. Raises CashierError when something of it came back already."""
        if original.history.lines:
            raise CashierError("returned_in_part", "Goods of this sale came back already; return the rest instead.")
        try:
            return quote_all(original.sale, original.history, self._terms_of(original), self.profile.pricing_rules())
        except ReturnError as error:
            raise CashierError("return", str(error)) from error

    def plan_void(self, original: OriginalSale, reason: str, *, approval: Approval | None = None) -> PendingReturn:
        """The reversal of a whole sale, not made yet. Raises CashierError, see quote_void."""
        need(reason, "Voiding a sale needs a reason.")
        quote = self.quote_void(original)
        self._approvals.require(
            Action.POST_VOID,
            amount_minor=quote.total_minor,
            detail=f"Void of sale {original.sale.header.receipt_number}",
            approval=approval,
        )
        loaded = tuple(line.line_number for line in original.sale.lines if self.stays_loaded(line))
        return replace(self._pending(original, quote, reason, approval), post_void=True, loaded_lines=loaded)

    def plan_by_paper(self, receipt: PaperReceipt, reason: str, *, approval: Approval | None = None) -> PendingReturn:
        """A return of another till's sale by its paper, the central service being out of reach. Raises CashierError."""
        need(reason, "A return needs a reason.")
        quote = self.quote_by_paper(receipt)
        self._approvals.require(
            Action.RETURN,
            amount_minor=quote.total_minor,
            detail=f"Return by the paper of {receipt.receipt_number}",
            approval=approval,
        )
        pending = PendingReturn(self._ids.new_id(), quote, receipt.receipt_number, reason=reason.strip())
        return approved(replace(pending, provisional=True), approval)

    # --- making it durable -------------------------------------------------------------------------------------------

    def take_back(
        self,
        original: OriginalSale,
        requests: Sequence[ReturnRequest],
        reason: str,
        *,
        to: RefundTo = RefundTo.ORIGINAL,
        approval: Approval | None = None,
    ) -> CompletedReturn:
        """Plan and complete a return whose money needs nobody's answer. Raises CashierError."""
        return self.complete(self.plan(original, requests, reason, to=to, approval=approval), original)

    def post_void(self, original: OriginalSale, reason: str, *, approval: Approval | None = None) -> CompletedReturn:
        """Reverse a whole sale. Raises CashierError when something of it came back already.

        A sale of gift cards is for Refunding: the service says whether they were spent.
        """
        self._refuse_loaded_cards(original.sale, {line.line_number for line in original.sale.lines})
        return self.complete(self.plan_void(original, reason, approval=approval), original)

    def take_back_by_paper(
        self, receipt: PaperReceipt, reason: str, *, approval: Approval | None = None
    ) -> CompletedReturn:
        """Take goods of another till's sale back, the central service being out of reach. Raises CashierError."""
        return self.complete(self.plan_by_paper(receipt, reason, approval=approval))

    def complete(self, pending: PendingReturn, original: OriginalSale | None = None) -> CompletedReturn:
        """The one commit. Its event id is the return's, so an unknown outcome can be looked up, and none is made twice.

        Raises CashierError when this till took the same goods back meanwhile.
        """
        self.check_still_open(pending)
        business_day = self._storage.business_day()
        if not business_day:
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")
        now = self._clock.now().isoformat(timespec="milliseconds")
        job_id = self._ids.new_id()
        try:
            with self._storage.unit_of_work() as work:
                header = TransactionHeader(
                    transaction_id=pending.return_id,
                    sequence_number=work.begin_transaction(),
                    store_id=self.profile.store_id,
                    workstation_id=self.profile.workstation_id,
                    operator_id=self._operator.operator_id,
                    business_day=business_day,
                    began_at=now,
                    currency_code=self.profile.currency.code,
                    training=self.profile.training,
                )
                returned = pending.completed(header, now)
                entry = work.append(kind_of(pending), return_to_plain(returned), event_id=pending.return_id)
                document = compose_return_receipt(
                    returned,
                    self.profile,
                    self.formatter,
                    provisional=pending.provisional,
                    seal=sealed(returned, entry.entry_hash, self._signer),
                )
                has_cash = any(refund.tender_type is TenderType.CASH for refund in returned.refunds)
                work.add_print_job(PrintJob(job_id, pending.return_id, document, open_drawer=has_cash))
                self.add_papers(work, returned)
                totals = self._storage.till_totals()
                work.save_till_totals(totals.with_return(returned.refunds, returned.points_reversed))
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(pending.return_id):
                raise
        if original is not None:
            original.history.add(returned.lines, returned.refunds)
        return CompletedReturn(returned, document, job_id)

    def add_papers(self, work: UnitOfWork, returned: ReturnTransaction) -> None:
        """Labels for the goods, and store credit for the part of a refund that goes there, in the return's write."""
        if self.profile.return_policy.labels:
            labels = compose_return_labels(returned, self.profile, self.formatter)
            work.add_print_job(PrintJob(self._ids.new_id(), returned.header.transaction_id, labels))
        # What was paid with a store credit goes back to it, by its reference; everything else is a new slip.
        amount_minor = sum(
            refund.amount_minor
            for refund in returned.refunds
            if refund.tender_type is TenderType.STORE_CREDIT and not refund.reference
        )
        if not amount_minor:
            return
        if self._credit is None:
            raise CashierError("no_store_credit", "This till cannot issue store credit.")
        self._credit.issue_in(work, amount_minor, returned.reason, returned.original_receipt_number)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _terms_of(self, original: OriginalSale) -> ProgrammeTerms:
        earned = original.sale.earned
        return self._terms.terms_of(earned.terms_id, earned.terms_version)

    def _kept(self, original: OriginalSale, requests: Sequence[ReturnRequest]) -> KeptGoods | None:
        """What the rest would have cost; None where the store takes every piece as it was paid."""
        if self.profile.return_policy.promotions is PromotionRule.AS_PAID:
            return None
        kept = refundable_milli(original.sale, original.history)
        for request in requests:
            kept[request.line_number] = kept.get(request.line_number, 0) - request.quantity_milli
        return price_kept(original.sale, kept, self.profile.pricing_rules(), self._brand_of)

    def _refuse_loaded_cards(self, sale: RetailTransaction, line_numbers: Set[int]) -> None:
        for line in sale.lines:
            if line.line_number in line_numbers and self.stays_loaded(line):
                raise CashierError("gift_card_sold", f"{line.name}. {STAYS_LOADED}")

    def _brand_of(self, code: str) -> str:
        item = self._catalogue.find_by_code(code)
        return item.brand if item else ""

    def _pending(
        self,
        original: OriginalSale,
        quote: ReturnQuote,
        reason: str,
        approval: Approval | None,
        against_policy: tuple[str, ...] = (),
    ) -> PendingReturn:
        sale = original.sale
        pending = PendingReturn(
            return_id=self._ids.new_id(),
            quote=quote,
            receipt_number=sale.header.receipt_number,
            transaction_id=sale.header.transaction_id,
            member_id=sale.member.member_id if sale.member else "",
            contact_id=sale.member.contact_id if sale.member else "",
            reason=reason.strip(),
            against_policy=against_policy,
            cards=tuple(card for tender in sale.tenders if (card := as_card(tender)) is not None),
        )
        return approved(pending, approval)

    def check_still_open(self, pending: PendingReturn) -> None:
        """Look at what this till took back since the return was planned. Raises CashierError."""
        original = self.find_here(pending.receipt_number) if pending.transaction_id else None
        if original is None:
            return
        still_open = refundable_milli(original.sale, original.history)
        if any(line.quantity_milli > still_open.get(line.line_number, 0) for line in pending.quote.lines):
            raise CashierError(
                "returned_meanwhile", "These goods came back already. Nothing was refunded for them now."
            )
