"""The wire between terminals, partners and the central service, continued: a member's life.

See sync/contract.py for the rules that hold for every message.
"""

from typing import Annotated, Literal

from msgspec import Meta

from sync.contract import AmountMinor, Identifier, Message, Points, Pool, ShortText, SignedPoints

PATH_STATEMENT = "/v1/members/statement"  # POST AskStatement -> Statement
PATH_LINK_ACCOUNT = "/v1/members/link"  # POST LinkAccount -> MemberAnswer
PATH_UNLINK_ACCOUNT = "/v1/members/unlink"  # POST UnlinkAccount -> MemberAnswer
PATH_LEAVE = "/v1/members/leave"  # POST LeaveProgramme; 2xx also when the member left before
PATH_SEND_CODE = "/v1/members/one-time-code"  # POST SendCode -> CodeSent
PATH_SET_PIN = "/v1/members/pin"  # POST SetPin; 2xx
PATH_PARTNER_EARNINGS = "/v1/partners/earnings"  # POST PartnerEarnings, signed by the partner -> PartnerResult
PATH_EXPOSURE = "/v1/exposure"  # GET -> StoreExposure of the asking terminal's store
MAXIMUM_PARTNER_ROWS = 1000

ProofKind = Literal["", "pin", "code", "id_seen"]
LinkKind = Literal["shopping", "credit_card"]


# --- statement --------------------------------------------------------------------------------------------------------


class AskStatement(Message):
    """A member's statement, for the screen and for paper."""

    member_id: Identifier
    movements: Annotated[int, Meta(ge=0, le=100)] = 20


class ExpiringPoints(Message):
    """Points that can be used to the end of expires_on (in the programme's time zone)."""

    points: Points
    expires_on: str


class MemberMovement(Message):
    """One movement as a customer reads it."""

    occurred_at: str
    kind: ShortText
    points: SignedPoints
    pool: Identifier
    store_id: str = ""
    receipt_number: str = ""
    text: str = ""


class Statement(Message):
    """Balance by pool, pending points, what expires soon, and the last movements, newest first."""

    member_id: Identifier
    masked_email: str
    balance_points: SignedPoints
    available_points: SignedPoints
    pending_points: SignedPoints
    pools: list[Pool]
    expiring: list[ExpiringPoints]
    expiring_days: int
    movements: list[MemberMovement]
    as_of: str


# --- links, leaving, proof --------------------------------------------------------------------------------------------


class LinkAccount(Message):
    """Link a store (shopping) account or the linked credit card; the same link again changes nothing."""

    event_id: Identifier
    member_id: Identifier
    kind: LinkKind
    reference: Annotated[str, Meta(min_length=1, max_length=64)]


class UnlinkAccount(Message):
    event_id: Identifier
    member_id: Identifier
    kind: LinkKind


class LeaveProgramme(Message):
    """The member leaves; what is left of the points is forfeited as the terms say."""

    event_id: Identifier
    member_id: Identifier
    reason: ShortText = ""


class MemberLeftPayload(Message):
    """Journal: the member left at a till that had no connection."""

    member_id: Identifier
    reason: ShortText = ""


class AccountLinkedPayload(Message):
    """Journal: an account was linked. Its number travels in the batch's contacts, so that it can be erased."""

    member_id: Identifier
    kind: LinkKind
    contact_id: Identifier


class AccountUnlinkedPayload(Message):
    """Journal: a link was undone."""

    member_id: Identifier
    kind: LinkKind


class SendCode(Message):
    """Send the member a one-time code, to prove that they are there."""

    member_id: Identifier


class CodeSent(Message):
    """Where it went, masked, and until when it is good."""

    destination: str
    expires_at: str


class SetPin(Message):
    """A new PIN; it travels once and is kept as an Argon2id hash. A proof is needed when there is one already."""

    member_id: Identifier
    pin: Annotated[str, Meta(pattern=r"^[0-9]{4,8}$")]
    proof_kind: ProofKind = ""
    proof: Annotated[str, Meta(max_length=64)] = ""


# --- signed allowance for redeeming offline ---------------------------------------------------------------------------


class Allowance(Message):
    """What one member may spend at one store without asking; signed as the exact bytes of its JSON."""

    member_id: Identifier
    store_id: Identifier
    balance_points: SignedPoints
    allowance_points: Points
    version: Annotated[int, Meta(ge=0)]
    issued_at: str
    expires_at: str


# --- partners ---------------------------------------------------------------------------------------------------------


class PartnerEarning(Message):
    """Points earned elsewhere. reference is the partner's own number of the earning: the same one counts once."""

    reference: Annotated[str, Meta(min_length=1, max_length=64)]
    points: Annotated[int, Meta(ge=1, le=10**7)]
    earned_on: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    email: Annotated[str, Meta(max_length=254)] = ""
    card_number: Annotated[str, Meta(max_length=64)] = ""
    text: ShortText = ""


class PartnerEarnings(Message):
    """Rows are applied one by one; one that cannot be does not spoil the others."""

    rows: Annotated[list[PartnerEarning], Meta(min_length=1, max_length=MAXIMUM_PARTNER_ROWS)]


class PartnerRowResult(Message):
    reference: str
    status: Literal["applied", "duplicate", "refused"]
    reason: str = ""


class PartnerResult(Message):
    results: list[PartnerRowResult]


# --- exposure ---------------------------------------------------------------------------------------------------------


class StoreExposure(Message):
    """What a store's tills let be spent offline and what became a debt, for its manager."""

    store_id: Identifier
    offline_points: Points
    overdrawn_points: Points
    budget_points: Points
    value_minor: AmountMinor
