"""Orders that leave later: planned in the sale under way, placed with its payment, and carried to their end.

Every step is one commit: the journal's event and the order's new state. Goods that are sent or picked up later are
sold and paid now, and their points wait until they leave; a special order is sold when it is picked up, with its
deposit as the first part of the payment.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pos_app.domain.basket import Basket, BasketLine, Discount
from pos_app.domain.fee_table import FeeRule, delivery_rule
from pos_app.domain.item import PRODUCTS
from pos_app.domain.operator import Operator
from pos_app.domain.orders import (
    Order,
    OrderContact,
    OrderDraft,
    OrderError,
    OrderKind,
    OrderState,
    checked_address,
    checked_person,
    deposit_item,
    is_deposit,
    order_number_of,
    order_papers_id,
)
from pos_app.domain.poslog import deposit_back_to_plain
from pos_app.domain.pricing import TAX_EXEMPTION, PricedLine
from pos_app.domain.retail_transaction import TransactionHeader
from pos_app.domain.returns import REFUND_ORDER, Refund
from pos_app.domain.rights import Action
from pos_app.domain.tenders import Tender, TenderType
from pos_app.errors import CashierError, CommitUnknownError
from pos_app.ports import Clock, Formatter, IdSource, OrderBook, PrintJob, Storage
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.order_papers import compose_deposit_back, compose_packing_slip
from pos_app.services.selling import Selling


@dataclass(frozen=True, slots=True)
class DepositBack:
    """What a cancelled special order gives back, by the store's policy."""

    order: Order
    refunds: tuple[Refund, ...]
    kept_minor: int

    @property
    def total_minor(self) -> int:
        """What the customer gets."""
        return sum(refund.amount_minor for refund in self.refunds)


class Orders:
    """Orders of this till."""

    def __init__(
        self,
        selling: Selling,
        *,
        book: OrderBook,
        storage: Storage,
        clock: Clock,
        ids: IdSource,
        formatter: Formatter,
        operator: Operator,
        approvals: Approvals,
    ) -> None:
        self._selling = selling
        self._book = book
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._formatter = formatter
        self._operator = operator
        self._approvals = approvals

    # --- in the sale under way ----------------------------------------------------------------------------------------

    def ship(self, line_numbers: Sequence[int], contact: OrderContact) -> None:
        """Send these lines to the customer, with the delivery fee of the store's table. Raises CashierError."""
        address = _checked(lambda: checked_address(contact))
        rules, profile = self._selling.profile.fees, self._selling.profile

        def change(basket: Basket) -> Basket:
            charged: set[str] = set()
            after = _without_delivery(basket, rules).send_to(address.region)
            for number in line_numbers:
                after = after.ship_line(number)
                rule = delivery_rule(rules, after.line(number).item, address.region or profile.region)
                if rule is not None and not (rule.fee.once and rule.fee.fee_id in charged):
                    charged.add(rule.fee.fee_id)
                    after = after.add_fee(number, rule.fee)
            return after

        self._plan(OrderDraft(OrderKind.SHIP, address), line_numbers, change)

    def pick_up_later(self, line_numbers: Sequence[int], contact: OrderContact) -> None:
        """These lines stay here, paid, until the customer comes for them. Raises CashierError."""
        person = _checked(lambda: checked_person(contact))
        rules = self._selling.profile.fees

        def change(basket: Basket) -> Basket:
            after = _without_delivery(basket, rules).send_to("")
            for number in line_numbers:
                after = after.ship_line(number)
            return after

        self._plan(OrderDraft(OrderKind.PICK_UP, person), line_numbers, change)

    def hand_over_now(self) -> None:
        """All lines are handed over with the sale after all. Raises CashierError."""
        rules = self._selling.profile.fees
        current = self._selling.current
        if current is None or current.order is None:
            raise CashierError("no_order", "Nothing of this sale leaves later.")
        self._selling.plan_order(current.order, lambda basket: _without_delivery(basket, rules).send_to(""))

    def least_deposit_minor(self) -> int:
        """What the store asks in advance for the goods in the basket as a special order."""
        profile, total_minor = self._selling.profile, self._selling.view.priced.total_minor
        return profile.orders.least_deposit_minor(total_minor, profile.rounding)

    def order_specially(self, contact: OrderContact, deposit_minor: int) -> None:
        """Make a special order of the goods in the basket; what is to be paid now is the deposit. Raises CashierError.

        The goods are promised at no more than what they cost now.
        """
        person = _checked(lambda: checked_person(contact))
        view = self._selling.view
        if not view.priced.lines or is_deposit(view.basket):
            raise CashierError("nothing_to_order", "Ring up what is to be ordered first.")
        if any(line.line.item.kind not in PRODUCTS for line in view.priced.lines):
            raise CashierError("gift_card_order", "A gift card is sold, not ordered. Take it off this sale first.")
        if view.tenders:
            raise CashierError("finish_payment_first", "Part of this sale is already paid. Give that back first.")
        if not self.least_deposit_minor() <= deposit_minor <= view.priced.total_minor or deposit_minor <= 0:
            least = self._formatter.money(self.least_deposit_minor())
            most = self._formatter.money(view.priced.total_minor)
            raise CashierError("deposit", f"The deposit is between {least} and {most}.")
        goods = _as_ordered(view.basket, {line.line_number: line for line in view.priced.lines})

        def change(basket: Basket) -> Basket:
            for line in view.priced.lines:
                basket = basket.void_line(line.line_number)
            return basket.add(deposit_item(deposit_minor), deposit_item(0).item_id)

        draft = OrderDraft(OrderKind.SPECIAL, person, goods, view.priced.total_minor)
        self._selling.plan_order(draft, change)

    def _plan(self, draft: OrderDraft, line_numbers: Sequence[int], change: Callable[[Basket], Basket]) -> None:
        if not line_numbers:
            raise CashierError("no_lines", "Choose what leaves later.")
        self._selling.plan_order(draft, change)

    # --- afterwards ---------------------------------------------------------------------------------------------------

    def open_orders(self, member_id: str = "") -> list[Order]:
        """Orders of this till with something still to be done, oldest first; of one member when named."""
        return self._book.open_orders(member_id)

    def find(self, text: str) -> Order | None:
        """The order of a number, or of a slip's barcode."""
        return self._book.order(order_number_of(text) or text.strip())

    def contact(self, number: str) -> OrderContact | None:
        """Whom an open order is for."""
        return self._book.contact(number)

    def mark_ready(self, number: str) -> Order:
        """The goods are here and wait for the customer. Raises CashierError."""
        order = self._open(number)
        if order.kind is OrderKind.SHIP or order.state is OrderState.READY:
            raise CashierError("order_state", "This order does not wait to become ready.")
        return self._record(replace(order, state=OrderState.READY), "order_ready", {})

    def leave(self, number: str) -> Order:
        """The goods left: sent on their way, or picked up. Their points stop being pending. Raises CashierError."""
        order = self._open(number)
        if order.kind is OrderKind.SPECIAL:
            raise CashierError("order_state", "A special order is sold when it is picked up: ring it up.")
        payload: dict[str, object] = {
            "original_transaction_id": order.transaction_id,
            "line_numbers": [line.line_number for line in order.lines],
            "how": order.kind.value,
        }
        return self._record(replace(order, state=OrderState.DONE), "shipped", payload)

    def ring_up(self, number: str) -> None:
        """Begin the sale of a special order, its deposit paid already. Raises CashierError."""
        order = self._open(number)
        if order.kind is not OrderKind.SPECIAL or order.goods is None:
            raise CashierError("order_state", "This order is paid already.")
        self._selling.take_up_order(order, order.goods, self._ids.new_id())

    def print_packing_slip(self, number: str) -> None:
        """What goes with the goods, with the name and address. Raises CashierError."""
        order, contact = self._open(number), self._book.contact(number)
        if contact is None:
            raise CashierError("no_contact", "There is no address for this order any more.")
        document = compose_packing_slip(order, contact, self._selling.profile, self._formatter)
        with self._storage.unit_of_work() as work:
            work.add_print_job(PrintJob(self._ids.new_id(), order_papers_id(number), document))
            work.commit()

    def settle_returned(self, number: str, refundable_milli: dict[int, int]) -> Order | None:
        """A paid order of which all goods came back is cancelled; None when some did not. Raises CashierError."""
        order = self._open(number)
        if order.kind is OrderKind.SPECIAL or any(refundable_milli.get(line.line_number) for line in order.lines):
            return None
        return self._record(replace(order, state=OrderState.CANCELLED), "order_cancelled", {"reason": "returned"})

    def deposit_back(self, number: str) -> DepositBack:
        """What cancelling a special order would give back. Raises CashierError."""
        order = self._open(number)
        if order.kind is not OrderKind.SPECIAL:
            raise CashierError("order_paid", "The goods of this order are paid. Take them back with Return.")
        current = self._selling.current
        if current is not None and current.completes is not None and current.completes.number == number:
            raise CashierError("order_in_sale", "This order is being rung up. Cancel that sale first.")
        profile = self._selling.profile
        kept_minor = profile.orders.kept_minor(order.deposit_minor, profile.rounding)
        left_minor = order.deposit_minor - kept_minor
        refunds: list[Refund] = []
        for tender in sorted(order.deposit, key=lambda one: REFUND_ORDER.index(one.tender_type)):
            part_minor = min(tender.amount_minor, left_minor)
            left_minor -= part_minor
            if part_minor:
                refunds.append(_refund(tender, part_minor))
        return DepositBack(order, tuple(refunds), kept_minor)

    def cancel_special(self, number: str, reason: str, *, approval: Approval | None = None) -> DepositBack:
        """Cancel a special order and give its deposit back by the store's policy. Raises CashierError,
        ApprovalNeededError. What goes back to a card was given back by its terminal before.
        """
        if not reason.strip():
            raise CashierError("reason_needed", "Cancelling an order needs a reason.")
        back = self.deposit_back(number)
        business_day = self._storage.business_day()
        if not business_day:
            raise CashierError("store_closed", "The business day is not open. Ask a manager to open it.")
        detail = f"Deposit of order {number} back"
        self._approvals.require(Action.RETURN, amount_minor=back.total_minor, detail=detail, approval=approval)
        profile, now = self._selling.profile, self._clock.now().isoformat(timespec="milliseconds")
        transaction_id = self._ids.new_id()
        try:
            with self._storage.unit_of_work() as work:
                header = TransactionHeader(
                    transaction_id=transaction_id,
                    sequence_number=work.begin_transaction(),
                    store_id=profile.store_id,
                    workstation_id=profile.workstation_id,
                    operator_id=self._operator.operator_id,
                    business_day=business_day,
                    began_at=now,
                    currency_code=profile.currency.code,
                )
                payload = deposit_back_to_plain(header, number, back.refunds, back.kept_minor, reason.strip())
                work.append("deposit_refunded", payload, event_id=transaction_id)
                document = compose_deposit_back(header, number, back.refunds, back.kept_minor, profile, self._formatter)
                has_cash = any(refund.tender_type is TenderType.CASH for refund in back.refunds)
                work.add_print_job(PrintJob(self._ids.new_id(), transaction_id, document, open_drawer=has_cash))
                work.save_order(replace(back.order, state=OrderState.CANCELLED))
                work.save_till_totals(self._storage.till_totals().with_deposit_back(back.refunds))
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(transaction_id):
                raise
        return back

    # --- inside -------------------------------------------------------------------------------------------------------

    def _open(self, number: str) -> Order:
        order = self.find(number)
        if order is None:
            raise CashierError("no_such_order", f"There is no order {number} on this till.")
        if not order.is_open:
            what = "was cancelled" if order.state is OrderState.CANCELLED else "is done"
            raise CashierError("order_closed", f"The order {order.number} {what} already.")
        return order

    def _record(self, order: Order, kind: str, payload: dict[str, object]) -> Order:
        with self._storage.unit_of_work() as work:
            known = {"order_number": order.number, "operator_id": self._operator.operator_id}
            work.append(kind, known | payload)
            work.save_order(order)
            work.commit()
        return order


def _checked(check: Callable[[], OrderContact]) -> OrderContact:
    try:
        return check()
    except OrderError as error:
        raise CashierError("address", str(error)) from error


def _without_delivery(basket: Basket, rules: Sequence[FeeRule]) -> Basket:
    """Nothing of the basket leaves later, and no delivery is charged."""
    delivery = {rule.fee.fee_id for rule in rules if rule.delivery}
    for line in basket.lines:
        if line.voided or not line.to_ship:
            continue
        basket = basket.hand_over_line(line.line_number)
        for fee in line.added_fees:
            if fee.fee_id in delivery:
                basket = basket.remove_fee(line.line_number, fee.fee_id)
    return basket


def _as_ordered(basket: Basket, priced: dict[int, PricedLine]) -> Basket:
    """The goods at what they cost now: promotions of today become reductions that stay."""
    lines: list[BasketLine] = []
    for line in basket.lines:
        amounts = priced.get(line.line_number)
        if amounts is None:
            continue
        off_minor = amounts.discount_minor - sum(
            part.reduction_minor for part in amounts.promotions if part.promotion_id == TAX_EXEMPTION
        )
        discounts = (Discount("As ordered", amount_minor=off_minor),) if off_minor else ()
        lines.append(replace(line, line_number=len(lines) + 1, discounts=discounts, to_ship=False))
    return replace(basket, lines=tuple(lines), discounts=(), promo_codes=(), ship_region="")


def _refund(tender: Tender, amount_minor: int) -> Refund:
    """Cards get back what they paid; everything else goes back in cash."""
    kind = TenderType.CARD if tender.tender_type is TenderType.CARD else TenderType.CASH
    return Refund(kind, amount_minor, 0, tender.tender_id, tender.reference)
