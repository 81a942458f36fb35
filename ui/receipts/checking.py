"""More -> Check a receipt, and the QR code of a receipt that is scanned while nothing asked for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pos_app.domain.receipt_code import Verdict
from pos_app.errors import CashierError, WorldError
from pos_app.ports import ReceiptCheck
from ui.receipts.check_panel import CheckPanel

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow
    from ui.services_bundle import ReceiptParts


class Checking:
    """Made when the first receipt is checked."""

    def __init__(self, window: CheckoutWindow, parts: ReceiptParts) -> None:
        self._window = window
        self._parts = parts
        self._asked = 0
        self.panel = CheckPanel(window.side)
        window.side.add_panel(self.panel, self.panel.closed, self._take_scan)
        self.panel.entered.connect(self.check)

    def open(self) -> None:
        """Ask for a code."""
        self._window.close_sheet()
        self._window.side.show_panel(self.panel)
        self.panel.begin()

    def check(self, text: str) -> None:
        """Say what the journals know of this code."""
        self._asked += 1
        asked, checks = self._asked, self._parts.checks

        def told(check: ReceiptCheck) -> None:
            if asked == self._asked:
                self.panel.show_verdict(check.verdict, self._facts(check))

        def failed(error: Exception) -> None:
            if not isinstance(error, CashierError | WorldError):
                raise error
            if asked == self._asked:
                self.panel.show_problem(str(error))

        self.panel.show_asking()
        self._window.background.run(lambda: checks.check(text), told, failed)

    def _take_scan(self, code: str) -> bool:
        self.panel.line.clear()
        self.check(code)
        return True

    def _facts(self, check: ReceiptCheck) -> list[tuple[str, str]]:
        formatter = self._window.services.formatter
        facts = [("Receipt", check.receipt_number)]
        if check.sold_at and check.verdict is not Verdict.ALTERED:
            time_name, total_name = check.kind.facts_words
            facts.append((time_name, formatter.date_time(datetime.fromisoformat(check.sold_at))))
            facts.append((total_name, formatter.money(check.total_minor)))
        return [*facts, ("Checked by", check.by)] if check.by else facts
