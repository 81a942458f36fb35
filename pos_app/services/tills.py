"""Which till the cash of whoever is signed on goes to: the drawer's, or their own, as the store has it.

Whoever signs on keeps the till they were given until it is closed. Every change is journaled; an entry belongs to the
till that was sold from when it was written.
"""

from dataclasses import replace

from pos_app.domain.journal import EventKind
from pos_app.domain.operator import Operator
from pos_app.domain.rights import Action
from pos_app.domain.store import StoreProfile
from pos_app.domain.tills import (
    DRAWERS,
    FIRST_TILL,
    Till,
    TillSharing,
    personal_till,
    shared_till,
    till_name,
)
from pos_app.errors import CashierError
from pos_app.ports import Storage, TillRecords
from pos_app.services.approvals import Approval, Approvals


class Tills:
    """The tills of this workstation. assign and take_over raise CashierError and ApprovalNeededError."""

    def __init__(
        self,
        approvals: Approvals,
        *,
        storage: Storage,
        records: TillRecords,
        operator: Operator,
        profile: StoreProfile,
    ) -> None:
        self._approvals = approvals
        self._storage = storage
        self._records = records
        self._operator = operator
        self._profile = profile

    @property
    def several(self) -> bool:
        """True where it matters which till somebody sells from."""
        return not self._profile.till.one_till or bool(self.current.till_id)

    @property
    def personal(self) -> bool:
        """True where everybody has a till of their own."""
        return self._profile.till.sharing is TillSharing.PERSONAL

    @property
    def current(self) -> Till:
        """The till that is sold from now."""
        return self._storage.current_till()

    def open_tills(self) -> list[Till]:
        """Those that are not closed."""
        return list(self._storage.open_tills())

    def choices(self) -> list[Till]:
        """Open tills, and the drawers whose till could be opened."""
        tills = {till.till_id: till for till in self._storage.open_tills()}
        if not self.personal:
            for drawer in self._drawers:
                own = shared_till(self._profile.workstation_id, drawer)
                if own.till_id not in tills and drawer not in {till.drawer for till in tills.values()}:
                    tills[own.till_id] = own
        return sorted(tills.values(), key=lambda till: (till.drawer, till.till_id))

    def name_of(self, till: Till) -> str:
        """What it is called here."""
        return till_name(till, self._profile.workstation_id, self._profile.till.drawers)

    def workers_of(self, till: Till) -> list[str]:
        """Operators who sell from it until it is closed."""
        return sorted(who for who, till_id in self._records.assignments().items() if till_id == till.till_id)

    def free_drawer(self) -> str:
        """A drawer that no open till lies in; empty when there is none."""
        used = {till.drawer for till in self._storage.open_tills()}
        return next((drawer for drawer in self._drawers if drawer not in used), "")

    def take(self) -> Till:
        """From now on whoever is signed on sells from their till. While one is being closed, or a part of a sale was
        paid into the drawer, all stays as it is.
        """
        till = self.current
        sale = self._storage.open_transaction()
        if not self._operator.operator_id or self._storage.till_is_closing() or (sale is not None and sale.tenders):
            return till
        own = self._of(self._operator.operator_id)
        is_given = (
            self._profile.till.one_till or self._records.assignments().get(self._operator.operator_id) == own.till_id
        )
        if own.till_id != till.till_id or not is_given:
            self._switch(own)
        return own

    def assign(self, till: Till, approval: Approval | None = None) -> None:
        """Whoever is signed on sells from this till until it is closed; nobody from somebody else's own."""
        if till.owner_id not in ("", self._operator.operator_id):
            raise CashierError("not_your_till", "This till is somebody's own. Close it, and open your own.")
        self._check_free()
        self._approvals.require(
            Action.ASSIGN_TILL,
            detail=f"Till {self.name_of(till)}, drawer {till.drawer}",
            reason="Another drawer",
            approval=approval,
        )
        self._switch(till, approval)

    def take_over(self, till: Till, approval: Approval | None = None) -> None:
        """Another till is about to be closed here. Somebody else's own needs the right to do that."""
        self._check_free()
        if till.till_id == self.current.till_id:
            return
        self._approvals.require(
            Action.ASSIGN_TILL, detail=f"Till {self.name_of(till)}", reason="Close this till", approval=approval
        )
        self._switch(till, approval, works=False)

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _drawers(self) -> tuple[str, ...]:
        return DRAWERS[: self._profile.till.drawers]

    def _of(self, operator_id: str) -> Till:
        """The till that this operator sells from."""
        current, tills = self.current, {till.till_id: till for till in self._storage.open_tills()}
        if self._profile.till.one_till:
            return current if current.is_open else tills.get(FIRST_TILL.till_id, FIRST_TILL)
        if self.personal:
            own = personal_till(operator_id, self.free_drawer() or DRAWERS[0])
            return tills.get(own.till_id, own)
        assigned = self._records.assignments()
        mine = assigned.get(operator_id)
        choices = self.choices()
        free = (till for till in choices if till.till_id not in assigned.values())
        return next((till for till in choices if till.till_id == mine), None) or next(free, choices[0])

    def _check_free(self) -> None:
        if self._storage.till_is_closing():
            raise CashierError("closing", "A till is being closed here. Finish that first.")
        if self._storage.open_transaction() is not None:
            raise CashierError("sale_under_way", "Finish, park or cancel the sale under way first.")

    def _switch(self, till: Till, approval: Approval | None = None, *, works: bool = True) -> None:
        payload: dict[str, object] = {"operator_id": self._operator.operator_id, "drawer": till.drawer}
        if approval is not None:
            payload["approver_id"] = approval.approver_id
        with self._storage.unit_of_work() as work:
            work.use_till(replace(till, is_open=False), self._operator.operator_id if works else "")
            work.append(EventKind.TILL_ASSIGNED, payload)
            work.commit()
