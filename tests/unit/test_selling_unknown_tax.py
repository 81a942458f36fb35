"""An item whose tax the store does not have is refused when it is scanned, and the sale goes on."""

import pytest
from fakes.memory_shop import ITEMS, OPERATOR, MemoryCatalogue, MemoryStorage, MemoryTerms, profile

from pos_app.domain.item import Fee, Item
from pos_app.errors import CashierError
from pos_app.services.selling import Selling
from pos_app.services.till_control import TillControl

WRONG = {
    "20": Item("20", "Rocket", 100, ("moon",)),
    "21": Item("21", "Lamp", 100, ("general",), fees=(Fee("recycling", "Recycling", 50, ("moon",)),)),
}


@pytest.mark.parametrize("code", sorted(WRONG))
def test_an_item_that_cannot_be_priced_is_named_and_left_out(code: str) -> None:
    storage = MemoryStorage()
    TillControl(storage=storage, clock=storage.clock, operator=OPERATOR).open_day_if_closed(0)
    selling = Selling(
        storage=storage,
        catalogue=MemoryCatalogue(ITEMS | WRONG),
        terms=MemoryTerms(None),
        clock=storage.clock,
        ids=storage.ids,
        profile=profile(),
        operator=OPERATOR,
    )
    selling.add_item("10")
    with pytest.raises(CashierError, match=f"{WRONG[code].name} cannot be sold: this store has no tax 'moon'"):
        selling.add_item(code)
    selling.add_item("11")
    assert [line.item.item_id for line in selling.view.basket.lines] == ["10", "11"]
    assert selling.view.priced.subtotal_minor == 5049
