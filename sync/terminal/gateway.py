"""The rewards service as the till asks it: look-ups, enrolment and holds, by people who wait for the answer."""

import json
from collections.abc import Callable
from typing import TypeVar

from pos_app.domain.member import MemberAccount, PoolBalance
from pos_app.errors import OfflineError
from pos_app.ports import Clock, GiftCardHold, PointsHold, SaleRecord
from sync import contract
from sync.terminal.client import CentralClient, UnavailableError

T = TypeVar("T", bound=contract.Message)


class CentralGateway:
    """Implements pos_app.ports.RewardsGateway over HTTP.

    is_online is what the sync worker knows: while it says no, an answer comes at once instead of after a time-out.
    """

    def __init__(self, client: CentralClient, clock: Clock, is_online: Callable[[], bool] = lambda: True) -> None:
        self._client = client
        self._clock = clock
        self._is_online = is_online

    def find_member(self, email: str) -> MemberAccount | None:
        """The member of exactly this address, or None."""
        answer = self._ask(contract.PATH_FIND_MEMBER, contract.FindMember(email=email), contract.MemberAnswer)
        return _account(answer.member) if answer.member else None

    def enrol_member(self, event_id: str, email: str, marketing_consent: bool) -> MemberAccount:
        """A new member; the same event id again gives the same member."""
        request = contract.EnrolMember(
            event_id=event_id,
            email=email,
            marketing_consent=marketing_consent,
            joined_at=self._clock.now().isoformat(timespec="seconds"),
        )
        answer = self._ask(contract.PATH_ENROL_MEMBER, request, contract.MemberAnswer)
        if answer.member is None:
            raise UnavailableError("The central service did not say who the new member is.")
        return _account(answer.member)

    def hold_points(self, hold_id: str, member_id: str, points: int, transaction_id: str) -> PointsHold:
        """Set points aside; the same hold id again gives the same hold."""
        request = contract.PlaceHold(hold_id=hold_id, member_id=member_id, points=points, transaction_id=transaction_id)
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

    def find_sale(self, receipt_number: str) -> SaleRecord | None:
        """The sale of a receipt number and all its returns, or None."""
        request = contract.FindSale(receipt_number=receipt_number)
        found = self._ask(contract.PATH_FIND_SALE, request, contract.SaleAnswer).found
        if found is None:
            return None
        return SaleRecord(json.loads(bytes(found.sale)), tuple(json.loads(bytes(each)) for each in found.returns))

    def _ask(self, path: str, message: contract.Message, answer: type[T]) -> T:
        self._refuse_offline()
        return self._client.post(path, message, answer)

    def _refuse_offline(self) -> None:
        if not self._is_online():
            raise OfflineError("The central service cannot be reached.")


def _account(member: contract.Member) -> MemberAccount:
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
    )
