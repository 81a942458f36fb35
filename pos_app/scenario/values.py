"""From the file's texts to the values the shop works with; what makes no sense is named with its place."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pos_app.domain.item import QUANTITY_SCALE, Item, ItemKind, SoldBy
from pos_app.domain.member import EmailError, normalise_email
from pos_app.domain.money import Currency, MoneyError, currency
from pos_app.domain.orders import OrderRules
from pos_app.domain.promotion_document import WEEKDAYS
from pos_app.domain.promotions import (
    PaidWith,
    PromoCode,
    Promotion,
    PromotionBook,
    PromotionError,
    PromotionKind,
    PromotionScope,
    normalise_promo_code,
)
from pos_app.domain.rewards import BonusOffer, OfferScope, PointsTaxTreatment, ProgrammeTerms
from pos_app.domain.rounding import Rounding
from pos_app.domain.store import StoreProfile
from pos_app.domain.tax import TaxRounding
from pos_app.scenario import document
from pos_app.scenario.decimals import amount as amount
from pos_app.scenario.decimals import decimal
from pos_app.scenario.parts import ScenarioError
from pos_app.scenario.return_values import return_policy
from pos_app.scenario.tax_values import (
    check_names,
    fee_table,
    item_fee,
    names_of,
    screen_tenths,
    tax_rates,
    tax_reliefs,
)
from pos_app.scenario.tender_values import foreign_cash, store_tenders
from sync import contract

WORKSTATION_ID = "01"
# Years in which every time zone and the central service's calendar are at home.
_FIRST_YEAR, _LAST_YEAR = 1980, 2200


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """Everything that stands before the first transaction. Amounts are minor units."""

    profile: StoreProfile
    opens_at: datetime
    opening_float_minor: int
    items: tuple[Item, ...]
    terms: ProgrammeTerms
    enrolment_offers: tuple[contract.EnrolmentOfferMessage, ...] = ()


def plan_shop(scenario: document.Scenario) -> ShopPlan:
    """The shop of a scenario. Raises ScenarioError."""
    profile = _profile(scenario)
    money = profile.currency
    profile = replace(profile, promotions=_promotions(scenario, profile))
    return ShopPlan(
        profile=profile,
        opens_at=moment(scenario.clock, "clock", profile.time_zone),
        opening_float_minor=amount(scenario.till.opening_float, "till.opening_float", money),
        items=_items(scenario, profile),
        terms=_terms(scenario.programme, profile),
        enrolment_offers=_enrolment_offers(scenario.programme, profile),
    )


def quantity_milli(text: str, path: str) -> int:
    """Thousandths of a decimal text. Raises ScenarioError."""
    return decimal(text, path, Currency("a quantity", 3))


def percent_micro(text: str, path: str) -> int:
    """Millionths of a percentage: "10" is 100,000. Raises ScenarioError."""
    return decimal(text, path, Currency("a percentage", 4))


def moment(text: str, path: str, time_zone: str) -> datetime:
    """A time with its offset, in the store's zone. Raises ScenarioError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(path, f"{text!r} is no time; write it like 2014-11-28T10:00:00-08:00") from error
    if at.utcoffset() is None:
        raise ScenarioError(path, f"{text!r} needs its offset from UTC, like -08:00")
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ScenarioError(path, f"the year must be between {_FIRST_YEAR} and {_LAST_YEAR}")
    return at.astimezone(ZoneInfo(time_zone))


def day(text: str, path: str) -> date:
    """A calendar day. Raises ScenarioError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ScenarioError(path, f"{text!r} is no day; write it like 2015-03-31") from error


def email(text: str, path: str) -> str:
    """An address in the form that is compared. Raises ScenarioError."""
    try:
        return normalise_email(text)
    except EmailError as error:
        raise ScenarioError(path, f"{text!r} is no e-mail address") from error


def _profile(scenario: document.Scenario) -> StoreProfile:
    store = scenario.store
    try:
        money = currency(store.currency)
    except MoneyError as error:
        raise ScenarioError("store.currency", str(error)) from error
    try:
        ZoneInfo(store.time_zone)
    except (LookupError, ValueError, OSError) as error:
        raise ScenarioError("store.time_zone", f"{store.time_zone!r} is no time zone known here") from error
    cash_step_minor = 1 if store.cash_step is None else amount(store.cash_step, "store.cash_step", money)
    if cash_step_minor < 1:
        raise ScenarioError("store.cash_step", "the smallest coin is worth something")
    rates = tax_rates(scenario.taxes)
    return StoreProfile(
        store_id=store.id,
        store_name=f"Store {store.id}",
        workstation_id=WORKSTATION_ID,
        currency=money,
        time_zone=store.time_zone,
        region=store.region.upper(),
        tax_rates=rates,
        tax_reliefs=tax_reliefs(scenario.tax_reliefs, rates, money),
        fees=fee_table(scenario.fees, names_of(rates), money),
        orders=_order_rules(scenario.orders, money),
        return_policy=return_policy(scenario.returns, money),
        tax_rounding=TaxRounding(store.tax_rounding),
        rounding=Rounding(store.rounding),
        cash_step_minor=cash_step_minor,
        merge_same_item=False,
        tenders=store_tenders(store.tenders, money),
        foreign_cash=foreign_cash(store.foreign_cash, money),
    )


def _order_rules(policy: document.OrderPolicy, money: Currency) -> OrderRules:
    rate = Currency("a rate", 6)
    return OrderRules(
        deposit_micro=decimal(policy.deposit, "orders.deposit", rate),
        minimum_deposit_minor=amount(policy.minimum_deposit, "orders.minimum_deposit", money),
        kept_on_cancellation_micro=decimal(policy.kept_on_cancellation, "orders.kept_on_cancellation", rate),
    )


def _items(scenario: document.Scenario, profile: StoreProfile) -> tuple[Item, ...]:
    known = names_of(profile.tax_rates)
    money = profile.currency
    items: list[Item] = []
    for index, entry in enumerate(scenario.items):
        path = f"items[{index}]"
        check_names(entry.tax, known, path)
        items.append(
            Item(
                item_id=entry.code.strip(),
                name=entry.name or entry.code,
                price_minor=amount(entry.price, f"{path}.price", money),
                tax_ids=entry.tax,
                kind=ItemKind(entry.kind),
                sold_by=SoldBy(entry.sold_by),
                category=entry.category,
                brand=entry.brand,
                fees=tuple(
                    item_fee(fee, f"{path}.fees[{number}]", known, money) for number, fee in enumerate(entry.fees)
                ),
                screen_size_tenths=screen_tenths(entry.screen_size, f"{path}.screen_size"),
            )
        )
    return tuple(items)


def _check_scope(scope: document.Scope, path: str, what: str) -> None:
    if scope.all and scope != type(scope)(all=True):
        raise ScenarioError(path, f"{what} for all has no other condition")


def _promotions(scenario: document.Scenario, profile: StoreProfile) -> PromotionBook:
    coded = {code.promotion for code in scenario.promo_codes}
    promotions: list[Promotion] = []
    for index, entry in enumerate(scenario.promotions):
        path = f"promotions[{index}]"
        if any(known.promotion_id == entry.id for known in promotions):
            raise ScenarioError(f"{path}.id", f"there is a promotion {entry.id!r} already")
        promotions.append(_promotion(entry, path, profile, entry.id in coded))
    codes: dict[str, PromoCode] = {}
    for index, code in enumerate(scenario.promo_codes):
        path, name = f"promo_codes[{index}]", normalise_promo_code(code.code)
        if name in codes:
            raise ScenarioError(f"{path}.code", "there is another promo code like this")
        if not any(promotion.promotion_id == code.promotion for promotion in promotions):
            raise ScenarioError(f"{path}.promotion", f"there is no promotion {code.promotion!r}")
        codes[name] = PromoCode(name, code.promotion, code.uses)
    return PromotionBook(tuple(promotions), tuple(codes.values()))


def _promotion(entry: document.AnyPromotion, path: str, profile: StoreProfile, needs_code: bool) -> Promotion:
    _check_scope(entry.scope, f"{path}.scope", "a promotion")
    scope, zone = entry.scope, profile.time_zone
    try:
        return Promotion(
            promotion_id=entry.id,
            name=entry.name,
            scope=PromotionScope(scope.categories, scope.codes, scope.brands, scope.stores, scope.segments),
            minimum_minor=amount(entry.minimum, f"{path}.minimum", profile.currency),
            starts_at=None if entry.starts_at is None else moment(entry.starts_at, f"{path}.from", zone),
            ends_at=None if entry.ends_at is None else moment(entry.ends_at, f"{path}.to", zone),
            stacking_group=entry.group,
            priority=entry.priority,
            needs_code=needs_code,
            weekdays=tuple(WEEKDAYS.index(day) + 1 for day in entry.weekdays),
            paid_with=_paid_with(entry.paid_with, f"{path}.paid_with", profile.currency),
            **_given(entry, path, profile.currency),
        )
    except PromotionError as error:
        raise ScenarioError(path, str(error)) from error


def _paid_with(asked: document.PaidWith | None, path: str, money: Currency) -> PaidWith | None:
    if asked is None:
        return None
    return PaidWith(asked.tender, asked.card_brand, amount(asked.minimum, f"{path}.minimum", money))


def _given(entry: document.AnyPromotion, path: str, money: Currency) -> dict[str, Any]:
    """What the promotion gives, each kind by keys of its own."""

    def percentage(text: str) -> dict[str, Any]:
        return {"percent_micro": percent_micro(text, f"{path}.percent")}

    match entry:
        case document.PercentPromotion():
            return {"kind": PromotionKind.PERCENT, **percentage(entry.percent)}
        case document.AmountPromotion():
            amount_minor = amount(entry.amount, f"{path}.amount", money)
            return {"kind": PromotionKind.AMOUNT, "amount_minor": amount_minor, "each": entry.each}
        case document.BuyGetPromotion():
            sets = {"buy": entry.buy, "get": entry.get, "limit": entry.limit}
            return {"kind": PromotionKind.BUY_GET, **sets, **percentage(entry.percent)}
        case document.ThresholdPromotion(percent=str() as percent, amount=None):
            return {"kind": PromotionKind.PERCENT, **percentage(percent)}
        case document.ThresholdPromotion(percent=None, amount=str() as off):
            return {"kind": PromotionKind.AMOUNT, "amount_minor": amount(off, f"{path}.amount", money)}
        case document.ThresholdPromotion():
            raise ScenarioError(path, "a threshold gives either a percentage or an amount")
        case document.BundlePromotion() | document.MixAndMatchPromotion():
            price_minor = amount(entry.price, f"{path}.price", money)
            return {
                "kind": PromotionKind.BUNDLE,
                "buy": entry.buy,
                "amount_minor": price_minor,
                "limit": entry.limit,
            }


def _terms(programme: document.Programme, profile: StoreProfile) -> ProgrammeTerms:
    offers: list[BonusOffer] = []
    for index, offer in enumerate(programme.offers):
        path = f"programme.offers[{index}]"
        if any(known.offer_id == offer.id for known in offers):
            raise ScenarioError(f"{path}.id", f"there is an offer {offer.id!r} already")
        starts_at = moment(offer.starts_at, f"{path}.from", profile.time_zone)
        ends_at = moment(offer.ends_at, f"{path}.to", profile.time_zone)
        if ends_at < starts_at:
            raise ScenarioError(f"{path}.to", "the offer ends before it begins")
        scope = offer.scope
        _check_scope(scope, f"{path}.scope", "an offer")
        offers.append(
            BonusOffer(
                offer_id=offer.id,
                version=1,
                starts_at=starts_at,
                ends_at=ends_at,
                multiplier=offer.multiplier,
                scope=OfferScope(scope.categories, scope.codes, scope.stores, scope.segments),
            )
        )
    try:
        return ProgrammeTerms(
            terms_id="standard",
            version=2,
            earn_points_per_unit=programme.earn_points_per_unit,
            earn_on_points_paid_part=programme.earn_on_points_paid_part,
            redeem_points=programme.redeem_points,
            redeem_value_minor=amount(programme.redeem_value, "programme.redeem_value", profile.currency),
            redeem_step_points=programme.redeem_step_points,
            points_tax_treatment=PointsTaxTreatment(programme.points_tax_treatment),
            offers=tuple(offers),
        )
    except ValueError as error:
        raise error if isinstance(error, ScenarioError) else ScenarioError("programme", str(error)) from error


def _enrolment_offers(
    programme: document.Programme, profile: StoreProfile
) -> tuple[contract.EnrolmentOfferMessage, ...]:
    offers: list[contract.EnrolmentOfferMessage] = []
    for index, offer in enumerate(programme.enrolment_offers):
        path = f"programme.enrolment_offers[{index}]"
        starts_at = moment(offer.starts_at, f"{path}.from", profile.time_zone)
        ends_at = moment(offer.ends_at, f"{path}.to", profile.time_zone)
        if ends_at < starts_at:
            raise ScenarioError(f"{path}.to", "the offer ends before it begins")
        if any(known.offer_id == offer.id for known in offers):
            raise ScenarioError(f"{path}.id", f"there is an enrolment offer {offer.id!r} already")
        offers.append(
            contract.EnrolmentOfferMessage(
                offer_id=offer.id,
                points=offer.points,
                cap=offer.cap,
                granted_before=offer.joined_already,
                starts_at=starts_at.isoformat(),
                ends_at=ends_at.isoformat(),
                look_back_days=offer.look_back_days,
            )
        )
    return tuple(offers)


def quantity_text(milli: int) -> str:
    """The text of a quantity, the reverse of quantity_milli: 1500 is "1.5"."""
    sign = "-" if milli < 0 else ""
    whole, part = divmod(abs(milli), QUANTITY_SCALE)
    return f"{sign}{whole}.{part:03d}".rstrip("0") if part else f"{sign}{whole}"
