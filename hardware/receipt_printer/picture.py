"""A receipt as a picture of paper, without a printer."""

from pathlib import Path
from typing import Any

from hardware.receipt_printer.glyphs import CELL_WIDTH
from hardware.receipt_printer.layout import BarcodeLine, CutLine, LogoLine, PrintedLine, QrLine, TextLine, layout
from hardware.receipt_printer.logo import LogoError, load_logo
from hardware.receipt_printer.paper import (
    Paper,
    PaperBarcode,
    PaperCut,
    PaperItem,
    PaperQr,
    PaperRaster,
    PaperText,
    Run,
)
from hardware.receipt_printer.raster import padded
from hardware.receipt_printer.symbols import SYSTEMS, barcode_command_data, can_be_bars
from pos_app.domain.receipt_document import Align, ReceiptDocument, Size


def receipt_picture(document: ReceiptDocument, columns: int = 42, logo_file: Path | None = None) -> bytes:
    """The document as a PNG, twelve pixels a column; a logo that cannot be read is the store's name."""
    logo = _logo(logo_file, columns * CELL_WIDTH) if logo_file is not None else None
    lines = layout(document, columns, logo=logo is not None)
    return Paper(columns, [logo if isinstance(line, LogoLine) else _item(line) for line in lines]).picture()


def _logo(path: Path, paper_dots: int) -> Any:
    try:
        picture = load_logo(path, paper_dots)
    except LogoError:
        return None
    return PaperRaster((picture.width + 7) // 8, bytes(byte ^ 0xFF for byte in padded(picture).tobytes()), Align.CENTRE)


def _item(line: PrintedLine) -> PaperItem:
    match line:
        case TextLine():
            double = line.size is Size.DOUBLE
            return PaperText((Run(line.text, line.bold, double, double),), line.align)
        case BarcodeLine() if can_be_bars(line.data, line.symbology):
            data = barcode_command_data(line.data, line.symbology)
            return PaperBarcode(data, system=SYSTEMS[line.symbology])
        case BarcodeLine():
            return PaperText((Run(line.data),), Align.CENTRE)
        case QrLine():
            return PaperQr(line.data)
        case CutLine():
            return PaperCut()
        case LogoLine():
            return PaperText((Run(line.name),), Align.CENTRE)
