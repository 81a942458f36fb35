"""What every page of the console has: the desk it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ui.widgets.room import RoomPage

if TYPE_CHECKING:
    from pos_app.services.maintenance import Maintenance
    from ui.background import Background


class Page(RoomPage):
    """One page of the console."""

    def __init__(self, desk: Maintenance, background: Background, parent: QWidget) -> None:
        super().__init__(background, parent)
        self.desk = desk
