"""The central rewards service, as the till asks it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from pos_app.domain.member import MemberAccount, PoolBalance


@dataclass(frozen=True, slots=True)
class PointsHold:
    """Points set aside for one sale at the central service; proof_kind is how the member showed they are theirs."""

    hold_id: str
    member_id: str
    points: int
    expires_at: str
    state: str = "held"
    proof_kind: str = ""


@dataclass(frozen=True, slots=True)
class GiftCardHold:
    """Part of a gift card or store credit set aside for one sale."""

    hold_id: str
    card_reference: str
    amount_minor: int
    balance_minor: int
    state: str = "held"
    last_four: str = ""
    store_credit: bool = False


class MemberCache(Protocol):
    """Members seen at this terminal lately, for when the central service is out of reach. Thread-safe."""

    def remember(self, email: str, account: MemberAccount) -> None:
        """Keep what the central service just said; the address itself is kept as a keyed hash only, empty leaves it."""

    def find(self, email: str) -> MemberAccount | None:
        """What was known of this address last, or None."""

    def find_by_card(self, card_number: str) -> MemberAccount | None:
        """What was known of the member with this card last, or None."""

    def forget(self, member_id: str) -> None:
        """Remove a member who was erased or left."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How a member showed that the points are theirs: pin, code or id_seen; secret is empty for the last."""

    kind: str = ""
    secret: str = field(default="", repr=False)


NO_PROOF = Proof()


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """A new member, or the one who has the address already; offer_* tell what joining brought, and why not."""

    account: MemberAccount
    already_member: bool = False
    similar: int = 0
    offer_status: str = "none"
    offer_points: int = 0
    offer_reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementMovement:
    """One movement of points as a customer reads it."""

    occurred_at: str
    kind: str
    points: int
    pool: str
    store_id: str = ""
    receipt_number: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class MemberStatement:
    """A member's points: by pool, pending, expiring (points, last day), and the last movements, newest first."""

    masked_email: str
    balance_points: int
    available_points: int
    pending_points: int
    pools: tuple[PoolBalance, ...]
    expiring: tuple[tuple[int, str], ...]
    expiring_days: int
    movements: tuple[StatementMovement, ...]
    as_of: str


@dataclass(frozen=True, slots=True)
class OfflineExposure:
    """What a store's tills let be spent without the central service lately, what of it became a debt, and the limit."""

    offline_points: int
    overdrawn_points: int
    budget_points: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A sale as the central service knows it: its payload and those of its returns, from whatever store."""

    sale: dict[str, Any]
    returns: tuple[dict[str, Any], ...] = ()


class RewardsGateway(Protocol):
    """The central service as the till asks it. Every call may block up to its time-out: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def find_member(self, email: str) -> MemberAccount | None:
        """The member of exactly this address, or None."""

    def enrol_member(self, event_id: str, email: str, marketing_consent: bool) -> MemberAccount:
        """A new member; the same event id again gives the same member."""

    def hold_points(
        self, hold_id: str, member_id: str, points: int, transaction_id: str, proof: Proof = NO_PROOF
    ) -> PointsHold:
        """Set points aside; the same hold id again gives the same hold."""

    def release_hold(self, hold_id: str) -> None:
        """Give back what a hold set aside; harmless when it is gone."""

    def hold_gift_card(self, hold_id: str, number: str, amount_minor: int, transaction_id: str) -> GiftCardHold:
        """Set aside up to so much of a gift card; the answer says how much there was."""

    def gift_card_balance(self, number: str) -> int:
        """What is left on a gift card, in minor units."""

    def find_sale(self, receipt_number: str) -> SaleRecord | None:
        """The sale of a receipt number and all its returns, or None."""

    def find_member_by_card(self, card_number: str) -> MemberAccount | None:
        """The member with this card or QR code, or None."""

    def join(self, event_id: str, email: str, marketing_consent: bool, joined_at: str, pin: str) -> EnrolmentAnswer:
        """A new member; the same event id again gives the same member and the same outcome of the offer."""

    def statement(self, member_id: str) -> MemberStatement:
        """The member's statement."""

    def exposure(self) -> OfflineExposure:
        """Points that this store's tills let be spent offline."""

    def link_account(self, event_id: str, member_id: str, kind: str, reference: str) -> MemberAccount:
        """Link a shopping account or the credit card; once."""

    def unlink_account(self, event_id: str, member_id: str, kind: str) -> MemberAccount:
        """Undo a link."""

    def leave(self, event_id: str, member_id: str, reason: str) -> None:
        """The member leaves the programme."""

    def send_code(self, member_id: str) -> str:
        """Send a one-time code; the masked destination comes back."""

    def set_pin(self, member_id: str, pin: str, proof: Proof) -> None:
        """A new PIN; a proof is needed when there is one already."""
