"""Baskets and promotions for tests: short to write, real inside."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pos_app.domain.basket import Basket
from pos_app.domain.item import Item
from pos_app.domain.money import currency
from pos_app.domain.pricing import PricingRules
from pos_app.domain.promotions import PromoCode, Promotion, PromotionBook, PromotionKind
from pos_app.domain.tax import TaxRate

USD = currency("USD")
AT = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
RATES = {"state": TaxRate("state", 72_500), "vat": TaxRate("vat", 190_000, included=True)}


def thing(name: str, price_minor: int, **more: Any) -> Item:
    """An item whose code is its name."""
    return replace(Item(name, name, price_minor), **more)


def basket_of(*things: Item) -> Basket:
    """A line for each."""
    basket = Basket()
    for item in things:
        basket = basket.add(item, item.item_id)
    return basket


def promotion(promotion_id: str, kind: str, **terms: Any) -> Promotion:
    """A promotion of this kind."""
    return Promotion(promotion_id, PromotionKind(kind), **terms)


def book_rules(*promotions: Promotion, codes: tuple[PromoCode, ...] = (), **more: Any) -> PricingRules:
    """A store with these promotions."""
    return PricingRules(USD, RATES, promotions=PromotionBook(tuple(promotions), codes), **more)
