"""What keys, scans and the list of more functions do with receipts. The panels are made when one is needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pos_app.domain.receipt_code import is_receipt_qr
from pos_app.domain.receipt_template import ReceiptChoice
from ui.receipts.papers import Papers

if TYPE_CHECKING:
    from ui.receipts.checking import Checking
    from ui.receipts.receipts import Receipts
    from ui.sale.checkout_window import CheckoutWindow
    from ui.widgets.list_panel import ListRow


class ReceiptFunctions:
    """Every function does nothing on a till that has no receipts."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        parts = window.services.papers
        self.papers = Papers(window, parts) if parts is not None else None

    @property
    def present(self) -> bool:
        """True when this till has receipts at all."""
        return self._window.services.receipts is not None

    @cached_property
    def room(self) -> Receipts:
        """The list, copies and e-mails."""
        from ui.receipts.receipts import Receipts

        return Receipts(self._window)

    @cached_property
    def checking(self) -> Checking:
        """Is a receipt genuine."""
        from ui.receipts.checking import Checking

        assert self._window.services.receipts is not None
        return Checking(self._window, self._window.services.receipts)

    def open(self) -> None:
        """F8: what the printer could not confirm, where there is any; then the receipts, with the paper to look at."""
        if self.present and self.papers is not None and self.papers.waiting:
            self.papers.open(self.room.open)
        elif self.present:
            self.room.open()

    def look_for_paper(self) -> None:
        """Paper that was on its way when the till stopped says so."""
        if self.papers is not None:
            self.papers.look()

    def print_last(self) -> None:
        """Ctrl+P: the last receipt again."""
        if self.present and self._window.sale.question is None:
            self.room.print_last()

    def email_last(self) -> None:
        """Ctrl+E: the receipt of the sale just completed, by e-mail."""
        if self.present and self._window.sale.question is None and self._window.sale.completed is not None:
            self.room.choose(ReceiptChoice.EMAIL)

    def offer_choices(self) -> None:
        """A sale was completed: where the store says so, the customer is asked how to get the receipt."""
        template, completed = self._window.services.profile.receipt, self._window.sale.completed
        if self.present and completed is not None and (completed.receipt_held or template.email):
            self.room.offer_choices(completed)

    def settle(self) -> None:
        """The completed sale gives way to the next one."""
        template = self._window.services.profile.receipt
        if self.present and (template.ask or template.email):
            self.room.settle_held()

    def take_scan(self, code: str) -> bool:
        """True for the QR code of a receipt: it is checked, and never looked for among the goods."""
        if not self.present or self._window.sale.question is not None or not is_receipt_qr(code):
            return False
        self.checking.open()
        self.checking.check(code)
        return True

    def more_rows(self) -> list[ListRow]:
        """What is needed less often."""
        from ui.widgets.list_panel import ListRow

        if not self.present:
            return []
        return [
            ListRow("Check a receipt", "Genuine, altered or returned", lambda: self.checking.open(), "scan-barcode"),
            ListRow("Receipt template", "How receipts look here", lambda: self.room.show_samples(), "receipt-text"),
            ListRow("Receipts by e-mail", "Sent, waiting or refused", lambda: self.room.show_emails(), "mail"),
        ]
