"""A member's life at the till: join, be found, prove, link, leave, and use points without the central service.

Calls that ask the central service may block and run on any thread; those that write the journal belong to the
GUI thread. Joining is in the journal before it is first sent, so that a lost answer never makes two members; the
other calls say how the account shall be, so that asking again changes nothing.
"""

import logging
from dataclasses import dataclass, replace

from pos_app.domain.email_hint import likely_meant
from pos_app.domain.member import EmailError, MemberAccount, mask_email, normalise_email
from pos_app.domain.member_card import normalise_card_number
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE, OfflineDecision, OfflineSpending, decide
from pos_app.domain.operator import Operator
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError, CommitUnknownError, OfflineError, WorldError
from pos_app.ports import (
    NO_PROOF,
    Clock,
    EnrolmentAnswer,
    IdSource,
    MemberCache,
    MemberStatement,
    OfflineExposure,
    PointsHold,
    Proof,
    RewardsGateway,
    Storage,
    TermsSource,
)

_logger = logging.getLogger(__name__)

ID_SEEN = "id_seen"
"""The proof that an associate can take without the central service."""


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
            return _remembered(known)
        return self._found(address, account, self._cache.find(address))

    def find_by_card(self, card_number: str) -> FoundMember | None:
        """The member with this card or QR code; what this till last knew when the service is out of reach.

        Raises CashierError for no card number, OfflineError when nothing is known here either, RefusedError.
        """
        try:
            number = normalise_card_number(card_number)
        except ValueError as error:
            raise CashierError("not_a_card", str(error)) from error
        try:
            account = self._gateway.find_member_by_card(number)
        except OfflineError:
            known = self._cache.find_by_card(number)
            if known is None:
                raise
            return _remembered(known)
        return self._found("", account, self._cache.find_by_card(number))

    def _found(self, address: str, account: MemberAccount | None, known: MemberAccount | None) -> FoundMember | None:
        """What the service says replaces what was known here, also that there is nobody."""
        if account is None:
            if known is not None:
                self._cache.forget(known.member_id)
            return None
        self._remember(address, account)
        return FoundMember(account)

    def _remember(self, address: str, account: MemberAccount) -> MemberAccount:
        """Keep what the service said; a disk that cannot is no reason to lose its answer."""
        try:
            self._cache.remember(address, account)
        except WorldError as error:
            _logger.warning("member %s is not remembered: %s", account.member_id, error)
        return account

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
        try:
            with self._storage.unit_of_work() as work:
                work.append("member_enrolled", payload, event_id=joining.event_id)
                work.add_contact(joining.contact_id, joining.email)
                work.commit()
        except CommitUnknownError:
            if not self._storage.has_event(joining.event_id):
                raise
        return joining

    def join(self, joining: Joining, pin: str = "") -> EnrolmentAnswer:
        """Ask the central service for the new member at once; offline the journal brings them in later.

        Raises OfflineError, RefusedError.
        """
        answer = self._gateway.join(joining.event_id, joining.email, joining.marketing_consent, joining.joined_at, pin)
        self._remember(joining.email, answer.account)
        return answer

    # --- the account -------------------------------------------------------------------------------------------------

    def statement(self, member_id: str) -> MemberStatement:
        """The member's statement. Raises OfflineError, RefusedError."""
        return self._gateway.statement(member_id)

    def link(self, member_id: str, kind: str, reference: str) -> MemberAccount:
        """Link the shopping account or the credit card. Raises CashierError, OfflineError, RefusedError."""
        if not reference.strip():
            raise CashierError("reference_needed", "Enter the number or name of the account to link.")
        return self._remember("", self._gateway.link_account(self._ids.new_id(), member_id, kind, reference.strip()))

    def unlink(self, member_id: str, kind: str) -> MemberAccount:
        """Undo a link. Raises OfflineError, RefusedError."""
        return self._remember("", self._gateway.unlink_account(self._ids.new_id(), member_id, kind))

    def leave(self, member_id: str, reason: str) -> None:
        """The member leaves the programme. Raises OfflineError, RefusedError."""
        self._gateway.leave(self._ids.new_id(), member_id, reason.strip())
        self._cache.forget(member_id)

    def send_code(self, member_id: str) -> str:
        """Send a one-time code; where it went, masked. Raises OfflineError, RefusedError."""
        return self._gateway.send_code(member_id)

    def exposure(self) -> OfflineExposure:
        """What this store's tills let be spent offline, for its manager. Raises OfflineError, RefusedError."""
        return self._gateway.exposure()

    # --- points without the central service --------------------------------------------------------------------------

    def offline_limit(self, account: MemberAccount) -> OfflineDecision:
        """How many points this member may use here now without the central service, or why none.

        Points that already are in the payment of the sale under way count as spent.
        """
        issued_at = account.allowance.issued_at if account.allowance else self._clock.now()
        return decide(
            account.allowance,
            self._with_the_open_sale(self._storage.offline_spending(account.member_id, issued_at), account.member_id),
            self._terms.offline_policy(),
            store_id=self._profile.store_id,
            now=self._clock.now(),
            step_points=self._terms.current_terms().redeem_step_points,
        )

    def hold_offline(self, account: MemberAccount, points: int, proof: Proof = NO_PROOF) -> PointsHold:
        """Points within the allowance, for one sale. Raises CashierError with the reason when they are not."""
        decision = self.offline_limit(account)
        if account.allowance is None or points > decision.limit_points:
            reason = decision.reason or f"At most {decision.limit_points} points can be used offline."
            raise CashierError("offline_points", reason)
        if self.proof_needed(points) and proof.kind not in self.offline_proofs(points):
            raise CashierError(
                "offline_proof",
                "Ask to see the member's ID before using points offline."
                if self.offline_proofs(points)
                else "The proof that using points needs can only be checked when the rewards service is back.",
            )
        reference = OFFLINE_REFERENCE + self._ids.new_id()
        expires_at = account.allowance.expires_at.isoformat()
        return PointsHold(reference, account.member_id, points, expires_at, proof_kind=proof.kind)

    def proof_needed(self, points: int) -> tuple[str, ...]:
        """Kinds of proof of which the member has to give one for so many points; empty when none is asked."""
        proofs = self._terms.redeem_proofs()
        return proofs.kinds if proofs.needed(points) else ()

    def offline_proofs(self, points: int) -> tuple[str, ...]:
        """Those of them that can be given without the central service, which alone can check a PIN or a code."""
        return tuple(kind for kind in self.proof_needed(points) if kind == ID_SEEN)

    def _with_the_open_sale(self, spent: OfflineSpending, member_id: str) -> OfflineSpending:
        sale = self._storage.open_transaction()
        if sale is None:
            return spent
        taken = [tender for tender in sale.tenders if tender.reference.startswith(OFFLINE_REFERENCE)]
        points = sum(tender.points for tender in taken)
        if sale.basket.member is None or sale.basket.member.member_id != member_id:
            return replace(spent, terminal_points=spent.terminal_points + points)
        return OfflineSpending(
            spent.member_points + points, spent.member_count + len(taken), spent.terminal_points + points
        )

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        """A new PIN for redeeming. Raises CashierError, OfflineError, RefusedError."""
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
            raise CashierError("pin_form", "A PIN has four to eight digits.")
        self._gateway.set_pin(member_id, pin, proof)


def _remembered(account: MemberAccount) -> FoundMember:
    return FoundMember(replace(account, remembered=True), offline=True)


def _address(email: str) -> str:
    try:
        return normalise_email(email)
    except EmailError as error:
        raise CashierError("not_an_email", str(error)) from error
