"""The sale under way: what is kept of it, what it comes to, and its place on disk, so that a crash loses nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from pos_app.domain.basket import Basket, BasketError
from pos_app.domain.exchange import credit_tenders, paid_out
from pos_app.domain.given_reductions import reduction_to_agree
from pos_app.domain.journal import EventKind
from pos_app.domain.member import MemberAccount
from pos_app.domain.operator import Operator
from pos_app.domain.orders import is_deposit
from pos_app.domain.price_list import EVERYBODY
from pos_app.domain.pricing import EMPTY, PricedBasket, PricingRules
from pos_app.domain.promotions import Occasion, PromotionBook
from pos_app.domain.retail_transaction import TransactionHeader
from pos_app.domain.returns import PendingReturn, Refund
from pos_app.domain.rewards import EarnedPoints, PointsTaxTreatment, earn
from pos_app.domain.store import StoreProfile
from pos_app.domain.tender_promotions import Payment, TenderOffer, fitting_minor, price_paid, tender_offers
from pos_app.domain.tenders import STORED_VALUE, CardAttempt, Settlement, Tender, TenderType, settle
from pos_app.errors import CashierError
from pos_app.ports import (
    Catalogue,
    Clock,
    IdSource,
    OpenTransaction,
    PriceLists,
    PrintJob,
    PromotionSource,
    Storage,
    TermsSource,
    UnitOfWork,
)
from pos_app.services.sale_prices import SalePrices

UNDO_DEPTH = 10
HELD = (TenderType.POINTS, *STORED_VALUE)
"""Tenders that the central service set aside: they are released, and nobody hands anything back."""
NOT_HANDED_BACK = (*HELD, TenderType.DEPOSIT)
"""A deposit stays with its order when the sale of it is cancelled."""


@dataclass(frozen=True, slots=True)
class SaleView:
    """The sale under way as a window shows it; a new one after every change."""

    header: TransactionHeader | None
    basket: Basket
    priced: PricedBasket
    tenders: tuple[Tender, ...]
    settlement: Settlement
    account: MemberAccount | None
    earned: EarnedPoints
    redeemable_points: int
    can_undo: bool
    card_attempt: CardAttempt | None = None
    exchange: PendingReturn | None = None
    credit: tuple[Tender, ...] = ()
    """What the goods that come back on this ticket pay of it."""

    given_back: tuple[Refund, ...] = ()
    """What of an exchange is more than the ticket comes to, and goes back to the customer."""

    @property
    def receipt_number(self) -> str:
        """The number the receipt will carry, or empty before the sale began."""
        return self.header.receipt_number if self.header else ""

    @property
    def points_used(self) -> int:
        """Points among the tenders so far."""
        return sum(tender.points for tender in self.tenders)


def save_at_once(save: Callable[[], None]) -> None:
    """The plain way to keep the sale on disk; a window may put it behind the next paint instead."""
    save()


class CurrentSale:
    """The sale under way on this till: begun, changed, undone, kept on disk and ended."""

    def __init__(
        self,
        *,
        storage: Storage,
        catalogue: Catalogue,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        profile: StoreProfile,
        operator: Operator,
        schedule_save: Callable[[Callable[[], None]], None] = save_at_once,
        price_lists: PriceLists | None = None,
        promotions: PromotionSource | None = None,
    ) -> None:
        self._storage = storage
        self._catalogue = catalogue
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self.profile = profile
        self.operator = operator
        self.prices = SalePrices(profile, price_lists, promotions)
        self._schedule_save = schedule_save
        self.on_change: Callable[[], None] | None = None
        self._history: list[OpenTransaction] = []
        self._sale: OpenTransaction | None = None
        self._unsaved = False
        self._known_payment: Payment | None = None
        self.view = self._compute()

    # --- life of a sale ----------------------------------------------------------------------------------------------

    @property
    def current(self) -> OpenTransaction | None:
        """The sale under way, or None between sales."""
        return self._sale

    def begin(self) -> OpenTransaction:
        """The sale under way, or a new one with its number. Raises CashierError while the business day is closed."""
        return self._begin()

    @property
    def rules(self) -> PricingRules:
        """The rules that the sale under way is priced by, or the next one would be."""
        return self._rules

    @property
    def occasion(self) -> Occasion:
        """When, where and to whom the sale under way is made."""
        return self._occasion(self._sale)

    @property
    def promotions(self) -> PromotionBook:
        """The promotions that the sale under way is rung up with, or the next one would be."""
        return self._rules.promotions

    def restore(self) -> bool:
        """Take up the sale that a crash or power cut interrupted. False when there was none."""
        self._sale = self._storage.open_transaction()
        self._history.clear()
        self._changed(save=False)
        return self._sale is not None

    def cancel(self, reason: str, given_back: PrintJob | None = None) -> tuple[Tender, ...]:
        """Void the whole sale before it is paid; journaled under its own number.

        The tenders that come back had holds, which the caller releases, or are handed back by given_back, the slip
        that says so. Raises CashierError when money was taken and no slip is there, and while a card is charged: only
        its terminal can give that back.
        """
        sale = self._sale
        if sale is None:
            return ()
        self._refuse_while_a_card_is_asked(sale)
        if sale.exchange_paying_out:
            raise CashierError("exchange_paid_out", "Money of this exchange went back to a card. Finish the exchange.")
        taken = [tender for tender in sale.tenders if tender.tender_type not in NOT_HANDED_BACK]
        charged = any(tender.tender_type is TenderType.CARD for tender in taken)
        if charged or (taken and given_back is None):
            raise CashierError(
                "part_paid", "Part of this sale is already paid. Give that payment back first, then cancel the sale."
            )
        payload = {
            "transaction_id": sale.header.transaction_id,
            "sequence_number": sale.header.sequence_number,
            "receipt_number": sale.header.receipt_number,
            "operator_id": self.operator.operator_id,
            "reason": reason,
            "line_count": len(sale.basket.lines),
            "total_minor": self.view.priced.total_minor,
        }
        if taken:
            payload["given_back"] = [[tender.counted_as, tender.tendered_minor] for tender in taken]
        with self._storage.unit_of_work() as work:
            work.append("transaction_cancelled", payload, event_id=sale.header.transaction_id)
            if given_back is not None:
                work.add_print_job(given_back)
            work.clear_open_transaction()
            work.commit()
        self.forget()
        return sale.tenders

    def hand_over(self, approver_id: str = "") -> None:
        """The sale under way goes on with whoever is signed on now, with the approval of somebody or by right."""
        sale = self._sale
        if sale is None:
            return
        payload = {
            "transaction_id": sale.header.transaction_id,
            "from_operator_id": sale.header.operator_id,
            "operator_id": self.operator.operator_id,
            "approver_id": approver_id,
        }
        after = replace(sale, header=replace(sale.header, operator_id=self.operator.operator_id))
        with self._storage.unit_of_work() as work:
            work.append(EventKind.SALE_HANDED_OVER, payload)
            work.save_open_transaction(after)
            work.commit()
        self._sale = after
        self._changed(save=False)

    def set_exchange(self, pending: PendingReturn | None, *, paying_out: bool = False) -> None:
        """Goods come back on this ticket, or none any more; on disk when this returns.

        paying_out: their money is on its way to a card, and the ticket stays as it is. Raises CashierError while the
        sale is paid in part.
        """
        sale = self._begin()
        if not paying_out and sale.exchange is not pending and self._paid_in_part():
            raise CashierError("finish_payment_first", "Part of this sale is already paid. Finish the payment first.")
        self._update(exchange=pending, exchange_paying_out=paying_out)
        self.save()

    def agree_reduction(self) -> None:
        """What is taken off by hand now was agreed to; it goes with the sale, and no undo step is made for it."""
        basket = self._begin().basket
        agreed = reduction_to_agree(basket)
        if basket.agreed_reduction != agreed:
            self._update(basket=replace(basket, agreed_reduction=agreed))

    def forget(self) -> None:
        """Start afresh; whoever calls this has made the sale's end durable."""
        self._sale = None
        self._history.clear()
        self._unsaved = False
        self._changed(save=False)

    def total_unpaid_minor(self, sale: OpenTransaction) -> int:
        """What a sale comes to without what was paid so far."""
        return self._amounts(sale, ())[0].total_minor

    def begun_now(self, sale: OpenTransaction, business_day: str) -> OpenTransaction:
        """The sale with the prices and promotions of this moment; prices set by hand stay."""
        now = self._clock.now()
        header = replace(sale.header, business_day=business_day, began_at=now.isoformat(timespec="milliseconds"))
        sale = replace(sale, header=header, promotions_id=self.prices.edition_id(now))
        occasion = self._occasion(sale)
        return replace(sale, basket=sale.basket.reprice(lambda line: self.prices.price_of(line.item.item_id, occasion)))

    def save(self, record: Callable[[UnitOfWork], None] | None = None) -> None:
        """Put the sale under way on disk when it changed since the last time; record joins the same write."""
        if self._unsaved and self._sale is not None:
            with self._storage.unit_of_work() as work:
                if record is not None:
                    record(work)
                work.save_open_transaction(self._sale)
                work.commit()
            self._unsaved = False

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _basket(self) -> Basket:
        return self._sale.basket if self._sale else Basket()

    @property
    def _rules(self) -> PricingRules:
        """A sale keeps the promotions it was begun with, whatever is published meanwhile."""
        return self.prices.rules(self._sale.promotions_id if self._sale else "", self._clock.now())

    def _begin(self) -> OpenTransaction:
        """Fix the transaction's id and number, and store them, before anything else happens to it."""
        if self._sale is not None:
            return self._sale
        business_day = self._storage.business_day()
        if not business_day:
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")
        with self._storage.unit_of_work() as work:
            header = TransactionHeader(
                transaction_id=self._ids.new_id(),
                sequence_number=work.begin_transaction(),
                store_id=self.profile.store_id,
                workstation_id=self.profile.workstation_id,
                operator_id=self.operator.operator_id,
                business_day=business_day,
                began_at=self._clock.now().isoformat(timespec="milliseconds"),
                currency_code=self.profile.currency.code,
                training=self.profile.training,
            )
            edition_id = self.prices.edition_id(datetime.fromisoformat(header.began_at))
            self._sale = OpenTransaction(header, Basket(), promotions_id=edition_id)
            work.save_open_transaction(self._sale)
            work.commit()
        return self._sale

    @staticmethod
    def _refuse_while_a_card_is_asked(sale: OpenTransaction) -> None:
        if sale.card_attempt is not None:
            raise CashierError("card_unknown", "The card terminal has not said yet what became of the card payment.")

    def _attempt(self, change: Callable[[], Basket]) -> Basket:
        if self._paid_in_part():
            raise CashierError("finish_payment_first", "Part of this sale is already paid. Finish the payment first.")
        if self._sale is not None and self._sale.order is not None and is_deposit(self._sale.basket):
            raise CashierError(
                "deposit_alone", "This is the deposit of a special order. Take it first, or undo to change the order."
            )
        try:
            return change()
        except BasketError as error:
            raise CashierError("basket", str(error)) from error

    def _apply(self, after: Basket) -> None:
        self._check_points_fit(after)
        self._begin()
        self._remember()
        self._update(basket=after)

    def _remember(self) -> None:
        self._history.append(self._begin())
        del self._history[:-UNDO_DEPTH]

    def _update(self, **changes: object) -> None:
        self._sale = replace(self._begin(), **changes)  # type: ignore[arg-type]
        self._changed(save=True)

    def _changed(self, *, save: bool) -> None:
        self.view = self._compute()
        if save:
            self._unsaved = True
            self._schedule_save(self.save)
        if self.on_change is not None:
            self.on_change()

    def _paid_in_part(self) -> bool:
        return self._sale is not None and self._paid_in_part_of(self._sale)

    def _refuse_while_points_are_used(self, what: str) -> None:
        if self.view.points_used:
            raise CashierError(
                "points_in_use", f"Points of this member are in the payment. Take them out first to {what}."
            )

    def _check_points_fit(self, after: Basket) -> None:
        """A basket that became cheaper must still carry the points already in the payment."""
        if not self.view.points_used:
            return
        priced, settlement = self._amounts(replace(self._begin(), basket=after), self.view.tenders)
        if settlement.due_minor < 0 or priced.subtotal_minor - priced.discount_minor < 0:
            raise CashierError("points_in_use", "The points in the payment are worth more. Take them out first.")

    def _occasion(self, sale: OpenTransaction | None) -> Occasion:
        """Promotions are those of the moment the sale began: no price changes because the customer takes time."""
        began_at = datetime.fromisoformat(sale.header.began_at) if sale else self._clock.now()
        return Occasion(began_at, self.profile.store_id, self._segment(sale))

    @staticmethod
    def _segment(sale: OpenTransaction | None) -> str:
        return sale.account.segment if sale and sale.account else EVERYBODY

    def _payment(self, sale: OpenTransaction, tenders: tuple[Tender, ...]) -> Payment:
        points_discount_minor = 0
        terms = self._terms.current_terms()
        if terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT:
            points_discount_minor = terms.value_minor(sum(tender.points for tender in tenders))
        made = Payment(sale.basket, self._rules, self._occasion(sale), tenders, points_discount_minor)
        known = self._known_payment
        if known is not None and known.same_goods(made):
            return replace(known, tenders=tenders)
        self._known_payment = made
        return made

    def _amounts(self, sale: OpenTransaction, tenders: tuple[Tender, ...]) -> tuple[PricedBasket, Settlement]:
        payment = self._payment(sale, tenders)
        # What goods brought back pay is no tender that a promotion could ask for.
        priced = price_paid(payment) if sale.exchange is None else payment.priced()
        tenders = (*credit_tenders(sale.exchange, priced.total_minor), *tenders)
        return priced, settle(priced.total_minor, tenders, payment.rules.cash_step_minor, payment.rules.rounding)

    @property
    def tender_offers(self) -> tuple[TenderOffer, ...]:
        """What paying the rest in another way would save."""
        sale = self._sale
        return tender_offers(self._payment(sale, sale.tenders)) if sale and sale.exchange is None else ()

    def fitting_minor(self, tender: Tender) -> int:
        """How much of a tender the sale takes, with the promotion that it may bring."""
        sale = self._sale
        if sale is None or sale.exchange is not None:
            return min(tender.amount_minor, self.view.settlement.due_minor)
        return fitting_minor(self._payment(sale, sale.tenders), tender)

    def _compute(self) -> SaleView:
        sale = self._sale
        if sale is None:
            return SaleView(None, Basket(), EMPTY, (), Settlement(0, 0, 0, 0), None, EarnedPoints(), 0, False)
        terms = self._terms.current_terms()
        priced, settlement = self._amounts(sale, sale.tenders)
        points_used = sum(tender.points for tender in sale.tenders)
        earned = EarnedPoints(terms.terms_id, terms.version)
        if sale.basket.member is not None:
            earned = earn(
                priced.earning_lines(),
                terms,
                points_used=points_used,
                at=self._clock.now(),
                store_id=self.profile.store_id,
                minor_per_unit=self.profile.currency.minor_per_unit,
                segment=self._segment(sale),
            )
        redeemable = 0
        if sale.account is not None:
            payable = settlement.due_minor
            if terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT:
                payable = min(payable, priced.subtotal_minor - priced.discount_minor)
            redeemable = terms.redeemable_points(sale.account.available_points - points_used, payable)
            as_discount = terms.points_tax_treatment is PointsTaxTreatment.DISCOUNT
            if as_discount and redeemable and self._due_with_points(sale, redeemable) < 0:
                redeemable = self._points_that_fit(sale, redeemable, terms.redeem_step_points)
        return SaleView(
            header=sale.header,
            basket=sale.basket,
            priced=priced,
            tenders=sale.tenders,
            settlement=settlement,
            account=sale.account,
            earned=earned,
            redeemable_points=redeemable,
            can_undo=bool(self._history) and not self._paid_in_part_of(sale),
            card_attempt=sale.card_attempt,
            exchange=sale.exchange,
            credit=credit_tenders(sale.exchange, priced.total_minor),
            given_back=self._given_back(sale, priced),
        )

    def _given_back(self, sale: OpenTransaction, priced: PricedBasket) -> tuple[Refund, ...]:
        if sale.exchange is None:
            return ()
        rules = self._rules
        return paid_out(sale.exchange, priced.total_minor, rules.cash_step_minor, rules.rounding)

    def due_with_points(self, points: int) -> int:
        """What would be left to pay with so many more points; below zero when they are too many."""
        return self._due_with_points(self._sale, points) if self._sale else 0

    def _due_with_points(self, sale: OpenTransaction, points: int) -> int:
        terms = self._terms.current_terms()
        value_minor = terms.value_minor(points) if terms.points_tax_treatment is PointsTaxTreatment.PAYMENT else 0
        wanted = Tender("", TenderType.POINTS, value_minor, value_minor, points)
        return self._amounts(sale, (*sale.tenders, wanted))[1].due_minor

    def _points_that_fit(self, sale: OpenTransaction, points: int, step_points: int) -> int:
        """Points as a discount lower the tax as well, so a part already paid leaves room for less of them."""
        fits, too_many = 0, points // step_points
        while too_many - fits > 1:
            middle = (fits + too_many) // 2
            if self._due_with_points(sale, middle * step_points) < 0:
                too_many = middle
            else:
                fits = middle
        return fits * step_points

    @staticmethod
    def _paid_in_part_of(sale: OpenTransaction) -> bool:
        paid = any(tender.tender_type is not TenderType.POINTS for tender in sale.tenders)
        return paid or sale.card_attempt is not None or sale.exchange_paying_out
