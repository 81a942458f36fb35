"""Finding a sale without scanning its receipt: its number, the member, the card, a serial number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from pos_app.ports import SaleQuestion, SaleSummary
from pos_app.services.finding_sales import FoundSales, ReceiptInHand, receipt_in_hand
from ui.messages import Banner
from ui.returns.finder_panel import FinderPanel, Way
from ui.tender.entry_panel import Entry, EntryAction
from ui.widgets.list_panel import ListRow
from ui.widgets.text_panel import TextPanel

if TYPE_CHECKING:
    from ui.returns.returns import Returns

_LAST_FOUR = 4
_MOST_ROWS = 7
"""As many as fit in the smallest window."""


class SaleSearch:
    """The panels that lead to a sale."""

    def __init__(self, returns: Returns) -> None:
        self._returns = returns
        self._window = returns.window
        self._side = returns.window.side
        self._sale = returns.window.sale
        self.panel = FinderPanel()
        self.panel.entered.connect(self._entered)
        self._side.add_panel(self.panel, self.panel.closed)
        self._text = TextPanel()
        self._side.add_panel(self._text, self._text.closed)
        self._take: Callable[[str], None] | None = None

    @property
    def is_open(self) -> bool:
        """True while the receipt is asked for."""
        return not self.panel.isHidden() or not self._text.isHidden()

    def ask(self) -> None:
        """Which sale? What was interrupted comes first."""
        self._take = None
        interrupted = self._returns.parts.refunding.interrupted()
        ways = [
            Way(
                "Finish an interrupted return",
                f"Receipt {pending.receipt_number}",
                "rotate-ccw",
                partial(self._returns.desk.offer_interrupted, pending),
            )
            for pending in interrupted[:1]
        ]
        ways += [
            Way("Member's purchases", "By e-mail address or member card", "user-round", self._ask_member),
            Way("Card it was paid with", "Last four digits, day and amount", "credit-card", self._ask_card),
            Way("Serial number", "From the box or the device", "scan-barcode", self._ask_serial),
        ]
        unreceipted = self._returns.unreceipted
        if unreceipted is not None:
            ways.append(Way("Without a receipt", "Store credit, with an ID", "file-x", unreceipted.open))
        ways.append(Way("Void a sale of today", "The whole sale, every payment back", "ban", self.list_today))
        self._side.show_panel(self.panel)
        self.panel.ask(ways)

    def close(self) -> None:
        """The sale is found."""
        self._take = None

    def take_scan(self, code: str) -> bool:
        """A scan while a member or serial number is asked for is the answer."""
        take = self._take
        if take is None or self._text.isHidden():
            self._take = None
            return False
        take(code)
        return True

    # --- questions --------------------------------------------------------------------------------------------------

    def _entered(self, text: str) -> None:
        hand = receipt_in_hand(text)
        if hand is None:
            with self._sale.one_change():
                self._sale.refuse(
                    Banner("No receipt number", "It looks like 001-02-000147. Check it on the receipt's barcode.")
                )
            return
        self._returns.open_receipt(hand)

    def _ask_text(self, title: str, hint: str, act: Callable[[str], None]) -> None:
        self._take = act
        self._side.show_panel(self._text, stays=True, back=self.ask)
        self._text.ask(title, hint, "Find", act)

    def _ask_member(self) -> None:
        member = self._sale.view.basket.member
        if member is not None and member.member_id:
            self._look(SaleQuestion(member_id=member.member_id))
            return
        hint = "Type the e-mail address, or scan the member card."
        self._ask_text("Member's purchases", hint, self._look_for_member)

    def _look_for_member(self, text: str) -> None:
        membership = self._window.services.membership
        find = membership.find if "@" in text else membership.find_by_card

        def work() -> FoundSales:
            found = find(text)
            if found is None:
                raise CashierError("no_member", "There is no member with this address or card.")
            return self._returns.parts.finding.search(SaleQuestion(member_id=found.account.member_id))

        self._run(work)

    def _ask_serial(self) -> None:
        hint = "Scan or type it as it stands on the box."
        self._ask_text("Serial number", hint, lambda text: self._look(SaleQuestion(serial_number=text.upper())))

    def _ask_card(self) -> None:
        def act(digits: str) -> bool:
            self._ask_day(digits)
            return False

        self._ask_digits("Last four digits of the card", _LAST_FOUR, "Never the whole number", act, self.ask)

    def _ask_day(self, last_four: str) -> None:
        def act(digits: str) -> bool:
            day = self._day_of(digits)
            if day:
                self._ask_amount(last_four, day)
            return False

        self._ask_digits("Day of the purchase", 4, "Month and day, like 1122", act, self._ask_card)

    def _day_of(self, digits: str) -> str:
        """The last such day that is not in the future."""
        today = self._window.services.clock.now().date()
        for year in (today.year, today.year - 1):
            try:
                day = today.replace(year=year, month=int(digits[:2]), day=int(digits[2:]))
            except ValueError:
                break
            if day <= today:
                return day.isoformat()
        with self._sale.one_change():
            self._sale.refuse(Banner("No such day", "Type the month and the day in two digits each, like 1122."))
        return ""

    def _ask_amount(self, last_four: str, day: str) -> None:
        money = self._window.services.formatter.money

        def act(digits: str) -> bool:
            question = SaleQuestion(
                card_last_four=last_four, business_day=day, amount_minor=int(digits) if digits else None
            )
            self._look(question)
            return False

        entry = Entry(
            title="Total of the purchase",
            show=lambda digits: money(int(digits) if digits else 0),
            judge=lambda digits: ("As it stands on the card statement", bool(digits)),
            actions=(EntryAction("Find", act, "go"),),
            facts=lambda: (("Card", f"•••• {last_four}"), ("Day", day)),
        )
        self._side.ask(entry, partial(self._ask_day, last_four))

    def _ask_digits(
        self, title: str, most: int, words: str, act: Callable[[str], bool], back: Callable[[], None]
    ) -> None:
        self._take = None
        entry = Entry(
            title=title,
            show=lambda digits: digits,
            judge=lambda digits: (words, len(digits) == most),
            actions=(EntryAction("Next", act, "go"),),
            most_digits=most,
            secret=True,
        )
        self._side.ask(entry, back)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _look(self, question: SaleQuestion) -> None:
        self._run(partial(self._returns.parts.finding.search, question))

    def _run(self, work: Callable[[], FoundSales]) -> None:
        self._take = None
        self._sale.say("Looking for purchases…")
        self._window.background.run(work, self._show, self._failed)

    def _show(self, found: FoundSales) -> None:
        self._sale.dismiss_toast()
        title = "Purchases" if found.complete else "Purchases at this till (offline)"
        rows = [
            self._row(sale, partial(self._returns.open_receipt, ReceiptInHand(sale.receipt_number)))
            for sale in found.sales[:_MOST_ROWS]
        ]
        self._side.show_list(title, rows, "No purchase was found. Try another way.", back=self.ask)

    def _row(self, sale: SaleSummary, act: Callable[[], None]) -> ListRow:
        formatter = self._window.services.formatter
        when = formatter.date_time(datetime.fromisoformat(sale.ended_at))
        goods = ", ".join(sale.goods) or f"No. {sale.receipt_number}"
        return ListRow(goods, f"{when} · store {sale.store_id}", act, "receipt-text", formatter.money(sale.total_minor))

    def list_today(self) -> None:
        """Sales of today at this till, to be voided."""
        parts = self._returns.parts

        def void(number: str) -> None:
            original = parts.finding.here(number)
            if original is None or original.sale.header.business_day != parts.returning.business_day:
                self._failed(CashierError("not_of_today", "That is no sale of today at this till. Return it instead."))
            else:
                self._side.close_panel()
                self._returns.desk.void(original)

        def show(sales: list[SaleSummary]) -> None:
            rows = [
                ListRow(
                    ", ".join(sale.goods) or "Sale",
                    f"{sale.ended_at[11:16]} · No. {sale.receipt_number}",
                    partial(void, sale.receipt_number),
                    "receipt-text",
                    self._window.services.formatter.money(sale.total_minor),
                )
                for sale in sales
            ]
            rows.append(ListRow("Another sale of today", "By its receipt number", by_number, "hash", closes=False))
            self._side.show_list("Void a sale", rows, back=self.ask)

        def by_number() -> None:
            self._ask_text("Receipt number", "Scan the receipt, or type its number.", typed)

        def typed(text: str) -> None:
            self._take = None
            hand = receipt_in_hand(text)
            void(hand.receipt_number if hand else text)

        self._take = None
        self._window.background.run(parts.finding.voidable, show, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        with self._sale.one_change():
            self._sale.dismiss_toast()
            self._sale.refuse(Banner("Not found", str(error)))
