"""F10: what is needed less often. What waits for somebody and what this sale can take stand first, then groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.widgets.list_panel import ListRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow


class MoreMenu:
    """The list under More and the lists behind it. A row is there when it can do something now."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    def open(self) -> None:
        """Show it."""
        rows = [*self._waiting(), *self._of_this_sale(), *self._at_the_counter()]
        for title, detail, icon, group in (
            ("Receipts", "Check one, e-mails, how they look", "receipt-text", self._receipts),
            ("Manager", "Close the day, reports, voids", "clipboard-check", self._manager),
            ("People", "Time clock, lock, sign off", "users", self._people),
            ("This till", "Screens, devices, training, close", "monitor", self._till),
        ):
            if group():
                rows.append(ListRow(title, detail, self._opener(title, group), icon, closes=False))
        self._window.side.show_list("More", rows)

    def _opener(self, title: str, group: Callable[[], list[ListRow]]) -> Callable[[], None]:
        return lambda: self._window.side.show_list(title, group(), back=self.open)

    def _waiting(self) -> list[ListRow]:
        """Money whose end is not known."""
        functions, services = self._window.functions, self._window.services
        waiting = len(services.card_refunds().open()) if services.card_refunds is not None else 0
        if not waiting:
            return []
        words = f"{waiting} not known to be given back"
        return [ListRow("Card refunds to check", words, functions.check_refunds, "circle-question-mark")]

    def _of_this_sale(self) -> list[ListRow]:
        functions, window = self._window.functions, self._window
        usable = functions.usable()
        rows = []
        if usable["undo"]:
            rows.append(ListRow("Undo", "Go back one change  ·  Ctrl Z", window.sale.undo, "undo-2"))
        rows += functions.promo_codes.more_rows()
        rows += functions.parking.more_rows()
        rows += functions.orders.more_rows()
        if usable["cancel"]:
            cancel = window.tender.ask_to_cancel
            rows.append(ListRow("Cancel this sale", "All its lines are dropped  ·  Ctrl Del", cancel, "ban"))
        return rows

    def _at_the_counter(self) -> list[ListRow]:
        functions, services = self._window.functions, self._window.services
        rows = []
        if services.profile.tile_pages:
            rows.append(ListRow("Products", "Tiles to touch  ·  Ctrl T", functions.tiles, "layout-grid"))
        detail = "The next scan adds nothing  ·  Ctrl I"
        rows.append(ListRow("Price check", detail, functions.price_check, "badge-dollar-sign"))
        if services.loading is not None:
            gift_cards = "Sell one, top one up, or see what is on it"
            rows.append(ListRow("Gift cards", gift_cards, functions.ways_to_pay.gift_cards.open, "gift"))
        return rows

    def _receipts(self) -> list[ListRow]:
        return self._window.functions.receipts.more_rows()

    def _manager(self) -> list[ListRow]:
        functions, services = self._window.functions, self._window.services
        rows = []
        if services.returns is not None and functions.usable()["return"]:
            detail = "A whole sale of today, every payment back"
            rows.append(ListRow("Void a sale", detail, functions.void_a_sale, "rotate-ccw-clock"))
        rows += self._window.till.more_rows()
        rows += functions.manager.more_rows()
        rows += self._window.goods.more_rows()
        rows += self._window.set_up.more_rows()
        rows += self._window.employees.more_rows()
        rows.append(
            ListRow("Points used offline", "What this store owes, and its limit", functions.exposure, "wifi-off")
        )
        return rows

    def _people(self) -> list[ListRow]:
        return self._window.people.more_rows()

    def _till(self) -> list[ListRow]:
        functions, window, services = self._window.functions, self._window, self._window.services
        rows = [
            ListRow("Light or dark theme", "", window.toggle_theme, "sun-moon"),
            ListRow("Customer display", "Show it or put it away", functions.customer_display, "monitor"),
        ]
        if services.device_panel is not None:
            rows.append(
                ListRow("Device panel", "Printer, scanner, drawer and card terminal", functions.devices, "plug")
            )
        if services.start_training is not None:
            rows.append(ListRow("Training", "Lessons at a till of its own", functions.training, "graduation-cap"))
        rows += window.technician.more_rows()
        rows += functions.backup.more_rows()
        rows.append(ListRow("Leave the program", "An open sale is kept and comes back", functions.close, "log-out"))
        return rows
