"""The rewards service as the till asks it: look-ups, enrolment and holds, by people who wait for the answer."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast, get_args

import msgspec

from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.errors import OfflineError
from pos_app.ports import (
    NO_PROOF,
    Clock,
    EnrolmentAnswer,
    GiftCardHold,
    MemberStatement,
    OfflineExposure,
    PointsHold,
    Proof,
    SaleRecord,
    StatementMovement,
)
from sync import contract, membership
from sync.terminal.allowances import verified
from sync.terminal.client import CentralClient, UnavailableError

T = TypeVar("T", bound=contract.Message)


class CentralGateway:
    """Implements pos_app.ports.RewardsGateway over HTTP.

    is_online is what the sync worker knows: while it says no, an answer comes at once instead of after a time-out.
    allowance_key tells the key that signs allowances, as delivered with the terms; empty while it is not known.
    """

    def __init__(
        self,
        client: CentralClient,
        clock: Clock,
        is_online: Callable[[], bool] = lambda: True,
        allowance_key: Callable[[], str] = lambda: "",
    ) -> None:
        self._client = client
        self._clock = clock
        self._is_online = is_online
        self._allowance_key = allowance_key

    # --- members ------------------------------------------------------------------------------------------------------

    def find_member(self, email: str) -> MemberAccount | None:
        """The member of exactly this address, or None."""
        return self._find(contract.FindMember(email=email))

    def find_member_by_card(self, card_number: str) -> MemberAccount | None:
        """The member with this card or QR code, or None."""
        return self._find(contract.FindMember(card_number=card_number))

    def enrol_member(self, event_id: str, email: str, marketing_consent: bool) -> MemberAccount:
        """A new member; the same event id again gives the same member."""
        joined_at = self._clock.now().isoformat(timespec="seconds")
        return self.join(event_id, email, marketing_consent, joined_at, "").account

    def join(self, event_id: str, email: str, marketing_consent: bool, joined_at: str, pin: str) -> EnrolmentAnswer:
        """A new member; the same event id again gives the same member and the same outcome of the offer."""
        request = contract.EnrolMember(
            event_id=event_id, email=email, marketing_consent=marketing_consent, joined_at=joined_at, pin=pin
        )
        answer = self._ask(contract.PATH_ENROL_MEMBER, request, contract.MemberAnswer)
        offer = answer.enrolment or contract.EnrolmentOutcome()
        return EnrolmentAnswer(
            self._known(answer.member), answer.already_member, answer.similar, offer.status, offer.points, offer.reason
        )

    def exposure(self) -> OfflineExposure:
        """Points that this store's tills let be spent offline."""
        self._refuse_offline()
        found = self._client.get(membership.PATH_EXPOSURE, membership.StoreExposure)
        return OfflineExposure(found.offline_points, found.overdrawn_points, found.budget_points, found.value_minor)

    def statement(self, member_id: str) -> MemberStatement:
        """The member's statement."""
        found = self._ask(membership.PATH_STATEMENT, membership.AskStatement(member_id=member_id), membership.Statement)
        return MemberStatement(
            masked_email=found.masked_email,
            balance_points=found.balance_points,
            available_points=found.available_points,
            pending_points=found.pending_points,
            pools=tuple(PoolBalance(pool.pool, pool.points) for pool in found.pools),
            expiring=tuple((lot.points, lot.expires_on) for lot in found.expiring),
            expiring_days=found.expiring_days,
            movements=tuple(StatementMovement(**msgspec.structs.asdict(movement)) for movement in found.movements),
            as_of=found.as_of,
        )

    def link_account(self, event_id: str, member_id: str, kind: str, reference: str) -> MemberAccount:
        """Link a shopping account or the credit card; once."""
        request = membership.LinkAccount(
            event_id=event_id, member_id=member_id, kind=_link_kind(kind), reference=reference
        )
        return self._known(self._ask(membership.PATH_LINK_ACCOUNT, request, contract.MemberAnswer).member)

    def unlink_account(self, event_id: str, member_id: str, kind: str) -> MemberAccount:
        """Undo a link."""
        request = membership.UnlinkAccount(event_id=event_id, member_id=member_id, kind=_link_kind(kind))
        return self._known(self._ask(membership.PATH_UNLINK_ACCOUNT, request, contract.MemberAnswer).member)

    def leave(self, event_id: str, member_id: str, reason: str) -> None:
        """The member leaves the programme; harmless when they left before."""
        request = membership.LeaveProgramme(event_id=event_id, member_id=member_id, reason=reason)
        self._tell(membership.PATH_LEAVE, request)

    # --- proof --------------------------------------------------------------------------------------------------------

    def send_code(self, member_id: str) -> str:
        """Send a one-time code; the masked destination comes back."""
        request = membership.SendCode(member_id=member_id)
        return self._ask(membership.PATH_SEND_CODE, request, membership.CodeSent).destination

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        """A new PIN; a proof is needed when there is one already."""
        kind, secret = _proof(proof)
        self._tell(
            membership.PATH_SET_PIN, membership.SetPin(member_id=member_id, pin=pin, proof_kind=kind, proof=secret)
        )

    # --- holds and gift cards -----------------------------------------------------------------------------------------

    def hold_points(
        self, hold_id: str, member_id: str, points: int, transaction_id: str, proof: Proof = NO_PROOF
    ) -> PointsHold:
        """Set points aside; the same hold id again gives the same hold."""
        kind, secret = _proof(proof)
        request = contract.PlaceHold(
            hold_id=hold_id,
            member_id=member_id,
            points=points,
            transaction_id=transaction_id,
            proof_kind=kind,
            proof=secret,
        )
        hold = self._ask(contract.PATH_HOLDS, request, contract.Hold)
        return PointsHold(hold.hold_id, hold.member_id, hold.points, hold.expires_at, hold.state)

    def release_hold(self, hold_id: str) -> None:
        """Give back what a hold of points or of a gift card set aside; harmless when it is gone."""
        self._refuse_offline()
        self._client.post_unanswered(contract.PATH_RELEASE_HOLD.format(hold_id=hold_id))

    def hold_gift_card(self, hold_id: str, number: str, amount_minor: int, transaction_id: str) -> GiftCardHold:
        """Set aside up to so much of a gift card; the answer says how much there was."""
        request = contract.PlaceGiftCardHold(
            hold_id=hold_id, number=number, amount_minor=amount_minor, transaction_id=transaction_id
        )
        hold = self._ask(contract.PATH_GIFT_CARD_HOLDS, request, contract.GiftCardHoldAnswer)
        return GiftCardHold(hold.hold_id, hold.reference, hold.amount_minor, hold.balance_minor, hold.state)

    def gift_card_balance(self, number: str) -> int:
        """What is left on a gift card, in minor units."""
        answer = self._ask(contract.PATH_FIND_GIFT_CARD, contract.FindGiftCard(number=number), contract.GiftCard)
        return answer.balance_minor

    # --- sales --------------------------------------------------------------------------------------------------------

    def find_sale(self, receipt_number: str) -> SaleRecord | None:
        """The sale of a receipt number and all its returns, or None."""
        request = contract.FindSale(receipt_number=receipt_number)
        found = self._ask(contract.PATH_FIND_SALE, request, contract.SaleAnswer).found
        if found is None:
            return None
        return SaleRecord(json.loads(bytes(found.sale)), tuple(json.loads(bytes(each)) for each in found.returns))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _find(self, question: contract.FindMember) -> MemberAccount | None:
        member = self._ask(contract.PATH_FIND_MEMBER, question, contract.MemberAnswer).member
        return self._account(member) if member else None

    def _known(self, member: contract.Member | None) -> MemberAccount:
        if member is None:
            raise UnavailableError("The central service did not say whose account it is.")
        return self._account(member)

    def _account(self, member: contract.Member) -> MemberAccount:
        return MemberAccount(
            member_id=member.member_id,
            display_name=member.display_name,
            masked_email=member.masked_email,
            balance_points=member.balance_points,
            available_points=member.available_points,
            pending_points=member.pending_points,
            as_of=member.as_of,
            pools=tuple(PoolBalance(pool.pool, pool.points) for pool in member.pools),
            card_number=member.card_number,
            segment=member.segment,
            linked=tuple(member.linked),
            proofs=tuple(member.proofs),
            allowance=verified(member.signed_allowance, self._allowance_key(), member.member_id),
            next_expiry_points=member.next_expiry_points,
            next_expiry_on=member.next_expiry_on,
        )

    def _tell(self, path: str, message: contract.Message) -> None:
        self._refuse_offline()
        self._client.post_unanswered(path, message)

    def _ask(self, path: str, message: contract.Message, answer: type[T]) -> T:
        self._refuse_offline()
        return self._client.post(path, message, answer)

    def _refuse_offline(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")


def _proof(proof: Proof) -> tuple[membership.ProofKind, str]:
    return cast("membership.ProofKind", _one_of(membership.ProofKind, proof.kind)), proof.secret


def _link_kind(kind: str) -> membership.LinkKind:
    return cast("membership.LinkKind", _one_of(membership.LinkKind, kind))


def _one_of(kinds: Any, value: str) -> str:
    """The value as the contract's own. Raises ValueError for one that it does not know: a bug of the caller."""
    if value not in get_args(kinds):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(kinds))}")
    return value
