"""Who works on the goods: the room is opened by somebody who may, and what is done in it is in their name."""

from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, Approvals


class GoodsSession:
    """One visit to the goods room."""

    def __init__(self, approvals: Approvals, operator: Operator) -> None:
        self._approvals = approvals
        self._operator = operator
        self._by = ""

    def begin(self, approval: Approval | None = None) -> None:
        """Open the room. Raises ApprovalNeededError or NotAllowedError."""
        self._approvals.require(Action.MANAGE_GOODS, detail="Products, prices and labels", approval=approval)
        approver = f", approved by {approval.approver_id}" if approval is not None else ""
        self._by = f"{self._operator.operator_id}{approver}"

    @property
    def by(self) -> str:
        """In whose name things are done. Raises CashierError before the room was opened."""
        if not self._by:
            raise CashierError("not_begun", "Open the goods room first.")
        return self._by
