"""Paper: what has been printed, as lines of text and as a picture."""

import io
from dataclasses import dataclass, field
from typing import Any

from hardware.receipt_printer.glyphs import CELL_HEIGHT, CELL_WIDTH, draw_text
from hardware.receipt_printer.symbols import barcode_modules, barcode_text, qr_modules
from hardware.receipt_printer.text_cells import width
from pos_app.domain.receipt_document import Align

_MARGIN = 24
_PAPER = 253
_INK = 32
_CUT_HEIGHT = 18


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style."""

    text: str
    bold: bool = False
    wide: bool = False
    high: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class PaperText:
    """A line of text."""

    runs: tuple[Run, ...]
    align: Align = Align.LEFT

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class PaperBarcode:
    """Bars as commanded (system as GS k numbers them), with the text below."""

    command_data: bytes
    height: int = 80
    module_dots: int = 2
    text_below: bool = True
    align: Align = Align.CENTRE
    system: int = 73


@dataclass(frozen=True, slots=True)
class PaperQr:
    """A QR code."""

    data: str
    module_dots: int = 6
    align: Align = Align.CENTRE


@dataclass(frozen=True, slots=True)
class PaperRaster:
    """Dots, eight to a byte, 1 is black."""

    row_bytes: int
    rows: bytes
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class PaperCut:
    """The paper ends here."""

    full: bool = False


PaperItem = PaperText | PaperBarcode | PaperQr | PaperRaster | PaperCut


@dataclass(slots=True)
class Paper:
    """A roll of so many columns of font A."""

    columns: int
    items: list[PaperItem] = field(default_factory=list)

    def text(self) -> str:
        """What can be read on it, a line each; codes and pictures stand in brackets."""
        return "\n".join(_text_of(item, self.columns).rstrip() for item in self.items) + "\n"

    def receipts(self) -> list["Paper"]:
        """The pieces it has been cut into, the last one perhaps still in the printer."""
        pieces = [Paper(self.columns)]
        for item in self.items:
            pieces[-1].items.append(item)
            if isinstance(item, PaperCut):
                pieces.append(Paper(self.columns))
        return [piece for piece in pieces if piece.items]

    def picture(self) -> bytes:
        """The paper as a PNG, one pixel a dot, with a margin."""
        from PIL import Image

        dots = self.columns * CELL_WIDTH
        strips = [_strip_of(item, dots) for item in self.items]
        image = Image.new("L", (dots + 2 * _MARGIN, sum(s.height for s in strips) + 2 * _MARGIN), _PAPER)
        y = _MARGIN
        for strip in strips:
            image.paste(strip, (_MARGIN, y))
            y += strip.height
        stored = io.BytesIO()
        image.save(stored, "PNG")
        return stored.getvalue()


def _text_of(item: PaperItem, columns: int) -> str:
    match item:
        case PaperText():
            used = sum(width(run.text) * (2 if run.wide else 1) for run in item.runs)
            return " " * _offset(item.align, columns - used) + item.text
        case PaperBarcode():
            return f"[barcode {barcode_text(item.system, item.command_data)}]".center(columns)
        case PaperQr():
            return f"[QR {item.data}]".center(columns)
        case PaperRaster():
            return f"[picture {item.row_bytes * 8} x {len(item.rows) // item.row_bytes}]"
        case PaperCut():
            return "- " * (columns // 2)


def _strip_of(item: PaperItem, dots: int) -> Any:
    match item:
        case PaperText():
            return _text_strip(item, dots)
        case PaperBarcode():
            return _barcode_strip(item, dots)
        case PaperQr():
            return _modules_strip(qr_modules(item.data), item.module_dots, item.align, dots)
        case PaperRaster():
            return _raster_strip(item, dots)
        case PaperCut():
            return _cut_strip(dots)


def _offset(align: Align, free: int) -> int:
    free = max(0, free)
    return {Align.LEFT: 0, Align.CENTRE: free // 2, Align.RIGHT: free}[align]


def _blank(dots: int, height: int) -> Any:
    from PIL import Image

    return Image.new("L", (dots, height), _PAPER)


def _text_strip(line: PaperText, dots: int) -> Any:
    strip = _blank(dots, CELL_HEIGHT * (2 if any(run.high for run in line.runs) else 1))
    x = _offset(line.align, dots - sum(_run_width(run) for run in line.runs))
    for run in line.runs:
        if run.text.strip():
            drawn = _run_strip(run)
            strip.paste(drawn, (x, strip.height - drawn.height))
        x += _run_width(run)
    return strip


def _run_width(run: Run) -> int:
    return width(run.text) * CELL_WIDTH * (2 if run.wide else 1)


def _run_strip(run: Run) -> Any:
    """A run as dots; one that is only wide or only high is drawn large and squeezed."""
    from PIL import Image, ImageDraw, ImageOps

    scale = 2 if run.wide or run.high else 1
    drawn = Image.new("L", (width(run.text) * CELL_WIDTH * scale, CELL_HEIGHT * scale), 255)
    draw_text(drawn, 0, 0, run.text, scale=scale, bold=run.bold)
    if run.wide != run.high:
        drawn = drawn.resize((_run_width(run), CELL_HEIGHT * (2 if run.high else 1)))
    if run.underline:
        ImageDraw.Draw(drawn).line((0, drawn.height - 2, drawn.width, drawn.height - 2), fill=0)
    return ImageOps.colorize(drawn, (_INK,) * 3, (_PAPER,) * 3).convert("L")


def _barcode_strip(code: PaperBarcode, dots: int) -> Any:
    modules = barcode_modules(code.system, code.command_data)
    bars = _modules_strip([bytes(int(m) for m in modules)], code.module_dots, code.align, dots, code.height)
    if not code.text_below:
        return bars
    below = _text_strip(PaperText((Run(barcode_text(code.system, code.command_data)),), code.align), dots)
    strip = _blank(dots, bars.height + below.height)
    strip.paste(bars, (0, 0))
    strip.paste(below, (0, bars.height))
    return strip


def _modules_strip(rows: list[bytes], size: int, align: Align, dots: int, bar_height: int = 0) -> Any:
    """Square modules, or bars of a height. What is wider than the paper is not printed, as on a printer."""
    from PIL import Image

    code_width = len(rows[0]) * size
    height = bar_height or len(rows) * size
    strip = _blank(dots, height + 2 * size)
    if code_width <= dots:
        small = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).point(lambda m: _INK if m else _PAPER)
        strip.paste(
            small.resize((code_width, height), Image.Resampling.NEAREST), (_offset(align, dots - code_width), size)
        )
    return strip


def _raster_strip(raster: PaperRaster, dots: int) -> Any:
    from PIL import Image

    height = len(raster.rows) // raster.row_bytes
    picture = Image.frombytes("1", (raster.row_bytes * 8, height), raster.rows)
    shown = picture.convert("L").point(lambda dot: _INK if dot else _PAPER)
    strip = _blank(dots, height)
    strip.paste(shown, (_offset(raster.align, dots - shown.width), 0))
    return strip


def _cut_strip(dots: int) -> Any:
    from PIL import ImageDraw

    strip = _blank(dots, _CUT_HEIGHT)
    draw = ImageDraw.Draw(strip)
    for x in range(0, dots, 12):
        draw.line((x, _CUT_HEIGHT // 2, x + 6, _CUT_HEIGHT // 2), fill=160)
    return strip
