"""A room at the window: who may open it, that it covers the sale, and where scans go meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.announce import announce
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from ui.sale.checkout_window import CheckoutWindow
    from ui.widgets.list_panel import ListRow
    from ui.widgets.room import Room


class RoomAtTheCounter:
    """One kind of room of one window; the room is made when it is opened for the first time."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._room: Room | None = None

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        return []

    def ask(self, approval: Approval | None) -> None:
        """Raises ApprovalNeededError or NotAllowedError when the room may not be opened."""

    def make(self) -> Room:
        """The room, over the window."""
        raise NotImplementedError

    @property
    def room(self) -> Room:
        """It, made when it is needed first."""
        if self._room is None:
            self._room = self.make()
            self.place(self._window.width(), self._window.height())
            self._room.closed.connect(self.close)
            self._room.scan_not_taken.connect(self._not_taken)
        return self._room

    @property
    def place_words(self) -> str:
        """Where this is, for the room's head."""
        profile = self._window.services.profile
        return f"{profile.store_name}  ·  Till {profile.workstation_id}"

    @property
    def covering(self) -> bool:
        """True while it covers the window."""
        return self._room is not None and not self._room.isHidden()

    def open(self) -> None:
        """Ask whether they may, then cover the window."""
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self.ask(approval)
        self._window.side.close_panel()
        self.room.open()
        announce(self._window, self.room.accessibleName())

    def close(self) -> None:
        """Back to the till. Focus goes first: Qt would look for another place for it inside of what is hidden."""
        self._window.setFocus()
        self.room.end()
        self._window.focus_scan_field()

    def take_scan(self, code: str) -> bool:
        """True when the room covers the window: the scan is its, or it says that nothing was sold."""
        if not self.covering:
            return False
        self.room.take_scan(code)
        return True

    def raise_(self) -> None:
        """In front of the sale."""
        if self.covering:
            self.room.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if self._room is not None:
            self._room.setGeometry(0, 0, wide, high)

    def _not_taken(self) -> None:
        self._window.sounds.play(Sound.MISS)
        announce(self._window, self.room.words, urgent=True)
