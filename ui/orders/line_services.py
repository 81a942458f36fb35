"""Services of the store's fee table for the selected line: installation and the like, added and taken off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pos_app.domain.item import Fee
from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


class ServicesDesk:
    """A list in the side column; a touch adds or removes."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    def open(self) -> None:
        """What may be added to the selected line, and what was."""
        window = self._window
        priced = next((p for p in window.sale.view.priced.lines if p.line_number == window.sale.selected), None)
        if priced is None or not window.sale.editable:
            return
        number = priced.line_number
        rows: list[ListRow] = []

        def offer() -> None:
            for fee in window.services.selling.fees_to_choose(number):
                rows.append(self._row(f"Add {fee.name}", "Once for the line" if fee.once else "Per piece", fee, number))

        if not window.sale.attempt(offer):
            return
        rows += [self._row(f"Remove {fee.name}", "", fee, number, remove=True) for fee in priced.line.added_fees]
        window.side.show_list(priced.line.item.name, rows, "The store offers no services for this item.")

    def _row(self, name: str, detail: str, fee: Fee, number: int, *, remove: bool = False) -> ListRow:
        selling, sale = self._window.services.selling, self._window.sale
        change = selling.remove_fee if remove else selling.add_fee

        def act() -> None:
            if sale.attempt(lambda: change(number, fee.fee_id)):
                sale.say(f"{fee.name} {'removed' if remove else 'added'}")

        amount = self._window.services.formatter.money(fee.amount_minor)
        return ListRow(name, detail, act, "undo-2" if remove else "wrench", amount)
