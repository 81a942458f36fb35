"""The shelf without a scan: product tiles, price check, and selling by department. Made when the first is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.sale.department_desk import DepartmentDesk
from ui.sale.price_check import PriceCheckDesk
from ui.sale.serial_panel import SerialPanel
from ui.sale.tile_board import TileBoard
from ui.sale.weigh_panel import WeighPanel

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow
    from ui.sale.item_entry import SerialRequest
    from ui.sale.weigh_panel import WeightRequest


class Shelf:
    """Keeps its screens for the next time."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        self._board: TileBoard | None = None
        self._serial: SerialPanel | None = None
        self._weigh: WeighPanel | None = None
        self.price_check = PriceCheckDesk(window)
        self.departments = DepartmentDesk(window)

    @property
    def board(self) -> TileBoard:
        """The tiles."""
        if self._board is None:
            window = self._window
            self._board = TileBoard(window.services.profile.tile_pages, self._product, window.basket)
            self._board.closed.connect(window.close_sheet)
            self._board.picked.connect(window.sale.pick)
            window.basket.add_cover(self._board)
        return self._board

    @property
    def serial_panel(self) -> SerialPanel:
        """Where a serial number is asked for."""
        if self._serial is None:
            side = self._window.side
            self._serial = SerialPanel(side)
            side.add_panel(self._serial, self._serial.closed, self._serial.take_scan)
        return self._serial

    @property
    def weigh_panel(self) -> WeighPanel:
        """Where goods are weighed."""
        if self._weigh is None:
            side = self._window.side
            self._weigh = WeighPanel(side)
            side.add_panel(self._weigh, self._weigh.closed)
        return self._weigh

    def weigh(self, request: WeightRequest) -> None:
        """Weigh goods; a scan of something else leaves them unsold, and says so."""
        panel = self.weigh_panel
        self._window.side.show_panel(panel)
        panel.ask(request, self._window.services.scale())

    def tiles(self) -> None:
        """Show the product tiles; they stay until they are closed or something is scanned."""
        self._window.close_sheet()
        self.board.open()

    def ask_serial_number(self, request: SerialRequest) -> None:
        """Ask for a serial number."""
        panel, side = self.serial_panel, self._window.side
        side.show_panel(panel, stays=True)
        panel.ask(request)

    def _product(self, code: str) -> tuple[str, str] | None:
        services = self._window.services
        item = services.catalogue.find_by_code(code)
        if item is None:
            return None
        return item.name, services.formatter.money(services.selling.price_now(item.item_id, item.price_minor))
