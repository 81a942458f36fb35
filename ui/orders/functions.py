"""The rows of "More" for orders, tax exemption and services; their panels are imported when they are opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.orders.exemption import ExemptionDesk
    from ui.orders.line_services import ServicesDesk
    from ui.orders.orders import OrderDesk
    from ui.sale.checkout_window import CheckoutWindow
    from ui.widgets.list_panel import ListRow


class OrderFunctions:
    """What the checkout can do with goods that leave later, with taxes that are not due, and with services."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    @cached_property
    def desk(self) -> OrderDesk:
        """Orders."""
        from ui.orders.orders import OrderDesk

        return OrderDesk(self._window)

    @cached_property
    def exemption(self) -> ExemptionDesk:
        """Selling without tax."""
        from ui.orders.exemption import ExemptionDesk

        return ExemptionDesk(self._window)

    @cached_property
    def line_services(self) -> ServicesDesk:
        """Services for the selected line."""
        from ui.orders.line_services import ServicesDesk

        return ServicesDesk(self._window)

    def show_orders(self) -> None:
        """Ctrl+O: the open orders."""
        if self._window.services.orders is not None and self._window.sale.question is None:
            self.desk.show()

    def more_rows(self) -> list[ListRow]:
        """Those that can do something now."""
        from ui.widgets.list_panel import ListRow

        services, sale = self._window.services, self._window.sale
        rows: list[ListRow] = []
        lines = sale.editable and bool(sale.view.priced.lines)
        if services.orders is not None:
            if lines:
                ways = "Send, pick up later, special order"
                rows.append(ListRow("Leaves later", ways, self.desk.leave_later, "truck", "", False))
            rows.append(ListRow("Orders", "Open at this till  ·  Ctrl O", self.desk.show, "clipboard-list", "", False))
        if lines and any(rule.chosen for rule in services.profile.fees):
            rows.append(ListRow("Services", "For the selected line", self.line_services.open, "wrench", "", False))
        if lines and services.tax_exemption is not None:
            certificate = sale.view.basket.tax_certificate
            if certificate:
                undo = self.exemption.charge_again
                rows.append(ListRow("Charge tax again", f"Exempt by {certificate}", undo, "receipt"))
            else:
                rows.append(ListRow("Tax exempt", "By a certificate", self.exemption.open, "receipt", "", False))
        return rows

    def take_scan(self, code: str) -> bool:
        """True when the code is that of an order's slip."""
        from pos_app.domain.orders import ORDER_PREFIX

        return code.startswith(ORDER_PREFIX) and self.desk.take_scan(code)
