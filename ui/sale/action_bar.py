"""Eight fixed places at the bottom: the same function in the same place in every state."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme.tokens import Height
from ui.widgets.buttons import Tile

PLACES = 8
_GAP = 10


@dataclass(frozen=True, slots=True)
class Action:
    """A function of the bar: what it is called, its icon and its key."""

    action_id: str
    name: str
    icon: str
    key: str


ACTIONS = (
    Action("member", "Member", "user-round", "F3"),
    Action("discount", "Discount", "percent", "F4"),
    Action("quantity", "Quantity", "hash", "F5"),
    Action("park", "Park", "pause", "F6"),
    Action("return", "Return", "undo-dot", "F7"),
    Action("receipts", "Receipts", "receipt-text", "F8"),
    Action("drawer", "Drawer", "inbox", "F9"),
    Action("more", "More", "ellipsis", "F10"),
)


class ActionBar(QWidget):
    """Tiles in their places; a function this till does not have leaves its place empty."""

    triggered = Signal(str)

    def __init__(self, absent: frozenset[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Functions")
        self.tiles: dict[str, Tile] = {}
        for action in ACTIONS:
            if action.action_id not in absent:
                tile = Tile(action.name, action.icon, action.key, self)
                tile.clicked.connect(lambda _=False, name=action.action_id: self.triggered.emit(name))
                self.tiles[action.action_id] = tile

    def set_enabled(self, usable: dict[str, bool]) -> None:
        """Which functions can be used now."""
        for name, tile in self.tiles.items():
            tile.setEnabled(usable.get(name, True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        each = (self.width() - (PLACES - 1) * _GAP) / PLACES
        for place, action in enumerate(ACTIONS):
            tile = self.tiles.get(action.action_id)
            if tile is not None:
                left, right = round(place * (each + _GAP)), round(place * (each + _GAP) + each)
                tile.setGeometry(left, 0, right - left, Height.TILE)
