"""What is almost there and what another way to pay would save: worked out when the changes come to rest.

Both price the basket once more and write in the window, which the next scan must not wait for: while scans follow each
other nothing of it is done. They are right again before anybody can act on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from pos_app.domain.promotion_hints import Hint, almost_there
from pos_app.domain.tender_promotions import TenderOffer

if TYPE_CHECKING:
    from ui.sale.sale_view_model import SaleViewModel

_AT_REST_MS = 60
"""Longer than a scanner takes from one code to the next in a burst, too short for a hand to notice."""


class SavingsWatch(QObject):
    """The hint and the offers of the sale under way."""

    changed = Signal()

    def __init__(self, sale: SaleViewModel) -> None:
        super().__init__(sale)
        self._sale = sale
        self.hint: Hint | None = None
        self.offers: tuple[TenderOffer, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AT_REST_MS)
        self._timer.timeout.connect(self._look)
        sale.changed.connect(self._later)

    def _later(self) -> None:
        if self._sale.services.selling.promotions.promotions:
            self._timer.start()

    def _look(self) -> None:
        hint, offers = self._hint_now(), self._offers_now()
        if (hint, offers) != (self.hint, self.offers):
            self.hint, self.offers = hint, offers
            self.changed.emit()

    def _hint_now(self) -> Hint | None:
        selling = self._sale.services.selling
        view = selling.view
        if not self._sale.editable or not view.priced.lines:
            return None
        return almost_there(view.basket, view.priced, selling.rules, selling.occasion)

    def _offers_now(self) -> tuple[TenderOffer, ...]:
        return self._sale.services.selling.tender_offers
