"""A store's table of fees: which come with an item by themselves, and which somebody may add to a line.

Recycling fees depend on what the item is, how large its screen is and the state the store is in; delivery and
installation are chosen at the counter. All of them stand below their item, earn nothing and may have taxes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_app.domain.item import PRODUCTS, Fee, Item


@dataclass(frozen=True, slots=True)
class FeeRule:
    """One fee and the items it belongs to. Screen sizes are tenths of an inch, both ends included; 0 is no limit.

    categories and regions that are empty mean all. A chosen fee is added by hand, the others come by themselves;
    delivery marks the one for goods that are sent to the customer.
    """

    fee: Fee
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    screen_from_tenths: int = 0
    screen_to_tenths: int = 0
    chosen: bool = False
    delivery: bool = False

    def applies(self, item: Item, region: str) -> bool:
        """True for an item sold in a region (a state)."""
        by_screen = self.screen_from_tenths or self.screen_to_tenths
        return (
            item.kind in PRODUCTS
            and (not self.categories or item.category in self.categories)
            and (not self.regions or region in self.regions)
            and (not by_screen or item.screen_size_tenths > 0)
            and item.screen_size_tenths >= self.screen_from_tenths
            and (not self.screen_to_tenths or item.screen_size_tenths <= self.screen_to_tenths)
        )


def fees_by_themselves(rules: Sequence[FeeRule], item: Item, region: str) -> tuple[Fee, ...]:
    """The fees that come with an item and that it does not carry already."""
    own = {fee.fee_id for fee in item.fees}
    return tuple(
        rule.fee
        for rule in rules
        if not rule.chosen and not rule.delivery and rule.fee.fee_id not in own and rule.applies(item, region)
    )


def fees_to_choose(rules: Sequence[FeeRule], item: Item, region: str) -> tuple[Fee, ...]:
    """The services and fees that may be added to a line with this item."""
    return tuple(rule.fee for rule in rules if rule.chosen and rule.applies(item, region))


def delivery_rule(rules: Sequence[FeeRule], item: Item, region: str) -> FeeRule | None:
    """What sending this item to a region costs; None where it is free. The first rule that fits counts."""
    return next((rule for rule in rules if rule.delivery and rule.applies(item, region)), None)
