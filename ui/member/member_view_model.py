"""Finding the member of a sale: asked off the GUI thread, dropped when the sale is over before the answer."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from pos_app.domain.member import MemberAccount, mask_email
from pos_app.errors import CashierError, OfflineError, RefusedError
from ui.background import Task
from ui.messages import Toast
from ui.sale.sale_view_model import SaleViewModel, Stage


class MemberStage(StrEnum):
    """What the member card shows while no member is attached."""

    PROMPT = "prompt"
    ENTRY = "entry"
    LOOKING = "looking"
    NOT_FOUND = "not_found"


class MemberViewModel(QObject):
    """The member card's state and intentions."""

    changed = Signal()

    def __init__(self, sale: SaleViewModel) -> None:
        super().__init__()
        self._sale = sale
        self.stage = MemberStage.PROMPT
        self.problem = ""
        self._email = ""
        self._task: Task | None = None
        sale.member_scanned.connect(self.look_up)
        sale.sale_ended.connect(self.reset)

    @property
    def account(self) -> MemberAccount | None:
        """The member's account while it is known."""
        return self._sale.view.account

    @property
    def typed(self) -> str:
        """The address as typed, for correcting it; shown in the entry field and nowhere else."""
        return self._email

    @property
    def masked(self) -> str:
        """The address being looked up, as it may be shown."""
        return mask_email(self._email) if "@" in self._email else "…"

    def begin_entry(self) -> None:
        """Ask for the e-mail address."""
        if self._sale.stage is Stage.COMPLETE:
            self._sale.next_sale()
        if self._sale.view.basket.member is None:
            self._enter(MemberStage.ENTRY)

    def cancel_entry(self) -> None:
        """Back to the prompt; a look-up under way is dropped."""
        self.reset()

    def reset(self) -> None:
        """Forget the address and any answer still to come."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._email = ""
        self._enter(MemberStage.PROMPT)

    def look_up(self, email: str) -> None:
        """Find the member of exactly this address; the sale goes on meanwhile."""
        if not email.strip():
            return
        self._ask(email, lambda: self._sale.services.rewards.find_member(email), self._found)

    def enrol(self) -> None:
        """Make the customer a member with the address just typed."""
        email = self._email
        self._ask(email, lambda: self._sale.services.rewards.enrol_member(email, False), self._found)

    def settle_before_payment(self) -> None:
        """The sale is being paid before the answer came: it is credited to whoever has the address."""
        if self.stage is MemberStage.LOOKING:
            email = self._email
            self.reset()
            self._sale.attempt(lambda: self._sale.services.selling.attach_unknown_member(email))

    def remove(self) -> None:
        """The sale belongs to nobody again."""
        if self._sale.stage is Stage.SALE:
            self._sale.attempt(self._sale.services.selling.remove_member)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _ask(
        self,
        email: str,
        work: Callable[[], MemberAccount | None],
        on_result: Callable[[MemberAccount | None], None],
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        self._email = email
        serial = self._sale.sale_serial
        self._task = self._sale.background.run(
            work,
            lambda account: on_result(account) if serial == self._sale.sale_serial else None,
            lambda error: self._failed(error) if serial == self._sale.sale_serial else None,
        )
        self._enter(MemberStage.LOOKING)

    def _found(self, account: MemberAccount | None) -> None:
        self._task = None
        if account is None:
            self._enter(MemberStage.NOT_FOUND)
            return

        def attach() -> None:
            self._sale.services.selling.attach_member(account)
            self._sale.toast = Toast("Member added", undoable=True)

        self._sale.attempt(attach)
        self.reset()

    def _failed(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, OfflineError):
            email = self._email

            def attach() -> None:
                self._sale.services.selling.attach_unknown_member(email)
                self._sale.toast = Toast("Offline: points are credited when the connection is back", undoable=True)

            self._sale.attempt(attach)
            self.reset()
            return
        if not isinstance(error, CashierError | RefusedError):
            self.reset()
            raise error
        self._enter(MemberStage.ENTRY, str(error))

    def _enter(self, stage: MemberStage, problem: str = "") -> None:
        self.stage = stage
        self.problem = problem
        self.changed.emit()
