"""Labels as pages: drawn once, for a PDF, a preview and whoever checks that the bars can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from pos_app.domain.barcodes import QUIET_MODULES
from pos_app.services.goods.labels import Label
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import LIGHT

_MM_PER_INCH = 25.4
PDF_DOTS_PER_INCH = 600
_FONTS_DOTS_PER_INCH = 96
"""What the sizes of fonts are meant for."""
_INSET_MM = 3.0
_SMALLEST_MODULE_MM, _MODULE_MM = 0.2, 0.33
"""EAN and UPC are nominally 0.33 mm a module, 0.264 at the least; Code 128 may be finer."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of labels as it is sold, in millimetres."""

    name: str
    wide_mm: float
    high_mm: float
    columns: int
    rows: int
    label_wide_mm: float
    label_high_mm: float
    left_mm: float
    top_mm: float
    gap_mm: float = 0.0

    @property
    def per_page(self) -> int:
        """How many labels a page has."""
        return self.columns * self.rows


A4 = Sheet("A4, 3 x 8", 210, 297, 3, 8, 70, 37, 0, 0.5)
LETTER = Sheet("Letter, 3 x 10", 215.9, 279.4, 3, 10, 66.675, 25.4, 4.76, 12.7, 3.175)
SHEETS = (A4, LETTER)

Modules = Callable[[Label], str]


def as_pdf(labels: Sequence[Label], sheet: Sheet, modules: Modules) -> bytes:
    """As many pages as it takes."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle("Labels")
    writer.setResolution(PDF_DOTS_PER_INCH)
    size = QPageSize(QSizeF(sheet.wide_mm, sheet.high_mm), QPageSize.Unit.Millimeter, sheet.name)
    margins = QMarginsF(0, 0, 0, 0)
    writer.setPageLayout(
        QPageLayout(size, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter, margins)
    )
    painter = QPainter(writer)
    for number, page in enumerate(pages_of(labels, sheet)):
        if number:
            writer.newPage()
        draw_page(painter, page, sheet, modules, PDF_DOTS_PER_INCH)
    painter.end()
    buffer.close()
    return bytes(data.data())


def pages_of(labels: Sequence[Label], sheet: Sheet) -> list[list[Label]]:
    """Every copy in its place; no labels are one empty page."""
    each = [label for label in labels for _ in range(label.copies)]
    return [each[at : at + sheet.per_page] for at in range(0, len(each), sheet.per_page)] or [[]]


def draw_page(painter: QPainter, labels: Sequence[Label], sheet: Sheet, modules: Modules, dots_per_inch: int) -> None:
    """One page at a resolution."""
    mm = dots_per_inch / _MM_PER_INCH
    for number, label in enumerate(labels):
        row, column = divmod(number, sheet.columns)
        left = sheet.left_mm + column * (sheet.label_wide_mm + sheet.gap_mm)
        top = sheet.top_mm + row * sheet.label_high_mm
        place = QRectF(left * mm, top * mm, sheet.label_wide_mm * mm, sheet.label_high_mm * mm)
        draw_label(painter, place, label, modules(label), dots_per_inch)


def draw_label(painter: QPainter, place: QRectF, label: Label, modules: str, dots_per_inch: int) -> None:
    """Name, price and unit price above, the bars below; what is too long is shortened, the price never."""
    mm = dots_per_inch / _MM_PER_INCH
    inner = place.adjusted(_INSET_MM * mm, _INSET_MM * mm, -_INSET_MM * mm, -_INSET_MM * mm)
    # Fonts are made for the screen: what is drawn with them is scaled to the page.
    scale = dots_per_inch / _FONTS_DOTS_PER_INCH
    painter.save()
    painter.translate(inner.topLeft())
    painter.scale(scale, scale)
    wide, high = inner.width() / scale, inner.height() / scale
    price = font(22, 700, tabular=True)
    used = paint.text(painter, QRectF(0, 15, wide, 28), label.price, price, LIGHT.ink, paint.RIGHT)
    paint.text(painter, QRectF(0, 0, wide, 16), label.name, font(12, 700), LIGHT.ink)
    paint.text(painter, QRectF(0, 16, wide - used - 6, 13), label.item_id, font(10, 500), LIGHT.ink)
    paint.text(painter, QRectF(0, 29, wide - used - 6, 13), label.unit, font(10, 500, tabular=True), LIGHT.ink)
    if label.code:
        paint.text(painter, QRectF(0, high - 12, wide, 12), label.code, font(10, 500, tabular=True), LIGHT.ink)
    painter.restore()
    if modules:
        top = inner.top() + 44 * scale
        bars = QRectF(inner.left(), top, inner.width(), max(1.0, inner.bottom() - 13 * scale - top))
        draw_bars(painter, bars, modules, mm)


def draw_bars(painter: QPainter, place: QRectF, modules: str, mm: float) -> None:
    """Bars in whole dots with their quiet zones, at the left; nothing where they would be too fine to be read."""
    room = place.width() + 2 * _INSET_MM * mm
    module = min(int(_MODULE_MM * mm), int(room // (len(modules) + 2 * QUIET_MODULES)))
    if module < max(1, int(_SMALLEST_MODULE_MM * mm)):
        return
    quiet = max(0.0, QUIET_MODULES * module - _INSET_MM * mm)
    left, top, high = round(place.left() + quiet), round(place.top()), round(place.height())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    at = 0
    while at < len(modules):
        end = at
        while end < len(modules) and modules[end] == modules[at]:
            end += 1
        if modules[at] == "1":
            painter.fillRect(left + at * module, top, (end - at) * module, high, Qt.GlobalColor.black)
        at = end
