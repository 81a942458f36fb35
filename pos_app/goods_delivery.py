"""Changes of goods, prices and promotions between this till and the store's others, put together for one till."""

from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pos_app.domain.promotions import PromotionBook
from pos_app.promotion_book import PromotionFileBook
from pos_app.storage.arrived_changes import ArrivedChange, ArrivedChanges
from pos_app.storage.price_book import SqlitePriceBook
from pos_app.storage.price_list_import import PriceListOptions

if TYPE_CHECKING:
    from pos_app.bootstrap import Register


class GoodsDelivery:
    """What a manager changes here, and what comes from the other tills: the same books for both."""

    def __init__(self, register: "Register") -> None:
        self._register = register

    @cached_property
    def prices(self) -> SqlitePriceBook:
        """The price lists."""
        register, profile = self._register, self._register.profile
        options = PriceListOptions(profile.currency, profile.store_id, ZoneInfo(profile.time_zone))
        return SqlitePriceBook(register.data.database, register.data.storage, options, register.clock)

    @cached_property
    def promotions(self) -> PromotionFileBook:
        """The store's own promotions."""
        register, data = self._register, self._register.data
        folder = data.database.path.parent
        return PromotionFileBook(
            folder, register.profile, register.promotions, data.storage, register.clock, self._promotions_changed
        )

    @cached_property
    def arrived(self) -> ArrivedChanges:
        """What came from the other tills."""
        data = self._register.data
        return ArrivedChanges(data.database, data.storage, self._register.goods, self.prices, self.promotions)

    def take_delivered(self, document: bytes) -> None:
        """Changes that were made at the store's tills. On the sync thread; raises ValueError and WorldError."""
        import msgspec

        from sync.store_goods import StoreGoods

        delivered = msgspec.json.decode(document, type=StoreGoods).changes
        self.arrived.keep(
            [ArrivedChange(one.event_id, one.kind, one.terminal_id, one.occurred_at, one.document) for one in delivered]
        )
        self.make()

    def make(self) -> int:
        """Make what has come; a sale under way keeps its promotions."""
        return self.arrived.make(promotions=self._register.selling.current is None)

    def _promotions_changed(self, promotions: PromotionBook) -> None:
        self._register.promotions.use_own(promotions)
        self._register.selling.prices.forget_rules()
