"""A second person says yes or no to one act: by PIN, by badge, or by a code given over the telephone.

Every answer is in the journal before anything is done with it, with both people, the act, its size and the limit
that it went beyond. Whoever asks can never approve.
"""

from collections.abc import Callable

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.phone_approval import approver_of, challenge_of
from pos_app.domain.rights import DEFAULT_RIGHTS, Limit, RightsTable, may_approve
from pos_app.errors import CashierError
from pos_app.ports import Clock, IdSource, People, Storage
from pos_app.services.approvals import Approval, ApprovalRequest

GOOD_FOR_MS = 60_000
"""So long an approval is asked for, and may be used once it was given."""

PHONE_MS = 300_000
"""So long one may be on the telephone for it."""


class Approving:
    """Gets approvals for whoever is signed on. by_pin may take a part of a second: not for the GUI thread."""

    def __init__(
        self,
        *,
        operator: Operator,
        people: People,
        storage: Storage,
        clock: Clock,
        ids: IdSource,
        table: RightsTable = DEFAULT_RIGHTS,
        transaction_id: Callable[[], str] = lambda: "",
    ) -> None:
        self._operator = operator
        self._people = people
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._table = table
        self._transaction_id = transaction_id

    def asker(self, request: ApprovalRequest) -> Operator:
        """Who asks."""
        return request.asked_by or self._operator

    def limit_of(self, request: ApprovalRequest) -> Limit | None:
        """How far whoever asks may go alone; None when they may not even ask."""
        return self._table.get(request.action, {}).get(self.asker(request).role)

    def by_pin(self, request: ApprovalRequest, number: str, pin: str, reason: str) -> Approval:
        """The approval of whoever has this number and PIN. Raises CashierError."""
        wait_ms = self._people.pin_wait_ms()
        if wait_ms:
            raise CashierError("pin_wait", wait_words(wait_ms))
        return self._answer(request, self._people.by_pin(number, pin), reason, "pin")

    def by_badge(self, request: ApprovalRequest, code: str, reason: str) -> Approval:
        """The approval of whoever has this badge. Raises CashierError."""
        return self._answer(request, self._people.by_badge(code), reason, "badge")

    def challenge(self) -> str:
        """A number to read out over the telephone; another one each time."""
        return challenge_of(self._ids.new_id())

    def by_code(self, request: ApprovalRequest, challenge: str, code: str, reason: str) -> Approval:
        """The approval of whoever answered this number with this code. Raises CashierError.

        Five wrong codes in a row, and none is tried for a while: a code of eight digits is not to be guessed.
        """
        wait_ms = self._people.code_wait_ms()
        if wait_ms:
            raise CashierError("code_wait", code_wait_words(wait_ms))
        everybody = [person.operator for person in self._people.everybody()]
        secret = self._people.approval_secret()
        approver = approver_of(secret, challenge, request.action, request.amount_minor, code, everybody)
        self._people.code_tried(right=approver is not None)
        if approver is None:
            self._record(request, "", "not_recognised", "phone", reason)
            wait_ms = self._people.code_wait_ms()
            words = "That code does not fit. Read the number and the amount out again."
            raise CashierError("wrong_code", code_wait_words(wait_ms) if wait_ms else words)
        return self._answer(request, approver, reason, "phone")

    def decline(self, request: ApprovalRequest) -> None:
        """Nobody approved; that is journaled too."""
        self._record(request, "", "declined", "", "")

    def deny(self, request: ApprovalRequest) -> None:
        """Whoever asked may not even ask; that is journaled too."""
        self._record(request, "", "denied", "", "")

    # --- inside ------------------------------------------------------------------------------------------------------

    def _answer(self, request: ApprovalRequest, approver: Operator | None, reason: str, means: str) -> Approval:
        if approver is None:
            self._record(request, "", "not_recognised", means, reason)
            raise CashierError("not_recognised", not_recognised_words(means, self._people.pin_wait_ms()))
        if approver.operator_id == self.asker(request).operator_id:
            self._record(request, approver.operator_id, "own_approval", means, reason)
            raise CashierError("own_approval", "Nobody approves what they ask for. Somebody else has to.")
        if not may_approve(self._table, approver.role, request.action, request.amount_minor, request.percent_micro):
            self._record(request, approver.operator_id, "beyond_limit", means, reason)
            raise CashierError("beyond_limit", f"{approver.display_name} may not approve this. Ask a manager.")
        approval_id = self._ids.new_id()
        said = request.reason or reason
        self._record(request, approver.operator_id, "granted", means, said, approval_id)
        return Approval(approval_id, request, approver.operator_id, said, self._clock.monotonic_ms() + GOOD_FOR_MS)

    def _record(
        self, request: ApprovalRequest, approver_id: str, outcome: str, means: str, reason: str, approval_id: str = ""
    ) -> None:
        limit = self.limit_of(request)
        payload = {
            "operator_id": self.asker(request).operator_id,
            "approver_id": approver_id,
            "action": request.action.value,
            "amount_minor": request.amount_minor,
            "percent_micro": request.percent_micro,
            "limit_amount_minor": limit.amount_minor if limit else 0,
            "limit_percent_micro": limit.percent_micro if limit else 0,
            "detail": request.detail,
            "reason": reason or request.reason,
            "means": means,
            "outcome": outcome,
            "transaction_id": self._transaction_id(),
        }
        with self._storage.unit_of_work() as work:
            work.append(EventKind.APPROVAL, payload, event_id=approval_id or None)
            work.commit()


def wait_words(wait_ms: int) -> str:
    """What to do while no PIN is taken."""
    seconds = -(-wait_ms // 1000)
    return f"Too many wrong tries. A PIN can be tried again in {seconds // 60}:{seconds % 60:02d}. A badge works now."


def code_wait_words(wait_ms: int) -> str:
    """What to do while no code by telephone is taken."""
    seconds = -(-wait_ms // 1000)
    until = f"{seconds // 60}:{seconds % 60:02d}"
    return f"Too many wrong codes. One can be tried again in {until}. A badge or a PIN works now."


def not_recognised_words(means: str, wait_ms: int) -> str:
    """Never says what was wrong with number and PIN."""
    if means == "badge":
        return "This badge is not known here."
    return wait_words(wait_ms) if wait_ms else "Not recognised. Check the number and the PIN, and try again."
