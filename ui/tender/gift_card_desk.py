"""Gift cards at the till: see what is on one, sell one, top one up. The card is scanned, or its number typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.stored_value import LoadKind, is_store_credit
from pos_app.errors import CashierError, WorldError
from pos_app.services.loading import CardCheck
from ui.messages import Banner
from ui.tender.entry_panel import Entry, EntryAction
from ui.tender.pay_card import short_amount
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow

_DIGITS = 24
_PICKS = 4


class GiftCardDesk:
    """Panels of the side column; what asks the central service runs in the background."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    def open(self) -> None:
        """What can be done with gift cards."""
        self._window.side.show_list(
            "Gift cards",
            [
                ListRow("See the balance", "Gift card or store credit", self.ask_balance, "search", closes=False),
                ListRow("Sell a gift card", "Scan a new card", self.ask_sale, "gift", closes=False),
                ListRow("Top up a gift card", "Scan a card in use", self.ask_top_up, "plus", closes=False),
            ],
        )

    def ask_balance(self) -> None:
        """Scan a card: its balance."""
        self._ask_card("Balance", "See the balance", self._show_balance)

    def ask_sale(self) -> None:
        """Scan a new card, then how much goes onto it."""
        self._ask_card("Sell a gift card", "Go on", partial(self._ask_amount, LoadKind.ACTIVATE))

    def ask_top_up(self) -> None:
        """Scan a card in use, then how much more goes onto it."""
        self._ask_card("Top up a gift card", "Go on", partial(self._ask_amount, LoadKind.TOP_UP))

    # --- the card ---------------------------------------------------------------------------------------------------

    def _ask_card(self, title: str, action: str, then: Callable[[CardCheck], None]) -> None:
        def judge(digits: str) -> tuple[str, bool]:
            return ("Scan the card, or type its number", False) if len(digits) < 6 else ("", True)

        def act(digits: str) -> bool:
            self._check(digits, then)
            return False

        entry = Entry(
            title=title,
            show=lambda digits: " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
            judge=judge,
            actions=(EntryAction(action, act, "go"),),
            most_digits=_DIGITS,
            is_code=True,
        )
        self._window.side.ask(entry, back=self.open)

    def _check(self, digits: str, then: Callable[[CardCheck], None]) -> None:
        window, loading = self._window, self._window.services.loading
        if loading is None:
            return
        serial = window.sale.sale_serial

        def answered(check: CardCheck) -> None:
            if serial == window.sale.sale_serial and window.sale.question is None:
                then(check)

        window.sale.say("Asking what is on the card")
        window.background.run(lambda: loading.check(digits), answered, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._window.sale.one_change():
            self._window.sale.refuse(Banner("Not done", str(error)))

    # --- balance ----------------------------------------------------------------------------------------------------

    def _show_balance(self, check: CardCheck) -> None:
        money = self._window.services.formatter.money
        kind = "Store credit" if is_store_credit(check.number) else "Gift card"
        if check.offline:
            words = ("The balance is not known now", "The rewards service is out of reach")
        elif not check.known:
            words = ("Nothing is known of this card", "It was never sold, or the number is wrong")
        else:
            words = (f"{money(check.balance_minor)} can be spent", "")
        row = ListRow(words[0], words[1], lambda: None, "gift")
        again = ListRow("Another card", "", self.ask_balance, "search", closes=False)
        self._window.sale.dismiss_toast()
        self._window.side.show_list(f"{kind} •••• {check.number[-4:]}", [row, again], back=self.open)

    # --- money onto it ----------------------------------------------------------------------------------------------

    def _ask_amount(self, kind: LoadKind, check: CardCheck) -> None:
        window, rules = self._window, self._window.services.profile.gift_cards
        money = window.services.formatter.money
        window.sale.dismiss_toast()
        loading = window.services.loading
        if loading is None or not window.sale.attempt(lambda: loading.check_loadable(check, kind)):
            return

        def judge(digits: str) -> tuple[str, bool]:
            amount = int(digits) if digits else 0
            if not rules.least_minor <= amount <= rules.most_minor:
                return f"{money(rules.least_minor)} to {money(rules.most_minor)}", False
            if check.offline:
                return "Offline: it can be used when this till is connected again", True
            return f"On the card then: {money(check.balance_minor + amount)}", True

        def act(digits: str) -> bool:
            window.side.close_panel()
            self._sell(check, kind, int(digits))
            return False

        entry = Entry(
            title="Top up" if kind is LoadKind.TOP_UP else "New gift card",
            show=lambda digits: money(int(digits) if digits else 0),
            judge=judge,
            actions=(EntryAction("Add to the sale", act, "go"),),
            facts=lambda: (
                ("Card", f"•••• {check.number[-4:]}"),
                ("On the card now", "not known" if check.offline else money(check.balance_minor)),
            ),
            picks=tuple((short_amount(money(amount)), str(amount)) for amount in rules.amounts_minor[:_PICKS]),
        )
        window.side.ask(entry, back=self.open)

    def _sell(self, check: CardCheck, kind: LoadKind, amount_minor: int) -> None:
        window, loading = self._window, self._window.services.loading
        assert loading is not None

        def act() -> None:
            window.sale.selected = loading.sell(check, kind, amount_minor)
            window.sale.say("Gift card added: it is loaded when the sale is paid")

        window.sale.next_sale()
        window.sale.attempt(act)
