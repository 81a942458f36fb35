"""Store set-up at the window. Imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ui.sale.room_at_the_counter import RoomAtTheCounter

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.set_up.set_up import SetUp
    from ui.set_up.room import SetUpRoom
    from ui.widgets.list_panel import ListRow


class SetUpAtTheCounter(RoomAtTheCounter):
    """The room of one window."""

    @cached_property
    def desk(self) -> SetUp:
        """What the room works on; made when it is opened for the first time."""
        make = self._window.services.set_up
        assert make is not None
        return make()

    @property
    def _set_up_room(self) -> SetUpRoom:
        from ui.set_up.room import SetUpRoom

        assert isinstance(self.room, SetUpRoom)
        return self.room

    def make(self) -> SetUpRoom:
        """See RoomAtTheCounter."""
        from ui.set_up.room import SetUpRoom

        window = self._window
        return SetUpRoom(self.desk, window.services, window.background, self.place_words, window)

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.set_up is None:
            return []
        from ui.widgets.list_panel import ListRow

        return [ListRow("Store set-up", "Taxes, tenders, receipts, reasons", self.open, "store")]

    def close(self) -> None:
        """Back to the till; what was not saved is told of."""
        super().close()
        if count := self._set_up_room.session.count:
            self._window.sale.say(f"Store set-up: {count} not saved yet. Open it again to go on.")

    def ask(self, approval: Approval | None) -> None:
        """See RoomAtTheCounter."""
        self.desk.begin(approval)
