"""One visit to a room of the window: opened by somebody who may, and what is done in it is in their name.

A till changes hands while a room is open. Whoever signs on meanwhile does nothing in the name of the one before.
"""

from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.services.approvals import Approval, Approvals


class Visit:
    """Who opened a room. room is what the room is called in a sentence."""

    def __init__(self, approvals: Approvals, operator: Operator, action: Action, room: str, detail: str) -> None:
        self._approvals = approvals
        self._operator = operator
        self._action = action
        self._room = room
        self._detail = detail
        self._by = self._begun_by = ""

    def begin(self, approval: Approval | None = None) -> None:
        """Open the room. Raises ApprovalNeededError or NotAllowedError."""
        self._approvals.require(self._action, detail=self._detail, approval=approval)
        approver = f", approved by {approval.approver_id}" if approval is not None else ""
        self._begun_by = self._operator.operator_id
        self._by = f"{self._begun_by}{approver}"

    def check(self) -> None:
        """Raises CashierError before the room was opened, and after somebody else signed on."""
        if not self._by:
            raise CashierError("not_begun", f"Open {self._room} first.")
        if self._operator.operator_id != self._begun_by:
            raise CashierError(
                "somebody_else", f"Somebody else works this till now. Leave {self._room} and open it again."
            )

    @property
    def by(self) -> str:
        """In whose name things are done. Raises what check raises."""
        self.check()
        return self._by
