"""Who works this till: signing on by PIN or badge, locking, switching, and taking over a sale under way.

The sale stays as it is whatever happens here. A locked till sells nothing, but what was begun before, such as a card
payment, comes to its end.
"""

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import NOBODY, Operator, SignedOn
from pos_app.domain.rights import Action
from pos_app.errors import CashierError
from pos_app.ports import People, Storage
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.approving import not_recognised_words, wait_words
from pos_app.services.selling import Selling
from pos_app.services.tills import Tills


class SignOn:
    """Signing on at one till. by_pin may take a part of a second and is not for the GUI thread; the rest is."""

    def __init__(
        self,
        *,
        operator: SignedOn,
        people: People,
        approvals: Approvals,
        selling: Selling,
        storage: Storage,
        tills: Tills | None = None,
    ) -> None:
        self._operator = operator
        self._people = people
        self._approvals = approvals
        self._selling = selling
        self._storage = storage
        self._tills = tills
        self.locked = not operator.operator_id

    @property
    def operator(self) -> Operator:
        """Who is signed on, locked or not; NOBODY before the first."""
        return self._operator.now

    @property
    def people(self) -> People:
        """Who may sign on."""
        return self._people

    def by_pin(self, number: str, pin: str) -> Operator:
        """Who has this number and PIN. Raises CashierError, which never says what was wrong."""
        wait_ms = self._people.pin_wait_ms()
        if wait_ms:
            raise CashierError("pin_wait", wait_words(wait_ms))
        return self._known(self._people.by_pin(number, pin), "pin")

    def by_badge(self, code: str) -> Operator:
        """Whose badge this is. Raises CashierError."""
        return self._known(self._people.by_badge(code), "badge")

    def begin(self, operator: Operator, means: str, approval: Approval | None = None) -> None:
        """They work this till from now on; a sale that somebody else began needs the right to take it over.

        Raises ApprovalNeededError for that, and CashierError; the till then stays as it was.
        """
        sale = self._selling.current
        begun_by = sale.header.operator_id if sale else operator.operator_id
        takes_over = begun_by != operator.operator_id
        if takes_over:
            self._approvals.require(
                Action.TAKE_OVER_SALE, detail=f"Sale begun by {begun_by}", approval=approval, operator=operator
            )
        before = self._operator.now
        if before.operator_id not in ("", operator.operator_id):
            self._record_sign_off("another operator")
        self._record(EventKind.SIGNED_ON, {"operator_id": operator.operator_id, "role": operator.role, "means": means})
        self._operator.change_to(operator)
        if takes_over:
            self._selling.hand_over(approval.approver_id if approval else "")
        if self._tills is not None:
            self._tills.take()
        self.locked = False

    def lock(self) -> None:
        """Nobody sells until somebody signs on; the sale under way is kept for them."""
        self._selling.save()
        self.locked = True

    def sign_off(self, reason: str = "signed off") -> None:
        """Nobody is signed on any more; a sale under way waits for whoever takes it over."""
        if self._operator.operator_id:
            self._selling.save()
            self._record_sign_off(reason)
            self._operator.change_to(NOBODY)
        self.locked = True

    # --- inside ------------------------------------------------------------------------------------------------------

    def _known(self, operator: Operator | None, means: str) -> Operator:
        if operator is None:
            self._record(EventKind.SIGN_ON_FAILED, {"operator_id": self._operator.operator_id, "means": means})
            raise CashierError("not_recognised", not_recognised_words(means, self._people.pin_wait_ms()))
        return operator

    def _record_sign_off(self, reason: str) -> None:
        self._record(EventKind.SIGNED_OFF, {"operator_id": self._operator.operator_id, "reason": reason})

    def _record(self, kind: EventKind, payload: dict[str, object]) -> None:
        with self._storage.unit_of_work() as work:
            work.append(kind, payload)
            work.commit()
