"""The technician's console at the window. Imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from pos_app.ports.updates import TO_BE_REPLACED
from ui.sale.room_at_the_counter import RoomAtTheCounter

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.maintenance import Maintenance
    from ui.technician.console import TechnicianConsole
    from ui.widgets.list_panel import ListRow


class TechnicianAtTheCounter(RoomAtTheCounter):
    """The console of one window."""

    @cached_property
    def desk(self) -> Maintenance:
        """What the console works on; made when it is opened for the first time."""
        make = self._window.services.maintenance
        assert make is not None
        return make()

    @property
    def console(self) -> TechnicianConsole:
        """The page over the window."""
        from ui.technician.console import TechnicianConsole

        assert isinstance(self.room, TechnicianConsole)
        return self.room

    def make(self) -> TechnicianConsole:
        """See RoomAtTheCounter."""
        from ui.technician.console import TechnicianConsole

        window = self._window
        services = window.services
        console = TechnicianConsole(
            self.desk, window.background, services.bridge, window.wedge, self.place_words, window
        )
        console.updates.installing.connect(lambda: QApplication.exit(TO_BE_REPLACED))
        return console

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.maintenance is None:
            return []
        from ui.widgets.list_panel import ListRow

        newer = self._window.services.newer_version()
        detail = f"Version {newer} waits to be installed" if newer else "Devices, tests, network, settings, log"
        return [ListRow("Technician's console", detail, self.open, "wrench")]

    def open_updates(self) -> None:
        """The page of newer versions, from where the till rests."""
        self._window.sale.with_approval(self._open_updates)

    def _open_updates(self, approval: Approval | None) -> None:
        self._open(approval)
        self.console.show_page(self.console.updates)

    def ask(self, approval: Approval | None) -> None:
        """See RoomAtTheCounter."""
        self.desk.begin(approval)

    def close(self) -> None:
        """Back to the till; a display for the customer may have been set up just now."""
        super().close()
        if self._window.services.customer_displays:
            self._window.functions.start_displays()
