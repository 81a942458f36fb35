"""The goods room at the window. Imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ui.sale.room_at_the_counter import RoomAtTheCounter

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from ui.goods.goods_room import GoodsRoom
    from ui.services_bundle import GoodsParts
    from ui.widgets.list_panel import ListRow


class GoodsAtTheCounter(RoomAtTheCounter):
    """The goods room of one window."""

    @cached_property
    def parts(self) -> GoodsParts:
        """What the room works on; made when it is opened for the first time."""
        make = self._window.services.goods
        assert make is not None
        return make()

    def make(self) -> GoodsRoom:
        """See RoomAtTheCounter."""
        from ui.goods.goods_room import GoodsRoom

        return GoodsRoom(self.parts, self._window.background, self._window.services, self.place_words, self._window)

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.goods is None:
            return []
        from ui.widgets.list_panel import ListRow

        detail = "Products, files, labels, price lists, promotions"
        return [ListRow("Goods", detail, self.open, "package")]

    def ask(self, approval: Approval | None) -> None:
        """See RoomAtTheCounter."""
        self.parts.session.begin(approval)
