"""Prices and promotions beside the catalogue, as the services ask for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pos_app.domain.price_list import ListPrice, PriceEntry
from pos_app.domain.promotions import Promotion, PromotionBook


class PriceLists(Protocol):
    """The price lists of this store."""

    def price_in_force(self, item_id: str, segment: str, at: datetime) -> ListPrice | None:
        """What an item costs a customer of this segment at that moment; None: what the catalogue says."""


@dataclass(frozen=True, slots=True)
class PriceGroup:
    """Prices of one list and kind of customer that begin and end together; times are seconds of Unix time."""

    list_id: str
    segment: str
    starts_at_s: int
    ends_at_s: int | None
    count: int

    def state(self, at_s: int) -> str:
        """future, running or ended."""
        if self.ends_at_s is not None and self.ends_at_s <= max(at_s, self.starts_at_s):
            return "ended"
        return "future" if at_s < self.starts_at_s else "running"


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """One price of a list beside what the catalogue says."""

    item_id: str
    name: str
    price_minor: int
    catalogue_minor: int


class PriceBook(Protocol):
    """The price lists of this till, as whoever changes them sees them. Calls touch the disk."""

    def groups(self) -> list[PriceGroup]:
        """All of them, the last to begin first."""

    def prices_of(self, group: PriceGroup) -> list[ListedPrice]:
        """What is in one, by name."""

    def entries(self, item_id: str) -> list[PriceEntry]:
        """All prices of one product, also past ones and those to come."""

    def put(self, cells: Mapping[str, str], by: str, reason: str) -> PriceEntry:
        """Add a price, or change the one of the same list, product, kind of customer and start.

        The cells are those of a file's row. Raises goods.FieldRefusedError.
        """

    def end(self, group: PriceGroup, by: str, reason: str) -> int:
        """These prices hold no more, or never will; how many they were. Raises CashierError when they are over."""


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
class StoredPromotion:
    """A promotion as its document has it (docs/promotions.md); delivered ones are the head office's."""

    plain: Mapping[str, Any]
    promotion: Promotion
    codes: tuple[str, ...] = ()


class PromotionBookFile(Protocol):
    """The store's own promotions, and those that were delivered. Calls touch the disk."""

    def delivered(self) -> bool:
        """True when the head office's promotions are in force, and the store's own are not."""

    def promotions(self) -> list[StoredPromotion]:
        """Those in force: the head office's where there are any, else the store's own."""

    def put(self, plain: Mapping[str, Any], by: str, reason: str) -> None:
        """Add a promotion of the store's own, or change the one of this id. Raises goods.FieldRefusedError."""


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
