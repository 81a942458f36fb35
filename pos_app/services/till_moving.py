"""A till that goes to another workstation: closed where it was, taken up where its slip says, and nowhere else.

What was sold stays in the journal of the workstation that sold it; the cash that should be in the till goes along, as
the opening float of its next part. So every sale and every coin is counted once.
"""

from dataclasses import asdict
from typing import Any

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.till import TillTotals
from pos_app.domain.till_closing import TillClosing
from pos_app.domain.till_slip import PREFIX, TillSlip, TillSlipError, slip_of_code
from pos_app.domain.tills import DRAWERS, Till, store_wide_id
from pos_app.errors import CashierError
from pos_app.ports import People, Storage, TillRecords
from pos_app.services.approvals import Approval, Approvals
from pos_app.services.till_control import TillControl
from pos_app.services.tills import Tills

_LONGEST_WORKSTATION = 8


class TillMoving:
    """Takes tills up here. Raises CashierError and ApprovalNeededError."""

    def __init__(
        self,
        till_control: TillControl,
        tills: Tills,
        approvals: Approvals,
        *,
        storage: Storage,
        records: TillRecords,
        people: People,
        operator: Operator,
        profile: StoreProfile,
    ) -> None:
        self._till_control = till_control
        self._tills = tills
        self._approvals = approvals
        self._storage = storage
        self._records = records
        self._people = people
        self._operator = operator
        self._profile = profile

    def is_slip(self, code: str) -> bool:
        """True for a code that no goods have, but the slip of a till."""
        return code.startswith(PREFIX) and len(code) > len(PREFIX) + 40

    def check_destination(self, workstation_id: str) -> None:
        """Raises CashierError for what is no other workstation."""
        check_workstation(workstation_id, self._profile.workstation_id)

    def take_up(self, code: str, approval: Approval | None = None) -> Till:
        """Open the till of a slip here, with the cash that should be in it."""
        slip = self._checked(code)
        if self._storage.till_is_closing() or self._storage.open_transaction() is not None:
            raise CashierError("till_busy", "Finish the sale or the closing under way first, then scan the slip again.")
        drawer = self._tills.free_drawer() or (DRAWERS[0] if self._tills.personal else "")
        if not drawer:
            raise CashierError("no_drawer", "No drawer is free here. Close the till that is open, then scan again.")
        self._approvals.require(
            Action.MOVE_TILL,
            detail=f"From workstation {slip.from_workstation}",
            reason="Take up a till",
            approval=approval,
        )
        till = Till(slip.till_id, drawer, slip.owner_id)
        payload = {"operator_id": self._operator.operator_id} | _payload(slip)
        if approval is not None:
            payload["approver_id"] = approval.approver_id
        who = {"operator_id": self._operator.operator_id, "drawer": drawer}
        with self._storage.unit_of_work() as work:
            work.use_till(till, slip.owner_id or self._operator.operator_id)
            self._till_control.open_here(work, who)
            work.append(EventKind.TILL_MOVED_IN, payload)
            work.append(EventKind.TENDER_LOAN, who | {"amount_minor": slip.amount_minor, "purpose": "moved"})
            work.save_till_totals(TillTotals(opening_float_minor=slip.amount_minor))
            work.add_taken_up(slip.transfer_id)
            work.commit()
        return till

    # --- inside ------------------------------------------------------------------------------------------------------

    def _checked(self, code: str) -> TillSlip:
        try:
            slip = slip_of_code(code, self._people.approval_secret())
        except TillSlipError as error:
            raise CashierError("till_slip", f"{error} Ask a manager.") from error
        here = self._profile.workstation_id
        if slip.store_id != self._profile.store_id:
            raise CashierError("till_slip", "This slip is of another store. Ask a manager.")
        if slip.to_workstation != here:
            words = f"This till goes to workstation {slip.to_workstation}. This one is {here}."
            raise CashierError("till_slip", words)
        if self._records.was_taken_up(slip.transfer_id):
            raise CashierError("till_slip", "This till was taken up here already. Nothing was counted twice.")
        if self._tills.personal and slip.owner_id not in ("", self._operator.operator_id):
            raise CashierError("not_your_till", "This till is somebody's own. They sign on here, then scan it.")
        if slip.till_id in {till.till_id for till in self._storage.open_tills()}:
            raise CashierError("till_open", "That till is open here already. Close it first.")
        return slip


def slip_of(closing: TillClosing, till: Till, profile: StoreProfile, amount_minor: int) -> TillSlip:
    """The slip of a till that is being closed to go on elsewhere, with so much cash."""
    return TillSlip(
        transfer_id=closing.closing_id,
        store_id=profile.store_id,
        from_workstation=profile.workstation_id,
        to_workstation=closing.to_workstation,
        till_id=store_wide_id(till, profile.workstation_id),
        owner_id=till.owner_id,
        amount_minor=amount_minor,
        bag_number=closing.bag_number,
    )


def moved_out_payload(slip: TillSlip, approver_id: str) -> dict[str, Any]:
    """What the journal says of a till that left."""
    return _payload(slip) | {"approver_id": approver_id}


def check_workstation(workstation_id: str, here: str) -> None:
    """Raises CashierError for what is no other workstation."""
    if not (workstation_id.isascii() and workstation_id.isalnum() and len(workstation_id) <= _LONGEST_WORKSTATION):
        raise CashierError("workstation", "Type the number of the workstation that the till goes to.")
    if workstation_id == here:
        raise CashierError("workstation", f"This is workstation {here}. Type the number of the other one.")


def _payload(slip: TillSlip) -> dict[str, Any]:
    """The slip's own till id stands under another name: an entry's till_id is the till it belongs to here."""
    plain = asdict(slip)
    return plain | {"moved_till_id": plain.pop("till_id")}
