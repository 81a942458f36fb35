"""What is being taken back: which pieces, how they come back and why, and what that gives. No Qt in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.retail_transaction import SaleLine
from pos_app.domain.return_policy import Condition, Verdict
from pos_app.domain.returns import ReturnRequest
from pos_app.errors import CashierError
from pos_app.services.return_parts import OriginalSale, RefundTo, ReturnPreview
from pos_app.services.returning import STAYS_LOADED, Returning


@dataclass(frozen=True, slots=True)
class Pick:
    """What comes back of one line."""

    quantity_milli: int = 0
    condition: Condition = Condition.SEALED
    reason: str = ""
    serial_number: str = ""


@dataclass(frozen=True, slots=True)
class LineState:
    """One line of the receipt as it is shown. verdict is what the policy says to it in its condition; words stand in
    the place of the counts where there is nothing to count by, or nothing to take back."""

    line: SaleLine
    returned_milli: int
    open_milli: int
    pick: Pick
    verdict: Verdict
    refund_minor: int = 0
    words: str = ""


class ReturnModel:
    """One return while it is being put together; on_change after every change."""

    def __init__(self, returning: Returning, original: OriginalSale, *, gift: bool = False) -> None:
        self._returning = returning
        self.original = original
        self.gift = gift
        self.exchange = False
        self.to = RefundTo.STORE_CREDIT if gift else RefundTo.ORIGINAL
        self.preview: ReturnPreview | None = None
        self.problem = ""
        self.on_change: Callable[[], None] = lambda: None
        self._picks: dict[int, Pick] = {}

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def receipt_number(self) -> str:
        """The receipt's number."""
        return self.original.sale.header.receipt_number

    def lines(self) -> list[LineState]:
        """The lines of the receipt, with what may come back of each."""
        still_open = self._returning.open_milli(self.original)
        refunds = {}
        if self.preview is not None:
            refunds = {line.line_number: line.refund_minor for line in self.preview.quote.lines}
        states = []
        for line in self.original.sale.lines:
            if line.voided:
                continue
            pick = self._pick(line.line_number)
            request = ReturnRequest(line.line_number, pick.quantity_milli, pick.condition)
            states.append(
                LineState(
                    line,
                    self.original.history.returned_milli(line.line_number),
                    still_open[line.line_number],
                    pick,
                    self._returning.verdict(self.original, request, exchange=self.exchange),
                    refunds.get(line.line_number, 0),
                    STAYS_LOADED if self._returning.stays_loaded(line) else "",
                )
            )
        return states

    def requests(self, reason: str = "") -> list[ReturnRequest]:
        """What comes back; reason is for the lines that have none of their own."""
        return [
            ReturnRequest(number, pick.quantity_milli, pick.condition, pick.reason or reason, pick.serial_number)
            for number, pick in self._picks.items()
            if pick.quantity_milli
        ]

    @property
    def anything(self) -> bool:
        """True when something comes back."""
        return any(pick.quantity_milli for pick in self._picks.values())

    @property
    def lacks_reason(self) -> bool:
        """True while a line that comes back has no reason of its own."""
        return any(not request.reason for request in self.requests())

    # --- changing ----------------------------------------------------------------------------------------------------

    def replace_original(self, original: OriginalSale) -> None:
        """Somebody who knows more answered: what came back at other tills counts from now on."""
        self.original = original
        still_open = self._returning.open_milli(original)
        for number, pick in self._picks.items():
            self._picks[number] = replace(pick, quantity_milli=min(pick.quantity_milli, still_open.get(number, 0)))
        self._changed()

    def step(self, line_number: int, by: int) -> bool:
        """One piece more or less of a line; weighed goods all or nothing. False when no more is open."""
        line = self._line(line_number)
        still_open = self._returning.open_milli(self.original)[line_number]
        pick = self._pick(line_number)
        if line.sold_by == SoldBy.EACH:
            wanted = pick.quantity_milli + by * QUANTITY_SCALE
        else:
            wanted = still_open if by > 0 else 0
        fits = 0 <= wanted <= still_open
        if fits and wanted != pick.quantity_milli:
            self._picks[line_number] = replace(pick, quantity_milli=wanted)
            self._changed()
        return fits

    def lacks_serial(self, line_number: int) -> bool:
        """True while a piece with a serial number on the receipt was not shown to be that piece."""
        return bool(self._line(line_number).serial_number) and not self._pick(line_number).serial_number

    def show_serial(self, line_number: int, serial_number: str) -> bool:
        """The piece in hand has this number: it comes back when the receipt says so. False when it is another one."""
        if self._line(line_number).serial_number != serial_number.strip().upper():
            return False
        self._picks[line_number] = replace(self._pick(line_number), serial_number=serial_number.strip().upper())
        return self.step(line_number, 1)

    def line_of_serial(self, code: str) -> int:
        """The line of the piece with this serial number; 0 when there is none."""
        wanted = code.strip().upper()
        return next((one.line_number for one in self.original.sale.lines if wanted and one.serial_number == wanted), 0)

    def toggle_all(self, line_number: int) -> None:
        """All that is open of a line, or nothing of it."""
        still_open = self._returning.open_milli(self.original)[line_number]
        pick = self._pick(line_number)
        wanted = 0 if pick.quantity_milli == still_open else still_open
        self._picks[line_number] = replace(pick, quantity_milli=wanted)
        self._changed()

    def describe(self, line_number: int, condition: Condition, reason: str = "") -> None:
        """How a line comes back, and why."""
        pick = self._pick(line_number)
        self._picks[line_number] = replace(pick, condition=condition, reason=reason or pick.reason)
        self._changed()

    def send_to(self, to: RefundTo) -> None:
        """Where the money goes; a gift receipt leaves no choice."""
        if not self.gift and to is not self.to:
            self.to = to
            self._changed()

    def set_exchange(self, exchange: bool) -> None:
        """Other goods are taken in exchange: the policy may allow more."""
        if exchange != self.exchange:
            self.exchange = exchange
            self._changed()

    def line_of_code(self, code: str) -> int:
        """The line that a scanned product stands for: the first of it that is open and not wholly picked; else 0."""
        for state in self.lines():
            same = code in (state.line.code, state.line.item_id)
            if same and state.pick.quantity_milli < state.open_milli:
                return state.line.line_number
        return 0

    # --- inside ------------------------------------------------------------------------------------------------------

    def _pick(self, line_number: int) -> Pick:
        return self._picks.get(line_number, Pick())

    def _line(self, line_number: int) -> SaleLine:
        return next(line for line in self.original.sale.lines if line.line_number == line_number)

    def _changed(self) -> None:
        self.preview, self.problem = None, ""
        requests = self.requests()
        if requests:
            try:
                self.preview = self._returning.preview(self.original, requests, to=self.to, exchange=self.exchange)
            except CashierError as error:
                self.problem = error.message
        self.on_change()
