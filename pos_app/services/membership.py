"""A member's life at the till: join, be found, prove, link, leave, and use points without the central service.

Calls that ask the central service may block and run on any thread; those that write the journal belong to the
GUI thread. An id is in the journal before it is first sent, so that a lost answer never makes two of anything.
"""

from dataclasses import dataclass

from pos_app.domain.email_hint import likely_meant
from pos_app.domain.member import EmailError, MemberAccount, mask_email, normalise_email
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE, OfflineDecision, decide
from pos_app.domain.operator import Operator
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError, OfflineError
from pos_app.ports import (
    Clock,
    EnrolmentAnswer,
    IdSource,
    MemberCache,
    MemberStatement,
    PointsHold,
    Proof,
    RewardsGateway,
    Storage,
    TermsSource,
)


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody who joins: durable in the journal, whatever the network does."""

    event_id: str
    contact_id: str
    email: str
    marketing_consent: bool
    joined_at: str

    @property
    def masked_email(self) -> str:
        """What may be read back to the customer."""
        return mask_email(self.email)


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member as of now, or as this till last knew them while the central service is out of reach."""

    account: MemberAccount
    offline: bool = False


class Membership:
    """What an associate does for a member."""

    def __init__(
        self,
        gateway: RewardsGateway,
        *,
        storage: Storage,
        cache: MemberCache,
        terms: TermsSource,
        clock: Clock,
        ids: IdSource,
        profile: StoreProfile,
        operator: Operator,
    ) -> None:
        self._gateway = gateway
        self._storage = storage
        self._cache = cache
        self._terms = terms
        self._clock = clock
        self._ids = ids
        self._profile = profile
        self._operator = operator

    # --- finding -----------------------------------------------------------------------------------------------------

    def find(self, email: str) -> FoundMember | None:
        """The member of exactly this address; what this till last knew when the service is out of reach.

        Raises CashierError for no address, OfflineError when nothing is known here either, RefusedError.
        """
        address = _address(email)
        try:
            account = self._gateway.find_member(address)
        except OfflineError:
            known = self._cache.find(address)
            if known is None:
                raise
            return FoundMember(known, offline=True)
        if account is None:
            return None
        self._cache.remember(address, account)
        return FoundMember(account)

    def find_by_card(self, card_number: str) -> FoundMember | None:
        """The member with this card or QR code. Raises OfflineError, RefusedError."""
        account = self._gateway.find_member_by_card(card_number.strip())
        return FoundMember(account) if account else None

    # --- joining -----------------------------------------------------------------------------------------------------

    def question_about(self, email: str) -> str:
        """The address the customer may have meant, when the domain looks mistyped; else empty. Raises CashierError."""
        return likely_meant(_address(email))

    def begin_joining(self, email: str, marketing_consent: bool) -> Joining:
        """Put the joining into the journal. On the GUI thread. Raises CashierError."""
        joining = Joining(
            self._ids.new_id(),
            self._ids.new_id(),
            _address(email),
            marketing_consent,
            self._clock.now().isoformat(timespec="milliseconds"),
        )
        payload = {
            "contact_id": joining.contact_id,
            "marketing_consent": marketing_consent,
            "joined_at": joining.joined_at,
            "operator_id": self._operator.operator_id,
        }
        with self._storage.unit_of_work() as work:
            work.add_contact(joining.contact_id, joining.email)
            work.append("member_enrolled", payload, event_id=joining.event_id)
            work.commit()
        return joining

    def join(self, joining: Joining, pin: str = "") -> EnrolmentAnswer:
        """Ask the central service for the new member at once; offline the journal brings them in later.

        Raises OfflineError, RefusedError.
        """
        answer = self._gateway.join(joining.event_id, joining.email, joining.marketing_consent, joining.joined_at, pin)
        self._cache.remember(joining.email, answer.account)
        return answer

    # --- the account -------------------------------------------------------------------------------------------------

    def statement(self, member_id: str) -> MemberStatement:
        """The member's statement. Raises OfflineError, RefusedError."""
        return self._gateway.statement(member_id)

    def link(self, member_id: str, kind: str, reference: str) -> MemberAccount:
        """Link the shopping account or the credit card. Raises CashierError, OfflineError, RefusedError."""
        if not reference.strip():
            raise CashierError("reference_needed", "Enter the number or name of the account to link.")
        return self._gateway.link_account(self._ids.new_id(), member_id, kind, reference.strip())

    def unlink(self, member_id: str, kind: str) -> MemberAccount:
        """Undo a link. Raises OfflineError, RefusedError."""
        return self._gateway.unlink_account(self._ids.new_id(), member_id, kind)

    def leave(self, member_id: str, reason: str) -> None:
        """The member leaves the programme. Raises OfflineError, RefusedError."""
        self._gateway.leave(self._ids.new_id(), member_id, reason.strip())
        self._cache.forget(member_id)

    def send_code(self, member_id: str) -> str:
        """Send a one-time code; where it went, masked. Raises OfflineError, RefusedError."""
        return self._gateway.send_code(member_id)

    # --- points without the central service --------------------------------------------------------------------------

    def offline_limit(self, account: MemberAccount) -> OfflineDecision:
        """How many points this member may use here now without the central service, or why none."""
        issued_at = account.allowance.issued_at if account.allowance else self._clock.now()
        return decide(
            account.allowance,
            self._storage.offline_spending(account.member_id, issued_at),
            self._terms.offline_policy(),
            store_id=self._profile.store_id,
            now=self._clock.now(),
            step_points=self._terms.current_terms().redeem_step_points,
        )

    def hold_offline(self, account: MemberAccount, points: int) -> PointsHold:
        """Points within the allowance, for one sale. Raises CashierError with the reason when they are not."""
        decision = self.offline_limit(account)
        if points > decision.limit_points:
            reason = decision.reason or f"At most {decision.limit_points} points can be used offline."
            raise CashierError("offline_points", reason)
        assert account.allowance is not None
        reference = OFFLINE_REFERENCE + self._ids.new_id()
        return PointsHold(reference, account.member_id, points, account.allowance.expires_at.isoformat())

    def proof_needed(self, points: int) -> tuple[str, ...]:
        """Kinds of proof of which the member has to give one for so many points; empty when none is asked."""
        proofs = self._terms.redeem_proofs()
        return proofs.kinds if proofs.needed(points) else ()

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        """A new PIN for redeeming. Raises CashierError, OfflineError, RefusedError."""
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
            raise CashierError("pin_form", "A PIN has four to eight digits.")
        self._gateway.set_pin(member_id, pin, proof)


def _address(email: str) -> str:
    try:
        return normalise_email(email)
    except EmailError as error:
        raise CashierError("not_an_email", str(error)) from error
