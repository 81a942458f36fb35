"""Orders of this till that leave later, and whom they are for."""

from pos_app.domain.orders import Order, OrderContact
from pos_app.storage.database import Database
from pos_app.storage.dataclass_json import from_json


class SqliteOrderBook:
    """Implements ports.OrderBook over the encrypted database; orders change by the unit of work alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def order(self, number: str) -> Order | None:
        """One of them, or None."""
        row = self._database.one("SELECT document FROM customer_order WHERE number = ?", (number,))
        return from_json(Order, row[0]) if row else None

    def open_orders(self, member_id: str = "") -> list[Order]:
        """Those with something still to be done, oldest first; of one member when named."""
        rows = self._database.all(
            """
            SELECT document FROM customer_order WHERE state IN ('open', 'ready') AND ?1 IN ('', member_id)
            ORDER BY placed_at, number
            """,
            (member_id,),
        )
        return [from_json(Order, document) for (document,) in rows]

    def contact(self, number: str) -> OrderContact | None:
        """Whom an open order is for; None when it is closed or was never here."""
        row = self._database.one("SELECT document FROM order_contact WHERE number = ?", (number,))
        return from_json(OrderContact, row[0]) if row else None
