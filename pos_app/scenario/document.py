"""The scenario file: its keys and their defaults, and what is wrong with a file, with the place in it.

Amounts, rates, quantities and percentages are decimal texts, so that no float ever stands between a file and money.
"""

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from pos_app.scenario.parts import Day, Identifier, Part, ScenarioError, Text
from pos_app.scenario.return_document import ReturnLine, Returns, SeenId, UnreceiptedItem
from pos_app.scenario.tax_document import ItemFee, TableFee, Tax, TaxRelief
from pos_app.scenario.tender_document import ForeignCash, StoreTender

CardNumber = Annotated[str, Meta(min_length=4, max_length=32, pattern=r"^[0-9A-Za-z-]+$")]
LineNumber = Annotated[int, Meta(ge=1, le=1000)]
Points = Annotated[int, Meta(ge=0, le=10**9)]
Pieces = Annotated[int, Meta(ge=1, le=100)]


class Store(Part):
    """The shop and how it rounds."""

    id: Identifier = "001"
    currency: str = "USD"
    time_zone: str = "America/Los_Angeles"
    region: Annotated[str, Meta(max_length=8)] = ""
    tax_rounding: Literal["transaction", "together", "item"] = "transaction"
    rounding: Literal["half_up", "half_even"] = "half_up"
    cash_step: str | None = None
    tenders: tuple[StoreTender, ...] = ()
    foreign_cash: tuple[ForeignCash, ...] = ()


class Item(Part):
    """Something to sell."""

    code: Text
    price: str
    name: Text | None = None
    tax: tuple[str, ...] = ()
    category: Annotated[str, Meta(max_length=120)] = ""
    brand: Annotated[str, Meta(max_length=120)] = ""
    kind: Literal["goods", "service", "gift_card"] = "goods"
    sold_by: Literal["each", "weight"] = "each"
    fees: tuple[ItemFee, ...] = ()
    screen_size: str = "0"


class Scope(Part):
    """What an offer covers; all is the same as no condition."""

    all: bool = False
    categories: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


class PromotionScope(Scope):
    """What a promotion covers."""

    brands: tuple[str, ...] = ()


class PaidWith(Part):
    """The payment that a promotion asks for; minimum 0 is all that points do not pay."""

    tender: Annotated[str, Meta(min_length=1, max_length=40)]
    card_brand: Annotated[str, Meta(max_length=40)] = ""
    minimum: str = "0"


class Promotion(Part, tag_field="kind", kw_only=True, rename={"starts_at": "from", "ends_at": "to"}):
    """What all promotions have. One that a promo code names counts only in sales with that code."""

    id: Identifier
    name: Annotated[str, Meta(max_length=120)] = ""
    scope: PromotionScope = field(default_factory=PromotionScope)
    minimum: str = "0"
    starts_at: str | None = None
    ends_at: str | None = None
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    paid_with: PaidWith | None = None
    group: Annotated[str, Meta(max_length=64)] = ""
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0


class PercentPromotion(Promotion, tag="percent", kw_only=True):
    """A part of the price of all goods in scope."""

    percent: str


class AmountPromotion(Promotion, tag="amount", kw_only=True):
    """An amount once per sale, or off each piece."""

    amount: str
    each: bool = False


class BuyGetPromotion(Promotion, tag="buy_get", kw_only=True):
    """In each set of buy and get pieces, the cheapest get ones at a percentage off."""

    buy: Pieces
    get: Pieces
    percent: str = "100"
    limit: Annotated[int, Meta(ge=0, le=1000)] = 0


class BundlePromotion(Promotion, tag="bundle", kw_only=True):
    """Any buy pieces for one price."""

    buy: Pieces
    price: str
    limit: Annotated[int, Meta(ge=0, le=1000)] = 0


class MixAndMatchPromotion(BundlePromotion, tag="mix_and_match"):
    """The other name of a bundle whose pieces may differ."""


class ThresholdPromotion(Promotion, tag="threshold", kw_only=True):
    """A percentage or an amount as soon as the goods in scope reach the minimum."""

    minimum: str
    percent: str | None = None
    amount: str | None = None


AnyPromotion = (
    PercentPromotion | AmountPromotion | BuyGetPromotion | BundlePromotion | MixAndMatchPromotion | ThresholdPromotion
)


class PromoCode(Part):
    """A code that switches a promotion on, in so many sales; 0 is any number of sales."""

    code: Annotated[str, Meta(min_length=1, max_length=60)]
    promotion: Identifier
    uses: Annotated[int, Meta(ge=0, le=10**9)] = 1


class Offer(Part, rename={"starts_at": "from", "ends_at": "to"}):
    """Bonus points within a window, both ends included."""

    id: Identifier
    starts_at: str
    ends_at: str
    multiplier: Annotated[int, Meta(ge=1, le=1000)]
    scope: Scope = field(default_factory=Scope)


class EnrolmentOffer(Part, rename={"starts_at": "from", "ends_at": "to"}):
    """Points for joining within a window, for the first cap people who were no members lately."""

    id: Identifier
    points: Points
    cap: Annotated[int, Meta(ge=0, le=10**9)]
    starts_at: str
    ends_at: str
    look_back_days: Annotated[int, Meta(ge=0, le=36_500)] = 90
    joined_already: Annotated[int, Meta(ge=0, le=10**9)] = 0


class Programme(Part):
    """The rewards programme's terms."""

    earn_points_per_unit: Annotated[int, Meta(ge=0, le=1000)] = 1
    earn_on_points_paid_part: bool = False
    redeem_points: Annotated[int, Meta(ge=1, le=10**6)] = 100
    redeem_value: str = "1.00"
    redeem_step_points: Annotated[int, Meta(ge=1, le=10**6)] = 100
    points_tax_treatment: Literal["payment", "discount"] = "payment"
    offers: tuple[Offer, ...] = ()
    enrolment_offers: tuple[EnrolmentOffer, ...] = ()


class Lot(Part):
    """Points with their own origin and last day."""

    points: Annotated[int, Meta(ge=1, le=10**9)]
    pool: Identifier = "store"
    earned_on: Day | None = None
    expires_on: Day | None = None


class Member(Part):
    """A member with a balance, or with the lots it is made of."""

    email: str
    balance_points: Points | None = None
    lots: tuple[Lot, ...] = ()
    left_on: Day | None = None


class GiftCard(Part):
    """A gift card that was sold before."""

    number: CardNumber
    balance: str


class OrderPolicy(Part):
    """What the store asks and keeps of special orders; parts of 1."""

    deposit: str = "0.2"
    minimum_deposit: str = "0"
    kept_on_cancellation: str = "0"


class Till(Part):
    """The cash drawer at the beginning."""

    opening_float: str = "200.00"


# --- steps of a sale --------------------------------------------------------------------------------------------------


class Step(Part, tag_field="do"):
    """Something done during a sale."""


class Scan(Step, tag="scan"):
    """Ring up an item."""

    code: str
    quantity: str = "1"


class AttachMember(Step, tag="member"):
    """Find a member by address and attach the sale to them."""

    email: str


class VoidLine(Step, tag="void_line"):
    """Take a line back."""

    line: LineNumber


class SetQuantity(Step, tag="quantity"):
    """Sell another quantity on a line."""

    line: LineNumber
    quantity: str


class SetPrice(Step, tag="price"):
    """Sell a line at another price."""

    line: LineNumber
    price: str
    reason: Text = "price changed"


class DiscountLine(Step, tag="discount_line"):
    """Reduce one line, by a percentage or an amount."""

    line: LineNumber
    percent: str | None = None
    amount: str | None = None
    reason: Text = "discount"


class DiscountTransaction(Step, tag="discount_transaction"):
    """Reduce the whole sale, by a percentage or an amount."""

    percent: str | None = None
    amount: str | None = None
    reason: Text = "discount"


class ShipLine(Step, tag="ship"):
    """Send a line to the customer instead of handing it over: its points are pending until it is shipped.

    to is the region it goes to, whose taxes and delivery fee it then has.
    """

    line: LineNumber
    to: Annotated[str, Meta(max_length=8)] | None = None


class AddFee(Step, tag="fee"):
    """Add a service or fee of the store's table to a line."""

    line: LineNumber
    fee: Identifier


class PayDeposit(Step, tag="deposit"):
    """Make a special order of the goods in the basket: what is paid now is this deposit."""

    amount: str


class ParkSale(Step, tag="park"):
    """Set the sale aside and take it up again: points and gift cards that paid so far are set free."""


class EnterPromoCode(Step, tag="promo_code"):
    """Switch on the promotion of a code."""

    code: str


class ExemptFromTax(Step, tag="tax_exempt"):
    """Charge none of these taxes (none at all, when none is named), by a certificate."""

    certificate: str
    taxes: tuple[str, ...] = ()


class ExchangeStep(Step, tag="exchange"):
    """Goods of an earlier sale come back on this ticket and pay first."""

    of: str
    lines: tuple[ReturnLine, ...] | None = None
    reason: Text = "exchanged"
    manager: bool = False


class TenderStep(Step, tag="tender"):
    """Pay a part; amount is a decimal text or "rest". store: one of the store's own, by its id."""

    type: Literal["points", "gift_card", "card", "cash", "foreign_cash", "store"]
    amount: str | None = None
    points: Points | None = None
    number: CardNumber | None = None
    currency: str | None = None
    id: str | None = None
    reference: str | None = None


class LoadGiftCard(Step, tag="load_gift_card"):
    """Sell a gift card of that number, or put more onto one."""

    number: CardNumber
    amount: str
    top_up: bool = False


SaleStep = (
    Scan
    | AttachMember
    | VoidLine
    | SetQuantity
    | SetPrice
    | DiscountLine
    | DiscountTransaction
    | EnterPromoCode
    | ExemptFromTax
    | ShipLine
    | LoadGiftCard
    | ParkSale
    | AddFee
    | PayDeposit
    | ExchangeStep
    | TenderStep
)


# --- transactions -----------------------------------------------------------------------------------------------------


class Transaction(Part, tag_field="kind"):
    """Base of all kinds. at puts the clock forward to that time first."""

    id: str | None = None
    at: str | None = None


class Sale(Transaction, tag="sale"):
    """A sale, step by step."""

    steps: tuple[SaleStep, ...] = ()


class Enrol(Transaction, tag="enrol", kw_only=True):
    """Somebody joins the programme."""

    email: str


class PaidOut(Transaction, tag="paid_out", kw_only=True):
    """Cash leaves the till for something that is no sale."""

    amount: str
    reason: Text = "paid out"


class Return(Transaction, tag="return", kw_only=True):
    """Goods of an earlier sale come back; without lines, everything that has not come back yet."""

    of: str
    lines: tuple[ReturnLine, ...] | None = None
    reason: Text = "returned"
    to: Literal["original", "store_credit"] = "original"
    manager: bool = False
    """A manager sets clauses of the policy aside."""


class ReturnWithoutReceipt(Transaction, tag="return_without_receipt", kw_only=True):
    """Goods come back and nobody has the receipt."""

    items: tuple[UnreceiptedItem, ...]
    seen: SeenId = field(default_factory=SeenId)
    reason: Text = "no receipt"
    manager: bool = False


class PostVoid(Transaction, tag="post_void", kw_only=True):
    """An earlier sale is reversed as a whole."""

    of: str
    reason: Text = "voided"


class Ship(Transaction, tag="ship", kw_only=True):
    """A line of an earlier sale leaves for the customer."""

    of: str
    line: LineNumber


class CompleteOrder(Transaction, tag="complete_order", kw_only=True):
    """A special order is sold, its deposit paid already; the steps pay the rest."""

    of: str
    steps: tuple[TenderStep, ...] = ()


class CancelOrder(Transaction, tag="cancel_order", kw_only=True):
    """A special order is cancelled, and its deposit goes back."""

    of: str
    reason: Text = "cancelled"


AnyTransaction = Sale | Return | ReturnWithoutReceipt | PostVoid | Ship | Enrol | PaidOut | CompleteOrder | CancelOrder


class Scenario(Part):
    """The whole file."""

    items: tuple[Item, ...]
    transactions: tuple[AnyTransaction, ...]
    store: Store = field(default_factory=Store)
    clock: str = "2014-11-28T10:00:00-08:00"
    taxes: tuple[Tax, ...] = ()
    tax_reliefs: tuple[TaxRelief, ...] = ()
    fees: tuple[TableFee, ...] = ()
    orders: OrderPolicy = field(default_factory=OrderPolicy)
    returns: Returns = field(default_factory=Returns)
    promotions: tuple[AnyPromotion, ...] = ()
    promo_codes: tuple[PromoCode, ...] = ()
    programme: Programme = field(default_factory=Programme)
    members: tuple[Member, ...] = ()
    gift_cards: tuple[GiftCard, ...] = ()
    till: Till = field(default_factory=Till)
    explain: bool = False


# --- reading ----------------------------------------------------------------------------------------------------------


def read_scenario(body: bytes) -> Scenario:
    """The scenario of a file's bytes. Raises ScenarioError with the place in the file."""
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ScenarioError("", f"The file is no valid JSON: {error}.") from error
    if isinstance(plain, dict):
        for transaction in _dicts(plain.get("transactions")):
            transaction.setdefault("kind", "sale")
    try:
        return msgspec.convert(plain, Scenario)
    except msgspec.ValidationError as error:
        raise _located(str(error)) from error


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The value as it is when it is a list of objects; anything else is left to the validation."""
    return value if isinstance(value, list) and all(isinstance(part, dict) for part in value) else []


_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_WORDS = {
    "`str | null`": "text in quotes",
    "`int | null`": "a whole number",
    "`str`": "text in quotes",
    "`int`": "a whole number",
    "`float`": "a number with a decimal point (write amounts in quotes)",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "an object",
    "`null`": "null",
    " matching regex '^[A-Za-z0-9._-]+$'": " of letters, digits, '.', '_' and '-'",
    " matching regex '^[0-9A-Za-z-]+$'": " of letters, digits and '-'",
    " matching regex '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'": " like 2015-03-31",
    "Invalid enum value": "unknown value",
    "Invalid value": "unknown value",
}


def _located(message: str) -> ScenarioError:
    """msgspec's message with the path in front and in words for people who never saw Python."""
    problem, _, path = message.rpartition(" - at `$")
    if not problem:
        problem, path = message, ""
    path = path.removesuffix("`").removeprefix(".")
    for pattern, words in ((_UNKNOWN, "unknown key"), (_MISSING, "this key is missing")):
        match = pattern.fullmatch(problem)
        if match:
            return ScenarioError(f"{path}.{match[1]}".removeprefix("."), words)
    for said, meant in _WORDS.items():
        problem = problem.replace(said, meant)
    return ScenarioError(path, problem[:1].lower() + problem[1:])
