"""Goods sold by weight: what the scale says counts by itself, a weight that is typed needs somebody's agreement."""

from pos_app.domain.item import QUANTITY_SCALE, Item
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, Approvals

HEAVIEST_MILLI = 999_999


class Weighing:
    """Says whether a typed weight may be sold by."""

    def __init__(self, approvals: Approvals, unit: str) -> None:
        self._approvals = approvals
        self.unit = unit

    def by_hand(self, item: Item, weight_milli: int, approval: Approval | None = None) -> None:
        """Return when this weight may be used. Raises ApprovalNeededError, and CashierError for no weight at all."""
        if not 0 < weight_milli <= HEAVIEST_MILLI:
            raise CashierError("weight", f"Type a weight between 0.001 and 999.999 {self.unit}.")
        detail = f"{item.name}, {weight_text(weight_milli, self.unit)} typed"
        amount_minor = item.price_minor * weight_milli // QUANTITY_SCALE
        self._approvals.require(Action.WEIGHT_BY_HAND, amount_minor=amount_minor, detail=detail, approval=approval)


def weight_text(weight_milli: int, unit: str) -> str:
    """A weight as scales show it: 1.234 kg."""
    whole, part = divmod(weight_milli, QUANTITY_SCALE)
    return f"{whole}.{part:03d} {unit}"
