"""Asking for what the role of whoever is signed on does not cover: a second person's yes to one act.

Services call require() before they act. Where the role does not suffice it raises ApprovalNeededError; the
window then asks a second person and calls the service again with the approval it got.
"""

from dataclasses import dataclass

from pos_app.domain.operator import Operator
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, Decision, RightsTable, decide
from pos_app.errors import CashierError


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """One act of one size; detail is what the approver reads."""

    action: Action
    amount_minor: int = 0
    percent_micro: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's yes to exactly one request."""

    approval_id: str
    request: ApprovalRequest
    approver_id: str
    reason: str = ""


class ApprovalNeededError(CashierError):
    """Somebody with a wider limit has to approve this first."""

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__("approval_needed", "This needs the approval of a second person.")
        self.request = request


class Approvals:
    """Says whether an act may go on, by the table of rights and the approvals that were given."""

    def __init__(self, operator: Operator, table: RightsTable = DEFAULT_RIGHTS) -> None:
        self._operator = operator
        self._table = table

    def require(
        self,
        action: Action,
        *,
        amount_minor: int = 0,
        percent_micro: int = 0,
        detail: str = "",
        approval: Approval | None = None,
    ) -> None:
        """Return when the act may go on. Raises ApprovalNeededError, or CashierError when the role may not even ask.

        An approval counts once, and for the request it was given for.
        """
        request = ApprovalRequest(action, amount_minor, percent_micro, detail)
        decision = decide(self._table, self._operator.role, action, amount_minor, percent_micro)
        if decision is Decision.DENIED:
            raise CashierError("not_allowed", f"{self._operator.display_name} may not do this.")
        if decision is Decision.NEEDS_APPROVAL and (approval is None or approval.request != request):
            raise ApprovalNeededError(request)
