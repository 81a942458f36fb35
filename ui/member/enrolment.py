"""Somebody joins the programme at the till: what has to be asked, and what became of it."""

from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, Signal

from pos_app.domain.member import mask_email
from pos_app.errors import CashierError, OfflineError, WorldError
from pos_app.ports import EnrolmentAnswer
from pos_app.services.membership import Joining
from ui.member.member_view_model import MemberViewModel
from ui.sale.sale_view_model import SaleViewModel, Stage


class EnrolmentStage(StrEnum):
    """Where the joining is."""

    ASKING = "asking"
    JOINING = "joining"
    DONE = "done"


class Enrolment(QObject):
    """The answers so far. Nothing is decided for the customer: both consent and a doubtful address are asked."""

    changed = Signal()

    def __init__(self, sale: SaleViewModel, member: MemberViewModel) -> None:
        super().__init__()
        self._sale, self._member = sale, member
        self._membership = sale.services.membership
        self._email = ""
        self._meant = ""
        self._pin = ""
        self._asked = ""
        self.stage = EnrolmentStage.ASKING
        self.consent: bool | None = None
        self.problem = ""
        self.outcome: tuple[str, ...] = ()
        """What joining brought, in sentences to read to the customer."""
        self.good = False

    def begin(self, email: str) -> None:
        """Somebody with this address wants to join. Raises CashierError when it can be no address."""
        self._meant = self._membership.question_about(email)
        self._email = email
        self._asked = ""
        self._pin = ""
        self.consent = None
        self.problem = ""
        self.outcome = ()
        self._enter(EnrolmentStage.ASKING)

    # --- what is asked ----------------------------------------------------------------------------------------------

    @property
    def masked(self) -> str:
        """The address, to be read back: never in full."""
        return mask_email(self._email)

    @property
    def meant(self) -> str:
        """The address that the customer may have meant, masked; empty when there is no doubt."""
        return mask_email(self._meant) if self._meant else ""

    @property
    def has_pin(self) -> bool:
        """True once a PIN was chosen."""
        return bool(self._pin)

    @property
    def missing(self) -> str:
        """What is still to be asked; empty when everything was."""
        if self._meant:
            return "Ask whether the address is right"
        if self.consent is None:
            return "Ask about offers by e-mail: both answers are fine"
        return ""

    def settle_address(self, *, take_the_other: bool) -> None:
        """The customer said which address is theirs."""
        if take_the_other:
            self._email = self._meant
        self._meant = ""
        self.changed.emit()

    def set_consent(self, given: bool) -> None:
        """The customer's answer, yes or no."""
        self.consent = given
        self.changed.emit()

    def set_pin(self, pin: str) -> None:
        """A PIN for using points, or none."""
        self._pin = pin
        self.changed.emit()

    # --- joining ----------------------------------------------------------------------------------------------------

    def join(self) -> None:
        """Make the customer a member: in the journal first, then at the central service."""
        if self.stage is not EnrolmentStage.ASKING or self.missing or self.consent is None:
            return
        try:
            joining = self._membership.begin_joining(self._email, self.consent)
        except (CashierError, WorldError) as error:
            self.problem = str(error)
            self._sale.announced.emit(self.problem, True)
            self.changed.emit()
            return
        pin, serial = self._pin, self._sale.sale_serial
        self._asked = joining.event_id
        self._member.joining_email = joining.email
        self._sale.background.run(
            partial(self._membership.join, joining, pin),
            lambda answer: self._joined(joining, serial, answer),
            lambda error: self._not_answered(joining, serial, error),
        )
        self._enter(EnrolmentStage.JOINING)

    def _joined(self, joining: Joining, serial: int, answer: EnrolmentAnswer) -> None:
        words = [_brought(answer)]
        if answer.similar:
            count = f"{answer.similar} similar address{'es' if answer.similar > 1 else ''}"
            words.append(f"{count} {'exist' if answer.similar > 1 else 'exists'}: check with the customer.")
        if self._pin and not answer.already_member:
            words.append("The PIN is set.")
        elif self._pin:
            words.append("The PIN was not changed: they were a member already.")
        if self._may_attach(joining, serial):
            self._member.attach(answer.account, words[0])
        self._done(joining, tuple(words), good=not answer.already_member and not answer.similar)

    def _not_answered(self, joining: Joining, serial: int, error: Exception) -> None:
        if not isinstance(error, WorldError):
            self._done(joining, ("That did not work. It was written to the log.",), good=False)
            raise error
        if not isinstance(error, OfflineError):
            if self._member.joining_email == joining.email:
                self._member.joining_email = ""
            self._done(joining, (str(error),), good=False)
            return
        words = ["Offline: they are a member as soon as the connection is back. Points for joining are provisional."]
        if self._pin:
            words.append("The PIN could not be set: set it when the connection is back.")
        if self._may_attach(joining, serial):
            self._member.attach_unknown(joining.email, "New member added, provisional while offline")
        self._done(joining, tuple(words), good=True)

    def _may_attach(self, joining: Joining, serial: int) -> bool:
        """The sale is still the same, is not complete, and was not credited to the address meanwhile."""
        waiting = self._member.joining_email == joining.email
        return waiting and serial == self._sale.sale_serial and self._sale.stage is not Stage.COMPLETE

    def _done(self, joining: Joining, outcome: tuple[str, ...], *, good: bool) -> None:
        """Show what came of it, unless somebody else is being asked by now."""
        self._sale.announced.emit(" ".join(outcome), True)
        if joining.event_id == self._asked:
            self._pin = ""
            self.outcome, self.good = outcome, good
            self._enter(EnrolmentStage.DONE)

    def _enter(self, stage: EnrolmentStage) -> None:
        self.stage = stage
        self.changed.emit()


def _brought(answer: EnrolmentAnswer) -> str:
    if answer.already_member:
        return "They are a member already: the account was found."
    if answer.offer_status == "granted":
        return f"{answer.offer_points:,} points were granted for joining."
    if answer.offer_status == "declined":
        return f"No points for joining: {answer.offer_reason or 'the offer does not apply.'}"
    return "They are a member now. There is no offer for joining at the moment."
