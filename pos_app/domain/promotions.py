"""Promotions as data: what each one gives, on which goods, when, and how it stacks with others.

Promotions of one stacking group never share a piece; groups work one after the other, each on what the ones before
have left of the price. The way they are combined is in promotion_engine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pos_app.domain.item import Item
from pos_app.domain.money import Currency

PERCENT_SCALE = 1_000_000
"""Percentages are counted in millionths: 10 % is 100,000."""
MAXIMUM_SET = 100
"""More pieces than that are no set of a buy-get or bundle promotion."""
_MOST_REMEMBERED = 4096
"""Items of which a book remembers their promotions."""


class PromotionKind(StrEnum):
    """What a promotion gives; each may have a minimum, and is then what the trade calls a threshold promotion."""

    PERCENT = "percent"
    """A part of the price of all goods in scope."""
    AMOUNT = "amount"
    """An amount once per sale, shared by all goods in scope, or off each piece."""
    BUY_GET = "buy_get"
    """In each set of goods in scope, the cheapest ones at a percentage off."""
    BUNDLE = "bundle"
    """So many goods in scope, in any mixture, for one price."""


class PromotionError(ValueError):
    """A promotion that makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class PromotionScope:
    """What a promotion covers. An empty tuple means "any"; all the given conditions must hold."""

    categories: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    def covers(self, item: Item, code: str) -> bool:
        """True when the item, rung up by that code, is in scope."""
        return (
            (not self.codes or code in self.codes or item.item_id in self.codes)
            and (not self.categories or item.category in self.categories)
            and (not self.brands or item.brand in self.brands)
        )


class Occasion(NamedTuple):
    """Where, when and to whom a sale is made: what decides which promotions are in force.

    by_tender is the one promotion that the payment so far brought; empty for none.
    """

    at: datetime
    store_id: str
    segment: str = "consumer"
    by_tender: str = ""


@dataclass(frozen=True, slots=True)
class PaidWith:
    """The payment that a promotion asks for.

    tender is a kind of tender or the id of a configured one; card_brand is what a card terminal calls the card.
    minimum_minor counts what the tender pays and what the promotion takes off; 0: all that points do not pay.
    """

    tender: str
    card_brand: str = ""
    minimum_minor: int = 0

    def explained(self, money: Currency) -> str:
        """What it asks for, in words."""
        tender = self.card_brand or self.tender.replace("_", " ")
        return f"paid with {tender}" + (f" from {money.decimal_text(self.minimum_minor)}" if self.minimum_minor else "")


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion. Its window includes both ends; no end or beginning is for ever.

    minimum_minor is asked of all goods in scope, at their prices before promotions (with a code: before those with a
    code). limit is how many sets of a buy-get or bundle promotion one sale may have (0: any number). A lower priority
    number goes first: it orders the groups, and of combinations that give the customer the same it decides which one
    is taken. A promotion that needs a code counts only in sales in which one of its codes was entered, one with
    paid_with only when the sale is paid like that. weekdays are ISO numbers (Monday is 1) by the clock of the store;
    none means all.
    """

    promotion_id: str
    kind: PromotionKind
    name: str = ""
    percent_micro: int = 0
    amount_minor: int = 0
    each: bool = False
    buy: int = 0
    get: int = 0
    scope: PromotionScope = PromotionScope()
    minimum_minor: int = 0
    limit: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stacking_group: str = ""
    priority: int = 0
    needs_code: bool = False
    paid_with: PaidWith | None = None
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise PromotionError(problem)

    @property
    def set_size(self) -> int:
        """Pieces in one set of a buy-get or bundle promotion."""
        return self.buy + self.get

    def in_force(self, occasion: Occasion) -> bool:
        """True when the promotion holds there and then for that customer, whatever is bought."""
        scope = self.scope
        return (
            (not scope.stores or occasion.store_id in scope.stores)
            and (not scope.segments or occasion.segment in scope.segments)
            and (self.starts_at is None or self.starts_at <= occasion.at)
            and (self.ends_at is None or occasion.at <= self.ends_at)
            and (not self.weekdays or occasion.at.isoweekday() in self.weekdays)
        )

    def explained(self, money: Currency) -> str:
        """What it gives, in words."""
        percent = f"{self.percent_micro // 10_000}.{self.percent_micro % 10_000:04d}".rstrip("0").rstrip(".")
        amount = money.decimal_text(self.amount_minor)
        match self.kind:
            case PromotionKind.PERCENT:
                text = f"{percent}% off"
            case PromotionKind.AMOUNT:
                text = f"{amount} off each" if self.each else f"{amount} off"
            case PromotionKind.BUY_GET:
                gift = "free" if self.percent_micro == PERCENT_SCALE else f"at {percent}% off"
                text = f"buy {self.buy}, get the {self.get} cheapest {gift}"
            case PromotionKind.BUNDLE:
                text = f"{self.buy} for {amount}"
        if self.minimum_minor:
            text = f"{text} from {money.decimal_text(self.minimum_minor)}"
        return text if self.paid_with is None else f"{text}, {self.paid_with.explained(money)}"

    def _problem(self) -> str:
        by_percent = self.kind in (PromotionKind.PERCENT, PromotionKind.BUY_GET)
        in_sets = self.kind in (PromotionKind.BUY_GET, PromotionKind.BUNDLE)
        if min(self.percent_micro, self.amount_minor, self.buy, self.get, self.minimum_minor, self.limit) < 0:
            return "a promotion cannot give or ask less than nothing"
        if by_percent and not 0 < self.percent_micro <= PERCENT_SCALE:
            return "a percentage is above 0 and at most 100"
        if self.kind is PromotionKind.AMOUNT and not self.amount_minor:
            return "an amount off is above 0"
        if (self.percent_micro and not by_percent) or (self.amount_minor and by_percent):
            return "a promotion gives either a percentage or an amount"
        if self.kind is PromotionKind.BUY_GET and not (self.buy and self.get):
            return "a buy-get promotion asks for one piece at least and gives one at least"
        if self.kind is PromotionKind.BUNDLE and (self.buy < 1 or self.get):
            return "a bundle has one piece at least"
        if not in_sets and (self.buy or self.get or self.limit):
            return "only buy-get and bundle promotions count pieces"
        if self.set_size > MAXIMUM_SET:
            return f"a set has {MAXIMUM_SET} pieces at most"
        if self.each and self.kind is not PromotionKind.AMOUNT:
            return "only an amount is given off each piece"
        if not set(self.weekdays) <= set(range(1, 8)):
            return "weekdays are numbers from 1 (Monday) to 7"
        if self.paid_with is not None and (problem := self._payment_problem(self.paid_with)):
            return problem
        window = [moment for moment in (self.starts_at, self.ends_at) if moment is not None]
        if any(moment.utcoffset() is None for moment in window):
            return "a promotion begins and ends at a time with an offset, the same everywhere"
        if self.starts_at is not None and self.ends_at is not None and self.ends_at < self.starts_at:
            return "the promotion ends before it begins"
        return ""

    def _payment_problem(self, paid_with: PaidWith) -> str:
        if self.needs_code:
            return "a promotion asks for a promo code or for a tender, not for both"
        if paid_with.tender in ("", "cash", "points"):
            return "a promotion may ask for any tender but cash, which is rounded, and points, which have terms"
        if paid_with.card_brand and paid_with.tender != "card":
            return "only a card has a brand"
        return "a promotion cannot ask less than nothing" if paid_with.minimum_minor < 0 else ""


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code that switches a promotion on; uses is in how many sales of all stores it may count (0: in any number).

    One that is limited is asked for at the central service. offline says whether a till may take it when that cannot
    be reached, offline_limit_minor how much it may then take off a sale (0: anything).
    """

    code: str
    promotion_id: str
    uses: int = 0
    offline: bool = False
    offline_limit_minor: int = 0


class LinePromotion(NamedTuple):
    """What one promotion took off a line, and why."""

    promotion_id: str
    name: str
    reduction_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class PromotionBook:
    """A store's promotions and codes, and where to find those of an item: hundreds for others then cost nothing.

    The order in which promotions are given never matters: they are kept by priority and id. Raises PromotionError
    for ids or codes that are there twice, or a code of a promotion that needs none or is not there.
    """

    promotions: tuple[Promotion, ...] = ()
    codes: tuple[PromoCode, ...] = ()
    groups: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _by_id: Mapping[str, Promotion] = field(init=False, repr=False, compare=False)
    _by_promo_code: Mapping[str, PromoCode] = field(init=False, repr=False, compare=False)
    _by_code: Mapping[str, tuple[Promotion, ...]] = field(init=False, repr=False, compare=False)
    _by_brand: Mapping[str, tuple[Promotion, ...]] = field(init=False, repr=False, compare=False)
    _by_category: Mapping[str, tuple[Promotion, ...]] = field(init=False, repr=False, compare=False)
    for_all: tuple[Promotion, ...] = field(init=False, repr=False, compare=False)
    by_tender: tuple[Promotion, ...] = field(init=False, repr=False, compare=False)
    _covering: dict[tuple[str, str, str, str], tuple[Promotion, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.promotions, key=lambda promotion: (promotion.priority, promotion.promotion_id)))
        by_id = {promotion.promotion_id: promotion for promotion in ordered}
        by_promo_code = {normalise_promo_code(code.code): code for code in self.codes}
        if len(by_id) < len(ordered) or len(by_promo_code) < len(self.codes):
            raise PromotionError("a promotion or promo code is there twice")
        for code in self.codes:
            if code.promotion_id not in by_id or not by_id[code.promotion_id].needs_code:
                raise PromotionError(f"promo code {code.code!r} needs a promotion that asks for a code")
        scoped = [promotion for promotion in ordered if not promotion.scope.codes]
        branded = [promotion for promotion in scoped if not promotion.scope.brands]
        for name, value in (
            ("promotions", ordered),
            ("groups", tuple(dict.fromkeys(promotion.stacking_group for promotion in ordered))),
            ("_by_id", by_id),
            ("_by_promo_code", by_promo_code),
            ("_by_code", _index((code, promotion) for promotion in ordered for code in promotion.scope.codes)),
            ("_by_brand", _index((brand, promotion) for promotion in scoped for brand in promotion.scope.brands)),
            ("_by_category", _index((name, promotion) for promotion in branded for name in promotion.scope.categories)),
            ("for_all", tuple(promotion for promotion in branded if not promotion.scope.categories)),
            ("by_tender", tuple(promotion for promotion in ordered if promotion.paid_with is not None)),
        ):
            object.__setattr__(self, name, value)

    def covering(self, item: Item, code: str) -> tuple[Promotion, ...]:
        """The promotions that name this item in some way; those for everything are in for_all.

        Looked for once per item: a sale asks for all its lines again at every scan.
        """
        key = (code, item.item_id, item.category, item.brand)
        known = self._covering.get(key)
        if known is None:
            if len(self._covering) >= _MOST_REMEMBERED:
                self._covering.clear()
            known = self._covering[key] = tuple(self._find_covering(item, code))
        return known

    def _find_covering(self, item: Item, code: str) -> Iterable[Promotion]:
        found = self._by_code.get(code, ())
        if item.item_id != code:
            found += self._by_code.get(item.item_id, ())
        if self._by_category:
            found += self._by_category.get(item.category, ())
        if self._by_brand:
            found += self._by_brand.get(item.brand, ())
        if not found:
            return found
        return {promotion.promotion_id: promotion for promotion in found if promotion.scope.covers(item, code)}.values()

    def find_code(self, text: str) -> tuple[PromoCode, Promotion] | None:
        """The promo code of a text as somebody typed it, with its promotion."""
        code = self._by_promo_code.get(normalise_promo_code(text))
        return None if code is None else (code, self._by_id[code.promotion_id])

    def switched_on(self, promo_codes: Iterable[str]) -> frozenset[str]:
        """The ids of the promotions that these codes switch on."""
        found = (self.find_code(text) for text in promo_codes)
        return frozenset(one[1].promotion_id for one in found if one is not None)


def normalise_promo_code(text: str) -> str:
    """The form in which promo codes are compared: without spaces around it, in capitals."""
    return text.strip().upper()


def _index(entries: Iterable[tuple[str, Promotion]]) -> dict[str, tuple[Promotion, ...]]:
    found: dict[str, dict[str, Promotion]] = {}
    for key, promotion in entries:
        found.setdefault(key, {})[promotion.promotion_id] = promotion
    return {key: tuple(promotions.values()) for key, promotions in found.items()}


NO_PROMOTIONS = PromotionBook()
