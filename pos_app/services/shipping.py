"""Goods of a sale that leave for the customer, or never will: their points stop being pending."""

from collections.abc import Sequence

from pos_app.domain.operator import Operator
from pos_app.domain.retail_transaction import RetailTransaction
from pos_app.errors import CashierError
from pos_app.ports import Storage


class Shipping:
    """Records shipments; the central service posts or drops the points, once, whatever comes twice."""

    def __init__(self, *, storage: Storage, operator: Operator) -> None:
        self._storage = storage
        self._operator = operator

    def ship(self, sale: RetailTransaction, line_numbers: Sequence[int]) -> None:
        """These lines left for the customer. Raises CashierError for a line that is not to be shipped."""
        self._record("shipped", sale, line_numbers)

    def cancel(self, sale: RetailTransaction, line_numbers: Sequence[int]) -> None:
        """These lines will never leave. Raises CashierError for a line that is not to be shipped."""
        self._record("shipment_cancelled", sale, line_numbers)

    def _record(self, kind: str, sale: RetailTransaction, line_numbers: Sequence[int]) -> None:
        to_ship = {line.line_number for line in sale.lines if line.to_ship and not line.voided}
        for number in line_numbers:
            if number not in to_ship:
                raise CashierError("not_to_ship", f"Line {number} of this sale is not one to be shipped.")
        payload = {
            "original_transaction_id": sale.header.transaction_id,
            "line_numbers": list(line_numbers),
            "operator_id": self._operator.operator_id,
        }
        with self._storage.unit_of_work() as work:
            work.append(kind, payload)
            work.commit()
