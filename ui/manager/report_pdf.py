"""A report as a PDF: A4 pages with their number, the same picture as on the screen, always in light colours."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from pos_app.domain.report import Report
from pos_app.domain.store import StoreProfile
from pos_app.ports import Formatter
from ui.manager.report_sheet import Strip, strips_of
from ui.theme import paint
from ui.theme.fonts import font
from ui.theme.tokens import LIGHT

_DOTS_PER_INCH = 110
_MARGIN_MM = 16
_HEAD, _FOOT = 92, 32


def as_pdf(report: Report, profile: StoreProfile, formatter: Formatter, made_at: str) -> bytes:
    """The pages; made_at is when, as people read it."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"{report.title}, {report.scope}")
    writer.setCreator(profile.store_name)
    writer.setResolution(_DOTS_PER_INCH)
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
    )
    wide, high = writer.width(), writer.height()
    pages = _pages(strips_of(report, wide, formatter), high - _HEAD - _FOOT)
    painter = QPainter(writer)
    for number, strips in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        _head(painter, wide, report, profile)
        foot = QRectF(0, high - _FOOT, wide, _FOOT)
        paint.text(painter, foot, made_at, font(12, 500), LIGHT.ink_2)
        paint.text(painter, foot, f"Page {number} of {len(pages)}", font(12, 500), LIGHT.ink_2, paint.RIGHT)
        top = float(_HEAD)
        for strip in strips:
            strip.draw(painter, QRectF(0, top, wide, strip.height), LIGHT)
            top += strip.height
    painter.end()
    buffer.close()
    return bytes(data.data())


def _head(painter: QPainter, wide: int, report: Report, profile: StoreProfile) -> None:
    paint.text(painter, QRectF(0, 0, wide, 20), profile.store_name, font(13, 600), LIGHT.ink_2)
    paint.text(painter, QRectF(0, 20, wide, 34), report.title, font(24, 700), LIGHT.ink)
    paint.text(painter, QRectF(0, 54, wide, 22), report.scope, font(14, 500), LIGHT.ink_2)


def _pages(strips: list[Strip], room: int) -> list[list[Strip]]:
    """As many strips on each page as it holds."""
    pages: list[list[Strip]] = [[]]
    left = room
    for strip in strips:
        if strip.height > left and pages[-1]:
            pages.append([])
            left = room
        pages[-1].append(strip)
        left -= strip.height
    return pages
