"""Finding the member of a sale: asked off the GUI thread, dropped when the sale is over before the answer."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from pos_app.domain.basket import MemberReference
from pos_app.domain.member import MemberAccount, mask_email
from pos_app.domain.member_card import normalise_card_number
from pos_app.errors import CashierError, OfflineError, RefusedError
from pos_app.services.membership import FoundMember
from pos_app.services.tendering import CompletedSale
from ui.background import Task
from ui.messages import Banner, Toast
from ui.sale.sale_view_model import SaleViewModel, Stage

NO_PARTIAL = "Type the whole e-mail address, or the number on the member card."


def age_words(as_of: str, now: datetime) -> str:
    """How old a balance is, in two words at most."""
    minutes = max(0, int((now - datetime.fromisoformat(as_of)).total_seconds())) // 60
    if minutes < 60:
        return f"{minutes} min" if minutes else "now"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def moment_words(as_of: str, now: datetime) -> str:
    """When a balance was true: the time of day, or the day when that was not today."""
    then = datetime.fromisoformat(as_of).astimezone(now.tzinfo)
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%Y-%m-%d}"


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
        self.joining_email = ""
        """The address of somebody whose joining was not answered yet."""
        self.offered: MemberReference | None = None
        """The member of the receipt whose goods are exchanged: one touch lets them earn on this ticket."""
        self._typed = ""
        self._task: Task | None = None
        self._refused_for: CompletedSale | None = None
        sale.member_scanned.connect(self.look_up)
        sale.sale_ended.connect(self._sale_ended)

    @property
    def account(self) -> MemberAccount | None:
        """The member's account while it is known."""
        return self._sale.view.account

    @property
    def typed(self) -> str:
        """The address or number as typed, for correcting it; shown in the entry field and nowhere else."""
        return self._typed

    @property
    def masked(self) -> str:
        """What is being looked up, as it may be shown."""
        return mask_email(self._typed) if "@" in self._typed else f"Card •••• {self._typed.strip()[-4:]}"

    @property
    def can_enrol(self) -> bool:
        """True when an address was entered that nobody has."""
        return self.stage is MemberStage.NOT_FOUND and "@" in self._typed

    @property
    def holds_payment(self) -> bool:
        """A card number cannot be credited later as an address can: its answer is waited for, a moment."""
        return self.stage is MemberStage.LOOKING and "@" not in self._typed

    def offer(self, reference: MemberReference) -> None:
        """F3 or a touch adds this member, until the sale ends."""
        self.offered = reference
        self.changed.emit()

    def begin_entry(self) -> None:
        """Ask for the e-mail address or card number; a member who is offered is added at once.

        A sale that is complete takes no member any more: that is said once, then the next sale begins.
        """
        completed = self._sale.completed
        if self._sale.stage is Stage.COMPLETE and completed is self._refused_for:
            self._sale.dismiss_banner()
            self._sale.next_sale()
            self._enter(MemberStage.ENTRY)
        elif self._sale.stage is Stage.COMPLETE:
            self._refused_for = completed
            with self._sale.one_change():
                self._sale.refuse(
                    Banner(
                        "Too late for this sale",
                        "Orders already placed earn no points. F3 again: the next sale.",
                        "warn",
                    )
                )
        elif self._sale.view.basket.member is None and self.offered is not None:
            self._attach_offered(self.offered)
        elif self._sale.view.basket.member is None:
            self._enter(MemberStage.ENTRY)

    def cancel_entry(self) -> None:
        """Back to the prompt; a look-up under way is dropped."""
        self.reset()

    def reset(self) -> None:
        """Forget the address and any answer still to come."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._typed = ""
        self.joining_email = ""
        self._enter(MemberStage.PROMPT)

    def look_up(self, typed: str) -> None:
        """Find the member with exactly this address or card; the sale goes on meanwhile."""
        if not typed.strip():
            return
        if self._task is not None:
            self._task.cancel()
        self._typed = typed
        try:
            find = self._finder(typed)
        except ValueError as error:
            self._not_possible(str(error))
            return
        serial = self._sale.sale_serial
        self._task = self._sale.background.run(
            find,
            lambda found: self._found(found) if serial == self._sale.sale_serial else None,
            lambda error: self._failed(error) if serial == self._sale.sale_serial else None,
        )
        self._enter(MemberStage.LOOKING)

    def attach(self, account: MemberAccount, words: str) -> bool:
        """The sale belongs to this member. False when it cannot now."""

        def act() -> None:
            self._sale.services.selling.attach_member(account)
            self._sale.toast = Toast(words, undoable=True)

        done = self._sale.attempt(act)
        self.reset()
        return done

    def attach_unknown(self, email: str, words: str) -> bool:
        """The sale belongs to whoever has this address. False when it cannot now."""

        def act() -> None:
            self._sale.services.selling.attach_unknown_member(email)
            self._sale.toast = Toast(words, undoable=True)

        done = self._sale.attempt(act)
        self.reset()
        return done

    def settle_before_payment(self) -> None:
        """The sale is being paid before the answer came: it is credited to whoever has the address."""
        email = self.joining_email or (self._typed if self.stage is MemberStage.LOOKING else "")
        if email:
            self.reset()
            self._sale.attempt(lambda: self._sale.services.selling.attach_unknown_member(email))

    def remove(self) -> None:
        """The sale belongs to nobody again."""
        if self._sale.stage is Stage.SALE:
            self._sale.attempt(self._sale.services.selling.remove_member)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _attach_offered(self, reference: MemberReference) -> None:
        def act() -> None:
            self._sale.services.selling.attach_member_of(reference)
            self._sale.toast = Toast("Member of the receipt added. To use points, scan the card", undoable=True)

        self.offered = None
        self._sale.attempt(act)
        self.reset()

    def _sale_ended(self) -> None:
        self.offered = None
        self.reset()

    def _finder(self, typed: str) -> Callable[[], FoundMember | None]:
        """How to find what was typed. Raises ValueError when it can be nobody's."""
        membership = self._sale.services.membership
        if "@" in typed:
            return lambda: membership.find(typed)
        if not any(character.isdigit() for character in typed):
            raise ValueError(f"That is not an e-mail address. {NO_PARTIAL}")
        number = normalise_card_number(typed)
        return lambda: membership.find_by_card(number)

    def _found(self, found: FoundMember | None) -> None:
        self._task = None
        if found is None:
            if self._sale.view.basket.member is not None:
                self._not_possible("Nobody has this code. The member of this sale stays.")
            else:
                self._enter(MemberStage.NOT_FOUND)
                self._sale.announced.emit("No member found", True)
            return
        account = found.account
        words = "Member added"
        if found.offline:
            words = f"Member added as known at {moment_words(account.as_of, self._sale.services.clock.now())}"
        if self.attach(account, words):
            self._sale.announced.emit(f"{words}, {account.balance_points} points", False)

    def _failed(self, error: Exception) -> None:
        self._task = None
        if isinstance(error, OfflineError):
            if "@" in self._typed:
                self.attach_unknown(self._typed, "Offline: points are credited when the connection is back")
            else:
                self._not_possible("Offline: this card is not known here. Ask for the e-mail address.")
            return
        if not isinstance(error, CashierError | RefusedError):
            self.reset()
            raise error
        self._not_possible(str(error))

    def _not_possible(self, problem: str) -> None:
        """Say why, where the associate looks: in the entry, or in the messages when a member is attached."""
        self._task = None
        if self._sale.view.basket.member is None:
            self._enter(MemberStage.ENTRY, problem)
            self._sale.announced.emit(problem, True)
            return
        self.reset()
        with self._sale.one_change():
            self._sale.refuse(Banner("Member not changed", problem))

    def _enter(self, stage: MemberStage, problem: str = "") -> None:
        self.stage = stage
        self.problem = problem
        self.changed.emit()
