"""Paying a sale, and the one commit after which it exists whatever fails next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.foreign_cash import ForeignCurrency
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.orders import Order, OrderKind, is_deposit
from pos_app.domain.poslog import sale_to_plain
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.receipt_document import ReceiptDocument
from pos_app.domain.receipt_template import FirstPrint
from pos_app.domain.retail_transaction import RetailTransaction, complete
from pos_app.domain.returns import PendingReturn, Refund, ReturnTransaction
from pos_app.domain.rewards import PointsTaxTreatment
from pos_app.domain.rights import Action
from pos_app.domain.tender_definitions import TenderDefinition, configured_tender, opens_drawer
from pos_app.domain.tenders import (
    CardAttempt,
    Tender,
    TenderError,
    TenderType,
    cash_due_minor,
    cash_tender,
    exact_tender,
    foreign_cash_tender,
    quick_cash,
)
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import (
    CardOutcome,
    CardResult,
    Clock,
    Formatter,
    GiftCardHold,
    IdSource,
    OpenTransaction,
    PointsHold,
    PrintJob,
    PrintState,
    ReceiptSigner,
    Storage,
    TermsSource,
    UnitOfWork,
)
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.loading import loads_of, record_load, with_words_of_loads
from pos_app.services.order_papers import compose_deposit_receipt, compose_order_slip
from pos_app.services.order_record import placed_order, record_orders
from pos_app.services.receipt_seal import sealed
from pos_app.services.receipts import compose_sale_receipt
from pos_app.services.selling import Selling

NOT_PRINTED = "not printed when the sale was completed"


@dataclass(frozen=True, slots=True)
class CompletedSale:
    """A sale that is durable: what it was, its receipt and the job that prints it."""

    transaction: RetailTransaction
    document: ReceiptDocument
    print_job_id: str
    change_minor: int
    priced: PricedBasket
    receipt_held: bool = False
    """True while the customer is asked how to get the receipt."""
    given_back: tuple[Refund, ...] = ()
    """What went back to the customer of an exchange."""


class Exchanges(Protocol):
    """Makes the return of an exchange as a part of the write that completes its sale."""

    def record(self, work: UnitOfWork, pending: PendingReturn, sale: RetailTransaction) -> ReturnTransaction:
        """Journal the return and issue its store credit; the caller commits."""


@dataclass(frozen=True, slots=True)
class TenderOutcome:
    """The tender taken, what is still due, and the sale when that was the last of it."""

    tender: Tender | None
    due_minor: int
    completed: CompletedSale | None


class Tendering:
    """Takes tenders for the sale under way; the last one completes it."""

    def __init__(
        self,
        selling: Selling,
        *,
        storage: Storage,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        signer: ReceiptSigner | None = None,
        approvals: Approvals | None = None,
    ) -> None:
        self._selling = selling
        self.approvals = approvals or Approvals(selling.operator)
        self._signer = signer
        self._storage = storage
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._rules = selling.profile.pricing_rules()
        self.exchanges: Callable[[], Exchanges] | None = None
        """Makes the returns of exchanges, for the first of them; None where the till takes nothing back."""

    @property
    def due_minor(self) -> int:
        """What is left to pay."""
        return self._selling.view.settlement.due_minor

    @property
    def cash_due_minor(self) -> int:
        """What is left to pay when the rest is paid in cash."""
        return cash_due_minor(self.due_minor, self._rules.cash_step_minor, self._rules.rounding)

    def quick_cash(self) -> list[int]:
        """Amounts above the rest that a customer would really hand over."""
        return quick_cash(self.cash_due_minor, self._selling.profile.notes_minor)

    def add_cash(self, tendered_minor: int) -> TenderOutcome:
        """Cash handed over; what is above the rest is change. Raises CashierError."""
        self._require_sale()
        step_minor, rounding = self._rules.cash_step_minor, self._rules.rounding
        return self._add(
            _made(lambda: cash_tender(self._ids.new_id(), self.due_minor, tendered_minor, step_minor, rounding))
        )

    def foreign_currency(self, code: str) -> ForeignCurrency:
        """A currency that the store takes in cash. Raises CashierError."""
        for found in self._selling.profile.foreign_cash:
            if found.currency.code == code:
                return found
        raise CashierError("no_such_currency", f"This store takes no {code[:3]} in cash.")

    def add_foreign_cash(self, code: str, foreign_minor: int) -> TenderOutcome:
        """Cash of another currency at the store's rate; the change is in the store's own. Raises CashierError."""
        self._require_sale()
        currency = self.foreign_currency(code)
        step_minor, rounding = self._rules.cash_step_minor, self._rules.rounding
        return self._add(
            _made(
                lambda: foreign_cash_tender(
                    self._ids.new_id(), self.due_minor, foreign_minor, currency, step_minor, rounding
                )
            )
        )

    def definition(self, definition_id: str) -> TenderDefinition:
        """A tender of the store's own. Raises CashierError."""
        for found in self._selling.profile.tenders:
            if found.definition_id == definition_id and found.offered:
                return found
        raise CashierError("no_such_tender", "This store has no such tender.")

    def add_configured(
        self,
        definition_id: str,
        amount_minor: int,
        reference: str = "",
        *,
        online: bool = True,
        approval: Approval | None = None,
    ) -> TenderOutcome:
        """A part paid with a tender of the store's own, by its rules. Raises CashierError, ApprovalNeededError."""
        self._require_sale()
        definition = self.definition(definition_id)
        tender = _made(
            lambda: configured_tender(
                self._ids.new_id(),
                definition,
                amount_minor,
                reference,
                self.due_minor,
                self._rules.cash_step_minor,
                self._rules.rounding,
            )
        )
        limit_minor = definition.approval_above_minor
        if limit_minor is not None and amount_minor > limit_minor:
            self.approvals.require(
                Action.TENDER_ABOVE_LIMIT, amount_minor=amount_minor, detail=definition.name, approval=approval
            )
        elif not definition.works_offline and not online:
            self.approvals.require(
                Action.OFFLINE_TENDER, amount_minor=amount_minor, detail=definition.name, approval=approval
            )
        return self._add(tender)

    def add_points(self, hold: PointsHold) -> TenderOutcome:
        """Points that the central service set aside, or offline this till. Raises CashierError when they do not fit."""
        sale = self._require_sale()
        terms = self._terms.current_terms()
        member = sale.basket.member
        self._refuse_for_deposit(sale)
        if member is None or member.member_id != hold.member_id:
            raise CashierError("other_member", "These points belong to somebody else than the member of this sale.")
        if hold.points <= 0 or hold.points % terms.redeem_step_points:
            raise CashierError("points_step", f"Points are used in steps of {terms.redeem_step_points}.")
        description = f"{hold.points} points" + (", ID seen" if hold.proof_kind == "id_seen" else "")
        value_minor = terms.value_minor(hold.points)
        if terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT:
            priced = self._selling.view.priced
            fits = value_minor <= priced.subtotal_minor - priced.discount_minor
            if not fits or self._selling.due_with_points(hold.points) < 0:
                raise CashierError("tender", "That is more than the goods come to, or than is left to pay.")
            tender = Tender(
                hold.hold_id, TenderType.POINTS, 0, 0, hold.points, hold.hold_id, f"{description} as a discount"
            )
            return self._add(tender)
        return self._add(
            self._exact(
                TenderType.POINTS,
                value_minor,
                tender_id=hold.hold_id,
                points=hold.points,
                reference=hold.hold_id,
                description=description,
            )
        )

    def add_gift_card(self, hold: GiftCardHold) -> TenderOutcome:
        """The part of a gift card or store credit that the central service set aside. Raises CashierError."""
        self._refuse_for_deposit(self._require_sale())
        name = "Store credit" if hold.store_credit else "Gift card"
        tender_type = TenderType.STORE_CREDIT if hold.store_credit else TenderType.GIFT_CARD
        tender = self._exact(
            tender_type,
            self.amount_taken(tender_type, hold.amount_minor),
            tender_id=hold.hold_id,
            reference=hold.hold_id,
            description=f"{name} •••• {hold.last_four}" if hold.last_four else name,
        )
        return self._add(tender)

    def amount_taken(self, tender_type: TenderType, at_most_minor: int, card_brand: str = "") -> int:
        """How much of a tender the sale takes: less than what is due where it brings a promotion."""
        if not self._selling.promotions.by_tender:
            return at_most_minor
        tender = Tender("", tender_type, at_most_minor, at_most_minor, description=card_brand)
        return self._selling.fitting_minor(tender)

    def add_card(self, result: CardResult, attempt: CardAttempt | None = None) -> TenderOutcome:
        """A card payment as the terminal answered it; attempt is what it was asked for.

        Raises CashierError unless it was approved.
        """
        self._require_sale(attempt)
        if result.outcome is not CardOutcome.APPROVED:
            raise CashierError(f"card_{result.outcome.value}", result.message or "The card was not charged.")
        tender = self._exact(
            TenderType.CARD,
            result.amount_minor,
            tender_id=attempt.payment_id if attempt else "",
            reference=result.authorisation,
            description=f"{result.brand} •••• {result.last_four}".strip(" •"),
        )
        if attempt is not None:
            tender = replace(tender, payment_id=attempt.payment_id, processor_reference=result.reference)
        return self._add(tender, attempt)

    def remove_tender(self, tender_id: str) -> Tender:
        """Take one part of the payment back; the caller releases its hold or hands the cash back.

        Raises CashierError for a card payment, which only the card terminal can take back.
        """
        sale = self._require_sale()
        for tender in sale.tenders:
            if tender.tender_id == tender_id:
                if tender.tender_type is TenderType.DEPOSIT:
                    raise CashierError(
                        "deposit", "The deposit belongs to this order. Cancel the sale to leave the order as it was."
                    )
                if tender.tender_type is TenderType.CARD:
                    raise CashierError(
                        "card_charged", "This card is already charged. Refund it on the card terminal first."
                    )
                rest = tuple(t for t in sale.tenders if t.tender_id != tender_id)
                self._selling.set_tenders(rest, self._drawer_for(tender))
                return tender
        raise CashierError("no_such_tender", "That payment is no longer part of the sale.")

    def complete_if_paid(self) -> CompletedSale | None:
        """Complete a sale on which nothing is due, such as one that costs nothing."""
        sale = self._require_sale()
        return self._complete(sale) if self.due_minor == 0 else None

    # --- inside ------------------------------------------------------------------------------------------------------

    def _require_sale(self, attempt: CardAttempt | None = None) -> OpenTransaction:
        """The sale to pay; while a card terminal was asked and did not answer, only its answer goes on."""
        sale = self._selling.current
        if sale is None or sale.basket.is_empty:
            raise CashierError("nothing_to_pay", "There is nothing to pay yet. Scan an item first.")
        if sale.card_attempt is not None and sale.card_attempt != attempt:
            raise CashierError("card_unknown", "The card terminal has not said yet what became of the card payment.")
        return sale

    @staticmethod
    def _refuse_for_deposit(sale: OpenTransaction) -> None:
        """Points and stored value are taken off by the event of a sale, and a deposit is none."""
        if is_deposit(sale.basket):
            raise CashierError(
                "deposit_tender", "A deposit is paid in cash or by card. The rest may be paid otherwise."
            )

    def _exact(
        self,
        tender_type: TenderType,
        amount_minor: int,
        *,
        tender_id: str = "",
        points: int = 0,
        reference: str = "",
        description: str = "",
    ) -> Tender:
        return _made(
            lambda: exact_tender(
                tender_id or self._ids.new_id(),
                tender_type,
                amount_minor,
                self.due_minor,
                points=points,
                reference=reference,
                description=description,
            )
        )

    def _add(self, tender: Tender, attempt: CardAttempt | None = None) -> TenderOutcome:
        """Keep the tender on disk; when it was the last, in the commit that completes the sale.

        The same tender id again changes nothing, so that a repeated answer cannot pay twice.
        """
        sale = self._require_sale(attempt)
        if all(known.tender_id != tender.tender_id for known in sale.tenders):
            self._selling.set_tenders((*sale.tenders, tender), self._drawer_for(tender))
        due_minor = self.due_minor
        if due_minor:
            return TenderOutcome(tender, due_minor, None)
        try:
            return TenderOutcome(tender, 0, self._complete(self._require_sale()))
        except Exception:
            self._selling.save()  # the sale was not stored; what was paid must be
            raise

    def _drawer_for(self, tender: Tender) -> Callable[[UnitOfWork], None] | None:
        """Opens the drawer for a part of the payment that is put into it, or taken out again, in the write of it."""
        if not opens_drawer(tender, self._selling.profile.tenders):
            return None
        job_id = self._ids.new_id()
        pulse = PrintJob(job_id, job_id, ReceiptDocument("Drawer", ()), open_drawer=True)
        return lambda work: work.add_print_job(pulse)

    def _ends_in_the_drawer(self, sale: OpenTransaction) -> bool:
        """True when the last part is cash or kept with it; for the parts before, the drawer was opened already."""
        return any(opens_drawer(tender, self._selling.profile.tenders) for tender in sale.tenders[-1:])

    def _complete(self, sale: OpenTransaction) -> CompletedSale:
        view = self._selling.view
        now = self._clock.now()
        transaction = complete(
            sale.header,
            now.isoformat(timespec="milliseconds"),
            sale.basket,
            view.priced,
            (*view.credit, *sale.tenders),
            view.settlement,
            view.earned,
            self._selling.promotions,
            sale.promotions_id,
        )
        job = self._commit(sale, transaction)
        self._selling.forget()
        return CompletedSale(
            transaction,
            job.document,
            job.job_id,
            transaction.change_minor,
            view.priced,
            job.state is PrintState.HELD,
            view.given_back,
        )

    def _commit(self, sale: OpenTransaction, transaction: RetailTransaction) -> PrintJob:
        """The one commit. Its event id is the transaction's, so an unknown outcome can be looked up.

        The receipt is composed in it, because its code covers the hash of the journal entry.
        """
        event_id = sale.header.transaction_id
        job: PrintJob | None = None
        deposit = is_deposit(sale.basket)
        try:
            with self._storage.unit_of_work() as work:
                if sale.basket.member is not None and sale.contact_email:
                    work.add_contact(sale.basket.member.contact_id, sale.contact_email)
                order = placed_order(sale, transaction)
                returned = self._returned_in(work, sale, transaction)
                payload = sale_to_plain(transaction)
                if deposit:
                    payload["order_number"] = transaction.header.receipt_number
                entry = work.append("deposit" if deposit else "sale", payload, event_id=event_id)
                record_orders(work, sale, order)
                for tender in transaction.tenders:
                    if tender.reference.startswith(OFFLINE_REFERENCE) and sale.basket.member is not None:
                        work.add_offline_redemption(tender.reference, sale.basket.member.member_id, tender.points)
                for load in loads_of(sale):
                    record_load(work, load, transaction)
                job, *others = self._print_jobs(sale, transaction, entry.entry_hash, order, returned)
                for each in (job, *others):
                    work.add_print_job(each)
                totals = self._storage.till_totals()
                if returned is not None:
                    totals = totals.with_return(returned.refunds, returned.points_reversed)
                work.save_till_totals(
                    totals.with_deposit(transaction.tenders)
                    if deposit
                    else totals.with_sale(transaction.total_minor, transaction.tenders, transaction.earned.points)
                )
                work.clear_open_transaction()
                work.commit()
        except CommitUnknownError:
            if job is None or not self._storage.has_event(event_id):
                raise
        return job

    def _returned_in(
        self, work: UnitOfWork, sale: OpenTransaction, transaction: RetailTransaction
    ) -> ReturnTransaction | None:
        """The goods that come back on this ticket, in the write that completes it."""
        if sale.exchange is None:
            return None
        if self.exchanges is None:
            raise CashierError("no_exchange", "This till cannot take goods back.")
        return self.exchanges().record(work, sale.exchange, transaction)

    def _print_jobs(
        self,
        sale: OpenTransaction,
        transaction: RetailTransaction,
        entry_hash: str,
        order: Order | None,
        returned: ReturnTransaction | None,
    ) -> list[PrintJob]:
        """The receipt, the slip of an order, and the drawer by itself where cash was taken and no paper comes out."""
        profile = self._selling.profile
        if order is not None and order.kind is OrderKind.SPECIAL:
            document = compose_deposit_receipt(order, transaction, profile, self._formatter)
            has_cash = self._ends_in_the_drawer(sale)
            return [PrintJob(self._ids.new_id(), sale.header.transaction_id, document, open_drawer=has_cash)]
        seal = sealed(transaction, entry_hash, self._signer)
        document = compose_sale_receipt(
            transaction, profile, self._formatter, self._terms.current_terms(), sale.account, seal
        )
        document = with_words_of_loads(document, loads_of(sale), profile.receipt.language)
        if returned is not None:
            from pos_app.services.exchanging import with_exchange

            document = with_exchange(document, returned, profile, self._formatter)
        state, reason = _FIRST_STATES[profile.receipt.first_print(transaction.total_minor)]
        has_cash = self._ends_in_the_drawer(sale)
        if returned is not None:
            has_cash = has_cash or any(refund.tender_type is TenderType.CASH for refund in returned.refunds)
        at_once = state is PrintState.QUEUED
        receipt = PrintJob(
            self._ids.new_id(), sale.header.transaction_id, document, has_cash and at_once, state, reason
        )
        papers = [receipt]
        if order is not None:
            job_id = self._ids.new_id()
            papers.append(PrintJob(job_id, job_id, compose_order_slip(order, profile, self._formatter)))
        if at_once or not has_cash:
            return papers
        job_id = self._ids.new_id()
        return [*papers, PrintJob(job_id, job_id, ReceiptDocument("Drawer", ()), open_drawer=True)]


_FIRST_STATES = {
    FirstPrint.AT_ONCE: (PrintState.QUEUED, ""),
    FirstPrint.HELD: (PrintState.HELD, "the customer is asked"),
    FirstPrint.NOT_WANTED: (PrintState.CANCELLED, NOT_PRINTED),
}


def _made(make: Callable[[], Tender]) -> Tender:
    """The tender; what the rules refuse is said to the associate."""
    try:
        return make()
    except TenderError as error:
        raise CashierError("tender", str(error)) from error
