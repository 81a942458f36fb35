"""Serial numbers of the sale under way, asked about at the central service: did another till sell this very piece?

It is asked in the background, while the sale goes on; a payment waits for the answer. Out of reach, the rule of this
till alone holds (RingingUp).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pos_app.errors import CashierError, WorldError
from ui.messages import Choice, Question

if TYPE_CHECKING:
    from pos_app.domain.basket import BasketLine
    from ui.sale.sale_view_model import SaleViewModel

_Piece = tuple[int, str, str]
"""The sale it is in, its item and its number."""


class SerialWatch:
    """Asks about one piece after the other, and tells what was found before anything is paid."""

    def __init__(self, sale: SaleViewModel) -> None:
        self._sale = sale
        self._asked: set[_Piece] = set()
        self._found: list[tuple[_Piece, str]] = []
        self._payment: Callable[[], None] | None = None
        sale.changed.connect(self._tell)
        sale.sale_ended.connect(self._forget)

    def look_up(self, line_number: int) -> None:
        """Ask about the piece on this line, if it has a number and there is somebody to ask."""
        services = self._sale.services
        line = self._sale.view.basket.line(line_number)
        make = services.returns
        if not line.serial_number or make is None or not services.sync_status().online:
            return
        piece = (self._sale.sale_serial, line.item.item_id, line.serial_number)
        self._asked.add(piece)
        self._sale.background.run(
            partial(make().finding.sold_piece, line.item.item_id, line.serial_number),
            partial(self._answered, piece),
            partial(self._failed, piece),
        )

    def waits(self, payment: Callable[[], None]) -> bool:
        """True while an answer is on its way or is being told: the payment goes on by itself when nothing was found."""
        if self._asked:
            self._payment = payment
            self._sale.say("Asking whether another till sold this piece…")
        return bool(self._asked or self._found)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _failed(self, piece: _Piece, error: Exception) -> None:
        if not isinstance(error, CashierError | WorldError):
            raise error
        self._answered(piece, "")

    def _answered(self, piece: _Piece, receipt_number: str) -> None:
        if piece not in self._asked:
            return  # the sale has ended
        self._asked.discard(piece)
        if receipt_number:
            self._found.append((piece, receipt_number))
            self._payment = None
            self._tell()
        elif self._payment is not None and not self._asked:
            pay, self._payment = self._payment, None
            pay()

    def _tell(self) -> None:
        """One piece at a time, as soon as nothing else is being asked."""
        while self._found and self._sale.question is None:
            piece, receipt_number = self._found.pop(0)
            line = self._line_of(piece)
            if line is not None:
                with self._sale.one_change():
                    self._sale.dismiss_toast()
                    self._sale.ask(self._question(line, receipt_number))

    def _question(self, line: BasketLine, receipt_number: str) -> Question:
        return Question(
            "Sold at another till",
            f"{line.serial_number} was sold on receipt {receipt_number} and has not come back. Is it the number of the "
            f"{line.item.name} in your hand?",
            (
                Choice("Take it off the sale", partial(self._sale.remove_line, line.line_number)),
                Choice("Sell it: I have checked", lambda: None, "accent"),
            ),
        )

    def _line_of(self, piece: _Piece) -> BasketLine | None:
        serial, item_id, number = piece
        if serial != self._sale.sale_serial:
            return None
        lines = (line for line in self._sale.view.basket.lines if not line.voided)
        return next((one for one in lines if (one.item.item_id, one.serial_number) == (item_id, number)), None)

    def _forget(self) -> None:
        self._asked.clear()
        self._found.clear()
        self._payment = None
