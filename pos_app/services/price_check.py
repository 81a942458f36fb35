"""What a product costs, without selling it."""

from dataclasses import dataclass

from pos_app.domain.item import Item
from pos_app.domain.promotions import LinePromotion
from pos_app.domain.scan_code import UnreadCode
from pos_app.ports import Catalogue
from pos_app.services.ringing_up import RingingUp


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """An item and its prices per piece or unit of weight.

    price_minor is what one costs now, with the promotions that one piece brings; unit_price_minor is without them;
    last_price_minor what it cost before the last change of the catalogue's price, None when it never changed.
    label_price_minor is what the scanned label asks for its package, 0 when it has none.
    """

    item: Item
    code: str
    price_minor: int
    unit_price_minor: int
    promotions: tuple[LinePromotion, ...]
    last_price_minor: int | None
    codes: tuple[str, ...]
    label_price_minor: int = 0


class PriceCheck:
    """Looks prices up as the sale under way would charge them; changes nothing."""

    def __init__(self, selling: RingingUp, catalogue: Catalogue) -> None:
        self._selling = selling
        self._catalogue = catalogue

    def look_up(self, code: str) -> PriceFacts | UnreadCode:
        """The prices of a code's item, or why there are none. Raises CashierError for an item that cannot be sold."""
        found = self._selling.codes.find(code)
        if isinstance(found, UnreadCode):
            return found
        alone = self._selling.price_alone(found.item, found.scanned.code)
        return PriceFacts(
            item=found.item,
            code=found.scanned.code,
            price_minor=alone.net_minor,
            unit_price_minor=alone.line.unit_price_minor,
            promotions=alone.promotions,
            last_price_minor=self._catalogue.last_price_minor(found.item.item_id),
            codes=tuple(self._catalogue.codes(found.item.item_id)),
            label_price_minor=found.scanned.price_minor,
        )
