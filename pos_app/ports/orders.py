"""Orders of this till that leave later."""

from typing import Protocol

from pos_app.domain.orders import Order, OrderContact


class OrderBook(Protocol):
    """The orders on this till; they come and change by the unit of work alone."""

    def order(self, number: str) -> Order | None:
        """One of them, or None."""

    def open_orders(self, member_id: str = "") -> list[Order]:
        """Those with something still to be done, oldest first; of one member when named."""

    def contact(self, number: str) -> OrderContact | None:
        """Whom an open order is for; None when it is closed or was never here."""
