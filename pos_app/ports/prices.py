"""Prices and promotions beside the catalogue, as the services ask for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pos_app.domain.price_list import ListPrice
from pos_app.domain.promotions import PromotionBook


class PriceLists(Protocol):
    """The price lists of this store."""

    def price_in_force(self, item_id: str, segment: str, at: datetime) -> ListPrice | None:
        """What an item costs a customer of this segment at that moment; None: what the catalogue says."""


STORE_EDITION = "store"
"""The promotions of the store's own file."""


@dataclass(frozen=True, slots=True)
class PromotionEdition:
    """A store's promotions as they were published, or as its own file has them; the id is never used twice."""

    edition_id: str
    book: PromotionBook


class PromotionSource(Protocol):
    """The promotions on this terminal."""

    def edition_in_force(self, at: datetime) -> PromotionEdition:
        """The edition that sales begun at this moment are rung up with."""

    def edition(self, edition_id: str) -> PromotionEdition | None:
        """The edition that a sale was begun with; None when it is not known here any more."""


@dataclass(frozen=True, slots=True)
class PromoCodeHold:
    """One use of a limited promo code, set aside for one sale at the central service."""

    hold_id: str
    code: str
    state: str = "held"
    uses_left: int = 0


class PromoCodeGateway(Protocol):
    """The central service as it is asked about promo codes. Every call may block: never on the GUI thread.

    All raise OfflineError when it cannot be reached and RefusedError when it says no.
    """

    def hold_promo_code(
        self, hold_id: str, code: str, transaction_id: str, promotions_id: str, uses: int
    ) -> PromoCodeHold:
        """Set one use aside; the same hold id again gives the same hold. uses is the limit of a store's own code."""

    def release_hold(self, hold_id: str) -> None:
        """Give back what a hold set aside; harmless when it is gone."""
