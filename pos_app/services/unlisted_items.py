"""Goods in hand that no code finds: sold by their department at a price the shelf says, with somebody's approval.

The line carries the code that was scanned, so that the item can be put on file later.
"""

from pos_app.domain.department import Department
from pos_app.domain.item import QUANTITY_SCALE
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.ports import Formatter
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.ringing_up import AddResult, RingingUp

LONGEST_KEPT_CODE = 48
"""As many characters as a code of the catalogue may have."""


class UnlistedItems:
    """Sells what is not on file."""

    def __init__(self, selling: RingingUp, approvals: Approvals, formatter: Formatter) -> None:
        self._selling = selling
        self._approvals = approvals
        self._formatter = formatter

    @property
    def departments(self) -> tuple[Department, ...]:
        """What may be sold so, in the store's order."""
        return self._selling.profile.departments

    def sell(
        self,
        code: str,
        department_id: str,
        price_minor: int,
        quantity_milli: int = QUANTITY_SCALE,
        approval: Approval | None = None,
    ) -> AddResult:
        """Put goods of a department into the sale under the code they were scanned by.

        Raises ApprovalNeededError, and CashierError for an unknown department, a price above its highest, or a sale
        that takes no items now.
        """
        department = next((d for d in self.departments if d.department_id == department_id), None)
        if department is None:
            raise CashierError("no_department", f"There is no department {department_id!r}.")
        money = self._formatter.money
        if not 0 < price_minor <= department.maximum_price_minor:
            highest = money(department.maximum_price_minor)
            raise CashierError("price_too_high", f"{department.name} without a code is sold for up to {highest}.")
        amount_minor = price_minor * quantity_milli // QUANTITY_SCALE
        detail = f"{department.name}, {code}"
        self._approvals.require(Action.ITEM_NOT_ON_FILE, amount_minor=amount_minor, detail=detail, approval=approval)
        return self._selling.add_unlisted(department.item(price_minor), code[:LONGEST_KEPT_CODE], quantity_milli)
