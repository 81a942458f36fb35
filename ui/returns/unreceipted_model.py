"""Goods without a receipt while they are put together: scanned one by one, each at the lowest price of late."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_app.domain.basket import EntryMethod
from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.retail_transaction import SaleLine
from pos_app.domain.return_policy import Condition, Verdict
from pos_app.domain.returns import ReturnQuote
from pos_app.errors import CashierError
from pos_app.ports import Formatter
from pos_app.services.without_receipt import UnreceiptedItem, UnreceiptedLine
from ui.returns.return_model import LineState, Pick

MOST_PIECES = 99


@dataclass(frozen=True, slots=True)
class _Line:
    goods: UnreceiptedItem
    pick: Pick


class UnreceiptedModel:
    """Has the lines of a return like ReturnModel; on_change after every change, on_line after a new line."""

    def __init__(self, quote_of: Callable[[list[UnreceiptedLine]], ReturnQuote], formatter: Formatter) -> None:
        self._quote_of = quote_of
        self._formatter = formatter
        self.quote: ReturnQuote | None = None
        self.problem = ""
        self.on_change: Callable[[], None] = lambda: None
        self._lines: list[_Line] = []

    @property
    def anything(self) -> bool:
        """True when something comes back."""
        return any(line.pick.quantity_milli for line in self._lines)

    @property
    def lacks_reason(self) -> bool:
        """True while a line has no reason of its own."""
        return any(line.pick.quantity_milli and not line.pick.reason for line in self._lines)

    def lines(self) -> list[LineState]:
        """The lines as they are shown."""
        chosen = [n for n, line in enumerate(self._lines, 1) if line.pick.quantity_milli]
        refunds = [one.refund_minor for one in self.quote.lines] if self.quote else []
        amounts = dict(zip(chosen, refunds, strict=False))
        return [self._state(n, line, amounts.get(n, 0)) for n, line in enumerate(self._lines, 1)]

    def chosen(self) -> list[UnreceiptedLine]:
        """What comes back."""
        return [
            UnreceiptedLine(line.goods, line.pick.quantity_milli, line.pick.condition, line.pick.reason)
            for line in self._lines
            if line.pick.quantity_milli
        ]

    def add(self, goods: UnreceiptedItem) -> int:
        """One more piece; the number of its line comes back."""
        for number, line in enumerate(self._lines, 1):
            if line.goods == goods:
                self.step(number, 1)
                return number
        self._lines.append(_Line(goods, Pick(QUANTITY_SCALE)))
        self._changed()
        return len(self._lines)

    def step(self, line_number: int, by: int) -> bool:
        """One piece more or less. False when that is not possible."""
        pick = self._lines[line_number - 1].pick
        wanted = pick.quantity_milli + by * QUANTITY_SCALE
        if not 0 <= wanted <= MOST_PIECES * QUANTITY_SCALE:
            return False
        self._set(line_number, replace(pick, quantity_milli=wanted))
        return True

    def toggle_all(self, line_number: int) -> None:
        """One piece, or none."""
        pick = self._lines[line_number - 1].pick
        self._set(line_number, replace(pick, quantity_milli=0 if pick.quantity_milli else QUANTITY_SCALE))

    def describe(self, line_number: int, condition: Condition, reason: str = "") -> None:
        """How a line comes back, and why."""
        pick = self._lines[line_number - 1].pick
        self._set(line_number, replace(pick, condition=condition, reason=reason or pick.reason))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _set(self, line_number: int, pick: Pick) -> None:
        self._lines[line_number - 1] = replace(self._lines[line_number - 1], pick=pick)
        self._changed()

    def _changed(self) -> None:
        self.quote, self.problem = None, ""
        chosen = self.chosen()
        if chosen:
            try:
                self.quote = self._quote_of(chosen)
            except CashierError as error:
                self.problem = error.message
        self.on_change()

    def _state(self, number: int, line: _Line, refund_minor: int) -> LineState:
        item, price = line.goods.item, self._formatter.money(line.goods.unit_price_minor)
        facts = f"{price} each"
        if line.goods.unit_price_minor < item.price_minor:
            facts += f", lowest of late · now {self._formatter.money(item.price_minor)}"
        sold = SaleLine(
            line_number=number,
            item_id=item.item_id,
            code=line.goods.code,
            name=item.name,
            category=item.category,
            kind=item.kind.value,
            entry_method=EntryMethod.SCANNED.value,
            quantity_milli=MOST_PIECES * QUANTITY_SCALE,
            unit_price_minor=line.goods.unit_price_minor,
            gross_minor=0,
            discount_minor=0,
            net_minor=0,
            fees_minor=0,
            tax_minor=0,
            included_tax_minor=0,
            points_base=0,
            points_bonus=0,
            sold_by=SoldBy.EACH.value,
        )
        return LineState(sold, 0, MOST_PIECES * QUANTITY_SCALE, line.pick, Verdict(), refund_minor, facts)
