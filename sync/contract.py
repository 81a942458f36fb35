"""The wire between terminals and the central service, shared by both ends.

Every message is a typed, validated struct. A later version of the contract adds fields with defaults; fields
that an end does not know are ignored, and the payload of an event is kept as its exact bytes.
"""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

T = TypeVar("T")

CONTRACT_VERSION = 1
OLDEST_SUPPORTED_VERSION = 1
MAXIMUM_BATCH_EVENTS = 100
MAXIMUM_BATCH_BYTES = 512 * 1024
MAXIMUM_PAYLOAD_BYTES = 256 * 1024

Identifier = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Sequence = Annotated[int, Meta(ge=1, le=2**53)]
Points = Annotated[int, Meta(ge=0, le=10**9)]
SignedPoints = Annotated[int, Meta(ge=-(10**9), le=10**9)]
AmountMinor = Annotated[int, Meta(ge=0, le=10**13)]
SignedAmountMinor = Annotated[int, Meta(ge=-(10**13), le=10**13)]
ShortText = Annotated[str, Meta(max_length=300)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
TenderKind = Literal[
    "points",
    "cash",
    "card",
    "gift_card",
    "store_credit",
    "voucher",
    "check",
    "financing",
    "bank_transfer",
    "customer_account",
    "deposit",
    "exchange",
]


class Message(Struct, kw_only=True):
    """Base of all messages."""


# --- signed requests: headers -----------------------------------------------------------------------------------------

HEADER_TERMINAL = "X-Terminal"
HEADER_TIMESTAMP = "X-Timestamp"
HEADER_NONCE = "X-Nonce"
HEADER_SIGNATURE = "X-Signature"
HEADER_CONTRACT = "X-Contract-Version"
HEADER_TRACE = "X-Trace"
SIGNATURE_WINDOW_S = 300

# Timestamp: Unix time in whole seconds, decimal. Nonce: 32 hex digits, used once. Signature: base64 of the raw
# Ed25519 signature. Path: as in the request line. Body hash: SHA-256 in hex of the body as it travels (compressed).

PATH_HEALTH = "/health"  # GET, unsigned, 2xx when the service can take events
PATH_ENROL_TERMINAL = "/v1/terminals/enrol"  # POST EnrolTerminal, unsigned -> TerminalEnrolled
PATH_JOURNAL = "/v1/journal"  # POST UploadBatch -> UploadResult
PATH_TERMS = "/v1/terms"  # GET -> TermsList; ?have=id:version,id:version leaves out the versions named
PATH_FIND_MEMBER = "/v1/members/find"  # POST FindMember -> MemberAnswer
PATH_ENROL_MEMBER = "/v1/members/enrol"  # POST EnrolMember -> MemberAnswer
PATH_HOLDS = "/v1/holds"  # POST PlaceHold -> Hold
PATH_RELEASE_HOLD = "/v1/holds/{hold_id}/release"  # POST, empty body, points or gift card; 2xx also when it is gone
PATH_FIND_GIFT_CARD = "/v1/gift-cards/find"  # POST FindGiftCard -> GiftCard
PATH_FIND_SALE = "/v1/sales/find"  # POST FindSale -> SaleAnswer
PATH_GIFT_CARD_HOLDS = "/v1/gift-cards/holds"  # POST PlaceGiftCardHold -> GiftCardHoldAnswer


def signing_input(method: str, path: str, terminal_id: str, timestamp: str, nonce: str, body_sha256: str) -> bytes:
    """The bytes a terminal signs with its Ed25519 device key for one request."""
    return "\n".join(("pos1", method.upper(), path, terminal_id, timestamp, nonce, body_sha256)).encode()


# --- enrolment of a terminal ------------------------------------------------------------------------------------------


class EnrolTerminal(Message):
    """A terminal asks in with a one-time code; public_key is raw Ed25519 in base64."""

    code: Annotated[str, Meta(min_length=20, max_length=64)]
    public_key: Annotated[str, Meta(min_length=43, max_length=44)]
    incarnation: Identifier
    software_version: ShortText = ""


class TerminalEnrolled(Message):
    """The terminal's identity."""

    terminal_id: Identifier
    store_id: Identifier
    workstation_id: Identifier
    server_time: str


# --- upload of the journal --------------------------------------------------------------------------------------------


class Event(Message):
    """One journal entry. payload is embedded as its exact canonical JSON bytes, which the hash covers."""

    sequence: Sequence
    event_id: Identifier
    kind: Identifier
    version: Annotated[int, Meta(ge=1, le=1000)]
    occurred_at: Annotated[str, Meta(max_length=40)]
    business_day: Annotated[str, Meta(max_length=10)]
    payload: Raw
    previous_hash: Hash
    entry_hash: Hash


class UploadBatch(Message):
    """A contiguous piece of one incarnation's journal, oldest first.

    contacts resolves contact ids in the payloads to addresses; they are kept out of the hash chain so that
    a person can be erased.
    """

    terminal_id: Identifier
    incarnation: Identifier
    events: Annotated[list[Event], Meta(max_length=MAXIMUM_BATCH_EVENTS)]
    contacts: dict[str, Email] = {}
    journal_end: Annotated[int, Meta(ge=0)] = 0
    """The highest sequence of this incarnation at the till: what lies behind this batch is still to come."""


class EventResult(Message):
    """What became of one event. points is what the service posted for it (after its own computation)."""

    sequence: Sequence
    event_id: Identifier
    status: Literal["applied", "duplicate", "quarantined"]
    reason: str = ""
    member_id: str = ""
    points: SignedPoints = 0
    correction_points: SignedPoints = 0


class UploadResult(Message):
    """acknowledged is the highest sequence the service holds without a gap: the terminal goes on behind it.

    replaced_by is the incarnation that goes on in this one's place since a copy was restored: this machine has to stop.
    """

    acknowledged: Annotated[int, Meta(ge=0)]
    results: list[EventResult]
    terms_version: int = 0
    replaced_by: str = ""


# --- payloads the service looks into ----------------------------------------------------------------------------------


class SaleHeader(Message):
    transaction_id: Identifier
    sequence_number: Sequence
    receipt_number: Identifier
    store_id: Identifier
    workstation_id: Identifier
    operator_id: Identifier
    business_day: Annotated[str, Meta(max_length=10)]
    began_at: Annotated[str, Meta(max_length=40)]
    currency_code: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
    training: bool = False


class SaleLineMessage(Message):
    line_number: Annotated[int, Meta(ge=1, le=100_000)]
    item_id: ShortText
    code: ShortText
    name: str
    category: ShortText
    kind: Literal["goods", "service", "gift_card"]
    quantity_milli: Annotated[int, Meta(ge=1, le=10**9)]
    unit_price_minor: AmountMinor
    gross_minor: AmountMinor
    discount_minor: AmountMinor
    net_minor: AmountMinor
    fees_minor: AmountMinor
    tax_minor: AmountMinor
    included_tax_minor: AmountMinor
    points_base: Points
    points_bonus: Points
    offer_id: ShortText = ""
    voided: bool = False
    to_ship: bool = False
    serial_number: ShortText = ""

    @property
    def serials(self) -> list[str]:
        """The serial numbers of the pieces that were sold."""
        return [self.serial_number] if self.serial_number else []


class TenderMessage(Message):
    tender_id: Identifier
    tender_type: TenderKind
    amount_minor: AmountMinor
    tendered_minor: AmountMinor
    points: Points = 0
    reference: ShortText = ""
    description: ShortText = ""


class SaleMember(Message):
    member_id: Annotated[str, Meta(max_length=64)] = ""
    contact_id: Annotated[str, Meta(max_length=64)] = ""


class SalePoints(Message):
    terms_id: Identifier
    terms_version: Annotated[int, Meta(ge=0)]
    base: Points
    bonus: Points
    used: Points
    segment: ShortText = "consumer"


class CodeUseMessage(Message):
    """A promo code of a sale; reduction_minor is 0 for one that did not count, uses 0 for one without a limit."""

    code: Annotated[str, Meta(max_length=60, pattern=r"^[^\x00-\x1f]*$")]
    promotion_id: Annotated[str, Meta(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
    reduction_minor: AmountMinor
    hold_id: Annotated[str, Meta(max_length=64)] = ""
    offline: bool = False
    uses: Annotated[int, Meta(ge=0, le=10**9)] = 0


class SalePayload(Message):
    """A sale as the service reads it. What it does not need (taxes, texts) it keeps in the raw payload."""

    header: SaleHeader
    ended_at: Annotated[str, Meta(max_length=40)]
    lines: Annotated[list[SaleLineMessage], Meta(max_length=1000)]
    tenders: Annotated[list[TenderMessage], Meta(max_length=100)]
    subtotal_minor: AmountMinor
    discount_minor: AmountMinor
    fees_minor: AmountMinor
    tax_minor: AmountMinor
    included_tax_minor: AmountMinor
    total_minor: AmountMinor
    cash_rounding_minor: SignedAmountMinor
    change_minor: AmountMinor
    member: SaleMember | None
    points: SalePoints
    code_uses: Annotated[list[CodeUseMessage], Meta(max_length=100)] = []
    promotions_id: ShortText = ""


class ReturnedLineMessage(Message):
    """line_number is 0 when the till had no more than the paper: the service then finds the line by its code."""

    line_number: Annotated[int, Meta(ge=0, le=100_000)]
    item_id: ShortText
    code: ShortText
    quantity_milli: Annotated[int, Meta(ge=1, le=10**9)]
    net_minor: AmountMinor
    fees_minor: AmountMinor
    tax_minor: AmountMinor
    included_tax_minor: AmountMinor
    points: Points


class RefundMessage(Message):
    tender_type: TenderKind
    amount_minor: AmountMinor
    points: Points = 0
    original_tender_id: ShortText = ""
    reference: ShortText = ""


class ReturnPayload(Message):
    """Goods taken back, or a whole sale reversed. The service takes the points from its own record of the sale."""

    header: SaleHeader
    ended_at: Annotated[str, Meta(max_length=40)]
    original_transaction_id: Annotated[str, Meta(max_length=64)]
    original_receipt_number: Identifier
    lines: Annotated[list[ReturnedLineMessage], Meta(max_length=1000)]
    refunds: Annotated[list[RefundMessage], Meta(max_length=100)]
    member: SaleMember | None
    reason: ShortText
    post_void: bool
    total_minor: AmountMinor
    points_reversed: Points
    points_restored: Points


class ShipmentPayload(Message):
    """Lines of a sale that left for the customer, or never will."""

    original_transaction_id: Identifier
    line_numbers: Annotated[list[int], Meta(min_length=1, max_length=1000)]


class MemberEnrolledPayload(Message):
    """Somebody joined at the till. The address travels in the batch's contacts."""

    contact_id: Identifier
    marketing_consent: bool
    joined_at: Annotated[str, Meta(max_length=40)]


# --- members ----------------------------------------------------------------------------------------------------------


class FindMember(Message):
    """Look-up by exactly one address, or by the number on the member's card or QR code: a till is no directory."""

    email: Annotated[str, Meta(max_length=254)] = ""
    card_number: Annotated[str, Meta(max_length=64)] = ""


class EnrolMember(Message):
    """Join now, online; the journal carries the same event id afterwards."""

    event_id: Identifier
    email: Email
    marketing_consent: bool
    joined_at: Annotated[str, Meta(max_length=40)]
    pin: Annotated[str, Meta(pattern=r"^([0-9]{4,8})?$")] = ""


class Pool(Message):
    pool: Identifier
    points: SignedPoints


class SignedAllowance(Message):
    """Base64 of an Allowance's JSON (sync/membership.py) and of its Ed25519 signature by the central service."""

    body: Annotated[str, Meta(max_length=2000)]
    signature: Annotated[str, Meta(max_length=100)]


class Member(Message):
    """A member as a till may see one: masked, with balances as of a moment."""

    member_id: Identifier
    display_name: str
    masked_email: str
    balance_points: SignedPoints
    available_points: SignedPoints
    pending_points: SignedPoints
    pools: list[Pool]
    as_of: str
    card_number: str = ""
    segment: str = "consumer"
    linked: list[str] = []
    proofs: list[str] = []
    signed_allowance: SignedAllowance | None = None
    next_expiry_points: Points = 0
    next_expiry_on: str = ""


class EnrolmentOutcome(Message):
    """What a new member got for joining: granted, declined with the reason, or none was on offer."""

    offer_id: str = ""
    status: Literal["granted", "declined", "none"] = "none"
    points: Points = 0
    reason: str = ""


class MemberAnswer(Message):
    """member is None when nobody has this address. similar counts members whose address differs in a trifle only."""

    member: Member | None
    already_member: bool = False
    similar: int = 0
    enrolment: EnrolmentOutcome | None = None


# --- holds ------------------------------------------------------------------------------------------------------------


class PlaceHold(Message):
    hold_id: Identifier
    member_id: Identifier
    points: Annotated[int, Meta(ge=1, le=10**9)]
    transaction_id: Identifier
    proof_kind: Literal["", "pin", "code", "id_seen"] = ""
    proof: Annotated[str, Meta(max_length=64)] = ""


class Hold(Message):
    """A hold's state: held, captured, released or expired. The same id always answers with the same hold."""

    hold_id: Identifier
    member_id: Identifier
    points: Points
    state: Literal["held", "captured", "released", "expired"]
    expires_at: str
    available_points: SignedPoints


class FindGiftCard(Message):
    number: Annotated[str, Meta(min_length=4, max_length=32, pattern=r"^[0-9A-Za-z-]+$")]


class GiftCard(Message):
    """reference stands for the card in everything that is stored; the number itself is never kept."""

    reference: Identifier
    balance_minor: AmountMinor
    currency_code: str


class PlaceGiftCardHold(Message):
    hold_id: Identifier
    number: Annotated[str, Meta(min_length=4, max_length=32, pattern=r"^[0-9A-Za-z-]+$")]
    amount_minor: Annotated[int, Meta(ge=1, le=10**13)]
    transaction_id: Identifier


class GiftCardHoldAnswer(Message):
    """amount_minor is what was set aside: the amount asked for, or what was left on the card."""

    hold_id: Identifier
    reference: Identifier
    amount_minor: AmountMinor
    balance_minor: AmountMinor
    state: Literal["held", "captured", "released", "expired"]


# --- sales ------------------------------------------------------------------------------------------------------------


class FindSale(Message):
    """Look-up of one sale, of whatever store, by the number on its receipt."""

    receipt_number: Identifier


class FoundSale(Message):
    """Payloads of a sale and of its returns so far, oldest first, byte for byte as the tills wrote them."""

    sale: Raw
    returns: list[Raw] = []


class SaleAnswer(Message):
    """found is None when no sale has this number."""

    found: FoundSale | None


# --- terms ------------------------------------------------------------------------------------------------------------


class OfferScopeMessage(Message):
    categories: list[str] = []
    codes: list[str] = []
    stores: list[str] = []
    segments: list[str] = []


class OfferMessage(Message):
    offer_id: Identifier
    version: int
    starts_at: str
    ends_at: str
    multiplier: Annotated[int, Meta(ge=1, le=1000)]
    name: str = ""
    fixed_points: Points = 0
    minimum_minor: AmountMinor = 0
    scope: OfferScopeMessage = msgspec.field(default_factory=OfferScopeMessage)


class EnrolmentOfferMessage(Message):
    """Points for joining. granted_before counts places of the cap that were given away before this service counted."""

    offer_id: Identifier
    points: Points
    cap: int
    starts_at: str
    ends_at: str
    look_back_days: int = 90
    look_back_until: str = ""
    ended_at: str = ""
    granted_before: Points = 0


class OfflineRedemption(Message):
    """The four limits of redeeming offline; the store's budget is shared out to its terminals."""

    allowed: bool = False
    redemption_limit_points: Points = 2_000
    member_allowance_points: Points = 2_000
    store_budget_points: Points = 50_000
    member_count_limit: Annotated[int, Meta(ge=0, le=1000)] = 1
    age_limit_s: Annotated[int, Meta(ge=0, le=10**7)] = 86_400


class Terms(Message):
    """One version of the programme's terms, effective from a moment."""

    terms_id: Identifier
    version: int
    effective_from: str
    earn_points_per_unit: int = 1
    earn_on_points_paid_part: bool = False
    redeem_points: int = 100
    redeem_value_minor: int = 100
    redeem_step_points: int = 100
    points_tax_treatment: Literal["payment", "discount"] = "payment"
    time_zone: str = "America/Los_Angeles"
    offers: list[OfferMessage] = []
    enrolment_offers: list[EnrolmentOfferMessage] = []
    offline: OfflineRedemption = msgspec.field(default_factory=OfflineRedemption)
    redeem_proofs: list[Literal["pin", "code", "id_seen"]] = []
    proof_above_points: Points = 0
    expiry_month_day: Annotated[str, Meta(pattern=r"^\d{2}-\d{2}$")] = "03-31"
    linked_card_extension_years: Annotated[int, Meta(ge=0, le=50)] = 1
    largest_debt_points: Points = 100_000


class TermsList(Message):
    """Every version that a sale could still be rung up with and the terminal did not say it has, oldest first.

    The key is raw Ed25519 in base64; it signs allowances. The budget is the asking terminal's own share. A till keeps
    what it knew of a member for thirty days at most, so it is enough to name in forget_members who was erased or left
    in the last thirty.
    """

    terms: list[Terms]
    allowance_public_key: str = ""
    terminal_budget_points: Points = 0
    forget_members: list[Identifier] = []


# --- errors -----------------------------------------------------------------------------------------------------------


class Problem(Message):
    """Any answer that is not 2xx. code is stable, message is a sentence that may be shown."""

    code: str
    message: str


encode = msgspec.json.encode
"""Bytes of a message."""


def decode(body: bytes, kind: type[T]) -> T:
    """A message of bytes. Raises msgspec.ValidationError or msgspec.DecodeError with the place in words."""
    return msgspec.json.decode(body, type=kind)
