"""The steps of a sale, each as somebody at the till would do it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from pos_app.domain.basket import BasketError, Discount
from pos_app.domain.money import MoneyError, currency
from pos_app.domain.orders import OrderContact
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.domain.returns import ReturnTransaction
from pos_app.domain.stored_value import LoadKind
from pos_app.errors import CashierError
from pos_app.ports import CardOutcome, CardResult
from pos_app.scenario import document, returns, values
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.shop import Shop
from pos_app.services.current_sale import HELD, SaleView
from pos_app.services.tendering import CompletedSale

REST = "rest"
_CUSTOMER = OrderContact("Customer", ("1 Street",), "City", "CA", "94103", "US")
"""Whom a scenario's orders are for: where they go is all that counts."""

Action = Callable[[], None]


class SaleUnderWay:
    """The sale that is being played."""

    def __init__(self, shop: Shop, sales: Mapping[str, RetailTransaction]) -> None:
        """sales are the completed ones by their ids in the file."""
        self._shop = shop
        self._sales = sales
        self._money = shop.plan.profile.currency
        self.completed: RetailTransaction | None = None
        self.exchanged: ReturnTransaction | None = None
        self._exchange_of = ""
        self.cards_sold: list[str] = []
        self._promo_code_uses: Counter[str] = Counter()

    @property
    def view(self) -> SaleView:
        """The sale as it stands; empty once it is completed."""
        return self._shop.selling.view

    def begin(self) -> None:
        """The next customer."""
        self.completed = self.exchanged = None
        self._exchange_of = ""
        self.cards_sold.clear()

    def complete_if_nothing_is_due(self) -> None:
        """A sale that costs nothing needs no tender. Raises CashierError when nothing was sold."""
        if self.completed is None:
            self._keep(self._shop.tendering.complete_if_paid())

    def abandon(self) -> None:
        """Cancel a sale that its steps left open: what was handed over goes back, holds are released."""
        selling = self._shop.selling
        if selling.current is None:
            return
        for tender in selling.current.tenders:
            if tender.tender_type in HELD:
                self._shop.rewards.release(tender.reference)
        selling.set_tenders(())
        selling.cancel("left open at the end of its steps")

    def prepared(self, step: document.SaleStep, path: str) -> Action:
        """The step, read and checked, to be done later. Raises ScenarioError."""
        action = self._action(step, path)

        def run() -> None:
            if self.completed is not None:
                raise CashierError("sale_completed", "This sale is completed; nothing can be changed any more.")
            action()

        return run

    # --- basket and member --------------------------------------------------------------------------------------------

    def _action(self, step: document.SaleStep, path: str) -> Action:
        selling = self._shop.selling
        match step:
            case document.Scan(code=code):
                quantity_milli = values.quantity_milli(step.quantity, f"{path}.quantity")
                return lambda: self._scan(code, quantity_milli)
            case document.AttachMember(email=email):
                return lambda: self._attach_member(email)
            case document.VoidLine(line=line):
                return lambda: selling.void_line(line)
            case document.SetQuantity(line=line):
                quantity_milli = values.quantity_milli(step.quantity, f"{path}.quantity")
                return lambda: selling.set_quantity(line, quantity_milli)
            case document.SetPrice(line=line, reason=reason):
                price_minor = values.amount(step.price, f"{path}.price", self._money)
                return lambda: selling.set_price(line, price_minor, reason)
            case document.DiscountLine(line=line):
                discount = self._discount(step, path)
                return lambda: selling.discount_line(line, discount)
            case document.DiscountTransaction():
                discount = self._discount(step, path)
                return lambda: selling.discount_transaction(discount)
            case document.EnterPromoCode(code=code):
                return lambda: self._enter_promo_code(code)
            case document.ExemptFromTax(certificate=certificate, taxes=tax_ids):
                return lambda: selling.exempt_from_tax(certificate, tax_ids)
            case document.ShipLine(line=line, to=region):
                if region is None:
                    return lambda: selling.ship_line(line)
                address = replace(_CUSTOMER, region=region.upper())
                return lambda: self._shop.orders.ship([line], address)
            case document.AddFee(line=line, fee=fee_id):
                return lambda: selling.add_fee(line, fee_id)
            case document.PayDeposit():
                deposit_minor = values.amount(step.amount, f"{path}.amount", self._money)
                return lambda: self._shop.orders.order_specially(_CUSTOMER, deposit_minor)
            case document.LoadGiftCard(number=number, top_up=top_up):
                amount_minor = values.amount(step.amount, f"{path}.amount", self._money)
                kind = LoadKind.TOP_UP if top_up else LoadKind.ACTIVATE
                return lambda: self._load(number, kind, amount_minor)
            case document.ParkSale():
                return self._park
            case document.ExchangeStep(of=of, reason=reason, manager=manager):
                chosen = returns.chosen_lines(step.lines, path)
                return lambda: self._exchange(of, chosen, reason, manager)
            case document.TenderStep():
                return self._tender(step, path)

    def _scan(self, code: str, quantity_milli: int) -> None:
        if not self._shop.selling.add_item(code, quantity_milli).found:
            raise CashierError("item_not_found", f"No item has the code {code!r}.")

    def _park(self) -> None:
        suspending = self._shop.suspending
        done = suspending.park()
        for tender in done.given_back:
            self._shop.rewards.release(tender.reference)
        suspending.recall(done.sale, suspending.permit(done.sale))

    def _load(self, number: str, kind: LoadKind, amount_minor: int) -> None:
        loading = self._shop.loading
        loading.sell(loading.check(number), kind, amount_minor)
        self.cards_sold.append(number)

    def _attach_member(self, email: str) -> None:
        account = self._shop.rewards.find_member(email)
        if account is None:
            raise CashierError("member_not_found", "Nobody has joined with this e-mail address.")
        self._shop.selling.attach_member(account)

    def _enter_promo_code(self, text: str) -> None:
        found = self._shop.plan.profile.promotions.find_code(text)
        if found and found[0].uses and self._promo_code_uses[found[0].code] >= found[0].uses:
            raise CashierError("promo_code_used_up", f"The promo code {found[0].code} was used as often as it may be.")
        self._shop.selling.enter_promo_code(text)

    def _discount(self, step: document.DiscountLine | document.DiscountTransaction, path: str) -> Discount:
        percent_micro = amount_minor = 0
        if step.percent is not None:
            percent_micro = values.percent_micro(step.percent, f"{path}.percent")
        if step.amount is not None:
            amount_minor = values.amount(step.amount, f"{path}.amount", self._money)
        try:
            return Discount(step.reason, percent_micro, amount_minor)
        except BasketError as error:
            raise ScenarioError(path, str(error)) from error

    def _exchange(self, of: str, chosen: returns.Chosen | None, reason: str, manager: bool) -> None:
        sale = returns.completed(self._sales, of)
        pending = returns.planned(self._shop, sale, chosen, reason, manager=manager, exchange=True)
        self._shop.selling.set_exchange(pending)
        self._exchange_of = pending.receipt_number

    # --- tenders ------------------------------------------------------------------------------------------------------

    def _tender(self, step: document.TenderStep, path: str) -> Action:
        if step.type == "points":
            _only(step, path, needed="points")
            points = step.points or 0
            return lambda: self._pay_with_points(points)
        if step.type == "gift_card":
            _only(step, path, needed="number", allowed="amount")
            number = step.number or ""
            return self._amount_then(step, path, lambda amount_minor: self._pay_with_gift_card(number, amount_minor))
        if step.type == "store":
            _only(step, path, needed="id", allowed="amount reference")
            name, reference = step.id or "", step.reference or ""
            return self._amount_then(step, path, lambda amount: self._pay_with_the_stores_own(name, amount, reference))
        if step.type == "foreign_cash":
            _only(step, path, needed="currency amount")
            return self._foreign_cash(step, path)
        _only(step, path, allowed="amount")
        if step.type == "card":
            return self._amount_then(step, path, self._pay_by_card)
        return self._amount_then(step, path, self._pay_in_cash, in_cash=True)

    def _amount_then(
        self, step: document.TenderStep, path: str, pay: Callable[[int], None], *, in_cash: bool = False
    ) -> Action:
        """Pay the amount the step names, or the rest as it is when the step is done."""
        if step.amount is not None and step.amount != REST:
            amount_minor = values.amount(step.amount, f"{path}.amount", self._money)
            return lambda: self._pay(pay, amount_minor)
        tendering = self._shop.tendering
        return lambda: self._pay(pay, tendering.cash_due_minor if in_cash else tendering.due_minor)

    def _pay(self, pay: Callable[[int], None], amount_minor: int) -> None:
        self._require_something_to_pay()
        pay(amount_minor)

    def _require_something_to_pay(self) -> None:
        if self.view.basket.is_empty:
            raise CashierError("nothing_to_pay", "There is nothing to pay yet. Scan an item first.")
        if not self._shop.tendering.due_minor:
            raise CashierError("nothing_due", "Nothing is due on this sale.")

    def _pay_with_points(self, points: int) -> None:
        self._require_something_to_pay()
        header, account = self.view.header, self.view.account
        if header is None or account is None:
            raise CashierError("no_member", "Points need a member. Attach the member first.")
        if points > self.view.redeemable_points:
            raise CashierError(
                "too_many_points", f"At most {self.view.redeemable_points} points can be used for this sale."
            )
        hold = self._shop.rewards.hold_points(header.transaction_id, account.member_id, points, self._holds_in_use())
        try:
            outcome = self._shop.tendering.add_points(hold)
        except CashierError:
            self._shop.rewards.release(hold.hold_id)
            raise
        self._keep(outcome.completed)

    def _pay_with_gift_card(self, number: str, amount_minor: int) -> None:
        header = self.view.header
        assert header is not None
        hold = self._shop.rewards.hold_gift_card(header.transaction_id, number, amount_minor, self._holds_in_use())
        try:
            outcome = self._shop.tendering.add_gift_card(hold)
        except CashierError:
            self._shop.rewards.release(hold.hold_id)
            raise
        self._keep(outcome.completed)

    def _pay_by_card(self, amount_minor: int) -> None:
        result = CardResult(CardOutcome.APPROVED, amount_minor, authorisation="000000", brand="Card", last_four="0000")
        self._keep(self._shop.tendering.add_card(result).completed)

    def _pay_with_the_stores_own(self, definition_id: str, amount_minor: int, reference: str) -> None:
        self._keep(self._shop.tendering.add_configured(definition_id, amount_minor, reference).completed)

    def _foreign_cash(self, step: document.TenderStep, path: str) -> Action:
        try:
            money = currency(step.currency or "")
        except MoneyError as error:
            raise ScenarioError(f"{path}.currency", str(error)) from error
        foreign_minor = values.amount(step.amount or "", f"{path}.amount", money)

        def pay() -> None:
            self._require_something_to_pay()
            self._keep(self._shop.tendering.add_foreign_cash(money.code, foreign_minor).completed)

        return pay

    def _pay_in_cash(self, amount_minor: int) -> None:
        self._keep(self._shop.tendering.add_cash(amount_minor).completed)

    def _holds_in_use(self) -> frozenset[str]:
        return frozenset(tender.tender_id for tender in self.view.tenders)

    def _keep(self, completed: CompletedSale | None) -> None:
        if completed is not None:
            self.completed = completed.transaction
            if self._exchange_of:
                self.exchanged = returns.exchanged_in(self._shop, completed.transaction, self._exchange_of)
            self._count_promo_codes(completed.transaction)

    def _count_promo_codes(self, sale: RetailTransaction) -> None:
        """A code is used by a sale in which it took something off."""
        took_part = {entry.promotion_id for line in sale.lines for entry in line.promotions}
        for text in sale.promo_codes:
            found = self._shop.plan.profile.promotions.find_code(text)
            if found and found[1].promotion_id in took_part:
                self._promo_code_uses[found[0].code] += 1


def _only(step: document.TenderStep, path: str, *, needed: str = "", allowed: str = "") -> None:
    """Refuse keys that this type of tender has no use for, and miss those it needs; both are names with blanks."""
    for key in ("amount", "points", "number", "currency", "id", "reference"):
        given = getattr(step, key) is not None
        if key in needed.split() and not given:
            raise ScenarioError(f"{path}.{key}", f"a tender of type {step.type} needs it")
        if given and key not in (*needed.split(), *allowed.split()):
            raise ScenarioError(f"{path}.{key}", f"a tender of type {step.type} has no such key")
