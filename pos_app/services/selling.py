"""Ringing up a sale: items, quantities, discounts and the member, until it is paid or cancelled.

One object holds the sale under way of this till. It is called from the GUI thread, never blocks on the
network, and keeps the sale on disk so that a crash loses nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pos_app.domain.basket import Basket, BasketError, Discount, EntryMethod, MemberReference
from pos_app.domain.fee_table import fees_to_choose
from pos_app.domain.item import QUANTITY_SCALE, Fee, Item
from pos_app.domain.member import EmailError, MemberAccount, mask_email, normalise_email
from pos_app.domain.orders import Order, OrderDraft
from pos_app.domain.promotions import PromoCode, Promotion
from pos_app.domain.stored_value import StoredValueLoad
from pos_app.domain.tenders import CardAttempt, Tender, TenderType
from pos_app.errors import CashierError, WorldError
from pos_app.ports import OpenTransaction, UnitOfWork
from pos_app.services.ringing_up import RingingUp


class Selling(RingingUp):
    """What an associate does to the sale under way."""

    # --- lines -------------------------------------------------------------------------------------------------------

    def fees_to_choose(self, line_number: int) -> tuple[Fee, ...]:
        """Services and fees that may still be added to a line. Raises CashierError."""
        try:
            line = self._basket.line(line_number)
        except BasketError as error:
            raise CashierError("basket", str(error)) from error
        there = {fee.fee_id for fee in line.fees}
        offered = fees_to_choose(self.profile.fees, line.item, self.profile.region)
        return tuple(fee for fee in offered if fee.fee_id not in there)

    def add_fee(self, line_number: int, fee_id: str) -> None:
        """Add a service or fee of the store's table to a line. Raises CashierError."""
        offered = {fee.fee_id: fee for fee in self.fees_to_choose(line_number)}
        if fee_id not in offered:
            raise CashierError("no_such_fee", "That service is not offered for this item.")
        self._apply(self._attempt(lambda: self._basket.add_fee(line_number, offered[fee_id])))

    def remove_fee(self, line_number: int, fee_id: str) -> None:
        """Take an added service or fee off a line. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.remove_fee(line_number, fee_id)))

    def set_price(self, line_number: int, unit_price_minor: int, reason: str) -> None:
        """Sell a line at another price, with the reason. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.set_price(line_number, unit_price_minor, reason)))

    def discount_line(self, line_number: int, discount: Discount) -> None:
        """Reduce one line. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.discount_line(line_number, discount)))

    def discount_transaction(self, discount: Discount) -> None:
        """Reduce the whole sale. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.discount_transaction(discount)))

    def ship_line(self, line_number: int) -> None:
        """Send a line to the customer; its points are pending until it was shipped. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.ship_line(line_number)))

    def void_line(self, line_number: int) -> None:
        """Take a line back. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.void_line(line_number)))

    def find_promo_code(self, text: str) -> tuple[PromoCode, Promotion] | None:
        """The promo code of a text and its promotion, in force or not; None when the store has no such code."""
        return self.promotions.find_code(text)

    def valid_promo_code(self, text: str) -> tuple[PromoCode, Promotion]:
        """The promo code of a text, which may be entered now. Raises CashierError."""
        found = self.find_promo_code(text)
        if found is None:
            raise CashierError("unknown_promo_code", f"There is no promo code {text.strip()[:60]!r}.")
        if not found[1].in_force(self._occasion(self._sale)):
            raise CashierError("promo_code_not_valid", f"The promo code {found[0].code} is not valid here and now.")
        if self._paid_in_part():
            raise CashierError("finish_payment_first", "Part of this sale is already paid. Finish the payment first.")
        return found

    def promo_code_saving(self, text: str) -> int:
        """What a code would take off the sale as it is now, if it were taken offline. Raises CashierError."""
        code, promotion = self.valid_promo_code(text)
        after = replace(
            self._begin(), basket=self._attempt(lambda: self._basket.enter_promo_code(code.code, offline=True))
        )
        return self._amounts(after, ())[0].taken_off(promotion.promotion_id)

    def enter_promo_code(self, text: str, hold_id: str = "", *, offline: bool = False) -> None:
        """Switch on the promotion of a code; it counts as soon as the goods ask for it. hold_id and offline say how a
        code that can be used up was reserved. Raises CashierError.
        """
        code, _ = self.valid_promo_code(text)
        self._apply(self._attempt(lambda: self._basket.enter_promo_code(code.code, hold_id, offline=offline)))

    def remove_promo_code(self, text: str) -> None:
        """Take a promo code out of the sale. Raises CashierError."""
        self._apply(self._attempt(lambda: self._basket.remove_promo_code(text)))

    def plan_order(self, draft: OrderDraft, change: Callable[[Basket], Basket]) -> None:
        """Change the basket to what the order asks; the order is made when the sale is paid. Raises CashierError."""
        before = self._basket
        self._apply(self._attempt(lambda: change(before)))
        self._update(order=draft)

    def take_up_order(self, order: Order, goods: Basket, deposit_id: str) -> None:
        """Begin the sale of a special order, with its deposit as the first part of the payment. Raises CashierError."""
        if not self._basket.is_empty or self.view.tenders:
            raise CashierError("sale_open", "Finish or park the sale under way first.")
        self._update(basket=goods, completes=order, order=None)
        deposit_minor = order.deposit_minor
        paid_minor = min(deposit_minor, self.view.priced.total_minor)
        tender = Tender(
            deposit_id, TenderType.DEPOSIT, paid_minor, deposit_minor, reference=order.number,
            description=f"Deposit {order.number}",
        )  # fmt: skip
        self._history.clear()
        self._update(tenders=(tender,))
        self.save()

    def exempt_from_tax(self, certificate: str, tax_ids: tuple[str, ...] = ()) -> None:
        """Charge none of these taxes (none at all, when none is named), by a certificate that goes on record and on
        the receipt. Raises CashierError.
        """
        self._apply(self._attempt(lambda: self._basket.exempt(certificate, tax_ids)))

    def charge_tax(self) -> None:
        """Charge tax after all. Raises CashierError."""
        self._apply(self._attempt(self._basket.charge_tax))

    def undo(self) -> bool:
        """Go back one change of the basket, exactly. False when there is none, or a payment has begun."""
        if not self._history or self._paid_in_part():
            return False
        before = self._history[-1]
        if before.basket.member != self._basket.member:
            self._refuse_while_points_are_used("change the member")
        self._check_points_fit(before.basket)
        self._history.pop()
        self._update(
            basket=before.basket, account=before.account, contact_email=before.contact_email, loads=before.loads
        )
        return True

    # --- member ------------------------------------------------------------------------------------------------------

    def attach_member(self, account: MemberAccount) -> None:
        """The sale belongs to this member from now on; points are counted again at once. Raises CashierError."""
        self._refuse_while_points_are_used("change the member")
        reference = MemberReference(account.member_id, "", account.masked_email, account.display_name)
        sale = self._begin()
        after = self._at_its_prices(replace(sale, basket=sale.basket.attach_member(reference), account=account))
        if sale.tenders and self._amounts(after, sale.tenders)[1].due_minor < 0:
            raise CashierError(
                "finish_payment_first", "At this member's prices too much is paid already. Give a payment back first."
            )
        self._remember()
        self._update(basket=after.basket, account=account, contact_email="")

    def refresh_account(self, account: MemberAccount) -> None:
        """The account of this sale's member changed; that of anybody else changes nothing.

        While points are in the payment the balances stay: what the central service says has them taken off already.
        """
        known = self._sale.account if self._sale else None
        if known is None or known.member_id != account.member_id:
            return
        if self.view.points_used:
            account = replace(known, linked=account.linked, proofs=account.proofs, segment=account.segment)
        if self.view.tenders:
            # What was paid stands for the prices of the segment that was known then.
            account = replace(account, segment=known.segment)
        self._account_changed(account)

    def attach_member_of(self, reference: MemberReference) -> None:
        """The sale earns for the member of an earlier receipt, who did not identify themselves: nothing of the account
        is shown, and no points can be used. Raises CashierError.
        """
        self._refuse_while_points_are_used("change the member")
        self._begin()
        self._remember()
        self._account_changed(None, basket=self._basket.attach_member(reference), contact_email="")

    def attach_unknown_member(self, email: str) -> None:
        """Offline, or before the central service answered: the sale is credited to whoever has this address.

        Raises CashierError when it is no address.
        """
        self._refuse_while_points_are_used("change the member")
        try:
            normalised = normalise_email(email)
        except EmailError as error:
            raise CashierError("not_an_email", str(error)) from error
        self._begin()
        self._remember()
        reference = MemberReference("", self._ids.new_id(), mask_email(normalised))
        self._account_changed(None, basket=self._basket.attach_member(reference), contact_email=normalised)

    def remove_member(self) -> None:
        """The sale belongs to nobody. Raises CashierError while the member's points are in the payment."""
        if self._sale is None or self._basket.member is None:
            return
        self._refuse_while_points_are_used("remove the member")
        self._remember()
        self._account_changed(None, basket=self._basket.remove_member(), contact_email="")

    def _at_its_prices(self, sale: OpenTransaction) -> OpenTransaction:
        """The sale at the prices of its customer's segment. Raises CashierError for a line that becomes too dear."""
        try:
            return replace(sale, basket=self.prices.repriced(sale.basket, self._occasion(sale)))
        except BasketError as error:
            raise CashierError("basket", str(error)) from error

    def _account_changed(self, account: MemberAccount | None, **changes: Any) -> None:
        """Another account, or none: lines cost what they cost this customer, unless a payment stands for them."""
        before = self._begin()
        after = replace(before, account=account, **changes)
        if self._segment(before) != self._segment(after) and not before.tenders:
            after = self._at_its_prices(after)
        self._update(basket=after.basket, account=account, contact_email=after.contact_email)

    # --- tenders (called by Tendering) --------------------------------------------------------------------------------

    def set_tenders(self, tenders: tuple[Tender, ...], record: Callable[[UnitOfWork], None] | None = None) -> None:
        """Replace the tenders; what a card terminal was asked for is answered with them. They stand for money, so
        they are on disk before this returns, and what record journals with them.

        Tenders that settle the sale are not stored by themselves: the commit that completes the sale follows at once.
        """
        self._sale = replace(self._begin(), tenders=tenders, card_attempt=None)
        self._unsaved = True
        self._changed(save=False)
        if self.view.settlement.due_minor:
            self.save(record)

    def add_load(
        self, item: Item, load: Callable[[int], StoredValueLoad], entry_method: EntryMethod = EntryMethod.SCANNED
    ) -> int:
        """Ring up money for a gift card on a line of its own; load makes what is known of it for the line's number.

        Raises CashierError when the sale cannot take items now.
        """
        before = self._basket
        after = self._attempt(lambda: before.add(item, item.item_id, QUANTITY_SCALE, entry_method, False))
        self._check_points_fit(after)
        loads = self._begin().loads
        self._remember()
        line_number = after.lines[-1].line_number
        self._update(basket=after, loads=(*loads, load(line_number)))
        return line_number

    def ask_card(self, attempt: CardAttempt) -> None:
        """Note what the card terminal is going to be asked for; on disk when this returns.

        When WorldError is raised instead, the terminal must not be asked.
        """
        sale = self._begin()
        self._refuse_while_a_card_is_asked(sale)
        self._update(card_attempt=attempt, card_attempts=sale.card_attempts + 1)
        try:
            self.save()
        except WorldError:
            self._update(card_attempt=None)
            raise

    def ask_card_instead(self, attempt: CardAttempt) -> None:
        """The terminal charged what the sale cannot take: the next thing it is asked for is to give that back."""
        current = self._begin()
        self._update(card_attempt=attempt, card_attempts=current.card_attempts + 1)
        self.save()

    def card_not_charged(self) -> None:
        """The card terminal did nothing: the attempt is over, on disk when this returns."""
        self._update(card_attempt=None)
        self.save()
