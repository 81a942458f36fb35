"""Asking the central service about members, points and gift cards.

Every call may block for a few seconds, holds no state of the sale and is safe on any thread: the window runs
it in the background and takes the answer to Selling or Tendering on its own thread.
"""

import hashlib
from dataclasses import replace

from pos_app.domain.member import EmailError, MemberAccount, normalise_email
from pos_app.domain.offline_redemption import OFFLINE_REFERENCE
from pos_app.domain.stored_value import is_store_credit
from pos_app.errors import CashierError, RefusedError
from pos_app.ports import NO_PROOF, GiftCardHold, IdSource, PointsHold, Proof, RewardsGateway

_MOST_HOLDS_PER_SALE = 20


class Rewards:
    """Look-ups and holds at the central service."""

    def __init__(self, gateway: RewardsGateway, ids: IdSource) -> None:
        self._gateway = gateway
        self._ids = ids

    def find_member(self, email: str) -> MemberAccount | None:
        """The member of exactly this address, or None. Raises CashierError, OfflineError, RefusedError."""
        return self._gateway.find_member(_address(email))

    def enrol_member(self, email: str, marketing_consent: bool) -> MemberAccount:
        """A new member, or the one who already has this address. Raises CashierError, OfflineError, RefusedError."""
        return self._gateway.enrol_member(self._ids.new_id(), _address(email), marketing_consent)

    def hold_points(
        self,
        transaction_id: str,
        member_id: str,
        points: int,
        in_use: frozenset[str] = frozenset(),
        proof: Proof = NO_PROOF,
    ) -> PointsHold:
        """Set points aside for a sale.

        The hold's id follows from the sale, so that asking again after a lost answer finds the same hold
        instead of setting the points aside twice. Raises OfflineError, RefusedError.
        """
        for hold_id in _hold_ids(transaction_id, "points", in_use):
            hold = self._gateway.hold_points(hold_id, member_id, points, transaction_id, proof)
            if hold.state == "held" and hold.points == points and hold.member_id == member_id:
                return replace(hold, proof_kind=proof.kind)
            if hold.state == "held":
                self._gateway.release_hold(hold_id)
        raise RefusedError("too_many_holds", "Points were set aside too often for this sale. Start the sale again.")

    def hold_gift_card(
        self, transaction_id: str, number: str, amount_minor: int, in_use: frozenset[str] = frozenset()
    ) -> GiftCardHold:
        """Set aside part of a gift card, up to what is on it. Raises OfflineError, RefusedError."""
        cleaned = "".join(number.split())
        for hold_id in _hold_ids(transaction_id, f"gift-{_fingerprint(cleaned)}", in_use):
            hold = self._gateway.hold_gift_card(hold_id, cleaned, amount_minor, transaction_id)
            if hold.state == "held" and 0 < hold.amount_minor <= amount_minor:
                return replace(hold, last_four=cleaned[-4:], store_credit=is_store_credit(cleaned))
            if hold.state == "held":
                self._gateway.release_hold(hold_id)
                if not hold.amount_minor:
                    raise RefusedError("gift_card_empty", "There is nothing left on this gift card.")
        raise RefusedError("too_many_holds", "This gift card was set aside too often for this sale.")

    def release(self, hold_id: str) -> None:
        """Give back what a hold set aside. Raises OfflineError: the hold then ends by itself.

        Points taken without the central service were set aside nowhere.
        """
        if not hold_id.startswith(OFFLINE_REFERENCE):
            self._gateway.release_hold(hold_id)

    def gift_card_balance(self, number: str) -> int:
        """What is left on a gift card, in minor units. Raises OfflineError, RefusedError."""
        return self._gateway.gift_card_balance("".join(number.split()))


def _address(email: str) -> str:
    try:
        return normalise_email(email)
    except EmailError as error:
        raise CashierError("not_an_email", str(error)) from error


def _fingerprint(number: str) -> str:
    """Tells the cards of one sale apart without keeping a number."""
    return hashlib.sha256(number.encode()).hexdigest()[:8]


def _hold_ids(transaction_id: str, kind: str, in_use: frozenset[str]) -> list[str]:
    """Ids of the holds a sale may have, in order, without those that already pay for it."""
    names = [f"{transaction_id}-{kind}-{number}" for number in range(1, _MOST_HOLDS_PER_SALE + 1)]
    return [name for name in names if name not in in_use]
