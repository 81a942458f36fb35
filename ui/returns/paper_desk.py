"""Goods of another till's receipt while nobody can be asked: by what its paper says, for cash and points."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pos_app.domain.paper_return import PaperLine, PaperReceipt
from pos_app.services.without_receipt import UnreceiptedItem, UnreceiptedLine
from ui.messages import Banner
from ui.returns.pages import paper_page
from ui.returns.unreceipted_model import UnreceiptedModel
from ui.tender.entry_panel import Entry, EntryAction

if TYPE_CHECKING:
    from pos_app.domain.item import Item
    from pos_app.domain.returns import ReturnQuote
    from pos_app.services.approvals import Approval
    from ui.returns.returns import Returns

_WORDS = (
    "Offline: the till knows this receipt by its paper alone. Check that nothing on it came back before. The rewards "
    "service settles the points that the goods had earned."
)


class PaperDesk:
    """Takes a receipt's goods from the first scan to the approval; the money is the refund desk's."""

    def __init__(self, returns: Returns) -> None:
        self._returns = returns
        self._window = returns.window
        self._sale = returns.window.sale
        self._number = ""

    def open(self, receipt_number: str) -> None:
        """Nothing is scanned yet."""
        self._number = receipt_number
        model = UnreceiptedModel(partial(self._quote, 0, 0), self._window.services.formatter)
        self._returns.show_bare(model, self, "By the paper", (f"No. {receipt_number}", "Offline"))

    def refresh(self, model: UnreceiptedModel) -> None:
        """Show what it gives now."""
        self._returns.lines.refresh(model.lines(), "")
        self._returns.panel.show_page(paper_page(model, _WORDS, self._window.services.formatter))

    def scan(self, model: UnreceiptedModel, code: str) -> None:
        """Goods in hand: the price paid stands on the paper."""
        item = self._window.services.catalogue.find_by_code(code)
        if item is None:
            self._refuse(f"{code[:40]} is not on file, so its tax is not known here.")
            return
        money = self._window.services.formatter.money

        def act(digits: str) -> bool:
            self._add(model, item, code, int(digits) if digits else 0)
            return False

        entry = Entry(
            title="Price paid for one",
            show=lambda digits: money(int(digits) if digits else 0),
            judge=lambda digits: (f"{item.name}: as printed, after discounts", bool(digits)),
            actions=(EntryAction("Next", act, "go"),),
            preset=str(item.price_minor),
        )
        self._window.side.ask(entry, self._returns.show_panel)

    def proceed(self, model: UnreceiptedModel) -> None:
        """Why, then which points had paid."""
        if model.quote is None:
            self._refuse(model.problem or "Scan what comes back.")
        else:
            self._returns.ask_reason("Why does it come back?", partial(self._ask_points, model))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _add(self, model: UnreceiptedModel, item: Item, code: str, price_minor: int) -> None:
        self._returns.show_panel()
        self._returns.lines.focus_line(model.add(UnreceiptedItem(item, code, price_minor)))

    def _ask_points(self, model: UnreceiptedModel, reason: str) -> None:
        """Asked each time: what points had paid must not go out in cash as well."""
        show = self._window.services.formatter.points

        def act(digits: str) -> bool:
            points = int(digits) if digits else 0
            if points:
                self._ask_goods(model, reason, points)
            else:
                self._decide(model, reason, 0, 0)
            return False

        entry = Entry(
            title="Points used on this receipt",
            show=lambda digits: f"{show(int(digits) if digits else 0)} pts",
            judge=lambda digits: ("As printed; 0 when none were used", True),
            actions=(EntryAction("Next", act, "go"),),
            most_digits=7,
        )
        self._window.side.ask(entry, self._returns.show_panel)

    def _ask_goods(self, model: UnreceiptedModel, reason: str, points: int) -> None:
        money = self._window.services.formatter.money

        def act(digits: str) -> bool:
            self._decide(model, reason, points, int(digits))
            return False

        entry = Entry(
            title="Goods and services, before tax",
            show=lambda digits: money(int(digits) if digits else 0),
            judge=lambda digits: ("The printed sum, with fees", bool(digits)),
            actions=(EntryAction("Next", act, "go"),),
        )
        self._window.side.ask(entry, self._returns.show_panel)

    def _decide(self, model: UnreceiptedModel, reason: str, points: int, goods_minor: int) -> None:
        self._returns.show_panel()
        receipt = self._receipt(points, goods_minor, model.chosen())

        def act(approval: Approval | None) -> None:
            pending = self._returns.parts.returning.plan_by_paper(receipt, reason, approval=approval)
            self._returns.desk.pay_back(pending, None)

        self._sale.with_approval(act)

    def _receipt(self, points: int, goods_minor: int, lines: list[UnreceiptedLine]) -> PaperReceipt:
        paper = tuple(
            PaperLine(
                one.goods.code,
                one.quantity_milli,
                one.goods.unit_price_minor,
                condition=one.condition,
                reason=one.reason,
            )
            for one in lines
        )
        return PaperReceipt(self._number, paper, points, goods_minor)

    def _quote(self, points: int, goods_minor: int, lines: list[UnreceiptedLine]) -> ReturnQuote:
        return self._returns.parts.returning.quote_by_paper(self._receipt(points, goods_minor, lines))

    def _refuse(self, words: str) -> None:
        with self._sale.one_change():
            self._sale.refuse(Banner("Not possible", words))
