"""Price lists in the window: what there is and when it holds, prices added and ended, and what something costs when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pos_app.domain.basket import Basket, BasketError
from pos_app.domain.item import Item
from pos_app.domain.price_list import EVERYBODY, PriceEntry, price_in_force
from pos_app.domain.pricing import price
from pos_app.domain.promotions import LinePromotion, Occasion
from pos_app.domain.store import StoreProfile
from pos_app.errors import CashierError
from pos_app.ports import Catalogue, Clock, PromotionSource
from pos_app.ports.goods import FieldRefusedError
from pos_app.ports.prices import ListedPrice, PriceBook, PriceGroup
from pos_app.services.goods.session import GoodsSession


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What one piece costs at a moment, and why.

    entry is the row of a price list that holds, None when the catalogue's price does; others are further rows of the
    product. promotions took something off.
    """

    item: Item
    at: datetime
    price_minor: int
    unit_price_minor: int
    entry: PriceEntry | None
    others: Sequence[PriceEntry]
    promotions: Sequence[LinePromotion]
    edition_id: str


class PriceListsDesk:
    """The price lists of one till. Calls touch the disk."""

    def __init__(
        self,
        book: PriceBook,
        session: GoodsSession,
        *,
        catalogue: Catalogue,
        promotions: PromotionSource,
        profile: StoreProfile,
        clock: Clock,
    ) -> None:
        self._book = book
        self._session = session
        self._catalogue = catalogue
        self._promotions = promotions
        self._profile = profile
        self._clock = clock

    def groups(self) -> list[tuple[PriceGroup, str]]:
        """Each with its state now: future, running or ended."""
        at_s = int(self._clock.now().timestamp())
        return [(group, group.state(at_s)) for group in self._book.groups()]

    def prices_of(self, group: PriceGroup) -> list[ListedPrice]:
        """What is in one."""
        return self._book.prices_of(group)

    def put(self, cells: Mapping[str, str], reason: str) -> PriceEntry:
        """Add or change a price, read as a row of a file is. Raises FieldRefusedError."""
        if not reason.strip():
            raise FieldRefusedError("reason", "Say why: touch a reason or type one.")
        return self._book.put(cells, self._session.by, reason.strip())

    def end(self, group: PriceGroup, reason: str) -> int:
        """They hold no more from now on. Raises CashierError."""
        return self._book.end(group, self._session.by, reason)

    def answer(self, code: str, at: datetime, segment: str = EVERYBODY) -> PriceAnswer:
        """What one piece of a product costs at that moment, as a sale begun then would have it. Raises CashierError."""
        item = self._catalogue.find_by_code(code.strip())
        if item is None:
            raise CashierError("not_on_file", f"No product has the code {code.strip()}.")
        entries, at_s = self._book.entries(item.item_id), int(at.timestamp())
        found = price_in_force(entries, segment, at_s)
        edition = self._promotions.edition_in_force(at)
        rules = replace(self._profile.pricing_rules(), promotions=edition.book)
        occasion = Occasion(at, self._profile.store_id, segment)
        try:
            line = price(Basket().add(item, code.strip(), list_price=found), rules, occasion=occasion).lines[0]
        except (BasketError, KeyError) as error:
            raise CashierError("no_price", f"{item.name} has no price at this store: {error}") from error
        holds = [
            one
            for one in entries
            if found is not None and _is(one, found.list_id, found.segment) and one.in_force(at_s)
        ]
        entry = max(holds, key=lambda one: one.starts_at_s, default=None)
        others = [one for one in entries if one is not entry]
        unit_minor = line.line.unit_price_minor
        return PriceAnswer(item, at, line.net_minor, unit_minor, entry, others, line.promotions, edition.edition_id)


def _is(entry: PriceEntry, list_id: str, segment: str) -> bool:
    return (entry.list_id, entry.segment) == (list_id, segment)
