"""What the goods of the sale under way cost: price lists, and the edition of the promotions it was begun with."""

from dataclasses import replace
from datetime import datetime

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.price_list import ListPrice
from pos_app.domain.pricing import PricingRules
from pos_app.domain.promotions import Occasion
from pos_app.domain.store import StoreProfile
from pos_app.ports import STORE_EDITION, PriceLists, PromotionEdition, PromotionSource


class StorePromotions:
    """The promotions of a store that only has its own file."""

    def __init__(self, profile: StoreProfile) -> None:
        self._edition = PromotionEdition(STORE_EDITION, profile.promotions)

    def edition_in_force(self, at: datetime) -> PromotionEdition:
        """The file's promotions; each has a window of its own."""
        return self._edition

    def edition(self, edition_id: str) -> PromotionEdition | None:
        """The file's promotions."""
        return self._edition if edition_id == STORE_EDITION else None


class SalePrices:
    """Prices in force and the rules of pricing, for the sale under way or the next one."""

    def __init__(self, profile: StoreProfile, lists: PriceLists | None, promotions: PromotionSource | None) -> None:
        self._lists = lists
        self._promotions = promotions or StorePromotions(profile)
        self._rules = profile.pricing_rules()
        self._edition_id = STORE_EDITION

    def edition_id(self, at: datetime) -> str:
        """The edition that a sale begun now is rung up with, to its end."""
        return self._promotions.edition_in_force(at).edition_id

    def rules(self, edition_id: str, at: datetime) -> PricingRules:
        """The rules of a sale of that edition; of one begun at that moment when it is empty or not known any more."""
        if edition_id != self._edition_id or not edition_id:
            edition = self._promotions.edition(edition_id) if edition_id else None
            edition = edition or self._promotions.edition_in_force(at)
            self._rules = replace(self._rules, promotions=edition.book)
            self._edition_id = edition_id
        return self._rules

    def forget_rules(self) -> None:
        """The promotions of an edition became others; no sale is under way."""
        self._edition_id = ""

    def price_of(self, item_id: str, occasion: Occasion) -> ListPrice | None:
        """The list price of an item; None: its own."""
        if self._lists is None:
            return None
        return self._lists.price_in_force(item_id, occasion.segment, occasion.at)

    def repriced(self, basket: Basket, occasion: Occasion) -> Basket:
        """The basket at the prices of another kind of customer."""
        if self._lists is None:
            return basket

        def price_of(line: BasketLine) -> ListPrice | None:
            return self.price_of(line.item.item_id, occasion)

        return basket.reprice(price_of)
