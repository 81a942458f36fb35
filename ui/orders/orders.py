"""What leaves later: sent, picked up or ordered specially; and the list of open orders with what can be done next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from pos_app.domain.orders import COUNTRIES, Order, OrderContact, OrderKind, OrderState, is_deposit, order_number_of
from pos_app.domain.tenders import TenderType
from pos_app.ports import CardOutcome
from ui.messages import Banner, Choice, Question
from ui.sale.sale_view_model import Stage
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.orders import DepositBack, Orders
    from ui.orders.address_keys import AddressKeys
    from ui.orders.contact_panel import ContactPanel
    from ui.sale.checkout_window import CheckoutWindow
    from ui.tender.reference_panel import ReferencePanel

_KINDS = {OrderKind.SHIP: "To be sent", OrderKind.PICK_UP: "Pick-up", OrderKind.SPECIAL: "Special"}
_ICONS = {OrderKind.SHIP: "truck", OrderKind.PICK_UP: "shopping-bag", OrderKind.SPECIAL: "clipboard-list"}
_ABOVE_THE_STRIP = 84
_REASONS = ("Customer changed their mind", "The goods cannot be had", "Ordered by mistake")


class OrderDesk:
    """Everything about orders, in the side column."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._panel: ContactPanel | None = None
        self.keys: AddressKeys | None = None
        self._finder: ReferencePanel | None = None

    @property
    def _orders(self) -> Orders:
        make = self._window.services.orders
        assert make is not None
        return make()

    # --- in the sale under way --------------------------------------------------------------------------------------

    def leave_later(self) -> None:
        """How the goods of this sale leave."""
        sale = self._window.sale
        priced = sale.view.priced.lines
        if not sale.editable or not priced or is_deposit(sale.view.basket):
            return
        everything = [line.line_number for line in priced]
        chosen = next((line for line in priced if line.line_number == sale.selected), None)
        rows = [self._row("Send all to the customer", "Address, delivery fee", "truck", self._ask_address, everything)]
        if chosen is not None and len(priced) > 1:
            name, one = chosen.line.item.name, [chosen.line_number]
            rows.append(self._row("Send the selected line", name, "truck", self._ask_address, one))
        bag = "shopping-bag"
        rows.append(self._row("Pick up all later", "Paid now, with a slip", bag, self._ask_person, everything))
        if chosen is not None and len(priced) > 1:
            rows.append(self._row("Pick up the selected line", name, bag, self._ask_person, one))
        how = "A deposit now, the rest at pick-up"
        rows.append(ListRow("Special order", how, self._order_specially, "clipboard-list", "", False))
        if any(line.line.to_ship for line in priced):
            rows.append(ListRow("Hand all over now", "Nothing leaves later", self._hand_over, "shopping-cart"))
        self._window.side.show_list("Leaves later", rows)

    def _row(self, name: str, detail: str, icon: str, ask: Callable[[list[int]], None], lines: list[int]) -> ListRow:
        return ListRow(name, detail, partial(ask, lines), icon, "", False)

    def _ask_address(self, lines: list[int]) -> None:
        words = "Goods will be sent, and their points follow then"
        self._ask("Send to", lambda contact: self._do(lambda: self._orders.ship(lines, contact), words), address=True)

    def _ask_person(self, lines: list[int]) -> None:
        words = "To be picked up later. Take the payment now"
        self._ask("Who picks it up?", lambda who: self._do(lambda: self._orders.pick_up_later(lines, who), words))

    def _hand_over(self) -> None:
        self._do(self._orders.hand_over_now, "Everything is handed over now")

    def _order_specially(self) -> None:
        self._ask("Special order for", self._ask_deposit)

    def _ask_deposit(self, contact: OrderContact) -> bool:
        money, orders = self._window.services.formatter.money, self._orders
        total_minor, least_minor = self._window.sale.view.priced.total_minor, orders.least_deposit_minor()

        def judge(digits: str) -> tuple[str, bool]:
            amount_minor = int(digits or 0)
            if not least_minor <= amount_minor <= total_minor or not amount_minor:
                return f"Between {money(least_minor)} and {money(total_minor)}", False
            return f"{money(total_minor - amount_minor)} left to pay at pick-up", True

        def act(digits: str) -> bool:
            words = "Take the deposit; the sale is made when the goods are here"
            return self._do(lambda: orders.order_specially(contact, int(digits)), words)

        entry = Entry(
            title="Deposit",
            show=lambda digits: money(int(digits or 0)),
            judge=judge,
            actions=(EntryAction("Order with this deposit", act, "accent"),),
            facts=lambda: (("The order comes to", money(total_minor)), ("At least", money(least_minor))),
            preset=str(least_minor),
            picks=tuple((name, str(amount)) for name, amount in (("Half", total_minor // 2), ("All", total_minor))),
        )
        self._window.side.ask(entry, back=self.leave_later)
        return True

    def _ask(self, title: str, act: Callable[[OrderContact], bool], *, address: bool = False) -> None:
        side = self._window.side
        if self._panel is None:
            from ui.orders.contact_panel import ContactPanel

            self._panel = ContactPanel(self._window.services.profile.country, side)
            self._panel.country_wanted.connect(self._choose_country)
            self._add_keys(self._panel)
            side.add_panel(self._panel, self._panel.closed)
        side.show_panel(self._panel, stays=True, back=self.leave_later)
        self._panel.ask(title, "Next", act, address=address)

    def _add_keys(self, panel: ContactPanel) -> None:
        """A keyboard to touch, where there is no other."""
        from ui.orders.address_keys import AddressKeys

        keys, window = AddressKeys(self._window), self._window
        keys.pressed.connect(panel.press)
        panel.gone.connect(keys.hide)
        panel.touched.connect(lambda: keys.show_over(QRectF(window.basket.geometry()), _ABOVE_THE_STRIP))
        self.keys = keys

    def _choose_country(self) -> None:
        panel = self._panel
        assert panel is not None

        def back(code: str = "") -> None:
            self._window.side.show_panel(panel, stays=True, back=self.leave_later)
            if code:
                panel.choose_country(code)

        rows = [ListRow(name, "", partial(back, code), "globe", code, False) for code, name in COUNTRIES.items()]
        self._window.side.show_list("Country", rows, back=back)

    # --- open orders ------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """The open orders of this till; with a member in the sale, theirs come first."""
        self._settle_returned()
        view = self._window.sale.view
        member_id = view.basket.member.member_id if view.basket.member else ""
        orders = sorted(self._orders.open_orders(), key=lambda order: not member_id or order.member_id != member_id)
        rows = [self._order_row(order) for order in orders]
        if rows:
            rows.append(ListRow("Find an order", "By its number", self._ask_number, "search", "", False))
        self._window.side.show_list("Orders", rows, "No order of this till is open.")

    def _ask_number(self) -> None:
        from ui.tender.reference_panel import ReferencePanel

        side = self._window.side
        if self._finder is None:
            self._finder = ReferencePanel(side)
            side.add_panel(self._finder, self._finder.closed)
        side.show_panel(self._finder, back=self.show)
        self._finder.ask("Find an order", "Its number, or the last digits of it", "Find", _number_wanted, self._found)

    def _found(self, text: str) -> None:
        """By the whole number, or the last part of it where that is enough."""
        order = self._orders.find(text)
        if order is None and text.isdigit():
            ends = [one for one in self._orders.open_orders() if int(one.number.rpartition("-")[2]) == int(text)]
            order = ends[0] if len(ends) == 1 else None
        if order is None or not order.is_open:
            self._refuse("Not found", f"No open order of this till has the number {text}.")
        else:
            self._show_order(order)

    def _settle_returned(self) -> None:
        """Orders of which all goods came back meanwhile are cancelled."""
        for order in self._orders.open_orders():
            if order.kind is not OrderKind.SPECIAL:
                self._window.sale.attempt(partial(self._settle, order.number))

    def _settle(self, number: str) -> None:
        from pos_app.domain.returns import refundable_milli

        returning = self._window.services.returns
        original = returning().returning.find_here(number) if returning is not None else None
        if original is not None:
            self._orders.settle_returned(number, refundable_milli(original.sale, original.history))

    def take_scan(self, code: str) -> bool:
        """True when the code is that of an order's slip: what can be done next is shown."""
        number = order_number_of(code)
        window = self._window
        if window.services.orders is None or not number or window.sale.question is not None:
            return False
        order = self._orders.find(number)
        if order is None:
            self._refuse("No such order here", self._where_it_is(number))
        elif not order.is_open:
            done = "was cancelled" if order.state is OrderState.CANCELLED else "is done"
            self._refuse("Nothing left to do", f"Order {number} {done} already.")
        else:
            self._show_order(order)
        return True

    def _where_it_is(self, number: str) -> str:
        """An order's number says which till keeps it."""
        store, till = number.split("-")[:2]
        profile = self._window.services.profile
        if (store, till) == (profile.store_id, profile.workstation_id):
            return f"This till does not know order {number}. Check the number on the slip."
        place = f"till {till}" if store == profile.store_id else f"till {till} of store {store}"
        return f"Order {number} is kept at {place}. Finish it there."

    def _order_row(self, order: Order) -> ListRow:
        contact = self._orders.contact(order.number)
        state = "ready" if order.state is OrderState.READY else _KINDS[order.kind].lower()
        day = datetime.fromisoformat(order.placed_at).strftime("%d %b")
        name = contact.name if contact else order.lines[0].name
        detail = f"{order.number}  ·  {state}"
        return ListRow(name, detail, partial(self._show_order, order), _ICONS[order.kind], day, False)

    def _show_order(self, order: Order) -> None:
        """Whom it is for, and what can be done next."""
        money, number = self._window.services.formatter.money, order.number
        contact = self._orders.contact(number)
        rows: list[ListRow] = []
        if order.kind is OrderKind.SPECIAL:
            if order.state is OrderState.OPEN:
                rows.append(
                    self._step("The goods are here", "They wait for the customer", "check", self._ready, number)
                )
            left = money(max(0, order.expected_total_minor - order.deposit_minor))
            rows.append(self._step("Ring up", f"{left} left to pay", "shopping-cart", self._ring_up, number))
            deposit = f"Deposit {money(order.deposit_minor)}"
            rows.append(self._step("Cancel the order", deposit, "ban", self._ask_cancel, number, closes=False))
        else:
            if order.kind is OrderKind.PICK_UP:
                if order.state is OrderState.OPEN:
                    rows.append(self._step("Ready for pick-up", "The goods wait", "check", self._ready, number))
                rows.append(self._step("Picked up", "The customer has the goods", "shopping-bag", self._leave, number))
            else:
                rows.append(self._step("Sent", "The goods left the store", "truck", self._leave, number))
                rows.append(self._step("Packing slip", "With the address", "printer", self._packing_slip, number))
            rows.append(self._step("Cancel the order", "Take the goods back", "ban", self._cancel_paid, number))
        if contact is not None:
            rows.append(ListRow(contact.name, contact.phone, lambda: None, "user-round", "", False))
        if contact is not None and contact.lines:
            rows.append(ListRow(", ".join(contact.lines), contact.place, lambda: None, "map-pin", "", False))
        for line in order.lines:
            rows.append(ListRow(line.name, "", lambda: None, "package", f"{line.quantity_milli // 1000}", False))
        self._window.side.show_list(f"Order {number}", rows, back=self.show)

    def _step(
        self, name: str, detail: str, icon: str, act: Callable[[str], None], number: str, *, closes: bool = True
    ) -> ListRow:
        return ListRow(name, detail, lambda: act(number), icon, "", closes)

    def _ready(self, number: str) -> None:
        self._do(lambda: self._orders.mark_ready(number), f"Order {number} waits for the customer")

    def _leave(self, number: str) -> None:
        self._do(lambda: self._orders.leave(number), f"Order {number} is done; its points are credited")

    def _packing_slip(self, number: str) -> None:
        self._do(lambda: self._orders.print_packing_slip(number), "The packing slip is being printed")

    def _ring_up(self, number: str) -> None:
        if self._window.sale.stage is Stage.COMPLETE:
            self._window.sale.next_sale()
        self._do(lambda: self._orders.ring_up(number), "The deposit is in the payment. Take the rest")

    def _cancel_paid(self, number: str) -> None:
        """The goods are paid, so cancelling is taking them back; when all of them are, the order is cancelled."""
        if self._window.services.returns is None:
            self._refuse("Not done", "This till takes no goods back.")
            return
        self._do(lambda: self._settle(number), f"Order {number}: choose what comes back")
        order = self._orders.find(number)
        if order is not None and order.is_open:
            self._window.functions.take_return_scan(number)
        else:
            self._window.sale.say(f"Order {number} is cancelled")

    def _ask_cancel(self, number: str) -> None:
        back = self._orders.deposit_back(number)
        money = self._window.services.formatter.money
        kept = f", the store keeps {money(back.kept_minor)}" if back.kept_minor else ""
        words = f"{money(back.total_minor)} back{kept}"
        rows = [ListRow(reason, words, partial(self._confirm, back, reason), "message-circle") for reason in _REASONS]
        self._window.side.show_list("Why cancel the order?", rows, back=self.show)

    def _confirm(self, back: DepositBack, reason: str) -> None:
        money, number = self._window.services.formatter.money, back.order.number
        by_card = any(refund.tender_type is TenderType.CARD for refund in back.refunds)
        how = "Hand it over in cash." if not by_card else "Card money goes back through the card terminal."
        with self._window.sale.one_change():
            self._window.sale.ask(
                Question(
                    f"Cancel order {number}?",
                    f"{money(back.total_minor)} of the deposit goes back. {how}",
                    (
                        Choice("No, keep it", lambda: None),
                        Choice("Yes, cancel the order", lambda: self._give_back(back, reason), "danger"),
                    ),
                    "circle-question-mark",
                )
            )

    def _give_back(self, back: DepositBack, reason: str) -> None:
        """Cards first, by their terminal; then the one commit, and cash."""
        window, order = self._window, back.order
        tenders = {tender.tender_id: tender for tender in order.deposit}
        to_cards = [refund for refund in back.refunds if refund.tender_type is TenderType.CARD]
        refunds = window.services.card_refunds

        def finish(_: object = None) -> None:
            words = f"Order {order.number} is cancelled"
            window.functions.with_approval(lambda approval: self._cancelled(order.number, reason, approval, words))

        if not to_cards or refunds is None:
            finish()
            return

        def by_terminal() -> None:
            for refund in to_cards:
                tender = tenders[refund.original_tender_id]
                result = refunds().refund(f"deposit-{tender.tender_id}", tender, refund.amount_minor, order.number)
                if result.outcome is not CardOutcome.APPROVED:
                    from pos_app.errors import CashierError

                    raise CashierError("card_refund", result.message or "The card terminal gave nothing back.")

        window.background.run(by_terminal, finish, window.functions.failed)

    def _cancelled(self, number: str, reason: str, approval: Approval | None, words: str) -> None:
        self._orders.cancel_special(number, reason, approval=approval)
        self._window.sale.say(words)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _do(self, act: Callable[[], object], words: str) -> bool:
        """Do it and say so; a refusal is heard and seen, and leaves the panel open."""
        window = self._window

        def run() -> None:
            act()

        if not window.sale.attempt(run):
            return False
        window.side.close_panel()
        window.sale.say(words)
        return True

    def _refuse(self, title: str, words: str) -> None:
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner(title, words))


def _number_wanted(text: str) -> str:
    return "" if text.strip() else "It is on the slip"
