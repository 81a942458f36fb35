"""Asking for what the role of whoever is signed on does not cover: a second person's yes to one act.

Services call require() before they act. Where the role does not suffice it raises ApprovalNeededError; the
window then asks a second person and calls the service again with the approval it got.
"""

from dataclasses import dataclass

from pos_app.domain.operator import Operator
from pos_app.domain.rights import DEFAULT_RIGHTS, Action, Decision, RightsTable, decide
from pos_app.errors import CashierError
from pos_app.ports import Clock


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """One act of one size; detail is what the approver reads."""

    action: Action
    amount_minor: int = 0
    percent_micro: int = 0
    detail: str = ""
    reason: str = ""
    """Why, when whoever asks has said so already; otherwise the approver says it."""
    asked_by: Operator | None = None
    """Who asks, when it is not whoever is signed on but somebody about to be."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A second person's yes to exactly one request."""

    approval_id: str
    request: ApprovalRequest
    approver_id: str
    reason: str = ""
    expires_at_ms: int | None = None
    """Until then it may be used, by the till's monotonic clock; None: for as long as whoever holds it lives."""


class ApprovalNeededError(CashierError):
    """Somebody with a wider limit has to approve this first."""

    def __init__(self, request: ApprovalRequest) -> None:
        super().__init__("approval_needed", "This needs the approval of a second person.")
        self.request = request


class NotAllowedError(CashierError):
    """The role of whoever asks does not let them do this, not even with an approval."""

    def __init__(self, request: ApprovalRequest, display_name: str) -> None:
        super().__init__("not_allowed", f"{display_name} may not do this.")
        self.request = request


class Approvals:
    """Says whether an act may go on, by the table of rights and the approvals that were given."""

    def __init__(self, operator: Operator, table: RightsTable = DEFAULT_RIGHTS, clock: Clock | None = None) -> None:
        self._operator = operator
        self._table = table
        self._clock = clock
        self._used: set[str] = set()

    def require(
        self,
        action: Action,
        *,
        amount_minor: int = 0,
        percent_micro: int = 0,
        detail: str = "",
        reason: str = "",
        approval: Approval | None = None,
        operator: Operator | None = None,
    ) -> None:
        """Return when the act may go on. Raises ApprovalNeededError, or NotAllowedError when the role may not even ask.

        An approval counts once, and for the request it was given for. operator is who asks when it is not whoever is
        signed on.
        """
        asker = operator or self._operator
        request = ApprovalRequest(action, amount_minor, percent_micro, detail, reason, operator)
        decision = decide(self._table, asker.role, action, amount_minor, percent_micro)
        if decision is Decision.DENIED or not asker.operator_id:
            raise NotAllowedError(request, asker.display_name)
        if decision is Decision.NEEDS_APPROVAL:
            if approval is None or not self._holds(approval, request):
                raise ApprovalNeededError(request)
            self._used.add(approval.approval_id)

    def _holds(self, approval: Approval, request: ApprovalRequest) -> bool:
        if approval.request != request or approval.approval_id in self._used:
            return False
        if approval.approver_id == (request.asked_by or self._operator).operator_id:
            return False
        if approval.expires_at_ms is None or self._clock is None:
            return True
        return self._clock.monotonic_ms() <= approval.expires_at_ms
