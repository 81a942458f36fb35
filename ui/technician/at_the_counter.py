"""The technician's console at the window: who may open it, and where scans go meanwhile. Imported when it is opened."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ui.announce import announce
from ui.sounds import Sound

if TYPE_CHECKING:
    from pos_app.services.approvals import Approval
    from pos_app.services.maintenance import Maintenance
    from ui.sale.checkout_window import CheckoutWindow
    from ui.technician.console import TechnicianConsole
    from ui.widgets.list_panel import ListRow


class TechnicianAtTheCounter:
    """The console of one window."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window

    @cached_property
    def desk(self) -> Maintenance:
        """What the console works on; made when it is opened for the first time."""
        make = self._window.services.maintenance
        assert make is not None
        return make()

    @cached_property
    def console(self) -> TechnicianConsole:
        """The page over the window."""
        from ui.technician.console import TechnicianConsole

        window = self._window
        services = window.services
        place = f"{services.profile.store_name}  ·  Till {services.profile.workstation_id}"
        gap_ms = services.settings.scan_timing.gap_ms
        console = TechnicianConsole(self.desk, window.background, services.bridge, gap_ms, place, window)
        console.setGeometry(0, 0, window.width(), window.height())
        console.closed.connect(self.close)
        console.scan_not_taken.connect(self._not_taken)
        return console

    @property
    def covering(self) -> bool:
        """True while it covers the window."""
        return "console" in vars(self) and not self.console.isHidden()

    def more_rows(self) -> list[ListRow]:
        """What stands under More."""
        if self._window.services.maintenance is None:
            return []
        from ui.widgets.list_panel import ListRow

        detail = "Devices, tests, network, settings, log"
        return [ListRow("Technician's console", detail, self.open, "wrench")]

    def open(self) -> None:
        """Ask whether they may, then cover the window."""
        self._window.sale.with_approval(self._open)

    def _open(self, approval: Approval | None) -> None:
        self.desk.begin(approval)
        self._window.side.close_panel()
        self.console.open()
        announce(self._window, "Technician's console")

    def close(self) -> None:
        """Back to the till. Focus goes first: Qt would look for another place for it inside of what is hidden."""
        self._window.setFocus()
        self.console.end()
        self._window.focus_scan_field()

    def take_scan(self, code: str) -> bool:
        """True when the console covers the window: it tests the scanner, or says that nothing was sold."""
        if not self.covering:
            return False
        self.console.take_scan(code)
        return True

    def raise_(self) -> None:
        """In front of the sale."""
        if self.covering:
            self.console.raise_()

    def place(self, wide: int, high: int) -> None:
        """The window has another size."""
        if "console" in vars(self):
            self.console.setGeometry(0, 0, wide, high)

    def _not_taken(self) -> None:
        self._window.sounds.play(Sound.MISS)
        announce(self._window, self.console.words, urgent=True)
