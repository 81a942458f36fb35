"""Basket lines as the canvas draws them: finished texts, made once per change of a line."""

from dataclasses import dataclass

from pos_app.domain.basket import BasketLine
from pos_app.domain.item import QUANTITY_SCALE, SoldBy
from pos_app.domain.pricing import PricedLine
from pos_app.domain.promotions import LinePromotion
from pos_app.ports import Formatter
from ui.promotions.words import why_less


@dataclass(frozen=True, slots=True)
class Row:
    """One line, written out."""

    line_number: int
    name: str
    meta: str
    category: str
    quantity: str
    whole_pieces: bool
    unit_price: str
    total: str
    old_total: str
    chip: str
    spoken: str


def quantity_text(quantity_milli: int) -> str:
    """A quantity without needless zeros: 2, or 1.234."""
    whole, part = divmod(quantity_milli, QUANTITY_SCALE)
    return f"{whole}.{part:03d}".rstrip("0") if part else str(whole)


_Said = tuple[tuple[LinePromotion, ...], tuple[str, ...]]
"""What promotions and tax reliefs say of a line."""


class RowMaker:
    """Makes rows of priced lines and keeps them, so that a scan writes out one line and not a hundred."""

    def __init__(self, formatter: Formatter, weight_unit: str = "") -> None:
        self._formatter = formatter
        self._weight_unit = weight_unit
        self._kept: dict[tuple[int, int, int, int, _Said], tuple[BasketLine, Row]] = {}

    def rows(self, lines: tuple[PricedLine, ...]) -> list[Row]:
        """The rows of these lines, in their order."""
        known, self._kept = self._kept, {}
        rows: list[Row] = []
        for priced in lines:
            # Lines are never changed in place, so the same one is the same; what is on it decides how it is written.
            said = (priced.promotions, priced.tax_reliefs)
            key = (id(priced.line), priced.net_minor, priced.gross_minor, priced.fees_minor, said)
            kept = known.get(key) or (priced.line, self._row(priced))
            self._kept[key] = kept
            rows.append(kept[1])
        return rows

    def _row(self, priced: PricedLine) -> Row:
        line, item, money = priced.line, priced.line.item, self._formatter.money
        serial_number = f"S/N {line.serial_number}" if line.serial_number else ""
        fees = ""
        if priced.fees_minor:
            name = priced.fees[0].fee.name if len(priced.fees) == 1 else "fees"
            fees = f"+ {money(priced.fees_minor)} {name}"
        leaves = "Leaves later" if line.to_ship else ""
        spared = f"Tax free: {', '.join(priced.tax_reliefs)}" if priced.tax_reliefs else ""
        parts = (leaves, spared, line.price_reason, serial_number, fees, item.brand, line.code)
        meta = [part for part in parts if part]
        weight_unit = self._weight_unit if item.sold_by is SoldBy.WEIGHT else ""
        quantity = f"{quantity_text(line.quantity_milli)} {weight_unit}".strip()
        per_unit = f"/{weight_unit}" if weight_unit else ""
        reduced = priced.discount_minor > 0
        chip = f"{why_less(priced)} {money(-priced.discount_minor)}" if reduced else ""
        if line.former_price_minor is not None:
            meta.insert(0, f"{money(line.former_price_minor)} → {money(line.unit_price_minor)}")
        spoken = f"{item.name}, quantity {quantity}, {money(priced.net_minor)}"
        return Row(
            line_number=line.line_number,
            name=item.name,
            meta="  ·  ".join(meta),
            category=item.category,
            quantity=quantity,
            whole_pieces=item.sold_by is SoldBy.EACH and not line.serial_number,
            unit_price=money(line.unit_price_minor) + per_unit,
            total=money(priced.net_minor),
            old_total=money(priced.gross_minor) if reduced else "",
            chip=chip,
            spoken=spoken,
        )
