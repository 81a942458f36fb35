"""Price check: the next scan shows what it costs and adds nothing; then scans sell again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos_app.domain.item import SoldBy
from pos_app.domain.scan_code import UnreadCode
from pos_app.errors import CashierError, WorldError
from pos_app.services.price_check import PriceCheck, PriceFacts
from ui.messages import shown_code
from ui.widgets.sheet import HEADING, TOTAL, SheetPage, SheetRow

if TYPE_CHECKING:
    from ui.sale.checkout_window import CheckoutWindow

_WAITING = SheetPage(
    "Price check",
    "Nothing is added to the sale",
    (
        SheetRow("Scan the product now", look=HEADING),
        SheetRow(
            "The next scan shows its price",
            detail="Or type its code and press Enter. After that, scans sell again. Esc ends the price check.",
        ),
    ),
)


class PriceCheckDesk:
    """Waits for one code, and shows its prices over the basket."""

    def __init__(self, window: CheckoutWindow) -> None:
        self._window = window
        services = window.services
        self._check = PriceCheck(services.selling, services.catalogue)
        self._waiting = False
        self._shown = _WAITING

    @property
    def waiting(self) -> bool:
        """True while the next scan is looked up and not sold."""
        sheet = self._window.basket.sheet
        return self._waiting and not sheet.isHidden() and sheet.page == self._shown

    def begin(self) -> None:
        """Wait for a code."""
        self._waiting = True
        self._show(_WAITING, None)
        self._window.focus_scan_field()

    def take_code(self, code: str, otherwise: str = "") -> bool:
        """True when a code was waited for: it was looked up, or said to be unknown, and sold in no case.

        otherwise is the code of the product that may have been meant when words were typed.
        """
        if not self.waiting:
            return False
        sale = self._window.sale
        try:
            facts = self._check.look_up(code)
            if isinstance(facts, UnreadCode) and otherwise:
                facts = self._check.look_up(otherwise)
        except (CashierError, WorldError) as error:
            facts, words = None, str(error)
        else:
            words = facts.words if isinstance(facts, UnreadCode) else ""
        if facts is None or isinstance(facts, UnreadCode):
            sale.heard(words)
            rows = (
                SheetRow(shown_code(code.strip()), look=HEADING),
                SheetRow("No price", detail=words[:1].upper() + words[1:]),
            )
            self._show(SheetPage("Price check", "Still waiting for a scan", rows), None)
            return True
        self._waiting = False
        page = self._page(facts)
        sale.announced.emit(f"{facts.item.name}, {page.rows[0].right}. Not added.", False)
        self._show(page, ("Check next", self.begin))
        return True

    def _show(self, page: SheetPage, action: tuple[str, Callable[[], None]] | None) -> None:
        self._shown = page
        self._window.basket.sheet.open(lambda: page, action, "scan-barcode")

    def _page(self, facts: PriceFacts) -> SheetPage:
        services = self._window.services
        money, item = services.formatter.money, facts.item
        unit = f" per {services.profile.weight_unit}" if item.sold_by is SoldBy.WEIGHT else ""
        rows = [SheetRow(f"Price now{unit}", money(facts.price_minor), look=TOTAL)]
        if facts.label_price_minor:
            rows.append(SheetRow("This package, by its label", money(facts.label_price_minor)))
        rows += [SheetRow(p.name, money(-p.reduction_minor), gain=True) for p in facts.promotions]
        rows.append(SheetRow(f"Without promotions{unit}", money(facts.unit_price_minor)))
        if facts.last_price_minor is not None:
            rows.append(SheetRow("Price before", money(facts.last_price_minor)))
        rows += [SheetRow(fee.name, money(fee.amount_minor), "Comes on top, for each piece") for fee in item.fees]
        about = "  ·  ".join(part for part in (item.brand, item.category) if part)
        rows += [
            SheetRow(item.name, look=HEADING),
            SheetRow("SKU", item.item_id, about),
            SheetRow("Barcodes", str(len(facts.codes)), ", ".join(facts.codes)),
        ]
        return SheetPage("Price check", "Nothing was added", tuple(rows))
